"""What nobody should send, and what breaks behind the guide: a clear word each time, and never a yes or no."""

from __future__ import annotations

import asyncio
import re
import uuid
from pathlib import Path
from typing import Any

import pytest

import actions.responding
from bot.ask import Guide
from bot.runtime.processor import UNAVAILABLE
from knowledge.live import LiveBase

NO_TEXT = "I did not get any text"
TOO_LONG = "longer than I can read"
NO_WORDS = "I can only read words"
COMMAND = "Commands do not work here"
INJECTIONS = [
    "'; DROP TABLE entry; --",
    '" OR 1=1 --',
    'NEAR("x" * 5) AND ^{y} : -z',
    "entry_text_fts MATCH '*'",
]


def _unanswered(result: dict[str, Any]) -> None:
    assert result["status"] in ("fallback", "clarify", "out_of_scope"), result["answer"]
    assert result["verdict"] is None
    assert not re.search(r"^(Yes|No|It depends)\.", result["answer"], re.MULTILINE)
    assert "Error" not in result["answer"]
    assert "Talk to a licensed agent" in result["buttons"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        pytest.param("", NO_TEXT, id="empty"),
        pytest.param(" \t\n  ", NO_TEXT, id="whitespace"),
        pytest.param("\0", NO_TEXT, id="NUL"),
        pytest.param("\u200b\u200d\u2060", NO_TEXT, id="zero-width"),
        pytest.param("\u202e\u2066\u2069", NO_TEXT, id="bidi"),
        pytest.param("\ud83d", NO_TEXT, id="half a character"),
        pytest.param("does cyber cover ransomware? " * 1_035, TOO_LONG, id="30,000 characters"),
        pytest.param("x" * 30_000, TOO_LONG, id="30,000 letters"),
        pytest.param("🙂🔥💸", NO_WORDS, id="emoji"),
        pytest.param("?" * 40, NO_WORDS, id="question marks"),
        pytest.param('/intent{"x":1}', COMMAND, id="typed intent"),
        pytest.param('/ask_coverage{"policy": "cyber"}', COMMAND, id="real intent"),
        pytest.param("\u200b/restart", COMMAND, id="hidden command"),
    ],
)
def test_what_cannot_be_read_is_said_to_be_so(text: str, told: str, say) -> None:
    (result,) = say(text)
    _unanswered(result)
    assert (result["status"], result["intent"]) == ("fallback", "unreadable")
    assert told in result["answer"]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("4711 0815 42", id="digits"),
        pytest.param("q" * 3_000, id="very long word"),
        pytest.param("<script>alert(1)</script>", id="HTML"),
        pytest.param("<img src=x onerror=fetch('//evil')>", id="HTML attribute"),
        *(pytest.param(text, id=f"injection {number}") for number, text in enumerate(INJECTIONS, 1)),
    ],
)
def test_what_means_nothing_here_is_not_answered(text: str, say) -> None:
    (result,) = say(text)
    _unanswered(result)
    assert text not in result["answer"]


def test_a_policy_that_nobody_sells_is_not_judged(say) -> None:
    (result,) = say("does our zebra insurance cover floods?")
    assert result["verdict"] is None
    assert "zebra" not in result["answer"] or result["status"] != "answered"


@pytest.mark.parametrize(
    "text",
    [
        "does cy\u200bber cover ransom\0ware?",
        "\u202edoes cyber cover ransomware?",
        "ｄｏｅｓ ｃｙｂｅｒ ｃｏｖｅｒ ｒａｎｓｏｍｗａｒｅ？",
    ],
    ids=["invisible marks", "bidi", "full width"],
)
def test_a_question_is_read_through_marks_that_nobody_types(text: str, say) -> None:
    (result,) = say(text)
    assert (result["status"], result["exposure"]) == ("answered", "ransomware")


def test_a_conversation_survives_everything_in_turn(say, soundness) -> None:
    *_, last = results = say("", "🙂", "/restart", "x" * 30_000, *INJECTIONS, "What is cyber insurance?")
    assert (last["status"], last["policies"]) == ("answered", ["cyber"])
    assert soundness(results) == []


