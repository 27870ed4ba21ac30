"""The database of this process, opened once: tables brought up to date, old files taken in, the spool stored."""

from __future__ import annotations

import logging
import threading
from pathlib import Path

from bot.records import events, journal
from bot.records.engine import Records
from bot.records.legacy import Unreadable, import_files
from bot.records.place import database_url, state_folder
from bot.records.upgrading import upgrade

logger = logging.getLogger(__name__)

OPENING_SECONDS = 600.0  # that new tables and a long spool may take

_lock = threading.Lock()
_open: dict[tuple[str, Path], Records] = {}
_in_memory: Records | None = None


def open_records(url: str, folder: Path | None = None) -> Records:
    """A database that is ready for use.

    Old files that cannot be read stay where they are and are logged: they keep nobody from working.

    Raises:
        RecordsUnavailable: it cannot be reached.
        NewerDatabase: a later version of the guide made it.
    """
    records = Records(url, folder)
    try:
        records.run_now(upgrade, seconds=OPENING_SECONDS)
        if folder:
            _take_in(records, folder)
        for kind, write in ((events.KIND, events.store), (journal.KIND, journal.store_spooled)):
            records.spooled_as(kind, write)
        if records.spooling:
            records.replay(OPENING_SECONDS)
    except BaseException:
        records.close()
        raise
    return records


def _take_in(records: Records, folder: Path) -> None:
    try:
        for each in import_files(records, folder):
            logger.warning("%s was taken into the database: %d rows.", each.name, each.rows)
    except Unreadable as error:
        logger.error("%s", error)


def shared(state: Path | None = None) -> Records:
    """The database that the environment names, opened by whoever asks first.

    Args:
        state: the state folder, where it is not the one of the environment.
    """
    if _in_memory and not state:
        return _in_memory
    folder = (state or state_folder()).absolute()
    key = (database_url(folder), folder)
    with _lock:
        if key not in _open:
            _open[key] = open_records(*key)
        return _open[key]


def use_memory() -> None:
    """Keep the records of this process in memory: for trying the guide out, where nobody waits."""
    global _in_memory
    _in_memory = open_records("sqlite://")


def use_disk() -> None:
    """Undo ``use_memory``; what was in memory is gone."""
    global _in_memory
    _in_memory = None


def close_shared() -> None:
    """Release what ``shared`` opened."""
    with _lock:
        while _open:
            _open.popitem()[1].close()
