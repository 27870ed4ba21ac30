"""A request for a person: the ticket, and word to the agency, stored together or not at all."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy.engine import Connection

from bot.handoff.reception import Reception, reception
from bot.handoff.reports import NOTICE
from bot.handoff.settings import HandoffSettings
from bot.records import outbox
from bot.records.engine import Records
from bot.records.states import WITH_PEOPLE
from bot.records.tickets import Asked, Ticket, Tickets

NEW, URGENT, WAITS_LONG = "new", "urgent", "waits long"  # why the agency is told


@dataclass(frozen=True)
class Request:
    """What is handed over.

    Attributes:
        reason: asked, misses, claim, complaint, authority, quote or unsigned.
        priority: normal or urgent.
        asked: what it is about; whether its visitor waits in the chat is found out here.
        in_chat: whether it is for somebody to answer in the chat; a quote, say, is not.
        consent: to be called: number, text and at.
    """

    conversation: str
    reason: str
    priority: str
    summary: str
    transcript: list[dict[str, Any]]
    facts: Mapping[str, str] = field(default_factory=dict)
    consent: Mapping[str, str] | None = None
    asked: Asked = Asked()  # noqa: RUF009 - frozen
    in_chat: bool = True


def ask(
    records: Records, settings: HandoffSettings, request: Request, confirm: Callable[[str, Reception], str]
) -> tuple[Ticket, Reception]:
    """Store a request, for threads, which may wait.

    Args:
        confirm: what the visitor is told, given the reference and what to expect.

    Raises:
        RecordsUnavailable: it is not stored.
    """
    return records.run_now(lambda connection: _ask(connection, settings, request, confirm))


def _ask(
    connection: Connection, settings: HandoffSettings, request: Request, confirm: Callable[[str, Reception], str]
) -> tuple[Ticket, Reception]:
    tickets = Tickets(connection)
    met = reception(connection, request.conversation, settings)
    met = replace(met, live=met.live and request.in_chat)
    before = tickets.open_of(request.conversation)
    opened = tickets.open(
        request.conversation,
        request.reason,
        request.priority,
        request.summary,
        request.transcript,
        request.facts,
        lambda reference: confirm(reference, met),
        request.consent,
        replace(request.asked, live=met.live),
    )
    why = URGENT if opened.priority == "urgent" else NEW
    known = before is not None and before.reference == opened.reference
    waits_now = opened.state in WITH_PEOPLE and before is not None and before.state not in WITH_PEOPLE
    if not known or waits_now or (before and before.priority != opened.priority):
        notify(connection, settings, opened, why)
    return opened, met


def notify(connection: Connection, settings: HandoffSettings, of: Ticket, why: str) -> None:
    """Let the agency be told by every way that is set up."""
    for way in settings.tells_by:
        outbox.put(connection, f"{NOTICE}{way}", {"reference": of.reference, "why": why}, of.conversation)
