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

from actions.forms.fields import Refusal, Said, Value, answer_to, mentioned
from bot.nlu.questions import begins_asking
from knowledge.base import KnowledgeBase
from knowledge.schema import ProfileField

CONFIRM = "confirm"  # asked when nothing else is: is all of it right?
SURE_QUESTION = 0.6  # confidence from which an intent makes a question of a sentence without a question mark
SURE_STEER = 0.7  # and from which it steers the form ("back", "cancel") or leaves it (an agent, a claim)
SHORT = 4  # words; a longer "hello" says something more
NUMBERS = ("count", "money", "year")
_GO_ON = re.compile(r"(?:ok(?:ay)?,? )?(?:let'?s )?(?:continue|go on|carry on|resume|proceed|next)\b.{0,25}", re.I)
_GREETINGS = {"greet", "thank", "goodbye", "help"}
_WHY = re.compile(r"\b(?:why|what for|how come)\b.*\b(?:ask(?:ing)?|need|want|know|matter|relevant|important)\b", re.I)
_CORRECTS = re.compile(
    r"\b(?:actually|sorry|wait|oops|i meant?|correction|make (?:that|it)|change (?:that|it|the))\b", re.I
)
_IMPERATIVE = re.compile(r"\W*(?:please )?(?:tell|explain|define|compare|describe|show|remind)\b", re.I)
# Never an answer to a question of a form, whatever words they come in.
ALWAYS_ANSWERED = {
    "talk_to_agent",
    "report_claim",
    "delete_my_data",
    "bot_challenge",
    "complain",
    "ask_to_bind",
    "ask_guarantee",
    "ask_legal_advice",
    "ask_tax_advice",
    "ask_medical_advice",
}
_CHAT = _GREETINGS | {"other_language", "out_of_scope", "simpler", "ask_more", "get_quote"}


@dataclass(frozen=True)
class Filling:
    """A form as kept in its slot; without a name, only what is known of the visitor, kept for the next form."""

    form: str | None
    values: Mapping[str, Value] = field(default_factory=dict)
    asked: tuple[str, ...] = ()  # ids in the order first asked
    asking: str | None = None  # the field asked last, or CONFIRM
    misses: int = 0  # answers in a row to this question that could not be taken
    at: float = 0.0  # when it was last touched, seconds since 1970

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


@dataclass(frozen=True)
class Step:
    """The form after a message, and what the message did to it."""

    filling: Filling
    did: Did
    told: tuple[str, ...] = ()  # fields that have a new value
    refusal: str = ""


def step(
    filling: Filling, message: Mapping[str, Any], fields: list[ProfileField], base: KnowledgeBase, today: date
) -> Step:
    """What a message does to a form.

    Args:
        message: Rasa's parse data.
        fields: every field of the form.
    """
    said = Said.of(message, today)
    asked = next((each for each in fields if each.id == filling.asking), None)
    steered = _clicked(filling, said) or _steered(filling, message, said, asked, fields, base)
    if steered:
        return steered
    told = _in_passing(filling, said, fields, base)
    if filling.asking == CONFIRM:
        return _answer_to_summary(filling, message, said, told, fields)
    read = answer_to(asked, said, base) if asked else None
    if asked is None or _is_question(message, said, asked, read):
        return Step(filling.knowing(told), Did.DIGRESSED, tuple(told))
    if isinstance(read, Refusal) and not told:
        told = _elsewhere(filling, said, fields, base)
    corrected = _put_right(filling, said, fields, base) if not told else {}
    if corrected:
        return Step(filling.knowing(corrected), Did.TOLD, tuple(corrected))
    if isinstance(read, Value) and not _spoken_for(asked, told, fields):
        told = {asked.id: read, **told}
    if told:
        return Step(filling.knowing(told), Did.TOLD, tuple(told))
    reason = read.message if isinstance(read, Refusal) else ""
    return Step(replace(filling, misses=filling.misses + 1), Did.REFUSED, refusal=reason)


def _clicked(filling: Filling, said: Said) -> Step | None:
    """A button of the form."""
    if not said.chosen:
        return None
    name = said.chosen["field"]
    if name == CONFIRM:
        return Step(filling, Did(said.chosen["value"]))
    if said.chosen.get("again"):
        return Step(asking(filling, name), Did.WENT_BACK)
    return Step(filling.knowing({name: Value(said.chosen["value"], said.chosen["shown"])}), Did.TOLD, (name,))


