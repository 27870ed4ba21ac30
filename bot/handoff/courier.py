"""Brings to the agency what the outbox holds, until it has arrived or nobody can be told any more."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from datetime import UTC, datetime
from functools import partial
from typing import Any

from sqlalchemy.engine import Connection

from bot.handoff import telling
from bot.handoff.mail import CannotSend, Letter, Mail
from bot.handoff.reports import NOTICE
from bot.handoff.settings import HandoffSettings
from bot.handoff.webhook import Webhook
from bot.records import audit, steps, transcript
from bot.records.connecting import lock
from bot.records.engine import Records, RecordsUnavailable
from bot.records.outbox import Outbox, Parcel
from bot.records.tickets import Ticket, Tickets

logger = logging.getLogger(__name__)

PAUSES = (5.0, 15.0, 60.0, 300.0, 900.0, 1800.0)  # seconds before each next attempt; the last goes on
LOOK_SECONDS = 1.0  # between two looks at the outbox
SENDERS = {"visitor": "you", "bot": "the guide", "system": "note", "agent": "the agent"}
NAMES = {"mail": "e-mail", "webhook": "its alert system"}

LETTER = "letter"  # in the outbox: for a visitor who has confirmed the address, or a code to confirm it
LETTER_ATTEMPTS = 8

Send = Callable[[Ticket, str, str], Coroutine[Any, Any, None]]
"""Tells the agency of a ticket: why, and a name that is the same at every attempt; raises CannotSend."""


def ways(settings: HandoffSettings) -> dict[str, Send]:
    """Every way that is set up."""
    mail, hook = Mail(settings.smtp, settings.mail_from), Webhook(settings.webhook, settings.webhook_keys)

    async def by_mail(ticket: Ticket, why: str, name: str) -> None:
        await mail.send(telling.letter(ticket, why, settings, name))

    async def by_webhook(ticket: Ticket, why: str, name: str) -> None:
        await hook.send(name, telling.body(ticket, why, settings))

    known: dict[str, Send] = {"mail": by_mail, "webhook": by_webhook}
    return {way: known[way] for way in settings.tells_by}


def visitors_mail(settings: HandoffSettings) -> Mail | None:
    """What takes letters to visitors, where it is set up."""
    return Mail(settings.smtp, settings.mail_from) if settings.smtp and settings.mail_from else None


class Courier:
    """Carries notices of one database.

    Args:
        senders: what tells the agency, by way.
        told: called with the conversation when its visitor was told that the agency knows.
        mail: what takes letters to visitors; without it none are sent.
    """

    def __init__(
        self,
        records: Records,
        senders: Mapping[str, Send],
        told: Callable[[str, str], object] = lambda *_: None,
        mail: Mail | None = None,
    ) -> None:
        self._mail = mail
        self._records = records
        self._outbox = Outbox(records)
        self._senders = senders
        self._told = told
        self._failing: set[int] = set()

    @property
    def failing(self) -> int:
        """How many notices were tried in vain and wait for another attempt."""
        return len(self._failing)

    async def run(self) -> None:
        """Carry until it is cancelled; a way that is stuck holds up no other."""
        letters = [self._carry("letters", self.letter)] if self._mail else []
        await asyncio.gather(*(self._carry(way, partial(self.once, way)) for way in self._senders), *letters)

    async def _carry(self, way: str, once: Callable[[], Awaitable[bool]]) -> None:
        while True:
            try:
                if await once():
                    continue
            except RecordsUnavailable:
                logger.warning("The database does not say what is to be told; it is asked again.")
            except Exception:
                logger.exception("A notice by %s failed; it is tried again.", way)
            await asyncio.sleep(LOOK_SECONDS)

    async def once(self, way: str) -> bool:
        """Try the next notice of a way; false where none is due."""
        parcel = await self._outbox.claim(f"{NOTICE}{way}")
        if parcel is None:
            return False
        reference = parcel.payload["reference"]
        ticket = await self._records.read(lambda connection: Tickets(connection).get(reference))
        if ticket is None:  # erased meanwhile
            await self._outbox.delivered(parcel)
            return True
        try:
            await self._senders[way](ticket, parcel.payload["why"], f"notice-{parcel.id}")
        except CannotSend as error:
            await self._failed(parcel, way, str(error))
        else:
            await self._delivered(parcel, way, ticket)
        return True

    async def letter(self) -> bool:
        """Try the next letter to a visitor; false where none is due.  One that is refused for good is given up."""
        assert self._mail
        parcel = await self._outbox.claim(LETTER)
        if parcel is None:
            return False
        payload = parcel.payload
        text = payload.get("text") or await self._copied(str(parcel.conversation), payload["up_to"])
        try:
            await self._mail.send(Letter((payload["to"],), payload["subject"], text, f"letter-{parcel.id}"))
        except CannotSend as error:
            if error.for_good or parcel.attempts >= LETTER_ATTEMPTS:
                logger.warning("A letter to a visitor is given up: %s", error)
                await self._outbox.delivered(parcel)
            else:
                await self._outbox.failed(parcel, str(error), PAUSES[min(parcel.attempts, len(PAUSES)) - 1])
        else:
            await self._outbox.delivered(parcel)
        return True

    async def _copied(self, conversation: str, up_to: int) -> str:
        return await self._records.read(lambda connection: copy_of(connection, conversation, up_to)[1])

    async def _failed(self, parcel: Parcel, way: str, error: str) -> None:
        pause = PAUSES[min(parcel.attempts, len(PAUSES)) - 1]
        logger.warning("The agency could not be told by %s (attempt %d): %s", way, parcel.attempts, error)
        self._failing.add(parcel.id)
        await self._outbox.failed(parcel, error, pause)

    async def _delivered(self, parcel: Parcel, way: str, ticket: Ticket) -> None:
        at = time.time()
        self._failing.discard(parcel.id)
        if not await self._outbox.delivered(parcel):
            return

        def note(connection: Connection) -> bool:
            lock(connection, ticket.conversation)
            audit.add(connection, ticket.reference, audit.GUIDE, "told", {"way": way, "why": parcel.payload["why"]})
            if ticket.reason != "claim":
                return False
            transcript.say(connection, ticket.conversation, _known(way, at), f":told:{parcel.id}")
            steps.touch(connection, ticket.reference)
            return True

        if await self._records.run(note):
            self._told(ticket.reference, ticket.conversation)


def copy_of(connection: Connection, conversation: str, up_to: int | None = None) -> tuple[int, str]:
    """The number of the last message, and all that was said until then, as the visitor saw it."""
    said = transcript.since(connection, conversation, limit=10_000)
    said = [entry for entry in said if up_to is None or entry.seq <= up_to]
    lines = []
    for entry in said:
        if entry.body.get("text"):
            who = entry.body.get("name") or SENDERS.get(str(entry.body.get("from")), "")
            at = datetime.fromtimestamp(entry.at, UTC)
            lines.append(f"{at:%B %-d, %Y, %H:%M} UTC, {who}:\n{entry.body['text']}")
    return said[-1].seq if said else 0, "\n\n".join(lines)


def _known(way: str, at: float) -> transcript.Body:
    """What the visitor of a live claim reads once it is true."""
    when = datetime.fromtimestamp(at, UTC)
    told = f"The agency was told of this by {NAMES[way]} on {when:%B %-d at %H:%M} UTC."
    return {"from": "system", "text": f"{told} It is still no notice to your insurer."}
