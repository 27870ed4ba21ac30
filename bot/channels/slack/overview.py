"""What Slack shows of records and knowledge: requests that wait, what the guide knows, what its forms ask."""

from __future__ import annotations

import datetime

from sqlalchemy import func, select
from sqlalchemy.engine import Connection

from bot.channels.slack.views import NEW_SHOWN, News, Waiting
from bot.records.tables import ticket
from knowledge.base import KnowledgeUnavailable
from knowledge.live import in_service
from knowledge.schema import ProfileField

REASONS = {"asked": "asked for an agent", "claim": "reports an incident", "quote": "wants a quote"}
KINDS = ("policy", "exposure", "industry", "term", "topic")
CLOSED = ("resolved", "returned", "abandoned", "done")


def waiting(connection: Connection) -> tuple[list[Waiting], int]:
    """Requests that are open, the urgent first, and how many came today; nothing of what anybody wrote."""
    columns = (ticket.c.reference, ticket.c.reason, ticket.c.priority, ticket.c.created_at)
    open_ = select(*columns).where(ticket.c.status.not_in(CLOSED), ticket.c.erase_asked.is_(None))
    found = connection.execute(open_.order_by(ticket.c.priority.desc(), ticket.c.created_at)).all()
    today = datetime.datetime.now(datetime.UTC).date().isoformat()
    came = select(func.count()).select_from(ticket).where(ticket.c.created_at >= today)
    shown = [
        Waiting(row.reference, REASONS.get(row.reason, row.reason), row.priority == "urgent", row.created_at)
        for row in found
    ]
    return shown, int(connection.execute(came).scalar_one())


def news() -> News | None:
    """What the guide knows now; None where its knowledge base cannot be read."""
    try:
        base = in_service()
        signed = []
        for entry_id, signature in base.signed_last(NEW_SHOWN):
            name = getattr(base.entry(entry_id), "name", None) or entry_id.replace("_", " ")
            signed.append((str(name), signature.by, signature.signed_on.isoformat()))
        return News(base.version, sum(len(base.ids(kind)) for kind in KINDS), signed)
    except KnowledgeUnavailable:
        return None


def form_fields() -> list[ProfileField]:
    """What the guide's forms ask about a business; nothing where its knowledge base cannot be read."""
    try:
        return in_service().profile_fields()
    except KnowledgeUnavailable:
        return []
