"""What is refused, and why: how fast somebody may ask, and how much they may hold open."""

from __future__ import annotations

import math
import time
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from bot.settings import Rate


class ChatError(Exception):
    """A request that is refused, with what to tell the client."""

    def __init__(self, status: int, code: str, message: str, retry_after: int | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.retry_after = retry_after


class Busy(ChatError):
    """The guide has more to do than it can, or cannot store anything just now; the client tries again."""

    def __init__(self, message: str, retry_after: int = 3) -> None:
        super().__init__(503, "busy", message, retry_after)


class RateLimiter:
    """A token bucket for each key; the longest unused ones are dropped, which only ever refills them."""

    def __init__(self, rate: Rate | None, clock: Callable[[], float] = time.monotonic, keys: int = 20_000) -> None:
        self._rate = rate
        self._clock = clock
        self._keys = keys
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()  # key -> tokens, when

    def take(self, key: str) -> None:
        """Take one token or refuse, saying when the next one is there."""
        if self._rate is None:
            return
        per_second = self._rate.count / self._rate.seconds
        now = self._clock()
        tokens, then = self._buckets.pop(key, (float(self._rate.count), now))
        tokens = min(self._rate.count, tokens + (now - then) * per_second)
        enough = tokens >= 1
        self._buckets[key] = (tokens - enough, now)
        if len(self._buckets) > self._keys:
            self._buckets.popitem(last=False)
        if not enough:
            wait = math.ceil((1 - tokens) / per_second)
            advice = f"Please try again in {wait} {'second' if wait == 1 else 'seconds'}."
            raise ChatError(429, "too_many", f"That was a lot at once. {advice}", retry_after=wait)

    def forget(self, key: str) -> None:
        """Let this one begin anew."""
        self._buckets.pop(key, None)


class Slots:
    """At most ``limit`` of something at a time for each key; without a limit, as many as come."""

    def __init__(self, limit: int | None) -> None:
        self._limit = limit
        self._taken: Counter[str] = Counter()

    @contextmanager
    def hold(self, key: str) -> Iterator[None]:
        """Take one for as long as the block lasts, or refuse."""
        if self._limit is not None and self._taken[key] >= self._limit:
            raise ChatError(429, "too_many", "Too many chats are open at this address.", retry_after=30)
        self._taken[key] += 1
        try:
            yield
        finally:
            self._taken[key] -= 1
            if not self._taken[key]:
                del self._taken[key]
