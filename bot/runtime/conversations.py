"""Rasa's SQL tracker store in the state folder: a conversation outlives a restart, and can be forgotten.

Named in endpoints.yml, so that it holds wherever the guide's Rasa server is started from.
"""

from __future__ import annotations

import time
from typing import Any

import sqlite_utils
from rasa.core.brokers.broker import EventBroker
from rasa.core.tracker_store import FailSafeTrackerStore, InMemoryTrackerStore, SQLTrackerStore, TrackerStore
from rasa.shared.core.domain import Domain

from bot.handoff.tickets import state_folder

KEPT_SECONDS = 14 * 24 * 3600.0  # after the last message, as long as a website session


class Conversations(SQLTrackerStore):
    """Every conversation in ``conversations.db``; those nobody goes on with are erased at start."""

    def __init__(self, domain: Domain | None, event_broker: EventBroker | None = None, **_: Any) -> None:
        self._path = state_folder() / "conversations.db"
        self._path.touch(mode=0o600)
        sqlite_utils.Database(self._path).enable_wal()  # Rasa does not, and its readers would wait for its writers
        super().__init__(domain, dialect="sqlite", db=str(self._path), event_broker=event_broker)
        self._erase(
            "sender_id in (select sender_id from events group by sender_id having max(timestamp) < ?)",
            time.time() - KEPT_SECONDS,
        )

    def forget(self, sender_id: str) -> None:
        """Erase a conversation, from the pages of the file too."""
        self._erase("sender_id = ?", sender_id)

    def _erase(self, where: str, value: str | float) -> None:
        db = sqlite_utils.Database(self._path)
        db.execute("PRAGMA secure_delete = on")
        with db.conn:
            db.table("events").delete_where(where, [value])
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        db.close()


def forget(store: TrackerStore, sender_id: str) -> None:
    """Erase a conversation from whatever store holds it; nothing happens where it is not known."""
    if isinstance(store, FailSafeTrackerStore):
        forget(store._tracker_store, sender_id)
        forget(store.fallback_tracker_store, sender_id)
    elif isinstance(store, Conversations):
        store.forget(sender_id)
    elif isinstance(store, InMemoryTrackerStore):
        store.store.pop(sender_id, None)
