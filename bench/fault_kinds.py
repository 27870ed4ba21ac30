"""Kinds of fault, each brought about for as long as a block lasts: see `bench.faults`."""

from __future__ import annotations

import asyncio
import errno
import sqlite3
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

from sqlalchemy import event

from bench.serving import Running
from bot.records.engine import RecordsUnavailable
from bot.records.spool import Spool

Fault = Callable[[Running], AbstractAsyncContextManager[Any]]
Handle = Callable[[Any], Awaitable[Any]]

LATE_S = 3.0  # longer than a turn or an action may take while it is broken
AHEAD_S, BACK_S = 3600.0, -600.0  # by which clocks lie


def instead(handle: Handle) -> Fault:
    """What answers, replaced."""

    @asynccontextmanager
    async def fault(server: Running) -> AsyncIterator[None]:
        with patch.object(server.agent, "handle", handle):
            yield

    return fault


def raises(error: BaseException) -> Handle:
    """What fails with this error."""

    async def handle(turn: Any) -> Any:
        raise error

    return handle


def says(messages: Any) -> Handle:
    """What answers so."""

    async def handle(turn: Any) -> Any:
        return messages

    return handle


async def hangs(turn: Any) -> Any:
    """Never come to an end."""
    await asyncio.Event().wait()


async def blocks_a_thread(turn: Any) -> Any:
    """Wait where it cannot be interrupted."""
    await asyncio.to_thread(time.sleep, LATE_S)


async def holds_up_the_loop(turn: Any) -> Any:
    """Work where everybody waits for it."""
    time.sleep(0.2)
    return [{"text": "at last"}]


async def swallows_its_end(turn: Any) -> Any:
    """Answer when told to stop."""
    try:
        await asyncio.Event().wait()
    except asyncio.CancelledError:
        return [{"text": "too late"}]


ANSWERING: dict[str, Fault] = {
    "an error": instead(raises(RuntimeError("broken"))),
    "an error without words": instead(raises(Exception())),
    "an error that shows what was said": instead(raises(ValueError("my ssn is 536-22-8712\n\nFAKE LINE"))),
    "a connection that is refused": instead(raises(ConnectionRefusedError())),
    "a time-out of its own": instead(raises(TimeoutError())),
    "no memory": instead(raises(MemoryError())),
    "too deep": instead(raises(RecursionError())),
    "a missing key": instead(raises(KeyError("answer"))),
    "a database error that got through": instead(raises(sqlite3.OperationalError("database is locked"))),
    "half a character in an error": instead(raises(UnicodeEncodeError("utf-8", "\ud800", 0, 1, "surrogates"))),
    "a cancelled task": instead(raises(asyncio.CancelledError())),
    "an exit": instead(raises(SystemExit(1))),
    "an end of iteration": instead(raises(StopAsyncIteration())),
    "silence": instead(says([])),
    "an answer that is no JSON": instead(says([{"text": object()}])),
    "an answer that is no number": instead(says([{"text": "x", "answer": {"confidence": float("nan")}}])),
    "an answer of half a character": instead(says([{"text": "\ud800"}])),
    "an answer of the wrong shape": instead(says(["just text"])),
    "a thought without end": instead(hangs),
    "a thread that blocks": instead(blocks_a_thread),
    "a thought that holds up everybody": instead(holds_up_the_loop),
    "a thought that does not stop when told": instead(swallows_its_end),
}
"""What answers is broken."""


def _file(server: Running) -> Path:
    return server.edge.settings.state / "guide.db"


@asynccontextmanager
async def locked(server: Running) -> AsyncIterator[None]:
    """Another program writes and does not finish."""
    other = sqlite3.connect(_file(server), isolation_level=None, check_same_thread=False)
    try:
        await asyncio.to_thread(other.execute, "BEGIN IMMEDIATE")
        yield
    finally:
        other.close()


def _each_time(begin: str, end: str) -> Fault:
    """Something said to SQLite on each connection, while the block lasts and afterwards."""

    @asynccontextmanager
    async def fault(server: Running) -> AsyncIterator[None]:
        told = begin

        def tell(raw: Any, *_: Any) -> None:
            raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            raw.execute(told)

        event.listen(server.edge.stores.records._engine, "checkout", tell)
        yield
        told = end

    return fault


full = _each_time("PRAGMA max_page_count = 1", f"PRAGMA max_page_count = {2**30}")  # SQLite itself says: no room
read_only = _each_time("PRAGMA query_only = on", "PRAGMA query_only = off")


@asynccontextmanager
async def slow(server: Running) -> AsyncIterator[None]:
    """Every statement takes its time."""
    lasts = True  # the listener stays: it cannot be taken away while another thread goes through them

    def wait(*_: Any) -> None:
        time.sleep(0.05 if lasts else 0)

    event.listen(server.edge.stores.records._engine, "before_cursor_execute", wait)
    yield
    lasts = False


@asynccontextmanager
async def closed(server: Running) -> AsyncIterator[None]:
    """Every connection to the database breaks as soon as it is used."""
    lasts = True

    def cut(raw: Any, *_: Any) -> None:
        if lasts:
            raw.close()

    event.listen(server.edge.stores.records._engine, "checkout", cut)
    yield
    lasts = False


@asynccontextmanager
async def altered(server: Running) -> AsyncIterator[None]:
    """A table is not what it was."""
    other = sqlite3.connect(_file(server), isolation_level=None)
    other.execute("ALTER TABLE message RENAME TO elsewhere")
    yield
    other.execute("ALTER TABLE elsewhere RENAME TO message")
    other.close()


