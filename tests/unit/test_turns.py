"""Turns: in order within a conversation, apart from other conversations, answered once, bounded, finished at a stop."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from bot.edge.limits import Busy
from bot.edge.metrics import Metrics
from bot.edge.stores import Stores
from bot.edge.streams import Rooms
from bot.edge.turns import APOLOGY, ERASED, WAITING_EACH, Handle, Message, Turn, Turns


class Desk:
    """Turns over real files, with what answers given by the test."""

    def __init__(self, stores: Stores, handle: Handle, deadline: float = 5, waiting: int = 1000) -> None:
        self.stores = stores
        self.metrics = Metrics()
        self.rooms = Rooms(stores)
        self.turns = Turns(handle, self.rooms, self.metrics, deadline, waiting)

    async def ask(self, session: str, text: str) -> None:
        conversation = f"web:{session}"
        with self.turns.place(conversation):
            accepted = await self.stores.journal.accept(conversation, "web", text, text)
            if accepted.fresh:
                self.turns.take(Turn(conversation, text, text))

    async def texts(self, session: str) -> list[str | None]:
        return [entry.body.get("text") for entry in await self.stores.transcript.since(session)]

    async def until(self, count: int, session: str) -> list[str | None]:
        deadline = time.monotonic() + 20
        while len(said := await self.texts(session)) < count and time.monotonic() < deadline:
            await asyncio.sleep(0.01)
        return said


@pytest_asyncio.fixture
async def stores(tmp_path: Path) -> AsyncIterator[Stores]:
    stores = Stores(tmp_path)
    await stores.open()
    yield stores


async def the_next(stores: Stores, folder: Path) -> Stores:
    """Those of the process that follows on one that has ended."""
    await stores.presence.end()
    following = Stores(folder)
    await following.open()
    return following


async def echo(turn: Turn) -> Sequence[Message]:
    await asyncio.sleep(0.001)
    return [{"text": f"echo: {turn.text}"}]


async def test_a_conversation_is_answered_in_order(stores: Stores) -> None:
    desk = Desk(stores, echo)
    for number in range(10):
        await desk.ask("a", str(number))
    said = await desk.until(20, "a")
    assert [text for text in said if text and text.startswith("echo")] == [f"echo: {n}" for n in range(10)]
    assert desk.turns.waiting == 0


async def test_a_stuck_conversation_delays_no_other(stores: Stores) -> None:
    async def handle(turn: Turn) -> Sequence[Message]:
        if turn.text == "stuck":
            await asyncio.sleep(60)
        return await echo(turn)

    desk = Desk(stores, handle)
    await desk.ask("stuck", "stuck")
    await desk.ask("stuck", "and then")
    await desk.ask("free", "hello")
    assert await desk.until(2, "free") == ["hello", "echo: hello"]
    assert await desk.texts("stuck") == ["stuck", "and then"]
    await desk.turns.finish(0.01)


@pytest.mark.parametrize("kind", ["fails", "hangs", "says nothing"])
async def test_a_turn_without_an_answer_ends_in_one_apology_and_the_next_is_answered(stores: Stores, kind: str) -> None:
    async def handle(turn: Turn) -> Sequence[Message]:
        if turn.text == "hello":
            return await echo(turn)
        if kind == "fails":
            raise RuntimeError("broken")
        await asyncio.sleep(60 if kind == "hangs" else 0)
        return []

    desk = Desk(stores, handle, deadline=0.05)
    await desk.ask("a", "what?")
    await desk.ask("a", "hello")
    assert sorted(map(str, await desk.until(4, "a"))) == sorted(["what?", "hello", APOLOGY, "echo: hello"])
    assert b'guide_losses_total{kind="answer"} 1.0' in desk.metrics.page()


async def test_nobody_answers_where_a_person_has_the_conversation(stores: Stores) -> None:
    async def handle(turn: Turn) -> Sequence[Message] | None:
        return None

    desk = Desk(stores, handle)
    await desk.ask("a", "hello")
    await desk.turns.finish(5)
    assert await desk.texts("a") == ["hello"]
    assert await stores.journal.take_up() == []


async def test_what_waits_is_bounded_in_all_and_for_each_conversation(stores: Stores) -> None:
    async def handle(turn: Turn) -> Sequence[Message]:
        await asyncio.sleep(60)
        return []

    desk = Desk(stores, handle, waiting=WAITING_EACH + 2)
    for number in range(WAITING_EACH):
        await desk.ask("a", str(number))
    with pytest.raises(Busy) as refused:
        await desk.ask("a", "one too many")
    assert (refused.value.status, refused.value.code, refused.value.retry_after) == (503, "busy", 3)
    await desk.ask("b", "1")
    await desk.ask("c", "1")
    with pytest.raises(Busy):
        await desk.ask("d", "1")
    assert await desk.texts("d") == []  # refused before it was stored
    await desk.turns.finish(0.01)
    assert desk.turns.waiting == 0


async def test_a_stop_finishes_what_is_in_hand(stores: Stores) -> None:
    desk = Desk(stores, echo, deadline=600)
    await desk.ask("a", "short")
    await desk.turns.finish(600)
    assert await desk.texts("a") == ["short", "echo: short"]
    with pytest.raises(Busy):
        await desk.ask("a", "more")


async def test_a_stop_leaves_what_takes_too_long_for_the_next_start(stores: Stores, tmp_path: Path) -> None:
    async def handle(turn: Turn) -> Sequence[Message]:
        await asyncio.Event().wait()  # for ever
        return await echo(turn)

    desk = Desk(stores, handle, deadline=600)
    await desk.ask("b", "long")
    await desk.turns.finish(0.05)
    with pytest.raises(Busy):
        await desk.ask("a", "more")

    again: list[Turn] = []

    async def remember(turn: Turn) -> Sequence[Message]:
        again.append(turn)
        return await echo(turn)

    later = Desk(await the_next(stores, tmp_path), remember)
    assert await later.turns.take_up() == 1
    assert await later.until(2, "b") == ["long", "echo: long"]
    assert [(turn.conversation, turn.again) for turn in again] == [("web:b", True)]
    assert await stores.journal.take_up() == []


async def test_an_answer_that_cannot_be_stored_is_stored_when_it_can_be(
    stores: Stores, monkeypatch: pytest.MonkeyPatch
) -> None:
    failures = [OSError("disk full"), OSError("disk full")]
    store = stores.journal.answered

    async def answered(*arguments: Any) -> list[int]:
        if failures:
            raise failures.pop()
        return await store(*arguments)

    monkeypatch.setattr(stores.journal, "answered", answered)
    desk = Desk(stores, echo)
    await desk.ask("a", "hello")
    assert await desk.until(2, "a") == ["hello", "echo: hello"]
    assert b'guide_losses_total{kind="store"} 2.0' in desk.metrics.page()


async def test_an_answer_that_the_database_cannot_take_holds_up_nobody_and_comes_later(
    stores: Stores, tmp_path: Path
) -> None:
    patience = stores.records._patience
    other = sqlite3.connect(tmp_path / "guide.db", isolation_level=None)

    async def handle(turn: Turn) -> Sequence[Message]:
        other.execute("begin immediate")
        stores.records._patience = 0.3
        return await echo(turn)

    desk = Desk(stores, handle)
    await desk.ask("a", "hello")
    while desk.turns.waiting:
        await asyncio.sleep(0.01)
    assert stores.spooling() and await desk.texts("a") == ["hello"]
    assert b'guide_losses_total{kind="store"} 1.0' in desk.metrics.page()
    other.close()
    stores.records._patience = patience
    assert await desk.until(2, "a") == ["hello", "echo: hello"]
    while stores.spooling():  # it is read before the file in which it waited is gone
        await asyncio.sleep(0.01)
    assert await stores.journal.take_up() == []


async def test_an_erasure_interrupted_before_its_receipt_is_told_after_the_start(
    stores: Stores, tmp_path: Path
) -> None:
    await stores.journal.accept("web:a", "web", "1", "yes, erase everything")
    await stores.transcript.forget("a")
    desk = Desk(await the_next(stores, tmp_path), echo)
    await desk.turns.take_up()
    assert await desk.until(2, "a") == [None, ERASED]


async def test_an_answer_erases_what_was_said_before_it_and_stays(stores: Stores) -> None:
    async def handle(turn: Turn) -> Sequence[Message]:
        return [{"text": "Done.", "answer": {"erased": True, "intent": "delete_my_data", "status": "chitchat"}}]

    desk = Desk(stores, handle)
    await desk.ask("a", "my secret")
    assert await desk.until(2, "a") == [None, "Done."]
