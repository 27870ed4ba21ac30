"""What a message means within a conversation: what it goes on with, puts right, chooses, and leaves alone."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from actions.follow_ups import FRAME_TURNS, OF_STAFF, with_frame
from actions.question import Frame, Question, Subject, read_exposure
from knowledge.base import KnowledgeBase


def _question(text: str, intent: str, frame: Frame | None, **fields: Any) -> Question:
    return Question(text=text, intent=intent, frame=frame, **fields)


COVERAGE = Frame("ask_coverage", ("general_liability",), "data_breach", turn=1)


def test_a_follow_up_with_a_policy_keeps_the_incident() -> None:
    filled = with_frame(_question("and cyber?", "follow_up", COVERAGE, policies=("cyber",)), 2)
    assert (filled.intent, filled.policies, filled.exposure) == ("ask_coverage", ("cyber",), "data_breach")


def test_a_follow_up_with_an_incident_keeps_the_policy() -> None:
    filled = with_frame(_question("and a flood?", "follow_up", COVERAGE, exposures_named=("flood",)), 2)
    assert (filled.intent, filled.policies) == ("ask_coverage", ("general_liability",))
    assert read_exposure(filled).sure == "flood"


def test_a_short_question_takes_the_policy_over_and_not_the_incident() -> None:
    filled = with_frame(_question("how much is it?", "ask_cost", COVERAGE), 2)
    assert (filled.policies, filled.exposure) == (("general_liability",), None)


def test_a_question_with_a_subject_of_its_own_takes_nothing_over() -> None:
    own = _question("what does EPLI cost?", "ask_cost", COVERAGE, policies=("epli",))
    assert with_frame(own, 2) == own


def test_a_long_question_takes_no_policy_over() -> None:
    long = "what does it usually cost a firm with forty people in three states to be insured"
    assert with_frame(_question(long, "ask_cost", COVERAGE), 2).policies == ()


def test_a_subject_of_long_ago_is_not_taken_over() -> None:
    asked = _question("how much is it?", "ask_cost", COVERAGE)
    assert with_frame(asked, COVERAGE.turn + FRAME_TURNS).policies == ("general_liability",)
    assert with_frame(asked, COVERAGE.turn + FRAME_TURNS + 1).policies == ()


def test_the_trade_once_told_stays_known() -> None:
    told = Frame("ask_recommendation", industry="msp", state="CA", turn=1)
    filled = with_frame(_question("get me a quote for E&O", "get_quote", told, policies=("professional_liability",)), 2)
    assert (filled.industry, filled.state) == ("msp", "CA")


def test_an_incident_beside_a_policys_name_must_be_named_to_count() -> None:
    resembling = (Subject("scope_dispute", "exposure", 0.7, 0.6),)
    frame = Frame("ask_policy", ("bop",), turn=1)
    asked = _question(
        "so it includes comp?", "follow_up", frame, policies=("workers_compensation",), subjects=resembling
    )
    assert with_frame(asked, 2).intent == "ask_policy"


def test_an_incident_after_what_a_policy_is_asks_whether_it_pays() -> None:
    for before in ("ask_policy", "ask_exclusions", "ask_regulation"):
        asked = _question(
            "and overtime?", "follow_up", Frame(before, ("epli",), turn=1), exposures_named=("wage_and_hour",)
        )
        filled = with_frame(asked, 2)
        assert (filled.intent, filled.policies, filled.follows) == ("ask_coverage", ("epli",), True)


WHAT_COVERS = Frame("ask_what_covers", ("crime_fidelity",), "employee_theft", turn=1)


def test_a_policy_that_was_the_answer_is_not_what_the_next_incident_is_asked_of() -> None:
    named = {"exposures_named": ("water_damage",)}
    another = with_frame(_question("and a burst pipe?", "follow_up", WHAT_COVERS, **named), 2)
    assert (another.intent, another.policies) == ("ask_what_covers", ())
    of_it = with_frame(_question("does it pay for a burst pipe too", "follow_up", WHAT_COVERS, **named), 2)
    assert of_it.policies == ("crime_fidelity",)


def test_a_policy_is_meant_by_a_part_of_its_name() -> None:
    subjects = (Subject("crime_fidelity", "policy", 0.8, 0.6), Subject("criminal_act", "exposure", 0.5, 0.6))
    filled = with_frame(_question("would crime do it?", "follow_up", COVERAGE, subjects=subjects), 2)
    assert (filled.policies, filled.exposure) == (("crime_fidelity",), "data_breach")


@pytest.mark.parametrize(("score", "offered"), [(0.2, ("data_breach",)), (0.3, ("data_breach", "fire"))])
def test_circumstances_that_change_leave_the_verdict_in_doubt(score: float, offered: tuple[str, ...]) -> None:
    likely = (Subject("fire", "exposure", score, 0.4),)
    filled = with_frame(_question("and if it was on a sunday?", "follow_up", COVERAGE, subjects=likely), 2)
    assert read_exposure(filled).sure is None
    assert read_exposure(filled).candidates == offered


def test_an_injury_of_their_own_people_is_another_incident() -> None:
    fall = Frame("ask_coverage", ("general_liability",), "bodily_injury", turn=1)
    for text, intent in (("what if its one of our employees", "follow_up"), ("no, an employee", "correct")):
        assert read_exposure(with_frame(_question(text, intent, fall), 2)).sure == "employee_injury"
    base = KnowledgeBase()
    assert {*OF_STAFF, *OF_STAFF.values()} <= set(base.ids("exposure"))
    base.close()


# Corrections

PRICE = Frame("ask_cost", ("general_liability",), turn=1)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("sorry, I meant cyber", ("cyber",)),
        ("cyber rather than general liability", ("cyber", "general_liability")),
        ("*cyber", ("cyber",)),
    ],
)
def test_a_correction_puts_the_policy_named_into_the_last_question(text: str, named: tuple[str, ...]) -> None:
    filled = with_frame(_question(text, "correct", PRICE, policies=named), 2)
    assert (filled.intent, filled.policies) == ("ask_cost", ("cyber",))


def test_a_correction_may_be_of_what_was_asked() -> None:
    ranking = (("correct", 0.7), ("ask_cost", 0.17))
    about = Frame("ask_policy", ("umbrella",), turn=1)
    filled = with_frame(_question("no, I asked what it costs", "correct", about, ranking=ranking), 2)
    assert (filled.intent, filled.policies) == ("ask_cost", ("umbrella",))


def test_a_correction_may_be_of_what_happened() -> None:
    fire = (Subject("fire", "exposure", 0.67, 0.64),)
    flood = Frame("ask_coverage", ("commercial_property",), "flood", turn=1)
    filled = with_frame(_question("sorry, fire", "correct", flood, subjects=fire), 2)
    assert (filled.intent, filled.policies) == ("ask_coverage", ("commercial_property",))
    assert read_exposure(filled).sure == "fire"
    filled = with_frame(_question("I mean a burst pipe", "correct", WHAT_COVERS, exposures_named=("water_damage",)), 2)
    assert (filled.intent, filled.policies) == ("ask_what_covers", ())


def test_a_correction_may_be_of_the_trade_or_the_state() -> None:
    trade = Frame("ask_recommendation", ("tech_eo",), industry="web_developer", turn=1)
    filled = with_frame(_question("sorry, a call center", "correct", trade, industry="call_center"), 2)
    assert (filled.intent, filled.industry) == ("ask_recommendation", "call_center")
    law = Frame("ask_regulation", ("workers_compensation",), state="NV", topic="comp_other_states", turn=1)
    filled = with_frame(_question("sorry, California", "correct", law, state="CA"), 2)
    assert (filled.intent, filled.policies, filled.state) == ("ask_regulation", ("workers_compensation",), "CA")


@pytest.mark.parametrize("named", [(), ("general_liability",)])
def test_a_correction_that_names_only_what_was_wrong_is_no_question_yet(named: tuple[str, ...]) -> None:
    filled = with_frame(_question("wrong policy", "correct", PRICE, policies=named), 2)
    assert (filled.intent, filled.policies) == ("correct", ())


def test_words_of_correction_before_a_sure_question_are_that_question() -> None:
    assert (
        with_frame(_question("I mean what does it cost", "ask_cost", COVERAGE, confidence=0.97), 2).intent == "ask_cost"
    )
    unsure = _question("i asked about cyber", "ask_policy", COVERAGE, confidence=0.5, policies=("cyber",))
    no = replace(unsure, text="no, cyber. definitely cyber", intent="nlu_fallback")
    for asked in (unsure, no):
        filled = with_frame(asked, 2)
        assert (filled.intent, filled.policies, filled.exposure) == ("ask_coverage", ("cyber",), "data_breach")


# Choosing of what was listed

COMPARED = Frame(
    "ask_compare", ("cyber", "crime_fidelity"), options=("cyber", "crime_fidelity"), incident="data_breach", turn=1
)


@pytest.mark.parametrize(
    ("text", "intent", "asked", "policies"),
    [
        ("tell me more about the second one", "ask_more", "ask_policy", ("crime_fidelity",)),
        ("how much is the first one", "ask_cost", "ask_cost", ("cyber",)),
        ("not that one, the last", "correct", "ask_policy", ("crime_fidelity",)),
        ("do we need both", "ask_need", "ask_need", ("cyber", "crime_fidelity")),
        ("how much for all that", "ask_cost", "ask_cost", ("cyber", "crime_fidelity")),
        ("which one's cheaper", "ask_compare", "ask_cost", ("cyber", "crime_fidelity")),
    ],
)
def test_words_point_at_what_was_listed(text: str, intent: str, asked: str, policies: tuple[str, ...]) -> None:
    filled = with_frame(_question(text, intent, COMPARED), 2)
    assert (filled.intent, filled.policies) == (asked, policies)


def test_the_other_one_is_the_one_that_was_not_talked_about_since() -> None:
    since = Frame("ask_cost", ("cyber",), options=("cyber", "crime_fidelity"), turn=1)
    assert with_frame(_question("and the other one?", "follow_up", since), 2).policies == ("crime_fidelity",)
    no = Frame("ask_coverage", ("general_liability",), "wrong_information", options=("tech_eo",), turn=1)
    assert with_frame(_question("what would the right one cost", "ask_cost", no), 2).policies == ("tech_eo",)


@pytest.mark.parametrize("text", ["the third one", "who do I call first", "is it the other way round"])
def test_a_place_that_nothing_was_listed_at_points_at_nothing(text: str) -> None:
    asked = _question(text, "out_of_scope", COMPARED)
    assert with_frame(asked, 2).policies == ()


def test_the_case_that_was_talked_about_is_remembered_over_other_questions() -> None:
    since = Frame("ask_policy", ("cyber",), incident="data_breach", turn=1)
    filled = with_frame(_question("would that pay in this case?", "follow_up", since), 2)
    assert (filled.intent, filled.policies, filled.exposure) == ("ask_coverage", ("cyber",), "data_breach")


# What is asked, now that the frame is seen


@pytest.mark.parametrize(
    ("text", "read", "frame", "asked"),
    [
        ("what would that run us?", "nlu_fallback", COVERAGE, "ask_cost"),
        ("ok how much of it", "ask_cost", COVERAGE, "ask_limits"),
        ("and what wouldn't it pay for", "follow_up", COVERAGE, "ask_exclusions"),
        ("n what is that exactly", "ask_more", WHAT_COVERS, "ask_policy"),
        ("depends on what exactly??", "follow_up", COVERAGE, "repeat"),
        ("then which one does", "follow_up", COVERAGE, "ask_what_covers"),
        ("so who covers that then", "ask_why", COVERAGE, "ask_what_covers"),
        ("y that much", "affirm", PRICE, "ask_why"),
    ],
)
def test_a_few_words_ask_what_they_ask_after_the_last_question(text: str, read: str, frame: Frame, asked: str) -> None:
    assert with_frame(_question(text, read, frame), 2).intent == asked


@pytest.mark.parametrize("text", ["what if the client doesn't pay us", "can you run me through the steps"])
def test_words_that_only_resemble_those_ask_what_they_are_read_as(text: str) -> None:
    assert with_frame(_question(text, "ask_how_to_buy", COVERAGE), 2).intent == "ask_how_to_buy"


def test_an_unsure_message_is_read_as_what_the_frame_completes() -> None:
    ranking = (("ask_what_covers", 0.33), ("ask_cost", 0.29))
    asked = _question("what about that in money", "nlu_fallback", PRICE, ranking=ranking)
    assert with_frame(asked, 2).intent == "ask_cost"  # nothing happened that a policy could cover
    sure = _question("is that pizza any good", "out_of_scope", PRICE, ranking=ranking, confidence=0.9)
    assert with_frame(sure, 2).intent == "out_of_scope"


@pytest.mark.parametrize(("text", "read"), [("ok go on", "affirm"), ("any others?", "inform")])
def test_a_yes_that_may_ask_for_more_does(text: str, read: str) -> None:
    asked = _question(text, read, PRICE, ranking=((read, 0.7), ("ask_more", 0.21)))
    assert with_frame(asked, 2).intent == "ask_more"
    assert with_frame(replace(asked, ranking=((read, 0.7), ("ask_more", 0.1))), 2).intent == read


def test_why_not_another_policy_asks_whether_it_pays() -> None:
    filled = with_frame(_question("why not cyber", "ask_need", COVERAGE, policies=("cyber",)), 2)
    assert (filled.intent, filled.policies, filled.exposure) == ("ask_coverage", ("cyber",), "data_breach")


def test_a_comparison_takes_its_other_side_from_the_frame() -> None:
    filled = with_frame(_question("how's that different from cyber", "ask_compare", PRICE, policies=("cyber",)), 2)
    assert (filled.intent, filled.policies) == ("ask_compare", ("general_liability", "cyber"))
    word = Frame("ask_term", terms=("retroactive_date",), turn=1)
    filled = with_frame(
        _question("how's that different from prior acts", "ask_compare", word, terms=("prior_acts",)), 2
    )
    assert (filled.intent, filled.terms) == ("ask_term", ("retroactive_date", "prior_acts"))


@pytest.mark.parametrize(("text", "intent"), [("meaning?", "ask_term"), ("example?", "ask_scenario")])
def test_a_bare_word_after_a_term_is_about_that_term(text: str, intent: str) -> None:
    filled = with_frame(_question(text, intent, Frame("ask_term", terms=("retroactive_date",), turn=1)), 2)
    assert (filled.intent, filled.terms) == ("ask_term", ("retroactive_date",))


def test_are_we_covered_under_a_policy_is_about_the_incident_unless_it_tells_another() -> None:
    named = {"policies": ("cyber",), "subjects": (Subject("fire", "exposure", 0.3, 0.3),)}
    assert (
        with_frame(_question("r we covered under cyber", "ask_coverage", COVERAGE, **named), 2).exposure
        == "data_breach"
    )
    other = _question("are we covered under cyber for an invasion", "ask_coverage", COVERAGE, **named)
    assert with_frame(other, 2).exposure is None


def test_guidance_surely_meant_is_a_subject_of_its_own() -> None:
    topic = (Subject("limits_enterprise_contracts", "topic", 0.8, 0.87),)
    asked = _question("what limits do clients put in contracts", "ask_limits", COVERAGE, subjects=topic)
    assert with_frame(asked, 2).policies == ()
