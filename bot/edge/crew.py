"""Agents in processes of their own, each with conversations of its own.

A conversation is always answered from the same place in the crew, so what is kept in memory of it is in one process.
Where an agent ends, another takes its place and is asked again, once, what was in hand.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import signal
import socket
import zlib
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from itertools import count
from typing import Any

from bot.edge.logs import CURRENT, new_id
from bot.edge.member import LONGEST
from bot.edge.metrics import Metrics
from bot.edge.nursery import CannotLoad, Nursery
from bot.edge.turns import Message, Turn

logger = logging.getLogger(__name__)

FIRST_PAUSE, LONGEST_PAUSE = 0.2, 5.0  # seconds until the next agent, where one could not begin
STUCK_SECONDS = 10.0  # without a word from an agent that let a turn pass its deadline


class AgentEnded(RuntimeError):
    """The process that was asked ended before it answered."""


class AgentFailed(RuntimeError):
    """What answers raised an error, which the agent has logged."""


class Crew:
    """The agents, as the web application asks them.

    Args:
        nursery: that has loaded what answers.
        places: how many agents there are.
    """

    def __init__(self, nursery: Nursery, places: int, metrics: Metrics) -> None:
        self._nursery = nursery
        self._places = [_Place(nursery, metrics, self._spread) for _ in range(places)]
        self._tasks: list[asyncio.Task[None]] = []

    async def begin(self, gone: Callable[[], object]) -> None:
        """Wait until every place has its agent.

        Args:
            gone: called when the nursery has ended, so that no place gets an agent any more.

        Raises:
            CannotLoad: what answers cannot be loaded, or an agent cannot begin.
        """
        await self._nursery.loaded()
        self._tasks = [asyncio.create_task(each.keep()) for each in self._places]
        try:
            await asyncio.gather(*(each.begun for each in self._places))
        except CannotLoad:
            self.close()
            raise
        self._tasks.append(asyncio.create_task(self._watch(gone)))

    async def _watch(self, gone: Callable[[], object]) -> None:
        await self._nursery.ended()
        logger.error("The process that agents come from has ended; none that ends now can be replaced.")
        gone()

    async def handle(self, turn: Turn) -> Sequence[Message] | None:
        """What the agent of the conversation says.

        Raises:
            AgentEnded: two agents ended over it.
            AgentFailed: it could not answer.
        """
        place = self._of(turn.conversation)
        try:
            return await place.ask(turn=_as_asked(turn))
        except AgentEnded:  # it may have stored its answer before
            return await place.ask(turn=_as_asked(replace(turn, again=True)))

    async def come_back(self, conversation: str) -> Sequence[Message] | None:
        """What the guide says when people have left a conversation; raises as ``handle`` does."""
        place, told = self._of(conversation), {"come_back": conversation, "id": CURRENT.get() or new_id()}
        try:
            return await place.ask(**told)
        except AgentEnded:
            return await place.ask(**told)

    async def check(self) -> None:
        """Returns as soon as an agent gives a sign of life; raises AgentEnded where all end instead."""
        pings = [asyncio.create_task(each.ask(ping=True)) for each in self._places]
        try:
            for ping in asyncio.as_completed(pings):
                with suppress(AgentEnded):
                    await ping
                    return
            raise AgentEnded("No agent answers.")
        finally:
            for each in pings:
                each.cancel()

    def close(self) -> None:
        """Let the agents go; they end by themselves."""
        for task in self._tasks:
            task.cancel()

    def _spread(self, reading: str | None, by: _Place) -> None:
        """Tell every other agent what one has read."""
        for place in self._places:
            if place is not by:
                place.tell(reading)

    def _of(self, conversation: str) -> _Place:
        return self._places[zlib.crc32(conversation.encode()) % len(self._places)]


class _Place:
    """One of the crew's places, and whichever agent has it."""

    def __init__(self, nursery: Nursery, metrics: Metrics, spread: Callable[[str | None, _Place], None]) -> None:
        self._nursery = nursery
        self._metrics = metrics
        self._spread = spread
        self._numbers = count(1)
        self._asked: dict[int, asyncio.Future[Any]] = {}
        self._writer: asyncio.StreamWriter | None = None
        self._pid = 0
        self._there = asyncio.Event()
        self._looking: asyncio.Task[None] | None = None
        self.begun: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        """Done when the first agent is there, or could not begin."""

    async def keep(self) -> None:
        """See to it that an agent is there, as long as the nursery is."""
        pause = FIRST_PAUSE
        while True:
            try:
                link = self._nursery.fork()
            except OSError:
                return
            if await self._follow(link):
                pause = FIRST_PAUSE
                continue
            if not self.begun.done():
                self.begun.set_exception(CannotLoad("an agent ended as soon as it was there"))
            await asyncio.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE)

    async def ask(self, **what: Any) -> Any:
        """What the agent answers; waits until there is one.

        Raises:
            AgentEnded: it ended before it answered.
            AgentFailed: it could not answer.
        """
        await self._there.wait()
        number = next(self._numbers)
        answer = self._asked[number] = asyncio.get_running_loop().create_future()
        self._say(n=number, **what)
        try:
            return await answer
        except asyncio.CancelledError:
            if self._asked.pop(number, None):
                self._say(n=number, drop=True)
                if "turn" in what and not (self._looking and not self._looking.done()):
                    self._looking = asyncio.create_task(self._look_after(self._pid))
            raise

    def tell(self, reading: str | None) -> None:
        """Pass on what another agent has read; one that is not there will read it itself."""
        if self._there.is_set():
            self._say(reading=reading)

    async def _follow(self, link: socket.socket) -> bool:
        """Hear what an agent says until it ends; whether it ever was ready."""
        reader, writer = await asyncio.open_connection(sock=link, limit=LONGEST)
        try:
            with suppress(ConnectionError):
                async for line in reader:
                    self._hear(json.loads(line), writer)
        finally:
            was_ready, in_hand = self._there.is_set(), self._asked
            self._there.clear()
            self._asked = {}
            writer.close()
            for answer in in_hand.values():
                if not answer.done():
                    answer.set_exception(AgentEnded("The agent ended before it answered."))
        if was_ready:
            self._metrics.losses.labels("agent").inc()
            logger.error("Agent %d ended with %d questions in hand; another is asked.", self._pid, len(in_hand))
        return was_ready

    def _hear(self, said: dict[str, Any], writer: asyncio.StreamWriter) -> None:
        for stage, seconds in said["took"]:
            self._metrics.stage(stage, seconds)
        if "pid" in said:
            self._pid, self._writer = said["pid"], writer
            self._there.set()
            if not self.begun.done():
                self.begun.set_result(None)
        elif "n" in said:
            answer = self._asked.pop(said["n"], None)  # None where nobody waits for it any more
            if answer and not answer.done():
                if "failed" in said:
                    answer.set_exception(AgentFailed(said["failed"]))
                else:
                    answer.set_result(said["said"])
        elif "reading" in said:
            self._spread(said["reading"], self)
        elif not self.begun.done():
            self.begun.set_exception(CannotLoad(said["failed"]))

    def _say(self, **what: Any) -> None:
        assert self._writer
        self._writer.write(json.dumps(what).encode() + b"\n")

    async def _look_after(self, pid: int) -> None:
        """End an agent that let a turn pass its deadline and gives no sign of life: others wait for it, too."""
        try:
            await asyncio.wait_for(self.ask(ping=True), STUCK_SECONDS)
        except TimeoutError:
            if self._pid == pid and self._there.is_set():
                logger.error("Agent %d gives no sign of life; it is ended.", pid)
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
        except AgentEnded:
            pass


def _as_asked(turn: Turn) -> dict[str, Any]:
    return {
        "conversation": turn.conversation,
        "client_id": turn.client_id,
        "text": turn.text,
        "again": turn.again,
        "id": turn.id,
    }
