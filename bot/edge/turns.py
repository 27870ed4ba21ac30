"""Every accepted message is answered once, in order within its conversation, whatever happens.

Each conversation with something to do has one task, so one that is stuck delays no other. What waits is bounded: a
message beyond the bound is refused before it is stored, and the client is told when to try again.
"""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections import deque
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from bot.edge.limits import Busy
from bot.edge.logs import CURRENT, new_id
from bot.edge.metrics import Metrics
from bot.edge.streams import Rooms
from bot.records.journal import returned_from

logger = logging.getLogger(__name__)

Message = dict[str, Any]

WAITING_EACH = 30  # messages of one conversation
LONGEST_PAUSE = 5.0  # seconds between two attempts to store an answer
BUSY = "I have a lot of questions in hand just now. Please send this again in a few seconds."
STOPPING = "I am being restarted. Please send this again in a few seconds."
APOLOGY = (
    "Something went wrong on our side, and I have no answer for you. Please ask again in a moment, "
    "or contact the agency directly."
)
ERASED = "Everything said before in this conversation was erased."


@dataclass(frozen=True)
class Turn:
    """One message of a visitor that wants an answer.

    Attributes:
        conversation: channel and session, as ``web:`` and the session's id.
        client_id: what the client calls the message; unique in its conversation.
        text: cleaned, as the visitor wrote it.
        again: whether an earlier process may have answered it already.
        id: of the log lines of this turn.
        at: when it was accepted, on the monotonic clock.
    """

    conversation: str
    client_id: str
    text: str
    again: bool = False
    id: str = field(default_factory=new_id)
    at: float = field(default_factory=time.monotonic)

    @property
    def session(self) -> str:
        """The session without its channel."""
        return self.conversation.partition(":")[2]

    @property
    def returned_from(self) -> str | None:
        """The ticket after which the guide has the conversation again, where that is what it is to speak of."""
        return returned_from(self.client_id)


Handle = Callable[[Turn], Awaitable[Sequence[Message] | None]]
"""What answers: messages; none where it failed; None where a person has the conversation and no answer is due."""


