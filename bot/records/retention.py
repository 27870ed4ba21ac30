"""How long records are kept, and what erases those that were kept long enough."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

from sqlalchemy.engine import Connection

from bot.records import events, feedback, legacy, outbox, slack, transcript
from bot.records.engine import Records
from bot.records.feedback import KEPT_DAYS
from bot.records.files import Files
from bot.records.spool import Spool
from bot.records.tickets import Tickets

IDLE_SECONDS = 14 * 24 * 3600.0  # after the last message, as long as a website session

Sweep = Callable[[], Awaitable[object]]


def sweeps(records: Records, folder: Path, tickets_days: int) -> list[Sweep]:
    """What erases old records, one for each kind, so that one that fails keeps no other from its work.

    Args:
        folder: the state folder, where files may lie that were set aside.
        tickets_days: how long the agency keeps requests.
    """

    def sweep(erase: Callable[[Connection], object]) -> Sweep:
        return lambda: records.run(erase, erases=True)

    return [
        sweep(lambda connection: transcript.forget_older_than(connection, IDLE_SECONDS)),
        sweep(lambda connection: events.forget_older_than(connection, IDLE_SECONDS)),
        sweep(lambda connection: outbox.forget_older_than(connection, IDLE_SECONDS)),
        sweep(lambda connection: slack.forget_older_than(connection, IDLE_SECONDS)),
        sweep(lambda connection: feedback.forget_older_than(connection, KEPT_DAYS)),
        sweep(lambda connection: Tickets(connection).forget_older_than(tickets_days)),
        lambda: asyncio.to_thread(Files(records, folder).sweep),
        lambda: asyncio.to_thread(Spool(folder).forget_older_than, IDLE_SECONDS),
        lambda: asyncio.to_thread(legacy.forget_older_than, folder, IDLE_SECONDS),
    ]
