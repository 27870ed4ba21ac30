"""Passing a conversation on: stored before the visitor is told, for a promise without a record is worse than none."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from rasa_sdk import Tracker

from actions.answer import Answer, Status
from actions.calling import (
    REFUSED,
    WHO,
    asked_again,
    asks_for_yes,
    consent_given,
    consent_sentence,
    contact_of,
    invites,
    may_be_contact,
    name_told,
    nobody_calls,
    noted,
    number_in,
    passing_on,
    was_said,
)
from actions.contact import Contact, heard, refuses
from actions.forms.filling import Filling
from actions.forms.reaching import find_phone
from actions.forms.turn import facts_of
from actions.known import Summary, summary_of
from actions.responding import MISSES
from bot.agency import Agency
from bot.handoff.asking import Request, ask
from bot.handoff.reception import Reception
from bot.handoff.settings import HandoffSettings
from bot.records.engine import RecordsUnavailable
from bot.records.opening import shared
from bot.records.states import WITH_PEOPLE
from bot.records.ticket_store import TicketStore
from bot.records.tickets import Asked, Ticket
from knowledge.base import KnowledgeBase
from knowledge.notices import spoken
from understanding.question import Frame
from understanding.targets import intent_id

logger = logging.getLogger(__name__)

PRIORITY = {"talk_to_agent": "normal", "report_claim": "urgent"}  # intents whose answers pass the talk on
REASONS = {"report_claim": "claim", "get_quote": "quote"}
SUMMARY_CHARACTERS = 4_000


def passes_on(answer: Answer) -> bool:
    """Whether this answer tells the visitor that an agent has the conversation."""
    return answer.status is Status.HANDOFF and answer.intent in PRIORITY


@dataclass(frozen=True)
class Passed:
    """A request that is stored, and what its visitor may expect."""

    ticket: Ticket
    met: Reception


def pass_on(
    intent: str,
    tracker: Tracker,
    facts: dict[str, str] | None = None,
    confirm: Callable[[str, Reception], str] | None = None,
    consent: Mapping[str, str] | None = None,
    brought: Summary | None = None,
    to_call: bool = False,
) -> Passed | None:
    """The stored request, with what a form knows; None, logged, when it could not be stored.

    Args:
        confirm: what the visitor is told of it, given the reference and what to expect.
        consent: to be called, where it was given.
        brought: what the conversation has brought so far; the agent reads it below the visitor's last words.
        to_call: the visitor has said how to be reached, and does not wait in the chat.
    """
    summary = str(tracker.latest_message.get("text") or "")
    if intent == "get_quote" and facts:
        summary = "Quote: " + "; ".join(f"{label} {value}" for label, value in facts.items())
    summary = "\n\n".join(part for part in (summary, brought.as_text() if brought else "") if part)
    frame = Frame.from_slot(tracker.get_slot("frame"))
    request = Request(
        tracker.sender_id,
        REASONS.get(intent) or reason_of(last_answer(tracker)),
        PRIORITY.get(intent, "normal"),
        summary[:SUMMARY_CHARACTERS],
        transcript(tracker),
        facts or {},
        consent,
        Asked(
            turn=tracker.latest_message.get("message_id"),
            topic=(frame.topic or frame.exposure) if frame else None,
            policies=frame.policies if frame else (),
            brief=brought.as_lists() if brought else {},
        ),
        in_chat=intent in PRIORITY and not to_call,
    )
    try:
        return Passed(*ask(shared(), HandoffSettings.load(), request, confirm or confirmed))
    except (OSError, RecordsUnavailable):
        logger.exception("the request of %s for an agent could not be stored", tracker.sender_id)
        return None


def reason_of(before: Mapping[str, Any]) -> str:
    """Why a person is asked for, by the answer that was given before."""
    status, intent = before.get("status"), before.get("intent")
    if intent == "complain":
        return "complaint"
    if status in {miss.value for miss in MISSES}:
        return "misses"
    if status != Status.HANDOFF.value or intent in PRIORITY:
        return "asked"
    return "unsigned" if before.get("offers") == intent_id("talk_to_agent") else "authority"


def last_answer(tracker: Tracker) -> Mapping[str, Any]:
    """The typed answer that was given last; empty before the first."""
    said = (event for event in reversed(tracker.events) if event.get("event") == "bot")
    return next((answer for event in said if (answer := (event.get("metadata") or {}).get("answer"))), {})


def hand_over(answer: Answer, tracker: Tracker, filling: Filling | None, brought: Summary, base: KnowledgeBase) -> None:
    """Store the request that an answer tells of; added to it are the reference, and how to be called with consent."""
    facts, contact = facts_of(filling, base) if filling else None, contact_of(filling)
    claim = answer.intent == "report_claim"
    sentence = consent_sentence(base.notices, Agency.from_environment())
    number = number_in(tracker.latest_message)
    consent = consent_given(number, sentence, tracker.events, datetime.now(UTC))
    confirm = claim_told(spoken(base.notices, "not_notice")) if claim else None
    passed = pass_on(answer.intent, tracker, facts, confirm, consent, brought)
    if passed is None:
        answer.lead = told(None)
        answer.paragraphs = answer.paragraphs if claim else []  # the steps hold all the same
        return
    answer.paragraphs.append(told(passed))
    ticket = passed.ticket
    answer.with_people = ticket.state in WITH_PEOPLE
    if answer.with_people:  # whoever is there asks how to reach the visitor
        answer.buttons = []
        return
    known = number or find_phone(" ".join((facts or {}).values()))
    if refuses(str(tracker.latest_message.get("text") or "")):
        answer.paragraphs.append(REFUSED)
    elif known and not ticket.consent:
        asks_for_yes(answer, known, sentence)
    elif not ticket.consent and not contact.email:
        invites(answer, sentence)
    if contact.reachable:
        answer.paragraphs.append(passing_on(contact))
        if not contact.name and not was_said(WHO, tracker.events):
            answer.paragraphs.append(WHO)


def contact_for_agent(filling: Filling | None, tracker: Tracker, intent: str, base: KnowledgeBase) -> Answer | None:
    """What is said to a message that gives, changes or refuses contact where an agent was asked for; None for others.

    Args:
        filling: what is known, with what the message says of it.
        intent: what the message was understood as.
    """
    message = tracker.latest_message
    ask, text = message.get("ask") or {}, str(message.get("text") or "")
    sentence = consent_sentence(base.notices, Agency.from_environment())
    contact, agreed = contact_of(filling), ask.get("call")
    if not agreed:
        named = contact.name is not None and contact.name == name_told(message, who=True)
        if ask or not (named or may_be_contact(intent, text)):
            return None
        if not (was_said(sentence, tracker.events) or was_said(WHO, tracker.events)):
            return None
        refused, given = refuses(text), contact if named else heard(contact, text)
        problem = None if refused or given else asked_again(message)
        if not (refused or given or problem) or not waiting(tracker):
            return None
        if refused:
            return _refused(tracker)
        if given is None:
            return problem
    number = agreed or (contact.phone if any(map(str.isdigit, text)) else None)
    consent = consent_given(number, sentence, tracker.events, datetime.now(UTC))
    brought = summary_of(filling, Frame.from_slot(tracker.get_slot("frame")), base)
    facts = facts_of(filling, base) if filling else None
    passed = pass_on("talk_to_agent", tracker, facts, consent=consent, brought=brought, to_call=True)
    answer = noted(contact if contact.reachable or contact.name else Contact(phone=agreed))
    if not contact.name and not was_said(WHO, tracker.events):
        answer.paragraphs.append(WHO)
    if passed is None:
        answer.lead = told(None)
    else:
        answer.paragraphs.append(told(passed, again=passed.ticket.state not in WITH_PEOPLE))
    return answer


def _refused(tracker: Tracker) -> Answer:
    """Nothing of how to reach the visitor stays with the request."""
    gone = {"Name": "", "Contact": "none wished"}
    passed = pass_on(
        "talk_to_agent",
        tracker,
        gone,
        consent={"refused": datetime.now(UTC).isoformat(timespec="seconds")},
        to_call=True,
    )
    answer = nobody_calls(Agency.from_environment().reached_by())
    if passed is None:
        answer.lead = told(None)
    return answer


def waiting(tracker: Tracker) -> Ticket | None:
    """The request of this conversation that no agent has answered yet; None, logged, where none can be read."""
    try:
        found = TicketStore().open_of(tracker.sender_id)
    except (OSError, RecordsUnavailable):
        logger.exception("the requests of %s could not be read", tracker.sender_id)
        return None
    return found


def told(passed: Passed | None, again: bool = False) -> str:
    """What the visitor hears about the request.

    Args:
        again: what may be expected has been said before.
    """
    ways = Agency.from_environment().reached_by()
    if passed is None:
        text = f"I could not pass your request on just now: nothing was stored. Please try again in a minute. {ways}"
        return text.strip()
    if again:
        return f"Your reference is {passed.ticket.reference}. {ways}".strip()
    return confirmed(passed.ticket.reference, passed.met)


def claim_told(not_notice: str) -> Callable[[str, Reception], str]:
    """What is told of an incident, given the reference and what to expect."""
    return lambda reference, met: f"{not_notice} {confirmed(reference, met)}"


def confirmed(reference: str, met: Reception) -> str:
    """What is told of any other request for a person."""
    return f"Your reference is {reference}. {met.told()} {Agency.from_environment().reached_by()}".strip()


def transcript(tracker: Tracker) -> list[dict[str, Any]]:
    """Who said what, in order."""
    said = []
    for event in tracker.events:
        if event.get("event") in ("user", "bot") and event.get("text"):
            said.append({"from": event["event"], "text": event["text"], "at": event.get("timestamp")})
    return said
