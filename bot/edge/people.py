"""People beside the guide: who has a conversation answers in it, and every browser sees so at once."""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from typing import Any

from bot.edge.streams import Rooms
from bot.edge.turns import Turns
from bot.handoff.service import Handoffs
from bot.handoff.watch import watch
from bot.records.engine import RecordsUnavailable

logger = logging.getLogger(__name__)

POLL_SECONDS = 0.5  # after which what other processes did is seen
WATCH_SECONDS = 5.0  # between two looks at who has waited too long
WEB = "web:"


class People:
    """Ties tickets to the streams and the turns of one web application."""

    def __init__(self, handoffs: Handoffs, rooms: Rooms, turns: Turns) -> None:
        self._handoffs = handoffs
        self._rooms = rooms
        self._turns = turns
        self._changed: set[str] = set()
        self._news = asyncio.Event()
        handoffs.feed.listen(self._hear)
        handoffs.visitor_here = lambda conversation: rooms.tabs(conversation.removeprefix(WEB)) > 0
        rooms.people = self._shown

    async def _shown(self, session: str) -> tuple[dict[str, Any] | None, bool]:
        standing = await self._handoffs.standing(f"{WEB}{session}")
        return standing, bool(standing and self._handoffs.writing.agent(standing["reference"]))

    def _hear(self, reference: str, conversation: str) -> None:
        if conversation.startswith(WEB):
            self._rooms.wake(conversation.removeprefix(WEB))
        self._changed.add(conversation)
        self._news.set()

    async def follow(self) -> None:
        """Take up what any process does with tickets, until it is cancelled."""
        while True:
            await self._once()
            with suppress(TimeoutError):
                async with asyncio.timeout(POLL_SECONDS):
                    await self._news.wait()
            self._news.clear()

    async def _once(self) -> None:
        try:
            await self._handoffs.feed.poll()
            while self._changed:
                conversation = next(iter(self._changed))
                await self._turns.take_returns(conversation)
                self._changed.discard(conversation)
                self._rooms.wake_waiting()
        except RecordsUnavailable:
            logger.warning("The database does not say what agents do; it is asked again.")
            await asyncio.sleep(POLL_SECONDS)

    async def watch(self) -> None:
        """Look after those who wait, until it is cancelled."""
        while True:
            try:
                await watch(self._handoffs)
            except RecordsUnavailable:
                logger.warning("The database does not say who waits; it is asked again.")
            except Exception:
                logger.exception("Who waits could not be looked after; it is tried again.")
            await asyncio.sleep(WATCH_SECONDS)
