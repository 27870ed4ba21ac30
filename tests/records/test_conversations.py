"""Conversations outlive the process that held them, and can be erased without a trace."""

from __future__ import annotations

import inspect
import time
from collections.abc import Callable

import pytest
from rasa.core.agent import Agent
from rasa.core.tracker_store import FailSafeTrackerStore, InMemoryTrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, SessionStarted, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from test_engine import hurried, locked

from bot.records import events
from bot.records.conversations import Conversations, forget
from bot.records.engine import Records, RecordsUnavailable
from bot.records.retention import IDLE_SECONDS
from bot.runtime import failing_stores

Open = Callable[..., Records]

DOMAIN = Domain.from_dict({"slots": {"frame": {"type": "any", "mappings": [{"type": "custom"}]}}})


def _said(text: str, sender: str = "web:1", at: float | None = None) -> DialogueStateTracker:
    tracker = DialogueStateTracker(sender, DOMAIN.slots)
    at = at or time.time()
    for event in (
        ActionExecuted("action_listen", timestamp=at),
        UserUttered(text, timestamp=at),
        SlotSet("frame", {"intent": "ask_policy"}, timestamp=at),
    ):
        tracker.update(event)
    return tracker


async def test_a_conversation_is_there_after_a_restart() -> None:
    await Conversations(DOMAIN).save(_said("we are a help desk"))
    found = await Conversations(DOMAIN).retrieve("web:1")
    assert found is not None
    assert found.get_slot("frame") == {"intent": "ask_policy"}


async def test_an_erased_conversation_is_nowhere(stored: Callable[[], bytes]) -> None:
    store = Conversations(DOMAIN)
    await store.save(_said("we are a zebra farm"))
    await store.save(_said("and we sell cakes", "web:2"))
    await forget(store, "web:1")
    assert await store.retrieve("web:1") is None
    assert await store.retrieve("web:2") is not None
    assert b"zebra" not in stored()


async def test_what_nobody_goes_on_with_is_erased(records: Records) -> None:
    store = Conversations(DOMAIN, records=records)
    await store.save(_said("long ago", "web:old", time.time() - IDLE_SECONDS - 60))
    await store.save(_said("lately", "web:new"))
    await records.run(lambda connection: events.forget_older_than(connection, IDLE_SECONDS))
    assert await store.keys() == ["web:new"]
    assert await store.retrieve("web:old") is None


async def test_a_store_in_memory_forgets_too() -> None:
    inner = InMemoryTrackerStore(DOMAIN)
    store = FailSafeTrackerStore(inner)
    await store.save(_said("hello"))
    await forget(store, "web:1")
    await forget(store, "never seen")
    assert await store.retrieve("web:1") is None


async def test_only_the_latest_session_comes_back_and_all_of_them_on_request() -> None:
    store = Conversations(DOMAIN)
    tracker = _said("yesterday")
    await store.save(tracker)
    for event in (SessionStarted(), UserUttered("today")):
        tracker.update(event)
    await store.save(tracker)
    latest, whole = await store.retrieve("web:1"), await store.retrieve_full_tracker("web:1")
    assert latest is not None and whole is not None
    assert [e.text for e in latest.events if isinstance(e, UserUttered)] == ["today"]
    assert [e.text for e in whole.events if isinstance(e, UserUttered)] == ["yesterday", "today"]
    latest.update(UserUttered("later"))
    await store.save(latest)
    again = await Conversations(DOMAIN).retrieve("web:1")
    assert again is not None
    assert [e.text for e in again.events if isinstance(e, UserUttered)] == ["today", "later"]


async def test_what_another_process_stored_is_seen() -> None:
    one, two = Conversations(DOMAIN), Conversations(DOMAIN)
    await one.save(_said("first"))
    other = await two.retrieve("web:1")
    assert other is not None
    other.update(UserUttered("second"))
    await two.save(other)
    seen = await one.retrieve("web:1")
    assert seen is not None
    assert [e.text for e in seen.events if isinstance(e, UserUttered)] == ["first", "second"]


def _texts(tracker: DialogueStateTracker | None) -> list[str]:
    assert tracker is not None
    return [str(event.text) for event in tracker.events if isinstance(event, UserUttered)]


async def test_a_conversation_goes_on_while_the_database_is_locked_and_is_whole_afterwards(
    open_again: Open, url: str
) -> None:
    records = open_again()
    store = Conversations(DOMAIN, records=records)
    await store.save(_said("first"))
    with hurried(records, 0.3), locked(url, 1.5):
        for text in ("second", "third"):
            tracker = await store.retrieve("web:1")
            assert tracker is not None
            tracker.update(UserUttered(text))
            await store.save(tracker)
        assert _texts(await store.retrieve("web:1")) == ["first", "second", "third"]
    tracker = await store.retrieve("web:1")
    assert tracker is not None
    tracker.update(UserUttered("fourth"))
    await store.save(tracker)
    whole = ["first", "second", "third", "fourth"]
    assert _texts(await store.retrieve("web:1")) == whole
    assert _texts(await Conversations(DOMAIN, records=open_again()).retrieve("web:1")) == whole


async def test_what_cannot_be_stored_at_all_is_no_success(open_again: Open, url: str) -> None:
    records = open_again()
    store = Conversations(DOMAIN, records=records)
    with hurried(records, 0.3), locked(url, 0.8), pytest.raises(RecordsUnavailable):
        await store.save(_said("first"))  # nobody knows what is stored of it


async def test_an_agent_of_the_guide_hears_of_a_store_that_fails() -> None:
    failing_stores.install()
    store = Conversations(None)
    assert Agent._create_tracker_store(store, DOMAIN) is store and store.domain is DOMAIN
    assert isinstance(Agent._create_tracker_store(None, DOMAIN), FailSafeTrackerStore)


def test_rasa_still_hides_that_a_store_failed() -> None:
    """Once it does not, bot/runtime/failing_stores.py can go."""
    assert "FailSafeTrackerStore(tracker_store)" in inspect.getsource(failing_stores._create)
