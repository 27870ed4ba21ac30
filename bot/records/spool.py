"""Writes that the database could not take, in a file beside it until it can.

Several processes may share the file: whoever reads or writes it holds its lock.
"""

from __future__ import annotations

import fcntl
import json
import logging
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any

logger = logging.getLogger(__name__)

NAME = "spool.jsonl"
REJECTED = "spool.rejected.jsonl"

Line = tuple[str, Any]
"""What kind of write, and what it needs."""


class Spool:
    """The file of a state folder."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / NAME
        self._rejected = folder / REJECTED

    @property
    def waiting(self) -> bool:
        """Whether something is in it."""
        try:
            return self._path.stat().st_size > 0
        except FileNotFoundError:
            return False

    def add(self, kind: str, payload: Any) -> None:
        """Keep a write, on the disk before this returns.

        Raises:
            OSError: it could not be kept here either.
        """
        with self._locked(self._path) as file:
            # A line break first: an earlier process may have ended in the middle of a line.
            _write_whole(file, f"\n{json.dumps([kind, payload])}\n".encode())
            os.fsync(file.fileno())

    @contextmanager
    def taken(self) -> Iterator[list[Line]]:
        """All that is kept, in order; gone from here when the block ends well."""
        with self._locked(self._path) as file:
            file.seek(0)
            yield [line for raw in file if raw.strip() and (line := self._read(raw))]
            file.truncate(0)

    def reject(self, kind: str, payload: Any) -> None:
        """Put a write aside that no database takes, for somebody to look at."""
        self._put_aside(json.dumps([kind, payload]).encode())

    def forget(self, conversation: str) -> None:
        """Erase what was put aside of a conversation; what waits is stored before anything can be erased."""
        name = json.dumps(conversation).encode()
        with self._locked(self._rejected) as file:
            file.seek(0)
            others = b"".join(line for line in file if name not in line)
            file.truncate(0)
            _write_whole(file, others)

    def forget_older_than(self, seconds: float) -> None:
        """Erase what was put aside, if nothing was added for that long."""
        with suppress(FileNotFoundError):
            if self._rejected.stat().st_mtime < time.time() - seconds:
                self._rejected.unlink()

    def _read(self, raw: bytes) -> Line | None:
        try:
            kind, payload = json.loads(raw)
        except ValueError:
            logger.error("A line of %s is not whole: it was being written when the process ended.", self._path)
            self._put_aside(raw.strip())
            return None
        return str(kind), payload

    def _put_aside(self, line: bytes) -> None:
        with self._locked(self._rejected) as file:
            _write_whole(file, line + b"\n")

    @contextmanager
    def _locked(self, path: Path) -> Iterator[IO[bytes]]:
        with open(os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600), "r+b", buffering=0) as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield file


def _write_whole(file: IO[bytes], line: bytes) -> None:
    """Append all of it or nothing: a disk that runs full takes the beginning and says nothing."""
    before, left = os.fstat(file.fileno()).st_size, memoryview(line)
    try:
        while left:
            left = left[file.write(left) :]
    except OSError:
        file.truncate(before)
        raise
