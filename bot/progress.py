"""Long work on a quiet terminal: one line with the time it takes; what libraries print goes to a log."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path
from typing import TextIO


@contextmanager
def step(name: str, log: Path) -> Iterator[None]:
    """Show that something is being done, and when it is done or has failed, how long it took.

    Args:
        name: what is being done, as "Training".
        log: file to which everything printed meanwhile is added, by Python or by what it calls.
    """
    log.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _redirected(log) as terminal:
        done, started = threading.Event(), time.monotonic()
        ticking = threading.Thread(target=_tick, args=(name, terminal, done), daemon=True)
        ticking.start()
        end = "failed after"
        try:
            yield
            end = "done in"
        finally:
            done.set()
            ticking.join()
            start = "\r" if terminal.isatty() else ""
            terminal.write(f"{start}{name} … {end} {time.monotonic() - started:.0f} s\n")
            terminal.flush()


def _tick(name: str, terminal: TextIO, done: threading.Event) -> None:
    if not terminal.isatty():
        return
    seconds = 0
    while True:
        terminal.write(f"\r{name} … {seconds} s")
        terminal.flush()
        seconds += 1
        if done.wait(1):
            return


@contextmanager
def _redirected(log: Path) -> Iterator[TextIO]:
    """Send standard output and errors to the log, those of C libraries too; gives what still reaches the terminal."""
    sys.stdout.flush()
    sys.stderr.flush()
    kept = [os.dup(1), os.dup(2)]
    is_ours = sys.stdout is not sys.__stdout__  # somebody reads what this process prints without a terminal
    terminal = sys.stdout if is_ours else os.fdopen(os.dup(1), "w", encoding="utf-8", errors="replace")
    log.touch(mode=0o600)
    with log.open("a", encoding="utf-8", errors="replace") as file:
        try:
            os.dup2(file.fileno(), 1)
            os.dup2(file.fileno(), 2)
            with ExitStack() as replaced:
                if is_ours:
                    replaced.enter_context(redirect_stdout(file))
                    replaced.enter_context(redirect_stderr(file))
                yield terminal
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            file.flush()
            for number, descriptor in enumerate(kept, 1):
                os.dup2(descriptor, number)
                os.close(descriptor)
            if not is_ours:
                terminal.close()
