"""Requests for an agent are gone from the real server's files once they were kept long enough."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlite_utils
from serving import serve

from bot.agency import Agency
from bot.channels.web import WebChannel
from bot.handoff import tickets
from bot.handoff.tickets import TicketStore

pytestmark = pytest.mark.asyncio


@pytest.fixture(autouse=True)
def on_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tickets, "_in_memory", None)


def request(path: Path, conversation: str, at: str) -> str:
    store = TicketStore(path)
    reference = store.open(conversation, "claim", "urgent", "zebra farm", []).reference
    store.close()
    found = sqlite_utils.Database(path)
    found.table("ticket").update(reference, {"updated_at": at})
    found.close()
    return reference


async def test_requests_that_are_too_old_go_at_start_but_for_the_held(tmp_path: Path) -> None:
    path = tmp_path / "tickets.db"
    old, held, recent = (
        request(path, f"web:{n}", at) for n, at in enumerate(("2015-01-01", "2015-01-01", "2100-01-01"))
    )
    store = TicketStore(path)
    store.hold(held, "dispute", None)
    store.close()
    async with serve(tmp_path, agency=Agency(tickets_days=400)):
        store = TicketStore(path)
        assert [store.get(each) is None for each in (old, held, recent)] == [True, False, False]
        store.close()


async def test_a_file_that_cannot_be_read_keeps_no_chat_from_starting(tmp_path: Path) -> None:
    (tmp_path / "tickets.db").write_bytes(b"this is no database, but long enough to be read as one" * 100)
    async with serve(tmp_path) as server:
        assert server.url


async def test_the_days_come_from_the_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GUIDE_TICKETS_DAYS", "30")
    assert WebChannel.from_credentials({"secret": "only for this test"})._agency.tickets_days == 30
