"""How near recent texts are to every target, each worked out once: a conversation comes back to what was said."""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence

import numpy as np

from understanding.index import Nearness, PhraseIndex
from understanding.learning.arrays import Floats

KEPT = 512  # texts; each takes 14 kB at 1,700 targets


class Nearby:
    """Nearness of texts, kept for the most recent ones; several threads may ask."""

    def __init__(self, index: PhraseIndex) -> None:
        self._index = index
        self._kept: OrderedDict[bytes, Nearness] = OrderedDict()  # by the digest of the text: words are not kept
        self._lock = threading.Lock()

    def of(self, texts: Sequence[str], embed: Callable[[str], Floats]) -> list[Nearness]:
        """How near each text is; the same to the last bit whether it is kept, and whichever stand beside it."""
        keys = {text: hashlib.sha256(text.encode()).digest() for text in texts}
        with self._lock:
            known = {text: self._kept[key] for text, key in keys.items() if key in self._kept}
        missing = [text for text in keys if text not in known]
        if missing:
            found = self._index.near_all(np.stack([embed(text) for text in missing]))
            known |= zip(missing, found, strict=True)
        with self._lock:
            for text, key in keys.items():
                self._kept[key] = known[text]
                self._kept.move_to_end(key)
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        return [known[text] for text in texts]
