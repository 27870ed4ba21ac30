"""Quote and recommendation stop where the agency is not licensed, with one honest sentence and the general answer."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actions import base as turns
from actions.answer import Answer, Status
from actions.forms.asking import QUOTE, RECOMMENDATION
from actions.forms.conditions import in_general, unlicensed_in, within_licence, within_licence_answer
from actions.forms.filling import CONFIRM, Filling
from actions.forms.recommending import recommended
from actions.forms.said import Value
from actions.forms.turn import Turn
from bot.agency import STATES, Agency
from bot.records import opening
from knowledge.base import KnowledgeBase

if TYPE_CHECKING:
    from conftest import Talk

LARKFIELD = Agency(name="Larkfield & Rowe", states=("CA", "NV"))
SENTENCE = "Larkfield & Rowe is not licensed in Texas"


@pytest.fixture
def licensed(base: KnowledgeBase, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The agency is licensed in two states."""
    monkeypatch.setattr(turns, "open_base", lambda: base)
    monkeypatch.setattr(opening, "_in_memory", None)
    monkeypatch.setenv("GUIDE_STATE", str(tmp_path))
    monkeypatch.setenv("GUIDE_AGENCY_NAME", "Larkfield & Rowe")
    monkeypatch.setenv("GUIDE_AGENCY_STATES", "CA,NV")


# The decision


@pytest.mark.parametrize(
    ("licensed_in", "state", "name"),
    [
        (("CA", "NV"), "TX", "Texas"),
        (("CA", "NV"), "DC", "District of Columbia"),
        (("CA", "NV"), "NV", None),
        (("CA",), None, None),  # not told, or skipped
        (("CA",), "Ontario", None),  # no state: nothing is known of it
        (("CA",), 5, None),
        ((), "TX", None),  # the agency has not said where it is licensed
    ],
)
def test_where_the_agency_is_not_licensed(licensed_in: tuple[str, ...], state: object, name: str | None) -> None:
    assert unlicensed_in(licensed_in, state) == name


@given(st.sets(st.sampled_from(sorted(STATES)), min_size=1), st.sampled_from(sorted(STATES)))
def test_every_state_is_either_licensed_or_named(licensed_in: set[str], state: str) -> None:
    assert (unlicensed_in(licensed_in, state) is None) == (state in licensed_in)


def known(form: str | None, state: str, asking: str | None = None) -> Filling:
    values = {"industry": Value("msp", "MSP"), "state": Value(state, STATES[state])}
    return Filling(form, values, asking=asking)


@pytest.mark.parametrize("form", [QUOTE, RECOMMENDATION])
def test_a_form_ends_where_the_agency_is_not_licensed(base: KnowledgeBase, form: str) -> None:
    turn = within_licence(Turn(known(form, "TX", "headcount"), after=Answer(Status.FLOW, "x", "?")), base, LARKFIELD)
    assert turn.filling.form is None and turn.after is None
    (answer,) = turn.said
    assert answer.lead.startswith(SENTENCE)
    assert "department of insurance of Texas" in answer.lead
    assert answer.lead.count(". ") == 0  # one sentence


def test_what_was_confirmed_before_the_setting_changed_is_not_sent(base: KnowledgeBase) -> None:
    turn = within_licence(Turn(known(QUOTE, "TX", CONFIRM), submitted=True), base, LARKFIELD)
    assert not turn.submitted and turn.said[0].lead.startswith(SENTENCE)


def test_a_question_in_between_is_answered_first(base: KnowledgeBase) -> None:
    turn = within_licence(Turn(known(QUOTE, "TX", "headcount"), digression=True), base, LARKFIELD)
    assert turn.digression and turn.said == []
    assert turn.after is not None and turn.after.lead.startswith(SENTENCE)


@pytest.mark.parametrize(
    "turn",
    [
        Turn(known(QUOTE, "NV", "headcount")),
        Turn(known(None, "TX"), [Answer(Status.CHITCHAT, "cancel", "All right.")]),  # dropped by the visitor
        Turn(Filling(QUOTE, {}, asking="state")),
    ],
)
def test_other_turns_stay_as_they_are(turn: Turn, base: KnowledgeBase) -> None:
    assert within_licence(turn, base, LARKFIELD) is turn


def test_where_nothing_is_set_nothing_changes(base: KnowledgeBase) -> None:
    turn = Turn(known(QUOTE, "TX", CONFIRM), submitted=True)
    assert within_licence(turn, base, Agency()) is turn
    msp = base.industry("msp")
    assert msp is not None
    answer = recommended(msp, base)
    assert within_licence_answer(answer, "ask_recommendation", "TX", "msp", base, Agency()) is answer


