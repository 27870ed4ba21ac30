"""Live delivery: every open tab of a session follows the session's transcript as server-sent events."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from weakref import WeakValueDictionary

from bot.channels.feedback import Feedback
from bot.channels.transcript import Body, Transcript

RETRY_MS = 2000  # how long EventSource waits before it reconnects


class _Room:
    """What a session needs only while something happens in it: its tabs and its turn."""

    def __init__(self) -> None:
        self.tabs: set[asyncio.Event] = set()
        self.turn = asyncio.Lock()
        self.typing = False

    def wake(self) -> None:
        for tab in self.tabs:
            tab.set()


class Rooms:
    """Stores what is said in each session and shows it to everybody who follows the session.

    A stream holds no queue: it is woken, and reads what it has not sent yet from the transcript. So
    nothing is lost or sent twice between replay and live, and a slow reader costs no memory.
    """

    def __init__(self, transcript: Transcript, feedback: Feedback, heartbeat: float = 15.0) -> None:
        self.transcript = transcript
        self.feedback = feedback
        self._heartbeat = heartbeat
        # A room lives exactly as long as a stream or a turn holds it.
        self._rooms: WeakValueDictionary[str, _Room] = WeakValueDictionary()
        self._closed = False

    def _room(self, session: str) -> _Room:
        return self._rooms.setdefault(session, _Room())

    def tabs(self, session: str) -> int:
        """How many streams of this session are open."""
        room = self._rooms.get(session)
        return len(room.tabs) if room else 0

    def say(self, session: str, body: Body, client_id: str | None = None) -> int:
        """Add a message to a session, whoever it is from, and return its number."""
        seq = self.transcript.append(session, body, client_id)
        self._wake(session)
        return seq

    def forget(self, session: str) -> None:
        """Erase what was said and what was thought of it; the numbers stay, so that streams go on where they are."""
        self.transcript.forget(session)
        self.feedback.forget(session)

    def _wake(self, session: str) -> None:
        if room := self._rooms.get(session):
            room.wake()

    @asynccontextmanager
    async def turn(self, session: str) -> AsyncIterator[None]:
        """Wait for the session's earlier turns (locks are fair), then show "typing" until done."""
        room = self._room(session)
        async with room.turn:
            room.typing = True
            room.wake()
            try:
                yield
            finally:
                room.typing = False
                room.wake()

    async def follow(self, session: str, after: int) -> AsyncGenerator[str, None]:
        """The session's events from number ``after`` on, until the client leaves or the server stops."""
        room = self._room(session)
        news = asyncio.Event()
        room.tabs.add(news)
        shown_typing = False
        try:
            yield f"retry: {RETRY_MS}\n\n"
            while not self._closed:
                news.clear()
                # One snapshot of both, so that "typing off" never overtakes the answer.
                entries, typing = self.transcript.since(session, after), room.typing
                for entry in entries:
                    after = entry.seq
                    yield _event("message", entry.event(), seq=after)
                if typing != shown_typing:
                    shown_typing = typing
                    yield _event("typing", {"on": typing})
                try:
                    await asyncio.wait_for(news.wait(), self._heartbeat)
                except TimeoutError:
                    yield ": still here\n\n"  # keeps proxies from closing, and finds readers that left
        finally:
            room.tabs.discard(news)

    def close(self) -> None:
        """End all streams: a server that stops would otherwise wait for them."""
        self._closed = True
        for room in list(self._rooms.values()):
            room.wake()


def _event(name: str, data: Any, seq: int | None = None) -> str:
    # JSON on one line: a line break inside a message cannot break out of its event.
    number = f"id: {seq}\n" if seq else ""
    return f"{number}event: {name}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n"