class Turns:
    """The turns that wait and those in hand."""

    def __init__(self, handle: Handle, rooms: Rooms, metrics: Metrics, deadline: float, waiting: int) -> None:
        self._handle = handle
        self._rooms = rooms
        self._metrics = metrics
        self._deadline = deadline
        self._limit = waiting
        self._queues: dict[str, deque[Turn]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self.stored = asyncio.Event()
        """Set whenever an answer was stored; whoever sends it elsewhere clears it."""
        self._taken = 0
        self._stopping = False
        self._cancelled = False

    @property
    def waiting(self) -> int:
        """Messages that are accepted, or about to be, and not answered yet."""
        return self._taken

    @property
    def stopping(self) -> bool:
        """Whether nothing more is taken."""
        return self._stopping

    @contextmanager
    def place(self, conversation: str) -> Iterator[None]:
        """Hold a place for a message while it is stored; refuse where there is none."""
        if self._stopping:
            raise Busy(STOPPING)
        if self._taken >= self._limit or len(self._queues.get(conversation, ())) >= WAITING_EACH:
            raise Busy(BUSY)
        self._taken += 1
        try:
            yield
        finally:
            self._taken -= 1

    def take(self, turn: Turn) -> None:
        """Answer a message when those before it in its conversation are answered."""
        self._taken += 1
        waiting = self._queues.get(turn.conversation)
        if waiting is not None:
            waiting.append(turn)
            return
        self._queues[turn.conversation] = deque([turn])
        task = asyncio.create_task(self._work(turn.conversation))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def take_up(self) -> int:
        """Answer what another process accepted and left; how many those are."""
        pending = await self._rooms.stores.take_up()
        for each in pending:
            self.take(Turn(each.conversation, each.client_id, each.text, again=True))
        return len(pending)

    async def take_returns(self, conversation: str) -> None:
        """Say what is owed in a conversation that people have left, unless it is in hand."""
        for owed in await self._rooms.stores.journal.owed_returns(conversation):
            if not any(turn.client_id == owed.client_id for turn in self._queues.get(conversation, ())):
                self.take(Turn(conversation, owed.client_id, ""))

    async def finish(self, seconds: float) -> None:
        """Take nothing more and wait for what is in hand; what is left then is answered after the next start."""
        self._stopping = True
        if self._tasks:
            _, late = await asyncio.wait(self._tasks, timeout=seconds)
            self._cancelled = True
            for task in late:
                task.cancel()
            if late:
                await asyncio.wait(late, timeout=1)
                logger.warning("%d conversations wait for an answer until the next start", len(late))

    async def _work(self, conversation: str) -> None:
        waiting = self._queues[conversation]
        try:
            while waiting:
                try:
                    await self._answer(waiting[0])
                finally:
                    waiting.popleft()
                    self._taken -= 1
        finally:
            self._taken -= len(waiting)
            del self._queues[conversation]

    async def _answer(self, turn: Turn) -> None:
        CURRENT.set(turn.id)
        self._metrics.stage("wait", time.monotonic() - turn.at)
        with self._rooms.writing(turn.session):
            with self._metrics.timed("answer"):
                messages = await self._messages(turn)
            if any((message.get("answer") or {}).get("erased") for message in messages):
                await self._insist(lambda: self._rooms.stores.forget(turn.conversation))
            with self._metrics.timed("store"):
                await self._insist(lambda: self._store(turn, messages))
        self._rooms.wake(turn.session)
        self.stored.set()
        self._metrics.answered(messages)
        logger.info("answered", extra=_summary(turn, messages))

    async def _messages(self, turn: Turn) -> Sequence[Message]:
        """The answer. Whatever happens, the visitor hears something."""
        if not (turn.text or turn.returned_from):  # it was erased, and the process ended before it could say so
            receipt = {"erased": True, "status": "chitchat", "intent": "delete_my_data"}
            return [{"from": "bot", "text": ERASED, "answer": receipt}]
        messages: Sequence[Message] | None
        try:
            messages = _sound(await asyncio.wait_for(self._handled(turn), self._deadline))
        except (Exception, asyncio.CancelledError):
            if self._cancelled:
                raise
            logger.exception("A turn failed.")
            messages = []
        if messages is None or messages:
            return messages or []
        self._metrics.losses.labels("answer").inc()
        return [{"from": "bot", "text": APOLOGY, "error": True}]

    async def _handled(self, turn: Turn) -> Sequence[Message] | None:
        try:
            return await self._handle(turn)
        except SystemExit as error:  # asyncio would end the whole process for it
            raise RuntimeError("what answers asked the process to end") from error

    async def _store(self, turn: Turn, messages: Sequence[Message]) -> None:
        stores = self._rooms.stores
        stored = await stores.journal.answered(turn.conversation, turn.client_id, messages)
        if messages and not stored and stores.spooling():
            self._metrics.losses.labels("store").inc()

    async def _insist(self, store: Callable[[], Awaitable[object]]) -> None:
        """Try until it is stored: an answer that is not stored never reaches anybody."""
        pause = 0.2
        while True:
            try:
                await store()
                return
            except Exception:
                self._metrics.losses.labels("store").inc()
                logger.exception("An answer could not be stored; it is tried again in %.1f s.", pause)
            await asyncio.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE)


def _sound(messages: Sequence[Message] | None) -> list[Message] | None:
    """The messages as the guide's; raises an error for what no browser could read, and no store would take."""
    if messages is None:
        return None
    said = [{**message, "from": "bot"} for message in messages]
    json.dumps(said, ensure_ascii=False, allow_nan=False).encode()
    return said


def _summary(turn: Turn, messages: Sequence[Message]) -> dict[str, Any]:
    answer: dict[str, Any] = next((m["answer"] for m in messages if m.get("answer")), {})
    return {
        "milliseconds": round(1000 * (time.monotonic() - turn.at)),
        "intent": answer.get("intent"),
        "status": answer.get("status"),
        "verdict": answer.get("verdict"),
        "again": turn.again or None,
    }
