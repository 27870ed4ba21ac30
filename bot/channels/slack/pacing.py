"""How fast a channel takes messages: one a second, and none while Slack has said to wait.  Pure but for the clock."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable

KEPT = 5_000  # channels


class Pace:
    """When each channel takes the next message."""

    GAP = 1.05  # seconds; Slack counts one message a second
    PATIENCE = 0.2  # seconds that are waited in place; whoever waits longer holds up others

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._free: OrderedDict[tuple[str, str], float] = OrderedDict()

    def until_free(self, team: str, channel: str) -> float:
        """Take the next turn of a channel and say how many seconds off it is.

        Where that is longer than is waited in place, no turn is taken.
        """
        now, key = self._clock(), (team, channel)
        at = max(self._free.pop(key, now), now)
        wait = at - now
        self._free[key] = at if wait > self.PATIENCE else at + self.GAP
        while len(self._free) > KEPT:
            self._free.popitem(last=False)
        return wait

    def hold(self, team: str, channel: str, seconds: float) -> None:
        """Let nothing be sent to a channel for so long."""
        key = (team, channel)
        self._free[key] = max(self._free.get(key, 0.0), self._clock() + seconds)
