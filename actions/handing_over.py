"""Passing a conversation on: stored before the visitor is told, for a promise without a record is worse than none."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from rasa_sdk import Tracker

from actions.answer import Answer, Status
from actions.calling import (
    MAY_BE_A_NUMBER,
    asks_for_yes,
    consent_given,
    consent_sentence,
    invites,
    noted,
    number_in,
    was_said,
)
from bot.agency import Agency
from bot.handoff.tickets import Ticket, TicketStore
from knowledge.base import KnowledgeBase
from knowledge.notices import spoken

logger = logging.getLogger(__name__)

PRIORITY = {"talk_to_agent": "normal", "report_claim": "urgent"}  # intents whose answers pass the talk on
REASONS = {"talk_to_agent": "asked", "report_claim": "claim", "get_quote": "quote"}
SUMMARY_CHARACTERS = 500


def passes_on(answer: Answer) -> bool:
    """Whether this answer tells the visitor that an agent has the conversation."""
    return answer.status is Status.HANDOFF and answer.intent in PRIORITY


def pass_on(
    intent: str,
    tracker: Tracker,
    facts: dict[str, str] | None = None,
    confirm: Callable[[str], str] | None = None,
    consent: Mapping[str, str] | None = None,
) -> Ticket | None:
    """The stored request, with what a form knows; None, logged, when it could not be stored.

    Args:
        confirm: what the visitor is told of it, given the reference.
        consent: to be called, where it was given.
    """
    summary = str(tracker.latest_message.get("text") or "")
    if intent == "get_quote" and facts:
        summary = "Quote: " + "; ".join(f"{label} {value}" for label, value in facts.items())
    try:
        store = TicketStore()
        ticket = store.open(
            tracker.sender_id,
            REASONS[intent],
            PRIORITY.get(intent, "normal"),
            summary[:SUMMARY_CHARACTERS],
            transcript(tracker),
            facts,
            confirm or _reference,
            consent,
        )
        store.close()
    except (OSError, sqlite3.Error):
        logger.exception("the request of %s for an agent could not be stored", tracker.sender_id)
        return None
    return ticket


def hand_over(answer: Answer, tracker: Tracker, facts: dict[str, str] | None, base: KnowledgeBase) -> None:
    """Store the request that an answer tells of; added to it are the reference, and how to be called with consent."""
    claim = answer.intent == "report_claim"
    sentence = consent_sentence(base.notices, Agency.from_environment())
    number = number_in(tracker.latest_message)
    consent = consent_given(number, sentence, tracker.events, datetime.now(UTC))
    confirm = claim_told(spoken(base.notices, "not_notice")) if claim else None
    ticket = pass_on(answer.intent, tracker, facts, confirm, consent)
    if ticket is None:
        answer.lead = told(None)
        answer.paragraphs = answer.paragraphs if claim else []  # the steps hold all the same
        return
    answer.paragraphs.append(told(ticket))
    if number and not consent:
        asks_for_yes(answer, number, sentence)
    elif not ticket.consent:
        invites(answer, sentence)


def number_for_agent(tracker: Tracker, intent: str, base: KnowledgeBase) -> str | None:
    """The number in a message that gives it to an agent who was asked for before.

    Args:
        intent: what the message was understood as.
    """
    message = tracker.latest_message
    ask, number = message.get("ask") or {}, number_in(message)
    if number is None or ask.get("call"):
        return number
    sentence = consent_sentence(base.notices, Agency.from_environment())
    given = not ask and intent in MAY_BE_A_NUMBER and was_said(sentence, tracker.events)
    return number if given and waits(tracker) else None


def called(number: str, tracker: Tracker, base: KnowledgeBase) -> Answer:
    """A number is added to the request that waits, with the consent it was given under."""
    sentence = consent_sentence(base.notices, Agency.from_environment())
    ticket = pass_on(
        "talk_to_agent", tracker, consent=consent_given(number, sentence, tracker.events, datetime.now(UTC))
    )
    answer = noted(number)
    if ticket is None:
        answer.lead = told(None)
    else:
        answer.paragraphs.append(told(ticket))
    return answer


def waits(tracker: Tracker) -> bool:
    """Whether an agent has been asked for in this conversation, and has not answered."""
    try:
        store = TicketStore()
        found = store.open_of(tracker.sender_id)
        store.close()
    except (OSError, sqlite3.Error):
        logger.exception("the requests of %s could not be read", tracker.sender_id)
        return False
    return found is not None


def told(ticket: Ticket | None) -> str:
    """What the visitor hears about the request."""
    if ticket is None:
        ways = Agency.from_environment().reached_by()
        text = f"I could not pass your request on just now: nothing was stored. Please try again in a minute. {ways}"
        return text.strip()
    return _reference(ticket.reference)


def claim_told(not_notice: str) -> Callable[[str], str]:
    """What is told of an incident, given the reference."""
    return lambda reference: f"{not_notice} {_reference(reference)}"


def _reference(reference: str) -> str:
    return f"Your reference is {reference}. {Agency.from_environment().reached_by()}".strip()


def transcript(tracker: Tracker) -> list[dict[str, Any]]:
    """Who said what, in order."""
    said = []
    for event in tracker.events:
        if event.get("event") in ("user", "bot") and event.get("text"):
            said.append({"from": event["event"], "text": event["text"], "at": event.get("timestamp")})
    return said
