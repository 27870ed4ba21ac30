"""What a message does to a form on its way.  Pure.

A message may answer the question, answer others in passing, correct what was said before, ask something of its own
(a digression, answered as ever before the form goes on), or steer: skip, go back, why do you ask, stop.
Nothing but values that were read and checked here ever enters a form.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from actions.contact import Contact, heard, read_contact
from actions.forms.amounts import only_numbers
from actions.forms.correcting import (
    CORRECTS,
    OPENS_RIGHT,
    contrasted,
    corrected_by_name,
    corrects,
    number_now,
    put_right,
    says_it_is,
    settled_on,
    without_denied,
)
from actions.forms.fields import ABOUT_CLAIMS, answer_to, described, every_field, follows, mentioned, reach_of
from actions.forms.filling import CONFIRM, SKIPPED, Did, Filling, Step, asking, missed
from actions.forms.judging import only_tried, pasted
from actions.forms.numbers import read_amounts
from actions.forms.said import LONGEST_ANSWER, YES, Read, Refusal, Said, Value
from actions.forms.wishes import (
    COMES_FIRST,
    NUMBERS,
    WORDS,
    Heard,
    asks_how_long,
    asks_something,
    asks_why,
    goes_back,
    goes_on,
    greets,
    is_never_an_answer,
    keeps,
    reads_as_else,
    skips,
    speaks_past,
    stops,
    wants_quote,
    wants_to_hear_it,
)
from knowledge.base import KnowledgeBase
from knowledge.named import HISTORY, PAST_CLAIMS
from knowledge.schema import ProfileField
from understanding.text.questions import statements
from understanding.vetoes import only_imagined

_TELLS = {"inform", "correct", "follow_up"}  # "what if we were in Nevada?" asks nothing but to reckon with it


_OPPOSES = re.compile(r"\W*(?:no|nope|not|wait|i meant?)\b(?=\W+\w+\W+\w)", re.I)  # and goes on to say what instead


def step(
    filling: Filling, message: Mapping[str, Any], fields: list[ProfileField], base: KnowledgeBase, today: date
) -> Step:
    """What a message does to a form.

    Args:
        message: Rasa's parse data.
        fields: every field of the form.
    """
    taken = _taken(filling, message, fields, base, today)
    return replace(taken, filling=replace(taken.filling, aside=taken.did is Did.DIGRESSED))


def _taken(
    filling: Filling, message: Mapping[str, Any], fields: list[ProfileField], base: KnowledgeBase, today: date
) -> Step:
    said, wish = Said.of(message, today), Heard.of(message)
    asked = next((each for each in fields if each.id == filling.asking), None)
    read = _answer(asked, said, base) if asked else None
    settled = (
        _clicked(filling, message, said)
        or _left(filling, said, wish, read, asked, fields)
        or corrected_by_name(filling, said, wish, fields, base)
        or _steered(filling, wish, read, asked)
    )
    if settled:
        return settled
    if right := contrasted(filling, said, fields, base):
        return Step(filling.knowing(right), Did.TOLD, tuple(right))
    told = {**_in_passing(filling, said, fields, base), **_contact(filling, said, fields, asked)}
    told |= _history(filling, told, said, fields)
    if asked is None:
        return _answer_to_summary(filling, said, wish, told)
    if asked.kind in WORDS and not told and not only_numbers(said.text) and (problem := only_tried(said.text)):
        return Step(missed(filling), Did.REFUSED, refusal=problem)
    if filling.aside and asked.kind in WORDS and not told and _OPPOSES.match(said.text):
        return Step(filling, Did.DIGRESSED)  # it puts right what was asked aside
    if wish.answered and said.text.endswith("?"):
        told = _stated(told, said, fields, base)
    if filling.only_sharpens and speaks_past(wish, read, bool(told)):
        return Step(filling.knowing(told), Did.DIGRESSED, tuple(told))
    in_words = asked.kind in WORDS  # which would take anything
    no_answer = not told and (in_words or not isinstance(read, Value)) and not said.text.endswith("?")
    opens = (no_answer and OPENS_RIGHT.match(said.text)) or (corrects(said) and says_it_is(said.text))
    number = opens and not told and read_amounts(said.text)
    if number and (right := put_right(filling, said, fields, base)):
        return Step(filling.knowing(right), Did.TOLD, tuple(right))
    tells_on = bool(told) and said.intent in _TELLS
    if not tells_on and asks_something(wish, read, asked):
        return Step(filling.knowing(told), Did.DIGRESSED, tuple(told))
    if doubtful := _contradicted(filling, said, asked, fields, base):
        return doubtful
    if isinstance(read, Refusal) and not told:
        told = _elsewhere(filling, said, fields, base)
    counts = asked.kind in NUMBERS and isinstance(read, Value)  # "it's 22" answers what was asked
    corrected = put_right(filling, said, fields, base) if not told and (corrects(said) or not counts) else {}
    if corrected:
        return Step(filling.knowing(corrected), Did.TOLD, tuple(corrected))
    if _spoken_for(asked, read, told, fields):
        read = None if told.keys() <= filling.values.keys() else _before_the_rest(asked, said, fields, base)
    if isinstance(read, Value):
        told = {asked.id: read, **told}
    if told:
        told = {**follows(told, every_field(base)), **told}
        return Step(filling.knowing(told), Did.TOLD, tuple(told))
    why = read if isinstance(read, Refusal) else Refusal("")
    if not why.choices and wish.decided[0] == "cancel":
        return Step(filling, Did.STOPPED)
    if not why.choices and reads_as_else(wish, asked, filling):
        return Step(filling, Did.DIGRESSED, interrupted=wish.decided[0] in COMES_FIRST)
    return Step(missed(filling), Did.REFUSED, refusal=why.message, choices=why.choices)


def _answer(asked: ProfileField, said: Said, base: KnowledgeBase) -> Read:
    if asked.kind in NUMBERS:
        said = replace(said, text=without_denied(said.text) or said.text)
    now = number_now(said.text) if asked.kind in NUMBERS else None  # "change the 120, its 140 now"
    if now and isinstance(read := answer_to(asked, replace(said, text=now), base), Value):
        return read
    return settled_on(asked, said, base) or answer_to(asked, said, base)


def _clicked(filling: Filling, message: Mapping[str, Any], said: Said) -> Step | None:
    """A button of the form, or of another answer."""
    if not said.chosen:
        other = message.get("ask") and said.intent != "unreadable"
        return Step(filling, Did.DIGRESSED, interrupted=said.intent in COMES_FIRST) if other else None
    name = said.chosen["field"]
    if name == CONFIRM:
        return Step(filling, Did(said.chosen["value"]))
    if said.chosen.get("again"):
        return Step(asking(filling, name), Did.WENT_BACK)
    return Step(filling.knowing({name: Value(said.chosen["value"], said.chosen["shown"])}), Did.TOLD, (name,))


def _left(
    filling: Filling, said: Said, heard: Heard, read: Read, asked: ProfileField | None, fields: list[ProfileField]
) -> Step | None:
    """A message that stops the form, or that is never an answer to it.

    How it says to reach the visitor is kept: an agent asked for by it is to know.
    """
    if stops(heard):
        return Step(filling, Did.STOPPED)
    if wants_to_hear_it(heard, filling.aside):
        return Step(filling, Did.DIGRESSED)
    if not is_never_an_answer(heard, read, asked):
        return None
    # A claim told where claims are asked about is an answer, too.
    told = _reached_by(filling, said, fields) if read_contact(said.text).reachable else {}
    if asked and asked.id in ABOUT_CLAIMS and heard.intent == "report_claim" and isinstance(read, Value):
        told[asked.id] = read
    return Step(filling.knowing(told), Did.DIGRESSED, tuple(told), interrupted=heard.intent in COMES_FIRST)


def _steered(filling: Filling, heard: Heard, read: Read, asked: ProfileField | None) -> Step | None:
    """What a message does that is about the form itself."""
    if goes_back(heard):
        at = filling.asked.index(filling.asking) if filling.asking in filling.asked else len(filling.asked)
        return Step(asking(filling, filling.asked[at - 1]) if at else filling, Did.WENT_BACK)
    if asks_why(heard, filling.aside):
        return Step(filling, Did.ASKED_WHY)
    if asked and asked.id in filling.values and keeps(heard):
        return Step(filling, Did.TOLD, (asked.id,))
    if skips(heard, read, asked):
        return Step(filling.knowing({asked.id: SKIPPED}), Did.SKIPPED) if asked else Step(filling, Did.WENT_BACK)
    if asks_how_long(heard):
        return Step(filling, Did.ASKED_HOW_LONG)
    if goes_on(heard, asked):
        return Step(filling, Did.WENT_BACK)
    if heard.is_surely("repeat"):  # the question, or the answer to one of the visitor's own
        return Step(filling, Did.DIGRESSED if filling.aside else Did.WENT_BACK)
    if wants_quote(heard):
        return Step(filling, Did.WANTS_QUOTE)
    if greets(heard) and not (asked and asked.kind in WORDS and isinstance(read, Refusal)):
        return Step(filling, Did.DIGRESSED)
    return None


def _in_passing(filling: Filling, said: Said, fields: list[ProfileField], base: KnowledgeBase) -> dict[str, Value]:
    """Values that the message tells of whatever field; known ones change only where it corrects."""
    may_change = filling.asking == CONFIRM or said.intent == "follow_up" or corrects(said) or says_it_is(said.text)
    told: dict[str, Value] = {}
    for each in () if only_imagined(said.text) else fields:
        known = filling.values.get(each.id)
        if known is None or known == SKIPPED or may_change:
            value = settled_on(each, said, base) or mentioned(each, said, base)
            if value and value != known:
                told[each.id] = value
    return told


# What follows a "no" makes it none: "no claims but one complaint".
_EXCEPTS = re.compile(r"\b(?:but|though|tho|except|besides|apart|only|however|just)\b", re.I)


def _history(filling: Filling, told: Mapping[str, Value], said: Said, fields: list[ProfileField]) -> dict[str, Value]:
    """Claims told in passing, in the visitor's words, so that they are not asked for again."""
    asks = any(each.id == HISTORY for each in fields) and HISTORY not in filling.values
    if PAST_CLAIMS not in told or not asks or len(said.text) > LONGEST_ANSWER:
        return {}
    words = said.text.strip() if told[PAST_CLAIMS].value or _EXCEPTS.search(said.text) else "No"
    return {HISTORY: Value(words, words)}