@asynccontextmanager
async def nowhere_to_write(server: Running) -> AsyncIterator[None]:
    """Neither the database nor the file beside it takes anything."""
    gone = OSError(errno.ENOSPC, "No space left on device")
    async with locked(server):
        with patch.object(Spool, "add", side_effect=gone):
            yield


@asynccontextmanager
async def locks_that_come_and_go(server: Running) -> AsyncIterator[None]:
    """The database is locked again and again, so that some of it meets every kind of write."""
    over = asyncio.Event()

    async def keep() -> None:
        while not over.is_set():
            async with locked(server):
                await asyncio.sleep(0.5)
            await asyncio.sleep(0.1)

    keeping = asyncio.create_task(keep())
    yield
    over.set()
    await keeping


def clock(seconds: float) -> Fault:
    """The machine's clock, off by so much."""

    @asynccontextmanager
    async def fault(server: Running) -> AsyncIterator[None]:
        now = time.time
        with patch("time.time", lambda: now() + seconds):
            yield

    return fault


@asynccontextmanager
async def too_much(server: Running) -> AsyncIterator[None]:
    """There is room for very few messages."""
    with patch.object(server.edge.turns, "_limit", 2):
        yield


@asynccontextmanager
async def others_leave(server: Running) -> AsyncIterator[None]:
    """Clients begin requests, and go away in the middle."""
    port = int(server.url.rpartition(":")[2])
    head = "POST /chat/message HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 900\r\n\r\n{"

    async def leave() -> None:
        while True:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(head.encode())
            await asyncio.sleep(0.01)
            writer.transport.abort()

    leaving = [asyncio.create_task(leave()) for _ in range(5)]
    yield
    for task in leaving:
        task.cancel()
    await asyncio.gather(*leaving, return_exceptions=True)


PLAIN: dict[str, Fault] = {
    "a locked database": locked,
    "a full disk": full,
    "a database that only reads": read_only,
    "a slow database": slow,
    "a closed database": closed,
    "a table that is not there": altered,
    "a disk full beside the database too": nowhere_to_write,
    "locks that come and go": locks_that_come_and_go,
    "a clock that is an hour ahead": clock(AHEAD_S),
    "a clock that was put back": clock(BACK_S),
    "more than can be taken": too_much,
    "clients that leave in the middle": others_leave,
}
"""What is around the answers is broken."""


def base(change: Callable[[Path, Path], object]) -> Fault:
    """Another file in the place of the knowledge base, made of the one in service."""

    @asynccontextmanager
    async def fault(server: Running) -> AsyncIterator[None]:
        from knowledge.build import DATABASE
        from knowledge.live import in_service

        other = server.edge.settings.state / "other.db"
        change(DATABASE, other)
        with patch.object(in_service, "_path", other):
            yield

    return fault


def _edited(whole: Path, other: Path) -> None:
    other.write_bytes(whole.read_bytes())
    with sqlite3.connect(other) as database:
        database.execute("update cell set verdict = 'yes'")


def action(take_turn: Callable[..., Any]) -> Fault:
    """What all actions do, replaced; with little time to do it in."""

    @asynccontextmanager
    async def fault(server: Running) -> AsyncIterator[None]:
        from rasa_sdk import Action

        from bot.runtime import workers

        guides = next(kind for kind in Action.__subclasses__() if kind.__name__ == "GuideAction")
        with patch.object(guides, "take_turn", take_turn), patch.object(workers, "ACTION_SECONDS", 0.5):
            yield

    return fault


def _fails(*_: Any) -> Any:
    raise RuntimeError("secret path /srv/guide")


def _exits(*_: Any) -> Any:
    raise SystemExit(1)


def part(of: Callable[[Any], Any], name: str, error: BaseException) -> Fault:
    """A part of the agent that fails whenever it is asked."""

    @asynccontextmanager
    async def fault(server: Running) -> AsyncIterator[None]:
        def fails(*_: Any, **__: Any) -> Any:
            raise error

        with patch.object(of(server.agent._agent), name, fails):
            yield

    return fault


@asynccontextmanager
async def damaged_events(server: Running) -> AsyncIterator[None]:
    """What happened so far cannot be read any more, and the memory of it is gone."""
    store = server.agent._agent.tracker_store
    store._held.clear()
    store._records.run_now(lambda connection: connection.exec_driver_sql("update event set body = '{' || body"))
    yield
    mended = "update event set body = substr(body, 2) where substr(body, 1, 2) = '{{'"
    store._records.run_now(lambda connection: connection.exec_driver_sql(mended))


_GONE = RecordsUnavailable("gone")
GUIDE: dict[str, Fault] = {
    "a knowledge base that is gone": base(lambda whole, other: None),
    "a knowledge base that is none": base(lambda whole, other: other.write_text("half a download")),
    "a knowledge base cut in half": base(lambda whole, other: other.write_bytes(whole.read_bytes()[:65536])),
    "a knowledge base edited by hand": base(_edited),
    "a knowledge base that is replaced": base(lambda whole, other: other.write_bytes(whole.read_bytes())),
    "an action that fails": action(_fails),
    "an action that hangs": action(lambda *_: time.sleep(LATE_S)),
    "an action that asks the process to end": action(_exits),
    "an action that says nothing": action(lambda *_: []),
    "an action that returns nonsense": action(lambda *_: [{"event": "no such event"}]),
    "reading that fails": part(lambda agent: agent.processor, "parse_message", ValueError("broken")),
    "choosing that fails": part(
        lambda agent: agent.processor, "predict_next_with_tracker_if_should", ValueError("broken")
    ),
    "conversations that cannot be read": part(lambda agent: agent.tracker_store, "retrieve", _GONE),
    "conversations that cannot be stored": part(lambda agent: agent.tracker_store, "save", _GONE),
    "conversations that are damaged": damaged_events,
}
"""What the trained guide is made of is broken."""
