"""Visitors that talk to a REST webhook on this machine, and how long they wait.

Both sides are asked through the same webhook by the same code; a visitor sends the next message when the
last one is answered, as a person does, so the load is bounded by the number of visitors.
"""

import asyncio
import json
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from bench.processes import LOOPBACK, BenchError
from bench.questions import question

WEBHOOK = "/webhooks/rest/webhook"
REQUEST_DEADLINE_S = 60.0


@dataclass
class Talk:
    """Seconds each turn took, in the order they ended, the whole wall time, and the unanswered turns."""

    seconds: list[float] = field(default_factory=list)
    wall_s: float = 0.0
    silent: int = 0

    def add(self, other: "Talk") -> None:
        """Count another talk in."""
        self.seconds += other.seconds
        self.wall_s += other.wall_s
        self.silent += other.silent


def has_words(messages: Any) -> bool:
    """Whether a webhook's answer holds anything a visitor would see."""
    return isinstance(messages, list) and any(
        isinstance(message, dict) and any(message.get(part) for part in ("text", "buttons", "custom"))
        for message in messages
    )


async def _converse(
    session: aiohttp.ClientSession,
    talk: Talk,
    turns: int,
    first: int,
    progress: Callable[[int], None] | None = None,
) -> None:
    sender = f"bench-{uuid.uuid4().hex}"
    for turn in range(turns):
        body = {"sender": sender, "message": question(first + turn)}
        before = time.perf_counter()
        async with session.post(WEBHOOK, json=body) as response:
            text = await response.text()
            took = time.perf_counter() - before
            if not response.ok:
                # A refused turn costs no work: counting it would flatter the side that refuses.
                raise BenchError(f"a message was refused with status {response.status}: {text:.300}")
        talk.seconds.append(took)
        talk.silent += not has_words(json.loads(text))
        if progress:
            progress(turn + 1)


async def _visit(
    port: int, visitors: int, turns: int, deadline_s: float, progress: Callable[[int], None] | None
) -> Talk:
    talk = Talk()
    # No limit on connections: messages would queue in the client, and that wait be put down to the server.
    async with aiohttp.ClientSession(
        f"http://{LOOPBACK}:{port}",
        connector=aiohttp.TCPConnector(limit=0),
        timeout=aiohttp.ClientTimeout(total=REQUEST_DEADLINE_S),
    ) as session:
        before = time.perf_counter()
        async with asyncio.timeout(deadline_s), asyncio.TaskGroup() as group:
            for visitor in range(visitors):
                # Each begins elsewhere in the list, so that they do not all ask the same thing at once.
                group.create_task(_converse(session, talk, turns, visitor, progress))
        talk.wall_s = time.perf_counter() - before
    return talk


def visit(
    side: str,
    port: int,
    *,
    visitors: int,
    turns: int,
    deadline_s: float,
    progress: Callable[[int], None] | None = None,
) -> Talk:
    """Let `visitors` come at once, each with a conversation of `turns` turns; give up after `deadline_s`.

    `progress` hears of every turn, by its number in its own conversation.
    """
    try:
        return asyncio.run(_visit(port, visitors, turns, deadline_s, progress))
    except TimeoutError:
        raise BenchError(f"{side} did not finish this phase within {deadline_s:.0f} s") from None
    except ExceptionGroup as group:
        cause: BaseException = group
        while isinstance(cause, BaseExceptionGroup):
            cause = cause.exceptions[0]
        raise BenchError(f"{side} failed under load: {type(cause).__name__} {cause}") from cause
