"""What has been kept long enough goes, at start and daily, and one failure keeps nothing else."""

from __future__ import annotations

import asyncio
import logging
import time
from pathlib import Path

import pytest
from rasa.core.tracker_store import FailSafeTrackerStore, InMemoryTrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from bot.channels.upkeep import sweep_all, sweep_daily
from bot.runtime.conversations import KEPT_SECONDS, Conversations, forget_idle


def fails() -> None:
    raise OSError("the disk is full")


def test_a_sweep_that_fails_stops_no_other_and_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    done: list[int] = []
    with caplog.at_level(logging.ERROR):
        sweep_all([lambda: done.append(1), fails, lambda: done.append(2)])
    assert done == [1, 2]
    assert "the disk is full" in caplog.text


async def test_sweeps_come_again_until_they_are_cancelled() -> None:
    done: list[int] = []
    task = asyncio.create_task(sweep_daily([fails, lambda: done.append(1)], pause=0.001))
    while len(done) < 3:
        await asyncio.sleep(0.001)
    task.cancel()
    await asyncio.sleep(0.01)
    so_far = len(done)
    await asyncio.sleep(0.02)
    assert len(done) == so_far


async def test_a_running_server_forgets_conversations_that_nobody_went_on_with(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GUIDE_STATE", str(tmp_path))
    store = Conversations(Domain.empty())
    for sender, at in (("web:old", time.time() - KEPT_SECONDS - 60), ("web:new", time.time())):
        tracker = DialogueStateTracker(sender, [])
        tracker.update(UserUttered("hello", timestamp=at))
        await store.save(tracker)
    forget_idle(FailSafeTrackerStore(store))
    assert set(await store.keys()) == {"web:new"}
    assert await store.retrieve("web:old") is None
    forget_idle(InMemoryTrackerStore(Domain.empty()))  # has nothing to forget
