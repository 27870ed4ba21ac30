"""One agent's process: it takes turns from the front over its line, and answers them.

Line by line JSON goes either way.  The front asks ``{"n", "turn"}``, ``{"n", "come_back"}`` or ``{"n", "ping"}``, n
being a number of its own, and takes a question back with ``{"n", "drop"}``.  The agent says first ``{"pid"}``, or
``{"failed"}`` where it cannot answer at all, then for each question ``{"n", "said", "took"}`` or ``{"n", "failed",
"took"}``, ``took`` being the times of stages since it last said something.  What one agent has found out and others can
use goes as ``{"reading"}`` to the front, and from there to the others.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import socket
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import Any, NoReturn, Protocol

from bot.edge.logs import CURRENT
from bot.edge.turns import Message, Turn

logger = logging.getLogger(__name__)

LONGEST = 16_000_000  # bytes of a line

Timed = Callable[[str], AbstractContextManager[None]]
Tell = Callable[[str | None], object]


class Agent(Protocol):
    """What answers in an agent's process."""

    async def handle(self, turn: Turn) -> Sequence[Message] | None:
        """Messages; None where a person has the conversation."""

    async def come_back(self, conversation: str) -> Sequence[Message] | None:
        """What the guide says when people have left a conversation."""

    def hear(self, reading: str | None) -> None:
        """Take over what another agent has read, or forget whatever was read."""


Open = Callable[[Timed, Tell], Agent]
"""Gives what is loaded the threads and connections that each process needs for itself, and its line to the others."""


def member(link: socket.socket, open_agent: Open) -> NoReturn:
    """Answer until the front ends the line; then this process ends at once, whatever is in hand."""
    try:
        asyncio.run(_Member().answer(link, open_agent))
    except BaseException:
        logger.exception("An agent failed.")
    finally:
        logging.shutdown()
        os._exit(0)


class _Member:
    def __init__(self) -> None:
        self._in_hand: dict[int, asyncio.Task[None]] = {}
        self._took: list[tuple[str, float]] = []

    async def answer(self, link: socket.socket, open_agent: Open) -> None:
        reader, self._writer = await asyncio.open_connection(sock=link, limit=LONGEST)
        try:
            self._agent = open_agent(self._timed, lambda reading: self._say(reading=reading))
        except Exception as error:
            logger.exception("An agent could not begin.")
            self._say(failed=str(error) or type(error).__name__)
            await self._writer.drain()
            return
        self._say(pid=os.getpid())
        async for line in reader:
            self._hear(json.loads(line))

    def _hear(self, asked: dict[str, Any]) -> None:
        if "reading" in asked:
            self._agent.hear(asked["reading"])
            return
        number = asked["n"]
        if "ping" in asked:
            self._say(n=number, said=[])
        elif "drop" in asked:
            if task := self._in_hand.get(number):
                task.cancel()
        else:
            task = self._in_hand[number] = asyncio.create_task(self._one(asked))
            task.add_done_callback(lambda _: self._in_hand.pop(number))

    async def _one(self, asked: dict[str, Any]) -> None:
        try:
            if "turn" in asked:
                turn = Turn(**asked["turn"])
                CURRENT.set(turn.id)
                said = await self._agent.handle(turn)
            else:
                CURRENT.set(asked["id"])
                said = await self._agent.come_back(asked["come_back"])
            self._say(n=asked["n"], said=said)
        except (Exception, SystemExit) as error:  # nothing that answers asks the process to end
            logger.exception("A question failed.")
            self._say(n=asked["n"], failed=f"{type(error).__name__}: {error}")

    def _say(self, **what: Any) -> None:
        self._writer.write(json.dumps({**what, "took": self._took}).encode() + b"\n")
        self._took.clear()

    @contextmanager
    def _timed(self, stage: str) -> Iterator[None]:
        started = time.perf_counter()
        try:
            yield
        finally:
            self._took.append((stage, time.perf_counter() - started))
