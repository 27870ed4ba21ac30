"""Python's search for garbage, kept away from what is loaded once and stays.

The model, the knowledge base and Rasa are most of a million objects.  While they are made, the collector walks through
them again and again: a quarter of a start.  Later each of its full rounds did the same, in the middle of a turn.
"""

from __future__ import annotations

import ctypes
import gc
import sys


def hold_back() -> None:
    """Search no more, until ``resume``."""
    gc.disable()


def resume() -> None:
    """Search again, but for what came since: all that is there now is taken to stay."""
    gc.freeze()
    gc.enable()
    if sys.platform == "linux":  # glibc keeps what loading took for the moment, 60 MB, unless it is told
        getattr(ctypes.CDLL(None), "malloc_trim", int)(0)
