"""What was asked, and what was being talked about.  Data only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, is_dataclass, replace
from typing import Any

from understanding.targets import Target


@dataclass(frozen=True)
class Fact:
    """Something the visitor told about the business, with where it comes from.

    Attributes:
        shown: the value as it is told back.
        words: what the visitor wrote; empty where a button was chosen.
        turn: which message of the visitor's told it.
        at: when, seconds since 1970.
        confidence: chance that it was meant so, 0 to 1.
        unit: what was counted, in the visitor's word ("trucks"); empty for what is not counted.
        period: what the number was told for ("month"); empty where none was told.
        asked: it answered a question of the guide.
    """

    shown: str
    words: str
    turn: int
    at: float
    confidence: float = 1.0
    unit: str = ""
    period: str = ""
    asked: bool = False


@dataclass(frozen=True)
class Given:
    """An answer that was given: its subject, so that one can go back to it, and the yes or no it said."""

    target: str
    intent: str
    policies: tuple[str, ...] = ()
    exposure: str | None = None
    topic: str | None = None
    terms: tuple[str, ...] = ()
    verdict: str | None = None


@dataclass(frozen=True)
class Stance:
    """What the guide will not say however often it is asked: whether a claim is paid, a promise, cover in force.

    Attributes:
        on: claim, promise or bind.
        exposure: what happened, where it was named.
        turn: when it was taken, or asked about last.
        pressed: how often it was asked about since.
    """

    on: str
    exposure: str | None = None
    turn: int = 0
    pressed: int = 0


@dataclass(frozen=True)
class Frame:
    """What the conversation is about, kept in a slot: the last answer, and what was on the table before it.

    Attributes:
        target: id of the target last answered; empty before the first answer.
        text: the visitor's latest words that were answered, mended.
        policies: those asked about; where none was named, the one the answer was about.
        options: targets last listed, in the order shown; a policy stands for what it is.
        points: places of the points the last answer listed, in the order shown, where it listed nothing else.
        shown: targets last offered ("The closest I have").
        offered: the target that a "yes" to the last answer means.
        earlier: targets answered before, the latest first.
        happened: something has happened to the visitor, told in this conversation.
        misses: turns in a row that the guide could not answer.
        unanswered: the latest words that found no answer; empty once something was answered.
        asked_back: the fact that the last answer asked for, by its field.
        facts: what was told about the business, by field.
        given: answers given, the latest first.
        stance: what is not said however often it is asked.
    """

    target: str = ""
    intent: str = ""
    text: str = ""
    policies: tuple[str, ...] = ()
    exposure: str | None = None
    topic: str | None = None
    terms: tuple[str, ...] = ()
    industry: str | None = None
    state: str | None = None
    options: tuple[str, ...] = ()
    shown: tuple[str, ...] = ()
    offered: str | None = None
    earlier: tuple[str, ...] = ()
    happened: bool = False
    turn: int = 0
    misses: int = 0
    points: tuple[int, ...] = ()
    unanswered: str = ""
    asked_back: str | None = None
    facts: Mapping[str, Fact] = field(default_factory=dict)
    given: tuple[Given, ...] = ()
    stance: Stance | None = None

    @classmethod
    def from_slot(cls, value: Mapping[str, Any] | None) -> Frame | None:
        """None for an empty slot or one written by another version of the guide."""
        if not value or "target" not in value:
            return None
        known = {name: value[name] for name in cls.__dataclass_fields__ if name in value}
        for name in _TUPLES:
            known[name] = tuple(known.get(name) or ())
        stance = known.get("stance")
        known["facts"] = {name: Fact(**told) for name, told in (known.get("facts") or {}).items()}
        known["given"] = tuple(Given(**_with_tuples(each)) for each in known.get("given") or ())
        return cls(**{**known, "stance": Stance(**stance) if stance else None})

    @staticmethod
    def read_of(slot: Mapping[str, Any] | None) -> dict[str, Any] | None:
        """What of a slot reading a message may look at; the rest is for answers, and differs from turn to turn."""
        return {name: value for name, value in slot.items() if name not in _UNREAD} if slot else None

    def as_slot(self) -> dict[str, Any]:
        return dict(plain(self))


_UNREAD = frozenset({"turn", "misses", "unanswered", "asked_back", "facts", "stance"})
_TUPLES = ("policies", "terms", "options", "shown", "earlier", "points")  # a slot holds them as lists


def plain(value: Any) -> Any:
    """A dataclass as plain data, with lists for tuples; unlike ``asdict`` it copies no text, which takes longest."""
    if is_dataclass(value):
        return {name: plain(getattr(value, name)) for name in value.__dataclass_fields__}
    if isinstance(value, Mapping):
        return {name: plain(each) for name, each in value.items()}
    return [plain(each) for each in value] if isinstance(value, list | tuple) else value


def _with_tuples(value: Mapping[str, Any]) -> dict[str, Any]:
    return {name: tuple(each) if isinstance(each, list) else each for name, each in value.items()}


LONGEST_TALK = 30  # words of what was said before that are kept


def talked_about(before: str, *texts: str) -> str:
    """What was said so far, the latest words last, no more than a message can be read with."""
    return " ".join(" ".join([before, *texts]).split()[-LONGEST_TALK:])


@dataclass(frozen=True)
class Question:
    """What a visitor wants to know, decided: ids of the knowledge base.

    Attributes:
        intent: of domain.yml; who answers.
        target: id of the target; empty where a button said what it asks.
        chance: how likely it is what was asked, 0 to 1.
        policies: those asked about, in the visitor's order.
        held: policies the visitor only says to have.
        point: place of the point of the answer that comes nearest to the words; it is said first.
        certain: sure enough for a yes or a no.
        excluded: it is asked whether something is left out, so that a yes of cover is a no.
        closest: targets offered where none is sure enough, the likeliest first.
        happened: something has happened, and is no "what if".
        asks_cover: it likelier asks whether something is covered than anything else.
        follows: something was filled in from what was being talked about.
        bound: a button said exactly what it asks.
    """

    text: str
    intent: str
    target: str = ""
    chance: float = 1.0
    policies: tuple[str, ...] = ()
    held: tuple[str, ...] = ()
    exposure: str | None = None
    topic: str | None = None
    terms: tuple[str, ...] = ()
    industry: str | None = None
    state: str | None = None
    outside: str | None = None
    unknown_policy: str | None = None
    closest: tuple[str, ...] = ()
    point: int | None = None
    certain: bool = True
    excluded: bool = False
    happened: bool = False
    asks_cover: bool = False
    follows: bool = False
    bound: bool = False
    frame: Frame | None = None

    def as_data(self) -> dict[str, Any]:
        """Plain data for Rasa's parse; the frame travels on its own."""
        return {name: plain(getattr(self, name)) for name in self.__dataclass_fields__ if name != "frame"}

    @classmethod
    def from_data(cls, data: Mapping[str, Any], frame: Frame | None) -> Question:
        """What ``as_data`` wrote."""
        known = {k: tuple(v) if isinstance(v, list) else v for k, v in data.items() if k in cls.__dataclass_fields__}
        fields: dict[str, Any] = {**known, "frame": frame}
        return cls(**fields)


def asked_for(target: Target, question: Question) -> Question:
    """The question as one for a target: the fields that name what it is about are filled in."""
    entry = target.entry
    fields: dict[str, Any] = {"target": target.id, "intent": target.intent}
    if target.kind in ("topic", "relation", "agency"):
        fields["topic"] = entry
    elif target.kind == "term":
        fields["terms"] = (entry, *(each for each in question.terms if each != entry))
    elif target.kind == "exposure":
        fields |= {"exposure": entry, "intent": "ask_coverage" if question.policies else target.intent}
    elif target.kind == "industry":
        fields["industry"] = entry
    elif target.kind == "outside":
        fields["outside"] = entry
    elif target.kind == "facet":
        fields["policies"] = tuple(dict.fromkeys([*target.policies, *question.policies]))
    return replace(question, **fields)
