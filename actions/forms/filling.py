"""A form as it is kept: what is known, what was asked, and what a message did to it.  Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from enum import Enum
from typing import Any

from actions.forms.said import Value

CONFIRM = "confirm"  # asked when nothing else is: is all of it right?


@dataclass(frozen=True)
class Filling:
    """A form as kept in its slot; without a name, only what is known of the visitor, kept for the next form."""

    form: str | None
    values: Mapping[str, Value] = field(default_factory=dict)
    asked: tuple[str, ...] = ()  # ids in the order first asked
    asking: str | None = None  # the field asked last, or CONFIRM
    misses: int = 0  # answers in a row to this question that could not be taken
    refused: tuple[str, ...] = ()  # reasons told why an answer could not be taken
    at: float = 0.0  # when it was last touched, seconds since 1970
    aside: bool = False  # the last message asked something of its own

    @classmethod
    def from_slot(cls, slot: Mapping[str, Any] | None) -> Filling | None:
        """None for an empty slot or one written by another version of the guide."""
        if not slot or not {"form", "values", "asked", "asking"} <= slot.keys():
            return None
        known = {name: slot[name] for name in cls.__dataclass_fields__ if name in slot}
        values = {name: Value(each["value"], each["shown"]) for name, each in slot["values"].items()}
        told = {name: tuple(slot.get(name) or ()) for name in ("asked", "refused")}
        return cls(**{**known, "values": values, **told})

    def as_slot(self) -> dict[str, Any]:
        return {
            **asdict(self),
            "values": {k: asdict(v) for k, v in self.values.items()},
            **{name: list(getattr(self, name)) for name in ("asked", "refused")},
        }

    def facts(self) -> dict[str, Any]:
        """Field id -> what is known; None where it was skipped."""
        return {name: each.value for name, each in self.values.items()}

    @property
    def only_sharpens(self) -> bool:
        """Whether an answer was given already, so that its questions may go without theirs."""
        return self.form == "recommendation" and self.values.get("industry", SKIPPED).value is not None

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
    ASKED_HOW_LONG = "asked how long"
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
    choices: tuple[Value, ...] = ()  # to choose the right one from, where a refusal asks which
    interrupted: bool = False  # by something that comes first: nothing is asked again this turn


def asking(filling: Filling, field_id: str) -> Filling:
    """The form with a question asked again; what was known of it stands until it is answered anew."""
    return replace(filling, asking=field_id, misses=0)


def missed(filling: Filling) -> Filling:
    return replace(filling, misses=filling.misses + 1)
