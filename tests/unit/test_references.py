"""What a short message points at, read against what was last listed, offered or answered."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from understanding.question import Fact, Frame, Given, Question, Stance
from understanding.references import pointer_in, referred
from understanding.targets import FACETS, Target, facet, intent_id

POLICIES = ("cyber", "epli", "umbrella")
TARGETS = {
    facet(policy, name): Target(facet(policy, name), "facet", intent, policy, (policy,))
    for policy in POLICIES
    for name, intent in FACETS.items()
} | {
    "ransomware": Target("ransomware", "exposure", "ask_what_covers", "ransomware", POLICIES),
    "claims_steps": Target("claims_steps", "topic", "ask_claims", "claims_steps"),
    "bakery": Target("bakery", "industry", "ask_recommendation", "bakery"),
    "cafe": Target("cafe", "industry", "ask_recommendation", "cafe"),
    intent_id("talk_to_agent"): Target(intent_id("talk_to_agent"), "intent", "talk_to_agent"),
}
LISTED = Frame(
    "ransomware", "ask_what_covers", policies=("cyber",), options=tuple(facet(policy, "what") for policy in POLICIES)
)
CYBER = Given("ransomware", "ask_coverage", ("cyber",), "ransomware", verdict="yes")
EPLI = Given(facet("epli", "what"), "ask_policy", ("epli",))


def meant(text: str, frame: Frame, intent: str = "nlu_fallback", likeliest: str = "nlu_fallback") -> Question:
    question = Question(text, intent, policies=(), frame=frame, chance=0.3)
    return referred(question, {likeliest: 0.6}, False, TARGETS)


@pytest.mark.parametrize(
    ("text", "policy"),
    [
        ("the second one please", "epli"), ("no. 2", "epli"), ("option two", "epli"), ("hmm, the 3rd", "umbrella"),
        ("and the last one?", "umbrella"), ("number one", "cyber"), ("#3", "umbrella"),
        ("tell me more about the first", "cyber"),
    ],
)  # fmt: skip
def test_a_place_chooses_from_what_was_last_listed(text: str, policy: str) -> None:
    assert meant(text, LISTED).policies == (policy,)


@pytest.mark.parametrize(
    "text",
    ["our first employee starts monday", "the second floor burned", "last year", "is it the last resort", "hello"],
)
def test_a_place_among_other_words_chooses_nothing(text: str) -> None:
    assert meant(text, LISTED).intent == "nlu_fallback"


def test_a_place_beyond_the_list_chooses_nothing() -> None:
    assert meant("the ninth one", LISTED).intent == "nlu_fallback"


def test_what_is_asked_of_a_place_is_asked_of_its_policy() -> None:
    asked = meant("how much is the second one", LISTED, "ask_cost")
    assert (asked.target, asked.policies) == ("epli#cost", ("epli",))


def test_one_of_a_list_by_its_place_is_explained_whatever_else_is_said() -> None:
    text = "would the third one do anything for us"
    read = Question(text, "ask_how_to_buy", "buy_steps", topic="buy_steps", frame=LISTED)
    assert referred(read, {"ask_how_to_buy": 0.6}, False, TARGETS).target == facet(POLICIES[2], "what")
    other = replace(read, text="would the third floor do anything for us")
    assert referred(other, {"ask_how_to_buy": 0.6}, False, TARGETS).target == "buy_steps"


def test_of_answers_of_many_kinds_the_one_in_its_place_is_given_again() -> None:
    given = replace(LISTED, options=(facet(POLICIES[0], "cost"), "ransomware", facet(POLICIES[1], "need")))
    assert meant("the second one", given).target == "ransomware"
    assert meant("the third one please", given).target == facet(POLICIES[1], "need")
    assert meant("my boss wonders about the second one", given).target == "ransomware"


def test_several_are_asked_about_together() -> None:
    assert meant("what do those cost?", LISTED, "ask_cost").policies == POLICIES
    assert meant("both", replace(LISTED, options=LISTED.options[:2])).intent == "ask_compare"


def test_which_first_is_the_first_of_the_list_and_why() -> None:
    recommended = replace(LISTED, intent="ask_recommendation")
    assert meant("so which one first?", recommended).target == "cyber#need"
    assert meant("so which one first?", LISTED).target != "cyber#need"  # a list in no order of importance


def test_the_other_one_is_the_one_not_spoken_of_where_there_is_one() -> None:
    assert meant("the other one", replace(LISTED, options=LISTED.options[:2])).policies == ("epli",)
    assert meant("the other one", LISTED).intent == "nlu_fallback"


def test_a_place_chooses_a_trade_of_those_asked_about() -> None:
    assert meant("the second", Frame(options=("bakery", "cafe"))).industry == "cafe"


def test_a_place_among_steps_is_said_first() -> None:
    frame = Frame("claims_steps", "ask_claims", points=(2, 0, 1))
    assert (meant("the second step", frame).topic, meant("the second step", frame).point) == ("claims_steps", 0)


def test_a_yes_in_any_words_takes_what_was_offered() -> None:
    frame = Frame(offered=intent_id("talk_to_agent"))
    assert meant("that would be lovely", frame, likeliest="affirm").intent == "talk_to_agent"
    assert meant("that would be lovely", Frame(), likeliest="affirm").intent == "nlu_fallback"


def test_an_earlier_subject_is_gone_back_to_by_its_name_or_as_the_one_before() -> None:
    frame = Frame(facet("epli", "what"), given=(EPLI, CYBER))
    named = Question("back to the cyber thing", "ask_policy", policies=("cyber",), frame=frame)
    again = referred(named, {"go_back": 0.7}, True, TARGETS)
    assert (again.intent, again.exposure, again.policies) == ("ask_coverage", "ransomware", ("cyber",))
    assert meant("go back", frame, "go_back", "go_back").target == "ransomware"


def test_what_names_a_subject_points_at_nothing() -> None:
    question = Question("the second", "ask_policy", policies=("umbrella",), frame=LISTED)
    assert referred(question, {}, True, TARGETS) is question


@given(st.text(max_size=60))
def test_any_text_is_read(text: str) -> None:
    pointer_in(text)
    meant(text, LISTED)


def test_a_frame_comes_back_from_its_slot_as_it_was() -> None:
    fact = Fact("12", "a dozen of us", 3, 1.5, 0.9, "people", "", True)
    frame = replace(
        LISTED, points=(1, 0), facts={"headcount": fact}, given=(CYBER, EPLI), stance=Stance("claim", "fire", 2, 1)
    )
    assert Frame.from_slot(frame.as_slot()) == frame
    assert Frame.from_slot({"target": "cyber#what"}) == Frame("cyber#what")


def test_a_difference_of_those_is_that_of_the_first_two_listed() -> None:
    assert meant("how do those differ", LISTED, "ask_compare").policies == tuple(POLICIES[:2])
    assert meant("how do those differ", Frame(), "ask_compare").policies == ()


def test_a_place_with_words_that_were_not_understood_is_explained() -> None:
    unread = Question("the second one, whatfor", "nlu_fallback", frame=LISTED, closest=("ransomware",))
    assert referred(unread, {"nlu_fallback": 0.6}, False, TARGETS).target == facet(POLICIES[1], "what")