@pytest.mark.parametrize("industry", ["msp", "call_center", None, "no_such_trade"])
@pytest.mark.parametrize("intent", ["get_quote", "ask_recommendation"])
def test_the_general_answer_is_cited_and_offers_no_quote(
    base: KnowledgeBase, intent: str, industry: str | None
) -> None:
    answer = in_general(intent, "Texas", industry, base, LARKFIELD)
    assert answer.status is Status.ANSWERED and answer.intent == intent
    assert answer.sources and answer.policies and len(answer.said) >= 3
    assert answer.said[-1].endswith("the rules of Texas may differ.")
    assert "an agent can match it" not in " ".join(answer.said)
    assert answer.buttons[0].title == "I meant another state"
    others = answer.buttons[1:]
    assert others and not {button.ask["intent"] for button in others} & {"get_quote", "talk_to_agent"}


def test_an_agency_without_a_name_begins_a_sentence_all_the_same(base: KnowledgeBase) -> None:
    assert in_general("get_quote", "Texas", None, base, Agency(states=("CA",))).lead.startswith("Our agency is not")


def test_what_stands_behind_a_general_answer_offers_no_quote_either(base: KnowledgeBase) -> None:
    msp = base.industry("msp")
    assert msp is not None
    more = recommended(msp, base)
    more.lead, *more.paragraphs = more.more
    answer = within_licence_answer(more, "ask_more", "TX", "msp", base, LARKFIELD)
    assert answer.lead == more.lead
    assert not {button.ask["intent"] for button in answer.buttons} & {"get_quote", "ask_recommendation"}


# In a conversation


def test_a_quote_request_ends_with_the_state_and_begins_again_for_another(talk: Talk, licensed: None) -> None:
    talk.say("I want a quote", "get_quote")
    talk.say("managed services", "inform", industry="msp")
    talk.say("12", "inform")
    said = talk.say("Austin", "inform", state="TX")
    assert said.startswith(SENTENCE)
    assert talk.form is None and talk.ticket() is None
    assert "n which state" in talk.click("I meant another state")
    talk.say("Nevada", "inform", state="NV")
    assert talk.form == QUOTE and talk.slots["form"]["asking"] not in (None, "state", "industry", "headcount")


def test_a_state_told_when_the_quote_is_asked_for_counts_at_once(
    talk: Talk, make_talk: type[Talk], licensed: None
) -> None:
    assert talk.say("quote please, we are an MSP in Texas", "get_quote", industry="msp", state="TX").startswith(
        SENTENCE
    )
    assert talk.form is None
    assert "What does your business do" in make_talk().say("quote please", "get_quote")


def test_a_recommendation_is_general_where_the_agency_is_not_licensed(talk: Talk, licensed: None) -> None:
    talk.say("which policies do we need", "ask_recommendation")
    talk.say("managed services", "inform", industry="msp")
    said = talk.say("12 people in Texas", "inform", state="TX")
    assert said.startswith(SENTENCE) and "the top three are" in said
    assert talk.form is None
    assert not any("quote" in title.lower() for title in talk.titles)


def test_a_recommendation_asked_for_outright_is_general_too(talk: Talk, make_talk: type[Talk], licensed: None) -> None:
    said = talk.say("what does an MSP in Texas need", "ask_recommendation", industry="msp", state="TX")
    assert SENTENCE in said
    served = make_talk("web:2")
    served.say("what does an MSP in Nevada need", "ask_recommendation", industry="msp", state="NV")
    assert "How do I get a quote?" in served.titles or served.form == RECOMMENDATION


def test_what_if_we_were_elsewhere_is_general(talk: Talk, licensed: None) -> None:
    talk.slots["frame"] = {
        **{"target": "msp", "intent": "ask_recommendation", "text": "", "policies": [], "exposure": None},
        **{"topic": None, "terms": [], "industry": "msp", "state": None, "options": [], "shown": [], "earlier": []},
        **{"happened": False, "turn": 0, "misses": 0},
    }
    assert talk.say("what if we were in Texas?", "follow_up", state="TX").startswith(SENTENCE)


def test_other_questions_are_answered_in_every_state(talk: Talk, licensed: None) -> None:
    assert SENTENCE not in talk.say("what does cyber cost in Texas", "ask_cost", state="TX")


def test_unset_nobody_is_asked_where_the_agency_is_licensed(
    talk: Talk, licensed: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("GUIDE_AGENCY_STATES")
    talk.say("I want a quote", "get_quote")
    talk.say("managed services", "inform", industry="msp")
    talk.say("12", "inform")
    talk.say("Austin", "inform", state="TX")
    assert talk.form == QUOTE
