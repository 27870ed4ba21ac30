"""What visitors think of the answers, for whoever looks after the content."""

from __future__ import annotations

import json
import textwrap
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import sqlite_utils

from bot.channels.transcript import Transcript
from bot.privacy import mask

KEPT_DAYS = 180
MAX_REASON = 500  # characters
VOTES = ("up", "down")
SHOWN = 200  # characters of an answer


@dataclass(frozen=True)
class Opinion:
    """One visitor's vote on one answer.

    Attributes:
        session: whose conversation.
        seq: the answer's number in it.
        vote: ``up`` or ``down``.
        reason: why, in the visitor's words without identifiers; empty where nothing was said.
        entries: ids of the entries that the answer was made from.
        version: of the content that answered.
        at: when, UTC, ISO 8601.
    """

    session: str
    seq: int
    vote: str
    reason: str = ""
    entries: list[str] = field(default_factory=list)
    version: str | None = None
    at: str = field(default_factory=lambda: _stamp(datetime.now(UTC)))


class Feedback:
    """Votes in one SQLite file; an answer of a session has one."""

    def __init__(self, path: Path) -> None:
        path.touch(mode=0o600)
        self._db = sqlite_utils.Database(path)
        self._db.enable_wal()
        self._db.execute("PRAGMA synchronous = NORMAL")  # written on the event loop, like the transcript
        self._db.execute("PRAGMA secure_delete = ON")
        self._table.create(
            {"session": str, "seq": int, "vote": str, "reason": str, "entries": str, "version": str, "at": str},
            pk=("session", "seq"),
            if_not_exists=True,
        )

    @property
    def _table(self) -> sqlite_utils.db.Table:
        return self._db.table("feedback")

    def give(self, opinion: Opinion) -> Opinion:
        """Keep a vote in the place of an earlier one, its reason masked; returns what is kept."""
        kept = Opinion(**{**asdict(opinion), "reason": mask(opinion.reason)})
        self._table.upsert({**asdict(kept), "entries": json.dumps(kept.entries)}, pk=("session", "seq"))
        return kept

    def take_back(self, session: str, seq: int) -> None:
        """Forget one vote, if it was given."""
        self._erase("session = ? and seq = ?", [session, seq])

    def of(self, session: str) -> list[Opinion]:
        """The votes of a session, in the order of its answers."""
        return self._where("session = ?", [session], "seq")

    def all(self, vote: str) -> list[Opinion]:
        """All votes of one kind, newest first."""
        return self._where("vote = ?", [vote], "at desc")

    def count(self) -> int:
        """How many answers have a vote."""
        return int(self._table.count)

    def _where(self, where: str, values: list[Any], order: str) -> list[Opinion]:
        rows = self._table.rows_where(where, values, order_by=order)
        return [Opinion(**{**row, "entries": json.loads(row["entries"])}) for row in rows]

    def forget(self, session: str) -> None:
        """Erase the votes of a session, from the pages of the file too."""
        self._erase("session = ?", [session])

    def forget_older_than(self, days: float) -> None:
        """Erase votes given longer ago than that."""
        self._erase("at < ?", [_stamp(datetime.now(UTC) - timedelta(days=days))])

    def _erase(self, where: str, values: list[Any]) -> None:
        with self._db.conn:
            self._table.delete_where(where, values)
        self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def close(self) -> None:
        """Release the file."""
        self._db.close()


def as_read(opinion: Opinion, transcript: Transcript) -> str:
    """A vote as lines for whoever looks after the content; question and answer only while the transcript has them."""
    before = [entry for entry in transcript.since(opinion.session) if entry.seq <= opinion.seq]
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


def _stamp(time: datetime) -> str:
    return time.isoformat(timespec="seconds")
