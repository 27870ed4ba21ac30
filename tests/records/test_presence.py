"""Several processes serve one database: each message is in one's hands, and in another's when that one has ended."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import update

from bot.records import presence
from bot.records.engine import Records
from bot.records.journal import Journal
from bot.records.presence import Presence
from bot.records.tables import server

Open = Callable[..., Records]


async def serving(records: Records, own: str) -> tuple[Presence, Journal]:
    one = Presence(records, own)
    await one.beat()
    return one, Journal(records, own)


async def test_a_start_leaves_alone_what_others_have_in_hand(open_again: Open) -> None:
    _, first = await serving(open_again(), "first")
    await first.accept("web:1", "web", "a", "hello")
    here, second = await serving(open_again(), "second")
    assert await second.take_up(await here.gone()) == []
    assert await first.take_up() == []  # it has it in hand already


async def test_what_an_ended_process_left_is_taken_by_one_alone(open_again: Open) -> None:
    there, first = await serving(open_again(), "first")
    for number in range(20):
        await first.accept(f"web:{number}", "web", "a", "hello")
    await first.answered("web:0", "a", [])
    await there.end()
    others = [await serving(open_again(), f"other {number}") for number in range(3)]
    gone = [await here.gone() for here, _ in others]
    taken = await asyncio.gather(*(journal.take_up(ended) for (_, journal), ended in zip(others, gone, strict=True)))
    assert sorted(each.conversation for found in taken for each in found) == sorted(f"web:{n}" for n in range(1, 20))
    assert all(found == [] or len(found) == 19 for found in taken)


async def test_what_was_accepted_before_there_were_several_is_taken(records: Records) -> None:
    await Journal(records).accept("web:1", "web", "a", "hello")
    here, journal = await serving(records, "first")
    assert [each.client_id for each in await journal.take_up(await here.gone())] == ["a"]


async def test_a_process_of_this_machine_that_was_killed_is_gone_at_once(
    url: str, state: Path, open_again: Open
) -> None:
    code = """
import asyncio, sys
from pathlib import Path
from bot.records.journal import Journal
from bot.records.opening import open_records
from bot.records.presence import Presence

async def main():
    records = open_records(sys.argv[1], Path(sys.argv[2]))
    await Presence(records, "killed").beat()
    await Journal(records, "killed").accept("web:1", "web", "a", "hello")
    print("accepted", flush=True)
    await asyncio.sleep(600)

asyncio.run(main())
"""
    killed = subprocess.Popen([sys.executable, "-c", code, url, str(state)], stdout=subprocess.PIPE, text=True)
    assert killed.stdout and killed.stdout.readline() == "accepted\n"
    here, journal = await serving(open_again(), "here")
    assert await here.gone() == []
    killed.kill()
    killed.wait()
    killed.stdout.close()
    assert await here.gone() == ["killed"]
    assert [each.client_id for each in await journal.take_up(await here.gone())] == ["a"]
    assert await here.gone() == []


async def test_a_process_elsewhere_is_gone_when_its_number_stands_still_and_no_clock_is_asked(
    records: Records, monkeypatch: pytest.MonkeyPatch
) -> None:
    there, _ = await serving(records, "there")
    records.run_now(lambda connection: connection.execute(update(server).values(host="another", pid=1, born="")))
    here, _ = await serving(records, "here")
    now = [100.0]
    monkeypatch.setattr(presence.time, "monotonic", lambda: now[0])
    monkeypatch.setattr(presence.time, "time", lambda: 0.0)
    assert await here.gone() == []
    for _ in range(5):
        now[0] += presence.STILL_SECONDS - 1
        await there.beat()
        assert await here.gone() == []
    now[0] += presence.STILL_SECONDS + 1
    assert await here.gone() == ["there"]


async def test_a_process_that_was_taken_for_gone_is_there_again(records: Records) -> None:
    there, _ = await serving(records, "there")
    here, journal = await serving(records, "here")
    await there.end()
    await journal.take_up(await here.gone())
    await there.beat()
    assert await here.gone() == []
