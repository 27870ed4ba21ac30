"""Which question is really asked, where what a message names and what it seems to ask do not fit."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from actions.question import Frame, Question, Subject
from actions.routing import INFORMATIONAL, TOPICAL, settle
from knowledge.base import KnowledgeBase

SMALL_TALK = [
    "greet",
    "goodbye",
    "thank",
    "affirm",
    "deny",
    "help",
    "restart",
    "cancel",
    "talk_to_agent",
    "report_claim",
]


@pytest.fixture(scope="module")
def base() -> Iterator[KnowledgeBase]:
    base = KnowledgeBase()
    yield base
    base.close()


def _settled(base: KnowledgeBase, text: str, intent: str, confidence: float = 0.95, **fields: Any) -> Question:
    ranking = ((intent, confidence), ("ask_coverage", 0.02), ("ask_policy", 0.01))
    return settle(Question(text, intent, confidence, ranking=ranking, **fields), base)


def _sure(entry: str, kind: str = "exposure") -> Subject:
    return Subject(entry, kind, 0.97, 0.95)


@pytest.mark.parametrize("intent", sorted(INFORMATIONAL) + SMALL_TALK)
def test_a_button_is_never_taken_for_something_else(intent: str, base: KnowledgeBase) -> None:
    question = Question(
        "zzz", intent, policies=("cyber", "epli"), terms=("deductible",), outside=("outside_health",), bound=True
    )
    assert settle(question, base) == question


@pytest.mark.parametrize("intent", SMALL_TALK)
def test_what_is_no_question_stays_what_it_is(intent: str, base: KnowledgeBase) -> None:
    assert _settled(base, "cyber", intent, policies=("cyber",), subjects=(_sure("ransomware"),)).intent == intent


def test_a_policy_and_an_incident_are_a_question_of_cover(base: KnowledgeBase) -> None:
    for intent in ("ask_coverage", "ask_what_covers"):
        settled = _settled(base, "does cyber pay ransom", intent, policies=("cyber",), exposures_named=("ransomware",))
        assert settled.intent == "ask_coverage"


def test_an_incident_without_a_policy_asks_what_covers_it(base: KnowledgeBase) -> None:
    assert (
        _settled(base, "are we covered for ransom", "ask_coverage", exposures_named=("ransomware",)).intent
        == "ask_what_covers"
    )


def test_two_policies_described_are_a_comparison(base: KnowledgeBase) -> None:
    settled = _settled(
        base, "what are GL and E&O", "ask_policy", policies=("general_liability", "professional_liability")
    )
    assert settled.intent == "ask_compare"


def test_a_policy_asked_as_a_word_is_described(base: KnowledgeBase) -> None:
    assert _settled(base, "what does D&O mean", "ask_term", policies=("directors_officers",)).intent == "ask_policy"


def test_a_word_asked_as_a_policy_is_explained(base: KnowledgeBase) -> None:
    assert _settled(base, "what is a deductible", "ask_policy", terms=("deductible",)).intent == "ask_term"


def test_two_words_compared_are_explained(base: KnowledgeBase) -> None:
    settled = _settled(base, "claims-made vs occurrence", "ask_compare", terms=("claims_made", "occurrence"))
    assert settled.intent == "ask_term"


@pytest.mark.parametrize("outside", ["outside_health", "outside_life", "outside_home", "outside_personal_auto"])
def test_a_line_the_guide_does_not_speak_about_is_out_of_scope(outside: str, base: KnowledgeBase) -> None:
    assert _settled(base, "what does it pay me", "ask_coverage", outside=(outside,)).intent == "out_of_scope"


def test_fraud_is_not_helped_even_where_a_policy_is_named(base: KnowledgeBase) -> None:
    settled = _settled(base, "fake it", "ask_coverage", policies=("workers_compensation",), outside=("outside_fraud",))
    assert settled.intent == "out_of_scope"


def test_a_sure_out_of_scope_stands(base: KnowledgeBase) -> None:
    assert (
        _settled(base, "will cyber monday bring snow", "out_of_scope", 0.99, policies=("cyber",)).intent
        == "out_of_scope"
    )


def test_a_question_far_from_everything_is_not_answered(base: KnowledgeBase) -> None:
    far = Subject("fire", "exposure", 0.02, 0.05)
    assert (
        _settled(
            base,
            "purple elephants sing about their wooden shoes under seven distant moons tonight",
            "ask_what_covers",
            subjects=(far,),
        ).intent
        == "nlu_fallback"
    )


def test_an_unsure_message_that_names_nothing_stays_unsure(base: KnowledgeBase) -> None:
    assert _settled(base, "hm so what then", "nlu_fallback", 0.2).intent == "nlu_fallback"


def test_an_unsure_message_about_a_policy_takes_its_likeliest_reading(base: KnowledgeBase) -> None:
    question = Question(
        "cyber how much", "nlu_fallback", 0.2, policies=("cyber",), ranking=(("ask_cost", 0.6), ("greet", 0.1))
    )
    assert settle(question, base).intent == "ask_cost"


def test_guidance_that_is_surely_meant_is_what_is_asked(base: KnowledgeBase) -> None:
    settled = _settled(
        base, "how fast can I have a certificate", "ask_proof", subjects=(_sure("proof_how_fast", "topic"),)
    )
    assert (settled.intent, settled.topic) == ("ask_proof", "proof_how_fast")


def test_guidance_on_another_policy_is_not_what_is_asked(base: KnowledgeBase) -> None:
    settled = _settled(
        base, "how much EPLI", "ask_limits", policies=("epli",), subjects=(_sure("limits_cyber", "topic"),)
    )
    assert settled.topic != "limits_cyber"


def test_every_kind_of_guidance_in_the_content_can_be_reached(base: KnowledgeBase) -> None:
    intents = {topic.intent for topic in map(base.topic, base.ids("topic")) if topic}
    assert intents <= INFORMATIONAL
    assert TOPICAL <= INFORMATIONAL


def test_which_of_two_policies_is_needed_is_a_comparison(base: KnowledgeBase) -> None:
    question = _settled(base, "Is cyber or tech E&O right for us?", "ask_need", policies=("cyber", "tech_eo"))
    assert question.intent == "ask_compare"


def test_whether_a_policy_is_needed_in_a_state_is_a_matter_of_its_law(base: KnowledgeBase) -> None:
    named = {"policies": ("workers_compensation",), "state": "TX"}
    assert _settled(base, "do we need workers comp in Texas", "ask_need", **named).intent == "ask_regulation"
    known = Frame("ask_policy", state="TX")  # told before: it does not turn every later need into one of law
    assert _settled(base, "do we need workers comp", "ask_need", frame=known, **named).intent == "ask_need"


def test_a_sure_question_of_cover_gets_no_law_it_did_not_ask_for(base: KnowledgeBase) -> None:
    asked = {"policies": ("commercial_auto",), "subjects": (Subject("auto_required_by_law", "topic", 0.97, 0.6),)}
    text = "does commercial auto cover an accident with our van"
    assert _settled(base, text, "ask_coverage", **asked).intent != "ask_regulation"
    assert _settled(base, f"{text}, and is that the law", "ask_coverage", **asked).intent == "ask_regulation"


def test_the_exclusions_of_a_policy_are_not_the_word(base: KnowledgeBase) -> None:
    word = Subject("exclusion", "term", 0.97, 0.6)
    asked = {"policies": ("media_liability",), "terms": ("exclusion",), "subjects": (word,)}
    settled = _settled(base, "list the exclusions of media liability", "ask_exclusions", **asked)
    assert settled.intent == "ask_exclusions"


LAW = Frame("ask_regulation", ("workers_compensation",), topic="ca_workers_comp_duty", turn=1)
OWNERS = (Subject("ca_workers_comp_owners", "topic", 0.4, 0.5),)


def test_a_few_words_after_guidance_mean_guidance_of_the_same_kind(base: KnowledgeBase) -> None:
    asked = {"policies": LAW.policies, "follows": True, "subjects": OWNERS}
    settled = _settled(base, "what about me, the owner", "ask_regulation", frame=LAW, **asked)
    assert settled.topic == "ca_workers_comp_owners"
    price = Frame("ask_cost", LAW.policies, turn=1)
    assert _settled(base, "what about me, the owner", "ask_cost", frame=price, **asked).topic is None


def test_an_incident_after_guidance_means_the_guidance_about_it(base: KnowledgeBase) -> None:
    subjects = (Subject("contractor_injury", "exposure", 0.48, 0.63), Subject("need_contractors", "topic", 0.4, 0.56))
    asked = {"frame": LAW, "follows": True, "policies": LAW.policies, "subjects": subjects}
    assert _settled(base, "and for my 1099 guys", "ask_coverage", **asked).topic == "ca_comp_for_contractors"


def test_guidance_given_last_is_not_meant_again_and_another_state_is_no_matter_of_it(base: KnowledgeBase) -> None:
    asked = {"policies": LAW.policies, "follows": True, "subjects": OWNERS}
    last = Frame("ask_regulation", LAW.policies, topic="ca_workers_comp_owners", turn=1)
    assert _settled(base, "and the owner?", "ask_regulation", frame=last, **asked).topic is None
    assert _settled(base, "and in Texas?", "ask_regulation", frame=LAW, state="TX", **asked).topic is None


def test_an_example_without_a_case_of_its_own_is_one_of_the_policy(base: KnowledgeBase) -> None:
    settled = _settled(base, "an example", "ask_scenario", policies=("epli",), frame=Frame("ask_policy", ("epli",)))
    topic = base.topic(settled.topic)
    assert topic is not None
    assert (topic.intent, topic.policies[0]) == ("ask_scenario", "epli")


def test_what_was_filled_in_from_the_frame_is_not_worked_out_again(base: KnowledgeBase) -> None:
    close = (Subject("ca_workers_comp_duty", "topic", 0.9, 0.95),)
    asked = {"policies": ("epli", "workers_compensation"), "frame": Frame("ask_policy", ("epli",)), "subjects": close}
    text = "isn't that the same as workers comp"
    assert _settled(base, text, "ask_compare", **asked).intent == "ask_regulation"
    assert _settled(base, text, "ask_compare", follows=True, **asked).intent == "ask_compare"
