"""A licensed agent takes over: on request, after an incident, or for a quote."""

from __future__ import annotations

import logging
import sqlite3
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher

from actions.answer import Answer, Button, Status
from actions.base import GuideAction, answers, notice, open_base
from actions.question import Question
from actions.settings import Agency
from actions.wording import listed
from bot.handoff.tickets import TicketStore
from knowledge.base import KnowledgeBase

logger = logging.getLogger(__name__)

HELP = Button("What can you do?", {"intent": "help"})


@answers("talk_to_agent")
def agent_asked_for(question: Question, base: KnowledgeBase) -> Answer:
    """The visitor wants a person."""
    return Answer(
        Status.HANDOFF,
        "talk_to_agent",
        "Of course. I have passed this conversation to a licensed agent.",
        buttons=[Button("How do I get a quote?", {"intent": "get_quote"}), HELP],
    )


@answers("report_claim")
def something_happened(question: Question, base: KnowledgeBase) -> Answer:
    """Calm, the steps that hold for everyone, an agent; no opinion on cover."""
    steps = [str(step).strip() for step in base.notices.get("incident_steps", [])]
    return Answer(
        Status.HANDOFF,
        "report_claim",
        "I am sorry this happened. I have passed it to a licensed agent as urgent. Until you have spoken:",
        [listed(steps), str(base.notices.get("no_claim_opinion", "")).strip()],
        policies=list(question.policies),
        entries=[],
        buttons=[Button("What happens after I report a claim?", {"intent": "ask_term", "terms": ["notice_of_claim"]})],
    ).cite(["general_practice"])


class HandOff(GuideAction):
    """Stores the request before it says so: a promise without a record would be worse than none."""

    def name(self) -> str:
        return "action_hand_off"

    def take_turn(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> list[EventType]:
        reason = "claim" if (tracker.latest_message.get("intent") or {}).get("name") == "report_claim" else "asked"
        try:
            store = TicketStore()
            ticket = store.open(
                tracker.sender_id,
                reason,
                "urgent" if reason == "claim" else "normal",
                str(tracker.latest_message.get("text") or "")[:500],
                transcript(tracker),
            )
            store.close()
        except (OSError, sqlite3.Error):
            logger.exception("the request of %s for an agent could not be stored", tracker.sender_id)
            dispatcher.utter_message(text=_not_stored())
            return []
        events = super().take_turn(dispatcher, tracker)
        agency = Agency.from_environment()
        last = dispatcher.messages[-1]
        told = f"\n\nYour reference is {ticket.reference}. {agency.reached_by()}".rstrip()
        last["text"] += told
        last["answer"]["body"] += told
        last["answer"]["reference"] = ticket.reference
        return events


def transcript(tracker: Tracker) -> list[dict[str, Any]]:
    """Who said what, in order."""
    said = []
    for event in tracker.events:
        if event.get("event") in ("user", "bot") and event.get("text"):
            said.append({"from": event["event"], "text": event["text"], "at": event.get("timestamp")})
    return said


def _not_stored() -> str:
    agency = Agency.from_environment()
    base = open_base()
    return (
        f"I could not pass your request on just now, and nothing was recorded. {agency.reached_by()} "
        f"Please try again in a few minutes. {notice(base) if not agency.reached_by() else ''}"
    ).strip()
