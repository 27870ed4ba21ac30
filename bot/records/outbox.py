"""What is to be sent to somebody outside: stored with what causes it, and tried until it is delivered.

Whoever sends takes a row by comparing and setting its number of attempts, so that two processes never have the same;
a row whose sender died is due again when its time is over.  The receiver may therefore get something twice, and never
not at all.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, delete, exists, insert, not_, select, update
from sqlalchemy.engine import Connection
from sqlalchemy.sql import ColumnElement

from bot.privacy import mask
from bot.records.engine import Records, Work
from bot.records.tables import outbox

CLAIM_SECONDS = 60.0  # that a sender has before somebody else tries
PUSHED = ("slack",)  # channels whose visitors hear of a message because it is sent to them


@dataclass(frozen=True)
class Parcel:
    """Something to be sent, held by whoever claimed it.

    Attributes:
        kind: what it is, which says who sends it.
        attempts: to send it, this one included.
        error: why the last attempt failed; None after one of which nobody has heard.
    """

    id: int
    kind: str
    conversation: str | None
    payload: dict[str, Any]
    attempts: int
    error: str | None = None


class Outbox:
    """What waits to be sent.  Every method may raise RecordsUnavailable."""

    def __init__(self, records: Records) -> None:
        self._records = records

    async def put(self, kind: str, payload: dict[str, Any], conversation: str | None = None, wait: float = 0) -> int:
        """Add something to be sent in so many seconds; its id."""
        return await self._records.run(lambda connection: put(connection, kind, payload, conversation, wait))

    async def claim(self, kind: str, seconds: float = CLAIM_SECONDS) -> Parcel | None:
        """Take the one that has been due for longest, for so many seconds; None where nothing is due.

        Of a conversation only the first that is not delivered: nothing overtakes what was said before.
        """
        return next(iter(await self.claim_some(kind, 1, seconds)), None)

    async def claim_some(self, kind: str, most: int, seconds: float = CLAIM_SECONDS) -> list[Parcel]:
        """``claim`` up to so many at once, each of another conversation."""
        return await self._records.run(lambda connection: claim(connection, kind, most, seconds))

    async def delivered(self, parcel: Parcel, store: Work[object] | None = None) -> bool:
        """Note that it has arrived; false where somebody else has taken it over meanwhile.

        Args:
            store: what else to store, in the same transaction.
        """

        def note(connection: Connection) -> bool:
            if store:
                store(connection)
            arrived = update(outbox).where(_held_by(parcel.id, parcel.attempts))
            return bool(connection.execute(arrived.values(delivered=time.time(), error=None)).rowcount)

        return await self._records.run(note)

    async def failed(self, parcel: Parcel, error: str, wait: float) -> bool:
        """Note why it has not, and try again in so many seconds; false where somebody else has taken it over."""
        return await self._set(parcel, error=mask(error), due=time.time() + wait)

    async def unsure(self, parcel: Parcel, wait: float) -> bool:
        """Note that it may have arrived, and look again in so many seconds; false as ``failed``."""
        return await self._set(parcel, error=None, due=time.time() + wait)

    async def given_up(self, parcel: Parcel, error: str) -> bool:
        """Note why it never will arrive; false where somebody else has taken it over."""
        return await self._set(parcel, error=mask(error), delivered=time.time())

    async def failures(self, kind: str) -> list[str]:
        """Why those of a kind have failed that were given up or are tried again, each reason once."""
        failed = select(outbox.c.error).where(outbox.c.kind == kind, outbox.c.error.is_not(None)).distinct()
        return await self._records.read(lambda connection: sorted(connection.execute(failed).scalars()))

    async def waiting(self, kind: str) -> int:
        """How many are not delivered yet."""
        open_ = select(outbox.c.id).where(outbox.c.kind == kind, outbox.c.delivered.is_(None))
        return await self._records.read(lambda connection: len(connection.execute(open_).all()))

    async def _set(self, parcel: Parcel, **values: Any) -> bool:
        held = update(outbox).where(_held_by(parcel.id, parcel.attempts)).values(**values)
        return await self._records.run(lambda connection: bool(connection.execute(held).rowcount))


def put(
    connection: Connection, kind: str, payload: dict[str, Any], conversation: str | None = None, wait: float = 0
) -> int:
    """``Outbox.put`` within the transaction that causes it."""
    row = {"kind": kind, "payload": payload, "conversation": conversation, "due": time.time() + wait, "attempts": 0}
    return int(connection.execute(insert(outbox).values(**row)).inserted_primary_key[0])


def announce(connection: Connection, conversation: str, seqs: Sequence[int], to: str | None = None) -> None:
    """Send these messages of a transcript, in the transaction that stores them, where their channel is pushed.

    Args:
        to: what the client calls the message that they answer, if they answer one.
    """
    channel = conversation.partition(":")[0]
    if seqs and channel in PUSHED:
        put(connection, channel, {"seqs": list(seqs), "to": to, "since": time.time()}, conversation)


def claim(connection: Connection, kind: str, most: int, seconds: float) -> list[Parcel]:
    """``Outbox.claim_some`` within a transaction."""
    open_ = and_(outbox.c.kind == kind, outbox.c.delivered.is_(None))
    before = outbox.alias()
    waits = exists().where(
        before.c.conversation == outbox.c.conversation,
        before.c.kind == kind,
        before.c.delivered.is_(None),
        before.c.id < outbox.c.id,
    )
    due = select(outbox).where(open_, outbox.c.due <= time.time(), not_(waits))
    claimed: list[Parcel] = []
    for row in connection.execute(due.order_by(outbox.c.due, outbox.c.id).limit(most + 20)).all():
        if len(claimed) == most:
            break
        taken = update(outbox).where(_held_by(row.id, row.attempts), outbox.c.due == row.due)
        mine = {"attempts": row.attempts + 1, "due": time.time() + seconds, "error": None}
        if connection.execute(taken.values(**mine)).rowcount:
            claimed.append(Parcel(row.id, row.kind, row.conversation, row.payload, row.attempts + 1, row.error))
    return claimed


def forget(connection: Connection, conversation: str) -> None:
    """Erase what belongs to a conversation, sent or not."""
    connection.execute(delete(outbox).where(outbox.c.conversation == conversation))


def forget_older_than(connection: Connection, seconds: float) -> None:
    """Erase what was delivered that long ago."""
    connection.execute(delete(outbox).where(outbox.c.delivered < time.time() - seconds))


def _held_by(parcel: int, attempts: int) -> ColumnElement:
    return (outbox.c.id == parcel) & (outbox.c.attempts == attempts) & outbox.c.delivered.is_(None)
