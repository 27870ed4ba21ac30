"""The files of before there was one database are taken in whole, once, and set aside."""

from __future__ import annotations

import json
import os
import sqlite3
import stat
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bot.cli import main
from bot.records import events, opening
from bot.records.engine import Records
from bot.records.erasing import erase_now
from bot.records.feedback import Feedback
from bot.records.journal import Journal, Pending
from bot.records.legacy import forget_older_than
from bot.records.ticket_store import TicketStore
from bot.records.transcript import Transcript

Open = Callable[..., Records]

MADE = {
    "web_transcript.db": """
create table message (session text, seq integer, at real not null, client_id text, body text not null,
 primary key (session, seq), unique (session, client_id)) without rowid;
create table owed (session text, client_id text, primary key (session, client_id)) without rowid;
insert into message values ('s', 1, 1000.5, null, '{"from": "bot", "text": "Hello"}');
insert into message values ('s', 2, 1001.5, 'a', '{"from": "visitor", "text": "zebra farm"}');
insert into message values ('s', 3, 1002.5, null, '{"from": "bot", "text": "Yes \\u00e9"}');
insert into message values ('t', 1, 1003.5, 'b', '{"from": "visitor", "text": "owed"}');
insert into owed values ('t', 'b');
insert into owed values ('t', 'never stored');
""",
    "conversations.db": """
create table event (sender text, number integer, at real not null, starts_session integer not null,
 body text not null, primary key (sender, number)) without rowid;
insert into event values ('web:s', 0, 1.5, 1, '{"event": "session_started"}');
insert into event values ('web:s', 1, 2.5, 0, '{"event": "user", "text": "zebra farm"}');
""",
    "tickets.db": """
create table ticket (reference text primary key, conversation text, reason text, priority text, summary text,
 transcript text, created_at text, status text);
insert into ticket values ('K3RMQT', 'web:s', 'claim', 'urgent', 'zebra farm', '[{"from": "user", "text": "hi"}]',
 '2026-01-01T10:00:00+00:00', 'requested');
insert into ticket values ('ACDEFG', 'web:t', 'asked', 'normal', 'call me', '[]', '2026-01-02T10:00:00+00:00', 'done');
""",
    "feedback.db": """
create table feedback (session text, seq integer, vote text, reason text, entries text, version text, at text,
 primary key (session, seq));
insert into feedback values ('s', 3, 'down', 'zebra', '["gl"]', '1a', '2026-01-01T10:00:00+00:00');
""",
}


@pytest.fixture
def old(state: Path) -> Path:
    """A state folder with the files of before, as a guide that was killed left them."""
    for name, script in MADE.items():
        with closing(sqlite3.connect(state / name)) as db:
            db.executescript(f"pragma journal_mode = wal;{script}")
    return state


def guide(*arguments: str) -> Result:
    return CliRunner().invoke(main, arguments)


async def test_nothing_is_lost(old: Path, open_again: Open, backend: str) -> None:
    records = open_again()
    said = await Transcript(records).since("s")
    assert [(entry.seq, entry.at, entry.client_id) for entry in said] == [
        (1, 1000.5, None),
        (2, 1001.5, "a"),
        (3, 1002.5, None),
    ]
    assert said[2].body == {"from": "bot", "text": "Yes é"}
    assert await Journal(records).take_up() == [Pending("web:t", "b", "owed")]
    tracked = records.read_now(lambda connection: events.bodies(connection, "web:s"))
    assert tracked == [{"event": "session_started"}, {"event": "user", "text": "zebra farm"}]
    assert records.read_now(lambda connection: events.session_start(connection, "web:s")) == 0
    ticket, done = TicketStore(records).get("K3RMQT"), TicketStore(records).get("ACDEFG")
    assert ticket is not None and done is not None
    assert (ticket.summary, ticket.transcript, ticket.facts) == ("zebra farm", [{"from": "user", "text": "hi"}], {})
    assert ticket.updated_at == ticket.created_at == "2026-01-01T10:00:00+00:00"
    assert [each.reference for each in TicketStore(records).open_or_kept()] == ["K3RMQT"]  # the other was done
    (opinion,) = await Feedback(records).of("web:s")
    assert (opinion.seq, opinion.vote, opinion.reason, opinion.entries) == (3, "down", "zebra", ["gl"])
    names = {file.name for file in old.iterdir()} - {"guide.db", "guide.db-wal", "guide.db-shm"}
    assert names == {f"{name}.imported" for name in MADE}
    assert {stat.S_IMODE(file.stat().st_mode) for file in old.glob("*.imported")} == {0o600}


