"""Actions answer their own topics, Rasa's rules choose among them, and nothing is answered without evidence."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from actions import base as turns
from actions.answer import Answer, Status
from actions.base import GuideAction
from actions.cost import AnswerCost
from actions.happened import with_report
from actions.responding import RESPONDERS, TALK_TO_AGENT, respond
from actions.terms import AnswerTerm
from bot.records import opening
from bot.runtime.local_actions import LocalActions
from knowledge.base import KnowledgeBase
from knowledge.notices import spoken
from understanding.question import Frame, Question

if TYPE_CHECKING:
    from conftest import Talk

LocalActions()  # imports every module of the actions
PROJECT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def state(base: KnowledgeBase, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(turns, "open_base", lambda: base)
    monkeypatch.setattr(opening, "_in_memory", None)
    monkeypatch.setenv("GUIDE_STATE", str(tmp_path))


def _ruled() -> dict[str, set[str]]:
    """The intents that the rules send to each action."""
    found: dict[str, set[str]] = {}
    for file in sorted((PROJECT / "data" / "stories").glob("*.yml")):
        for rule in yaml.safe_load(file.read_text(encoding="utf-8"))["rules"]:
            intent, action = rule["steps"][0]["intent"], rule["steps"][1]["action"]
            found.setdefault(action, set()).add(intent)
    return found


# Who answers what


def test_rules_choose_for_every_intent_the_action_that_answers_it() -> None:
    actions = {action.name(): set(action.intents) for each in GuideAction.__subclasses__() for action in [each()]}
    assert _ruled() == actions


def test_every_action_has_somebody_to_answer_each_of_its_intents() -> None:
    assert [i for each in GuideAction.__subclasses__() for i in each.intents if i not in RESPONDERS] == []


@pytest.mark.parametrize(("action", "intent"), [(AnswerCost, "ask_term"), (AnswerTerm, "greet")])
def test_a_rule_to_the_wrong_action_is_no_answer_and_is_logged(
    action: type[GuideAction], intent: str, talk: Talk, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR):
        said = talk.say("what is a retention", intent, action(), term="retention")
    assert "I cannot answer that just now" in said
    assert f"{action().name()} was chosen for {intent}, which it does not answer" in caplog.text


# No answer without evidence


def _ask(base: KnowledgeBase, intent: str, **fields: Any) -> Answer:
    return respond(Question("", intent, **fields), base)


@pytest.mark.parametrize(
    "intent", ["ask_policy", "ask_exclusions", "ask_trigger", "ask_included", "ask_need", "ask_scenario"]
)
def test_where_no_policy_is_named_the_likeliest_three_are_offered(intent: str, base: KnowledgeBase) -> None:
    answer = _ask(base, intent)
    assert answer.status is Status.CLARIFY
    assert answer.policies == [each.policy for each in base.any_trade()[:3]]
    assert [button.ask.get("policies") for button in answer.buttons[:3]] == [[each] for each in answer.policies]
    assert "Most small businesses" in answer.lead


def test_the_likeliest_policies_are_those_of_the_trade(base: KnowledgeBase) -> None:
    bakery = base.industry("cafe_or_bakery")
    assert bakery
    assert _ask(base, "ask_exclusions", industry=bakery.id).policies == bakery.top_three
    assert set(bakery.top_three) <= set(_ask(base, "ask_cost", industry=bakery.id).policies)


def test_the_policy_talked_about_is_the_one_meant(base: KnowledgeBase) -> None:
    frame = Frame("epli#what", "ask_policy", policies=("epli",))
    answer = _ask(base, "ask_exclusions", frame=frame)
    assert (answer.status, answer.policies) == (Status.ANSWERED, ["epli"])


def test_a_comparison_of_nothing_offers_the_likeliest_by_twos(base: KnowledgeBase) -> None:
    answer = _ask(base, "ask_compare")
    assert answer.status is Status.CLARIFY
    assert [len(button.ask["policies"]) for button in answer.buttons[:-1]] == [2, 2, 2]


def test_an_incident_nobody_named_and_a_word_nobody_named_are_asked_back(base: KnowledgeBase) -> None:
    for intent in ("ask_coverage", "ask_what_covers", "ask_term"):
        assert _ask(base, intent, policies=("cyber",)).status in (Status.FALLBACK, Status.CLARIFY)


def test_a_quote_for_an_unknown_trade_asks_what_most_trades_are_asked(base: KnowledgeBase) -> None:
    answer = _ask(base, "get_quote")
    assert (answer.status, answer.entries) == (Status.ANSWERED, [])
    assert "whatever your business is" in answer.lead
    asked = "\n".join([*answer.paragraphs, *answer.more])
    fields = {field.id: field.question for field in [*base.quote_fields(), *base.profile_fields()]}
    assert fields["claims_history"] in asked and fields["revenue"] in asked
    assert fields["services_call"] not in asked and fields["jobs"] not in asked


def test_a_trade_without_a_page_hears_whose_page_it_is(talk: Talk, base: KnowledgeBase) -> None:
    text = "insurance for an escape room"
    linked = [{"entity": "industry", "value": "event_and_recreation_businesses", "start": 17, "end": 28}]
    decided = {"text": text, "intent": "ask_recommendation", "industry": linked[0]["value"]}
    said = talk.say(text, "ask_recommendation", question=decided, entities=linked)
    assert 'I have no page on "escape room" alone. This is what holds for event or recreation business.' in said
    decided["industry"] = "restaurant"
    assert "no page" not in talk.say("a restaurant", "ask_recommendation", question=decided)


def test_offered_trades_are_of_several_kinds_those_known_best_first(base: KnowledgeBase) -> None:
    asked = next(field for field in base.profile_fields() if field.kind == "industry")
    groups = [trade.group for trade in map(base.industry, asked.offered) if trade]
    assert groups[:3] == ["call_center", "bpo", "it"]
    assert "food" in groups and len(set(groups)) == len(groups) == len(asked.offered)


# What has happened


@pytest.mark.parametrize(
    ("intent", "fields"),
    [
        ("nlu_fallback", {}),
        ("nlu_fallback", {"closest": ["ransomware"], "certain": False}),
        ("out_of_scope", {}),
        ("ask_guarantee", {}),
        ("greet", {}),
        ("ask_coverage", {"policies": ["cyber"], "exposure": "ransomware"}),
    ],
)
def test_who_tells_of_a_loss_hears_how_to_report_it_in_full_once(
    intent: str, fields: dict[str, Any], talk: Talk, base: KnowledgeBase
) -> None:
    full, short = spoken(base.notices, "not_notice"), spoken(base.notices, "report_again")
    decided = {"text": "we were hacked", "intent": intent, "happened": True, **fields}
    first = talk.say("we were hacked", intent, question=decided)
    assert full in first and short not in first
    assert talk.titles[:2].count("Report it now") == 1
    again = talk.say("we were hacked", intent, question=decided)
    assert full not in again and short in again
    assert talk.ticket() is None  # told is not asked for


def test_the_question_of_a_form_stays_last_with_its_choices(base: KnowledgeBase) -> None:
    asked = Answer(Status.FLOW, "get_quote", "All right.", ["What does your business do?"], buttons=[TALK_TO_AGENT])
    told = with_report(asked, base.notices, [])
    assert told.paragraphs == [spoken(base.notices, "not_notice"), "What does your business do?"]
    assert told.buttons == [TALK_TO_AGENT]


def test_a_what_if_is_no_loss(talk: Talk, base: KnowledgeBase) -> None:
    decided = {"text": "what if we are hacked", "intent": "ask_what_covers", "exposure": "ransomware"}
    said = talk.say("what if we are hacked", "ask_what_covers", question=decided)
    assert spoken(base.notices, "not_notice") not in said
    assert "Report it now" not in talk.titles and talk.ticket() is None
