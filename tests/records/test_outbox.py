"""What is to be sent is had by one sender at a time, and tried until it has arrived."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path

from bot.records.engine import Records
from bot.records.outbox import Outbox

TAKING = """
import asyncio, sys
from pathlib import Path
from bot.records.opening import open_records
from bot.records.outbox import Outbox

async def main(url, folder):
    outbox = Outbox(open_records(url, Path(folder)))
    print("ready", flush=True)
    sys.stdin.readline()
    while parcel := await outbox.claim("mail"):
        print(parcel.payload["n"], flush=True)
        assert await outbox.delivered(parcel)

asyncio.run(main(*sys.argv[1:]))
"""


def test_two_processes_never_have_the_same(records: Records, url: str, state: Path) -> None:
    async def fill() -> None:
        for n in range(60):
            await Outbox(records).put("mail", {"n": n})

    asyncio.run(fill())
    command = [sys.executable, "-c", TAKING, url, str(state)]
    senders = [subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    for each in senders:
        assert each.stdout is not None and each.stdout.readline() == "ready\n"
    for each in senders:
        assert each.stdin is not None
        each.stdin.write("\n")
        each.stdin.flush()
    taken = [each.communicate()[0].split() for each in senders]
    assert sorted(int(n) for each in taken for n in each) == list(range(60))
    assert asyncio.run(Outbox(records).waiting("mail")) == 0


async def test_what_failed_comes_again_when_its_time_has_come(records: Records) -> None:
    outbox = Outbox(records)
    await outbox.put("mail", {"n": 1})
    await outbox.put("mail", {"n": 2}, wait=3600)
    first = await outbox.claim("mail")
    assert first is not None and (first.payload, first.attempts) == ({"n": 1}, 1)
    assert await outbox.claim("mail") is None and await outbox.claim("slack") is None
    assert await outbox.failed(first, "the server is down", 0)
    again = await outbox.claim("mail")
    assert again is not None and (again.id, again.attempts) == (first.id, 2)
    assert await outbox.delivered(again)
    assert await outbox.claim("mail") is None
    assert await outbox.waiting("mail") == 1


async def test_a_sender_that_was_too_slow_can_settle_nothing(records: Records) -> None:
    outbox = Outbox(records)
    await outbox.put("mail", {"n": 1})
    slow = await outbox.claim("mail", seconds=0)
    other = await outbox.claim("mail")
    assert slow is not None and other is not None and slow.id == other.id
    assert not await outbox.delivered(slow) and not await outbox.failed(slow, "late", 0)
    assert await outbox.delivered(other) and not await outbox.delivered(other)
