"""The database: opened, brought up to date, asked from many sides, locked, full, lost and found."""

from __future__ import annotations

import asyncio
import json
import resource
import sqlite3
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, text

from bot.records.engine import PATIENCE, Records, RecordsUnavailable
from bot.records.journal import Journal
from bot.records.opening import open_records
from bot.records.place import database_url
from bot.records.spool import NAME, REJECTED, Spool
from bot.records.tables import VERSION, metadata
from bot.records.transcript import Transcript
from bot.records.upgrading import MIGRATIONS, NewerDatabase
from bot.settings import SettingError

Open = Callable[..., Records]


@contextmanager
def hurried(records: Records, seconds: float) -> Iterator[None]:
    """Whoever waits for the database is told so soon."""
    before, records._patience = records._patience, seconds
    yield
    records._patience = before


@contextmanager
def locked(url: str, seconds: float) -> Iterator[threading.Thread]:
    """Another program keeps everybody from writing for so long; the thread ends with it."""
    held = threading.Event()

    def hold() -> None:
        if url.startswith("sqlite"):
            db = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)
            db.execute("begin immediate")
            held.set()
            time.sleep(seconds)
            db.close()
            return
        engine = create_engine(url)
        with engine.begin() as connection:
            connection.execute(text("lock table journal, event, message in exclusive mode"))
            held.set()
            time.sleep(seconds)
        engine.dispose()

    thread = threading.Thread(target=hold)
    thread.start()
    held.wait()
    try:
        yield thread
    finally:
        thread.join()


# Tables


def test_migrations_make_exactly_the_tables_of_the_code(records: Records) -> None:
    def known(name: str | None, kind: str, _: object) -> bool:
        return kind != "table" or not (name or "").startswith("ticket_words")  # full text has no tables of its own kind

    def differences(connection: object) -> list[object]:
        context = MigrationContext.configure(connection, opts={"include_name": known})  # type: ignore[arg-type]
        return compare_metadata(context, metadata)

    assert records.run_now(differences) == []
    assert ScriptDirectory(str(MIGRATIONS), version_locations=[str(MIGRATIONS)]).get_current_head() == VERSION


def test_opened_again_nothing_changes(records: Records, open_again: Open) -> None:
    version = text("select version_num from alembic_version")
    assert [open_again().run_now(lambda c: c.execute(version).scalar()) for _ in range(2)] == [VERSION] * 2


def test_processes_that_open_an_empty_database_at_once_do_not_hinder_each_other(url: str, state: Path) -> None:
    code = f"from pathlib import Path; from bot.records.opening import open_records; open_records({url!r}, Path({str(state)!r})).close()"  # noqa: E501
    started = [subprocess.Popen([sys.executable, "-c", code], stderr=subprocess.PIPE) for _ in range(3)]
    assert [(process.communicate()[1], process.returncode) for process in started] == [(b"", 0)] * 3


def test_a_database_of_a_later_version_is_left_alone(records: Records, url: str, state: Path) -> None:
    records.run_now(lambda c: c.execute(text("update alembic_version set version_num = '9999'")))
    with pytest.raises(NewerDatabase, match="The database was made by a later version of the guide"):
        open_records(url, state)


def test_only_its_own_user_can_read_the_file(records: Records, state: Path, backend: str) -> None:
    records.run_now(lambda c: c.execute(text("delete from imported")))
    Spool(state).add("events", [])
    assert {stat.S_IMODE(file.stat().st_mode) for file in state.iterdir()} == {0o600}
    assert (state / "guide.db").exists() == (backend == "sqlite")


# Where


@pytest.mark.parametrize("wrong", ["guide", "mysql://localhost/guide", "postgresql://localhost", "http://x:secret@y/z"])
def test_an_address_that_cannot_be_used_is_refused_with_an_example(wrong: str, tmp_path: Path) -> None:
    with pytest.raises(
        SettingError, match="GUIDE_DATABASE_URL cannot be used as it is set: write, for example"
    ) as refused:
        database_url(tmp_path, {"GUIDE_DATABASE_URL": wrong})
    assert "x:secret" not in str(refused.value)


def test_without_an_address_the_database_lies_in_the_state_folder(tmp_path: Path) -> None:
    assert database_url(tmp_path, {}) == f"sqlite:///{tmp_path}/guide.db"
    assert database_url(tmp_path, {"GUIDE_DATABASE_URL": "postgres://h/d"}) == "postgresql://h/d"


def test_a_server_that_is_not_there_is_said_in_time_without_the_password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Records.__init__, "__defaults__", (None, PATIENCE))
    started = time.monotonic()
    with pytest.raises(RecordsUnavailable, match="The database cannot be used") as refused:
        open_records("postgresql://guide:secret@127.0.0.1:9/guide")
    assert time.monotonic() - started < PATIENCE + 1
    assert "secret" not in str(refused.value)


# Trouble


async def test_a_lock_of_seven_seconds_loses_nothing_stops_nobody_and_is_told_in_five(
    records: Records, url: str
) -> None:
    journal, transcript = Journal(records), Transcript(records)
    await journal.accept("web:1", "web", "a", "before the lock")
    gaps: list[float] = []

    async def tick() -> None:
        while True:
            started = time.monotonic()
            await asyncio.sleep(0.01)
            gaps.append(time.monotonic() - started)

    ticking = asyncio.create_task(tick())
    with hurried(records, PATIENCE), locked(url, 7):
        started = time.monotonic()
        refused, spooled = await asyncio.gather(
            journal.accept("web:2", "web", "b", "during the lock"),
            journal.answered("web:1", "a", [{"from": "bot", "text": "the answer"}]),
            return_exceptions=True,
        )
        took = time.monotonic() - started
        assert isinstance(refused, RecordsUnavailable) and spooled == []
        assert took < 5
        assert len(await transcript.since("1")) == 1  # reading goes on
        ticking.cancel()
        assert max(gaps) < 0.5
    assert (await journal.accept("web:2", "web", "b", "during the lock")).fresh
    assert [entry.body["text"] for entry in await transcript.since("1")] == ["before the lock", "the answer"]
    assert [each.client_id for each in await journal.take_up()] == ["b"]


