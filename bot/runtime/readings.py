"""What messages were read as, for those that come again: many visitors begin with the same words.

Reading is arithmetic on a text, on what was being talked about, on the model and on the knowledge base.  Where all
four are the same, so is the reading; the model stays the same for the life of a process.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import pickle
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

from knowledge.build import DATABASE
from knowledge.live import stamp_of

KEPT = 1024  # readings; each takes about 4 kB


class Readings:
    """Parse data of recent messages, in memory only; asked on one event loop.

    Args:
        kept: how many at most; the one not asked for longest goes first.
        base: the file whose replacement makes every reading a thing of the past.
    """

    def __init__(self, kept: int = KEPT, base: Path = DATABASE) -> None:
        self._most = kept
        self._base = base
        self._stamp: tuple[int, int] | None = None
        self._kept: OrderedDict[bytes, bytes] = OrderedDict()
        self._in_hand: dict[bytes, asyncio.Task[bytes]] = {}

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
        if stamp != self._stamp:
            self.forget()
            self._stamp = stamp
        key = hashlib.sha256(json.dumps([text, frame], sort_keys=True).encode()).digest()
        known = self._kept.get(key)
        if known is not None:
            self._kept.move_to_end(key)
            return dict(pickle.loads(known))
        task = self._in_hand.get(key)
        if task is None:
            task = self._in_hand[key] = asyncio.ensure_future(self._read(key, read))
        return dict(pickle.loads(await asyncio.shield(task)))  # one who gives up leaves it to the others

    async def _read(self, key: bytes, read: Callable[[], Awaitable[dict[str, Any]]]) -> bytes:
        mine = asyncio.current_task()
        try:
            parsed = pickle.dumps(await read())
            if self._in_hand.get(key) is mine:  # and nothing was forgotten meanwhile
                self._kept[key] = parsed
                while len(self._kept) > self._most:
                    self._kept.popitem(last=False)
            return parsed
        finally:
            if self._in_hand.get(key) is mine:
                del self._in_hand[key]

    def forget(self) -> None:
        """Keep nothing of what was said."""
        self._kept.clear()
        self._in_hand.clear()
