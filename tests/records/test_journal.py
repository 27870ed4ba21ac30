"""Nothing that was acknowledged is lost, and nothing is answered twice, whenever the process ends."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import subprocess
import sys
import uuid
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import event

from bot.records.engine import Records
from bot.records.journal import Accepted, Journal, Pending
from bot.records.transcript import Transcript

Open = Callable[..., Records]

KILLS = 8


def answer(client_id: str) -> list[dict[str, str]]:
    return [{"from": "bot", "to": client_id, "text": "first part"}, {"from": "bot", "to": client_id, "text": "second"}]


async def counts(records: Records, session: str) -> tuple[Counter[str], Counter[str], bool]:
    """How often each message stands in a transcript and has an answer, and whether its numbers have no gap."""
    entries = await Transcript(records).since(session, limit=100_000)
    asked = Counter(entry.client_id for entry in entries if entry.client_id)
    answered = Counter(entry.body["to"] for entry in entries if entry.body.get("text") == "second")
    return asked, answered, [entry.seq for entry in entries] == list(range(1, len(entries) + 1))


async def test_an_accepted_message_waits_until_it_has_its_answer(records: Records) -> None:
    journal = Journal(records)
    assert await journal.accept("web:s", "web", "a", "hello") == Accepted(1, True)
    assert await journal.accept("web:s", "web", "a", "hello") == Accepted(1, False)
    assert await journal.accept("slack:C1", "slack", "a", "hi") == Accepted(1, True)
    assert set(await journal.take_up()) == {
        Pending("web:s", "a", "hello"),
        Pending("slack:C1", "a", "hi"),
    }
    assert await journal.answered("web:s", "a", answer("a")) == [2, 3]
    assert await journal.answered("web:s", "a", answer("a")) == []
    assert await journal.answered("web:s", "never accepted", answer("x")) == []
    assert [each.conversation for each in await journal.take_up()] == ["slack:C1"]


async def test_no_answer_is_an_answer_where_a_person_has_the_conversation(records: Records) -> None:
    journal = Journal(records)
    await journal.accept("web:s", "web", "a", "hello")
    assert await journal.answered("web:s", "a", []) == []
    assert await journal.take_up() == []


async def test_what_waits_comes_in_the_order_it_came(records: Records) -> None:
    journal = Journal(records)
    for n in range(12):
        await journal.accept("web:s", "web", f"m{n}", f"{n}")
    assert [each.text for each in await journal.take_up()] == [str(n) for n in range(12)]


async def test_of_an_erased_message_only_its_place_waits(records: Records) -> None:
    journal = Journal(records)
    await journal.accept("web:s", "web", "a", "zebra")
    await Transcript(records).forget("s")
    assert await journal.take_up() == [Pending("web:s", "a", "")]


async def test_one_message_sent_by_many_at_once_is_accepted_once(records: Records, open_again: Open) -> None:
    journals = [Journal(records), Journal(open_again())]
    accepted = await asyncio.gather(
        *(journal.accept("web:s", "web", f"m{n % 5}", "hello") for n in range(40) for journal in journals)
    )
    assert sum(each.fresh for each in accepted) == 5
    assert {each.seq for each in accepted} == {1, 2, 3, 4, 5}


class _Ends(Exception):
    """The process ends here."""


class Processes:
    """One process after another with the same database; each can be ended in the middle of a transaction."""

    def __init__(self, open_again: Open) -> None:
        self._open = open_again
        self.start()

    def start(self) -> None:
        self.records = self._open()
        self.journal = Journal(self.records)
        self.ends = False
        event.listen(self.records._engine, "commit", self._before_commit)

    def _before_commit(self, _: object) -> None:
        if self.ends:
            raise _Ends

    def end(self) -> None:
        self.records.close()

    async def take_up(self) -> None:
        for each in await self.journal.take_up():
            await self.journal.answered(each.conversation, each.client_id, answer(each.client_id))


STEP = st.tuples(
    st.sampled_from(["accept", "answer", "restart"]),
    st.integers(0, 5),
    st.sampled_from(["goes well", "ends before", "ends after"]),
)


@settings(max_examples=25)
@given(st.lists(STEP, max_size=25))
async def _never_loses_nor_doubles(open_again: Open, steps: list[tuple[str, int, str]]) -> None:
    process, session = Processes(open_again), uuid.uuid4().hex
    conversation, acknowledged = f"web:{session}", set()
    for what, number, how in steps:
        client_id, process.ends = f"m{number}", how == "ends before"
        try:
            if what == "accept":
                await process.journal.accept(conversation, "web", client_id, "hello")
                if how == "goes well":
                    acknowledged.add(client_id)
            elif what == "answer":
                await process.journal.answered(conversation, client_id, answer(client_id))
        except _Ends:
            pass
        if what == "restart" or how != "goes well":
            process.end()
            process.start()
            await process.take_up()
    await process.take_up()
    asked, answered, whole = await counts(process.records, session)
    assert acknowledged <= set(asked) == set(answered) and whole
    assert set(asked.values()) | set(answered.values()) <= {1}
    assert await process.journal.take_up() == []
    process.end()


test_whatever_the_order_and_wherever_it_ends_nothing_is_lost_or_doubled = _never_loses_nor_doubles


WORKING = """
import asyncio, sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from test_journal import answer
from bot.records.journal import Journal
from bot.records.opening import open_records

async def main(url, folder, number):
    journal = Journal(open_records(url, Path(folder)))
    for each in await journal.take_up():
        await journal.answered(each.conversation, each.client_id, answer(each.client_id))
    while True:
        batch = [(f"web:{n % 3}", f"m{n}") for n in range(number, number + 6)]
        await asyncio.gather(*(one(journal, *each) for each in batch))
        number += 6

async def one(journal, conversation, client_id):
    await journal.accept(conversation, "web", client_id, "hello")
    print(client_id, flush=True)
    await journal.answered(conversation, client_id, answer(client_id))

asyncio.run(main(sys.argv[2], sys.argv[3], int(sys.argv[4])))
"""


async def test_kill_9_at_any_moment_loses_and_doubles_nothing(url: str, state: Path, open_again: Open) -> None:
    drawn, acknowledged = random.Random(7), set[str]()
    for _ in range(KILLS):
        following = max((int(each[1:]) for each in acknowledged), default=-6) // 6 * 6  # its batch is sent again
        command = [sys.executable, "-c", WORKING, str(Path(__file__).parent), url, str(state), str(max(0, following))]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        for _ in range(drawn.randrange(1, 60)):
            acknowledged.add(process.stdout.readline().strip())
        os.kill(process.pid, signal.SIGKILL)
        acknowledged |= {line.strip() for line in process.stdout if line.endswith("\n")}
        process.wait()
        process.stdout.close()
    assert "" not in acknowledged
    records = open_again()
    journal = Journal(records)
    for each in await journal.take_up():
        await journal.answered(each.conversation, each.client_id, answer(each.client_id))
    for session in ("0", "1", "2"):
        asked, answered, whole = await counts(records, session)
        assert {each for each in acknowledged if int(each[1:]) % 3 == int(session)} <= set(asked)
        assert set(asked) == set(answered) and whole
        assert set(asked.values()) | set(answered.values()) == {1}


@pytest.mark.parametrize("text", ["", "a\x00b", "half \ud83d", "ünïcode \U0001f600", "x" * 20_000])
async def test_any_text_is_stored(records: Records, text: str) -> None:
    await Journal(records).accept("web:s", "web", "a", text)
    (entry,) = await Transcript(records).since("s")
    assert entry.body["text"] == text
