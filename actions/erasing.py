"""Deleting what a visitor has told: asked once more, done at once, and receipted."""

from __future__ import annotations

import datetime
import secrets
from collections.abc import Mapping
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.answer import Answer, Button, Status
from actions.base import GuideAction, as_message, open_base
from actions.responding import TALK_TO_AGENT, answers
from actions.wording import joined
from bot.records.erasing import erase_now
from bot.records.opening import shared
from bot.records.tickets import ALPHABET, Forgotten
from knowledge.base import KnowledgeBase
from knowledge.notices import spoken
from understanding.question import Question


@answers("delete_my_data")
def ask_first(question: Question, base: KnowledgeBase) -> Answer:
    """What would be erased, and whether that is wanted: it cannot be undone."""
    return Answer(
        Status.CHITCHAT,
        "delete_my_data",
        "I can erase this conversation and every request that came from it, such as a quote request. An agent who has "
        "already read one may have notes of their own, and a request that the agency must keep stays; I will say so. "
        "It cannot be undone. Shall I erase it all?",
        buttons=[
            Button("Yes, erase everything", {"intent": "delete_my_data", "confirmed": True}),
            Button("No, keep it", {"intent": "deny"}),
            TALK_TO_AGENT,
        ],
    )


def receipt(
    messages: int, forgotten: Forgotten, number: str, at: datetime.datetime, notices: Mapping[str, Any]
) -> Answer:
    """What was erased and when, and what had to be kept, for the visitor to keep."""
    requests = f" and the requests {joined(forgotten.erased)}" if forgotten.erased else ""
    kept = f" {spoken(notices, 'kept_on_hold', requests=joined(forgotten.kept))}" if forgotten.kept else ""
    text = (
        f"Done. I have erased this conversation ({messages} messages){requests}.{kept} "
        f"Your receipt is {number}, {at:%B %-d, %Y, %H:%M} UTC. Keep a copy of it: I keep none."
    )
    return Answer(Status.CHITCHAT, "delete_my_data", text, erased=True)


class EraseData(GuideAction):
    """Erases all that is stored; with the ``erased`` mark go what processes hold in memory and this very turn."""

    intents = frozenset(("delete_my_data",))

    def name(self) -> str:
        return "action_erase"

    def take_turn(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> list[EventType]:
        if not (tracker.latest_message.get("ask") or {}).get("confirmed"):
            return super().take_turn(dispatcher, tracker)
        base = open_base()
        forgotten = erase_now(shared(), tracker.sender_id)
        said = sum(1 for event in tracker.events if event.get("event") in ("user", "bot"))
        number = "".join(secrets.choice(ALPHABET) for _ in range(8))
        answer = receipt(said, forgotten, number, datetime.datetime.now(datetime.UTC), base.notices)
        dispatcher.utter_message(**as_message(answer, base))
        return [SlotSet("erased", True)]
