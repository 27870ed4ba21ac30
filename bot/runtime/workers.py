"""Threads for actions, which may wait for a disk, with a deadline: one that is stuck costs nobody else anything.

Reading a message is arithmetic, and needs none: nothing else goes on in an agent's process that it could hold up for
longer than Python's lock would anyway.  The objects of Rasa that are used here keep nothing between two calls, and each
tracker belongs to one turn.
"""

from __future__ import annotations

import asyncio
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

    def __init__(self, timed: Timed = lambda stage: nullcontext()) -> None:
        self._timed = timed
        self._actors = ThreadPoolExecutor(ACTING, thread_name_prefix="act")

    async def understand(self, work: Callable[..., T], *arguments: Any) -> T:
        with self._timed("understand"):
            return work(*arguments)

    async def act(self, work: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """Raises TimeoutError after `ACTION_SECONDS`; the thread goes on until the work ends by itself."""
        with self._timed("act"):
            return await asyncio.wait_for(self._in_thread(work), ACTION_SECONDS)

    def _in_thread(self, work: Callable[[], Coroutine[Any, Any, T]]) -> asyncio.Future[T]:
        # The context goes along, so that log lines of the thread carry the id of the turn.
        return asyncio.get_running_loop().run_in_executor(self._actors, copy_context().run, _run, work)

    def close(self) -> None:
        """End the threads; what is stuck in one is not waited for."""
        self._actors.shutdown(wait=False, cancel_futures=True)


_of_thread = threading.local()


def _run(work: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """Run to its end on the thread's own event loop, which making anew each time would cost more than most actions."""
    runner: asyncio.Runner | None = getattr(_of_thread, "runner", None)
    if runner is None:
        runner = _of_thread.runner = asyncio.Runner()
    return runner.run(work(), context=copy_context())
