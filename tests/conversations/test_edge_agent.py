"""The trained agent as the edge runs it: in threads, once for each message, and never held up by an action."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from actions import base
from bot.ask import Guide
from bot.edge.agent import GuideAgent
from bot.edge.turns import Turn
from bot.runtime import workers
from bot.runtime.processor import UNAVAILABLE
from bot.training import MODEL

PROJECT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.model


@pytest_asyncio.fixture
async def agent(guide: Guide, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[GuideAgent]:
    monkeypatch.setenv("GUIDE_STATE", str(tmp_path))
    agent = await GuideAgent.load(PROJECT / MODEL, endpoints=PROJECT / "endpoints.yml")
    yield agent
    agent.close()


async def test_an_answer_that_was_stored_before_a_kill_is_given_again_and_not_worked_out_again(
    agent: GuideAgent,
) -> None:
    turn = Turn("web:a", "m-1", "What is cyber insurance?")
    first = await agent.handle(turn)
    await agent.handle(Turn("web:a", "m-2", "and what does it cost?"))
    again = await agent.handle(Turn("web:a", "m-1", turn.text, again=True))
    assert again == first
    tracker = await agent._agent.tracker_store.retrieve_full_tracker("web:a")
    asked = [event.as_dict() for event in tracker.events if event.type_name == "user"]
    assert [event["message_id"] for event in asked] == ["m-1", "m-2"]
    fresh = await agent.handle(Turn("web:a", "m-3", "What is EPLI?", again=True))  # it never got as far as that
    assert "EPLI" in fresh[0]["text"]


async def test_many_conversations_at_once_are_answered_as_they_are_one_by_one(agent: GuideAgent) -> None:
    questions = ["What is cyber insurance?", "Does GL cover bad advice?", "What does an E&O policy cost?"]
    alone = [(await agent.handle(Turn(f"web:alone-{n}", "1", text)))[0]["text"] for n, text in enumerate(questions)]
    together = await asyncio.gather(
        *(agent.handle(Turn(f"web:{n}", "1", questions[n % len(questions)])) for n in range(18))
    )
    assert [messages[0]["text"] for messages in together] == alone * 6


async def test_an_action_that_hangs_is_told_in_time_and_delays_nobody(
    agent: GuideAgent, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workers, "ACTION_SECONDS", 1.0)
    take_turn = base.GuideAction.take_turn

    def hang(self: base.GuideAction, dispatcher: object, tracker: object) -> object:
        if tracker.sender_id == "web:stuck":  # type: ignore[attr-defined]
            time.sleep(3)
        return take_turn(self, dispatcher, tracker)  # type: ignore[arg-type]

    monkeypatch.setattr(base.GuideAction, "take_turn", hang)
    stuck = asyncio.create_task(agent.handle(Turn("web:stuck", "1", "What is cyber insurance?")))
    await asyncio.sleep(0.2)
    free = await agent.handle(Turn("web:free", "1", "What is EPLI?"))
    assert "EPLI" in free[0]["text"] and not stuck.done()
    assert [message["text"] for message in await stuck] == [UNAVAILABLE]
