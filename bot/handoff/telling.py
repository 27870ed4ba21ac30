"""What the agency reads of a request, by each way.  No word of a visitor goes out but in the mail to the agency."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from bot.handoff.asking import NEW, URGENT, WAITS_LONG
from bot.handoff.mail import Letter
from bot.handoff.settings import HandoffSettings
from bot.records.states import WITH_PEOPLE
from bot.records.tickets import Ticket

REASONS = {
    "asked": "a visitor asks for a person",
    "misses": "the guide had no answer",
    "claim": "something has happened",
    "complaint": "a complaint",
    "authority": "more than the guide may decide",
    "quote": "a quote is ready to be worked on",
    "unsigned": "an answer that nobody has signed",
}
TEST = "test"


def subject(ticket: Ticket, why: str) -> str:
    """ "URGENT: something has happened (K3RMQT)" """
    urgent = "URGENT: " if ticket.priority == "urgent" else ""
    waits = "still waiting: " if why == WAITS_LONG else ""
    return f"{urgent}{waits}{REASONS.get(ticket.reason, ticket.reason)} ({ticket.reference})"


def letter(ticket: Ticket, why: str, settings: HandoffSettings, name: str) -> Letter:
    """The mail to the agency."""
    pressing = ticket.priority == "urgent" or why in (URGENT, WAITS_LONG)
    to = dict.fromkeys((*settings.mail_to, *(settings.mail_urgent if pressing else ())))
    where = "The visitor waits in the chat." if ticket.state in WITH_PEOPLE else "The visitor is to be contacted."
    contact = "\n".join(f"{label}: {value}" for label, value in ticket.facts.items() if value)
    consent = ticket.consent.get("number")
    may_call = f"Agreed to be called at {consent}." if consent else "No consent to be called was given."
    link = f"Answer it: {settings.desk}#{ticket.reference}" if settings.desk else ""
    since = datetime.fromtimestamp(ticket.waiting_since or 0.0, UTC)
    parts = (
        f"Request {ticket.reference}, {REASONS.get(ticket.reason, ticket.reason)}, of {since:%B %-d, %Y, %H:%M} UTC.",
        where,
        link,
        contact,
        may_call,
        ticket.summary,
    )
    return Letter(tuple(to), subject(ticket, why), "\n\n".join(part for part in parts if part), name)


def body(ticket: Ticket, why: str, settings: HandoffSettings) -> Mapping[str, Any]:
    """What the webhook carries: enough to know that one must look, and nothing that a visitor wrote."""
    return {
        "type": f"handoff.{'requested' if why in (NEW, URGENT) else 'waiting'}",
        "timestamp": datetime.now(UTC).isoformat(timespec="seconds"),
        "data": {
            "reference": ticket.reference,
            "channel": ticket.channel,
            "reason": ticket.reason,
            "priority": ticket.priority,
            "state": ticket.status,
            "policies": ticket.policies,
            "waiting_since": ticket.waiting_since,
            "desk": f"{settings.desk}#{ticket.reference}" if settings.desk else None,
        },
    }


def sample(now: datetime) -> Ticket:
    """A request that nobody made, to try the ways."""
    return Ticket(
        "TEST",
        "test:1",
        "asked",
        "normal",
        "This is a test of the guide's alerts. Nobody waits, and nothing is to be done.",
        [],
        now.isoformat(timespec="seconds"),
        channel="test",
        waiting_since=now.timestamp(),
    )
