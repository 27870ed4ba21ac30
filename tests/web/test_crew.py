"""Agents in processes of their own: real processes, in which an echo takes the place of the trained guide."""

from __future__ import annotations

import asyncio
import json
import multiprocessing
import os
import signal
import sys
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from multiprocessing.connection import Connection
from pathlib import Path

import aiohttp
import pytest
from serving import serve
from visiting import Visitor

from bot.edge import crew as crews
from bot.edge.crew import AgentEnded, AgentFailed, Crew
from bot.edge.logs import CURRENT
from bot.edge.member import Agent, Open, Tell, Timed
from bot.edge.metrics import Metrics
from bot.edge.nursery import CannotLoad, Nursery
from bot.edge.turns import Message, Turn

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="processes are looked up in /proc")

WAIT_SECONDS = 60.0  # for what comes or does not


class Echo:
    """Says what it was asked, and by which process; some words make it fail."""

    def __init__(self, timed: Timed, tell: Tell) -> None:
        self._timed, self._tell = timed, tell
        self._heard: list[str | None] = []
        self._hanging: list[str] = []

    async def handle(self, turn: Turn) -> Sequence[Message] | None:
        with self._timed("understand"):
            await asyncio.sleep(0)
        if turn.text == "for a person":
            return None
        if turn.text.startswith("tell "):
            self._tell(turn.text.removeprefix("tell "))
        if turn.text == "forget":
            self._tell(None)
        if turn.text == "what was told":
            return [{"told": self._heard}]
        if turn.text == "what hangs":
            return [{"text": " ".join(self._hanging)}]
        if turn.text == "fail":
            raise ValueError("the action is broken")
        if turn.text == "end":
            raise SystemExit(3)
        if turn.text == "stand still":
            time.sleep(3600)
        if turn.text == "die always" or (turn.text == "die once" and not turn.again):
            os.kill(os.getpid(), signal.SIGKILL)
        if turn.text == "hang" and not turn.again:
            self._hanging.append(turn.client_id)
            try:
                await asyncio.sleep(3600)
            finally:
                self._hanging.remove(turn.client_id)
        return [{"text": f"echo: {turn.text}", "by": os.getpid(), "again": turn.again, "id": CURRENT.get()}]

    def hear(self, reading: str | None) -> None:
        self._heard.append(reading)

    async def come_back(self, conversation: str) -> Sequence[Message] | None:
        return [{"text": f"back in {conversation}", "by": os.getpid()}]


def echo() -> Open:
    return Echo


def broken() -> Open:
    raise ValueError("the model is not one")


def with_a_thread() -> Open:
    threading.Thread(target=time.sleep, args=(3600,), daemon=True).start()
    return Echo


def cannot_open() -> Open:
    def open_agent(timed: Timed, tell: Tell) -> Agent:
        raise ValueError("the database is away")

    return open_agent


Nurse = Callable[..., Nursery]


@pytest.fixture
def nurse(tmp_path: Path) -> Iterator[Nurse]:
    """Makes nurseries, before the test's event loop runs; they are closed after it."""
    made: list[Nursery] = []

    def start(load: Callable[[], Open] = echo) -> Nursery:
        made.append(Nursery(load, tmp_path / "guide.log", tmp_path / "start.log"))
        return made[-1]

    yield start
    for each in made:
        each.close()


@pytest.fixture
def nursery(nurse: Nurse) -> Nursery:
    return nurse()


@asynccontextmanager
async def begun(nursery: Nursery, places: int = 1, metrics: Metrics | None = None) -> AsyncIterator[Crew]:
    crew = Crew(nursery, places, metrics or Metrics())
    await crew.begin(lambda: None)
    yield crew
    crew.close()


async def said(crew: Crew, text: str, conversation: str = "web:1", client_id: str = "m") -> Message:
    messages = await crew.handle(Turn(conversation, client_id, text))
    assert messages
    return messages[0]


async def until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + WAIT_SECONDS
    while not holds():
        assert time.monotonic() < deadline, "it never came to that"
        await asyncio.sleep(0.02)


