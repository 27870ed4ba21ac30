"""Requests for an agent are gone from the real server's files once they were kept long enough."""

from __future__ import annotations

from pathlib import Path

import pytest
from serving import serve
from sqlalchemy import update

from bot.agency import Agency, require
from bot.records.engine import Records
from bot.records.opening import open_records
from bot.records.place import database_url
from bot.records.tables import ticket
from bot.records.ticket_store import TicketStore


def records_in(folder: Path) -> Records:
    return open_records(database_url(folder, {}), folder)


def request(records: Records, conversation: str, at: str) -> str:
    reference = TicketStore(records).open(conversation, "claim", "urgent", "zebra farm", []).reference
    touched = update(ticket).where(ticket.c.reference == reference).values(updated_at=at)
    records.run_now(lambda connection: connection.execute(touched))
    return reference


async def test_requests_that_are_too_old_go_at_start_but_for_the_held(tmp_path: Path) -> None:
    records = records_in(tmp_path)
    days = ("2015-01-01", "2015-01-01", "2100-01-01")
    old, held, recent = (request(records, f"web:{n}", at) for n, at in enumerate(days))
    TicketStore(records).hold(held, "dispute", None)
    async with serve(tmp_path, agency=Agency(tickets_days=400)):
        store = TicketStore(records)
        assert [store.get(each) is None for each in (old, held, recent)] == [True, False, False]
    records.close()


async def test_a_file_that_cannot_be_read_keeps_no_chat_from_starting(tmp_path: Path) -> None:
    (tmp_path / "tickets.db").write_bytes(b"this is no database, but long enough to be read as one" * 100)
    async with serve(tmp_path) as server:
        assert server.url


def test_the_days_come_from_the_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GUIDE_TICKETS_DAYS", "30")
    assert require().tickets_days == 30
