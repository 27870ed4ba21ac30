"""Rasa's message processor with a gate before it and a guard behind it.

Before: messages are cleaned, refused kindly when they cannot be read, and turned into exactly what a
button asks when they choose one.  Behind: an action that fails (server down, timeout, bad reply) is
silence in Rasa; here the visitor is told and the conversation goes on.
"""

from __future__ import annotations

import logging
from typing import Any

from rasa.core.actions.action import Action, RemoteAction
from rasa.core.channels.channel import OutputChannel, UserMessage
from rasa.core.nlg import NaturalLanguageGenerator
from rasa.core.processor import MessageProcessor
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import BotUttered, Event
from rasa.shared.core.trackers import DialogueStateTracker

from bot.privacy import mask, without_placeholders
from bot.records.conversations import forget
from bot.runtime.input_gate import Passed, agreed, chosen, inspect
from bot.runtime.readings import Readings
from bot.runtime.workers import Inline
from understanding.question import Frame
from understanding.text.foreign import language_by_script
from understanding.text.letters import own_words
from understanding.text.questions import asking_sentence, begins_asking, several_questions

logger = logging.getLogger(__name__)

UNAVAILABLE = (
    "I cannot look that up just now: a part of me is not answering. Nothing is lost. Please send your "
    "question again in a minute, or contact the agency directly."
)


class GuideProcessor(MessageProcessor):
    """Used in place of Rasa's by ``bot.runtime.install``."""

    workers: Inline = Inline()
    """What reads messages; threads in a process that serves."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.readings = Readings()

    async def parse_message(
        self,
        message: UserMessage,
        tracker: DialogueStateTracker | None = None,
        only_output_properties: bool = True,
    ) -> dict[str, Any]:
        """Parse data of a message; see the module for what differs from Rasa's.

        Where a message asks several questions, ``parts`` holds the parse data of each; ``begins_asking`` says whether
        the text begins as a question does.  Identifiers are masked in the message and in its parse data once it is
        understood: before, "delete my SSN" would lose its meaning.
        """
        parsed = await self._understood(message, tracker, only_output_properties)
        message.text = _finished(parsed)
        for part in parsed.get("parts", []):
            _finished(part)
        return parsed

    async def _understood(
        self, message: UserMessage, tracker: DialogueStateTracker | None, only_output_properties: bool
    ) -> dict[str, Any]:
        gate = inspect(message.text)
        if not isinstance(gate, Passed):
            return _decided(gate.text, {"intent": "unreadable", "topic": gate.reason})
        message.text = gate.text
        offered = await self._buttons_offered(tracker) if tracker else []
        ask = chosen(gate.text, offered) or agreed(gate.text, offered)
        if ask is not None:
            return _decided(gate.text, dict(ask))
        language = language_by_script(gate.text)
        if language and not _form_waits(tracker):  # a form may have asked for a name
            return _decided(gate.text, {"intent": "other_language", "topic": language})
        frame = tracker.get_slot("frame") if tracker else None
        own = own_words(gate.text)
        texts = [own, *several_questions(own)]
        known = tracker or DialogueStateTracker.from_events(message.sender_id, [])
        read = [await self._read(_with_frame(text, frame), known, only_output_properties) for text in texts]
        parsed: dict[str, Any] = read[0]
        if (asking := asking_sentence(own)) and _is_missed(parsed):
            # What is told beside the question only hid it: "sorry, wrong window. do we need a bond?"
            alone = await self._read(_with_frame(asking, frame), known, only_output_properties)
            parsed = parsed if _is_missed(alone) else alone
        parsed["text"] = gate.text
        if read[1:]:
            parsed["parts"] = read[1:]
        return parsed

    async def _read(
        self, message: UserMessage, tracker: DialogueStateTracker, only_output_properties: bool
    ) -> dict[str, Any]:
        """Parse data of Rasa's graph, off the event loop, for what was not read before; reasons are always made."""

        async def read() -> dict[str, Any]:
            graph = self._parse_message_with_graph
            return dict(await self.workers.understand(graph, message, tracker, only_output_properties))

        metadata = message.metadata or {}
        if metadata.keys() - {"frame"} or not only_output_properties:
            return await read()
        return await self.readings.of(str(message.text), metadata.get("frame"), read)

    async def _buttons_offered(self, tracker: DialogueStateTracker) -> list[dict[str, Any]]:
        """Buttons of the guide's last answer, also where that was said in the session before.

        A restart begins a session, and so does a message after hours; the buttons are still there to click.
        """
        last = _last_said(tracker)
        if last is None:
            before = await self.tracker_store.retrieve_full_tracker(tracker.sender_id)
            last = _last_said(before) if before else None
        answer = (last.metadata.get("answer") or {}) if last else {}
        return list(answer.get("buttons") or [])

    async def save_tracker(self, tracker: DialogueStateTracker) -> None:
        """Store the conversation; one whose visitor has it erased is stored no more."""
        if tracker.get_slot("erased"):
            await forget(self.tracker_store, tracker.sender_id)
            self.readings.forget()
        else:
            await super().save_tracker(tracker)

    async def _run_action(self, action: Action, *args: Any, **kwargs: Any) -> bool:
        if isinstance(action, RemoteAction):
            action = _GuardedAction(action)
        return await super()._run_action(action, *args, **kwargs)


