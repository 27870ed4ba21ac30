"""A process that loads what answers once, and forks agents from it, so that they share what it holds in memory.

It is forked itself before this process has threads, loads with one thread, and waits.  Whoever asks it for an agent
sends it one end of a pair of sockets, over which that agent is asked from then on (``bot.edge.member``).  It has
nothing to do with a conversation.  When its own line to the front ends, so does it, and sees to it that its agents do.
"""

from __future__ import annotations

import asyncio
import ctypes
import gc
import json
import logging
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import NoReturn, Self

from bot.edge.member import Open, member

logger = logging.getLogger(__name__)

Load = Callable[[], Open]
"""Loads what answers, without a thread that outlives the call; gives what opens it in an agent's process."""

END_SECONDS = 0.5  # that agents have to end by themselves
CLOSE_SECONDS = 3.0  # that the nursery has, its agents included
_PAUSE = 0.01
_ARENAS = (-8, 2)  # glibc's M_ARENA_MAX: each thread's own would keep what one turn took for the moment


class CannotLoad(RuntimeError):
    """What answers could not be loaded; the message says why."""


class Nursery:
    """The front's side of it.

    Args:
        load: called in the new process.
        log: the file that its log lines and those of its agents are added to.
        printed: the file that gets what libraries print.
        leave: sockets of this process that it must not hold open.
    """

    def __init__(self, load: Load, log: Path, printed: Path, leave: Sequence[socket.socket] = ()) -> None:
        ours, theirs = socket.socketpair()
        gc.freeze()  # a search for garbage in one process would copy what both share
        sys.stdout.flush()
        sys.stderr.flush()
        self.pid = os.fork()
        if not self.pid:
            _nurse(load, theirs, log, printed, [ours, *leave])
        theirs.close()
        ours.setblocking(False)
        self._line = ours
        self._loaded = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    async def loaded(self) -> None:
        """Wait until agents can be had.

        Raises:
            CannotLoad: none ever can.
        """
        said = b""
        while not said.endswith(b"\n"):
            part = await asyncio.get_running_loop().sock_recv(self._line, 65536)
            if not part:
                raise CannotLoad("the process that loads the model has ended")
            said += part
        if reason := json.loads(said):
            raise CannotLoad(reason)
        self._loaded = True

    async def ended(self) -> None:
        """Wait until it is no more."""
        with suppress(ConnectionError):
            await asyncio.get_running_loop().sock_recv(self._line, 1)

    def fork(self) -> socket.socket:
        """The line to a new agent.

        Raises:
            OSError: the nursery is no more.
        """
        ours, theirs = socket.socketpair()
        with theirs:
            try:
                socket.send_fds(self._line, [b"."], [theirs.fileno()])
            except OSError:
                ours.close()
                raise
        return ours

    def close(self) -> None:
        """End it with all its agents; blocks for `CLOSE_SECONDS` at most."""
        self._line.close()
        ends = time.monotonic() + (CLOSE_SECONDS if self._loaded else 0)  # who still loads has nothing in hand
        while not _has_ended(self.pid):
            if time.monotonic() > ends:
                with suppress(ProcessLookupError):  # it has just ended, or has not come to lead its group
                    os.killpg(self.pid, signal.SIGKILL)
                os.kill(self.pid, signal.SIGKILL)
                os.waitpid(self.pid, 0)
                return
            time.sleep(_PAUSE)


def _has_ended(pid: int) -> bool:
    try:
        return os.waitpid(pid, os.WNOHANG)[0] == pid
    except ChildProcessError:  # somebody has heard of its end before
        return True


def _nurse(load: Load, line: socket.socket, log: Path, printed: Path, leave: Sequence[socket.socket]) -> NoReturn:
    """Everything that the process does; it never goes back to what its parent was doing."""
    try:
        os.setpgid(0, 0)  # so that it and its agents can be ended together
        for number in (signal.SIGINT, signal.SIGTERM):  # they go to the front, which finishes its turns first
            signal.signal(number, signal.SIG_IGN)
        for each in leave:
            each.close()
        _print_to(printed)
        from bot.edge.logs import log_to

        try:
            open_agent = load()
            log_to(log, rotates=False)
            if threading.active_count() > 1:  # a fork would have their locks, and nobody who releases them
                raise RuntimeError(f"loading has left threads: {threading.enumerate()}")
        except Exception as error:
            log_to(log, rotates=False)
            logger.exception("What answers could not be loaded.")
            line.sendall(json.dumps(str(error) or type(error).__name__).encode() + b"\n")
            _end()
        _settle()
        line.sendall(b'""\n')
        _fork_on_demand(line, open_agent)
    except BaseException:
        logger.exception("The nursery failed.")
    _end()


def _end() -> NoReturn:
    logging.shutdown()
    os._exit(0)


def _print_to(printed: Path) -> None:
    printed.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    file = os.open(printed, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    os.dup2(file, 1)
    os.dup2(file, 2)
    os.close(file)


def _settle() -> None:
    """Give back what loading took for the moment, and leave what stays out of every later search for garbage."""
    gc.collect()
    gc.freeze()
    gc.enable()
    if sys.platform == "linux":
        libc = ctypes.CDLL(None)
        getattr(libc, "mallopt", max)(*_ARENAS)
        getattr(libc, "malloc_trim", int)(0)


def _fork_on_demand(line: socket.socket, open_agent: Open) -> None:
    agents: set[int] = set()
    while True:
        word, descriptors, _, _ = socket.recv_fds(line, 1, 1)
        agents = {pid for pid in agents if not _reaped(pid)}
        if not word:
            break
        link = socket.socket(fileno=descriptors[0])
        pid = os.fork()
        if not pid:
            line.close()
            member(link, open_agent)
        link.close()
        agents.add(pid)
    ends = time.monotonic() + END_SECONDS
    while agents and time.monotonic() < ends:  # they have heard the same
        time.sleep(_PAUSE)
        agents = {pid for pid in agents if not _reaped(pid)}
    for pid in agents:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)  # until then it still runs


def _reaped(pid: int) -> bool:
    found, status = os.waitpid(pid, os.WNOHANG)
    if found and status:
        logger.warning("Agent %d ended with code %d.", pid, os.waitstatus_to_exitcode(status))
    return found == pid
