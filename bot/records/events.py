"""What happened in each conversation, as rows: the part of the tracker store that knows nothing of Rasa."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import bindparam, delete, func, select
from sqlalchemy.engine import Connection

from bot.records.connecting import lock
from bot.records.tables import event, insert_new

KIND = "events"  # in the spool

# Asked at every turn, so built once.
_LAST = select(func.max(event.c.number)).where(event.c.conversation == bindparam("of"))
_LAST_START = _LAST.where(event.c.starts_session)

Row = dict[str, Any]


def count(connection: Connection, conversation: str) -> int:
    """How many events of a conversation are stored."""
    found = connection.execute(_LAST, {"of": conversation}).scalar()
    return 0 if found is None else int(found) + 1


def session_start(connection: Connection, conversation: str) -> int:
    """The number of the first event that Rasa counts to the latest session."""
    return int(connection.execute(_LAST_START, {"of": conversation}).scalar() or 0)


def bodies(connection: Connection, conversation: str, first: int = 0) -> list[dict[str, Any]]:
    """The events from that number on."""
    found = select(event.c.body).where(event.c.conversation == conversation, event.c.number >= first)
    return list(connection.execute(found.order_by(event.c.number)).scalars())


def rows(conversation: str, first: int, happened: Sequence[tuple[float, bool, Mapping[str, Any]]]) -> list[Row]:
    """Rows to store.

    Args:
        first: the number of the first.
        happened: of each event the time, whether it starts a session, and what it is.
    """
    return [
        {"conversation": conversation, "number": first + n, "at": at, "starts_session": starts, "body": dict(body)}
        for n, (at, starts, body) in enumerate(happened)
    ]


def store(connection: Connection, fresh: Sequence[Row]) -> None:
    """Store rows; those that are there already stay as they are."""
    for conversation in sorted({row["conversation"] for row in fresh}):
        lock(connection, conversation)
    insert_new(connection, event, fresh)


def conversations(connection: Connection) -> list[str]:
    """Every conversation of which something is stored."""
    return list(connection.execute(select(event.c.conversation).distinct()).scalars())


def forget(connection: Connection, conversation: str) -> None:
    """Erase a conversation."""
    connection.execute(delete(event).where(event.c.conversation == conversation))


def forget_older_than(connection: Connection, seconds: float) -> None:
    """Erase conversations in which nothing happened for that long."""
    idle = select(event.c.conversation).group_by(event.c.conversation)
    idle = idle.having(func.max(event.c.at) < time.time() - seconds)
    connection.execute(delete(event).where(event.c.conversation.in_(idle)))
