"""What was said in each web session, in order, so that any tab can catch up after any interruption."""

from __future__ import annotations

import json
import sqlite3
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

Body = dict[str, Any]


@dataclass(frozen=True)
class Entry:
    """One message of a session; ``seq`` counts from 1 without gaps, which lets a client notice a loss."""

    seq: int
    at: float
    client_id: str | None
    body: Body

    def event(self) -> Body:
        """The message as browsers get it."""
        said_at = datetime.fromtimestamp(self.at, UTC).isoformat(timespec="seconds")
        own_id = {"id": self.client_id} if self.client_id else {}
        return {**self.body, **own_id, "seq": self.seq, "at": said_at}


class Transcript(Protocol):
    """Where the channel keeps what was said."""

    def append(self, session: str, body: Body, client_id: str | None = None) -> int:
        """Store a message and return its number; a client id already stored keeps its first message."""

    def seq_of(self, session: str, client_id: str) -> int | None:
        """The number of the message a client sent under this id, if it arrived before."""

    def entry(self, session: str, seq: int) -> Entry | None:
        """The message with that number."""

    def since(self, session: str, after: int = 0, limit: int = 500) -> list[Entry]:
        """The last ``limit`` messages that follow number ``after``."""

    def owe(self, session: str, client_id: str) -> None:
        """Note, before a client's message is stored, that it wants an answer."""

    def settle(self, session: str, client_id: str) -> None:
        """Note that a client's message has its answer, or needs none."""

    def owed(self) -> list[str]:
        """Sessions that a server which was killed has left without an answer; told once."""

    def forget(self, session: str) -> None:
        """Erase what was said in a session, because its visitor asked to; only empty, numbered messages stay."""

    def forget_older_than(self, seconds: float) -> None:
        """Erase sessions in which nothing was said for that long."""

    def close(self) -> None:
        """Release the store."""


class SqliteTranscript:
    """A transcript in one SQLite file, or in memory.

    A write is one row in WAL mode without a disk flush (well under a millisecond), so it is made on
    the event loop: what a client was told is stored is stored.
    """

    def __init__(self, path: Path | None = None) -> None:
        if path:
            path.touch(mode=0o600)  # what visitors wrote is theirs; SQLite gives its side files the same mode
        self._db = sqlite3.connect(path or ":memory:", timeout=5, isolation_level=None)
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = NORMAL")
        self._db.execute("PRAGMA secure_delete = ON")  # forgotten means gone from the file, too
        self._db.execute(
            "CREATE TABLE IF NOT EXISTS message (session TEXT, seq INTEGER, at REAL NOT NULL, client_id TEXT,"
            " body TEXT NOT NULL, PRIMARY KEY (session, seq), UNIQUE (session, client_id)) WITHOUT ROWID"
        )
        self._db.execute(
            "CREATE TABLE IF NOT EXISTS owed (session TEXT, client_id TEXT, PRIMARY KEY (session, client_id))"
            " WITHOUT ROWID"
        )

    def append(self, session: str, body: Body, client_id: str | None = None) -> int:
        # One statement numbers and stores, so processes that share the file cannot give a number twice.
        row = self._db.execute(
            "INSERT INTO message SELECT ?1, coalesce(max(seq), 0) + 1, ?2, ?3, ?4 FROM message"
            " WHERE session = ?1 ON CONFLICT (session, client_id) DO NOTHING RETURNING seq",
            (session, time.time(), client_id, json.dumps(body, ensure_ascii=False)),
        ).fetchall()
        seq = row[0][0] if row else self.seq_of(session, client_id or "")
        assert seq is not None  # either the row is new or its client id was there
        return int(seq)

    def seq_of(self, session: str, client_id: str) -> int | None:
        row = self._db.execute(
            "SELECT seq FROM message WHERE session = ? AND client_id = ?", (session, client_id)
        ).fetchone()
        return int(row[0]) if row else None

    def entry(self, session: str, seq: int) -> Entry | None:
        row = self._db.execute(
            "SELECT seq, at, client_id, body FROM message WHERE session = ? AND seq = ?", (session, seq)
        ).fetchone()
        return _entry(row) if row else None

    def since(self, session: str, after: int = 0, limit: int = 500) -> list[Entry]:
        rows = self._db.execute(
            "SELECT seq, at, client_id, body FROM message WHERE session = ? AND seq > ? ORDER BY seq DESC LIMIT ?",
            (session, after, limit),
        ).fetchall()
        return [_entry(row) for row in reversed(rows)]

    def owe(self, session: str, client_id: str) -> None:
        self._db.execute("INSERT OR IGNORE INTO owed VALUES (?, ?)", (session, client_id))

    def settle(self, session: str, client_id: str) -> None:
        self._db.execute("DELETE FROM owed WHERE session = ? AND client_id = ?", (session, client_id))

    def owed(self) -> list[str]:
        # A message that never got as far as the transcript was not acknowledged: its client sends it again.
        rows = self._db.execute("SELECT DISTINCT session FROM owed JOIN message USING (session, client_id)").fetchall()
        self._db.execute("DELETE FROM owed")
        return [session for (session,) in rows]

    def forget(self, session: str) -> None:
        self._db.execute("UPDATE message SET body = '{\"erased\": true}' WHERE session = ?", (session,))
        self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def forget_older_than(self, seconds: float) -> None:
        self._db.execute(
            "DELETE FROM message WHERE session IN (SELECT session FROM message GROUP BY session HAVING max(at) < ?)",
            (time.time() - seconds,),
        )

    def close(self) -> None:
        self._db.close()


def _entry(row: tuple[int, float, str | None, str]) -> Entry:
    seq, at, client_id, body = row
    return Entry(seq, at, client_id, json.loads(body))
