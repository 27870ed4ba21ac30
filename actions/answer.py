"""A typed answer: what the knowledge decided, before any wording for a channel."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from understanding.question import plain


class Status(str, Enum):
    """How a turn ended (design: the ask contract)."""

    ANSWERED = "answered"
    CLARIFY = "clarify"
    FALLBACK = "fallback"
    OUT_OF_SCOPE = "out_of_scope"
    HANDOFF = "handoff"
    FLOW = "flow"
    CHITCHAT = "chitchat"


@dataclass(frozen=True)
class Button:
    """A next question: what the visitor reads, and exactly what it asks.

    ``ask`` holds fields of a Question (intent, policies, exposure …); the input gate turns a click, or
    the same words typed, back into it, so that a button never has to be understood.
    """

    title: str
    ask: dict[str, Any]


@dataclass(frozen=True)
class Row:
    """One line of a table: what is compared, and what is said of each column's thing, in the columns' order."""

    label: str
    cells: list[str]


@dataclass(frozen=True)
class Table:
    """Things side by side, a column each."""

    columns: list[str]
    rows: list[Row]


@dataclass
class Answer:
    """One answer.

    Attributes:
        lead: the answer itself in a sentence or two; verdict first where there is one.
        paragraphs: why, what covers it instead; lines that start with "- " are a list.  What is too long to be read at
            once goes behind "more" (``actions.wording.shortened``).
        more: what a visitor sees on asking for more.
        notes: what must be said with it however long it is: that it is no promise, that the law told is another's.
        confidence: chance that it is what was asked; None where nothing had to be understood.
        progress: which question of a form this is, and of how many.
        erased: everything said before this is gone; a channel forgets it too.
        offers: the target that a "yes" to this answer means.
        with_people: from here on a person has the conversation, so the guide asks and offers nothing more.
        table: what is best seen side by side, after the paragraphs; a channel without tables shows it as text.
    """

    status: Status
    intent: str
    lead: str
    paragraphs: list[str] = field(default_factory=list)
    more: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    verdict: str | None = None
    policies: list[str] = field(default_factory=list)
    exposure: str | None = None
    entries: list[str] = field(default_factory=list)
    sources: list[str] = field(default_factory=list)
    buttons: list[Button] = field(default_factory=list)
    simpler: str | None = None  # the same for somebody who asks for plain words
    table: Table | None = None
    confidence: float | None = None
    progress: tuple[int, int] | None = None
    erased: bool = False
    offers: str | None = None
    with_people: bool = False

    @property
    def said(self) -> list[str]:
        """What is shown before "more", without verdict and table."""
        return [part for part in (self.lead, *self.paragraphs, *self.notes) if part]

    def cite(self, *source_lists: list[str] | tuple[str, ...]) -> Answer:
        """Add sources, each once, in the order of what was said."""
        for sources in source_lists:
            self.sources += [s for s in sources if s not in self.sources]
        return self

    def as_dict(self) -> dict[str, Any]:
        """Plain data for the message the channel receives."""
        return {**plain(self), "status": self.status.value}