def _stated(told: Mapping[str, Value], said: Said, fields: list[ProfileField], base: KnowledgeBase) -> dict[str, Value]:
    """What is told without the numbers of the question itself: "even for one employee?" counts nobody."""
    stated = replace(said, text=" ".join(statements(said.text)))
    asked_of = {each.id for each in fields if each.kind in NUMBERS and not mentioned(each, stated, base)}
    return {name: value for name, value in told.items() if name not in asked_of}


def _contact(filling: Filling, said: Said, fields: list[ProfileField], asked: ProfileField | None) -> dict[str, Value]:
    """What a message changes of a known way to reach the visitor; a name that was asked for is read apart."""
    told = _reached_by(filling, said, fields) if Contact.of(filling.facts()).reachable else {}
    return {name: value for name, value in told.items() if not (name == "name" and asked and asked.kind == "name")}


def _reached_by(filling: Filling, said: Said, fields: list[ProfileField]) -> dict[str, Value]:
    """Name and ways to be reached as they stand after the message, where it changes what is known of them."""
    known = Contact.of(filling.facts())
    now = None if pasted(said.text) else heard(known, said.text)
    if now is None or now == known:
        return {}
    told = {"reach": reach_of(now)} if now.ways() != known.ways() else {}
    if now.name and now.name != known.name:
        told["name"] = Value(now.name, now.name)
    return {name: value for name, value in told.items() if any(each.id == name for each in fields)}


