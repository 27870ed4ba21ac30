"""Files for an agent: kept whole or not at all, once, for their own user alone, and gone with their message."""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import update

from bot.records import files as records_files
from bot.records.engine import Records, RecordsUnavailable
from bot.records.erasing import erase_now
from bot.records.files import MOST, Files, TooMany
from bot.records.retention import IDLE_SECONDS, sweeps
from bot.records.tables import message
from bot.records.ticket_store import TicketStore
from bot.records.transcript import Transcript

Open = Callable[..., Records]
ZEBRA = b"%PDF-1.7 zebra"


def on_disk(state: Path) -> list[Path]:
    return sorted((state / "files").iterdir()) if (state / "files").exists() else []


async def test_a_file_is_kept_with_its_message_and_a_word(records: Records, state: Path) -> None:
    files = Files(records, state)
    seq = await files.keep("web:1", "a", "my ssn 536-22-8712.pdf", "application/pdf", ZEBRA)
    sent, receipt = await Transcript(records).since("1")
    assert (sent.seq, sent.client_id, sent.body["from"]) == (seq, "a", "visitor")
    assert "536-22" not in str(sent.body)
    assert receipt.body["from"] == "bot" and receipt.body["buttons"] == [{"title": "Talk to a licensed agent"}]
    (kept,) = files.of("web:1")
    found = await files.get(kept.key)
    assert found == (kept, ZEBRA) and (kept.seq, kept.size) == (seq, len(ZEBRA))
    (path,) = on_disk(state)
    assert path.name == kept.key and len(path.name) == 32 and path.suffix == ""
    assert stat.S_IMODE(path.stat().st_mode) == 0o600 and stat.S_IMODE(path.parent.stat().st_mode) == 0o700


async def test_a_file_is_told_to_belong_to_the_request_that_waits(records: Records, state: Path) -> None:
    reference = TicketStore(records).open("web:1", "asked", "normal", "help", []).reference
    await Files(records, state).keep("web:1", "a", "photo.png", "image/png", b"x")
    receipt = (await Transcript(records).since("1"))[-1].body
    assert reference in receipt["text"] and "buttons" not in receipt


async def test_a_file_that_is_sent_again_is_kept_once(records: Records, state: Path) -> None:
    files = Files(records, state)
    seqs = {await files.keep("web:1", "a", "photo.png", "image/png", b"x") for _ in range(3)}
    assert len(seqs) == len(files.of("web:1")) == len(on_disk(state)) == 1
    assert len(await Transcript(records).since("1")) == 2


async def test_a_conversation_has_only_so_many(records: Records, state: Path) -> None:
    files = Files(records, state)
    for number in range(MOST):
        await files.keep("web:1", f"m{number}", "photo.png", "image/png", b"x")
    with pytest.raises(TooMany):
        await files.keep("web:1", "one more", "photo.png", "image/png", b"x")
    await files.keep("web:2", "a", "photo.png", "image/png", b"x")
    assert len(on_disk(state)) == MOST + 1


async def test_what_cannot_be_stored_leaves_nothing(
    open_again: Open, state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    records = open_again()
    files = Files(records, state)

    async def away(*_: object) -> None:
        raise RecordsUnavailable("gone")

    with monkeypatch.context() as gone:
        gone.setattr(records, "run", away)
        with pytest.raises(RecordsUnavailable):
            await files.keep("web:1", "a", "photo.png", "image/png", b"x")

    def full(number: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as no_room:
        no_room.setattr("bot.records.files.os.fsync", full)
        with pytest.raises(OSError, match="No space left"):
            await files.keep("web:1", "a", "photo.png", "image/png", b"x")
    assert on_disk(state) == [] and files.of("web:1") == [] and await Transcript(records).since("1") == []


async def test_an_erased_conversation_takes_its_files_with_it_and_no_other(
    records: Records, state: Path, stored: Callable[[], bytes]
) -> None:
    files = Files(records, state)
    await files.keep("web:1", "a", "zebra.pdf", "application/pdf", ZEBRA)
    await files.keep("web:2", "a", "okapi.pdf", "application/pdf", b"%PDF-1.7 okapi")
    erase_now(records, "web:1", state)
    assert b"zebra" not in stored() and b"okapi" in stored()
    assert len(on_disk(state)) == 1 and files.of("web:1") == []


async def test_files_of_a_request_that_must_be_kept_stay_until_it_is_released(records: Records, state: Path) -> None:
    files, tickets = Files(records, state), TicketStore(records)
    reference = tickets.open("web:1", "claim", "urgent", "fire", []).reference
    await files.keep("web:1", "a", "photo.png", "image/png", b"x")
    tickets.hold(reference, "dispute", None)
    erase_now(records, "web:1", state)
    assert len(files.of("web:1")) == len(on_disk(state)) == 1
    tickets.release(reference)
    files.sweep()
    assert files.of("web:1") == [] and on_disk(state) == []


async def test_files_go_when_their_conversation_was_kept_long_enough(records: Records, state: Path) -> None:
    files = Files(records, state)
    for conversation in ("web:1", "web:2"):
        await files.keep(conversation, "a", "photo.png", "image/png", b"x")
    old = update(message).where(message.c.conversation == "web:1").values(at=time.time() - IDLE_SECONDS - 60)
    records.run_now(lambda connection: connection.execute(old))
    for sweep in sweeps(records, state, tickets_days=1825):
        await sweep()
    assert files.of("web:1") == [] and len(files.of("web:2")) == len(on_disk(state)) == 1


async def test_what_a_process_left_that_ended_is_removed_and_what_is_being_written_is_not(
    records: Records, state: Path
) -> None:
    files = Files(records, state)
    await files.keep("web:1", "a", "photo.png", "image/png", b"x")
    (kept,) = on_disk(state)
    left, fresh = kept.with_name("0" * 32), kept.with_name("1" * 32)
    for path in (left, fresh):
        path.write_bytes(b"zebra")
    long_ago = time.time() - records_files.BEING_WRITTEN - 60
    os.utime(left, (long_ago, long_ago))
    os.utime(kept, (long_ago, long_ago))
    files.sweep()
    assert on_disk(state) == sorted([kept, fresh])
