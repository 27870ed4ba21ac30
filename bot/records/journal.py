"""Which messages were accepted, and which of them have their answer: nothing is lost, and nothing answered twice.

A message is stored, with its place in the transcript, before it is acknowledged; its answer is stored with the mark
that it has one.  So a process may end at any moment: what is not marked is answered by the next.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, delete, insert, not_, or_, select, update
from sqlalchemy.engine import Connection

from bot.records import steps
from bot.records.connecting import lock
from bot.records.engine import Records, RecordsUnavailable
from bot.records.outbox import announce
from bot.records.states import State, Step
from bot.records.tables import journal, server
from bot.records.transcript import Body, append, seq_of

KIND = "answer"  # in the spool
RETURN = ":return:"  # begins the ids of what the guide owes when people leave; no client can send it


@dataclass(frozen=True)
class Accepted:
    """A visitor's message that is stored: its number, and whether this call stored it.

    Attributes:
        ticket: of people who have the conversation, for whom it is; None where the guide is to answer.
    """

    seq: int
    fresh: bool
    ticket: str | None = None


@dataclass(frozen=True)
class Pending:
    """A message that was accepted and has no answer; its text is empty where it was erased meanwhile."""

    conversation: str
    client_id: str
    text: str


class Journal:
    """The journal of all channels.

    Args:
        server: the id of the process that takes messages in hand here, where several serve.
    """

    def __init__(self, records: Records, server: str | None = None) -> None:
        self._records = records
        self.server = server

    async def accept(self, conversation: str, channel: str, client_id: str, text: str) -> Accepted:
        """Store a message, in the transcript too, before it is acknowledged; one that was there changes nothing.

        Args:
            conversation: its name in all tables, channel first.
            text: without identifiers.

        Raises:
            RecordsUnavailable: it is not stored, and must not be acknowledged.
        """
        call = new_call()
        return await self._records.run(lambda c: accept(c, conversation, channel, client_id, text, call, self.server))

    async def answered(self, conversation: str, client_id: str, messages: Sequence[Body]) -> list[int]:
        """Store an answer and that the message has it, both or neither.

        Returns:
            The numbers of the answer's messages; none where the message had its answer already, and none where the
            database could not take it and the spool has it: it appears as soon as the database can.

        Raises:
            RecordsUnavailable: the spool could not take it either.
        """
        answer = {"conversation": conversation, "client_id": client_id, "messages": list(messages)}
        try:
            return await self._records.run(lambda connection: store_spooled(connection, answer))
        except RecordsUnavailable:
            await self._records.spool(KIND, answer)
            return []

    async def take_up(self, gone: Sequence[str] = ()) -> list[Pending]:
        """Take in hand what waits for its answer in nobody's, each conversation's in the order it came.

        Args:
            gone: ids of processes that have ended; they are forgotten.
        """
        return await self._records.run(lambda connection: _take_up(connection, self.server, gone))

    async def owed_returns(self, conversation: str) -> list[Pending]:
        """The words that the guide owes in a conversation which people have left."""
        mine = and_(journal.c.conversation == conversation, journal.c.client_id.startswith(RETURN))
        owed = select(journal.c.conversation, journal.c.client_id, journal.c.text)
        owed = owed.where(mine, journal.c.answered.is_(None)).order_by(journal.c.seq, journal.c.at)
        return await self._records.read(lambda connection: [Pending(*row) for row in connection.execute(owed)])


def new_call() -> str:
    """Names an attempt to store something, which a database may run twice."""
    return secrets.token_hex(8)


def accept(
    connection: Connection,
    conversation: str,
    channel: str,
    client_id: str,
    text: str,
    call: str,
    server: str | None = None,
) -> Accepted:
    """``Journal.accept`` within a transaction."""
    row: dict[str, Any] = {"conversation": conversation, "channel": channel, "client_id": client_id, "text": text}
    row |= {"call": call, "server": server}
    lock(connection, conversation)
    known = seq_of(connection, conversation, client_id)
    if known is not None:
        # The same call where the database lost the connection while it committed: then it is still this one's.
        caller = select(journal.c.call).where(journal.c.conversation == conversation, journal.c.client_id == client_id)
        return Accepted(known, connection.execute(caller).scalar() == row["call"])
    seq = append(connection, conversation, {"from": "visitor", "text": row["text"]}, client_id)
    now, held = time.time(), steps.held(connection, conversation)
    if held:
        steps.hear(connection, held, row["text"])
        connection.execute(insert(journal), {**row, "text": "", "seq": seq, "at": now, "answered": now})
        return Accepted(seq, True, held.reference)
    connection.execute(insert(journal), {**row, "seq": seq, "at": now, "answered": None})
    return Accepted(seq, True)


def for_people(connection: Connection, conversation: str, after: int) -> set[int]:
    """Numbers of a visitor's messages that were for people from the first moment, those that follow a number."""
    mine = and_(journal.c.conversation == conversation, journal.c.seq > after, journal.c.answered == journal.c.at)
    return set(connection.execute(select(journal.c.seq).where(mine)).scalars())


def _take_up(connection: Connection, mine: str | None, gone: Sequence[str]) -> list[Pending]:
    lock(connection, "journal")  # no conversation is called so
    connection.execute(delete(server).where(server.c.id.in_(gone)))
    in_hand = journal.c.server.in_(select(server.c.id))
    free = and_(journal.c.answered.is_(None), or_(journal.c.server.is_(None), not_(in_hand)))
    waiting = select(journal.c.conversation, journal.c.client_id, journal.c.text).where(free)
    found = [Pending(*row) for row in connection.execute(waiting.order_by(journal.c.seq, journal.c.at))]
    if found and mine:
        connection.execute(update(journal).where(free).values(server=mine))
    return found


def store_spooled(connection: Connection, answer: dict[str, Any]) -> list[int]:
    """Store an answer within a transaction; one that is there already changes nothing.

    Where people have the conversation by now, they answer, and the guide's answer goes nowhere; that a person was asked
    for it still says, and then the visitor is in the queue.
    """
    lock(connection, answer["conversation"])
    held = steps.held(connection, answer["conversation"])
    own = held is not None and held.turn == answer["client_id"]
    waiting = update(journal).where(
        journal.c.conversation == answer["conversation"],
        journal.c.client_id == answer["client_id"],
        journal.c.answered.is_(None),
    )
    if not connection.execute(waiting.values(answered=time.time(), text="")).rowcount or (held and not own):
        return []
    if held and held.state is State.REQUESTED:
        steps.take(connection, held.reference, Step.QUEUE)
    seqs = [append(connection, answer["conversation"], message) for message in answer["messages"]]
    announce(connection, answer["conversation"], seqs, answer["client_id"])
    return seqs


def owe_return(connection: Connection, conversation: str, reference: str, version: int, seq: int) -> None:
    """Owe the visitor a word of the guide, which has the conversation again after the message of that number.

    Args:
        reference: of the ticket that people had.
        version: of the ticket, for it may come and go several times.
    """
    row = {"conversation": conversation, "client_id": f"{RETURN}{reference}:{version}", "seq": seq, "text": ""}
    channel = conversation.partition(":")[0]
    connection.execute(insert(journal), {**row, "channel": channel, "call": "", "at": time.time(), "answered": None})


def returned_from(client_id: str) -> str | None:
    """The reference of the ticket after which the guide owes a word; None for messages of visitors."""
    return client_id.removeprefix(RETURN).partition(":")[0] if client_id.startswith(RETURN) else None
