"""One question at a time through the whole guide, without a server: the ask contract."""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import AsyncIterator, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rasa.core.agent import Agent
from rasa.core.channels.channel import OutputChannel, UserMessage
from rasa.core.processor import MessageProcessor
from rasa.core.tracker_store import InMemoryTrackerStore
from rasa.shared.core.events import UserUttered

from bot.runtime import install
from bot.runtime.local_actions import LocalActions


class ModelMissing(Exception):
    """There is no trained model; the message says how to make one."""


class Collector(OutputChannel):
    """Keeps every message whole, as the action sent it."""

    def __init__(self) -> None:
        self.messages: list[dict[str, Any]] = []

    @classmethod
    def name(cls) -> str:
        return "ask"

    async def send_response(self, recipient_id: str, message: dict[str, Any]) -> None:
        self.messages.append(message)


@dataclass
class Turn:
    """What one visitor turn brought."""

    text: str
    intent: str
    confidence: float
    messages: list[dict[str, Any]]
    elapsed_ms: float
    answer: dict[str, Any] = field(default_factory=dict)
    candidates: list[list[Any]] = field(default_factory=list)  # [target, chance], likeliest first

    def as_result(self) -> dict[str, Any]:
        """The fields of the ask contract, without the id."""
        shown = [str(m["text"]) for m in self.messages if m.get("text")]
        if self.answer.get("more_text"):
            shown.append(self.answer["more_text"])
        return {
            "text": self.text,
            "intent": self.answer.get("intent") or self.intent,
            "confidence": round(self.answer.get("confidence") or self.confidence, 4),
            "status": self.answer.get("status", "fallback"),
            "policies": self.answer.get("policies", []),
            "exposure": self.answer.get("exposure"),
            "verdict": self.answer.get("verdict"),
            "entries": self.answer.get("entries", []),
            "sources": [source["id"] for source in self.answer.get("sources", [])],
            "answer": "\n\n".join(shown),
            "buttons": [b["title"] for m in self.messages for b in m.get("buttons") or []],
            "candidates": self.candidates,
            "elapsed_ms": round(self.elapsed_ms, 1),
        }

    def as_read(self) -> str:
        """The answer as a person reads it on a terminal."""
        lines = [str(m["text"]) for m in self.messages if m.get("text")]
        buttons = [b["title"] for m in self.messages for b in m.get("buttons") or []]
        if buttons:
            lines.append("\n".join(f"  {n}. {title}" for n, title in enumerate(buttons, 1)))
        return "\n\n".join(lines)


class Guide:
    """The trained guide in this process.

    Raises:
        ModelMissing: there is no model at that path.
    """

    def __init__(self, model: Path) -> None:
        if not model.exists():
            raise ModelMissing(f"There is no trained model at {model}: run `make train`.")
        install()
        self.agent = Agent.load(str(model), action_endpoint=LocalActions())
        self.agent.tracker_store = InMemoryTrackerStore(self.agent.domain)
        self.agent.processor.tracker_store = self.agent.tracker_store

    async def say(self, text: str, conversation: str) -> Turn:
        """One visitor turn in a conversation."""
        collector = Collector()
        started = time.perf_counter()
        await self.agent.handle_message(UserMessage(text, collector, conversation, input_channel="ask"))
        elapsed = 1000 * (time.perf_counter() - started)
        # All of it: after a restart the message is in the session before.
        tracker = await self.agent.tracker_store.retrieve_full_tracker(conversation)
        events = reversed(tracker.events) if tracker else ()
        heard = next((event for event in events if isinstance(event, UserUttered)), None)
        parsed: dict[str, Any] = dict(heard.parse_data) if heard else {}
        intent = parsed.get("intent") or {}
        return Turn(
            text,
            str(intent.get("name")),
            float(intent.get("confidence") or 0),
            collector.messages,
            elapsed,
            _together([m["answer"] for m in collector.messages if m.get("answer")]),
            list(parsed.get("candidates") or []),
        )

    async def explain(self, text: str) -> list[str]:
        """Why a message is read as it is, as lines to print."""
        if not text.strip():
            return ["Nothing to explain: the message has no words."]
        parsed = await self.parse(text, explain=True)
        return [str(line) for line in parsed.get("explain") or ["Nothing to explain: the message is a command."]]

    async def parse(self, text: str, **wishes: bool) -> dict[str, Any]:
        """What a first message is understood as: Rasa's parse data."""
        message = UserMessage(text, metadata=wishes or None)
        return dict(await MessageProcessor.parse_message(self.agent.processor, message))

    async def converse(self, turns: Iterable[str]) -> list[Turn]:
        """A fresh conversation of several turns."""
        conversation = f"ask:{uuid.uuid4().hex}"
        said = [await self.say(text, conversation) for text in turns]
        store = self.agent.tracker_store
        if isinstance(store, InMemoryTrackerStore):
            store.store.pop(conversation, None)  # four hundred questions need not be kept
        return said


def _together(answers: list[dict[str, Any]]) -> dict[str, Any]:
    """The answers of one turn as one: of several questions, the first decides intent, status and verdict."""
    if len(answers) < 2:
        return answers[0] if answers else {}
    joined = dict(answers[0])
    for name in ("policies", "entries", "sources"):
        every = [each for answer in answers for each in answer.get(name) or []]
        joined[name] = [each for n, each in enumerate(every) if each not in every[:n]]
    joined["buttons"] = answers[-1].get("buttons") or []
    joined["verdict"] = next((a["verdict"] for a in answers if a.get("verdict")), None)
    joined["exposure"] = next((a["exposure"] for a in answers if a.get("exposure")), None)
    joined["more_text"] = "\n\n".join(a["more_text"] for a in answers if a.get("more_text"))
    return joined


def turns_of(item: Mapping[str, Any]) -> list[str]:
    """The visitor's turns of one line of input.

    Raises:
        ValueError: neither a text nor turns, or not text; the message says what is expected.
    """
    turns, before = item.get("turns"), item.get("context") or []
    if turns is None and isinstance(before, list):
        turns = [*before, item.get("text")]
    if not isinstance(turns, list) or not turns or not all(isinstance(turn, str) for turn in turns):
        raise ValueError('expected {"id": …, "text": "…", "context": ["…"]} or {"id": …, "turns": ["…"]}')
    return turns


async def answer_lines(guide: Guide, items: Iterable[Mapping[str, Any]]) -> AsyncIterator[dict[str, Any]]:
    """One result for each line of input, in order, each in a fresh conversation."""
    for item in items:
        turns = await guide.converse(turns_of(item))
        if item.get("turns") is not None:
            yield {"id": item.get("id"), "results": [turn.as_result() for turn in turns]}
        else:
            yield {"id": item.get("id"), **turns[-1].as_result()}
        await asyncio.sleep(0)
