"""The first tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_MOMENT = sa.Float(53)


def _text(name: str, **more: bool) -> sa.Column:
    return sa.Column(name, sa.Text(), **{"nullable": False, **more})


def _key(name: str) -> sa.Column:
    return sa.Column(name, sa.Integer(), primary_key=True, autoincrement=False)


def upgrade() -> None:
    op.create_table(
        "event",
        _text("conversation", primary_key=True),
        _key("number"),
        sa.Column("at", _MOMENT, nullable=False),
        sa.Column("starts_session", sa.Boolean(), nullable=False),
        _text("body"),
    )
    op.create_table(
        "message",
        _text("conversation", primary_key=True),
        _key("seq"),
        sa.Column("at", _MOMENT, nullable=False),
        _text("client_id", nullable=True),
        _text("body"),
        sa.UniqueConstraint("conversation", "client_id", name="message_of_client"),
    )
    op.create_table(
        "journal",
        _text("conversation", primary_key=True),
        _text("client_id", primary_key=True),
        sa.Column("seq", sa.Integer(), nullable=False),
        *(_text(name) for name in ("channel", "text", "call")),
        sa.Column("at", _MOMENT, nullable=False),
        sa.Column("answered", _MOMENT),
    )
    op.create_index("journal_unanswered", "journal", ["answered", "at"])
    op.create_table(
        "feedback",
        _text("conversation", primary_key=True),
        _key("seq"),
        *(_text(name) for name in ("vote", "reason", "entries")),
        _text("version", nullable=True),
        _text("at"),
    )
    op.create_table(
        "ticket",
        _text("reference", primary_key=True),
        *(_text(name) for name in ("conversation", "reason", "priority", "summary", "transcript", "facts", "consent")),
        *(_text(name) for name in ("confirmation", "status", "created_at", "updated_at")),
        *(_text(name, nullable=True) for name in ("hold", "keep_until", "erase_asked")),
    )
    op.create_index("ticket_of_conversation", "ticket", ["conversation"])
    op.create_table(
        "outbox",
        sa.Column("id", sa.Integer(), primary_key=True),
        _text("kind"),
        _text("conversation", nullable=True),
        _text("payload"),
        sa.Column("due", _MOMENT, nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        _text("error", nullable=True),
        sa.Column("delivered", _MOMENT),
    )
    op.create_index("outbox_due", "outbox", ["delivered", "due"])
    op.create_table(
        "imported", _text("digest", primary_key=True), _text("name"), sa.Column("at", _MOMENT, nullable=False)
    )
