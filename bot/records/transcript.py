"""What was said in each session, in order, so that any tab can catch up after any interruption."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.engine import Connection

from bot.records.connecting import lock
from bot.records.engine import Records
from bot.records.outbox import announce
from bot.records.states import WITH_PEOPLE
from bot.records.tables import journal, message, ticket

Body = dict[str, Any]

ERASED = {"erased": True}  # what stays of a message
OVER = ":over"  # client id of the last line of a conversation that its visitor reads no more

_ENTRY = (message.c.seq, message.c.at, message.c.client_id, message.c.body)


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


class Transcript:
    """The sessions of one channel.  Every method may raise RecordsUnavailable."""

    def __init__(self, records: Records, channel: str = "web") -> None:
        self._records = records
        self._channel = channel

    async def append(self, session: str, body: Body, client_id: str | None = None) -> int:
        """Store a message, send it where its channel is pushed, and return its number.

        A client id already stored keeps its first message.
        """
        return await self._records.run(lambda connection: say(connection, self._name(session), body, client_id))

    async def seq_of(self, session: str, client_id: str) -> int | None:
        """The number of the message a client sent under this id, if it arrived before."""
        return await self._records.read(lambda connection: seq_of(connection, self._name(session), client_id))

    async def entry(self, session: str, seq: int) -> Entry | None:
        """The message with that number."""
        return await self._records.read(lambda connection: entry(connection, self._name(session), seq))

    async def since(self, session: str, after: int = 0, limit: int = 500) -> list[Entry]:
        """The last ``limit`` messages that follow number ``after``."""
        return await self._records.read(lambda connection: since(connection, self._name(session), after, limit))

    async def forget(self, session: str) -> None:
        """Erase what was said in a session, because its visitor asked to; only empty, numbered messages stay."""
        await self._records.run(lambda connection: forget(connection, self._name(session)), erases=True)

    async def forget_older_than(self, seconds: float) -> None:
        """Erase sessions of every channel in which nothing was said for that long."""
        await self._records.run(lambda connection: forget_older_than(connection, seconds), erases=True)

    def _name(self, session: str) -> str:
        return f"{self._channel}:{session}"


def say(connection: Connection, conversation: str, body: Body, client_id: str | None = None) -> int:
    """``Transcript.append`` within a transaction."""
    if client_id is not None and (known := seq_of(connection, conversation, client_id)) is not None:
        return known
    seq = append(connection, conversation, body, client_id)
    if body.get("from") != "visitor":
        announce(connection, conversation, [seq])
    return seq


def append(connection: Connection, conversation: str, body: Body, client_id: str | None = None) -> int:
    """Store a message within a transaction, and tell nobody."""
    lock(connection, conversation)
    if client_id is not None and (known := seq_of(connection, conversation, client_id)) is not None:
        return known
    last = select(func.coalesce(func.max(message.c.seq), 0)).where(message.c.conversation == conversation)
    seq = int(connection.execute(last).scalar_one()) + 1
    row = {"conversation": conversation, "seq": seq, "at": time.time(), "client_id": client_id, "body": body}
    connection.execute(insert(message), row)
    return seq


def seq_of(connection: Connection, conversation: str, client_id: str) -> int | None:
    """``Transcript.seq_of`` within a transaction."""
    return connection.execute(
        select(message.c.seq).where(message.c.conversation == conversation, message.c.client_id == client_id)
    ).scalar()


def entry(connection: Connection, conversation: str, seq: int) -> Entry | None:
    """``Transcript.entry`` within a transaction."""
    found = select(*_ENTRY).where(message.c.conversation == conversation, message.c.seq == seq)
    row = connection.execute(found).first()
    return Entry(*row) if row else None


def since(connection: Connection, conversation: str, after: int = 0, limit: int = 500) -> list[Entry]:
    """``Transcript.since`` within a transaction."""
    later = select(*_ENTRY).where(message.c.conversation == conversation, message.c.seq > after)
    found = connection.execute(later.order_by(message.c.seq.desc()).limit(limit)).all()
    return [Entry(*row) for row in reversed(found)]


def called(connection: Connection, conversation: str, client_id: str) -> Entry | None:
    """The message that a client calls so, within a transaction."""
    found = select(*_ENTRY).where(message.c.conversation == conversation, message.c.client_id == client_id)
    row = connection.execute(found).first()
    return Entry(*row) if row else None


def forget(connection: Connection, conversation: str) -> None:
    """``Transcript.forget`` within a transaction; what waits for its answer goes on waiting, without its text."""
    connection.execute(update(message).where(message.c.conversation == conversation).values(body=ERASED))
    connection.execute(update(journal).where(journal.c.conversation == conversation).values(text=""))


def forget_older_than(connection: Connection, seconds: float) -> None:
    """``Transcript.forget_older_than`` within a transaction; what people have in hand is not old."""
    in_hand = select(ticket.c.conversation).where(ticket.c.status.in_(WITH_PEOPLE))
    idle = select(message.c.conversation).where(message.c.conversation.not_in(in_hand)).group_by(message.c.conversation)
    idle = idle.having(func.max(message.c.at) < time.time() - seconds)
    connection.execute(delete(journal).where(journal.c.conversation.in_(idle)))
    connection.execute(delete(message).where(message.c.conversation.in_(idle)))
