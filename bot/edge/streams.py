"""Live delivery: every open tab of a session follows the session's transcript as server-sent events."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable
from typing import Any
from weakref import WeakValueDictionary

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from bot.edge.stores import Stores
from bot.records.transcript import Body

logger = logging.getLogger(__name__)

People = Callable[[str], Awaitable[tuple[Body | None, bool]]]
"""Of a session: what it shows of the people who have it, and whether one of them is writing."""

RETRY_MS = 2000  # how long EventSource waits before it reconnects


class _Room:
    """What a session needs only while something happens in it."""

    def __init__(self) -> None:
        self.tabs: set[asyncio.Event] = set()
        self.typing = False
        self.waits = False  # for an agent, so that its place in the queue may change

    def wake(self) -> None:
        for tab in self.tabs:
            tab.set()


async def _nobody(session: str) -> tuple[Body | None, bool]:
    return None, False


class Rooms:
    """Stores what is said in each session and shows it to everybody who follows the session.

    A stream holds no queue: it is woken, and reads what it has not sent yet from the transcript. So
    nothing is lost or sent twice between replay and live, and a slow reader costs no memory.
    """

    def __init__(self, stores: Stores, heartbeat: float = 15.0) -> None:
        self.stores = stores
        self._heartbeat = heartbeat
        # A room lives exactly as long as a stream or a turn holds it.
        self._rooms: WeakValueDictionary[str, _Room] = WeakValueDictionary()
        self._closed = False
        self.people: People = _nobody
        """What a session shows of people who have it."""

    def _room(self, session: str) -> _Room:
        return self._rooms.setdefault(session, _Room())

    def tabs(self, session: str) -> int:
        """How many streams of this session are open."""
        room = self._rooms.get(session)
        return len(room.tabs) if room else 0

    def streams(self) -> int:
        """How many streams are open in all."""
        return sum(len(room.tabs) for room in list(self._rooms.values()))

    async def say(self, session: str, body: Body, client_id: str | None = None) -> int:
        """Add a message to a session, whoever it is from, and return its number."""
        seq = await self.stores.transcript.append(session, body, client_id)
        self.wake(session)
        return seq

    def wake(self, session: str) -> None:
        """Let the session's streams look for news."""
        if room := self._rooms.get(session):
            room.wake()

    def writing(self, session: str) -> Writing:
        """Show "typing" as long as the block lasts."""
        return Writing(self._room(session))

    def is_writing(self, session: str) -> bool:
        """Whether an answer is on its way."""
        room = self._rooms.get(session)
        return bool(room and room.typing)

    def wake_waiting(self) -> None:
        """Let the streams of those who wait for an agent look for news."""
        for room in list(self._rooms.values()):
            if room.waits:
                room.wake()

    async def follow(self, session: str, after: int) -> AsyncGenerator[str, None]:
        """The session's events from number ``after`` on, until the client leaves or the server stops."""
        room = self._room(session)
        news = asyncio.Event()
        room.tabs.add(news)
        shown_typing, shown_people = False, None
        try:
            yield f"retry: {RETRY_MS}\n\n"
            while not self._closed:
                news.clear()
                # Both are read before the messages, so that "typing off" never overtakes the answer.
                people, writes = await self.people(session)
                typing = room.typing or writes
                room.waits = bool(people and people.get("position"))
                for entry in await self.stores.transcript.since(session, after):
                    after = entry.seq
                    yield _event("message", entry.event(), seq=after)
                if people != shown_people:
                    shown_people = people
                    yield _event("people", people)
                if typing != shown_typing:
                    shown_typing = typing
                    yield _event("typing", {"on": typing})
                try:
                    async with asyncio.timeout(self._heartbeat):
                        await news.wait()
                except TimeoutError:
                    yield ": still here\n\n"  # keeps proxies from closing
        finally:
            room.tabs.discard(news)

    def close(self) -> None:
        """End all streams: a server that stops would otherwise wait for them."""
        self._closed = True
        for room in list(self._rooms.values()):
            room.wake()


class Writing:
    """A session in which an answer is being written."""

    def __init__(self, room: _Room) -> None:
        self._room = room

    def __enter__(self) -> None:
        self._show(True)

    def __exit__(self, *_: object) -> None:
        self._show(False)

    def _show(self, on: bool) -> None:
        self._room.typing = on
        self._room.wake()


class EventStream(Response):
    """Sends events for as long as the client listens, and ends at once when it leaves.

    Args:
        left: called when it has ended, for whatever reason.
    """

    media_type = "text/event-stream"

    def __init__(self, events: AsyncGenerator[str, None], left: Callable[[], object]) -> None:
        super().__init__(headers={"X-Accel-Buffering": "no"})  # nginx must not hold events back
        del self.headers["content-length"]
        self._events = events
        self._left = left

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def leave() -> None:
            while (await receive())["type"] != "http.disconnect":
                pass

        sending = asyncio.create_task(self._send_all(send))
        leaving = asyncio.create_task(leave())
        try:
            await asyncio.wait({sending, leaving}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (sending, leaving):
                task.cancel()
            failure, _ = await asyncio.gather(sending, leaving, return_exceptions=True)
            if isinstance(failure, Exception) and not isinstance(failure, OSError):
                logger.error("A stream ended early; its client comes back by itself.", exc_info=failure)
            await self._events.aclose()
            self._left()

    async def _send_all(self, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
        async for event in self._events:
            await send({"type": "http.response.body", "body": event.encode(), "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})


def _event(name: str, data: Any, seq: int | None = None) -> str:
    # JSON on one line: a line break inside a message cannot break out of its event.
    number = f"id: {seq}\n" if seq else ""
    return f"{number}event: {name}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n"
