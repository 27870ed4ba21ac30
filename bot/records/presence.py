"""Which processes serve, so that each message is in one's hands and none is left in those of one that has ended.

A process counts up a number of its own in the database.  One whose number stands still has ended or hangs; one on the
same machine is looked up there, so that the next start need not wait.  No clock of another machine is believed.
"""

from __future__ import annotations

import os
import socket
import time
from pathlib import Path

from sqlalchemy import select, update
from sqlalchemy.engine import Connection

from bot.records.engine import Records
from bot.records.tables import insert_new, server

BEAT_SECONDS = 2.0
STILL_SECONDS = 10.0  # for which a number stands still until its process counts as gone
_ENDED = -1


class Presence:
    """This process among those that serve.  Every method may raise RecordsUnavailable.

    Args:
        own: its id.
    """

    def __init__(self, records: Records, own: str) -> None:
        self.id = own
        self._records = records
        self._host = socket.gethostname()
        self._seen: dict[str, tuple[int, float]] = {}  # of each other: its number, and since when we know it

    async def beat(self) -> None:
        """Say that this process is there."""
        await self._records.run(self._count_up)

    async def end(self) -> None:
        """Say that it is not any more: what it has in hand is anybody's."""
        mine = update(server).where(server.c.id == self.id).values(beat=_ENDED)
        await self._records.run(lambda connection: connection.execute(mine))

    async def gone(self) -> list[str]:
        """Those that have ended."""
        others = select(server).where(server.c.id != self.id)
        rows = await self._records.read(lambda connection: connection.execute(others).all())
        now, before = time.monotonic(), self._seen
        self._seen = {}
        for row in rows:
            known = before.get(row.id)
            self._seen[row.id] = known if known and known[0] == row.beat else (row.beat, now)
        return [
            row.id for row in rows if row.beat == _ENDED or self._has_ended(row.host, row.pid, row.born, row.id, now)
        ]

    def _has_ended(self, host: str, pid: int, born: str, other: str, now: float) -> bool:
        if host == self._host and _born(pid) != born:
            return True
        return now - self._seen[other][1] > STILL_SECONDS

    def _count_up(self, connection: Connection) -> None:
        mine = update(server).where(server.c.id == self.id).values(beat=server.c.beat + 1)
        if not connection.execute(mine).rowcount:
            pid = os.getpid()
            row = {"id": self.id, "host": self._host, "pid": pid, "born": _born(pid), "beat": 0}
            insert_new(connection, server, [row])


def _born(pid: int) -> str:
    """When a process of this machine began, as Linux tells it: numbers of processes are given again."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]
    except (OSError, IndexError):
        return ""
