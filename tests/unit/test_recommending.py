"""What a business is recommended by what it tells about itself, and what it is asked for on the way."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actions.answer import Answer, Status
from actions.forms.recommending import (
    NEED_WORDS,
    NOT_ADVICE,
    STRENGTH,
    TOP,
    Profile,
    Recommended,
    holds,
    limits_to_discuss,
    next_field,
    recommend,
    recommendation_answer,
    recommended,
    responds_to,
)
from actions.wording import text_of
from knowledge.base import KnowledgeBase
from knowledge.content import CONTENT, read_content
from knowledge.diff import compare, load
from knowledge.schema import Condition, Need, Verdict
from understanding.inputs import read_of

LAW, CONTRACT, RECOMMENDED, SITUATIONAL = Need


def found(profile: Profile, policy: str, base: KnowledgeBase) -> Recommended | None:
    return next((each for each in recommend(profile, base) if each.policy == policy), None)


def need(profile: Profile, policy: str, base: KnowledgeBase) -> Need | None:
    each = found(profile, policy, base)
    return each.need if each else None


def number(value: float) -> tuple[float, float]:
    return value, value


NOBODY, TEN = number(0), number(10)


# --- what follows: situations ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("profile", "policy", "needed", "reason"),
    [
        # Employees
        ({"industry": "msp", "headcount": number(1), "state": "CA"}, "workers_compensation", LAW, "Labor Code 3700"),
        ({"industry": "msp", "headcount": TEN, "state": "TX"}, "workers_compensation", SITUATIONAL, "406.002"),
        ({"industry": "msp", "headcount": TEN, "state": "NY"}, "workers_compensation", LAW, "nearly every state"),
        ({"industry": "msp", "headcount": number(2), "state": "GA"}, "workers_compensation", SITUATIONAL, "34-9-2"),
        ({"industry": "msp", "headcount": TEN, "state": "GA"}, "workers_compensation", LAW, "at least five"),
        ({"industry": "msp", "headcount": TEN, "state": "WY"}, "workers_compensation", SITUATIONAL, "of every private"),
        ({"industry": "msp", "state": "NY"}, "workers_compensation", SITUATIONAL, "own rules"),
        ({"industry": "msp", "headcount": TEN}, "workers_compensation", LAW, "California requires it"),
        ({"industry": "msp", "headcount": NOBODY}, "workers_compensation", SITUATIONAL, "may choose to be covered"),
        (
            {"industry": "msp", "headcount": NOBODY, "contractors": True},
            "workers_compensation",
            SITUATIONAL,
            "ABC test",
        ),
        ({"industry": "msp", "headcount": (0, 5)}, "workers_compensation", LAW, "California requires it"),
        ({"headcount": TEN, "state": "CA"}, "workers_compensation", LAW, "You have employees in California"),
        ({"industry": "msp", "headcount": TEN}, "epli", RECOMMENDED, "You have employees"),
        ({"industry": "msp"}, "epli", SITUATIONAL, "as your team grows"),
        ({"industry": "call_center", "headcount": NOBODY}, "epli", SITUATIONAL, "first employees"),
        # Contracts
        ({"industry": "telemarketing", "contracts": "proof"}, "professional_liability", CONTRACT, "proof of E&O"),
        ({"industry": "it_consultant", "contracts": "proof"}, "tech_eo", CONTRACT, "Your contracts ask"),
        ({"industry": "msp", "contracts": "proof"}, "tech_eo", CONTRACT, "missed patches"),  # the trade's own reason
        ({"industry": "bpo", "contracts": "proof"}, "general_liability", CONTRACT, "Your contracts ask"),
        ({"industry": "bpo", "contracts": "proof", "records": number(500)}, "cyber", CONTRACT, "personal data"),
        ({"industry": "bpo", "contracts": "proof", "records": NOBODY}, "cyber", RECOMMENDED, "breach notices"),
        ({"industry": "bpo", "contracts": "proof"}, "cyber", RECOMMENDED, "breach notices"),
        ({"industry": "bpo", "contracts": "none"}, "professional_liability", RECOMMENDED, "No contract of yours"),
        ({"industry": "msp", "contracts": "none"}, "tech_eo", RECOMMENDED, "No contract of yours"),
        ({"industry": "msp", "contracts": "none"}, "cyber", RECOMMENDED, "No contract of yours"),
        ({"industry": "call_center", "contracts": "none"}, "professional_liability", RECOMMENDED, "wrong information"),
        ({"industry": "bpo", "contracts": "high_limits"}, "umbrella", RECOMMENDED, "more than your basic"),
        ({"industry": "bpo", "contracts": "proof"}, "umbrella", SITUATIONAL, "adds limits"),
        # Where they work
        ({"industry": "call_center", "premises": "office"}, "general_liability", CONTRACT, "landlord"),
        ({"industry": "bpo", "contracts": "none", "premises": "hybrid"}, "general_liability", CONTRACT, "landlord"),
        ({"industry": "it_consultant", "premises": "office"}, "bop", RECOMMENDED, "small office"),
        ({"industry": "cybersecurity_firm", "premises": "office"}, "bop", None, ""),
        ({"industry": "cybersecurity_firm", "premises": "owned"}, "commercial_property", CONTRACT, "lender"),
        ({"industry": "telemarketing", "premises": "office"}, "commercial_property", RECOMMENDED, "Tenants"),
        ({"industry": "bpo", "premises": "home"}, "commercial_property", SITUATIONAL, "Without an office"),
        ({"industry": "bpo", "premises": "home"}, "business_interruption", SITUATIONAL, "no office"),
        ({"industry": "bpo", "premises": "home"}, "general_liability", RECOMMENDED, "contracts may demand"),
        # Vehicles, money, investors, bonds, plans
        ({"industry": "bpo", "vehicles": "owned"}, "commercial_auto", LAW, "Nearly every state"),
        ({"industry": "msp", "vehicles": "staff_cars"}, "commercial_auto", RECOMMENDED, "non-owned"),
        ({"industry": "bpo", "vehicles": "none"}, "commercial_auto", None, ""),
        ({"industry": "bpo", "client_money": True}, "crime_fidelity", RECOMMENDED, "clients' money"),
        (
            {"industry": "bpo", "client_money": True, "contracts": "proof"},
            "crime_fidelity",
            CONTRACT,
            "protects it",
        ),
        ({"industry": "bpo", "client_money": False}, "crime_fidelity", SITUATIONAL, "client money"),
        ({"industry": "web_developer", "investors": True}, "directors_officers", RECOMMENDED, "Investors"),
        ({"industry": "bpo", "bonded_work": "collections"}, "surety_bond", SITUATIONAL, "Debt collectors"),
        ({"industry": "bpo", "benefit_plan": True}, "fiduciary_liability", RECOMMENDED, "plan"),
        ({"industry": "bpo", "benefit_plan": False}, "fiduciary_liability", None, ""),
    ],
)
def test_what_a_business_tells_decides_what_it_needs_and_why(
    profile: Profile, policy: str, needed: Need | None, reason: str, base: KnowledgeBase
) -> None:
    each = found(profile, policy, base)
    assert (each.need if each else None) is needed
    assert reason in (each.why if each else "")


def test_policies_asked_for_by_law_come_first_then_those_of_contracts_then_the_trades_order(
    base: KnowledgeBase,
) -> None:
    profile = {"industry": "msp", "headcount": TEN, "state": "CA", "vehicles": "owned", "contracts": "proof"}
    ranked = [each.policy for each in recommend(profile, base)]
    assert ranked[:5] == ["workers_compensation", "commercial_auto", "tech_eo", "cyber", "general_liability"]


def test_the_trades_top_three_lead_what_is_needed_alike(base: KnowledgeBase) -> None:
    ranked = [each.policy for each in recommend({"industry": "bpo_hr", "headcount": NOBODY, "contracts": "none"}, base)]
    assert ranked[:2] == ["professional_liability", "cyber"]


def test_a_trade_that_is_not_told_gets_the_common_list(base: KnowledgeBase) -> None:
    known = {each.policy for each in recommend({"industry": None}, base)}
    assert known == {policy.policy for policy in base.any_trade()}


def test_the_law_of_nearly_every_state_asks_for_workers_compensation_of_an_employer(base: KnowledgeBase) -> None:
    for state in ("CA", "NV", "NY", "WA", "GA", "DC", "PR"):
        assert need({"industry": "bpo", "headcount": TEN, "state": state}, "workers_compensation", base) is LAW, state


def test_where_the_state_leaves_the_choice_the_answer_says_so_before_more(base: KnowledgeBase) -> None:
    for profile in ({"headcount": TEN, "state": "TX"}, {"headcount": TEN, "state": "SD"}, {"state": "NV"}):
        told = {"industry": "bpo", **profile}
        assert need(told, "workers_compensation", base) is SITUATIONAL
        shown = recommendation_answer(told, base)
        assert "What the law may ask:\n- Workers' compensation" in "\n".join(shown.said), told


# --- conditions --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "value", "met"),
    [
        ({"at_least": 3}, (3, 3), True),
        ({"at_least": 3}, (2, 2), False),
        ({"at_least": 3}, (2, 4), None),
        ({"at_most": 3}, (3, 3), True),
        ({"at_most": 3}, (4, 9), False),
        ({"at_most": 3}, (3, 4), None),
        ({"at_least": 1, "at_most": 3}, (1, 3), True),
        ({"at_least": 1, "at_most": 3}, (2, 5), None),
        ({"at_least": 1, "at_most": 3}, (5, 5), False),
        ({"at_least": 3}, None, None),
        ({"is_in": ["CA", "NV"]}, "NV", True),
        ({"is_in": ["CA"]}, "NV", False),
        ({"not_in": ["CA"]}, "NV", True),
        ({"not_in": ["CA"]}, "CA", False),
        ({"not_in": ["CA"]}, None, None),
        ({"is_in": [True]}, True, True),
        ({"is_in": [True]}, False, False),
        ({"is_in": [False]}, False, True),
        ({"group": ["it"]}, "msp", True),
        ({"group": ["it"]}, "bpo", False),
        ({"group": ["it"]}, "no_such_trade", False),
        ({"group": ["it"], "not_in": ["msp"]}, "msp", False),
        ({"at_least": 1}, "many", None),  # a number that was not told as one decides nothing
        ({"is_in": ["CA"]}, (1, 1), None),
    ],
)
def test_a_condition_is_met_missed_or_open(
    asked: dict[str, Any], value: Any, met: bool | None, base: KnowledgeBase
) -> None:
    assert holds({"field": Condition(**asked)}, {"field": value}, base) is met


def test_all_conditions_have_to_be_met_and_one_that_is_missed_decides(base: KnowledgeBase) -> None:
    when = {"state": Condition(is_in=["CA"]), "headcount": Condition(at_least=1)}
    assert holds(when, {"state": "CA", "headcount": (2, 2)}, base) is True
    assert holds(when, {"state": "CA"}, base) is None
    assert holds(when, {"state": "NV"}, base) is False
    assert holds({}, {}, base) is True


# --- what is asked -----------------------------------------------------------------------------------


def questions(profile: dict[str, Any], base: KnowledgeBase, answers: Profile | None = None) -> list[str]:
    """What is asked when every question gets its answer, or is skipped."""
    profile, asked = dict(profile), list[str]()
    while field := next_field(profile, asked, base):
        asked.append(field.id)
        profile[field.id] = (answers or {}).get(field.id)
    return asked


def test_the_trade_is_asked_for_first_and_not_again_when_it_is_skipped(base: KnowledgeBase) -> None:
    assert questions({}, base)[0] == "industry"
    assert "industry" not in questions({"industry": None}, base)


def test_somebody_who_works_alone_is_not_asked_for_a_state(base: KnowledgeBase) -> None:
    assert "state" in questions({"industry": "msp"}, base, {"headcount": TEN})
    assert "state" not in questions({"industry": "msp"}, base, {"headcount": NOBODY})


def test_an_in_house_center_is_not_asked_for_client_contracts(base: KnowledgeBase) -> None:
    assert "contracts" in questions({"industry": "bpo_call_center"}, base)
    assert "contracts" not in questions({"industry": "call_center"}, base)


def test_who_visits_clients_is_asked_for_vehicles_and_who_moves_money_for_that(base: KnowledgeBase) -> None:
    assert {"vehicles"} == {"vehicles", "client_money"} & set(questions({"industry": "msp"}, base))
    assert {"client_money"} == {"vehicles", "client_money"} & set(questions({"industry": "bpo_hr"}, base))


def test_what_was_told_in_advance_makes_room_for_further_questions(base: KnowledgeBase) -> None:
    told = {"industry": "msp", "headcount": TEN, "state": "CA", "contracts": "proof", "premises": "office"}
    assert questions(told, base) == ["vehicles", "records", "contractors", "past_claims", "benefit_plan"]


def test_every_fact_counts_even_if_its_trade_is_not_asked_for_it(base: KnowledgeBase) -> None:
    assert need({"industry": "call_center", "contracts": "high_limits"}, "umbrella", base) is RECOMMENDED
    assert need({"industry": "web_developer", "vehicles": "owned"}, "commercial_auto", base) is LAW


PROFILE = """\
fields:
  - {id: moot, label: moot, kind: yes_no, question: May I?, why: So.}
  - {id: counts, label: counts, kind: yes_no, question: May I?, why: So.}
  - {id: elsewhere, label: elsewhere, kind: yes_no, question: May I?, why: So., asked_when: {counts: true}}
