"""What messages were read as, for those that come again: many visitors begin with the same words.

Reading is arithmetic on a text, on what was being talked about, on the model and on the knowledge base.  Where all
four are the same, so is the reading; the model stays the same for the life of a process.  Several processes that answer
for the same model tell each other what they have read.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

from knowledge.build import DATABASE
from knowledge.live import stamp_of

KEPT = 1024  # readings; each takes about 2 kB
TO_HEAR = 3  # turns of the event loop until a line that another process has sent is heard

Tell = Callable[[str | None], object]
"""Takes a reading to the other processes, or None: that all are to be forgotten."""


class Readings:
    """Parse data of recent messages, in memory only; asked on one event loop.

    Args:
        kept: how many at most; the one not asked for longest goes first.
        base: the file whose replacement makes every reading a thing of the past.

    Attributes:
        tell: takes what is read here to others, whose ``hear`` gets it.
    """

    def __init__(self, kept: int = KEPT, base: Path = DATABASE) -> None:
        self._most = kept
        self._base = base
        self._kept: OrderedDict[str, str] = OrderedDict()
        self._in_hand: dict[str, asyncio.Task[str]] = {}
        self._one_at_a_time = asyncio.Lock()
        self.tell: Tell = lambda reading: None

    async def of(
        self, text: str, frame: Mapping[str, Any] | None, read: Callable[[], Awaitable[dict[str, Any]]]
    ) -> dict[str, Any]:
        """The parse data of a text after what was being talked about, the caller's own to change.

        Args:
            read: makes them where they are not known; who asks meanwhile for the same waits for that.
        """
        stamp = stamp_of(self._base)
        if stamp is None:  # nothing says by which base it would be read
            return await read()
        said = json.dumps([text, frame, stamp], sort_keys=True)
        key = hashlib.sha256(said.encode()).hexdigest()  # what is gone with an older base is never asked for again
        if (known := self._known(key)) is not None:
            return known
        task = self._in_hand.get(key)
        if task is None:
            task = self._in_hand[key] = asyncio.ensure_future(self._read(key, read))
        return dict(json.loads(await asyncio.shield(task)))  # one who gives up leaves it to the others

    def _known(self, key: str) -> dict[str, Any] | None:
        if key not in self._kept:
            return None
        self._kept.move_to_end(key)
        return dict(json.loads(self._kept[key]))

    async def _read(self, key: str, read: Callable[[], Awaitable[dict[str, Any]]]) -> str:
        mine = asyncio.current_task()
        try:
            async with self._one_at_a_time:
                for _ in range(TO_HEAR):  # another may have read it while the one before was read here
                    await asyncio.sleep(0)
                if key in self._kept:
                    return self._kept[key]
                parsed = json.dumps(await read())
            if self._in_hand.get(key) is mine:  # and nothing was forgotten meanwhile
                self._keep(key, parsed)
                self.tell(json.dumps([key, parsed]))
            return parsed
        finally:
            if self._in_hand.get(key) is mine:
                del self._in_hand[key]

    def _keep(self, key: str, parsed: str) -> None:
        self._kept[key] = parsed
        while len(self._kept) > self._most:
            self._kept.popitem(last=False)

    def hear(self, reading: str | None) -> None:
        """Take over what another process has told."""
        if reading is None:
            self._forget()
        else:
            self._keep(*json.loads(reading))

    def forget(self) -> None:
        """Keep nothing of what was said, and have the others do the same."""
        self._forget()
        self.tell(None)

    def _forget(self) -> None:
        self._kept.clear()
        self._in_hand.clear()