async def test_who_gave_up_waiting_leaves_nothing_behind(open_again: Open, url: str) -> None:
    records = open_again()
    journal = Journal(records)
    with hurried(records, 0.5), locked(url, 1.5):
        results = await asyncio.gather(
            *(journal.accept("web:1", "web", f"m{n}", "hello") for n in range(20)), return_exceptions=True
        )
    assert all(isinstance(each, RecordsUnavailable) for each in results)
    await asyncio.sleep(0.5)
    assert await journal.take_up() == []
    assert (await journal.accept("web:1", "web", "m3", "hello")).seq == 1


async def test_a_short_lock_is_not_noticed(records: Records, url: str) -> None:
    with locked(url, 1.5):
        assert (await Journal(records).accept("web:1", "web", "a", "hello")).fresh


async def test_what_was_spooled_is_stored_by_itself_when_the_database_is_back(open_again: Open, url: str) -> None:
    records = open_again()
    journal = Journal(records)
    await journal.accept("web:1", "web", "a", "hello")
    with hurried(records, 0.3), locked(url, 1):
        assert await journal.answered("web:1", "a", [{"from": "bot", "text": "hi"}]) == []
        assert records.spooling
    for _ in range(100):
        await asyncio.sleep(0.05)
        if not records.spooling:
            break
    assert [entry.body["text"] for entry in await Transcript(records).since("1")] == ["hello", "hi"]


async def test_what_was_spooled_is_stored_by_the_next_process_once(open_again: Open, state: Path) -> None:
    journal = Journal(open_again())
    await journal.accept("web:1", "web", "a", "hello")
    answer = {"conversation": "web:1", "client_id": "a", "messages": [{"from": "bot", "text": "hi"}]}
    for _ in range(2):
        Spool(state).add("answer", answer)
    with (state / NAME).open("ab") as file:
        file.write(b'["answer", {"conv')  # the process ended here
    Spool(state).add("answer", {"no": "answer"})
    records = open_again()
    assert [entry.body["text"] for entry in await Transcript(records).since("1")] == ["hello", "hi"]
    assert (state / NAME).read_bytes() == b""
    assert [line[:9] for line in (state / REJECTED).read_text().splitlines()] == ['["answer"', '["answer"']


FULL_DISK = """
import asyncio, resource, sys
from pathlib import Path
from bot.records.engine import RecordsUnavailable
from bot.records.journal import Journal
from bot.records.opening import open_records

async def main(url, folder):
    records = open_records(url, Path(folder))
    records._patience = 2.0
    journal = Journal(records)
    await journal.accept("web:0", "web", "first", "before")
    resource.setrlimit(resource.RLIMIT_FSIZE, (150_000, resource.RLIM_INFINITY))
    stored = []
    for n in range(200):
        try:
            await journal.accept(f"web:{n}", "web", f"m{n}", "x" * 5000)
            stored.append(n)
        except RecordsUnavailable as error:
            print(error)
            break
    else:
        sys.exit("the disk was never full")
    try:
        await journal.answered("web:0", "first", [{"from": "bot", "text": "y" * 200_000}])
        sys.exit("nothing could have taken it")
    except RecordsUnavailable as error:
        print(error)
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    assert len(await journal.answered("web:0", "first", [{"from": "bot", "text": "after"}])) == 1
    assert (await journal.accept("web:x", "web", "again", "hello")).fresh
    assert {each.client_id for each in await journal.take_up()} == {f"m{n}" for n in stored} | {"again"}
    records.close()

asyncio.run(main(*sys.argv[1:]))
"""


def test_a_full_disk_is_said_and_forgotten_once_there_is_room(url: str, state: Path, backend: str) -> None:
    if backend == "postgresql":
        pytest.skip("the limit is one of this process, and PostgreSQL's disk is another's")
    done = subprocess.run([sys.executable, "-c", FULL_DISK, url, str(state)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    first, second = done.stdout.splitlines()
    assert first.startswith("The database cannot be used: ")
    assert second.startswith("The write could be stored neither in the database nor beside it: ")
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] == resource.RLIM_INFINITY


async def test_a_reader_that_leaves_and_a_closed_database_hold_nothing(records: Records) -> None:
    waiting = asyncio.create_task(records.run(lambda _: time.sleep(0.2)))
    await asyncio.sleep(0.05)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    await records.check()


async def test_our_own_mistakes_are_not_tried_again(records: Records) -> None:
    started = time.monotonic()
    with pytest.raises(Exception, match="no_such_table"):
        await records.run(lambda c: c.execute(text("select * from no_such_table")))
    assert time.monotonic() - started < 1


def test_a_spool_has_no_line_that_is_not_json(state: Path) -> None:
    Spool(state).add("events", [{"text": "é\n\ud83d", "n": 1}])
    lines = [line for line in (state / NAME).read_text().splitlines() if line]
    assert [json.loads(line)[0] for line in lines] == ["events"]
