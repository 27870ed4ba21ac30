"""Rasa's tracker store in the guide's database: a conversation outlives a restart, and can be forgotten.

Rasa's own SQL store replays a whole session from the database at every turn, and its object layer takes longer over
it than the guide over the answer.  Here events are rows of a plain table that is only added to, and the trackers of
conversations that go on stay in memory, each checked against the database by one number.  Named in endpoints.yml, so
that it holds wherever the guide's Rasa is started from.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from rasa.core.brokers.broker import EventBroker
from rasa.core.tracker_store import FailSafeTrackerStore, InMemoryTrackerStore, TrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import Event, SessionStarted
from rasa.shared.core.trackers import DialogueStateTracker
from sqlalchemy.engine import Connection

from bot.records import events
from bot.records.engine import Records, RecordsUnavailable
from bot.records.opening import shared

KEPT_IN_MEMORY = 150  # conversations, in each process that answers


@dataclass
class _Held:
    """A tracker in memory: the number of its first event, and how many events are stored."""

    tracker: DialogueStateTracker
    first: int
    stored: int


class Conversations(TrackerStore):
    """Every conversation.  A turn that the database cannot take is spooled, and the conversation goes on in memory."""

    def __init__(
        self,
        domain: Domain | None,
        event_broker: EventBroker | None = None,
        records: Records | None = None,
        **_: Any,
    ) -> None:
        self._records = records or shared()
        self._held: OrderedDict[str, _Held] = OrderedDict()
        super().__init__(domain, event_broker)

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Store what has happened since the conversation was stored last.

        Raises:
            RecordsUnavailable: it is stored nowhere.
        """
        await self.stream_events(tracker)
        sender = tracker.sender_id
        held = self._held.get(sender)
        known = held if held and held.tracker is tracker else None

        def store(connection: Connection) -> tuple[int, int, list[events.Row]]:
            first = known.first if known else events.session_start(connection, sender)
            stored = events.count(connection, sender)
            fresh = _rows(tracker, first, stored)
            events.store(connection, fresh)
            return first, stored, fresh

        try:
            first, stored, fresh = await self._records.run(store)
        except RecordsUnavailable:
            if known is None:  # nobody knows what is stored of it
                raise
            first, stored, fresh = known.first, known.stored, _rows(tracker, known.first, known.stored)
            await self._records.spool(events.KIND, fresh)
        if any(row["starts_session"] for row in fresh):
            self._held.pop(sender, None)  # Rasa goes on with the events of the new session alone
        else:
            self._hold(sender, _Held(tracker, first, stored + len(fresh)))

    async def retrieve(self, sender_id: str) -> DialogueStateTracker | None:
        """The conversation's latest session.

        Raises:
            RecordsUnavailable: the database does not answer, and the conversation is not in memory.
        """
        held = self._held.get(sender_id)
        try:
            stored = await self._records.read(lambda connection: events.count(connection, sender_id))
        except RecordsUnavailable:
            if held is None:
                raise
            return held.tracker
        if held and (stored == held.stored or (stored < held.stored and self._records.spooling)):
            self._held.move_to_end(sender_id)
            return held.tracker

        def read(connection: Connection) -> tuple[int, list[dict[str, Any]]]:
            first = events.session_start(connection, sender_id)
            return first, events.bodies(connection, sender_id, first)

        first, bodies = await self._records.read(read)
        tracker = self._tracker(sender_id, bodies)
        if tracker:
            self._hold(sender_id, _Held(tracker, first, first + len(tracker.events)))
        return tracker

    async def retrieve_full_tracker(self, conversation_id: str) -> DialogueStateTracker | None:
        """All sessions of a conversation."""
        return self._tracker(
            conversation_id, await self._records.read(lambda connection: events.bodies(connection, conversation_id))
        )

    async def keys(self) -> Iterable[str]:
        """Every conversation that is stored."""
        return await self._records.read(events.conversations)

    async def forget(self, sender_id: str) -> None:
        """Erase a conversation."""
        self._held.pop(sender_id, None)
        await self._records.run(lambda connection: events.forget(connection, sender_id), erases=True)

    def _hold(self, sender: str, held: _Held) -> None:
        self._held[sender] = held
        self._held.move_to_end(sender)
        while len(self._held) > KEPT_IN_MEMORY:
            self._held.popitem(last=False)

    def _tracker(self, sender: str, bodies: list[dict[str, Any]]) -> DialogueStateTracker | None:
        if not bodies or self.domain is None:
            return None
        return DialogueStateTracker.from_dict(sender, bodies, self.domain.slots)


def _rows(tracker: DialogueStateTracker, first: int, stored: int) -> list[events.Row]:
    """What is to be added: ``first`` is the number of the tracker's first event, ``stored`` how many are stored."""
    fresh: list[Event] = list(tracker.events)[stored - first :]
    happened = [(event.timestamp, isinstance(event, SessionStarted), event.as_dict()) for event in fresh]
    return events.rows(tracker.sender_id, stored, happened)


async def forget(store: TrackerStore, sender_id: str) -> None:
    """Erase a conversation from whatever store holds it; nothing happens where it is not known."""
    if isinstance(store, FailSafeTrackerStore):
        await forget(store._tracker_store, sender_id)
        await forget(store.fallback_tracker_store, sender_id)
    elif isinstance(store, Conversations):
        await store.forget(sender_id)
    elif isinstance(store, InMemoryTrackerStore):
        store.store.pop(sender_id, None)