rules:
  - {id: a, policy: cyber, need: recommended, when: {moot: true}, why: So., source: article}
  - {id: b, policy: cyber, need: situational, instead_of: required_by_law, when: {moot: true}, why: x, source: article}
  - {id: c, policy: cyber, need: required_by_contract, when: {counts: true}, why: So., source: article}
  - {id: d, policy: media_liability, need: recommended, when: {elsewhere: true}, why: So., source: article}
"""
TRADE = {"industry": "call_center"}


@pytest.fixture
def small(draft: Any) -> Iterator[KnowledgeBase]:
    """A knowledge base of a few entries, in which cyber is recommended to the only trade."""
    draft.write("profile.yml", PROFILE + (draft.folder / "profile.yml").read_text())
    draft.build()
    base = KnowledgeBase(draft.database)
    yield base
    base.close()


def test_nothing_is_asked_that_could_only_give_another_reason_for_the_same_need(small: KnowledgeBase) -> None:
    field = next_field(TRADE, [], small)
    assert field is not None
    assert field.id == "counts"


def test_what_was_moot_is_asked_where_it_matters(small: KnowledgeBase) -> None:
    field = next_field({}, [], small)  # no trade, so cyber is not recommended yet
    assert field is not None
    assert field.id == "moot"


def test_a_field_is_asked_for_only_when_it_is_to_be(small: KnowledgeBase) -> None:
    assert next_field({**TRADE, "counts": False}, [], small) is None
    for known in (True, None):
        field = next_field({**TRADE, "counts": known}, [], small)
        assert field is not None
        assert field.id == "elsewhere"


def test_a_field_that_was_asked_for_is_not_asked_for_again(small: KnowledgeBase) -> None:
    field = next_field(TRADE, ["counts"], small)
    assert field is not None
    assert field.id == "elsewhere"
    assert next_field(TRADE, ["counts", "elsewhere"], small) is None


# --- what follows and what is asked, for any business ------------------------------------------------

COUNTS = st.tuples(st.integers(0, 10**6), st.integers(0, 10**6)).map(lambda pair: (min(pair), max(pair)))
STATES = st.sampled_from(["CA", "NV", "TX", "NY", "DC", "PR"])
READ = read_content(CONTENT)
ANSWERS: dict[str, st.SearchStrategy[Any]] = {
    field.id: st.none()
    | {
        "industry": st.sampled_from([industry.id for industry in READ.industries]),
        "state": STATES,
        "count": COUNTS,
        "money": COUNTS,
        "yes_no": st.booleans(),
        "choice": st.sampled_from([option.id for option in field.options] or [""]),
    }[field.kind]
    for field in READ.profile_fields
}
PROFILES = st.fixed_dictionaries({}, optional=ANSWERS)
EVERYTHING = st.fixed_dictionaries(ANSWERS)


@given(profile=PROFILES)
def test_any_business_gets_a_ranked_list_in_which_nothing_stands_twice(profile: Profile, base: KnowledgeBase) -> None:
    ranked = recommend(profile, base)
    assert len(ranked) >= TOP
    assert len({each.policy for each in ranked}) == len(ranked)
    strengths = [STRENGTH[each.need] for each in ranked]
    assert strengths == sorted(strengths)


@given(profile=PROFILES)
def test_every_reason_is_one_of_the_content_with_its_sources(profile: Profile, base: KnowledgeBase) -> None:
    industry = base.industry(str(profile.get("industry")))
    written = {
        (each.policy, each.need, each.why, tuple(each.source))
        for each in [*(industry.policies if industry else base.any_trade()), *base.profile_rules()]
    }
    for each in recommend(profile, base):
        assert (each.policy, each.need, each.why, each.sources) in written
        assert each.sources
        for source in each.sources:
            assert base.source(source).title


@given(profile=PROFILES)
def test_a_weaker_need_than_the_trades_has_a_rule_that_says_so(profile: Profile, base: KnowledgeBase) -> None:
    industry = base.industry(str(profile.get("industry")))
    ranked = {each.policy: each for each in recommend(profile, base)}
    for policy in industry.policies if industry else base.any_trade():
        each = ranked[policy.policy]
        if STRENGTH[each.need] > STRENGTH[policy.need]:
            assert any(
                rule.policy == each.policy and rule.why == each.why and rule.instead_of is policy.need
                for rule in base.profile_rules()
            )


@given(told=PROFILES, answers=EVERYTHING)
def test_questions_end_in_time_and_ask_nothing_twice_or_that_is_known(
    told: dict[str, Any], answers: Profile, base: KnowledgeBase
) -> None:
    asked = questions(told, base, answers)
    assert len(asked) <= 7
    assert len(set(asked)) == len(asked)
    assert not set(asked) & set(told)
    order = [field.id for field in base.profile_fields()]
    assert set(asked) <= set(order)


@given(profile=EVERYTHING)
def test_who_has_answered_or_skipped_everything_is_asked_nothing(profile: Profile, base: KnowledgeBase) -> None:
    assert next_field(profile, [], base) is None


@given(profile=PROFILES)
def test_what_is_to_discuss_is_cited_and_speaks_of_the_list(profile: Profile, base: KnowledgeBase) -> None:
    said = limits_to_discuss(profile, base)
    assert len({statement.text for statement in said}) == len(said)
    names = [base.policy(each.policy).short_name for each in recommend(profile, base)]  # type: ignore[union-attr]
    heads = [statement.text.split(": ")[0].lower() for statement in said]
    for name in names[:TOP]:
        assert name.lower() in heads
    assert all(statement.source for statement in said)
    general = {point.text for point in base.profile_points() if point.policy is None}
    others = [statement.text for statement in said if statement.text not in general]
    assert all(any(text.lower().startswith(f"{name.lower()}: ") for name in names) for text in others)


def faults(answer: Answer, base: KnowledgeBase) -> list[str]:
    text = text_of(answer, base, with_more=True)
    known = answer.policies and all(map(base.policy, answer.policies))
    checks = {
        "is no answer": answer.status is Status.ANSWERED and answer.intent == "ask_recommendation",
        "does not say that it is no advice": NOT_ADVICE in answer.notes,
        "cites nothing, or something twice": answer.sources and len(set(answer.sources)) == len(answer.sources),
        "names no policy": known,
        "has no entry": answer.entries and all(map(base.entry, answer.entries)),
        "holds a gap": "None" not in text and "  " not in text and "\n\n\n" not in text,
        "offers not three buttons": len({button.title for button in answer.buttons}) == 3,
    }
    return [fault for fault, fine in checks.items() if not fine]


@given(profile=PROFILES)
def test_any_recommendation_is_whole(profile: Profile, base: KnowledgeBase) -> None:
    answer = recommendation_answer(profile, base)
    assert faults(answer, base) == []
    for each in recommend(profile, base):
        assert each.policy in answer.policies
    text = text_of(answer, base, with_more=True)
    for policy in map(base.policy, answer.policies):
        assert policy is not None
        assert text.count(f"- {policy.short_name[0].upper()}{policy.short_name[1:]} (") == 1  # each with one need


# --- the answer --------------------------------------------------------------------------------------

FRESNO: dict[str, Any] = {
    "industry": "bpo_call_center",
    "headcount": (40, 40),
    "state": "CA",
    "contracts": "proof",
    "premises": "office",
    "records": (5000, 5000),
    "client_money": False,
    "past_claims": True,
}


def test_the_answer_leads_with_the_top_three_and_keeps_the_rest_for_more(base: KnowledgeBase) -> None:
    answer = recommendation_answer(FRESNO, base)
    assert answer.lead == (
        "For an outsourced call center (BPO) in California, look first at workers' compensation, professional "
        "liability (E&O) and cyber liability."
    )
    (first,) = answer.paragraphs
    assert [line.split(":")[0] for line in first.splitlines()] == [
        "- Workers' compensation (required by law)",
        "- Professional liability (E&O) (usually required by contract)",
    ]
    assert answer.more[0].startswith("And also:\n- Cyber liability (usually required by contract): ")
    assert answer.notes == [NOT_ADVICE]
    titles = ["Also worth a look:", "To discuss with an agent:", "What they respond to, for example:"]
    assert [part.splitlines()[0] for part in answer.more[1:]] == [*titles, "What clients often demand:"]
    assert answer.entries == ["bpo_call_center"]
    assert [button.ask for button in answer.buttons] == [
        {"intent": "get_quote", "industry": "bpo_call_center"},
        {"intent": "ask_why"},
        {"intent": "talk_to_agent"},
    ]


def test_limits_follow_from_what_was_told(base: KnowledgeBase) -> None:
    said = "\n".join(statement.text for statement in limits_to_discuss(FRESNO, base))
    assert "$107 to $799 per consumer" in said  # records in California
    assert "$10.22 million" in said  # more than 3,000 of them
    assert "Commercial property: Earthquake" in said
    assert "Tell of every claim" in said
    few = "\n".join(s.text for s in limits_to_discuss({**FRESNO, "records": (0, 0), "past_claims": False}, base))
    assert "per consumer" not in few
    assert "$10.22 million" not in few
    assert "A clean record" in few


def test_where_nothing_special_follows_the_usual_limit_is_said(base: KnowledgeBase) -> None:
    said = [statement.text for statement in limits_to_discuss({"industry": "msp"}, base)]
    assert "Tech E&O: For small to mid-size IT firms, common limits start at $1 million." in said


def test_what_clients_demand_is_left_out_where_no_contract_asks(base: KnowledgeBase) -> None:
    alone = {"industry": "web_developer", "headcount": NOBODY, "contracts": "none", "premises": "home"}
    assert "clients often demand" not in "\n".join(recommendation_answer(alone, base).more)
    assert "clients often demand" in "\n".join(recommendation_answer({**alone, "contracts": "proof"}, base).more)


@pytest.mark.parametrize("skipped", [{}, {"headcount": None, "state": None, "contracts": None}])
def test_where_only_the_trade_is_known_the_answer_is_that_of_the_trade(skipped: Profile, base: KnowledgeBase) -> None:
    for trade in base.ids("industry"):
        industry = base.industry(trade)
        assert industry is not None
        assert recommendation_answer({"industry": trade, **skipped}, base) == recommended(industry, base)


def test_an_example_is_a_risk_of_the_trade_that_the_policy_surely_answers(base: KnowledgeBase) -> None:
    for trade in map(base.industry, base.ids("industry")):
        assert trade is not None
        for ranked in trade.policies:
            policy = base.policy(ranked.policy)
            assert policy is not None
            example = responds_to(policy, trade, base)
            covered = {
                risk.text
                for risk in trade.risks
                if (decision := base.decide(policy.id, risk.exposure)) and decision.verdict is Verdict.YES
            }
            assert example.text in (covered or {policy.example_claim.text})
            assert example.source


def test_an_example_without_a_trade_is_the_policys_own(base: KnowledgeBase) -> None:
    cyber = base.policy("cyber")
    assert cyber is not None
    assert responds_to(cyber, None, base) == cyber.example_claim


def test_needs_are_worded_and_ordered_from_the_strongest(base: KnowledgeBase) -> None:
    assert set(NEED_WORDS) == set(Need) == set(STRENGTH)
    assert sorted(Need, key=lambda each: STRENGTH[each]) == [LAW, CONTRACT, RECOMMENDED, SITUATIONAL]


# --- in the database ---------------------------------------------------------------------------------


def test_the_profile_is_read_back_as_it_was_written(base: KnowledgeBase) -> None:
    assert base.profile_fields() == READ.profile_fields
    assert base.profile_rules() == READ.profile_rules
    assert base.profile_points() == READ.profile_points
    assert base.any_trade() == READ.any_trade
    assert READ.profile_fields[0].id == "industry"


def test_a_profile_changes_nothing_that_the_guide_is_trained_from(draft: Any) -> None:
    def learned() -> list[Any]:
        draft.build()
        base = KnowledgeBase(draft.database)
        try:
            return list(read_of(base))
        finally:
            base.close()

    before = learned()
    draft.write("profile.yml", PROFILE + (draft.folder / "profile.yml").read_text())
    assert learned() == before


def without_profile(database: Path) -> None:
    """As a database was before there was a profile."""
    with sqlite3.connect(database) as db:
        db.execute("drop table profile")


def test_a_database_from_before_the_profile_answers_without_one(draft: Any) -> None:
    draft.build()
    without_profile(draft.database)
    base = KnowledgeBase(draft.database)
    assert base.profile_fields() == base.profile_rules() == base.profile_points() == base.any_trade() == []
    assert next_field({}, [], base) is None
    assert [each.policy for each in recommend(TRADE, base)][:1] == ["professional_liability"]
    base.close()


def test_content_and_database_with_the_same_profile_do_not_differ(draft: Any) -> None:
    draft.write("profile.yml", PROFILE + (draft.folder / "profile.yml").read_text())
    draft.build()
    assert not compare(load(draft.database), load(draft.folder))


def test_a_diff_shows_what_is_asked_anew_and_what_follows_otherwise(draft: Any) -> None:
    draft.build()
    without_profile(draft.database)
    draft.write("profile.yml", PROFILE + (draft.folder / "profile.yml").read_text())
    added = compare(load(draft.database), load(draft.folder))
    assert "fields: moot, added" in str(added)
    assert "rules: c, added" in str(added)
    assert not added.needs_training
    draft.build()
    draft.edit("profile.yml", "when: {counts: true}, why: So.", "when: {counts: false}, why: Because.")
    draft.edit("profile.yml", "  - {id: moot, label: moot, kind: yes_no, question: May I?, why: So.}\n", "")
    moved = "  - {id: moot, label: moot, kind: yes_no, question: Might I?, why: So.}\nrules:\n"
    draft.edit("profile.yml", "rules:\n", moved)
    changes = compare(load(draft.database), load(draft.folder))
    (title,) = [title for title, items in changes.sections.items() if items]
    assert title.startswith("RECOMMENDATIONS")
    items = "\n".join(changes.sections[title])
    assert "fields: moot\n  was question: May I?\n  now question: Might I?" in items
    assert "rules: c" in items
    assert "  was why: So.\n  now why: Because." in items
    assert "is_in: False" in items
    assert "new order\n  fields: counts, fields: elsewhere, fields: moot" in items
