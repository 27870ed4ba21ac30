"""The real web application with the real Slack channel, in which a stub takes the place of the trained agent."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

from slack_side import SECRET

from bot.channels.slack.channel import SlackChannel
from bot.channels.slack.settings import SlackSettings
from bot.edge.app import Edge
from bot.edge.listening import listen
from bot.edge.server import Server as EdgeServer
from bot.edge.turns import Message, Turn
from bot.handoff.asking import Request, ask
from bot.handoff.settings import HandoffSettings
from bot.records.opening import shared
from bot.records.tickets import Asked
from bot.settings import Settings

COMPARED = {
    "columns": ["General liability", "Cyber"],
    "rows": [{"label": "What it pays for", "cells": ["Injury and damage.", "A breach."]}],
}
ANSWER = {
    "status": "answered",
    "intent": "ask_coverage",
    "lead": "General liability does not pay for bad advice.",
    "paragraphs": ["What covers it instead:\n- professional liability\n- Tech E&O"],
    "notes": ["This is general information."],
    "verdict": "no",
    "entries": ["bad_advice"],
    "version": "1a2b",
    "sources": [
        {"id": "iii", "title": "Liability <basics>", "publisher": "III", "year": 2024, "url": "https://iii.org/a"}
    ],
    "signature": {"by": "Dana Reyes", "licence": "CA 0X12345", "signed_on": "2026-11-22"},
    "more": ["An example: a client sues."],
    "more_text": "An example: a client sues.",
}
BUTTONS = [
    {"title": title, "payload": title} for title in ("And what does?", "What does it cost?", "Talk to a licensed agent")
]


class Agent:
    """Answers in shapes that matter to the channel, and remembers what it got."""

    def __init__(self, state: Path | None = None) -> None:
        self.state = state
        self.got: list[Turn] = []
        self.slow = asyncio.Event()
        self.slow.set()

    async def handle(self, turn: Turn) -> list[Message] | None:
        self.got.append(turn)
        await self.slow.wait()
        if turn.text == "a person please":
            return [{"text": await asyncio.to_thread(self._pass_on, turn)}]
        if "bad advice" in turn.text:
            text = f"No. {ANSWER['lead']}"
            first = [{"text": "I am an automated assistant."}] if len(self.got) == 1 else []
            return [*first, {"text": text, "answer": dict(ANSWER), "buttons": list(BUTTONS)}]
        if "compare" in turn.text:
            return [
                {
                    "text": "They differ.",
                    "answer": {**ANSWER, "lead": "They differ.", "verdict": None, "table": COMPARED},
                }
            ]
        if "many" in turn.text:
            return [{"text": "Which?", "buttons": [{"title": f"Choice {n}"} for n in range(12)]}]
        if "long" in turn.text:
            return [{"text": "word " * 4000}]
        if "policies" in turn.text:
            asks = {"status": "flow", "intent": "ask_recommendation", "lead": "What do you do?", "progress": [1, 7]}
            return [{"text": "What do you do?", "answer": asks, "buttons": [{"title": "BPO provider"}]}]
        if "erase" in turn.text:
            return [
                {
                    "text": "Done.",
                    "answer": {"status": "chitchat", "intent": "delete_my_data", "lead": "Done.", "erased": True},
                }
            ]
        return [
            {
                "text": f"echo: {turn.text}",
                "answer": {"status": "chitchat", "intent": "greet", "lead": f"echo: {turn.text}"},
            }
        ]

    async def come_back(self, conversation: str) -> list[Message] | None:
        return [{"text": "the guide is back"}]

    def _pass_on(self, turn: Turn) -> str:
        facts = {"Name": "Ada", "Business": "*roofs* <!channel>", "SSN": "536-22-1234"}
        request = Request(turn.conversation, "asked", "normal", turn.text, [], facts, asked=Asked(turn=turn.client_id))
        ticket, met = ask(shared(self.state), HandoffSettings(), request, lambda reference, met: reference)
        return f"{ticket.reference} {met.told()}"

    async def check(self) -> None:
        """It always can."""

    def close(self) -> None:
        pass


class Running:
    """A running guide: its address, the application, and the agent behind it."""

    def __init__(self, url: str, edge: Edge, agent: Any) -> None:
        self.url = url
        self.edge = edge
        self.agent = agent


class _Quiet(EdgeServer):
    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@asynccontextmanager
async def run(state: Path, slack: str, answering: Any = None, **options: Any) -> AsyncIterator[Running]:
    """Run it on a free port; options are those of the Slack settings."""
    agent = answering or Agent(state)

    async def load(metrics: Any) -> Any:
        return agent

    settings = SlackSettings(**{"token": "xoxb-home", "signing_secret": SECRET, "api": slack, **options})
    edge = Edge(Settings(state=state, secret="test", heartbeat=0.2), load, channels=SlackChannel.wanted(settings))
    ready = asyncio.Event()
    server = _Quiet(edge, ready.set)
    listener = listen(0, "127.0.0.1")
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    waiting = asyncio.create_task(ready.wait())
    await asyncio.wait({serving, waiting}, return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()
    assert ready.is_set(), f"it did not start: {edge.failure}"
    try:
        yield Running(url, edge, agent)
    finally:
        server.should_exit = True
        await serving