def runs(pid: int) -> bool:
    """Whether a process is there, and not only the note of its end."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def lines(folder: Path) -> list[dict[str, str]]:
    return [json.loads(line) for line in (folder / "guide.log").read_text().splitlines()]


async def test_a_conversation_stays_with_its_agent_and_all_agents_have_some(nursery: Nursery) -> None:
    async with begun(nursery, 3) as crew:
        asked = [(f"web:{number % 30}", f"{number}") for number in range(90)]
        heard = await asyncio.gather(*(said(crew, text, conversation) for conversation, text in asked))
        assert [message["text"] for message in heard] == [f"echo: {text}" for _, text in asked]
        by = {conversation: message["by"] for (conversation, _), message in zip(asked, heard, strict=True)}
        assert [by[conversation] for conversation, _ in asked] == [message["by"] for message in heard]
        assert len(set(by.values())) == 3 and os.getpid() not in by.values()
        back = await crew.come_back("web:1")
        assert back == [{"text": "back in web:1", "by": by["web:1"]}]


async def test_what_a_person_has_is_left_to_them(nursery: Nursery) -> None:
    async with begun(nursery) as crew:
        assert await crew.handle(Turn("web:1", "m", "for a person")) is None


async def test_who_dies_over_a_turn_is_replaced_and_what_was_in_hand_is_asked_again_once(
    nursery: Nursery, caplog: pytest.LogCaptureFixture
) -> None:
    metrics = Metrics()
    async with begun(nursery, metrics=metrics) as crew:
        first = (await said(crew, "hello"))["by"]
        hanging = asyncio.create_task(said(crew, "hang", "web:2"))
        await asyncio.sleep(0)
        died = await said(crew, "die once")
        assert died["again"] and died["by"] != first
        assert (await hanging)["again"] and (await hanging)["by"] == died["by"]
        fresh = await said(crew, "hello")
        assert not fresh["again"] and fresh["by"] == died["by"]
    assert f"Agent {first} ended with 2 questions in hand" in caplog.text
    assert b'guide_losses_total{kind="agent"} 1.0' in metrics.page()


async def test_a_turn_over_which_two_agents_die_has_no_answer_and_the_next_has(nursery: Nursery) -> None:
    async with begun(nursery) as crew:
        with pytest.raises(AgentEnded):
            await said(crew, "die always")
        assert (await said(crew, "hello"))["text"] == "echo: hello"


@pytest.mark.parametrize(("text", "reason"), [("fail", "ValueError: the action is broken"), ("end", "SystemExit: 3")])
async def test_an_error_in_an_agent_is_told_and_logged_with_the_id_of_the_turn(
    nursery: Nursery, tmp_path: Path, text: str, reason: str
) -> None:
    async with begun(nursery) as crew:
        before = await said(crew, "hello")
        turn = Turn("web:1", "m", text)
        with pytest.raises(AgentFailed, match=reason):
            await crew.handle(turn)
        assert (await said(crew, "hello"))["by"] == before["by"]
    (line,) = lines(tmp_path)
    assert (line["id"], line["level"]) == (turn.id, "error") and reason.partition(":")[0] in line["error"]


async def test_a_turn_that_nobody_waits_for_any_more_is_dropped(nursery: Nursery) -> None:
    async with begun(nursery) as crew:
        hanging = asyncio.create_task(said(crew, "hang", client_id="late"))
        while (await said(crew, "what hangs", "web:2"))["text"] != "late":
            await asyncio.sleep(0.02)
        hanging.cancel()
        with pytest.raises(asyncio.CancelledError):
            await hanging
        assert (await said(crew, "what hangs", "web:2"))["text"] == ""
        assert (await said(crew, "hello"))["text"] == "echo: hello"


async def test_an_agent_that_stands_still_is_ended(nursery: Nursery, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crews, "STUCK_SECONDS", 0.2)
    async with begun(nursery) as crew:
        first = (await said(crew, "hello"))["by"]
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(said(crew, "stand still"), 0.2)
        assert (await said(crew, "hello"))["by"] != first


async def test_times_of_stages_reach_the_figures_of_the_front(nursery: Nursery) -> None:
    metrics = Metrics()
    async with begun(nursery, 2, metrics) as crew:
        for number in range(10):
            await said(crew, "hello", f"web:{number}")
    assert b'guide_stage_seconds_count{stage="understand"} 10.0' in metrics.page()


@pytest.mark.parametrize(
    ("load", "reason"),
    [
        (broken, "the model is not one"),
        (cannot_open, "the database is away"),
        (with_a_thread, "loading has left threads"),  # a fork would have their locks for good
    ],
)
async def test_what_cannot_begin_is_said_in_a_sentence(
    nurse: Nurse, tmp_path: Path, load: Callable[[], Open], reason: str
) -> None:
    nursery = await asyncio.to_thread(nurse, load)
    with pytest.raises(CannotLoad, match=reason):
        await Crew(nursery, 2, Metrics()).begin(lambda: None)
    await asyncio.to_thread(nursery.close)
    assert reason in lines(tmp_path)[0]["error"]


async def test_without_a_nursery_who_is_there_goes_on_and_the_front_is_told(nursery: Nursery) -> None:
    gone = asyncio.Event()
    crew = Crew(nursery, 1, Metrics())
    await crew.begin(gone.set)
    first = (await said(crew, "hello"))["by"]
    os.kill(nursery.pid, signal.SIGKILL)
    async with asyncio.timeout(WAIT_SECONDS):
        await gone.wait()
    assert (await said(crew, "hello"))["by"] == first
    await crew.check()
    os.kill(first, signal.SIGKILL)
    await until(lambda: not runs(first))
    with pytest.raises((AgentEnded, TimeoutError)):
        await asyncio.wait_for(crew.check(), 0.5)
    crew.close()


async def test_ctrl_c_is_for_the_front_and_a_turn_is_finished_all_the_same(nursery: Nursery) -> None:
    async with begun(nursery) as crew:
        pid = (await said(crew, "hello"))["by"]
        for number in (signal.SIGINT, signal.SIGTERM):
            for each in (pid, nursery.pid):
                os.kill(each, number)
        assert (await said(crew, "hello"))["by"] == pid


async def test_what_an_agent_has_read_is_told_to_every_other_one_and_not_to_itself(nursery: Nursery) -> None:
    async with begun(nursery, 3) as crew:
        of = {(await said(crew, "hello", f"web:{number}"))["by"]: f"web:{number}" for number in range(24)}
        one, *others = of.values()
        assert len(others) == 2
        for words in ("tell me", "forget"):
            await said(crew, words, one)
        assert [(await said(crew, "what was told", each))["told"] for each in (one, *others)] == [
            [],
            ["me", None],
            ["me", None],
        ]


async def test_a_stop_leaves_no_process_even_where_an_agent_stands_still(nursery: Nursery) -> None:
    async with begun(nursery, 2) as crew:
        pids = {(await said(crew, "hello", f"web:{number}"))["by"] for number in range(8)}
        still = asyncio.create_task(said(crew, "stand still"))
        await asyncio.sleep(0.1)
    await asyncio.to_thread(nursery.close)
    assert len(pids) == 2 and not any(map(runs, (*pids, nursery.pid)))
    still.cancel()


def _front(folder: str, told: Connection) -> None:
    async def run() -> None:
        with Nursery(echo, Path(folder) / "guide.log", Path(folder) / "start.log") as nursery:
            async with begun(nursery, 2) as crew:
                pids = {(await said(crew, "hello", f"web:{number}"))["by"] for number in range(8)}
                told.send([nursery.pid, *pids])
                await said(crew, "stand still")

    asyncio.run(run())


async def test_who_kills_the_front_leaves_no_process(tmp_path: Path) -> None:
    ours, theirs = multiprocessing.Pipe()
    front = multiprocessing.get_context("spawn").Process(target=_front, args=(str(tmp_path), theirs))
    front.start()
    pids = await asyncio.to_thread(ours.recv)
    assert len(pids) == 3 and all(map(runs, pids))
    front.kill()
    await until(lambda: not any(map(runs, pids)))
    front.join()


async def test_a_visitor_whose_agent_is_killed_hears_the_answer_once(
    nursery: Nursery, tmp_path: Path, http: aiohttp.ClientSession
) -> None:
    async with begun(nursery, 2) as crew, serve(tmp_path / "state", agent=_Behind(crew)) as server:
        visitor = Visitor(server, http)
        await visitor.join()
        await visitor.send("die once")
        await visitor.send("and now?")
        heard = await visitor.hear(2)
        assert [message["text"] for message in heard] == ["echo: die once", "echo: and now?"]
        async with http.get(f"{server.url}/health/ready") as reply:
            assert (await reply.json())["model"] is True


class _Behind:
    """A crew as the server of the tests wants what answers."""

    def __init__(self, crew: Crew) -> None:
        self.handle, self.come_back, self.check = crew.handle, crew.come_back, crew.check

    def close(self) -> None:
        pass