def test_the_notice_comes_with_the_first_answer_alone(say) -> None:
    first, second = say("What is cyber insurance?", "What is EPLI?")
    notice = "I am an automated assistant, not a person."
    assert first["answer"].startswith(notice)
    assert notice not in second["answer"]


def test_starting_over_does_not_repeat_the_notice(say, soundness) -> None:
    assert soundness(say("hello", "start over", "What is cyber insurance?")) == []


def test_an_action_that_fails_is_told_and_the_next_turn_is_answered(
    guide: Guide, monkeypatch: pytest.MonkeyPatch
) -> None:
    endpoint = guide.agent.processor.action_endpoint
    answer, calls = endpoint.request, []

    async def fail_second(**arguments: Any) -> Any:
        calls.append(arguments)
        if len(calls) == 2:
            raise OSError("the action server is gone")
        return await answer(**arguments)

    monkeypatch.setattr(endpoint, "request", fail_second)
    turns = ["Does cyber cover a data breach?", "and EPLI?", "and EPLI?"]
    first, failed, last = (turn.as_result() for turn in asyncio.run(guide.converse(turns)))
    assert first["verdict"] == "yes"
    assert (failed["status"], failed["verdict"], failed["answer"]) == ("fallback", None, UNAVAILABLE)
    assert (last["verdict"], last["exposure"]) == ("no", "data_breach")  # nothing was lost


def test_without_a_knowledge_base_the_guide_apologises_and_recovers(
    guide: Guide, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    conversation = uuid.uuid4().hex

    def say(text: str) -> dict[str, Any]:
        return asyncio.run(guide.say(text, conversation)).as_result()

    with monkeypatch.context() as missing:
        missing.setattr(actions.base, "open_base", LiveBase(tmp_path / "gone.db"))
        told = say("Does cyber cover ransomware?")
    assert (told["status"], told["verdict"]) == ("fallback", None)
    assert "I cannot reach my knowledge base just now" in told["answer"]
    assert re.search(r"\(Error [0-9a-f]{8}\)", told["answer"])
    assert told["buttons"] == ["Talk to a licensed agent"]
    assert say("Does cyber cover ransomware?")["status"] == "answered"


def test_a_file_that_is_no_knowledge_base_is_no_answer_either(
    guide: Guide, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "guide.db").write_text("half a download")
    monkeypatch.setattr(actions.base, "open_base", LiveBase(tmp_path / "guide.db"))
    told = asyncio.run(guide.converse(["Does cyber cover ransomware?"]))[0].as_result()
    assert (told["status"], told["verdict"]) == ("fallback", None)
    assert re.search(r"\(Error [0-9a-f]{8}\)", told["answer"])


def test_an_action_that_raises_gives_an_error_id_and_no_details(guide: Guide, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any) -> Any:
        raise RuntimeError("secret path /srv/guide")

    monkeypatch.setitem(actions.responding.RESPONDERS, "ask_policy", broken)
    told, last = (turn.as_result() for turn in asyncio.run(guide.converse(["What is cyber insurance?", "hello"])))
    assert "Something went wrong on my side" in told["answer"]
    assert re.search(r"\(Error [0-9a-f]{8}\)", told["answer"])
    assert "secret" not in told["answer"]
    assert last["status"] == "chitchat"


@pytest.mark.parametrize(
    "text", ["my ssn is 536-22-8712, is EPLI worth it?", "/my ssn is 536-22-8712", "536-22-8712 " * 400]
)
async def test_identifiers_are_masked_in_what_is_kept_of_a_message(text: str, guide: Guide) -> None:
    conversation = f"masked:{uuid.uuid4().hex}"
    await guide.say(text, conversation)
    tracker = await guide.agent.tracker_store.retrieve_full_tracker(conversation)
    assert "536-22" not in str([event.as_dict() for event in tracker.events])
