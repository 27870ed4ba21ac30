"""Passing a conversation on: stored before the visitor is told, for a promise without a record is worse than none."""

from __future__ import annotations

import logging
import sqlite3
from typing import Any

from rasa_sdk import Tracker

from actions.answer import Answer, Status
from actions.settings import Agency
from bot.handoff.tickets import Ticket, TicketStore

logger = logging.getLogger(__name__)

PRIORITY = {"talk_to_agent": "normal", "report_claim": "urgent"}  # intents whose answers pass the talk on
REASONS = {"talk_to_agent": "asked", "report_claim": "claim", "get_quote": "quote"}
SUMMARY_CHARACTERS = 500


def passes_on(answer: Answer) -> bool:
    """Whether this answer tells the visitor that an agent has the conversation."""
    return answer.status is Status.HANDOFF and answer.intent in PRIORITY


def pass_on(intent: str, tracker: Tracker, facts: dict[str, str] | None = None) -> Ticket | None:
    """The stored request, with what a form knows; None, logged, when it could not be stored."""
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
        )
        store.close()
    except (OSError, sqlite3.Error):
        logger.exception("the request of %s for an agent could not be stored", tracker.sender_id)
        return None
    return ticket


def told(ticket: Ticket | None) -> str:
    """What the visitor hears about the request."""
    ways = Agency.from_environment().reached_by()
    if ticket is None:
        return f"I could not pass your request on just now: nothing was stored. Please try again in a minute. {ways}"
    return f"Your reference is {ticket.reference}. {ways}".strip()


def transcript(tracker: Tracker) -> list[dict[str, Any]]:
    """Who said what, in order."""
    said = []
    for event in tracker.events:
        if event.get("event") in ("user", "bot") and event.get("text"):
            said.append({"from": event["event"], "text": event["text"], "at": event.get("timestamp")})
    return said
