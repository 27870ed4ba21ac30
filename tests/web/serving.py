"""The real web application under its real server, in which a stub takes the place of the trained agent."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

from bench.serving import Running as Server
from bench.serving import running
from bot.agency import Agency
from bot.edge.turns import Message, Turn
from bot.handoff.asking import Request, ask
from bot.handoff.settings import HandoffSettings
from bot.records.opening import shared
from bot.records.tickets import Asked

ANSWER = {
    "verdict": "no",
    "signature": {"by": "Dana Reyes", "licence": "CA 0X12345", "signed_on": "2026-11-22"},
    "sources": [{"id": "iii", "title": "Liability basics", "publisher": "III", "year": 2024}],
    "more": "Advice belongs to **professional liability**.",
}


class StubAgent:
    """Answers as the trained bot would, in shapes that matter to the channel, and remembers what it got."""

    def __init__(self) -> None:
        self.got: list[Turn] = []
        self.state: Path | None = None
        self.answering: set[str] = set()
        self.free = asyncio.Event()  # while it is clear, an answer waits
        self.free.set()

    async def handle(self, turn: Turn) -> list[Message] | None:
        assert turn.conversation not in self.answering, "two turns of one conversation at once"
        self.got.append(turn)
        self.answering.add(turn.conversation)
        await asyncio.sleep(0.02)
        await self.free.wait()
        self.answering.discard(turn.conversation)
        if turn.text == "silence":
            return []
        if turn.text == "crash":
            raise RuntimeError("the action server is gone")
        if turn.text == "for a person":
            return None
        if turn.text == "a person please":
            return [{"text": await asyncio.to_thread(self._pass_on, turn)}]
        if "bad advice" in turn.text:
            buttons = [{"title": "And what does?", "payload": "And what does?"}]
            return [
                {"text": "General liability does not.\n\nIt pays for injury.", "buttons": buttons, "answer": ANSWER}
            ]
        return [{"text": f"echo: {turn.text}"}]

    async def come_back(self, conversation: str) -> list[Message] | None:
        return [{"text": "the guide is back"}]

    def _pass_on(self, turn: Turn) -> str:
        asked = Asked(turn=turn.client_id)
        request = Request(turn.conversation, "asked", "normal", turn.text, [], asked=asked)
        ticket, met = ask(shared(self.state), HandoffSettings(), request, lambda reference, met: reference)
        return f"{ticket.reference} {met.told()}"

    async def check(self) -> None:
        """It always can."""

    def close(self) -> None:
        pass


@asynccontextmanager
async def serve(
    state: Path, port: int = 0, agency: Agency | None = None, agent: Any = None, **options: Any
) -> AsyncIterator[Server]:
    """Run the application on a free loopback port; options are those of the settings."""
    options = {"secret": "test secret", "heartbeat": 0.2, **options}
    agent = agent or StubAgent()
    agent.state = state
    async with running(state, agent, port, agency, **options) as found:
        yield found


@contextmanager
def serve_in_thread(state: Path, **options: Any) -> Iterator[str]:
    """Run it in a thread of its own, for tests that wait in theirs; its address."""
    found: list[str] = []
    started, ended = threading.Event(), threading.Event()

    async def run() -> None:
        async with serve(state, **options) as server:
            found.append(server.url)
            started.set()
            await asyncio.to_thread(ended.wait)

    thread = threading.Thread(target=lambda: asyncio.run(run()))
    thread.start()
    assert started.wait(60)
    yield found[0]
    ended.set()
    thread.join()


Start = Callable[..., Awaitable[Server]]
