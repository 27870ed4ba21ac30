"""Two servers as one: start, wait until both are healthy, stop both, leave no orphan."""

from __future__ import annotations

import contextlib
import ctypes
import http.client
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

START_SECONDS = 120.0
STOP_SECONDS = 30.0  # Rasa finishes the turns in hand first
_DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # HTTP_PROXY is not for our own servers
_PDEATHSIG = 1  # prctl: have the kernel end a child whose parent was killed


class CannotStart(Exception):
    """A server did not come up; the message says which, why, and what to do."""


@dataclass
class Server:
    """A child process and the address that answers once it is ready."""

    name: str
    command: list[str]
    health: str
    log: Path
    process: subprocess.Popen[bytes] | None = None

    def start(self, environment: dict[str, str]) -> None:
        """Start it; what it prints goes to its log."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                self.command,
                env=environment,
                stdout=log,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
                preexec_fn=_own_group_that_dies_with_us,
            )

    def is_healthy(self) -> bool:
        """Whether its address answers 200."""
        try:
            with _DIRECT.open(self.health, timeout=2) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, http.client.HTTPException, OSError):
            return False

    def has_ended(self) -> bool:
        return self.process is not None and self.process.poll() is not None

    def tail(self, lines: int = 12) -> str:
        """The last lines of its log."""
        with contextlib.suppress(OSError):
            return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])
        return ""

    def stop(self, deadline: float) -> None:
        """Ask it to stop, and end it at the deadline (time.monotonic)."""
        if self.process is None or self.process.poll() is not None:
            return
        self.process.terminate()
        try:
            self.process.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def _own_group_that_dies_with_us() -> None:
    """In the child: Ctrl-C reaches the supervisor alone, and a killed supervisor takes us along."""
    os.setpgrp()
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PDEATHSIG, signal.SIGTERM)


def require_free(port: int, interface: str) -> None:
    """Raises CannotStart when something listens there already."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((interface, port))
        except OSError as error:
            raise CannotStart(
                f"Port {port} on {interface} is taken ({error.strerror}): stop what uses it, or choose another "
                "with PORT=5006 or --port 5006."
            ) from error


def free_port() -> int:
    """A port nothing uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def action_server(port: int, log: Path) -> Server:
    """The project's actions on loopback."""
    return Server(
        "action server",
        [sys.executable, "-m", "bot.runtime.action_server", "--actions", "actions", "--port", str(port)],
        f"http://127.0.0.1:{port}/health",
        log / "actions.log",
    )


def child_environment(action_port: int) -> dict[str, str]:
    """What both servers need to know of each other."""
    environment = {**os.environ, "GUIDE_ACTION_PORT": str(action_port), "SANIC_HOST": "127.0.0.1"}
    muted = (
        "DeprecationWarning",
        "PendingDeprecationWarning",
        "FutureWarning",
    )  # what old dependencies say of each other
    environment.setdefault("PYTHONWARNINGS", ",".join(f"ignore::{category}" for category in muted))
    environment["PYTHONPATH"] = os.pathsep.join(filter(None, [os.getcwd(), os.environ.get("PYTHONPATH")]))
    return environment


@contextlib.contextmanager
def stopping(servers: list[Server]) -> Iterator[None]:
    """Stop every server on the way out, whatever the reason."""

    def ask_to_stop(number: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    # SIGINT too: a shell starts background jobs with it ignored, and Python then leaves it so.
    before = {number: signal.signal(number, ask_to_stop) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        deadline = time.monotonic() + STOP_SECONDS
        for server in servers:
            if server.process is not None and server.process.poll() is None:
                server.process.terminate()
        for server in servers:
            server.stop(deadline)


def wait_until_healthy(servers: list[Server], seconds: float = START_SECONDS) -> None:
    """Return when all answer.

    Raises:
        CannotStart: one ended, or did not answer in time; with the end of its log.
    """
    deadline = time.monotonic() + seconds
    waiting = list(servers)
    while waiting:
        for server in list(waiting):
            if server.has_ended():
                raise CannotStart(f"The {server.name} stopped while starting. Its log says:\n{server.tail()}")
            if server.is_healthy():
                waiting.remove(server)
        if waiting and time.monotonic() > deadline:
            names = " and the ".join(server.name for server in waiting)
            raise CannotStart(f"The {names} did not answer in {seconds:.0f} s. See {waiting[0].log}.")
        time.sleep(0.1)


def watch(servers: list[Server]) -> None:
    """Wait until one ends by itself.

    Raises:
        CannotStart: always, naming the one that ended.
    """
    while True:
        for server in servers:
            if server.has_ended():
                raise CannotStart(f"The {server.name} ended unexpectedly. Its log says:\n{server.tail()}")
        time.sleep(0.5)