async def test_a_process_that_ended_before_it_renamed_a_file_brings_nothing_back(old: Path, open_again: Open) -> None:
    records = open_again()
    await Transcript(records).forget("s")
    for path in old.glob("*.imported"):
        path.rename(path.with_name(path.name.removesuffix(".imported")))
    again = open_again()
    assert [entry.body for entry in await Transcript(again).since("s")] == [{"erased": True}] * 3
    assert len(list(old.glob("*.imported"))) == len(MADE)


async def test_another_file_of_the_same_name_adds_what_is_new_and_overwrites_nothing(
    old: Path, open_again: Open
) -> None:
    open_again()
    with closing(sqlite3.connect(old / "feedback.db")) as db:
        db.executescript(MADE["feedback.db"].replace("zebra", "another"))
        db.execute("insert into feedback values ('s', 9, 'up', '', '[]', null, '2026-01-01T10:00:00+00:00')")
        db.commit()
    votes = await Feedback(open_again()).of("web:s")
    assert [(each.seq, each.reason) for each in votes] == [(3, "zebra"), (9, "")]
    assert len(list(old.glob("feedback.db*.imported"))) == 2


def test_a_file_that_somebody_has_open_waits_and_the_others_do_not(old: Path) -> None:
    with closing(sqlite3.connect(old / "tickets.db")) as db:
        db.execute("select count(*) from ticket").fetchone()
        result = guide("migrate")
        assert result.exit_code == 1
        assert (
            "tickets.db cannot be taken into the database, and stays where it is: database is locked." in result.stderr
        )
        assert "conversations.db is in the database now.\n" in result.stdout
    opening.close_shared()
    assert guide("migrate").stdout == "tickets.db is in the database now.\nThe database is up to date.\n"
    opening.close_shared()
    assert guide("migrate").stdout == "The database is up to date.\n"
    assert TicketStore().get("K3RMQT") is not None


def test_a_file_that_is_no_database_keeps_nobody_from_working(state: Path, open_again: Open) -> None:
    (state / "tickets.db").write_bytes(b"this is no database, but long enough to be read as one" * 100)
    TicketStore(open_again()).open("web:1", "asked", "normal", "hello", [])
    assert (state / "tickets.db").exists()
    result = guide("migrate")
    assert result.exit_code == 1 and "stays where it is: file is not a database" in result.stderr


def test_what_is_erased_is_erased_from_files_set_aside_as_well(
    old: Path, open_again: Open, stored: Callable[[], bytes]
) -> None:
    records = open_again()
    assert b"zebra" in stored()
    assert erase_now(records, "web:s").erased == ["K3RMQT"]
    assert b"zebra" not in stored() and b"call me" in stored()


def test_files_set_aside_go_when_their_time_has_come(old: Path, open_again: Open) -> None:
    open_again()
    forget_older_than(old, 3600)
    assert len(list(old.glob("*.imported"))) == len(MADE)
    os.utime(old / "tickets.db.imported", (0, time.time() - 7200))
    forget_older_than(old, 3600)
    assert len(list(old.glob("*.imported"))) == len(MADE) - 1


def test_ten_thousand_rows_are_taken_in(state: Path, open_again: Open) -> None:
    script, _, _ = MADE["conversations.db"].partition("insert")
    with closing(sqlite3.connect(state / "conversations.db")) as db:
        db.executescript(script)
        body = json.dumps({"event": "user", "text": "x" * 100})
        db.executemany("insert into event values (?, ?, 1.0, 0, ?)", ((f"web:{n}", 0, body) for n in range(10_000)))
        db.commit()
    records = open_again()
    assert len(records.read_now(events.conversations)) == 10_000
