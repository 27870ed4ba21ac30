"""Where the guide stands in Slack: what came in, where it is answered, what was posted, and who has installed it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

_MOMENT = sa.Float(53)


def _text(name: str, **more: bool) -> sa.Column:
    return sa.Column(name, sa.Text(), **{"nullable": False, **more})


def _moment(name: str, nullable: bool = False) -> sa.Column:
    return sa.Column(name, _MOMENT, nullable=nullable)


def upgrade() -> None:
    op.create_index("outbox_of_conversation", "outbox", ["conversation", "delivered"])
    op.create_table("slack_inbox", _text("key", primary_key=True), _text("call"), _moment("at"))
    op.create_index("slack_inbox_at", "slack_inbox", ["at"])
    op.create_table("slack_place", _text("conversation", primary_key=True), _text("place"), _moment("at"))
    op.create_table(
        "slack_post",
        _text("conversation", primary_key=True),
        sa.Column("seq", sa.Integer(), primary_key=True, autoincrement=False),
        _text("posts"),
        _text("chosen", nullable=True),
        _moment("at"),
    )
    op.create_table(
        "slack_team",
        _text("team", primary_key=True),
        *(_text(name) for name in ("name", "bot_user", "token")),
        _text("refresh", nullable=True),
        _moment("expires", nullable=True),
        _moment("refreshing", nullable=True),
    )
