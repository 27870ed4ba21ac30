"""What is shown before "more": at most ninety words of every answer the knowledge can give, and nothing is lost."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import combinations

import pytest

from actions.answer import Answer, Status
from actions.forms.recommending import recommendation_answer
from actions.happened import with_report
from actions.responding import replies_to, respond
from actions.verdicts import one_policy
from actions.wording import REST, WORDS_BEFORE_MORE, shortened, text_of, words_before_more
from bot.runtime.local_actions import LocalActions
from knowledge.base import KnowledgeBase
from understanding.question import Question

LocalActions()  # every action is imported, and with it every responder

ABOUT_A_POLICY = [
    "ask_policy", "ask_exclusions", "ask_cost", "ask_cost_factors", "ask_lower_cost", "ask_need", "ask_limits",
    "ask_trigger", "ask_included", "ask_scenario",
]  # fmt: skip
ABOUT_A_TRADE = ["ask_recommendation", "ask_need", "ask_risks", "ask_scenario", "ask_cost", "get_quote", "ask_limits"]


def _ask(base: KnowledgeBase, **fields: object) -> Answer:
    return respond(Question(text="", bound=True, **fields), base)  # type: ignore[arg-type]


def _too_long(answers: Iterable[tuple[str, Answer]]) -> list[str]:
    counted = [(name, words_before_more(answer)) for name, answer in answers if answer.status is not Status.CLARIFY]
    assert counted
    return [f"{name}: {count} words" for name, count in counted if count > WORDS_BEFORE_MORE]


def _entries(base: KnowledgeBase) -> Iterator[tuple[str, Answer]]:
    for kind, intent, field in (
        ("exposure", "ask_what_covers", "exposure"),
        ("relation", "ask_included", "topic"),
        ("agency", "ask_agency", "topic"),
    ):
        for one in base.ids(kind):
            yield one, _ask(base, intent=intent, **{field: one})
    for one in base.ids("term"):
        yield one, _ask(base, intent="ask_term", terms=(one,))
    for one in base.ids("topic"):
        topic = base.topic(one)
        assert topic
        yield one, _ask(base, intent=topic.intent, topic=one)
        yield f"{one} in Nevada", _ask(base, intent=topic.intent, topic=one, state="NV")


def test_every_entry(base: KnowledgeBase) -> None:
    assert _too_long(_entries(base)) == []


@pytest.mark.slow
def test_every_verdict(base: KnowledgeBase) -> None:
    decisions = [base.decide(policy, exposure) for policy in base.ids("policy") for exposure in base.ids("exposure")]
    named = [(f"{one.policy.id} x {one.exposure.id}", shortened(one_policy(one, base))) for one in decisions if one]
    assert _too_long(named) == []
    for name, answer in named:  # what a verdict turns on is never behind "more"
        if answer.verdict == "depends":
            assert "What it depends on: " in text_of(answer, base), name
        if answer.verdict == "no":
            assert "cover" in "".join(answer.paragraphs) or len(answer.policies) == 1, name


def test_the_verdicts_of_several_policies_and_all_of_them_are_said(base: KnowledgeBase) -> None:
    several = [
        (f"{named} x {exposure}", _ask(base, intent="ask_coverage", exposure=exposure, policies=named))
        for named in (("general_liability", "professional_liability", "cyber"), ("bop", "umbrella", "crime_fidelity"))
        for exposure in base.ids("exposure")
    ]
    assert _too_long(several) == []
    for name, answer in several:
        policies = [base.policy(one) for one in answer.policies]
        assert all(policy and policy.short_name in answer.lead for policy in policies), name


@pytest.mark.parametrize("intent", ABOUT_A_POLICY)
def test_every_policy_for_every_facet(intent: str, base: KnowledgeBase) -> None:
    assert _too_long((one, _ask(base, intent=intent, policies=(one,))) for one in base.ids("policy")) == []


@pytest.mark.parametrize("intent", ABOUT_A_TRADE)
def test_every_trade_and_none(intent: str, base: KnowledgeBase) -> None:
    trades = [None, *base.ids("industry")]
    answers = [(str(one), _ask(base, intent=intent, industry=one)) for one in trades]
    answers += [(f"{one}, one policy", _ask(base, intent=intent, industry=one, policies=("cyber",))) for one in trades]
    assert _too_long(answers) == []


def test_every_two_policies_compared_priced_and_needed_but_for_the_table(base: KnowledgeBase) -> None:
    answers = [
        (f"{intent} {pair}", _ask(base, intent=intent, policies=pair))
        for pair in combinations(base.ids("policy"), 2)
        for intent in ("ask_compare", "ask_cost", "ask_need", "ask_included")
    ]
    assert _too_long(answers) == []


def test_every_trade_that_told_more_of_itself(base: KnowledgeBase) -> None:
    told = {"headcount": (10, 10), "state": "CA", "contracts": "proof", "premises": "office"}
    answers = [(one, recommendation_answer({"industry": one, **told}, base)) for one in base.ids("industry")]
    assert _too_long(answers) == []


def test_an_incident_that_happened_is_told_that_nobody_judges_it(base: KnowledgeBase) -> None:
    for exposure in base.ids("exposure"):
        asked = {"text": "", "intent": "ask_what_covers", "exposure": exposure, "happened": True}
        ((_, answer),) = replies_to({"text": "", "question": asked}, None, base)
        with_report(answer, base.notices, [])
        assert base.notices["no_claim_opinion"].strip() in answer.notes
        assert _too_long([(exposure, replace(answer, notes=[]))]) == []


# --- how it is cut ------------------------------------------------------------------------------------

LINES = [f"point {letter} {'of seven words all in all'}" for letter in "abcdefghijklmnop"]


def _answer(**parts: object) -> Answer:
    return Answer(Status.ANSWERED, "ask_proof", "The answer.", **parts)  # type: ignore[arg-type]


def _list(lines: list[str]) -> str:
    return "\n".join(f"- {line}" for line in lines)


def test_points_come_in_their_order_while_they_fit_and_the_others_first_behind_more() -> None:
    answer = shortened(_answer(paragraphs=[_list(LINES)], more=["What else."]))
    assert answer.paragraphs == [_list(LINES[:11])]  # 2 + 11 * 8 words
    assert answer.more == [f"{REST}\n{_list(LINES[11:])}", "What else."]


def test_what_fits_stays_as_it_is() -> None:
    answer = _answer(paragraphs=["Why.", _list(LINES[:5])], more=["What else."])
    assert shortened(answer).paragraphs == ["Why.", _list(LINES[:5])]
    assert answer.more == ["What else."]


def test_a_heading_goes_with_its_points_and_nothing_is_shown_after_what_did_not_fit() -> None:
    parts = [_list(LINES[:11]), f"A heading:\n{_list(LINES[11:])}", "Short."]
    answer = shortened(_answer(paragraphs=parts))
    assert answer.paragraphs == parts[:1]
    assert answer.more == parts[1:]


def test_notes_are_always_shown_and_a_note_added_later_takes_the_place_of_points() -> None:
    answer = shortened(_answer(paragraphs=[_list(LINES)]))
    answer.notes.append("No promise, whatever it says above.")
    shortened(answer)
    assert answer.paragraphs == [_list(LINES[:10])]
    assert answer.more == [f"{REST}\n{_list(LINES[10:])}"]
    assert answer.said[-1].startswith("No promise")


def test_a_heading_of_its_own_has_one_point_below_it_however_long() -> None:
    long = " ".join(["word"] * 99)
    answer = shortened(Answer(Status.ANSWERED, "ask_limits", "What is usual:", [_list([long, "short"])]))
    assert answer.paragraphs == [_list([long])]


def test_only_answers_are_cut() -> None:
    asked = Answer(Status.CLARIFY, "nlu_fallback", "Which?", [_list(LINES * 2)])
    assert shortened(asked).more == []
