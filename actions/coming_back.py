"""The guide has a conversation again that people had: it says what happened, and goes on where it was."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher

from actions.answer import Answer, Status
from actions.base import as_message, open_base
from actions.calling import consent_sentence, invites
from actions.forms import asking
from actions.forms.filling import Filling
from actions.known import summary_of
from actions.responding import HELP, TALK_TO_AGENT
from actions.wording import listed
from bot.agency import Agency
from bot.handoff.people import named
from bot.records import audit
from bot.records.opening import shared
from bot.records.states import State
from bot.records.tickets import Ticket, Tickets
from knowledge.base import KnowledgeBase
from understanding.question import Frame

NOBODY_CAME = "I am sorry: nobody could join you in time. Your request {reference} waits for a call back instead."
WILL_CALL = "You are talking with me, the guide, again. Your request {reference} stays open until you were called."
LEFT_QUEUE = (
    "You are talking with me, the guide, again, and are out of the queue. Nobody has your request {reference} now."
)
BACK = "You are talking with me, the guide, again. What {name} wrote stays above; your reference was {reference}."


class ComeBack(Action):
    """Not chosen by a rule: the web application runs it when people leave a conversation."""

    def name(self) -> str:
        return "action_come_back"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        last = shared().read_now(lambda connection: _last(connection, tracker.sender_id))
        if last:
            base = open_base()
            filling = Filling.from_slot(tracker.get_slot("form"))
            answer = back(*last, filling, Frame.from_slot(tracker.get_slot("frame")), base)
            dispatcher.utter_message(**as_message(answer, base))
        return []


def back(ticket: Ticket, name: str | None, filling: Filling | None, frame: Frame | None, base: KnowledgeBase) -> Answer:
    """What is said, with the question that a form waits for, or what is still open.

    Args:
        name: of the agent who talked with the visitor; None where none did.
    """
    answer = Answer(Status.CHITCHAT, "talk_to_agent", _lead(ticket, name), buttons=[TALK_TO_AGENT, HELP])
    if ticket.state is State.CALLBACK and not ticket.consent:
        invites(answer, consent_sentence(base.notices, Agency.from_environment()))
    if filling and filling.form:
        asked = asking.question(filling, base, "We were at your request.")
        answer.paragraphs.append("\n\n".join(asked.said))
        answer.buttons = asked.buttons
        answer.progress = asked.progress
        return answer
    if still_open := summary_of(filling, frame, base).still_open:
        answer.paragraphs.append(f"Still open:\n{listed(still_open)}")
    return answer


def _lead(ticket: Ticket, name: str | None) -> str:
    reference = ticket.reference
    if ticket.state is State.CALLBACK:
        text = WILL_CALL if name else NOBODY_CAME
        return f"{text.format(reference=reference)} {Agency.from_environment().reached_by()}".strip()
    return (BACK if name else LEFT_QUEUE).format(reference=reference, name=name)


def _last(connection: Any, conversation: str) -> tuple[Ticket, str | None] | None:
    """The ticket that changed last, and who talked in it."""
    mine = Tickets(connection).of(conversation)
    if not mine:
        return None
    last = max(mine, key=lambda each: each.changed)
    spoke = last.first_reply and _speaker(connection, last)
    return last, spoke or None


def _speaker(connection: Any, ticket: Ticket) -> str:
    logins = [event.who for event in audit.of(connection, ticket.reference)]
    found = [agent for login in dict.fromkeys(logins) if (agent := named(connection, login))]
    return found[-1].name if found else "the agent"
