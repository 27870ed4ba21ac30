"""A talk with the guide's own action, without a model: each message is given with what it was understood as."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.base import GuideAction
from actions.conversation import Converse
from bot.handoff.tickets import Ticket, TicketStore
from understanding.text.questions import begins_asking


class Talk:
    """One conversation, as the action server sees it."""

    def __init__(self, conversation: str = "web:1") -> None:
        self.conversation = conversation
        self.slots: dict[str, Any] = {"notice_given": True}
        self.events: list[dict[str, Any]] = []
        self.offered: list[dict[str, Any]] = []  # buttons of the last answer, with what each asks

    def say(self, text: str, intent: str, action: GuideAction | None = None, **more: Any) -> str:
        """What the guide says to it; entities are given as state="NV" and the like."""
        entities = [{"entity": name, "value": value} for name, value in more.items() if isinstance(value, str)]
        given = {name: value for name, value in more.items() if not isinstance(value, str)}
        message = {
            "text": text,
            "intent": {"name": intent, "confidence": 0.97},
            "entities": entities,
            "begins_asking": begins_asking(text),
            **given,
        }
        self.events.append({"event": "user", "text": text, "timestamp": float(len(self.events))})
        tracker = Tracker(self.conversation, self.slots, message, self.events, False, None, {}, "action_listen")
        said = CollectingDispatcher()
        for event in (action or Converse()).take_turn(said, tracker):
            self.slots[event["name"]] = event["value"]
        for answer in said.messages:
            self.events.append({"event": "bot", "text": answer["text"], "timestamp": float(len(self.events))})
            self.offered = answer["answer"]["buttons"]
        return "\n\n".join(answer["text"] for answer in said.messages)

    def click(self, title: str) -> str:
        """The answer to a button of the last answer, found by how its title begins."""
        button = next(each for each in self.offered if each["title"].startswith(title))
        return self.say(button["title"], button["ask"]["intent"], ask=button["ask"])

    @property
    def titles(self) -> list[str]:
        return [button["title"] for button in self.offered]

    @property
    def form(self) -> str | None:
        """The form on its way."""
        return (self.slots.get("form") or {}).get("form")

    def ticket(self) -> Ticket | None:
        """The request that waits for an agent."""
        store = TicketStore()
        found = store.open_of(self.conversation)
        store.close()
        return found


def answered_by_rule() -> None:
    """Import every action, and with it who answers which question."""
    from bot.runtime.local_actions import LocalActions

    LocalActions()
