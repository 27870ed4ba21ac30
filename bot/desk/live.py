"""Live changes at the desk: every open desk is told what to look at again, and misses nothing when its line breaks.

A change is numbered.  A browser that comes back names the last number it has, and is told what came after it; where
that is not known any more, because the guide was started anew or too much has happened, it looks at everything again.
"""

from __future__ import annotations

import asyncio
import json
import secrets
from collections import deque
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable
from typing import Any

from sqlalchemy import select

from bot.edge.streams import RETRY_MS
from bot.handoff.feed import Feed
from bot.handoff.people import Agent, sees
from bot.records.engine import Records, RecordsUnavailable
from bot.records.tables import ticket

KEPT = 2000  # changes
PAUSE = 30.0  # seconds after which a feed that is silent is asked again

Owners = dict[str, str | None]


class Live:
    """Numbers the changes of the handoff and hands them to whoever has the desk open."""

    def __init__(self, feed: Feed, records: Records, heartbeat: float) -> None:
        self._feed = feed
        self._records = records
        self._heartbeat = heartbeat
        self._era = secrets.token_hex(4)
        self._last = 0
        self._changes: deque[tuple[int, Owners]] = deque(maxlen=KEPT)
        self._tabs: set[asyncio.Event] = set()
        self._listening: asyncio.Task[None] | None = None
        self._closed = False

    async def follow(
        self, agent: Agent, after: str, still_in: Callable[[], Awaitable[bool]]
    ) -> AsyncGenerator[str, None]:
        """What this agent should look at again, as events, until the browser leaves or the agent is signed out.

        Args:
            after: what the browser heard last; empty where it has just loaded everything.
            still_in: whether the agent is still signed in; asked now and then.
        """
        self._listen()
        news = asyncio.Event()
        self._tabs.add(news)
        number = self._number(after)
        try:
            yield f"retry: {RETRY_MS}\n\n"
            if number is None:
                number = self._last
                yield self._event("changed", {"references": [], "all": True}, number)
            while not self._closed:
                news.clear()
                if changed := [owners for each, owners in self._changes if each > number]:
                    missed = self._changes[0][0] > number + 1  # a slow reader
                    number = self._last
                    yield self._event("changed", _seen(agent, changed, missed), number)
                try:
                    async with asyncio.timeout(self._heartbeat):
                        await news.wait()
                except TimeoutError:
                    if not await still_in():
                        yield self._event("signed_out", {}, number)
                        return
                    yield self._event("alive", {}, number)
        finally:
            self._tabs.discard(news)

    def close(self) -> None:
        """End all streams: a server that stops would otherwise wait for them."""
        self._closed = True
        if self._listening:
            self._listening.cancel()
        self._wake()

    def _number(self, after: str) -> int | None:
        """The number to go on after; None where something may have been missed."""
        if not after:
            return self._last
        era, _, number = after.partition("-")
        oldest = self._changes[0][0] - 1 if self._changes else self._last
        known = era == self._era and number.isdecimal() and oldest <= int(number) <= self._last
        return int(number) if known else None

    def _listen(self) -> None:
        if self._listening is None or self._listening.done():
            self._listening = asyncio.create_task(self._hear())

    async def _hear(self) -> None:
        with self._feed.follow() as changes:
            while not self._closed:
                if references := await changes.next(PAUSE):
                    owners = await self._owners(references)
                    self._last += 1
                    self._changes.append((self._last, owners))
                    self._wake()

    async def _owners(self, references: Iterable[str]) -> Owners:
        """Who has each; one that is erased, or cannot be looked up now, has nobody, and whoever asks for it is told."""
        wanted = set(references)
        found = select(ticket.c.reference, ticket.c.owner).where(ticket.c.reference.in_(wanted))
        try:
            known = await self._records.read(lambda connection: dict(connection.execute(found).all()))
        except RecordsUnavailable:
            known = {}
        return {reference: known.get(reference) for reference in wanted}

    def _wake(self) -> None:
        for tab in self._tabs:
            tab.set()

    def _event(self, name: str, data: dict[str, Any], number: int) -> str:
        return f"id: {self._era}-{number}\nevent: {name}\ndata: {json.dumps(data)}\n\n"


def _seen(agent: Agent, changed: Iterable[Owners], missed: bool) -> dict[str, Any]:
    """What an agent may know of changes: which of the requests they see, and that there is something else."""
    owners = {reference: owner for each in changed for reference, owner in each.items()}
    seen = sorted(reference for reference, owner in owners.items() if reference and sees(agent, owner))
    return {"references": seen, "all": missed or len(seen) < len(owners)}
