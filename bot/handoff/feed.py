"""Who looks at tickets in this process hears at once that one has changed; of other processes, at the next poll."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sqlalchemy import select
from sqlalchemy.engine import Connection

from bot.records.engine import Records
from bot.records.tables import ticket

OVERLAP_SECONDS = 5.0  # a transaction may end later than one that began after it, and clocks differ
EVERYBODY = ""  # stands for presence and counts in place of a reference

Heard = Callable[[str, str], object]
"""Called with the reference and the conversation of a ticket that has changed."""


class Changes:
    """What has changed since it was asked for last."""

    def __init__(self) -> None:
        self._references: set[str] = set()
        self._news = asyncio.Event()

    def add(self, reference: str) -> None:
        """Note that a ticket has changed."""
        self._references.add(reference)
        self._news.set()

    async def next(self, timeout: float) -> set[str]:
        """References of what has changed, as soon as something has; none once so many seconds are over."""
        try:
            async with asyncio.timeout(timeout):
                await self._news.wait()
        except TimeoutError:
            return set()
        self._news.clear()
        found, self._references = self._references, set()
        return found


class Feed:
    """Tells of changes; to be used in one event loop."""

    def __init__(self, records: Records) -> None:
        self._records = records
        self._followers: set[Changes] = set()
        self._listeners: list[Heard] = []
        self._seen: dict[str, float] = {}
        self._newest: float | None = None

    @contextmanager
    def follow(self) -> Iterator[Changes]:
        """Hear of every change for as long as the block lasts."""
        changes = Changes()
        self._followers.add(changes)
        try:
            yield changes
        finally:
            self._followers.discard(changes)

    def listen(self, heard: Heard) -> None:
        """Have something called at every change of a ticket."""
        self._listeners.append(heard)

    def tell(self, reference: str, conversation: str = "") -> None:
        """A ticket has changed, or what is not of one ticket."""
        for changes in self._followers:
            changes.add(reference)
        if conversation:
            for heard in self._listeners:
                heard(reference, conversation)

    async def poll(self) -> None:
        """Tell of what any process has changed since the last poll.

        Raises:
            RecordsUnavailable: the next poll tells of it.
        """
        for reference, conversation, at in await self._records.read(self._changed):
            if self._seen.get(reference) != at:
                self.tell(reference, conversation)
            self._seen[reference] = at
            self._newest = max(self._newest or 0.0, at)
        horizon = (self._newest or 0.0) - 2 * OVERLAP_SECONDS
        self._seen = {reference: at for reference, at in self._seen.items() if at >= horizon}

    def _changed(self, connection: Connection) -> list[tuple[str, str, float]]:
        columns = [ticket.c.reference, ticket.c.conversation, ticket.c.changed]
        if self._newest is None:  # what was there before the start is read by whoever looks
            newest = select(columns).order_by(ticket.c.changed.desc()).limit(1)
            rows = [tuple(row) for row in connection.execute(newest)]
            self._seen.update({reference: at for reference, _, at in rows})
            self._newest = rows[0][2] if rows else 0.0
            return []
        since = select(columns).where(ticket.c.changed >= self._newest - OVERLAP_SECONDS).order_by(ticket.c.changed)
        return [tuple(row) for row in connection.execute(since)]
