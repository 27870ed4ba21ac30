"""Tickets in Slack: where the card of each stands, and which messages of its thread went to the visitor."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

_MOMENT = sa.Float(53)


def _text(name: str, **more: bool) -> sa.Column:
    return sa.Column(name, sa.Text(), **{"nullable": False, **more})


def upgrade() -> None:
    op.create_table(
        "slack_card",
        _text("reference", primary_key=True),
        *(_text(name) for name in ("team", "channel")),
        *(_text(name, nullable=True) for name in ("ts", "shown")),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("seq", "note")),
        _text("posts"),
        sa.Column("seen", _MOMENT, nullable=False),
        *(_text(name, nullable=True) for name in ("login", "user")),
    )
    op.create_index("slack_card_of_thread", "slack_card", ["channel", "ts"])
    op.create_table(
        "slack_reply",
        _text("reference", primary_key=True),
        _text("client_id", primary_key=True),
        _text("ts"),
    )
