"""Every answer the knowledge can give: complete, cited, in plain shape, with buttons that can be answered."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from itertools import combinations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actions.answer import Answer, Button, Row, Status, Table
from actions.base import as_message, notice
from actions.forms.asking import PLANS
from actions.responding import RESPONDERS, TALK_TO_AGENT, remembered, respond
from actions.verdicts import one_policy
from actions.wording import VERDICT_WORDS, joined, listed, sentence, source_line, table_text, text_of
from bot.agency import EXAMPLES, FACTS, Agency
from bot.runtime.local_actions import LocalActions
from knowledge.base import KnowledgeBase
from knowledge.schema import Policy, Statement
from understanding.question import Frame, Question
from understanding.targets import facet

LocalActions()  # every action is imported, and with it every responder

ABOUT_POLICIES = [
    "ask_policy", "ask_exclusions", "ask_cost", "ask_cost_factors", "ask_lower_cost", "ask_need", "ask_limits",
]  # fmt: skip
OF_ONE_POLICY = ("ask_policy", "ask_exclusions", "ask_need", "ask_scenario")
GENERAL = [
    *ABOUT_POLICIES, "ask_proof", "ask_how_to_buy", "ask_choose_insurer", "ask_risks", "ask_scenario",
    "ask_regulation", "ask_recommendation", "get_quote", "report_claim", "talk_to_agent",
]  # fmt: skip
NEVER = re.compile(r"\bNone\b(?! of)|\bnull\b|\{\w*\}|\[\]|  +\S|\.\.(?!\.)|\bTODO\b")


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
        "topic": ask.get("topic") is None or base.topic(ask["topic"]) or base.relation(ask["topic"]),
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


@pytest.mark.slow
def test_every_policy_decides_every_incident_with_a_reason_and_a_source(base: KnowledgeBase) -> None:
    answers = {}
    for policy in base.ids("policy"):
        for exposure in base.ids("exposure"):
            decision = base.decide(policy, exposure)
            assert decision is not None, (policy, exposure)
            answers[f"{policy} x {exposure}"] = one_policy(decision, base)
    _check(answers, base)


@pytest.mark.slow
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
    statuses = {answer.status for answer in answers.values()}
    if intent in OF_ONE_POLICY:  # which policy is asked back where nothing names one
        assert answers["None"].status is Status.CLARIFY and statuses <= {Status.ANSWERED, Status.CLARIFY}
    elif intent not in ("ask_recommendation", "report_claim", "talk_to_agent"):
        assert statuses == {Status.ANSWERED}


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
    answers = {each: _ask(base, intent="out_of_scope", outside=each) for each in base.ids("outside")}
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
    assert len(notice(base).split()) <= 20
    for told in ("not a person", "recorded", "bind nothing", "not notice to your insurer"):
        assert told in notice(base)
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
        lines = [line for part in (*answer.paragraphs, *answer.more) for line in part.split("\n")]
        assert sum(line.startswith("- ") for line in lines) == 2
    _check(answers, base)
    without = next(each for each in base.ids("policy") if not base.costs(each))
    assert "no published price" in text_of(
        _ask(base, intent="ask_cost", policies=("cyber", without)), base, with_more=True
    )


def test_a_price_names_the_state_it_is_not_for_in_full(base: KnowledgeBase) -> None:
    for policies in (("cyber",), ("cyber", "tech_eo")):
        answer = _ask(base, intent="ask_cost", policies=policies, state="NV")
        assert "I have no figure for Nevada alone." in answer.notes
    assert not any("alone" in note for note in _ask(base, intent="ask_cost", policies=("cyber",)).notes)


def test_whether_both_are_needed_is_told_of_both(base: KnowledgeBase) -> None:
    both = ("professional_liability", "general_liability")
    answer = respond(Question("do we need both", "ask_need", policies=both), base)
    _check({"both": answer}, base)
    assert answer.policies == list(both)
    asked, held = (both[1],), (both[0],)
    answer = respond(Question("we have E&O, why do we need GL", "ask_need", policies=asked, held=held), base)
    assert answer.policies == ["general_liability"]


COMPARED = Frame("intent:ask_compare", "ask_compare", policies=("cyber", "tech_eo"))
WORD = Frame("deductible", "ask_term", terms=("deductible",))


def _follow(base: KnowledgeBase, intent: str, frame: Frame) -> Answer:
    return respond(Question("", intent, frame=frame), base)


def test_a_comparison_and_a_term_can_be_said_more_simply(base: KnowledgeBase) -> None:
    for frame in (COMPARED, WORD):
        again, simpler = (_follow(base, intent, frame) for intent in ("repeat", "simpler"))
        _check({frame.intent: simpler}, base)
        assert simpler.paragraphs[0].startswith("In plain words: ")
        assert (simpler.table, simpler.paragraphs == again.paragraphs) == (None, False)


@pytest.mark.parametrize("intent", ["simpler", "shorter", "repeat", "ask_more", "ask_why"])
def test_what_is_said_once_more_is_still_what_is_talked_about(intent: str, base: KnowledgeBase) -> None:
    asked = Question("and?", intent, f"intent:{intent}", frame=COMPARED)
    after = remembered(base, asked, respond(asked, base), COMPARED, 3)
    assert (after.target, after.policies) == (COMPARED.target, COMPARED.policies)


def test_where_there_is_no_more_that_is_said_and_nothing_twice(base: KnowledgeBase) -> None:
    more = _follow(base, "ask_more", WORD)
    assert more.status is Status.CHITCHAT
    assert "all I have" in more.lead
    assert _follow(base, "ask_why", WORD).status is Status.ANSWERED


def test_who_was_misread_is_offered_what_else_can_be_asked_about_the_policy(base: KnowledgeBase) -> None:
    for intent, status in (("correct", Status.CLARIFY), ("complain", Status.HANDOFF)):
        answer = _follow(base, intent, Frame("epli#cost", "ask_cost", policies=("epli",)))
        _check({intent: answer}, base)
        assert answer.status is status
        assert TALK_TO_AGENT in answer.buttons
        asks = [button.ask for button in answer.buttons if button != TALK_TO_AGENT]
        assert asks
        assert all(ask["policies"] == ["epli"] and ask["intent"] != "ask_cost" for ask in asks)
        assert _follow(base, intent, Frame()).buttons


def test_reasons_come_without_yes_or_no_where_it_is_not_sure_enough(base: KnowledgeBase) -> None:
    asked = Question("does cyber pay for it", "ask_coverage", policies=("cyber",), exposure="ransomware", chance=0.6)
    unsure, sure = respond(replace(asked, certain=False), base), respond(asked, base)
    assert (unsure.verdict, sure.verdict) == (None, base.decide("cyber", "ransomware").verdict.value)  # type: ignore[union-attr]
    assert unsure.lead == sure.lead


def test_who_asks_whether_it_is_left_out_is_answered_so(base: KnowledgeBase) -> None:
    for policy, exposure, word in (("cyber", "ransomware", "No, "), ("general_liability", "data_breach", "Yes, ")):
        asked = Question("", "ask_coverage", policies=(policy,), exposure=exposure)
        plain, turned = respond(asked, base), respond(replace(asked, excluded=True), base)
        assert turned.verdict is None
        assert turned.lead.startswith(word)
        assert turned.lead.endswith(plain.lead)
        assert respond(replace(asked, excluded=True, certain=False), base).lead == plain.lead
    included = Question("", "ask_included", topic="bop_and_workers_compensation", excluded=True)
    assert respond(included, base).lead.startswith("Yes, it is left out: ")


def test_of_several_policies_no_yes_or_no_is_said_where_none_is_asked_for(base: KnowledgeBase) -> None:
    asked = Question("", "ask_coverage", policies=("cyber", "tech_eo"), exposure="employee_injury")
    assert respond(asked, base).verdict == "no"
    assert respond(replace(asked, certain=False), base).verdict is None
    assert respond(replace(asked, excluded=True), base).verdict is None


def test_a_verdict_names_what_it_decides(base: KnowledgeBase) -> None:
    for policy in base.ids("policy"):
        for exposure in base.ids("exposure"):
            decision = base.decide(policy, exposure)
            assert decision is not None
            assert decision.exposure.short_name in one_policy(decision, base).lead


def test_what_comes_closest_is_shown_with_a_line_of_each_and_can_be_chosen(base: KnowledgeBase) -> None:
    closest = ("water_damage", "retention", "cyber#cost", "intent:greet")
    answer = respond(Question("so what about that", "nlu_fallback", closest=closest, certain=False), base)
    _check({"closest": answer}, base)
    assert (answer.status, answer.verdict) == (Status.CLARIFY, None)
    exposure, term = base.exposure("water_damage"), base.term("retention")
    assert exposure and term
    assert [b.title for b in answer.buttons[:3]] == [exposure.name, term.name, "What cyber liability costs"]
    assert term.definition.text.split(". ")[0][:40] in answer.paragraphs[0]


def test_the_second_miss_is_worded_otherwise_than_the_first(base: KnowledgeBase) -> None:
    asked = Question("hm", "nlu_fallback", closest=("water_damage",), certain=False)
    again = replace(asked, frame=Frame(misses=1))
    assert respond(asked, base).lead != respond(again, base).lead


def test_policies_that_stand_to_each_other_are_told_with_what_it_decides(base: KnowledgeBase) -> None:
    answers = {each: _ask(base, intent="ask_included", topic=each) for each in base.ids("relation")}
    _check(answers, base)
    for relation_id, answer in answers.items():
        relation = base.relation(relation_id)
        assert relation is not None
        assert answer.policies == [relation.policy, relation.other]
        assert answer.lead == relation.answer.text
    whole = {each: _ask(base, intent="ask_included", policies=(each,)) for each in base.ids("policy")}
    _check(whole, base)


def test_facts_of_the_agency_are_told_where_it_set_them_and_else_how_to_find_out(
    base: KnowledgeBase, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in FACTS:
        monkeypatch.delenv(f"GUIDE_AGENCY_{name.upper()}", raising=False)
    silent = {each: _ask(base, intent="ask_agency", topic=each) for each in base.ids("agency")}
    _check(silent, base)
    for fact_id, answer in silent.items():
        fact = base.agency_fact(fact_id)
        assert fact is not None and fact.setting in FACTS
        name = f"GUIDE_AGENCY_{fact.setting.upper()}"
        monkeypatch.setenv(name, EXAMPLES.get(name, "something of ours"))
        value = Agency.from_environment().fact(fact.setting)
        assert value
        told = _ask(base, intent="ask_agency", topic=fact_id)
        assert value in told.lead
        assert value not in answer.lead


def _remembered(base: KnowledgeBase, question: Question, frame: Frame | None = None) -> Frame:
    return remembered(base, question, respond(question, base), frame, 1)


def test_the_policies_of_a_list_are_remembered_until_the_next_list(base: KnowledgeBase) -> None:
    both = ("cyber", "crime_fidelity")
    listed_both = tuple(facet(policy, "what") for policy in both)
    compared = _remembered(base, Question("", "ask_compare", policies=both, bound=True))
    assert compared.options == listed_both
    priced = _remembered(base, Question("", "ask_cost", policies=("cyber",), bound=True), compared)
    assert (priced.options, priced.policies) == (listed_both, ("cyber",))
    wrong = Question("", "ask_coverage", policies=("general_liability",), exposure="wrong_information", bound=True)
    refused = _remembered(base, wrong, priced)
    assert facet("professional_liability", "what") in refused.options
    assert facet("general_liability", "what") not in refused.options


def test_what_was_answered_before_can_be_gone_back_to(base: KnowledgeBase) -> None:
    asked = Question("", "ask_coverage", policies=("cyber",), exposure="ransomware", bound=True)
    since = _remembered(base, Question("", "ask_policy", policies=("epli",), bound=True), _remembered(base, asked))
    assert (since.target, since.exposure, since.earlier) == ("epli#what", None, ("ransomware",))


def test_a_miss_keeps_what_was_talked_about_and_counts(base: KnowledgeBase) -> None:
    asked = Question("", "ask_coverage", policies=("cyber",), exposure="ransomware", bound=True)
    missed = Question("hm", "nlu_fallback", closest=("flood", "fire"), certain=False)
    after = _remembered(base, missed, _remembered(base, asked))
    assert (after.target, after.misses, after.shown) == ("ransomware", 1, ("flood", "fire"))


def test_a_price_for_a_known_trade_offers_a_quote_which_a_yes_begins(base: KnowledgeBase) -> None:
    asked = Question("cyber for a plumber", "ask_cost", "cyber#cost", policies=("cyber",))
    told = respond(replace(asked, industry="plumber"), base)
    assert told.offers == "intent:get_quote" and any(note.endswith("?") for note in told.notes)
    assert respond(asked, base).offers is None
    meanwhile = replace(asked, industry="plumber", frame=Frame(intent="get_quote"))
    assert respond(meanwhile, base).offers is None
