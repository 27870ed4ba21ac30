"""Rasa's agent in this process: one trained model, the project's actions, no second server."""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import Any

from rasa.core.actions.action import create_bot_utterance
from rasa.core.agent import Agent
from rasa.core.channels.channel import OutputChannel, UserMessage
from rasa.core.tracker_store import FailSafeTrackerStore, TrackerStore
from rasa.core.utils import AvailableEndpoints
from rasa.shared.core.events import BotUttered, Event, UserUttered
from rasa.shared.core.trackers import EventVerbosity
from threadpoolctl import threadpool_limits

from bot.edge.turns import Message, Turn
from bot.records.conversations import forget
from bot.runtime import garbage, install
from bot.runtime.local_actions import LocalActions
from bot.runtime.readings import Tell
from bot.runtime.workers import Timed, Workers

TRIED = (
    "What does general liability cover?",
    "We are 12 in Reno, what do we need?",
    "one of our bookkeepers stole 40k over two years, does our BOP pay for that",
    "our policy renews in August, what does the girl at the desk need to know about deductibles?",
)
"""Between them they load all that is loaded late, such as towns, languages and dates; none asks for an agent."""
COME_BACK = "action_come_back"
ENDPOINTS = Path("endpoints.yml")
_BOOKKEEPING = {"timestamp", "utter_action", "template_name", "model_id", "assistant_id"}


class Collector(OutputChannel):
    """Keeps what the agent says, each message whole."""

    def __init__(self) -> None:
        self.messages: list[Message] = []

    @classmethod
    def name(cls) -> str:
        return "collector"

    async def send_response(self, recipient_id: str, message: dict[str, Any]) -> None:
        self.messages.append(message)

    async def send_text_message(self, recipient_id: str, text: str, **kwargs: Any) -> None:
        self.messages.append({**kwargs, "text": text})


class GuideAgent:
    """Answers turns.  Read from a trained model it has no threads, and keeps conversations in memory.

    Args:
        agent: Rasa's.
    """

    def __init__(self, agent: Agent) -> None:
        self._agent = agent
        self._workers: Workers | None = None

    @classmethod
    def read(cls, model: Path) -> GuideAgent:
        """The agent of a trained model."""
        install()
        threadpool_limits(1, "blas")  # messages share the cores, not the products of one
        return cls(Agent.load(str(model), action_endpoint=LocalActions()))

    @classmethod
    async def load(cls, model: Path, timed: Timed | None = None, endpoints: Path = ENDPOINTS) -> GuideAgent:
        """The agent of a trained model, open and warm: its first answer takes no longer than the next."""
        garbage.hold_back()
        try:
            loaded = cls.read(model).open(timed, endpoints=endpoints)
            await loaded.warm_up()
        finally:
            garbage.resume()
        return loaded

    def open(
        self, timed: Timed | None = None, tell: Tell = lambda reading: None, endpoints: Path = ENDPOINTS
    ) -> GuideAgent:
        """This agent with the threads and the database of this process; conversations are kept where a file says.

        Args:
            tell: takes what is read here to the agents of other processes.

        Raises:
            RecordsUnavailable: the database cannot be opened.
        """
        agent, processor = self._agent, self._agent.processor
        self._workers = Workers(timed) if timed else Workers()
        store = TrackerStore.create(AvailableEndpoints.read_endpoints(str(endpoints)).tracker_store, agent.domain)
        agent.tracker_store = processor.tracker_store = FailSafeTrackerStore(store)
        agent.action_endpoint = processor.action_endpoint = LocalActions(self._workers)
        processor.workers, processor.readings.tell = self._workers, tell
        return self

    def hear(self, reading: str | None) -> None:
        """Take over what another process has read, or forget whatever was read."""
        self._agent.processor.readings.hear(reading)

    async def warm_up(self) -> None:
        """Answer some questions and forget them, so that what is loaded late is there."""
        conversation = f"warm-up:{uuid.uuid4().hex}"
        for number, text in enumerate(TRIED):
            await self.handle(Turn(conversation, str(number), text))
        await forget(self._agent.tracker_store, conversation)

    async def handle(self, turn: Turn) -> list[Message]:
        """What the agent says to a message.

        Where an earlier process has stored the conversation with the answer, and ended before the answer was stored
        for the visitor, it is that answer: nothing is done twice.
        """
        if turn.again and (said := await self._said_before(turn)):
            return said
        collector = Collector()
        channel = turn.conversation.partition(":")[0]
        message = UserMessage(
            # A leading slash would make Rasa read the text as an intent; the gate of the processor refuses it.
            turn.text,
            collector,
            turn.conversation,
            input_channel=channel,
            message_id=turn.client_id,
            metadata={"notice_given": True} if channel == "web" else {},  # by the welcome
        )
        await self._agent.handle_message(message)
        return _visible(collector.messages)

    async def _said_before(self, turn: Turn) -> list[Message]:
        tracker = await self._agent.tracker_store.retrieve_full_tracker(turn.conversation)
        events: list[Event] = list(tracker.events) if tracker else []
        own = [n for n, event in enumerate(events) if isinstance(event, UserUttered)]
        asked = next((n for n in own if getattr(events[n], "message_id", None) == turn.client_id), None)
        if asked is None:
            return []
        end = next((n for n in own if n > asked), len(events))
        return _visible([event.message() for event in events[asked:end] if isinstance(event, BotUttered)])

    async def come_back(self, conversation: str) -> list[Message] | None:
        """What the guide says when people have left a conversation; it goes on with what was talked about."""
        store, processor = self._agent.tracker_store, self._agent.processor
        tracker = await store.get_or_create_tracker(conversation)
        state = tracker.current_state(EventVerbosity.ALL)
        call = {"next_action": COME_BACK, "sender_id": conversation, "tracker": state, "domain": {}, "version": ""}
        reply = await processor.action_endpoint.request(json=call)
        said = [dict(message) for message in reply["responses"]]
        for message in said:
            tracker.update(create_bot_utterance(dict(message)), self._agent.domain)
        if said:
            await store.save(tracker)
        return _visible(said) or None

    async def check(self) -> None:
        """It can answer wherever it was loaded."""

    def close(self) -> None:
        """End its threads."""
        if self._workers:
            self._workers.close()


def _visible(messages: list[Message]) -> list[Message]:
    """Rasa's messages without empty parts and bookkeeping, with all choices as buttons; empty ones are left out."""
    shown = []
    for message in messages:
        body = {key: value for key, value in message.items() if value and key not in _BOOKKEEPING}
        choices = [*(body.pop("quick_replies", None) or []), *(body.pop("buttons", None) or [])]
        if buttons := [choice for choice in choices if choice.get("title")]:
            body["buttons"] = buttons
        if body:
            shown.append(body)
    return shown