class _GuardedAction(Action):
    """A custom action that says so when it fails."""

    def __init__(self, action: RemoteAction) -> None:
        self._action = action

    def name(self) -> str:
        return self._action.name()

    def event_for_successful_execution(self, prediction: Any) -> Event:
        return self._action.event_for_successful_execution(prediction)

    async def run(
        self,
        output_channel: OutputChannel,
        nlg: NaturalLanguageGenerator,
        tracker: DialogueStateTracker,
        domain: Domain,
    ) -> list[Event]:
        try:
            return list(await self._action.run(output_channel, nlg, tracker, domain))
        except Exception:
            logger.exception("%s failed for %s; the visitor was told", self.name(), tracker.sender_id)
            return [BotUttered(UNAVAILABLE, metadata={"answer": _unavailable()})]


def _form_waits(tracker: DialogueStateTracker | None) -> bool:
    """Whether a form has asked something."""
    form = tracker.get_slot("form") if tracker else None
    return bool(form and form.get("form"))


def _with_frame(text: str, frame: dict[str, Any] | None) -> UserMessage:
    """A message for the pipeline, with what was being talked about; what is stored of the real one goes without."""
    return UserMessage(text, metadata={"frame": Frame.read_of(frame)} if frame else None)


def _is_missed(parsed: dict[str, Any]) -> bool:
    """Whether no answer was found, and nothing has happened."""
    return parsed["intent"]["name"] == "nlu_fallback" and not (parsed.get("question") or {}).get("happened")


def _unavailable() -> dict[str, Any]:
    return {"status": "fallback", "intent": "error", "verdict": None, "policies": [], "entries": []}


def _finished(parsed: dict[str, Any]) -> str:
    """The masked text of parse data, which keep what is left to read of it, and whether it begins as a question."""
    masked = mask(str(parsed["text"]))
    parsed["text"] = without_placeholders(masked)
    if parsed.get("question"):  # it is kept, and so is the frame made of it
        parsed["question"]["text"] = without_placeholders(mask(str(parsed["question"]["text"])))
    parsed["begins_asking"] = begins_asking(parsed["text"])
    return masked


def _decided(text: str, ask: dict[str, Any]) -> dict[str, Any]:
    """Parse data for a message that needs no understanding."""
    return {
        "text": text,
        "intent": {"name": ask["intent"], "confidence": 1.0},
        "intent_ranking": [],
        "entities": [],
        "ask": ask,
    }


def _last_said(tracker: DialogueStateTracker) -> BotUttered | None:
    return next((event for event in reversed(tracker.events) if isinstance(event, BotUttered)), None)
