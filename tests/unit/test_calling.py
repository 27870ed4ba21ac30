"""Consent to be called, kept only where it was given; and that a chat is no notice to the insurer."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from actions import base as turns
from actions import handing_over
from actions.calling import WHO, consent_given, consent_sentence, was_said
from bot.agency import Agency
from bot.records import opening
from knowledge.base import KnowledgeBase

if TYPE_CHECKING:
    from conftest import Talk

NOW = datetime(2026, 11, 29, 8, 0, tzinfo=UTC)
SENTENCE = (
    "If you give a phone number, you agree that Larkfield & Rowe may call you at it about this request. "
    "That is no consent to marketing calls or texts."
)
NO_NOTICE = "This chat is not notice to your insurer."


@pytest.fixture(autouse=True)
def agency(base: KnowledgeBase, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(turns, "open_base", lambda: base)
    monkeypatch.setattr(opening, "_in_memory", None)
    monkeypatch.setenv("GUIDE_STATE", str(tmp_path))
    monkeypatch.setenv("GUIDE_AGENCY_NAME", "Larkfield & Rowe")


# The sentence


def test_the_sentence_names_the_agency_and_leaves_marketing_out(base: KnowledgeBase) -> None:
    assert consent_sentence(base.notices, Agency.from_environment()) == SENTENCE


def test_an_agency_has_its_own_words_and_still_no_marketing(base: KnowledgeBase) -> None:
    own = Agency(consent="We will call you about this, and about our {offers}.")
    assert consent_sentence(base.notices, own) == (
        "We will call you about this, and about our {offers}. That is no consent to marketing calls or texts."
    )


def said(*texts: str) -> list[dict[str, Any]]:
    return [{"event": "bot", "text": text} for text in texts]


@pytest.mark.parametrize(
    ("number", "events", "given"),
    [
        ("(202) 555-0142", said(f"What is it?\n\n{SENTENCE} (8 of 9)"), True),
        ("(202) 555-0142", said("What is it?"), False),
        ("(202) 555-0142", [{"event": "user", "text": SENTENCE}], False),  # the visitor's own words are none of ours
        ("(202) 555-0142", said("If you give a phone number, you agree that Others may call you."), False),
        (None, said(SENTENCE), False),
        ("(202) 555-0142", [{"event": "bot", "text": None}, {"event": "slot"}], False),
    ],
)
def test_consent_is_a_number_given_after_the_sentence(
    number: str | None, events: list[dict[str, Any]], given: bool
) -> None:
    consent = consent_given(number, SENTENCE, events, NOW)
    expected = {"number": number, "text": SENTENCE, "at": "2026-11-29T08:00:00+00:00"} if given else {}
    assert consent == expected


# A quote request


def quote(talk: Talk, reach: str) -> str:
    """A quote request up to its summary."""
    talk.say("I want a quote", "get_quote")
    asked = talk.say("managed services", "inform", industry="msp")
    answers = {"headcount": "12", "state": "Nevada", "revenue": "2 million", "claims_history": "none", "name": "Dee"}
    while (field := talk.slots["form"]["asking"]) != "reach":
        more = {"state": "NV"} if field == "state" else {}
        asked = talk.say(answers.get(field, "networks and backups"), "inform", **more)
    assert SENTENCE in asked
    return talk.say(reach, "inform")


def test_a_number_in_a_quote_request_is_kept_with_what_was_agreed(talk: Talk, base: KnowledgeBase) -> None:
    summary = quote(talk, "202-555-0142")
    assert SENTENCE in summary
    assert summary.index(SENTENCE) < summary.index("May I send it")  # the yes is to this, too
    assert talk.ticket() is None
    sent = talk.click("Yes, send it")
    ticket = talk.ticket()
    assert ticket is not None
    assert (ticket.consent["number"], ticket.consent["text"]) == ("(202) 555-0142", SENTENCE)
    assert abs(datetime.fromisoformat(ticket.consent["at"]) - datetime.now(UTC)).total_seconds() < 60
    assert ticket.confirmation in sent and ticket.reference in ticket.confirmation


def test_an_address_alone_is_no_consent_to_be_called(talk: Talk) -> None:
    assert SENTENCE not in quote(talk, "dee@example.com")
    talk.click("Yes, send it")
    ticket = talk.ticket()
    assert ticket is not None and ticket.consent == {}


def test_a_number_told_before_it_was_asked_for_takes_the_yes_to_the_summary(talk: Talk) -> None:
    talk.say("I want a quote, my number is 202-555-0142", "get_quote", industry="msp")
    answers = {"headcount": "12", "state": "Nevada", "name": "Dee"}
    summary = ""
    while (field := talk.slots["form"]["asking"]) != "confirm":
        summary = talk.say(answers.get(field, "none"), "inform", **({"state": "NV"} if field == "state" else {}))
    assert SENTENCE in summary
    talk.click("Yes, send it")
    ticket = talk.ticket()
    assert ticket is not None and ticket.consent["number"] == "(202) 555-0142"


# An agent


def test_an_agent_is_asked_for_and_then_the_number_given(talk: Talk) -> None:
    invited = talk.say("a human please", "talk_to_agent")
    assert "To be called back" in invited and SENTENCE in invited
    first = talk.ticket()
    assert first is not None and first.consent == {}
    noted = talk.say("Dee, 202-555-0142 after 3", "inform")
    assert "I'll pass on: Dee, (202) 555-0142, after 3 pm." in noted
    ticket = talk.ticket()
    assert ticket is not None and ticket.reference == first.reference and first.reference in noted
    assert ticket.consent["text"] == SENTENCE
    assert ticket.transcript[-1]["text"] == "Dee, 202-555-0142 after 3"
    assert SENTENCE not in talk.say("an agent!", "talk_to_agent")  # who has agreed is not asked again


def test_a_number_before_the_sentence_takes_a_yes(talk: Talk) -> None:
    asked = talk.say("call me at 202-555-0142", "talk_to_agent")
    assert "May an agent call you at (202) 555-0142?" in asked and SENTENCE in asked
    ticket = talk.ticket()
    assert ticket is not None and ticket.consent == {}
    talk.click("Yes, call me")
    agreed = talk.ticket()
    assert agreed is not None and agreed.reference == ticket.reference
    assert agreed.consent["number"] == "(202) 555-0142"


def test_what_is_told_beside_the_number_begins_no_form(talk: Talk) -> None:
    talk.say("a human please", "talk_to_agent")
    noted = talk.say("12 people in Reno, call 202-555-0142", "inform", industry="msp", state="NV")
    assert "I'll pass on: (202) 555-0142." in noted and talk.form is None


def test_a_number_means_something_else_where_nobody_was_asked_for(talk: Talk) -> None:
    assert "pass on" not in talk.say("202-555-0142", "inform")
    assert talk.ticket() is None


def test_contact_is_put_right_while_the_request_waits(talk: Talk) -> None:
    talk.say("a human please", "talk_to_agent")
    talk.say("Lee, 415-555-0133 after 3", "inform")
    noted = talk.say("no, 0134", "deny")
    assert "I'll pass on: Lee, (415) 555-0134, after 3 pm." in noted
    noted = talk.say("use the email rather than the phone", "correct")
    assert "e-mail preferred" in noted and "What is the e-mail address?" in noted
    talk.say("lee@firm.com", "inform")
    ticket = talk.ticket()
    assert ticket is not None and ticket.consent["number"] == "(415) 555-0134"
    assert ticket.facts == {"Name": "Lee", "Contact": "lee@firm.com, (415) 555-0134, after 3 pm, e-mail preferred"}


@pytest.mark.parametrize(
    ("said", "read_as", "name"),
    [
        ("rob, and please hurry a bit", "ask_claims", "rob"),
        ("Noor Haddad. That is the front office", "inform", "Noor Haddad"),
        ("okafor, chidi", "inform", "chidi okafor"),
        ("june. we shut at 7", "inform", "june"),
    ],
)
def test_who_was_asked_for_may_be_answered_with_more_behind_it(talk: Talk, said: str, read_as: str, name: str) -> None:
    assert WHO in talk.say("someone please ring 202-555-0142", "talk_to_agent")
    noted = talk.say(said, read_as)
    assert f"I'll pass on: {name}, (202) 555-0142" in noted


@pytest.mark.parametrize("said", ["thanks, bye", "hold on. phone", "what for?", "never mind. how much is a bond?"])
def test_what_is_no_name_is_none_though_it_was_asked_for(talk: Talk, said: str) -> None:
    talk.say("someone please ring 202-555-0142", "talk_to_agent")
    talk.say(said, "thank")
    assert "name" not in talk.slots["form"]["values"]


def test_other_last_digits_are_taken_whatever_they_were_read_as(talk: Talk) -> None:
    talk.say("someone please ring Ana at 202-555-0142", "talk_to_agent")
    assert "(202) 555-0177" in talk.say("sry, ends in 0177", "ask_what_covers")


def test_refused_contact_is_stored_nowhere_and_what_follows_is_told(talk: Talk) -> None:
    talk.say("a human please", "talk_to_agent")
    talk.say("Lee, 415-555-0133 after 3", "inform")
    told = talk.say("no contact", "deny")
    assert "I pass on no name, number or address" in told
    ticket = talk.ticket()
    assert ticket is not None and ticket.facts == {"Name": "", "Contact": "none wished"}
    assert "number" not in ticket.consent and talk.slots["form"]["values"] == {}


def test_a_garbled_number_is_asked_about(talk: Talk) -> None:
    talk.say("a human please", "talk_to_agent")
    assert "has letters in it" in talk.say("4one5 555 0133", "inform")


def test_contact_given_in_passing_is_confirmed_and_goes_to_the_agent(talk: Talk) -> None:
    said = talk.say("you can reach Lee at lee(at)firm.com", "nlu_fallback")
    assert "Lee, lee@firm.com" in said and talk.ticket() is None
    talk.say("a human please", "talk_to_agent")
    ticket = talk.ticket()
    assert ticket is not None and ticket.facts == {"Name": "Lee", "Contact": "lee@firm.com"}


def test_a_question_with_a_number_in_it_is_still_answered(talk: Talk) -> None:
    talk.say("a human please", "talk_to_agent")
    assert "pass on" not in talk.say("what does cyber cost? 202-555-0142", "ask_cost")


# Not notice to the insurer


def test_an_incident_says_first_that_the_chat_is_no_notice_and_keeps_that_it_said_so(talk: Talk) -> None:
    said = talk.say("we were hacked", "report_claim")
    assert said.index(NO_NOTICE) < said.index("Until you have spoken:") < said.index("- Keep the evidence")
    assert "the claims number on your own policy, or the agent who sold it to you" in said
    ticket = talk.ticket()
    assert ticket is not None and ticket.priority == "urgent"
    assert ticket.confirmation.startswith(NO_NOTICE) and ticket.reference in ticket.confirmation


def test_an_incident_stays_one_when_a_number_is_given(talk: Talk) -> None:
    invited = talk.say("we were hacked", "report_claim")
    assert SENTENCE in invited
    talk.say("202-555-0142", "inform")
    ticket = talk.ticket()
    assert ticket is not None
    assert (ticket.reason, ticket.priority) == ("claim", "urgent")
    assert ticket.summary.startswith("we were hacked")
    assert ticket.confirmation.startswith(NO_NOTICE)
    assert ticket.consent["number"] == "(202) 555-0142"


def test_an_incident_after_an_agent_was_asked_for_is_an_incident(talk: Talk) -> None:
    talk.say("a human please", "talk_to_agent")
    said = talk.say("fire in the shop now! 202-555-0142", "report_claim")
    assert NO_NOTICE in said
    ticket = talk.ticket()
    assert ticket is not None and ticket.reason == "claim" and ticket.confirmation.startswith(NO_NOTICE)
    assert ticket.consent["number"] == "(202) 555-0142"


@pytest.mark.parametrize("intent", ["report_claim", "talk_to_agent"])
def test_what_could_not_be_stored_says_so_and_an_incident_what_to_do(
    intent: str, talk: Talk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: Any) -> None:
        raise OSError("the disk is full")

    monkeypatch.setattr(handing_over, "ask", fails)
    said = talk.say("we were hacked, call 202-555-0142", intent)
    assert said.startswith("I could not pass your request on just now: nothing was stored.")
    assert (NO_NOTICE in said) == ("- Keep the evidence" in said) == (intent == "report_claim")
    assert "have stored" not in said and SENTENCE not in said


async def test_an_incident_says_so_even_without_a_knowledge_base(monkeypatch: pytest.MonkeyPatch) -> None:
    from rasa_sdk import Tracker
    from rasa_sdk.executor import CollectingDispatcher

    from actions.conversation import Converse
    from knowledge.base import KnowledgeUnavailable

    def missing() -> KnowledgeBase:
        raise KnowledgeUnavailable("gone")

    monkeypatch.setattr(turns, "open_base", missing)
    message = {"text": "fire!", "intent": {"name": "report_claim", "confidence": 1.0}}
    dispatcher = CollectingDispatcher()
    await Converse().run(dispatcher, Tracker("web:1", {}, message, [], False, None, {}, ""), {})
    assert NO_NOTICE in dispatcher.messages[-1]["text"] and "Your reference is" in dispatcher.messages[-1]["text"]


def test_nobody_has_said_what_was_not_said() -> None:
    assert not was_said(SENTENCE, [])
