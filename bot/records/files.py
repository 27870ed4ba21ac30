"""Files that visitors have sent for an agent: rows in the database, the bytes beside it under random names.

A file belongs to the message it came with and goes with it, unless a request of the conversation must be kept.  The
bytes are written before the row and removed after it, so a process that ends in between leaves a file that no row
names, and the next sweep removes it.
"""

from __future__ import annotations

import asyncio
import os
import secrets
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from sqlalchemy import and_, delete, func, insert, select
from sqlalchemy.engine import Connection

from bot.privacy import mask
from bot.records import transcript
from bot.records.connecting import lock
from bot.records.engine import Records
from bot.records.tables import file, message
from bot.records.tickets import Tickets

FOLDER = "files"
MOST = 10  # files of a conversation
BEING_WRITTEN = 600.0  # seconds after which a file without a row was left by a process that ended

KEPT = "{name} is kept for a licensed agent. I cannot look into files myself."
BELONGS = "{name} is kept with your request {reference}. I cannot look into files myself."
ASK = "Talk to a licensed agent"


class TooMany(Exception):
    """The conversation has as many files as it may have."""


@dataclass(frozen=True)
class Sent:
    """A file that is kept.

    Attributes:
        key: its random name.
        seq: of the message it came with.
        name: as the visitor calls it, without identifiers.
        kind: its media type, by what is in it.
        size: bytes.
        at: when it came, seconds since 1970.
    """

    key: str
    conversation: str
    seq: int
    name: str
    kind: str
    size: int
    at: float


class Files:
    """The files of a state folder.  Every method may raise RecordsUnavailable; then nothing is kept."""

    def __init__(self, records: Records, state: Path) -> None:
        self._records = records
        self._folder = state / FOLDER

    async def keep(self, conversation: str, client_id: str, name: str, kind: str, content: bytes) -> int:
        """Store a file with its message and what the guide says to it; sent again under its id, nothing happens twice.

        Returns:
            The number of the message.

        Raises:
            TooMany: there are `MOST` of this conversation.
            OSError: there is no room for it.
        """
        key = secrets.token_hex(16)
        sent = Sent(key, conversation, 0, mask(name), kind, len(content), time.time())
        try:
            await asyncio.to_thread(self._write, key, content)
            seq, is_fresh = await self._records.run(lambda connection: _keep(connection, sent, client_id))
        except BaseException:
            self._remove([key])
            raise
        if not is_fresh:
            self._remove([key])
        return seq

    async def get(self, key: str) -> tuple[Sent, bytes] | None:
        """A file, and what is in it."""
        found = await self._records.read(lambda connection: _where(connection, file.c.key == key))
        if not found:
            return None
        try:
            return found[0], await asyncio.to_thread((self._folder / found[0].key).read_bytes)
        except FileNotFoundError:  # erased in this moment
            return None

    def of(self, conversation: str) -> list[Sent]:
        """Those of a conversation, in the order they came."""
        return self._records.read_now(lambda connection: _where(connection, file.c.conversation == conversation))

    def sweep(self) -> None:
        """Remove what no message names any more, and what no row names."""
        self._remove(self._records.run_now(forget_unnamed, erases=True))
        known = set(self._records.read_now(lambda connection: list(connection.execute(select(file.c.key)).scalars())))
        if self._folder.exists():
            before = time.time() - BEING_WRITTEN
            self._remove([p.name for p in self._folder.iterdir() if p.name not in known and p.stat().st_mtime < before])

    def _write(self, key: str, content: bytes) -> None:
        self._folder.mkdir(mode=0o700, exist_ok=True)
        with open(os.open(self._folder / key, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as target:
            target.write(content)
            target.flush()
            os.fsync(target.fileno())

    def _remove(self, keys: Sequence[str]) -> None:
        for key in keys:
            (self._folder / key).unlink(missing_ok=True)


def forget_unnamed(connection: Connection) -> list[str]:
    """Forget, within a transaction, files whose messages are gone and which no held request keeps; their keys."""
    said = and_(message.c.conversation == file.c.conversation, message.c.seq == file.c.seq)
    rows = connection.execute(select(file.c.key, file.c.conversation, message.c.body).outerjoin(message, said)).all()
    gone = [row for row in rows if (row.body or {}).get("file", {}).get("key") != row.key]
    held = {row.conversation for row in gone if Tickets(connection).must_be_kept(row.conversation)}
    keys = [row.key for row in gone if row.conversation not in held]
    connection.execute(delete(file).where(file.c.key.in_(keys)))
    return keys


def _keep(connection: Connection, sent: Sent, client_id: str) -> tuple[int, bool]:
    lock(connection, sent.conversation)
    known = transcript.seq_of(connection, sent.conversation, client_id)
    if known is not None:
        return known, False
    count = select(func.count()).where(file.c.conversation == sent.conversation)
    if connection.execute(count).scalar_one() >= MOST:
        raise TooMany
    shown = {"key": sent.key, "name": sent.name, "kind": sent.kind, "size": sent.size}
    body = {"from": "visitor", "text": sent.name, "file": shown}
    seq = transcript.append(connection, sent.conversation, body, client_id)
    connection.execute(insert(file), {**asdict(sent), "seq": seq})
    ticket = Tickets(connection).open_of(sent.conversation)
    said = BELONGS.format(name=sent.name, reference=ticket.reference) if ticket else KEPT.format(name=sent.name)
    buttons = {} if ticket else {"buttons": [{"title": ASK}]}
    transcript.append(connection, sent.conversation, {"from": "bot", "text": said, **buttons})
    return seq, True


def _where(connection: Connection, which: object) -> list[Sent]:
    return [Sent(**row) for row in connection.execute(select(file).where(which).order_by(file.c.at)).mappings()]
