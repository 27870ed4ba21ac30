"""A form on its way: what is known, what is asked next, and what a message does to it.  Pure.

A message may answer the question, answer others in passing, correct what was said before, ask something of its own
(a digression, answered as ever before the form goes on), or steer: skip, go back, why do you ask, stop.
Nothing but values that were read and checked here ever enters a form.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from enum import Enum
from typing import Any

from actions.forms.fields import ABOUT_CLAIMS, Read, Refusal, Said, Value, answer_to, described, mentioned
from actions.forms.wishes import (
    COMES_FIRST,
    NUMBERS,
    WORDS,
    Heard,
    asks_something,
    asks_why,
    goes_back,
    goes_on,
    greets,
    is_never_an_answer,
    keeps,
    skips,
    stops,
    wants_quote,
    wants_to_hear_it,
)
from knowledge.base import KnowledgeBase
from knowledge.schema import ProfileField

CONFIRM = "confirm"  # asked when nothing else is: is all of it right?
SURE_IF_NAMED = 0.5  # confidence that wants to go back, where the question is named
_TELLS = {"inform", "correct", "follow_up"}  # "what if we were in Nevada?" asks nothing but to reckon with it
_CORRECTS = re.compile(
    r"\b(?:actually|sorry|wait|oops|i meant?|correction|make (?:that|it|the)|change|fix"
    r"|correct (?:that|it|the|my|our))\b",
    re.I,
)
_CHANGES = re.compile(r"\b(?:change|fix|correct|wrong|edit|redo|update)\b", re.I)
# What stands between a field's name and what it is to be: "the state should be Texas", "name: Ann".
_IS_TO_BE = re.compile(
    r"(?:\W*\b(?:should|must|has|have|needs?|is|are|was|were|to|be|been|read|say|says|spelled|now|actually|wrong|really"
    r"|please|pls|instead)\b)*[\s:=>,;.!-]*",
    re.I,
)
_SETS = re.compile(r"\b(?:to|is|are|be|say|read)\b|[:=]", re.I)
# The right value, after what was wrong: "I said 12 but I meant 15", "make that 15, not 12".
_RIGHT = re.compile(
    r".*\b(?:i meant?|make (?:that|it)|should (?:be|have been)|correction|but|to)\b\W*(?P<right>.+)",
    re.I | re.S,
)
# What stands between a slip of the tongue and what was meant.
_SLIPS = re.compile(
    r"\W+(?:(?:oh|no|wait|sorry|oops|hm+|actually|rather|correction)\b\W*)+(?:(?:i|we) mea?nt?\b|make (?:that|it)\b"
    r"|it'?s\b)?\W*|\W+(?:i|we) mea?nt?\b\W*|\W+make (?:that|it)\b\W*",
    re.I,
)
SLIPPING = (*NUMBERS, "state")
_NOT_THAT = re.compile(r"\W*\bnot\s+\S+", re.I)
_ALSO_CALLED = {
    "reach": ("e-mail", "email", "phone", "phone number", "contact details"),
    "industry": ("industry", "trade", "line of business"),
}


@dataclass(frozen=True)
class Filling:
    """A form as kept in its slot; without a name, only what is known of the visitor, kept for the next form."""

    form: str | None
    values: Mapping[str, Value] = field(default_factory=dict)
    asked: tuple[str, ...] = ()  # ids in the order first asked
    asking: str | None = None  # the field asked last, or CONFIRM
    misses: int = 0  # answers in a row to this question that could not be taken
    at: float = 0.0  # when it was last touched, seconds since 1970
    aside: bool = False  # the last message asked something of its own

    @classmethod
    def from_slot(cls, slot: Mapping[str, Any] | None) -> Filling | None:
        """None for an empty slot or one written by another version of the guide."""
        if not slot or not {"form", "values", "asked", "asking"} <= slot.keys():
            return None
        known = {name: slot[name] for name in cls.__dataclass_fields__ if name in slot}
        values = {name: Value(each["value"], each["shown"]) for name, each in slot["values"].items()}
        return cls(**{**known, "values": values, "asked": tuple(slot["asked"])})

    def as_slot(self) -> dict[str, Any]:
        return {**asdict(self), "values": {k: asdict(v) for k, v in self.values.items()}, "asked": list(self.asked)}

    def facts(self) -> dict[str, Any]:
        """Field id -> what is known; None where it was skipped."""
        return {name: each.value for name, each in self.values.items()}

    def knowing(self, told: Mapping[str, Value]) -> Filling:
        """With further values."""
        return replace(self, values={**self.values, **told}, misses=0 if told else self.misses)


SKIPPED = Value(None, "")


class Did(Enum):
    """What a message did to a form."""

    TOLD = "told"  # one value or more
    REFUSED = "refused"
    SKIPPED = "skipped"
    ASKED_WHY = "asked why"
    WENT_BACK = "went back"
    STOPPED = "stopped"
    DIGRESSED = "digressed"  # is to be answered as a question of its own; values in it are taken
    WANTS_CHANGE = "wants change"  # and did not say to what
    CONFIRMED = "confirmed"
    WANTS_MORE = "wants more"  # questions
    WANTS_QUOTE = "wants quote"


@dataclass(frozen=True)
class Step:
    """The form after a message, and what the message did to it."""

    filling: Filling
    did: Did
    told: tuple[str, ...] = ()  # fields that have a new value
    refusal: str = ""
    interrupted: bool = False  # by something that comes first: nothing is asked again this turn


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
    said, heard = Said.of(message, today), Heard.of(message)
    asked = next((each for each in fields if each.id == filling.asking), None)
    read = _answer(asked, said, base) if asked else None
    settled = (
        _clicked(filling, message, said)
        or _left(filling, heard, read, asked)
        or _corrected_by_name(filling, said, heard, fields, base)
        or _steered(filling, heard, read, asked)
    )
    if settled:
        return settled
    told = _in_passing(filling, said, fields, base)
    if asked is None:
        return _answer_to_summary(filling, said, heard, told)
    tells_on = bool(told) and said.intent in _TELLS
    if not tells_on and asks_something(heard, read, asked):
        return Step(filling.knowing(told), Did.DIGRESSED, tuple(told))
    if isinstance(read, Refusal) and not told:
        told = _elsewhere(filling, said, fields, base)
    corrected = _put_right(filling, said, fields, base) if not told else {}
    if corrected:
        return Step(filling.knowing(corrected), Did.TOLD, tuple(corrected))
    if _spoken_for(asked, told, fields):
        read = _before_the_rest(asked, said, fields, base)
    if isinstance(read, Value):
        told = {asked.id: read, **told}
    if told:
        return Step(filling.knowing(told), Did.TOLD, tuple(told))
    return Step(_missed(filling), Did.REFUSED, refusal=read.message if isinstance(read, Refusal) else "")


def _answer(asked: ProfileField, said: Said, base: KnowledgeBase) -> Read:
    return _settled_on(asked, said, base) or answer_to(asked, said, base)


def _settled_on(field: ProfileField, said: Said, base: KnowledgeBase) -> Value | None:
    """The value that a message ends with where it begins with another: "we've 50 agents, sorry I meant 15"."""
    first, *rest = _SLIPS.split(said.text)
    if field.kind not in SLIPPING or not rest or not mentioned(field, replace(said, text=first, state=None), base):
        return None
    read = answer_to(field, replace(said, text=rest[-1], state=None), base)
    return read if isinstance(read, Value) else None


def _missed(filling: Filling) -> Filling:
    return replace(filling, misses=filling.misses + 1)


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


def _left(filling: Filling, heard: Heard, read: Read, asked: ProfileField | None) -> Step | None:
    """A message that stops the form, or that is never an answer to it."""
    if stops(heard):
        return Step(filling, Did.STOPPED)
    if wants_to_hear_it(heard):
        return Step(filling, Did.DIGRESSED)
    if not is_never_an_answer(heard, read, asked):
        return None
    # A claim told where claims are asked about is an answer, too.
    told = {}
    if asked and asked.id in ABOUT_CLAIMS and heard.intent == "report_claim" and isinstance(read, Value):
        told = {asked.id: read}
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
    if goes_on(heard, asked):
        return Step(filling, Did.WENT_BACK)
    if heard.is_surely("repeat"):  # the question, or the answer to one of the visitor's own
        return Step(filling, Did.DIGRESSED if filling.aside else Did.WENT_BACK)
    if wants_quote(heard):
        return Step(filling, Did.WANTS_QUOTE)
    if greets(heard) and not (asked and asked.kind in WORDS and isinstance(read, Refusal)):
        return Step(filling, Did.DIGRESSED)
    return None


def asking(filling: Filling, field_id: str) -> Filling:
    """The form with a question asked again; what was known of it stands until it is answered anew."""
    return replace(filling, asking=field_id, misses=0)


# Corrections


def _corrected_by_name(
    filling: Filling, said: Said, heard: Heard, fields: list[ProfileField], base: KnowledgeBase
) -> Step | None:
    """ "change the state to Texas", or "the state is wrong": then it is asked again."""
    back = goes_back(heard) or heard.is_surely("go_back", at_least=SURE_IF_NAMED)
    cued = back or said.intent == "correct" or bool(_CORRECTS.search(said.text))
    if not (cued or filling.asking == CONFIRM) or (heard.asks and not back):
        return None
    named = _named(filling, said.text, fields)
    if named is None:
        return None
    each, rest = named
    between = _IS_TO_BE.match(rest)
    assert between is not None  # it matches anything
    new = rest[between.end() :]
    if new and (each.kind not in WORDS or _SETS.search(between[0])):
        read = answer_to(each, replace(said, text=_NOT_THAT.sub("", new) or new, chosen=None), base)
        if isinstance(read, Value):
            return Step(filling.knowing({each.id: read}), Did.TOLD, (each.id,))
        if isinstance(read, Refusal) and _SETS.search(between[0]):
            return Step(_missed(asking(filling, each.id)), Did.REFUSED, refusal=read.message)
    asked_again = back or filling.asking == CONFIRM or bool(_CHANGES.search(said.text))
    if asked_again and not any(mentioned(field, said, base) for field in fields):
        return Step(asking(filling, each.id), Did.WENT_BACK)
    return None


def _named(filling: Filling, text: str, fields: list[ProfileField]) -> tuple[ProfileField, str] | None:
    """The answered field that a text names first, and what it says after the name."""
    found = [
        (match.start(), -match.end(), each)
        for each in fields
        if each.id in filling.values and each.id != filling.asking
        for name in (each.label, each.id.replace("_", " "), *each.units, *_ALSO_CALLED.get(each.kind, ()))
        for match in re.finditer(rf"\b{re.escape(name)}s?\b", text, re.I)
    ]
    if not found:
        return None
    _, end, each = min(found, key=lambda found: found[:2])
    return each, text[-end:]


def _in_passing(filling: Filling, said: Said, fields: list[ProfileField], base: KnowledgeBase) -> dict[str, Value]:
    """Values that the message tells of whatever field; known ones change only where it corrects."""
    may_change = (
        filling.asking == CONFIRM or said.intent in ("correct", "follow_up") or bool(_CORRECTS.search(said.text))
    )
    told = {}
    for each in fields:
        known = filling.values.get(each.id)
        if known is None or known == SKIPPED or may_change:
            value = _settled_on(each, said, base) or mentioned(each, said, base)
            if value and value != known:
                told[each.id] = value
    return told


def _spoken_for(asked: ProfileField, told: Mapping[str, Value], fields: list[ProfileField]) -> bool:
    """Whether the words, or the number, told another thing in passing and so do not answer what was asked."""
    if not told or asked.id in told:
        return False
    kinds = {each.kind for each in fields if each.id in told}
    return asked.kind in WORDS or (asked.kind in NUMBERS and bool(kinds & set(NUMBERS)))


def _elsewhere(filling: Filling, said: Said, fields: list[ProfileField], base: KnowledgeBase) -> dict[str, Value]:
    """A bare place where something else was asked: "Reno"."""
    places = [each for each in fields if each.kind == "state" and each.id not in filling.values]
    read = {each.id: answer_to(each, said, base) for each in places}
    return {name: value for name, value in read.items() if isinstance(value, Value)}


def _before_the_rest(asked: ProfileField, said: Said, fields: list[ProfileField], base: KnowledgeBase) -> Read:
    """The trade, by meaning or in the words before what tells other things: "a cleaning company, 5 people in Reno"."""
    if asked.kind != "industry":
        return None
    meant = described(asked, said, base)
    if meant:
        return meant
    first = replace(said, text=re.split(r"[,;.]|\b(?:with|in)\b", said.text)[0], state=None)
    others = any(mentioned(each, first, base) for each in fields if each.id != asked.id)
    return None if others else answer_to(asked, first, base)


def _put_right(filling: Filling, said: Said, fields: list[ProfileField], base: KnowledgeBase) -> dict[str, Value]:
    """ "I said 12 but I meant 15", "make that 15": a value for the field that is 12, or that was answered last."""
    if not (_CORRECTS.search(said.text) or said.intent == "correct"):
        return {}
    about = [each for each in fields if each.id in filling.values and each.id != filling.asking and each.kind != "text"]
    text = _NOT_THAT.sub("", said.text)
    right = _RIGHT.fullmatch(text)
    new = replace(said, text=right["right"] if right else text)
    old = replace(said, text=" ".join(_NOT_THAT.findall(said.text)) or said.text[: said.text.rfind(new.text)])
    meant = [each for each in about if answer_to(each, old, base) == filling.values[each.id]]
    last = [each for each in about if filling.asked and each.id == _answered_last(filling)]
    read = {each.id: answer_to(each, new, base) for each in [*meant, *last][:1]}
    return {name: value for name, value in read.items() if isinstance(value, Value)}


def _answered_last(filling: Filling) -> str | None:
    return next((each for each in reversed(filling.asked) if each in filling.values and each != filling.asking), None)


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
    if _SENDS.fullmatch(said.text) or (said.intent == "affirm" and said.sure):
        return Step(filling, Did.CONFIRMED)
    if said.agrees() is False or said.intent in ("correct", "inform") or _CORRECTS.search(said.text):
        return Step(filling, Did.WANTS_CHANGE)
    return Step(filling, Did.DIGRESSED)


# Nothing is sent but on words that say so.
_SENDS = re.compile(
    r"\W*(?:(?:yes|yep|yeah|yup|sure|ok(?:ay)?|please|go ahead|go for it|do it|perfect|correct|right|confirm(?:ed)?|now"
    r"|thanks?|thank you|all (?:good|right|correct)|(?:it |that |this |everything |all )?(?:looks?|sounds?|is)(?: all)?"
    r" (?:good|right|fine|great|correct|ok(?:ay)?)|that['’]?s (?:right|fine|correct|it|all)"
    r"|(?:send|submit)(?: (?:it|this|that))?(?: (?:in|off|over|along|to (?:the|an|your) agent))?)\b\W*)+",
    re.I,
)
_TELLS_MORE = re.compile(r"\W*(?:tell|ask|say)(?: (?:you|me))? more(?: first| questions)?\W*", re.I)
_KEEPS_BACK = re.compile(r"\b(?:do not|don['’]?t|dont) (?:send|submit|share|pass)\b", re.I)
