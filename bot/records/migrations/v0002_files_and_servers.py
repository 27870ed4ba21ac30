"""Files for an agent; which serving process has a message in hand."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def _text(name: str, **more: bool) -> sa.Column:
    return sa.Column(name, sa.Text(), **{"nullable": False, **more})


def upgrade() -> None:
    op.create_table(
        "file",
        _text("key", primary_key=True),
        _text("conversation"),
        sa.Column("seq", sa.Integer(), nullable=False),
        *(_text(name) for name in ("name", "kind")),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("at", sa.Float(53), nullable=False),
    )
    op.create_index("file_of_conversation", "file", ["conversation"])
    op.create_table(
        "server",
        _text("id", primary_key=True),
        _text("host"),
        sa.Column("pid", sa.Integer(), nullable=False),
        _text("born"),
        sa.Column("beat", sa.Integer(), nullable=False),
    )
    op.add_column("journal", _text("server", nullable=True))