def _contradicted(
    filling: Filling, said: Said, asked: ProfileField, fields: list[ProfileField], base: KnowledgeBase
) -> Step | None:
    """Another number for what was told before, and no word that puts it right: it is asked which one holds."""
    in_words = asked.kind in WORDS and asked.kind != "industry"  # no trade is told by other numbers
    if in_words or said.intent == "follow_up" or corrects(said) or says_it_is(said.text):
        return None
    for each in fields:
        known = filling.values.get(each.id, SKIPPED)
        now = mentioned(each, said, base) if each.kind in ("count", "money") and known.value and each != asked else None
        if now and (now.value[0] > known.value[1] or now.value[1] < known.value[0]):
            why = f"Before, you told me {known.shown}, and now {now.shown}: which one is right?"
            return Step(asking(filling, each.id), Did.REFUSED, refusal=why, choices=(known, now))
    return None


def _spoken_for(asked: ProfileField, read: Read, told: Mapping[str, Value], fields: list[ProfileField]) -> bool:
    """Whether the words, or the number, told another thing in passing and so do not answer what was asked."""
    if not told or asked.id in told:
        return False
    kinds = {each.id: each.kind for each in fields if each.id in told}
    if asked.kind == "name":
        return "reach" not in kinds.values()
    if asked.kind in NUMBERS:  # "8 devs, 1.1m revenue" tells two
        number = read.value if isinstance(read, Value) else None
        no_claims = PAST_CLAIMS in told and number is not None and not any(number)  # "no claims" is no revenue of 0
        return no_claims or any(number in (None, told[name].value) for name, kind in kinds.items() if kind in NUMBERS)
    return asked.kind in WORDS


