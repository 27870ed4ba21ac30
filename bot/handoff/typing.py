"""Who is writing just now: known to this process alone, and over by itself."""

from __future__ import annotations

import asyncio
import time

from bot.handoff.feed import Feed
from bot.records.audit import VISITOR

TYPING_SECONDS = 6.0


class Typing:
    """Who writes in which ticket."""

    def __init__(self, feed: Feed) -> None:
        self._feed = feed
        self._until: dict[tuple[str, str], float] = {}

    def show(self, reference: str, conversation: str, who: str, on: bool) -> None:
        """Somebody begins to write, goes on, or ends."""
        now = time.monotonic()
        self._until = {key: until for key, until in self._until.items() if until > now}
        self._until.pop((reference, who), None)
        if on:
            self._until[(reference, who)] = now + TYPING_SECONDS
            after = asyncio.get_running_loop().call_later
            after(TYPING_SECONDS + 0.05, self._feed.tell, reference, conversation)
        self._feed.tell(reference, conversation)

    def over(self, reference: str, who: str) -> None:
        """What was being written is said."""
        self._until.pop((reference, who), None)

    def visitor(self, reference: str) -> bool:
        """Whether the visitor is writing."""
        return self._until.get((reference, VISITOR), 0.0) > time.monotonic()

    def agent(self, reference: str) -> bool:
        """Whether an agent is writing."""
        now = time.monotonic()
        return any(until > now for (of, who), until in self._until.items() if of == reference and who != VISITOR)
