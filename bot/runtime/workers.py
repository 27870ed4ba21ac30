"""Threads for actions, which may wait for a disk, with a deadline: one that is stuck costs nobody else anything.

An action is waited for a moment, and if it needs longer, other turns go on meanwhile.  Reading a message is arithmetic,
and needs no thread: nothing else goes on in an agent's process that it could hold up for longer than Python's lock
would anyway.  The objects of Rasa that are used here keep nothing between two calls, and each
tracker belongs to one turn.
"""

from __future__ import annotations

import asyncio
import concurrent.futures as futures
import threading
from collections.abc import Callable, Coroutine
from contextlib import AbstractContextManager, nullcontext
from contextvars import copy_context
from typing import Any, TypeVar

T = TypeVar("T")

ACTING = 32  # actions at a time
ACTION_SECONDS = 10.0
WORTH_WAITING = 0.02  # seconds that everything else waits for an action

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
        self._actors = futures.ThreadPoolExecutor(ACTING, thread_name_prefix="act")

    async def understand(self, work: Callable[..., T], *arguments: Any) -> T:
        with self._timed("understand"):
            return work(*arguments)

    async def act(self, work: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """Raises TimeoutError after `ACTION_SECONDS`; the thread goes on until the work ends by itself."""
        with self._timed("act"):
            # The context goes along, so that log lines of the thread carry the id of the turn.
            acting = self._actors.submit(copy_context().run, _run, work)
            # Most actions only calculate, and threads that do so at once hinder each other: a tenth of a turn.
            if not futures.wait([acting], WORTH_WAITING).done:
                return await asyncio.wait_for(asyncio.wrap_future(acting), ACTION_SECONDS)
            return acting.result()

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
