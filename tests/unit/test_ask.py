"""The ask contract: its input, its fields, and that every line is a conversation of its own."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.ask import Guide, ModelMissing, answer_lines, turns_of

FIELDS = {
    "text": str,
    "intent": str,
    "confidence": float,
    "status": str,
    "policies": list,
    "exposure": (str, type(None)),
    "verdict": (str, type(None)),
    "entries": list,
    "sources": list,
    "answer": str,
    "buttons": list,
    "elapsed_ms": float,
}
STATUSES = {"answered", "clarify", "fallback", "out_of_scope", "handoff", "flow", "chitchat"}
QUESTION = "does our GL cover it when an agent gives a caller wrong info?"
OF_EVERY_KIND = [
    QUESTION,
    "What does cyber cost?",
    "What does retroactive date mean?",
    "How does cyber compare?",
    "talk to a person",
    "hello",
    "start over",
    "What's the weather in Fresno?",
    "",
    "🙂",
    "/restart",
]

Answer = Callable[[list[dict[str, Any]]], list[dict[str, Any]]]


@pytest.fixture
def answer(guide: Guide) -> Answer:
    """The results of some lines of input."""

    def answered(items: list[dict[str, Any]]) -> list[dict[str, Any]]:
        async def collect() -> list[dict[str, Any]]:
            return [result async for result in answer_lines(guide, items)]

        return asyncio.run(collect())

    return answered


def test_every_result_has_exactly_the_fields_of_the_contract(answer: Answer) -> None:
    for result in answer([{"id": text, "text": text} for text in OF_EVERY_KIND]):
        text = result.pop("id")
        assert result["text"] == text
        assert result.keys() == FIELDS.keys()
        for name, kind in FIELDS.items():
            assert isinstance(result[name], kind), (text, name, result[name])
        for name in ("policies", "entries", "sources", "buttons"):
            assert all(isinstance(each, str) and each for each in result[name]), (text, name)
            assert len(set(result[name])) == len(result[name]), (text, name)
        assert result["status"] in STATUSES, text
        assert result["verdict"] in (None, "yes", "no", "depends"), text
        assert 0 <= result["confidence"] <= 1, text
        assert result["elapsed_ms"] > 0
        assert result["answer"].strip(), text
        json.dumps(result)


def test_the_intent_is_that_of_the_answer_and_never_none(answer: Answer) -> None:
    for result in answer([{"text": text} for text in OF_EVERY_KIND]):
        assert result["intent"] not in ("", "None"), result["text"]


def test_starting_over_is_understood_as_surely_as_anything(answer: Answer) -> None:
    (result,) = answer([{"text": "start over"}])
    assert (result["intent"], result["status"]) == ("restart", "chitchat")
    assert result["confidence"] > 0  # though the tracker forgets the message


def test_the_verdict_comes_with_its_policy_its_incident_and_its_source(answer: Answer) -> None:
    (result,) = answer([{"id": 7, "text": QUESTION}])
    assert (result["id"], result["verdict"], result["exposure"]) == (7, "no", "wrong_information")
    assert result["policies"][0] == "general_liability"
    assert "professional_liability" in result["policies"]
    assert result["sources"]


def test_what_more_would_show_is_in_the_answer(answer: Answer) -> None:
    (result,) = answer([{"text": "What is cyber insurance?"}])
    assert "Who needs it:" in result["answer"]


def test_turns_give_a_result_each_and_context_gives_the_last_alone(answer: Answer) -> None:
    talk = ["What is cyber insurance?", "what does it cost?"]
    of_turns, of_context = answer([{"id": "t", "turns": talk}, {"id": "c", "text": talk[1], "context": talk[:1]}])
    assert of_turns.keys() == {"id", "results"}
    assert [result["text"] for result in of_turns["results"]] == talk
    assert all(result.keys() == FIELDS.keys() for result in of_turns["results"])
    assert of_context.keys() == {"id", *FIELDS}
    changing = {"id", "elapsed_ms"}
    assert {k: v for k, v in of_context.items() if k not in changing} == {
        k: v for k, v in of_turns["results"][1].items() if k not in changing
    }
    assert (of_context["intent"], of_context["policies"]) == ("ask_cost", ["cyber"])


def test_every_line_is_a_fresh_conversation(answer: Answer) -> None:
    first, second = answer([{"text": "What is cyber insurance?"}, {"text": "What does it cost?"}])
    assert "I am an automated assistant" in first["answer"]
    assert "I am an automated assistant" in second["answer"]
    assert second["policies"] != ["cyber"]


def test_results_come_in_the_order_of_the_lines(answer: Answer) -> None:
    texts = [f"What is {name}?" for name in ("cyber", "EPLI", "D&O", "a deductible")]
    assert [result["text"] for result in answer([{"text": text} for text in texts])] == texts


def test_asking_leaves_nothing_behind(guide: Guide, answer: Answer) -> None:
    before = set(guide.agent.tracker_store.store)
    answer([{"text": "hello"}, {"turns": ["hello", "thanks"]}])
    assert set(guide.agent.tracker_store.store) == before


@pytest.mark.parametrize(
    ("item", "turns"),
    [
        ({"text": "a"}, ["a"]),
        ({"text": ""}, [""]),
        ({"text": "a", "context": None}, ["a"]),
        ({"text": "a", "context": ["b", "c"]}, ["b", "c", "a"]),
        ({"text": "a", "turns": None}, ["a"]),
        ({"turns": ["a", "b"]}, ["a", "b"]),
        ({"turns": ["a"], "text": "ignored"}, ["a"]),
    ],
)
def test_a_line_says_its_turns(item: dict[str, Any], turns: list[str]) -> None:
    assert turns_of(item) == turns


@pytest.mark.parametrize(
    "item",
    [
        {},
        {"text": None},
        {"text": 5},
        {"text": ["a"]},
        {"turns": []},
        {"turns": "a"},
        {"turns": ["a", 5]},
        {"text": "a", "context": "bc"},
        {"text": "a", "context": 5},
        {"text": "a", "context": {"b": "c"}},
        {"text": "a", "context": ["b", None]},
    ],
)
def test_a_line_that_says_none_is_refused_with_what_is_expected(item: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r'expected \{"id"'):
        turns_of(item)


ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=6,
)


@given(st.fixed_dictionaries({}, optional={"id": ANY_JSON, "text": ANY_JSON, "context": ANY_JSON, "turns": ANY_JSON}))
def test_any_object_says_its_turns_or_is_refused(item: dict[str, Any]) -> None:
    try:
        turns = turns_of(item)
    except ValueError:
        return
    assert turns
    assert all(isinstance(turn, str) for turn in turns)


def test_a_missing_model_is_said_with_its_remedy(tmp_path: Path) -> None:
    with pytest.raises(ModelMissing, match="run `make train`"):
        Guide(tmp_path / "none.tar.gz")


def test_on_a_terminal_buttons_are_numbered(guide: Guide) -> None:
    (turn,) = asyncio.run(guide.converse([QUESTION]))
    read = turn.as_read()
    assert "No. " in read
    assert "Source: " in read
    for number, title in enumerate(turn.as_result()["buttons"], 1):
        assert f"\n  {number}. {title}" in read
