"""Conversations outlive the process that held them, and can be erased without a trace."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from rasa.core.tracker_store import FailSafeTrackerStore, InMemoryTrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, SessionStarted, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from bot.runtime.conversations import KEPT_SECONDS, Conversations, forget

DOMAIN = Domain.from_dict({"slots": {"frame": {"type": "any", "mappings": [{"type": "custom"}]}}})


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("GUIDE_STATE", str(tmp_path))
    return tmp_path


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


async def test_a_conversation_is_there_after_a_restart(state: Path) -> None:
    await Conversations(DOMAIN).save(_said("we are a help desk"))
    found = await Conversations(DOMAIN).retrieve("web:1")
    assert found is not None
    assert found.get_slot("frame") == {"intent": "ask_policy"}
    assert (state / "conversations.db").stat().st_mode & 0o077 == 0


async def test_an_erased_conversation_is_in_no_page_of_no_file(state: Path) -> None:
    store = Conversations(DOMAIN)
    await store.save(_said("we are a zebra farm"))
    await store.save(_said("and we sell cakes", "web:2"))
    forget(store, "web:1")
    assert await store.retrieve("web:1") is None
    assert await store.retrieve("web:2") is not None
    assert all(b"zebra" not in file.read_bytes() for file in state.iterdir())


async def test_what_nobody_goes_on_with_is_erased_at_start(state: Path) -> None:
    await Conversations(DOMAIN).save(_said("long ago", at=time.time() - KEPT_SECONDS - 60))
    assert await Conversations(DOMAIN).retrieve("web:1") is None


async def test_a_store_in_memory_forgets_too() -> None:
    inner = InMemoryTrackerStore(DOMAIN)
    store = FailSafeTrackerStore(inner)
    await store.save(_said("hello"))
    forget(store, "web:1")
    forget(store, "never seen")
    assert await store.retrieve("web:1") is None


async def test_only_the_latest_session_comes_back_and_all_of_them_on_request(state: Path) -> None:
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


async def test_what_another_process_stored_is_seen(state: Path) -> None:
    one, two = Conversations(DOMAIN), Conversations(DOMAIN)
    await one.save(_said("first"))
    other = await two.retrieve("web:1")
    assert other is not None
    other.update(UserUttered("second"))
    await two.save(other)
    seen = await one.retrieve("web:1")
    assert seen is not None
    assert [e.text for e in seen.events if isinstance(e, UserUttered)] == ["first", "second"]
