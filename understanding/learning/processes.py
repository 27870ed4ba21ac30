"""Work shared out among processes, one a core, each forked from this one so that it has at once all that is here."""

from __future__ import annotations

import multiprocessing
import os
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from typing import Any, TypeVar

T = TypeVar("T")
R = TypeVar("R")

_work: Callable[[Sequence[Any]], Sequence[Any]]


def shared_out(work: Callable[[Sequence[T]], Sequence[R]], items: Sequence[T], at_once: int) -> list[R]:
    """What the work gives for the items, in their order.

    Only what it gives is sent between processes.  Where there is one core, or none can be forked safely, everything
    is done here.

    Args:
        work: gives one result for each of its items; it must not need threads that run here.
        at_once: items of one call.

    Raises:
        BrokenProcessPool: a process was ended by somebody else.
    """
    parts = [items[start : start + at_once] for start in range(0, len(items), at_once)]
    cores = os.cpu_count() or 1
    if cores == 1 or len(parts) == 1 or sys.platform != "linux":
        return [result for part in parts for result in work(part)]
    forked = multiprocessing.get_context("fork")
    with ProcessPoolExecutor(cores, mp_context=forked, initializer=_take, initargs=(work,)) as pool:
        return [result for done in pool.map(_do, parts) for result in done]


def _take(work: Callable[[Sequence[Any]], Sequence[Any]]) -> None:
    global _work
    _work = work


def _do(part: Sequence[Any]) -> list[Any]:
    return list(_work(part))
