"""What visitors think of the answers, for whoever looks after the content."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.engine import Connection
from sqlalchemy.sql import ColumnElement

from bot.privacy import mask
from bot.records.engine import Records
from bot.records.tables import feedback
from bot.records.transcript import Entry

KEPT_DAYS = 180
MAX_REASON = 500  # characters
VOTES = ("up", "down")
SHOWN = 200  # characters of an answer


@dataclass(frozen=True)
class Opinion:
    """One visitor's vote on one answer.

    Attributes:
        conversation: its name in all tables, channel first.
        seq: the answer's number in it.
        vote: ``up`` or ``down``.
        reason: why, in the visitor's words without identifiers; empty where nothing was said.
        entries: ids of the entries that the answer was made from.
        version: of the content that answered.
        at: when, UTC, ISO 8601.
    """

    conversation: str
    seq: int
    vote: str
    reason: str = ""
    entries: list[str] = field(default_factory=list)
    version: str | None = None
    at: str = field(default_factory=lambda: _stamp(datetime.now(UTC)))


class Feedback:
    """Votes on answers; an answer of a conversation has one.  Every method may raise RecordsUnavailable."""

    def __init__(self, records: Records) -> None:
        self._records = records

    async def give(self, opinion: Opinion) -> Opinion:
        """Keep a vote in the place of an earlier one, its reason masked; returns what is kept."""
        kept = Opinion(**{**asdict(opinion), "reason": mask(opinion.reason)})
        await self._records.run(lambda connection: _give(connection, kept))
        return kept

    async def take_back(self, conversation: str, seq: int) -> None:
        """Forget one vote, if it was given."""
        given = delete(feedback).where(feedback.c.conversation == conversation, feedback.c.seq == seq)
        await self._records.run(lambda connection: connection.execute(given), erases=True)

    async def of(self, conversation: str) -> list[Opinion]:
        """The votes of a conversation, in the order of its answers."""
        return await self._select(feedback.c.conversation == conversation, feedback.c.seq)

    async def all(self, vote: str) -> list[Opinion]:
        """All votes of one kind, newest first."""
        return await self._select(feedback.c.vote == vote, feedback.c.at.desc())

    async def count(self) -> int:
        """How many answers have a vote."""
        number = select(func.count()).select_from(feedback)
        return await self._records.read(lambda connection: int(connection.execute(number).scalar_one()))

    async def forget_older_than(self, days: float) -> None:
        """Erase votes given longer ago than that."""
        await self._records.run(lambda connection: forget_older_than(connection, days), erases=True)

    async def _select(self, which: ColumnElement, order: ColumnElement) -> list[Opinion]:
        found = select(feedback).where(which).order_by(order)
        return await self._records.read(lambda c: [_opinion(row) for row in c.execute(found).mappings()])


def votes_of(connection: Connection, conversation: str) -> dict[int, str]:
    """The vote on each answer of a conversation, by its number, within a transaction."""
    found = select(feedback.c.seq, feedback.c.vote).where(feedback.c.conversation == conversation)
    return {seq: vote for seq, vote in connection.execute(found)}


def forget(connection: Connection, conversation: str) -> None:
    """Erase the votes of a conversation within a transaction."""
    connection.execute(delete(feedback).where(feedback.c.conversation == conversation))


def forget_older_than(connection: Connection, days: float) -> None:
    """Erase old votes within a transaction."""
    connection.execute(delete(feedback).where(feedback.c.at < _stamp(datetime.now(UTC) - timedelta(days=days))))


def as_read(opinion: Opinion, said: Sequence[Entry]) -> str:
    """A vote as lines for whoever looks after the content.

    Args:
        said: the conversation's transcript, as far as it is kept.
    """
    before = [entry for entry in said if entry.seq <= opinion.seq]
    asked = next((entry.body.get("text") for entry in reversed(before) if entry.body.get("from") == "visitor"), None)
    answered = next((entry.body.get("text") for entry in before if entry.seq == opinion.seq), None)
    lines = {
        "Asked": asked,
        "Answered": textwrap.shorten(answered, SHOWN) if answered else None,
        "Missing": opinion.reason,
        "From": ", ".join(opinion.entries),
    }
    head = f"{opinion.at:.16}  content {opinion.version}"
    return "\n".join([head, *(f"  {name}: {text}" for name, text in lines.items() if text)])


def _give(connection: Connection, opinion: Opinion) -> None:
    values = asdict(opinion)
    key = {"conversation": values.pop("conversation"), "seq": values.pop("seq")}
    earlier = update(feedback).where(feedback.c.conversation == key["conversation"], feedback.c.seq == key["seq"])
    if not connection.execute(earlier.values(**values)).rowcount:
        connection.execute(insert(feedback), {**key, **values})


def _opinion(row: Any) -> Opinion:
    return Opinion(**row)


def _stamp(time: datetime) -> str:
    return time.isoformat(timespec="seconds")
