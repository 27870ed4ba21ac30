"""What was asked, and what was being talked about.  Data only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from understanding.targets import Target


@dataclass(frozen=True)
class Frame:
    """What the conversation is about, kept in a slot: the last answer, and what was on the table before it.

    Attributes:
        target: id of the target last answered; empty before the first answer.
        text: the visitor's latest words that were answered, mended.
        policies: those asked about; where none was named, the one the answer was about.
        options: policies last listed to choose from.
        shown: targets last offered ("The closest I have").
        offered: the target that a "yes" to the last answer means.
        earlier: targets answered before, the latest first.
        happened: something has happened to the visitor, told in this conversation.
        misses: turns in a row that the guide could not answer.
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

    @classmethod
    def from_slot(cls, value: Mapping[str, Any] | None) -> Frame | None:
        """None for an empty slot or one written by another version of the guide."""
        if not value or "target" not in value:
            return None
        known = {name: value[name] for name in cls.__dataclass_fields__ if name in value}
        for name in _TUPLES:
            known[name] = tuple(known.get(name) or ())
        return cls(**known)

    def as_slot(self) -> dict[str, Any]:
        return {**asdict(self), **{name: list(getattr(self, name)) for name in _TUPLES}}


_TUPLES = ("policies", "terms", "options", "shown", "earlier")  # a slot holds them as lists


LONGEST_TALK = 60  # words of what was said before that are kept


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
        closest: targets offered where none is sure enough, the likeliest first.
        happened: something has happened, and is no "what if".
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
    happened: bool = False
    follows: bool = False
    bound: bool = False
    frame: Frame | None = None

    def as_data(self) -> dict[str, Any]:
        """Plain data for Rasa's parse; the frame travels on its own."""
        fields = asdict(self)
        fields.pop("frame")
        return {name: list(value) if isinstance(value, tuple) else value for name, value in fields.items()}

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
