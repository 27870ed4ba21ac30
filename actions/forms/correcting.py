"""What is put right: a field named, the last answer, a slip of the tongue in the same message.  Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from actions.contact import Contact
from actions.contact import heard as heard_contact
from actions.forms.amounts import apart, as_large
from actions.forms.fields import answer_to, mentioned
from actions.forms.filling import CONFIRM, Did, Filling, Step, asking, missed
from actions.forms.numbers import read_amounts
from actions.forms.said import Read, Refusal, Said, Value
from actions.forms.wishes import NUMBERS, WORDS, Heard, goes_back
from knowledge.base import KnowledgeBase
from knowledge.schema import ProfileField

FEW_WORDS = 6
SURE_IF_NAMED = 0.5  # confidence that wants to go back, where the question is named
CORRECTS = re.compile(
    r"\b(?:actually|sorry|wait|oops|i meant?|correction|make (?:that|it|the)|change|fix"
    r"|correct (?:that|it|the|my|our))\b",
    re.I,
)
# What is said to be a number now, where none was asked for: "I asked payroll: it is 22".
_IS_NOW = re.compile(
    r"\b(?:(?:it|that)(?:['’]?s| is)(?: now| only| really)?|now(?: only| just| at| have| we have| its| it's)*"
    r"|down to|up to|left with|so(?= \d))\s+(?P<new>\S+(?: [a-z]+)?)",
    re.I,
)
# A message that opens so puts right what was told last: "actually 11", "no wait, 12".
OPENS_RIGHT = re.compile(rf"\W*(?:(?:no|nope|oh|ugh|hm+)\W+)*{CORRECTS.pattern}", re.I)
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


def without_denied(text: str) -> str:
    """A text without the numbers that it denies: "8, not 6"."""
    return _NOT_THAT.sub(lambda found: "" if read_amounts(found[0]) else found[0], text)


def put_right_in(text: str) -> bool:
    """Whether a text takes back a value of its own or of before: "forty, no fourteen", "sorry, 14, not 12"."""
    return bool(CORRECTS.search(text) or _SLIPS.search(text) or says_it_is(text))


def corrected_by_name(
    filling: Filling, said: Said, heard: Heard, fields: list[ProfileField], base: KnowledgeBase
) -> Step | None:
    """ "change the state to Texas", or "the state is wrong": then it is asked again."""
    back = goes_back(heard) or heard.is_surely("go_back", at_least=SURE_IF_NAMED)
    cued = back or said.intent == "correct" or bool(CORRECTS.search(said.text))
    if not (cued or filling.asking == CONFIRM) or (heard.asks and not back):
        return None
    named = _named(filling, said.text, fields)
    if named is None:
        return None
    each, rest = named
    if each.kind in ("reach", "name") and heard_contact(Contact.of(filling.facts()), said.text):
        return None  # read with all that is known of it
    between = _IS_TO_BE.match(rest)
    assert between is not None  # it matches anything
    new = rest[between.end() :]
    if new and (each.kind not in WORDS or _SETS.search(between[0])):
        right = _NOT_THAT.sub("", new)
        if not right and each.kind in NUMBERS:
            return None  # "8 with the two new guys, not 6" tells before the name what it is
        read = answer_to(each, replace(said, text=right or new, chosen=None), base)
        if isinstance(read, Value):
            return Step(filling.knowing({each.id: read}), Did.TOLD, (each.id,))
        if isinstance(read, Refusal) and _SETS.search(between[0]):
            return Step(missed(asking(filling, each.id)), Did.REFUSED, refusal=read.message, choices=read.choices)
    asked_again = back or filling.asking == CONFIRM or bool(_CHANGES.search(said.text))
    if asked_again and not any(mentioned(field, said, base) for field in fields):
        return Step(asking(filling, each.id), Did.WENT_BACK)
    return None


def _named(filling: Filling, text: str, fields: list[ProfileField]) -> tuple[ProfileField, str] | None:
    """The answered field that a text names first, and what it says after the name; "3 trucks" counts some."""
    found = [
        (match.start(), -match.end(), each)
        for each in fields
        if each.id in filling.values and each.id != filling.asking
        for name in (each.label, each.id.replace("_", " "), *each.units, *_ALSO_CALLED.get(each.kind, ()))
        for match in re.finditer(rf"\b{re.escape(name)}s?\b", text, re.I)
        if not read_amounts(" ".join(text[: match.start()].split()[-1:]))
    ]
    if not found:
        return None
    _, end, each = min(found, key=lambda found: found[:2])
    return each, text[-end:]


def settled_on(field: ProfileField, said: Said, base: KnowledgeBase) -> Value | None:
    """The value that a message ends with where it begins with another: "we've 50 agents, sorry I meant 15"."""
    first, *rest = _SLIPS.split(said.text)
    if field.kind not in SLIPPING or not rest or not mentioned(field, replace(said, text=first, states=()), base):
        return None
    read = answer_to(field, replace(said, text=rest[-1], states=()), base)
    return read if isinstance(read, Value) else None


def contrasted(filling: Filling, said: Said, fields: list[ProfileField], base: KnowledgeBase) -> dict[str, Value]:
    """ "8 with the new ones, not 6": the number for the field that is 6."""
    for denied in _NOT_THAT.finditer(said.text):
        old = replace(said, text=" ".join(denied[0].split()[1:]))
        numbers = [each for each in fields if each.kind in NUMBERS and each.id in filling.values]
        meant = [each for each in numbers if answer_to(each, old, base) == filling.values[each.id]]
        right = said.text[: denied.start()]
        if meant and read_amounts(right):
            read = answer_to(meant[0], replace(said, text=number_now(right) or right), base)
            return {meant[0].id: read} if isinstance(read, Value) else {}
    return {}


def put_right(filling: Filling, said: Said, fields: list[ProfileField], base: KnowledgeBase) -> dict[str, Value]:
    """ "I said 12 but I meant 15", "make that 15": a value for the field that is 12, or that was answered last.

    A number is for the one told that it comes nearest to: "8 employees, 900k", and then "actually 11".
    """
    now = number_now(said.text)
    if not corrects(said) and now is None:
        return {}
    said = replace(said, text=now or said.text)
    about = [each for each in fields if each.id in filling.values and each.id != filling.asking and each.kind != "text"]
    text = _NOT_THAT.sub("", said.text)
    right = _RIGHT.fullmatch(text)
    new = replace(said, text=right["right"] if right else text)
    old = replace(said, text=" ".join(_NOT_THAT.findall(said.text)) or said.text[: said.text.rfind(new.text)])
    meant = [each for each in about if answer_to(each, old, base) == filling.values[each.id]]
    if not meant and read_amounts(new.text):
        meant = nearest(new, [each for each in about if each.kind in NUMBERS], filling.values, base)
    last = [each for each in about if filling.asked and each.id == _answered_last(filling)]
    field = next(iter((*meant, *last)), None)
    value = as_told(field, new, base) if field else None
    # Words that name no trade known put one right only where they are few: a sentence says something else.
    few = len(new.text.split()) <= FEW_WORDS
    if field is None or not isinstance(value, Value) or not (few or value.value is not None):
        return {}
    return {field.id: as_large(value, field, filling.values[field.id])}


def as_told(field: ProfileField, said: Said, base: KnowledgeBase) -> Read:
    """What an answer says; of an amount that may leave out thousands, the bare one: what it puts right tells more."""
    read = answer_to(field, said, base)
    return read.choices[-1] if field.kind == "money" and isinstance(read, Refusal) and read.choices else read


def nearest(
    new: Said, among: Sequence[ProfileField], values: Mapping[str, Value], base: KnowledgeBase
) -> list[ProfileField]:
    """Of the fields that a number may put right, the one whose number it comes nearest to: 700k is no head count."""
    counted = [each for each in among if each.kind != "year" and values[each.id].value]
    read = {each.id: as_told(each, new, base) for each in counted}
    far = {name: apart(value, values[name]) for name, value in read.items() if isinstance(value, Value)}
    return sorted((each for each in among if each.id in far), key=lambda each: far[each.id])[:1]


def corrects(said: Said) -> bool:
    """Whether a message speaks of putting something right, by its words or as it was read."""
    return bool(CORRECTS.search(said.text)) or said.intent == "correct"


def number_now(text: str) -> str | None:
    """The number that a text says something is now: "its 3 guys"; None where it says none."""
    return next((each["new"] for each in _IS_NOW.finditer(text) if read_amounts(each["new"])), None)


def says_it_is(text: str) -> bool:
    """Whether a text says what a number is now."""
    return number_now(text) is not None


def _answered_last(filling: Filling) -> str | None:
    return next((each for each in reversed(filling.asked) if each in filling.values and each != filling.asking), None)