def _steered(
    filling: Filling,
    message: Mapping[str, Any],
    said: Said,
    asked: ProfileField | None,
    fields: list[ProfileField],
    base: KnowledgeBase,
) -> Step | None:
    """What a message does that is about the form itself, or never an answer to it."""
    intent, confidence = _intent(message)
    surely = confidence >= SURE_STEER
    if filling.asking == CONFIRM and _CORRECTS.search(said.text):
        named = [each for each in fields if each.id in filling.values and _names(each, said.text)]
        if named and not _in_passing(filling, said, named, base):
            return Step(asking(filling, named[0].id), Did.WENT_BACK)
    reaches = asked is not None and asked.kind == "reach" and bool(re.search(r"[\d@]", said.text))
    if intent in ALWAYS_ANSWERED and surely and not reaches:
        return Step(filling, Did.DIGRESSED)
    if intent == "cancel" and surely:
        return Step(filling, Did.STOPPED)
    if intent == "go_back" and surely:
        before = [each for each in filling.asked if each != filling.asking]
        return Step(asking(filling, before[-1]), Did.WENT_BACK) if before else Step(filling, Did.WENT_BACK)
    if asked and _WHY.search(said.text):
        return Step(filling, Did.ASKED_WHY)
    if asked and ((intent == "skip" and surely) or said.text.strip(" .!").lower() == "skip"):
        return Step(filling.knowing({asked.id: SKIPPED}), Did.SKIPPED)
    if (intent == "repeat" and surely) or _GO_ON.fullmatch(said.text.strip()):
        return Step(filling, Did.WENT_BACK)
    if intent in _GREETINGS and surely and len(said.text.split()) <= SHORT:
        return Step(filling, Did.DIGRESSED)
    return None


def asking(filling: Filling, field_id: str) -> Filling:
    """The form with a question asked again: what was known of it is not known any more."""
    values = {name: value for name, value in filling.values.items() if name != field_id}
    return replace(filling, values=values, asking=field_id, misses=0)


def _in_passing(filling: Filling, said: Said, fields: list[ProfileField], base: KnowledgeBase) -> dict[str, Value]:
    """Values that the message tells of whatever field; known ones change only where it corrects."""
    may_change = filling.asking == CONFIRM or said.intent == "correct" or bool(_CORRECTS.search(said.text))
    told = {}
    for each in fields:
        known = filling.values.get(each.id)
        if known is None or known == SKIPPED or may_change:
            value = mentioned(each, said, base)
            if value and value != known:
                told[each.id] = value
    return told


def _spoken_for(asked: ProfileField, told: Mapping[str, Value], fields: list[ProfileField]) -> bool:
    """Whether the words, or the number, told another thing in passing and so do not answer what was asked."""
    if not told or asked.id in told:
        return False
    kinds = {each.kind for each in fields if each.id in told}
    return asked.kind in ("text", "industry", "name") or (asked.kind in NUMBERS and bool(kinds & set(NUMBERS)))


def _elsewhere(filling: Filling, said: Said, fields: list[ProfileField], base: KnowledgeBase) -> dict[str, Value]:
    """A bare place where something else was asked: "Reno"."""
    places = [each for each in fields if each.kind == "state" and each.id not in filling.values]
    read = {each.id: answer_to(each, said, base) for each in places}
    return {name: value for name, value in read.items() if isinstance(value, Value)}


def _put_right(filling: Filling, said: Said, fields: list[ProfileField], base: KnowledgeBase) -> dict[str, Value]:
    """ "make that 15": a value for the field that was answered last."""
    if not (_CORRECTS.search(said.text) or said.intent == "correct"):
        return {}
    answered = [each for each in filling.asked if each in filling.values and each != filling.asking]
    last = next((each for each in fields if answered and each.id == answered[-1]), None)
    read = answer_to(last, said, base) if last and last.kind != "text" else None
    return {last.id: read} if last and isinstance(read, Value) else {}


def _is_question(message: Mapping[str, Any], said: Said, asked: ProfileField, read: Value | Refusal | None) -> bool:
    """Whether the message asks something instead of answering."""
    surely = _surely_asks(message)
    marked = said.text.rstrip().endswith("?")
    if asked.kind in NUMBERS and isinstance(read, Value):
        return surely and begins_asking(said.text)  # "maybe 12?", "may 2015"
    if begins_asking(said.text) or (surely and bool(_IMPERATIVE.match(said.text))):
        return True
    if isinstance(read, Value):
        return marked and surely
    return marked or surely or _intent(message)[0] in _CHAT


def _surely_asks(message: Mapping[str, Any]) -> bool:
    name, confidence = _intent(message)
    return name.startswith("ask_") and confidence >= SURE_QUESTION


def _intent(message: Mapping[str, Any]) -> tuple[str, float]:
    intent = message.get("intent") or {}
    return str(intent.get("name") or ""), float(intent.get("confidence") or 0.0)


def _answer_to_summary(
    filling: Filling, message: Mapping[str, Any], said: Said, told: dict[str, Value], fields: list[ProfileField]
) -> Step:
    """Yes, or what to change: a value, the name of a field, or just no."""
    if told:
        return Step(filling.knowing(told), Did.TOLD, tuple(told))
    if begins_asking(said.text) or said.text.rstrip().endswith("?"):
        return Step(filling, Did.DIGRESSED)
    named = [each for each in fields if each.id in filling.values and _names(each, said.text)]
    if named:
        return Step(asking(filling, named[0].id), Did.WENT_BACK)
    if said.intent == "affirm" or _SEND.match(said.text):
        return Step(filling, Did.CONFIRMED)
    if said.intent in ("deny", "correct", "inform") or _CORRECTS.search(said.text):
        return Step(filling, Did.WANTS_CHANGE)
    return Step(filling, Did.DIGRESSED)


_SEND = re.compile(r"\W*(?:send|submit|yes|yep|looks (?:good|right)|all (?:good|right)|correct|confirm)\b", re.I)


def _names(each: ProfileField, text: str) -> bool:
    return bool(re.search(rf"\b{re.escape(each.label.lower())}\b", text.lower()))
