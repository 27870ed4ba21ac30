"""Threads for what would hold up the event loop: reading a message, and acting.

Reading is arithmetic that ends: as many threads as there are cores.  An action may wait for a disk, so actions have
threads of their own and a deadline, and one that is stuck costs nobody else anything.  The objects of Rasa that are
used here keep nothing between two calls, and each tracker belongs to one turn.
"""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, nullcontext
from contextvars import copy_context
from typing import Any, TypeVar

T = TypeVar("T")

ACTING = 32  # actions at a time
ACTION_SECONDS = 10.0

Timed = Callable[[str], AbstractContextManager[Any]]


class Inline:
    """No threads: one question after the other, as ``guide ask`` does it."""

    async def understand(self, work: Callable[..., T], *arguments: Any) -> T:
        """Do arithmetic."""
        return work(*arguments)

    async def act(self, work: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """Do what may wait."""
        return await work()


class Workers(Inline):
    """Threads of a serving process.

    Args:
        timed: counts how long ``understand`` and ``act`` take.
    """

    def __init__(self, timed: Timed = lambda stage: nullcontext(), cores: int | None = None) -> None:
        self._timed = timed
        self._readers = ThreadPoolExecutor(cores or os.cpu_count() or 1, thread_name_prefix="understand")
        self._actors = ThreadPoolExecutor(ACTING, thread_name_prefix="act")

    async def understand(self, work: Callable[..., T], *arguments: Any) -> T:
        with self._timed("understand"):
            return await _in(self._readers, work, *arguments)

    async def act(self, work: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """Raises TimeoutError after `ACTION_SECONDS`; the thread goes on until the work ends by itself."""
        with self._timed("act"):
            return await asyncio.wait_for(_in(self._actors, _run, work), ACTION_SECONDS)

    def close(self) -> None:
        """End the threads; what is stuck in one is not waited for."""
        self._readers.shutdown(wait=False, cancel_futures=True)
        self._actors.shutdown(wait=False, cancel_futures=True)


_of_thread = threading.local()


def _run(work: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """Run to its end on the thread's own event loop, which making anew each time would cost more than most actions."""
    runner: asyncio.Runner | None = getattr(_of_thread, "runner", None)
    if runner is None:
        runner = _of_thread.runner = asyncio.Runner()
    return runner.run(work(), context=copy_context())


def _in(pool: ThreadPoolExecutor, work: Callable[..., T], *arguments: Any) -> asyncio.Future[T]:
    # The context goes along, so that log lines of the thread carry the id of the turn.
    return asyncio.get_running_loop().run_in_executor(pool, copy_context().run, work, *arguments)
