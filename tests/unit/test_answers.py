"""Every answer the knowledge can give: complete, cited, in plain shape, with buttons that can be answered."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actions.answer import Answer, Button, Row, Status, Table
from actions.base import as_message, notice
from actions.coverage import one_policy
from actions.forms.turn import PLANS
from actions.question import Frame, Question, Subject
from actions.readings import verdict_by_incident
from actions.responding import RESPONDERS, TALK_TO_AGENT, remembered, respond
from actions.wording import VERDICT_WORDS, joined, listed, sentence, source_line, table_text, text_of
from bot.runtime.local_actions import LocalActions
from knowledge.base import KnowledgeBase
from knowledge.schema import Policy, Statement

LocalActions()  # every action is imported, and with it every responder

ABOUT_POLICIES = [
    "ask_policy", "ask_exclusions", "ask_cost", "ask_cost_factors", "ask_lower_cost", "ask_need", "ask_limits",
]  # fmt: skip
GENERAL = [
    *ABOUT_POLICIES, "ask_proof", "ask_how_to_buy", "ask_choose_insurer", "ask_risks", "ask_scenario",
    "ask_regulation", "ask_recommendation", "get_quote", "report_claim", "talk_to_agent",
]  # fmt: skip
NEVER = re.compile(r"\bNone\b(?! of)|\bnull\b|\{\w*\}|\[\]|  +\S|\.\.(?!\.)|\bTODO\b")


@pytest.fixture(scope="module")
def base() -> Iterator[KnowledgeBase]:
    base = KnowledgeBase()
    yield base
    base.close()


def _faults(answer: Answer, base: KnowledgeBase) -> list[str]:
    """What is wrong with an answer, whatever it answers."""
    wrong = []
    text = as_message(answer, base)["text"]
    if not answer.lead.strip():
        wrong.append("no lead")
    if answer.status is Status.ANSWERED and not source_line(answer, base):
        wrong.append("no source")
    if len(answer.sources) != len(set(answer.sources)):
        wrong.append("a source twice")
    if answer.status is not Status.ANSWERED and answer.verdict:
        wrong.append("a verdict without an answer")
    if (answer.verdict or "none") not in {*VERDICT_WORDS, "none"}:
        wrong.append(f"verdict {answer.verdict}")
    for found in NEVER.finditer("\n".join([text, *answer.more])):
        wrong.append(f"says {found.group()!r}")
    if not 0 < len(answer.buttons) <= 5:
        wrong.append(f"{len(answer.buttons)} buttons")
    titles = [button.title for button in answer.buttons]
    if len(titles) != len(set(titles)):
        wrong.append(f"a button twice: {titles}")
    for button in answer.buttons:
        wrong += _button_faults(button, base)
    for policy_id in answer.policies:
        if base.policy(policy_id) is None:
            wrong.append(f"no such policy: {policy_id}")
    return wrong


def _button_faults(button: Button, base: KnowledgeBase) -> list[str]:
    ask = button.ask
    known = {
        "policies": all(map(base.policy, ask.get("policies", []))),
        "terms": all(map(base.term, ask.get("terms", []))),
        "exposure": ask.get("exposure") is None or base.exposure(ask["exposure"]),
        "topic": ask.get("topic") is None or base.topic(ask["topic"]),
        "industry": ask.get("industry") is None or base.industry(ask["industry"]),
        "start": ask.get("start", "quote") in PLANS,
        "confirmed": ask.get("confirmed", True) is True,
    }
    wrong = [f"button {button.title!r} asks for no such {name}" for name, found in known.items() if not found]
    if ask["intent"] not in RESPONDERS:
        wrong.append(f"button {button.title!r}: nobody answers {ask['intent']}")
    if not set(ask) <= {"intent", *known}:
        wrong.append(f"button {button.title!r} asks what nobody reads: {set(ask)}")
    return wrong


def _ask(base: KnowledgeBase, **fields: object) -> Answer:
    return respond(Question(text="", bound=True, **fields), base)  # type: ignore[arg-type]


def _check(answers: dict[str, Answer], base: KnowledgeBase) -> None:
    assert answers
    wrong = [f"{name}: {fault}" for name, answer in answers.items() for fault in _faults(answer, base)]
    assert not wrong, "\n".join(["", *wrong[:40], f"{len(wrong)} in all"])


def test_every_policy_decides_every_incident_with_a_reason_and_a_source(base: KnowledgeBase) -> None:
    answers = {}
    for policy in base.ids("policy"):
        for exposure in base.ids("exposure"):
            decision = base.decide(policy, exposure)
            assert decision is not None, (policy, exposure)
            answers[f"{policy} x {exposure}"] = one_policy(decision, base)
    _check(answers, base)


def test_the_verdict_is_the_first_word_and_a_no_says_what_then(base: KnowledgeBase) -> None:
    for policy in base.ids("policy"):
        for exposure in base.ids("exposure"):
            decision = base.decide(policy, exposure)
            assert decision is not None
            answer = one_policy(decision, base)
            text = text_of(answer, base)
            if answer.verdict:
                assert text.startswith(f"{VERDICT_WORDS[answer.verdict]} ")
            if answer.verdict == "no":
                assert len(answer.paragraphs) == 1, (policy, exposure)  # what does instead, or what to do without
                assert answer.policies[0] == policy
                instead = answer.policies[1:]
                assert ("cover it instead" in text or "covers it instead" in text) == bool(instead), (policy, exposure)
            if answer.verdict == "depends":
                assert "What it depends on:" in text, (policy, exposure)


def test_what_has_to_be_bought_is_said_before_what_pays_in_a_corner_of_it(base: KnowledgeBase) -> None:
    found = []
    for exposure_id in base.ids("exposure"):
        exposure, responders = base.exposure(exposure_id), base.responders(exposure_id)
        if exposure is None or exposure.if_uninsured is None or not responders:
            continue
        found.append(exposure_id)
        told = _ask(base, intent="ask_what_covers", exposure=exposure_id)
        assert told.lead == exposure.if_uninsured.text
        assert responders[0].policy.short_name in told.paragraphs[0].lower()
        refused = one_policy(base.decide("bop", exposure_id), base)  # type: ignore[arg-type]
        assert refused.paragraphs == [exposure.if_uninsured.text]
        assert refused.policies == ["bop"]
    assert {"earthquake", "flood"} <= set(found)


def test_every_incident_names_who_responds(base: KnowledgeBase) -> None:
    answers = {each: _ask(base, intent="ask_what_covers", exposure=each) for each in base.ids("exposure")}
    _check(answers, base)
    for exposure, answer in answers.items():
        assert answer.status is Status.ANSWERED
        assert answer.policies == [decision.policy.id for decision in base.responders(exposure)]


def test_two_policies_are_judged_one_by_one(base: KnowledgeBase) -> None:
    answers = {
        each: _ask(base, intent="ask_coverage", exposure=each, policies=("general_liability", "professional_liability"))
        for each in base.ids("exposure")
    }
    _check(answers, base)
    for exposure, answer in answers.items():
        verdicts = {base.decide(policy, exposure).verdict.value for policy in answer.policies[:2]}  # type: ignore[union-attr]
        assert answer.verdict is None or verdicts == {answer.verdict}


@pytest.mark.parametrize("intent", ABOUT_POLICIES)
def test_every_question_about_every_policy_is_answered(intent: str, base: KnowledgeBase) -> None:
    answers = {each: _ask(base, intent=intent, policies=(each,)) for each in base.ids("policy")}
    _check(answers, base)
    for policy, answer in answers.items():
        assert answer.status is Status.ANSWERED
        assert policy in answer.policies


@pytest.mark.parametrize("intent", GENERAL)
def test_every_general_question_is_answered_for_every_trade_and_for_none(intent: str, base: KnowledgeBase) -> None:
    trades = [None, *base.ids("industry")]
    answers = {str(trade): _ask(base, intent=intent, industry=trade) for trade in trades}
    _check(answers, base)
    if intent not in ("ask_recommendation", "report_claim", "talk_to_agent"):
        assert {answer.status for answer in answers.values()} == {Status.ANSWERED}


def _compared(base: KnowledgeBase, *policies: str) -> Answer:
    return _ask(base, intent="ask_compare", policies=policies)


def _table(answer: Answer) -> Table:
    assert answer.table is not None
    return answer.table


def test_every_two_policies_can_be_compared(base: KnowledgeBase) -> None:
    ids = base.ids("policy")
    answers = {str(pair): _compared(base, *pair) for pair in combinations(ids, 2)}
    _check(answers, base)
    for answer in answers.values():
        assert [len(row.cells) for row in _table(answer).rows] == [2, 2, 2, 2]
        assert all(cell for row in _table(answer).rows for cell in row.cells)
    halves = {one: _compared(base, one) for one in ids}
    _check(halves, base)
    assert {half.table for half in halves.values()} == {None}


def test_three_policies_are_compared_in_the_order_they_were_named(base: KnowledgeBase) -> None:
    answer = _compared(base, "umbrella", "cyber", "general_liability")
    table = _table(answer)
    assert table.columns == ["An umbrella policy", "Cyber liability", "General liability"]
    assert [cell.split(" pays ")[0] for cell in table.rows[0].cells] == ["An umbrella", *table.columns[1:]]
    assert answer.policies == ["umbrella", "cyber", "general_liability"]
    assert "left out" not in text_of(answer, base)


def test_of_more_than_three_policies_the_first_are_compared_and_the_others_named_and_offered(
    base: KnowledgeBase,
) -> None:
    answer = _compared(base, "general_liability", "professional_liability", "cyber", "epli", "bop")
    _check({"five": answer}, base)
    assert answer.policies == ["general_liability", "professional_liability", "cyber"]
    assert len(_table(answer).columns) == 3
    assert "I left out EPLI and a business owner's policy (BOP)." in text_of(answer, base)
    assert [button.ask.get("policies") for button in answer.buttons] == [["epli"], ["bop"], None]


def _statements(policy: Policy) -> list[Statement]:
    values = [value if isinstance(value, list) else [value] for _, value in policy]
    return [each for value in values for each in value if isinstance(each, Statement)]


def _sourced_by_its_words(policy: Policy) -> Policy:
    """The policy with each of its statements resting on a source of its own, called like the statement."""

    def own(value: Any) -> Any:
        if isinstance(value, list):
            return [own(each) for each in value]
        return value.copy(update={"source": [value.text]}) if isinstance(value, Statement) else value

    return policy.copy(update={name: own(value) for name, value in policy})


def test_a_comparison_cites_what_it_says_and_nothing_else(base: KnowledgeBase, monkeypatch: pytest.MonkeyPatch) -> None:
    real = {each: policy for each in base.ids("policy") if (policy := base.policy(each))}
    monkeypatch.setattr(base, "policy", lambda policy_id: _sourced_by_its_words(real[policy_id]))
    answer = _compared(base, "general_liability", "professional_liability", "cyber")
    shown = text_of(replace(answer, sources=[]), base, with_more=True)
    compared = [base.policy(each) for each in answer.policies]
    said = {each.text for policy in compared if policy for each in _statements(policy) if each.text in shown}
    of_prices = {source for each in answer.policies for source in base.costs(each)[0].source}
    assert len(said) == 3 * 7
    assert set(answer.sources) == said | of_prices


def test_a_compared_price_says_whose_it_was_and_when_or_that_there_is_none(base: KnowledgeBase) -> None:
    for policy_id in base.ids("policy"):
        price = _table(_compared(base, policy_id, "bop" if policy_id != "bop" else "cyber")).rows[-1]
        assert price.label == "Published price, not a quote"
        known = base.costs(policy_id)
        if not known:
            assert price.cells[0] == "No published price. An agent can get quotes."
        else:
            figure = f"{known[0].typical or known[0].low:,}"
            assert price.cells[0].startswith(f"${figure} ") and known[0].who in price.cells[0]
            assert re.search(r"\((undated|\d{4})\)\.$", price.cells[0])
    assert _table(_compared(base, "tech_eo", "cyber")).rows[-1].cells[0].startswith("$500 to $3,000 a year. ")


def test_more_of_a_comparison_does_not_repeat_the_table(base: KnowledgeBase) -> None:
    answer = _compared(base, "general_liability", "professional_liability", "cyber")
    assert len(answer.more) == 3
    more = "\n".join(answer.more)
    assert not [cell for row in _table(answer).rows for cell in row.cells if cell in more]


def test_a_table_is_data_for_the_website_and_text_elsewhere(base: KnowledgeBase) -> None:
    answer = _compared(base, "general_liability", "cyber")
    message = as_message(answer, base)
    shown = json.loads(json.dumps(message["answer"]))
    assert shown["table"]["columns"] == ["General liability", "Cyber liability"]
    assert shown["table"]["rows"][1]["label"] == "What triggers it"
    for row in _table(answer).rows:
        assert row.label in message["text"] and row.label not in shown["body"]
        for cell in row.cells:
            assert message["text"].count(cell) == 1 and cell not in shown["body"]
    assert message["text"].index("Published price") < message["text"].index("Source: ")


LINE = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1)


@given(st.data(), st.lists(LINE, min_size=1, max_size=3))
def test_a_table_as_text_has_a_line_for_every_cell_under_its_label(data: st.DataObject, columns: list[str]) -> None:
    cells = st.lists(LINE, min_size=len(columns), max_size=len(columns))
    rows = data.draw(st.lists(st.builds(Row, LINE, cells), min_size=1, max_size=4))
    blocks = [block.split("\n") for block in table_text(Table(columns, rows)).split("\n\n")]
    assert [block[0] for block in blocks] == [f"{row.label}:" for row in rows]
    assert [block[1:] for block in blocks] == [
        [f"- {columns[n]}: {cell}" for n, cell in enumerate(row.cells)] for row in rows
    ]


def test_a_table_whose_cells_do_not_fit_its_columns_is_not_shown_askew() -> None:
    with pytest.raises(ValueError, match="zip"):
        table_text(Table(["General liability", "Cyber"], [Row("What it pays for", ["Injuries."])]))


def _topics(base: KnowledgeBase, explaining: bool) -> dict[str, Answer]:
    topics = [topic for topic in map(base.topic, base.ids("topic")) if topic]
    return {
        topic.id: _ask(base, intent=topic.intent, topic=topic.id)
        for topic in topics
        if (topic.intent == "ask_term") is explaining
    }


def test_every_topic_and_every_term_is_answered(base: KnowledgeBase) -> None:
    terms = {each: _ask(base, intent="ask_term", terms=(each,)) for each in base.ids("term")}
    answers = {**_topics(base, explaining=False), **terms}
    _check(answers, base)
    for entry, answer in answers.items():
        assert answer.entries == [entry]


def test_a_topic_that_explains_something_is_answered_when_it_is_named(base: KnowledgeBase) -> None:
    for entry, answer in _topics(base, explaining=True).items():
        assert answer.entries == [entry]


def test_every_line_of_insurance_outside_is_declined_with_a_pointer(base: KnowledgeBase) -> None:
    answers = {each: _ask(base, intent="out_of_scope", outside=(each,)) for each in base.ids("outside")}
    _check(answers, base)
    assert len({answer.lead for answer in answers.values()}) == len(answers)


def test_nothing_but_an_answer_has_a_verdict_and_every_intent_has_an_answer(base: KnowledgeBase) -> None:
    quiet = {"goodbye"}  # nothing to offer
    for intent in RESPONDERS:
        answer = _ask(base, intent=intent)
        assert [fault for fault in _faults(answer, base) if intent not in quiet or "buttons" not in fault] == [], intent


def test_an_intent_nobody_answers_is_asked_back(base: KnowledgeBase) -> None:
    assert _ask(base, intent="no_such_intent").status is Status.FALLBACK


def test_every_refusal_of_the_gate_has_words_of_its_own(base: KnowledgeBase) -> None:
    reasons = ("empty", "too_long", "no_words", "command")
    answers = {each: _ask(base, intent="unreadable", topic=each) for each in reasons}
    _check(answers, base)
    assert len({answer.lead for answer in answers.values()}) == len(reasons)


def test_a_claim_gets_steps_and_an_agent_and_no_opinion(base: KnowledgeBase) -> None:
    text = text_of(_ask(base, intent="report_claim", policies=("cyber",)), base)
    assert "Do not admit fault" in text
    assert "I cannot say whether a real claim would be paid" in text
    assert not re.search(r"\b(Yes|No|It depends)\.", text)


def test_a_price_is_never_a_promise(base: KnowledgeBase) -> None:
    for policy in base.ids("policy"):
        text = text_of(_ask(base, intent="ask_cost", policies=(policy,)), base)
        assert "not a quote" in text or "no published price" in text, policy


def test_the_notice_says_what_is_talking_and_names_a_licence(
    base: KnowledgeBase, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "automated assistant" in notice(base)
    monkeypatch.setenv("GUIDE_AGENCY_NAME", "Larkfield")
    monkeypatch.setenv("GUIDE_AGENCY_LICENCE", "0X12345")
    assert notice(base).endswith("Larkfield, insurance license 0X12345")


def test_only_the_first_sources_are_named_and_the_rest_counted(base: KnowledgeBase) -> None:
    answer = Answer(Status.ANSWERED, "ask_policy", "It pays.")
    assert source_line(answer, base) == ""
    policy = base.policy("professional_liability")
    assert policy is not None
    answer.cite(*(statement.source for statement in [*policy.covers, *policy.excludes]))
    assert len(answer.sources) > 3
    assert source_line(answer, base).endswith(f"; and {len(answer.sources) - 3} more")


def test_citing_again_adds_nothing() -> None:
    answer = Answer(Status.ANSWERED, "ask_policy", "It pays.").cite(["a", "b"], ["b", "c"]).cite(("a",))
    assert answer.sources == ["a", "b", "c"]


def test_words_are_joined_and_ended_as_one_writes_them() -> None:
    assert [joined([]), joined(["a"]), joined(["a", "b"]), joined(["a", "b", "c"], "or")] == [
        "",
        "a",
        "a and b",
        "a, b or c",
    ]
    assert [sentence(" cyber "), sentence("Why?"), sentence("E&O")] == ["Cyber.", "Why?", "E&O."]
    assert listed(["a", "b"]) == "- a\n- b"


def test_an_agent_is_asked_for_the_same_way_everywhere(base: KnowledgeBase) -> None:
    assert _ask(base, **TALK_TO_AGENT.ask).status is Status.HANDOFF


def test_several_policies_are_priced_one_by_one_and_none_is_left_out(base: KnowledgeBase) -> None:
    answers = {}
    for named in combinations(base.ids("policy"), 2):
        answer = answers[str(named)] = _ask(base, intent="ask_cost", policies=named)
        assert answer.policies == list(named)
        assert answer.paragraphs[0].count("\n") == 1
    _check(answers, base)
    without = next(each for each in base.ids("policy") if not base.costs(each))
    assert "no published price" in _ask(base, intent="ask_cost", policies=("cyber", without)).paragraphs[0]


def test_a_price_names_the_state_it_is_not_for_in_full(base: KnowledgeBase) -> None:
    for policies in (("cyber",), ("cyber", "tech_eo")):
        answer = _ask(base, intent="ask_cost", policies=policies, state="NV")
        assert "I have no figure for Nevada alone." in answer.paragraphs
    assert not any("alone" in p for p in _ask(base, intent="ask_cost", policies=("cyber",)).paragraphs)


def test_whether_both_are_needed_is_told_of_both(base: KnowledgeBase) -> None:
    both = ("professional_liability", "general_liability")
    answer = respond(Question("do we need both", "ask_need", policies=both), base)
    _check({"both": answer}, base)
    assert answer.policies == list(both)
    held = respond(Question("we have E&O, why do we need GL", "ask_need", policies=both), base)
    assert held.policies == ["general_liability"]


def _follow(base: KnowledgeBase, intent: str, frame: Frame) -> Answer:
    return respond(Question("", intent, frame=frame), base)


def test_a_comparison_and_a_term_can_be_said_more_simply(base: KnowledgeBase) -> None:
    for frame in (Frame("ask_compare", ("cyber", "tech_eo")), Frame("ask_term", terms=("deductible",))):
        again, simpler = (_follow(base, intent, frame) for intent in ("repeat", "simpler"))
        _check({frame.intent: simpler}, base)
        assert simpler.paragraphs[0].startswith("In plain words: ")
        assert (simpler.table, simpler.paragraphs == again.paragraphs) == (None, False)


def test_where_there_is_no_more_that_is_said_and_nothing_twice(base: KnowledgeBase) -> None:
    word = Frame("ask_term", terms=("deductible",))
    more = _follow(base, "ask_more", word)
    assert more.status is Status.CHITCHAT
    assert "all I have" in more.lead
    assert _follow(base, "ask_why", word).status is Status.ANSWERED


def test_who_was_misread_is_offered_what_else_can_be_asked_about_the_policy(base: KnowledgeBase) -> None:
    for intent, status in (("correct", Status.CLARIFY), ("complain", Status.HANDOFF)):
        answer = _follow(base, intent, Frame("ask_cost", ("epli",)))
        _check({intent: answer}, base)
        assert answer.status is status
        assert TALK_TO_AGENT in answer.buttons
        asks = [button.ask for button in answer.buttons if button != TALK_TO_AGENT]
        assert asks
        assert all(ask["policies"] == ["epli"] and ask["intent"] != "ask_cost" for ask in asks)
        assert _follow(base, intent, Frame("")).buttons


def test_circumstances_that_may_change_the_answer_get_no_verdict(base: KnowledgeBase) -> None:
    doubted = Question("and on a sunday?", "ask_coverage", policies=("cyber",), doubted=("ransomware",))
    answer = respond(doubted, base)
    assert (answer.status, answer.verdict) == (Status.CLARIFY, None)
    assert "whether that changes the answer" in answer.lead


def test_words_that_resemble_no_incident_get_no_verdict_by_agreement(base: KnowledgeBase) -> None:
    for cosine, status in ((0.3, Status.CLARIFY), (0.5, Status.ANSWERED)):
        likely = (Subject("flood", "exposure", 0.5, cosine), Subject("fire", "exposure", 0.45, cosine))
        asked = Question("r we covered", "ask_coverage", policies=("workers_compensation",), subjects=likely)
        assert respond(asked, base).status is status


def _may_mean(*likely: tuple[str, float], cosine: float = 0.6, **asked: Any) -> Question:
    subjects = tuple(Subject(exposure, "exposure", score, cosine) for exposure, score in likely)
    return Question("would it pay", asked.pop("intent", "ask_coverage"), subjects=subjects, **asked)


def test_incidents_that_are_decided_differently_get_each_its_verdict_and_can_be_chosen(base: KnowledgeBase) -> None:
    asked = _may_mean(("water_damage", 0.4), ("flood", 0.35), policies=("commercial_property",))
    answer = respond(asked, base)
    _check({"water": answer}, base)
    assert (answer.status, answer.verdict, answer.exposure) == (Status.ANSWERED, "depends", None)
    for exposure in ("water_damage", "flood"):
        decision = base.decide("commercial_property", exposure)
        assert (
            decision
            and f"{decision.exposure.name}: {decision.verdict.value.replace('depends', 'depends on')}"
            in (answer.paragraphs[0])
        )
        assert set(decision.sources) <= set(answer.sources)
        assert any(button.ask and button.ask.get("exposure") == exposure for button in answer.buttons)
    assert _remembered(base, asked).options == ()  # "the second one" would be an incident, and no policy


def test_incidents_that_are_all_refused_are_a_no_and_those_that_are_all_paid_no_yes(base: KnowledgeBase) -> None:
    cyber = base.policy("cyber")
    assert cyber
    for verdict, wanted in (("no", "no"), ("yes", None)):
        alike = [e for e in base.ids("exposure") if (d := base.decide("cyber", e)) and d.verdict.value == verdict][:2]
        asked = _may_mean((alike[0], 0.3), (alike[1], 0.29), policies=("cyber",))
        answer = verdict_by_incident(asked, cyber, tuple(alike), base)
        assert (answer.verdict if answer else None) == wanted


def test_what_responds_is_told_for_each_incident(base: KnowledgeBase) -> None:
    asked = _may_mean(("employee_theft", 0.3), ("employee_injury", 0.28), intent="ask_what_covers")
    answer = respond(asked, base)
    _check({"either": answer}, base)
    assert answer.status is Status.ANSWERED
    assert {"crime_fidelity", "workers_compensation"} <= set(answer.policies)


@pytest.mark.parametrize(("scores", "cosine"), [((0.15, 0.12), 0.6), ((0.4, 0.35), 0.3)])
def test_incidents_that_are_not_likely_or_not_like_anything_known_are_asked_about(
    base: KnowledgeBase, scores: tuple[float, float], cosine: float
) -> None:
    asked = _may_mean(
        ("water_damage", scores[0]), ("flood", scores[1]), cosine=cosine, policies=("commercial_property",)
    )
    assert respond(asked, base).status is Status.CLARIFY


def test_a_name_gives_no_yes_where_the_meaning_is_surely_another(base: KnowledgeBase) -> None:
    """ "The screw-up was before the retro date": a mistake by name, and prior work by all that is told."""
    asked = _may_mean(
        ("prior_work", 0.9), policies=("professional_liability",), exposures_named=("professional_mistake",)
    )
    assert respond(asked, base).verdict == "depends"


def test_a_theft_in_which_own_people_appear_is_no_plain_yes_but_of_crime_cover(base: KnowledgeBase) -> None:
    asked = _may_mean(("equipment_theft", 0.9), policies=("commercial_property",), exposures_named=("equipment_theft",))
    told = replace(asked, text="stuff gets stolen by our own staff, does property pay")
    assert respond(asked, base).verdict == "yes"
    assert respond(told, base).verdict != "yes"
    assert any(b.ask and b.ask.get("exposure") == "employee_theft" for b in respond(told, base).buttons)


def _remembered(base: KnowledgeBase, question: Question, frame: Frame | None = None) -> Frame:
    return remembered(base, question, respond(question, base), frame, 1)


def test_the_policies_of_a_list_are_remembered_until_the_next_list(base: KnowledgeBase) -> None:
    both = ("cyber", "crime_fidelity")
    compared = _remembered(base, Question("", "ask_compare", policies=both, bound=True))
    assert compared.options == both
    priced = _remembered(base, Question("", "ask_cost", policies=("cyber",), bound=True), compared)
    assert (priced.options, priced.policies) == (both, ("cyber",))
    wrong = Question("", "ask_coverage", policies=("general_liability",), exposure="wrong_information", bound=True)
    refused = _remembered(base, wrong, priced)
    assert "professional_liability" in refused.options
    assert "general_liability" not in refused.options


def test_what_happened_is_remembered_while_something_else_is_asked(base: KnowledgeBase) -> None:
    asked = Question("", "ask_coverage", policies=("cyber",), exposure="ransomware", bound=True)
    since = _remembered(base, Question("", "ask_policy", policies=("epli",), bound=True), _remembered(base, asked))
    assert (since.exposure, since.incident) == (None, "ransomware")