def _elsewhere(filling: Filling, said: Said, fields: list[ProfileField], base: KnowledgeBase) -> dict[str, Value]:
    """A bare place where something else was asked: "Reno"."""
    places = [each for each in fields if each.kind == "state" and each.id not in filling.values]
    read = {each.id: answer_to(each, said, base) for each in places}
    return {name: value for name, value in read.items() if isinstance(value, Value)}


def _before_the_rest(asked: ProfileField, said: Said, fields: list[ProfileField], base: KnowledgeBase) -> Read:
    """The trade, by meaning or in the words before what tells other things: "a cleaning company, 5 people in Reno"."""
    if asked.kind != "industry":
        return None
    clauses = [replace(said, text=each, states=()) for each in re.split(r"[,;.]|\b(?:with|in)\b", said.text)]
    telling = [any(mentioned(each, clause, base) for each in fields if each.id != asked.id) for clause in clauses]
    meant = described(asked, said, base)
    if meant and not all(telling):  # "we also own 2 cars" tells of cars alone
        return meant
    first, others = clauses[0], telling[0]
    return None if others else answer_to(asked, first, base)


# The summary


def _answer_to_summary(filling: Filling, said: Said, heard: Heard, told: dict[str, Value]) -> Step:
    """Yes, or what to change: a value, or just no."""
    if told:
        return Step(filling.knowing(told), Did.TOLD, tuple(told))
    if heard.asks or said.text.rstrip().endswith("?"):
        return Step(filling, Did.DIGRESSED)
    if _KEEPS_BACK.search(said.text):
        return Step(filling, Did.STOPPED)
    if _TELLS_MORE.fullmatch(said.text):
        return Step(filling, Did.WANTS_MORE)
    if _SENDS.fullmatch(said.text) or (said.intent == "affirm" and said.sure and YES.match(said.text)):
        return Step(filling, Did.CONFIRMED)
    if said.agrees() is False or said.intent in ("correct", "inform") or CORRECTS.search(said.text):
        return Step(filling, Did.WANTS_CHANGE)
    return Step(filling, Did.DIGRESSED)


# Nothing is sent but on words that say so.
_SENDS = re.compile(
    r"\W*(?:(?:yes|yep|yeah|yup|sure|ok(?:ay)?|please|go ahead|go for it|do it|perfect|correct|right|confirm(?:ed)?|now"
    r"|thanks?|thank you|(?:that|this|it) works(?: for (?:me|us))?"
    r"|all (?:good|right|correct)|(?:it |that |this |everything |all )?(?:looks?|sounds?|is)(?: all)?"
    r" (?:good|right|fine|great|correct|ok(?:ay)?)|that['’]?s (?:right|fine|correct|it|all)"
    r"|(?:send|submit)(?: (?:it|this|that))?(?: (?:in|off|over|along|to (?:the|an|your) agent))?)\b\W*)+",
    re.I,
)
_TELLS_MORE = re.compile(r"\W*(?:tell|ask|say)(?: (?:you|me))? more(?: first| questions)?\W*", re.I)
_KEEPS_BACK = re.compile(r"\b(?:do not|don['’]?t|dont) (?:send|submit|share|pass)\b", re.I)
