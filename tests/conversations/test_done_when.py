"""The seven questions the guide was built for, in several wordings each."""

from __future__ import annotations

import pytest

WRONG_INFORMATION = [
    "does our GL cover it when an agent gives a caller wrong info?",
    "will the GL policy respond when an agent gives out bad information on a call?",
    "Does general liability cover incorrect information given to a caller?",
    "our agent told a customer something that was wrong and he lost money. does CGL cover that?",
]
BREACHES = [
    "are breaches covered under call center E&O?",
    "is a data breach covered by our errors and omissions policy?",
    "would call center E&O pay for a breach of customer records?",
    "data breach: does professional liability handle it?",
]
LOWER_COST = [
    "how do we lower the cost?",
    "how can we bring our premium down?",
    "any tips for paying less for E&O?",
    "ways to save on our insurance",
]
WHO_NEEDS = [
    "Who needs professional liability insurance?",
    "do we need E&O if we're a small shop?",
    "what kinds of companies need call center E&O?",
]
NOT_COVERED = [
    "what's not covered under E&O?",
    "what does E&O exclude?",
    "tell me the exclusions of professional liability",
    "what is not included in call center E&O?",
]
UNNAMED = {"what's not covered?": "ask_exclusions", "who needs this?": "ask_need"}
HOW_TO_QUOTE = ["how do I get a quote?", "how would I go about getting a quote", "what do you need for a quote"]
QUOTE = ["I'd like to get a quote", "can you quote us for E&O?", "quote pls"]
PERSON = ["talk to a person", "can I talk to a human", "I want to speak with an agent", "let me talk to somebody real"]


@pytest.mark.parametrize("text", WRONG_INFORMATION)
def test_wrong_information_is_a_no_for_general_liability_and_points_to_professional(text: str, say) -> None:
    (result,) = say(text)
    assert (result["status"], result["verdict"]) == ("answered", "no")
    assert result["policies"][0] == "general_liability"
    assert "professional_liability" in result["policies"]
    assert "professional liability (e&o)" in result["answer"].lower()
    assert result["sources"]


@pytest.mark.parametrize("text", BREACHES)
def test_breaches_under_call_center_cover_depend(text: str, say) -> None:
    (result,) = say(text)
    assert (result["status"], result["verdict"]) == ("answered", "depends")
    assert result["policies"][0] == "professional_liability"
    assert "What it depends on:" in result["answer"]
    assert "cyber" in result["answer"].lower()
    assert result["sources"]


@pytest.mark.parametrize("text", LOWER_COST)
def test_how_to_pay_less_is_answered(text: str, say) -> None:
    (result,) = say(text)
    assert (result["status"], result["intent"]) == ("answered", "ask_lower_cost")
    assert result["answer"].count("\n- ") >= 3
    assert result["sources"]


@pytest.mark.parametrize("text", WHO_NEEDS)
def test_who_needs_it_is_answered(text: str, say) -> None:
    (result,) = say(text)
    assert (result["status"], result["intent"]) == ("answered", "ask_need")
    assert result["sources"]


@pytest.mark.parametrize("text", NOT_COVERED)
def test_what_is_left_out_is_answered(text: str, say) -> None:
    (result,) = say(text)
    assert (result["status"], result["intent"]) == ("answered", "ask_exclusions")
    assert result["policies"] == ["professional_liability"]
    assert result["answer"].count("\n- ") >= 3
    assert result["sources"]


@pytest.mark.parametrize("text", UNNAMED)
def test_where_nothing_says_which_policy_that_is_asked_with_the_likeliest_three(text: str, say) -> None:
    (result,) = say(text)
    assert (result["status"], result["intent"]) == ("clarify", UNNAMED[text])
    assert len(result["policies"]) == 3 and len(result["buttons"]) == 4
    assert result["answer"].count("\n- ") == 3


@pytest.mark.parametrize("text", HOW_TO_QUOTE)
def test_the_way_to_a_quote_is_told(text: str, say) -> None:
    (result,) = say(text)
    assert (result["status"], result["intent"]) == ("answered", "get_quote")
    assert "licensed agent" in result["answer"]
    assert result["buttons"][:2] == ["Start a quote request", "Talk to a licensed agent"]
    assert result["sources"]


@pytest.mark.parametrize("text", QUOTE)
def test_who_wants_a_quote_is_asked_for_what_it_takes(text: str, say) -> None:
    (result,) = say(text)
    assert (result["status"], result["intent"]) == ("flow", "get_quote")
    assert "What does your business do?" in result["answer"]


@pytest.mark.parametrize("text", PERSON)
def test_a_person_is_called_and_the_request_has_a_reference(text: str, say) -> None:
    (result,) = say(text)
    assert (result["status"], result["intent"]) == ("handoff", "talk_to_agent")
    assert "Your reference is" in result["answer"]
