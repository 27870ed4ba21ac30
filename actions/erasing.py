"""Deleting what a visitor has told: asked once more, done at once, and receipted."""

from __future__ import annotations

import datetime
import secrets

from rasa_sdk import Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.answer import Answer, Button, Status
from actions.base import GuideAction, as_message, open_base
from actions.question import Question
from actions.responding import TALK_TO_AGENT, answers
from actions.wording import joined
from bot.handoff.tickets import ALPHABET, TicketStore
from knowledge.base import KnowledgeBase


@answers("delete_my_data")
def ask_first(question: Question, base: KnowledgeBase) -> Answer:
    """What would be erased, and whether that is wanted: it cannot be undone."""
    return Answer(
        Status.CHITCHAT,
        "delete_my_data",
        "I can erase this conversation and every request that came from it, such as a quote request. An agent who has "
        "already read one may have notes of their own. It cannot be undone. Shall I erase it all?",
        buttons=[
            Button("Yes, erase everything", {"intent": "delete_my_data", "confirmed": True}),
            Button("No, keep it", {"intent": "deny"}),
            TALK_TO_AGENT,
        ],
    )


def receipt(messages: int, references: list[str], number: str, at: datetime.datetime) -> Answer:
    """What was erased and when, for the visitor to keep."""
    requests = f" and the requests {joined(references)}" if references else ""
    text = (
        f"Done. I have erased this conversation ({messages} messages){requests}. "
        f"Your receipt is {number}, {at:%B %-d, %Y, %H:%M} UTC. Keep a copy: nothing of it is stored here."
    )
    return Answer(Status.CHITCHAT, "delete_my_data", text, erased=True)


class EraseData(GuideAction):
    """Erases requests itself; the conversation and the website's transcript go with the ``erased`` mark."""

    def name(self) -> str:
        return "action_erase"

    def take_turn(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> list[EventType]:
        if not (tracker.latest_message.get("ask") or {}).get("confirmed"):
            return super().take_turn(dispatcher, tracker)
        store = TicketStore()
        references = store.forget(tracker.sender_id)
        store.close()
        said = sum(1 for event in tracker.events if event.get("event") in ("user", "bot"))
        number = "".join(secrets.choice(ALPHABET) for _ in range(8))
        answer = receipt(said, references, number, datetime.datetime.now(datetime.UTC))
        dispatcher.utter_message(**as_message(answer, open_base()))
        return [SlotSet("erased", True)]
