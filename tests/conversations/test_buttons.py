"""A button asks exactly what it says: for the answers a visitor meets, every button is pressed."""

from __future__ import annotations

import asyncio

import pytest

from bot.ask import Guide

ANSWERS = [
    "does our GL cover it when an agent gives a caller wrong info?",
    "are breaches covered under call center E&O?",
    "What insurance covers an employee stealing money from us?",
    "What is cyber liability insurance?",
    "What does general liability not cover?",
    "What is the difference between E&O and general liability?",
    "How does cyber compare?",
    "What does a retroactive date mean?",
    "How much does professional liability cost?",
    "how do we lower the cost?",
    "Which policies does a call center need?",
    "How do I get a certificate of insurance?",
    "What are the biggest risks for a BPO company?",
    "how do I get a quote?",
    "hello",
    "We were just hacked, what do I do now?",
    "What's the weather in Fresno?",
    "🙂",
]
GOOD = {"answered", "clarify", "handoff", "chitchat", "flow"}


@pytest.mark.parametrize("question", ANSWERS)
def test_every_button_is_answered_as_what_it_asks(question: str, guide: Guide) -> None:
    (first,) = asyncio.run(guide.converse([question]))
    offered = first.answer["buttons"]
    assert [button["title"] for button in offered] == first.as_result()["buttons"]
    wrong = []
    for number, button in enumerate(offered, 1):
        for said in (button["title"], str(number)):
            result = asyncio.run(guide.converse([question, said]))[1].as_result()
            ask = button["ask"]
            if result["intent"] != ask["intent"] or result["status"] not in GOOD:
                wrong.append(f"{said!r} asks {ask}: {result['status']} {result['intent']}")
            if not set(ask.get("policies", [])) <= set(result["policies"]) and result["status"] == "answered":
                wrong.append(f"{said!r} asks {ask}: about {result['policies']}")
            if "exposure" in ask and result["exposure"] != ask["exposure"]:
                wrong.append(f"{said!r} asks {ask}: about {result['exposure']}")
    assert not wrong, "\n".join(["", *wrong])


def test_a_title_may_be_typed_in_any_case(say) -> None:
    _, result = say(
        "does our GL cover it when an agent gives a caller wrong info?", "WHAT IS PROFESSIONAL LIABILITY (E&O)"
    )
    assert (result["intent"], result["policies"]) == ("ask_policy", ["professional_liability"])


def test_a_number_chooses_by_place_and_only_as_far_as_buttons_go(say) -> None:
    first, second = say("How does cyber compare?", "2")
    assert (second["status"], second["intent"]) == ("answered", "ask_compare")
    assert len(second["policies"]) == 2
    beyond = say("How does cyber compare?", str(len(first["buttons"]) + 1))[1]
    assert beyond["status"] != "answered"


def test_a_button_of_two_turns_ago_is_gone(guide: Guide) -> None:
    (offer,) = asyncio.run(guide.converse(["How does cyber compare?"]))
    title = offer.answer["buttons"][0]["title"]
    for said in (title, "1"):
        *_, bound = asyncio.run(guide.converse(["How does cyber compare?", said]))
        *_, stale = asyncio.run(guide.converse(["How does cyber compare?", "goodbye", said]))
        assert bound.confidence == 1.0
        assert stale.confidence < 1.0  # understood like any other text
    assert stale.as_result()["status"] != "answered"


def test_buttons_offered_on_starting_over_can_be_chosen(guide: Guide) -> None:
    *_, started, chosen = asyncio.run(guide.converse(["hello", "start over", "3"]))
    assert started.answer["buttons"][2]["ask"]["intent"] == chosen.as_result()["intent"] == "get_quote"
