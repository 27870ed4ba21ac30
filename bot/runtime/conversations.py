"""Rasa's tracker store in the state folder: a conversation outlives a restart, and can be forgotten.

Rasa's own SQL store replays a whole session from the database at every turn, and its object layer takes longer over
it than the guide over the answer.  Here events are rows of a plain table, and the trackers of conversations that go
on stay in memory, each checked against the database by one number.  Named in endpoints.yml, so that it holds
wherever the guide's Rasa server is started from.
"""

from __future__ import annotations

import json
import sqlite3
import time
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from rasa.core.brokers.broker import EventBroker
from rasa.core.tracker_store import FailSafeTrackerStore, InMemoryTrackerStore, TrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import SessionStarted
from rasa.shared.core.trackers import DialogueStateTracker

from bot.handoff.tickets import state_folder

KEPT_SECONDS = 14 * 24 * 3600.0  # after the last message, as long as a website session
KEPT_IN_MEMORY = 300  # conversations


@dataclass
class _Held:
    """A tracker in memory: the number of its first event, and how many events the database has."""

    tracker: DialogueStateTracker
    first: int
    stored: int


class Conversations(TrackerStore):
    """Every conversation in ``conversations.db``; those nobody goes on with are erased, at start and daily."""

    def __init__(self, domain: Domain | None, event_broker: EventBroker | None = None, **_: Any) -> None:
        path = state_folder() / "conversations.db"
        path.touch(mode=0o600)
        self._db = sqlite3.connect(path, timeout=5, isolation_level=None, check_same_thread=False)
        for pragma in ("journal_mode = wal", "synchronous = normal", "secure_delete = on"):
            self._db.execute(f"pragma {pragma}")
        self._db.execute(
            "create table if not exists event (sender text, number integer, at real not null,"
            " starts_session integer not null, body text not null, primary key (sender, number)) without rowid"
        )
        self._held: OrderedDict[str, _Held] = OrderedDict()
        super().__init__(domain, event_broker)
        self.forget_idle()

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Store what has happened since the conversation was stored last."""
        await self.stream_events(tracker)
        sender = tracker.sender_id
        held = self._held.get(sender)
        first = held.first if held and held.tracker is tracker else self._session_start(sender)
        stored = self._count(sender)
        fresh = list(tracker.events)[stored - first :]
        rows = [
            (sender, stored + place, event.timestamp, isinstance(event, SessionStarted), json.dumps(event.as_dict()))
            for place, event in enumerate(fresh)
        ]
        with self._db:  # one transaction: a turn is stored whole or not at all
            self._db.execute("begin immediate")
            self._db.executemany("insert into event values (?, ?, ?, ?, ?)", rows)
        if any(isinstance(event, SessionStarted) for event in fresh):
            self._held.pop(sender, None)  # Rasa goes on with the events of the new session alone
        else:
            self._hold(sender, _Held(tracker, first, stored + len(rows)))

    async def retrieve(self, sender_id: str) -> DialogueStateTracker | None:
        """The conversation's latest session."""
        held = self._held.get(sender_id)
        if held and held.stored == self._count(sender_id):
            self._held.move_to_end(sender_id)
            return held.tracker
        first = self._session_start(sender_id)
        tracker = self._read(sender_id, first)
        if tracker:
            self._hold(sender_id, _Held(tracker, first, first + len(tracker.events)))
        return tracker

    async def retrieve_full_tracker(self, conversation_id: str) -> DialogueStateTracker | None:
        """All sessions of a conversation."""
        return self._read(conversation_id, 0)

    async def keys(self) -> Iterable[str]:
        """Every conversation that is stored."""
        return [str(sender) for (sender,) in self._db.execute("select distinct sender from event")]

    def forget(self, sender_id: str) -> None:
        """Erase a conversation, from the pages of the file too."""
        self._held.pop(sender_id, None)
        self._erase("sender = ?", sender_id)

    def forget_idle(self) -> None:
        """Erase conversations that nobody has gone on with for long enough."""
        self._erase(
            "sender in (select sender from event group by sender having max(at) < ?)", time.time() - KEPT_SECONDS
        )

    def _hold(self, sender: str, held: _Held) -> None:
        self._held[sender] = held
        self._held.move_to_end(sender)
        while len(self._held) > KEPT_IN_MEMORY:
            self._held.popitem(last=False)

    def _count(self, sender: str) -> int:
        row = self._db.execute("select max(number) from event where sender = ?", (sender,)).fetchone()
        return 0 if row[0] is None else int(row[0]) + 1

    def _session_start(self, sender: str) -> int:
        """The number of the first event that Rasa counts to the latest session."""
        row = self._db.execute(
            "select max(number) from event where sender = ? and starts_session", (sender,)
        ).fetchone()
        return int(row[0] or 0)

    def _read(self, sender: str, first: int) -> DialogueStateTracker | None:
        rows = self._db.execute(
            "select body from event where sender = ? and number >= ? order by number", (sender, first)
        ).fetchall()
        if not rows or self.domain is None:
            return None
        return DialogueStateTracker.from_dict(sender, [json.loads(body) for (body,) in rows], self.domain.slots)

    def _erase(self, where: str, value: str | float) -> None:
        with self._db:
            self._db.execute("begin immediate")
            self._db.execute(f"delete from event where {where}", (value,))
        self._db.execute("pragma wal_checkpoint(truncate)")


def forget(store: TrackerStore, sender_id: str) -> None:
    """Erase a conversation from whatever store holds it; nothing happens where it is not known."""
    if isinstance(store, FailSafeTrackerStore):
        forget(store._tracker_store, sender_id)
        forget(store.fallback_tracker_store, sender_id)
    elif isinstance(store, Conversations):
        store.forget(sender_id)
    elif isinstance(store, InMemoryTrackerStore):
        store.store.pop(sender_id, None)


def forget_idle(store: TrackerStore) -> None:
    """Erase what nobody has gone on with; stores that keep nothing after the process have nothing to erase."""
    if isinstance(store, FailSafeTrackerStore):
        forget_idle(store._tracker_store)
    elif isinstance(store, Conversations):
        store.forget_idle()
