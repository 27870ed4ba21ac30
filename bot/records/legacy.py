"""Takes in the files that the guide kept before there was one database, and sets them aside.

A file is taken in whole or not at all, and once: what was in it is remembered in the transaction that stores its rows.
Rows that are there already stay as they are.  Afterwards it is renamed to ``*.imported``, for whoever wants to be
sure, and goes when conversations of its day would go.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Table, func, insert, select
from sqlalchemy.engine import Connection

from bot.records import tables
from bot.records.engine import Records
from bot.records.states import State
from bot.records.tables import insert_new
from bot.records.tickets import Ticket

ENDING = ".imported"
IMPORT_SECONDS = 600.0
_AT_ONCE = 500  # rows

Row = dict[str, Any]


class Unreadable(Exception):
    """An old file that could not be taken in; the message says why and what to do."""


@dataclass(frozen=True)
class Imported:
    """An old file that was taken in, and how many of its rows were new."""

    name: str
    rows: int


def old_files(folder: Path) -> list[Path]:
    """Those that wait to be taken in."""
    return [folder / name for name in _READERS if (folder / name).exists()]


def import_files(records: Records, folder: Path) -> list[Imported]:
    """Take all of them in.

    Raises:
        Unreadable: for those that could not be, once all others are.
    """
    done, failed = [], []
    for path in old_files(folder):
        try:
            digest = _at_rest(path)
            rows = records.run_now(lambda connection: _import(connection, path, digest), seconds=IMPORT_SECONDS)  # noqa: B023
        except (OSError, sqlite3.Error, ValueError, KeyError) as error:
            failed.append(f"{path} cannot be taken into the database, and stays where it is: {error}.")
        else:
            _set_aside(path)
            done.append(Imported(path.name, rows))
    if failed:
        raise Unreadable("\n".join(failed))
    return done


def forget(folder: Path, conversation: str) -> None:
    """Erase a conversation from files that were set aside."""
    session = conversation.removeprefix("web:")
    keys = {"message": session, "owed": session, "feedback": session, "event": conversation, "ticket": conversation}
    for path in folder.glob(f"*{ENDING}"):
        with closing(sqlite3.connect(path)) as old, old:
            old.execute("pragma secure_delete = on")
            for table, column in _tables(old):
                if table in keys:
                    old.execute(f"delete from {table} where {column} = ?", (keys[table],))


def forget_older_than(folder: Path, seconds: float) -> None:
    """Remove files that were set aside so long ago."""
    for path in folder.glob(f"*{ENDING}"):
        if path.stat().st_mtime < time.time() - seconds:
            path.unlink()


def _tables(old: sqlite3.Connection) -> list[tuple[str, str]]:
    """Each table with the column that says whose a row is."""
    whose = ("conversation", "session", "sender")
    names = [str(name) for (name,) in old.execute("select name from sqlite_master where type = 'table'")]
    columns = {name: [str(row[1]) for row in old.execute(f"pragma table_info('{name}')")] for name in names}
    return [(name, next(c for c in columns[name] if c in whose)) for name in names if set(whose) & set(columns[name])]


def _at_rest(path: Path) -> str:
    """A digest of the file, once all of it is in the one file.

    Raises:
        sqlite3.Error: it is no database, or the guide of before still has it open.
    """
    with closing(sqlite3.connect(path, timeout=1, isolation_level=None)) as old:
        old.execute("pragma wal_checkpoint(truncate)")
        old.execute("pragma journal_mode = delete")  # refused while somebody else has it open
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _import(connection: Connection, path: Path, digest: str) -> int:
    known = select(tables.imported.c.digest).where(tables.imported.c.digest == digest)
    if connection.execute(known).first():
        return 0  # the process ended before the file was renamed
    with closing(sqlite3.connect(path)) as old:
        old.row_factory = sqlite3.Row
        rows = _READERS[path.name](connection, old)
    connection.execute(insert(tables.imported).values(digest=digest, name=path.name, at=time.time()))
    return rows


def _set_aside(path: Path) -> None:
    target, number = path.with_name(path.name + ENDING), 1
    while target.exists():
        number += 1
        target = path.with_name(f"{path.name}.{number}{ENDING}")
    with suppress(FileNotFoundError):  # another process was faster
        path.rename(target)
        target.chmod(0o600)
        target.touch()  # its time begins now


def _rows(old: sqlite3.Connection, table: str) -> Iterator[Row]:
    if old.execute("select 1 from sqlite_master where type = 'table' and name = ?", (table,)).fetchone():
        for row in old.execute(f"select * from {table}"):
            yield dict(row)


def _put(connection: Connection, table: Table, rows: Iterator[Row]) -> int:
    """Store rows; how many of them were new."""

    def count() -> int:
        return int(connection.execute(select(func.count()).select_from(table)).scalar_one())

    before, batch = count(), []
    for row in rows:
        batch.append(row)
        if len(batch) == _AT_ONCE:
            insert_new(connection, table, batch)
            batch = []
    insert_new(connection, table, batch)
    return count() - before


def _transcript(connection: Connection, old: sqlite3.Connection) -> int:
    said = (
        {
            "conversation": f"web:{row['session']}",
            "body": json.loads(row["body"]),
            **{name: row[name] for name in ("seq", "at", "client_id")},
        }
        for row in _rows(old, "message")
    )
    count = _put(connection, tables.message, said)
    owed = {(row["session"], row["client_id"]) for row in _rows(old, "owed")}
    waiting = (
        {
            "conversation": f"web:{row['session']}",
            "client_id": row["client_id"],
            "seq": row["seq"],
            "channel": "web",
            "text": str(json.loads(row["body"]).get("text") or ""),
            "call": "imported",
            "at": row["at"],
            "answered": None,
        }
        for row in _rows(old, "message")
        if (row["session"], row["client_id"]) in owed
    )
    return count + _put(connection, tables.journal, waiting)


def _conversations(connection: Connection, old: sqlite3.Connection) -> int:
    tracked = (
        {
            "conversation": row["sender"],
            "number": row["number"],
            "at": row["at"],
            "starts_session": bool(row["starts_session"]),
            "body": json.loads(row["body"]),
        }
        for row in _rows(old, "event")
    )
    return _put(connection, tables.event, tracked)


def _tickets(connection: Connection, old: sqlite3.Connection) -> int:
    def asked(row: Row) -> Row:
        as_json: Row = {"transcript": [], "facts": {}, "consent": {}}
        texts = {name: row.get(name) or "" for name in ("summary", "confirmation")}
        marks = {name: row.get(name) for name in ("hold", "keep_until", "erase_asked")}
        waits = row["status"] == "requested"
        moment = datetime.fromisoformat(row["created_at"]).timestamp()
        return {
            **Ticket("", "", "", "", "", [], "").__dict__,
            **{name: row[name] for name in ("reference", "conversation", "reason", "priority", "created_at")},
            "status": (State.CALLBACK if waits else State.RESOLVED).value,
            "channel": str(row["conversation"]).partition(":")[0],
            "waiting_since": moment,
            "changed": moment,
            **{name: json.loads(row.get(name) or "null") or nothing for name, nothing in as_json.items()},
            **texts,
            **marks,
            "updated_at": row.get("updated_at") or row["created_at"],
        }

    return _put(connection, tables.ticket, map(asked, _rows(old, "ticket")))


def _feedback(connection: Connection, old: sqlite3.Connection) -> int:
    votes = (
        {
            "conversation": f"web:{row['session']}",
            "entries": json.loads(row["entries"]),
            **{name: row[name] for name in ("seq", "vote", "reason", "version", "at")},
        }
        for row in _rows(old, "feedback")
    )
    return _put(connection, tables.feedback, votes)


_READERS: dict[str, Callable[[Connection, sqlite3.Connection], int]] = {
    "web_transcript.db": _transcript,
    "conversations.db": _conversations,
    "tickets.db": _tickets,
    "feedback.db": _feedback,
}
