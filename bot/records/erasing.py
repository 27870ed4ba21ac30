"""Erasing one conversation everywhere: the one place that knows all tables."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy.engine import Connection

from bot.records import events, feedback, legacy, outbox, slack, transcript
from bot.records.engine import Records
from bot.records.files import Files
from bot.records.place import state_folder
from bot.records.spool import Spool
from bot.records.tickets import Forgotten, Tickets


def erase_now(records: Records, conversation: str, folder: Path | None = None) -> Forgotten:
    """Erase what is known of a conversation, but for requests that must be kept, all or nothing.

    Of the transcript empty numbered messages stay, so that open browsers go on where they are.  Trackers that a running
    process holds in memory are its own to forget.

    Args:
        conversation: its name, channel first.
        folder: the state folder, where files may lie that were set aside.

    Raises:
        RecordsUnavailable: nothing was erased.
    """
    forgotten = records.run_now(lambda connection: erase(connection, conversation), erases=True)
    folder = folder or state_folder()
    Files(records, folder).sweep()
    Spool(folder).forget(conversation)
    legacy.forget(folder, conversation)
    return forgotten


def erase(connection: Connection, conversation: str) -> Forgotten:
    """``erase_now`` of the database alone, within a transaction."""
    transcript.forget(connection, conversation)
    for table in (events, feedback, outbox, slack):
        table.forget(connection, conversation)
    return Tickets(connection).forget(conversation)
