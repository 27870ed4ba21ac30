"""Start the measured programs, wait for them, and leave nothing running behind.

Every program gets a session of its own: a Ctrl-C meant for the benchmark must not reach it half-way, and
whatever it starts can be found again by that session. A process group would not do: what is started may have a
group of its own.
"""

import http.client
import json
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType
from typing import Any

LOOPBACK = "127.0.0.1"
# Longer than either side takes to finish what it has in hand.
STOP_DEADLINE_S = 40.0
POLL_S = 0.05
TAIL_LINES = 25


class BenchError(RuntimeError):
    """A side that did not start, did not train or did not answer in time; the text says which."""


def free_port() -> int:
    """A loopback port nobody listens on right now."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        port: int = probe.getsockname()[1]
        return port


def tail(log: Path, lines: int = TAIL_LINES) -> str:
    """The last lines of a program's log, indented."""
    text = log.read_text(encoding="utf-8", errors="replace") if log.exists() else ""
    return "\n".join("    " + line for line in text.splitlines()[-lines:]) or "    (it wrote nothing)"


@contextmanager
def uninterrupted() -> Iterator[None]:
    """Hold back Ctrl-C and SIGTERM, for the bounded time that ending a program takes.

    A second, impatient Ctrl-C would otherwise cut the clean-up short and leave a server behind.
    """
    arrived: list[int] = []

    def note(number: int, _frame: FrameType | None) -> None:
        arrived.append(number)

    before = {number: signal.signal(number, note) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        if arrived:
            signal.raise_signal(arrived[0])


class Program:
    """One running program with its log; a context manager that ends it with all its children."""

    def __init__(self, name: str, command: Sequence[str], cwd: Path, env: Mapping[str, str], log: Path):
        self.name = name
        self.log = log
        # Signals wait until the process is on record, else a Ctrl-C in between would orphan it.
        with uninterrupted(), log.open("ab") as output:
            self.started = time.perf_counter()
            self._process = subprocess.Popen(
                list(command),
                cwd=cwd,
                env=dict(env),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def pid(self) -> int:
        """The process id, which is also its session's."""
        return self._process.pid

    def __enter__(self) -> "Program":
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def elapsed(self) -> float:
        """Seconds since the process was started."""
        return time.perf_counter() - self.started

    def finish(self, deadline_s: float) -> float:
        """Wait for a successful end; the seconds the whole process took."""
        try:
            code = self._process.wait(timeout=deadline_s)
        except subprocess.TimeoutExpired:
            raise self.failure(f"was not done after {deadline_s:.0f} s") from None
        took = self.elapsed()
        if code:
            raise self.failure(f"ended with code {code}")
        return took

    def until(self, ready: Callable[[], bool], deadline_s: float) -> float:
        """Ask `ready` every `POLL_S` until it says yes; the seconds since the process was started."""
        while True:
            if ready():
                return self.elapsed()
            code = self._process.poll()
            if code is not None:
                raise self.failure(f"ended with code {code} instead of serving")
            if self.elapsed() > deadline_s:
                raise self.failure(f"was not ready after {deadline_s:.0f} s")
            time.sleep(POLL_S)

    def memory_mb(self) -> float:
        """What it and all it started hold in memory; a page that several share counts once (Linux; 0 elsewhere)."""
        return sum(resident_kb(pid) for pid in session_members(self.pid)) / 1024

    def failure(self, what: str) -> BenchError:
        """The error to raise, with the end of the log, which usually names the cause."""
        return BenchError(f"{self.name} {what}. The end of its log:\n{tail(self.log)}")

    def stop(self) -> None:
        """End the whole session: the program is asked, what is left after `STOP_DEADLINE_S` is forced."""
        with uninterrupted():
            if self._process.poll() is None:
                self._process.terminate()
                with suppress(subprocess.TimeoutExpired):
                    self._process.wait(timeout=STOP_DEADLINE_S)
            for pid in session_members(self.pid):
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            if self._process.poll() is None:
                self._process.kill()
            self._process.wait(timeout=STOP_DEADLINE_S)
            # A killed orphan holds its memory and its port until the system gets to it.
            ends = time.monotonic() + STOP_DEADLINE_S
            while self.memory_mb() and time.monotonic() < ends:
                time.sleep(POLL_S)


def session_members(session: int) -> list[int]:
    """Process ids of everything that runs in a session; Linux tells, elsewhere nothing is found."""
    members = []
    for entry in Path("/proc").glob("[0-9]*"):
        with suppress(ProcessLookupError):
            if os.getsid(int(entry.name)) == session:
                members.append(int(entry.name))
    return members


def resident_kb(pid: int) -> int:
    """The proportional set size of a process; 0 where it has ended, or nothing tells."""
    with suppress(OSError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1])
    return 0


def answers_200(port: int, path: str = "/") -> bool:
    """Whether `GET path` on this machine answers 200 now."""
    try:
        status, _ = _request("GET", port, path, None, timeout_s=5)
    except (OSError, http.client.HTTPException):
        return False
    return status == 200


def post_json(port: int, path: str, body: Any, timeout_s: float) -> tuple[int, Any]:
    """POST an object to this machine; the status and the decoded answer (None where it is no JSON)."""
    status, text = _request("POST", port, path, json.dumps(body).encode(), timeout_s)
    try:
        return status, json.loads(text)
    except ValueError:
        return status, None


def _request(method: str, port: int, path: str, body: bytes | None, timeout_s: float) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection(LOOPBACK, port, timeout=timeout_s)
    try:
        connection.request(method, path, body, {"Content-Type": "application/json"})
        response = connection.getresponse()
        return response.status, response.read()
    finally:
        connection.close()
