"""What messages were read as, for those that come again: many visitors begin with the same words.

Reading is arithmetic on a text, on what was being talked about, on the model and on the knowledge base.  Where all
four are the same, so is the reading; the model stays the same for the life of a process.
"""

from __future__ import annotations

import hashlib
import json
import pickle
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from knowledge.build import DATABASE
from knowledge.live import stamp_of

KEPT = 1024  # readings; each takes about 4 kB


class Readings:
    """Parse data of recent messages, in memory only; several threads may ask.

    Args:
        kept: how many at most; the one not asked for longest goes first.
        base: the file whose replacement makes every reading a thing of the past.
    """

    def __init__(self, kept: int = KEPT, base: Path = DATABASE) -> None:
        self._most = kept
        self._base = base
        self._stamp: tuple[int, int] | None = None
        self._kept: OrderedDict[bytes, bytes] = OrderedDict()
        self._lock = threading.Lock()

    def of(self, text: str, frame: Mapping[str, Any] | None, read: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        """The parse data of a text after what was being talked about, the caller's own to change.

        Args:
            read: makes them where they are not known.
        """
        stamp = stamp_of(self._base)
        if stamp is None:  # nothing says by which base it would be read
            return read()
        key = hashlib.sha256(json.dumps([text, frame], sort_keys=True).encode()).digest()
        with self._lock:
            if stamp != self._stamp:
                self._kept.clear()
                self._stamp = stamp
            known = self._kept.get(key)
            if known is not None:
                self._kept.move_to_end(key)
        if known is not None:
            return dict(pickle.loads(known))
        parsed = read()
        with self._lock:
            if stamp == self._stamp:  # and not of a base that has been replaced meanwhile
                self._kept[key] = pickle.dumps(parsed)
                while len(self._kept) > self._most:
                    self._kept.popitem(last=False)
        return parsed

    def forget(self) -> None:
        """Keep nothing of what was said."""
        with self._lock:
            self._kept.clear()
