"""The service's log: one JSON object a line, identifiers masked, one id from the request to its answer."""

from __future__ import annotations

import json
import logging
import os
import secrets
from contextvars import ContextVar
from datetime import UTC, datetime
from io import TextIOWrapper
from logging.handlers import RotatingFileHandler, WatchedFileHandler
from pathlib import Path

from bot.privacy import mask

CURRENT: ContextVar[str | None] = ContextVar("current_turn", default=None)
"""The id of the message that this task works for."""

LARGEST = 10_000_000  # bytes; five older files are kept
_FIELDS = ("milliseconds", "intent", "status", "verdict", "again", "code", "path")


def new_id() -> str:
    """An id for a request and for all that comes of it."""
    return secrets.token_hex(6)


class JsonLines(logging.Formatter):
    """A record as one line, so that nothing a visitor writes can look like another record."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "id": CURRENT.get(),
            "event": mask(record.getMessage()),
            **{name: getattr(record, name, None) for name in _FIELDS},
            "error": mask(self.formatException(record.exc_info)) if record.exc_info else None,
        }
        return json.dumps({name: value for name, value in line.items() if value is not None}, ensure_ascii=False)


class _Rotated(RotatingFileHandler):
    """Makes files that their own user alone can read, those of later days too."""

    def _open(self) -> TextIOWrapper:
        return _private(self.baseFilename)


class _Followed(WatchedFileHandler):
    """Goes on in the new file when another process has rotated the one before."""

    def _open(self) -> TextIOWrapper:
        return _private(self.baseFilename)


def _private(path: str) -> TextIOWrapper:
    def make(path: str, flags: int) -> int:
        return os.open(path, flags, 0o600)

    return open(path, "a", encoding="utf-8", opener=make)


def log_to(path: Path, rotates: bool = True) -> None:
    """Write what is logged from now on to a file, and nowhere else.

    Args:
        rotates: whether this process is the one of those that write to it that rotates it.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handler: logging.Handler = (
        _Rotated(path, maxBytes=LARGEST, backupCount=5, encoding="utf-8")
        if rotates
        else _Followed(path, encoding="utf-8")
    )
    handler.setFormatter(JsonLines())
    root = logging.getLogger()
    for old in list(root.handlers):
        root.removeHandler(old)
    root.addHandler(handler)
    root.setLevel(logging.WARNING)
    for name in ("bot.edge", "bot.channels"):
        logging.getLogger(name).setLevel(logging.INFO)
    logging.getLogger("bot.channels.slack.bolt").setLevel(logging.ERROR)  # at warning it writes out payloads
