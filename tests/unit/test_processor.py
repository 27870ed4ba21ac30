"""The message processor: what it decides without understanding, and what it says when an action fails."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from rasa.core.channels.channel import CollectingOutputChannel, UserMessage
from rasa.shared.core.events import BotUttered, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from bot.ask import Guide
from bot.runtime.processor import UNAVAILABLE, GuideProcessor

COMPARE = {"intent": "ask_compare", "policies": ["cyber", "tech_eo"]}
OFFER = BotUttered(
    "Compare cyber with what?", metadata={"answer": {"buttons": [{"title": "With Tech E&O", "ask": COMPARE}]}}
)
NO_OFFER = BotUttered("Goodbye.", metadata={"answer": {"buttons": []}})


async def _parse(guide: Guide, text: str | None, *events: Any) -> dict[str, Any]:
    tracker = DialogueStateTracker.from_events("test", list(events))
    message = UserMessage(text, CollectingOutputChannel(), "test")
    parsed = await guide.agent.processor.parse_message(message, tracker)
    return dict(parsed)


def test_the_guide_runs_on_its_own_processor(guide: Guide) -> None:
    assert isinstance(guide.agent.processor, GuideProcessor)


async def test_a_typed_intent_is_text_and_not_a_command(guide: Guide) -> None:
    parsed = await _parse(guide, '/ask_coverage{"policy": "cyber"}')
    assert parsed["intent"]["name"] == "unreadable"
    assert parsed["ask"]["topic"] == "command"
    assert parsed["entities"] == []


async def test_understanding_sees_the_cleaned_text(guide: Guide) -> None:
    parsed = await _parse(guide, " what is cy\u200bber\0 insurance? ")
    assert parsed["text"] == "what is cyber insurance?"
    assert {"entity": "policy", "value": "cyber"}.items() <= parsed["entities"][0].items()


async def test_what_hides_a_question_is_set_aside_where_no_answer_was_found(guide: Guide) -> None:
    hidden = "blorp zinga fwee vatoo, grmbl hoopla nixt. what does cyber insurance cost?"
    parsed = await _parse(guide, hidden)
    assert parsed["intent"]["name"] == "ask_cost" and parsed["text"] == hidden


async def test_a_button_of_the_last_answer_is_exactly_what_it_asks(guide: Guide) -> None:
    for text in ("With Tech E&O", "with tech e&o", "1"):
        parsed = await _parse(guide, text, OFFER)
        assert parsed["ask"] == COMPARE
        assert parsed["intent"] == {"name": "ask_compare", "confidence": 1.0}


async def test_a_button_of_an_older_answer_is_no_longer_offered(guide: Guide) -> None:
    for text in ("With Tech E&O", "1"):
        parsed = await _parse(guide, text, OFFER, UserUttered("bye"), NO_OFFER)
        assert "ask" not in parsed


async def test_a_text_before_any_answer_chooses_nothing(guide: Guide) -> None:
    assert "ask" not in await _parse(guide, "1")


@pytest.fixture
def failing(guide: Guide, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The guide with an action endpoint that fails while the list is not empty."""
    failures = ["once"]
    endpoint = guide.agent.processor.action_endpoint
    answer = endpoint.request

    async def request(**arguments: Any) -> Any:
        if failures:
            raise ConnectionError(failures.pop())
        return await answer(**arguments)

    monkeypatch.setattr(endpoint, "request", request)
    return failures


async def test_a_failing_action_is_told_and_the_conversation_goes_on(guide: Guide, failing: list[str]) -> None:
    conversation = uuid.uuid4().hex
    told = (await guide.say("What is cyber insurance?", conversation)).as_result()
    assert UNAVAILABLE in told["answer"]
    assert (told["status"], told["intent"], told["verdict"]) == ("fallback", "error", None)

    answered = (await guide.say("What is cyber insurance?", conversation)).as_result()
    assert answered["status"] == "answered"
    assert answered["policies"] == ["cyber"]


async def test_the_visitor_is_told_once_for_one_question(guide: Guide, failing: list[str]) -> None:
    failing += ["again", "and again"]
    turn = await guide.say("talk to a person", uuid.uuid4().hex)
    assert len(turn.messages) == 1


async def test_a_reply_that_makes_no_sense_is_told_as_well(guide: Guide, monkeypatch: pytest.MonkeyPatch) -> None:
    async def request(**_: Any) -> Any:
        return {"events": "nonsense", "responses": []}

    monkeypatch.setattr(guide.agent.processor.action_endpoint, "request", request)
    told = (await guide.say("hello", uuid.uuid4().hex)).as_result()
    assert UNAVAILABLE in told["answer"]
