"""The records of a state folder, as the web application asks for them."""

from __future__ import annotations

import asyncio
import secrets
from pathlib import Path

from sqlalchemy.engine import Connection

from bot.records import feedback, transcript
from bot.records.engine import Records
from bot.records.feedback import Feedback
from bot.records.files import Files
from bot.records.journal import Journal, Pending
from bot.records.opening import shared
from bot.records.presence import Presence
from bot.records.retention import Sweep, sweeps
from bot.records.transcript import Transcript


class Stores:
    """Transcript, journal, feedback and files of visitors, once they are open.

    The database is the one of the process, which conversations and tickets are in too; the process closes it.
    """

    transcript: Transcript
    journal: Journal
    presence: Presence
    feedback: Feedback
    files: Files

    def __init__(self, state: Path) -> None:
        self._state = state
        self._id = secrets.token_hex(8)
        self._records: Records | None = None

    async def open(self) -> None:
        """Open the database, made and brought up to date where that is needed.

        Raises:
            RecordsUnavailable: it cannot be reached.
        """
        self._state.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._records = await asyncio.to_thread(shared, self._state)
        self.presence = Presence(self._records, self._id)
        await self.presence.beat()
        self.transcript = Transcript(self._records)
        self.journal = Journal(self._records, self.presence.id)
        self.feedback = Feedback(self._records)
        self.files = Files(self._records, self._state)

    def of(self, channel: str) -> Transcript:
        """What was said in the conversations of a channel."""
        return Transcript(self.records, channel)

    @property
    def records(self) -> Records:
        """The open database."""
        assert self._records
        return self._records

    def spooling(self) -> bool:
        """Whether writes wait for the database beside it."""
        return self._records is not None and self._records.spooling

    async def check(self) -> None:
        """Raises an error when nothing can be written."""
        await self.records.check()

    async def forget(self, conversation: str) -> None:
        """Erase what was said in a conversation and what was thought of it; only empty, numbered messages stay."""

        def erase(connection: Connection) -> None:
            transcript.forget(connection, conversation)
            feedback.forget(connection, conversation)

        await self.records.run(erase, erases=True)

    async def take_up(self) -> list[Pending]:
        """Messages that wait for their answers in the hands of no process."""
        return await self.journal.take_up(await self.presence.gone())

    def sweeps(self, tickets_days: int) -> list[Sweep]:
        """What erases, each for itself, what was kept long enough."""
        return sweeps(self.records, self._state, tickets_days)
