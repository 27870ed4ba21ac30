"""Tickets that people answer: owners, states, notes, an audit trail, agents and their sessions, full-text search."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

_MOMENT = sa.Float(53)
_WITH_PEOPLE = sa.text("status in ('requested', 'queued', 'assigned', 'active', 'snoozed')")


def _text(name: str, **more: bool) -> sa.Column:
    return sa.Column(name, sa.Text(), **{"nullable": False, **more})


def _moment(name: str, **more: bool) -> sa.Column:
    return sa.Column(name, _MOMENT, **{"nullable": False, **more})


def upgrade() -> None:
    _widen_tickets()
    _tables_of_tickets()
    _tables_of_agents()
    _full_text()


def _widen_tickets() -> None:
    """Every ticket of before waits to be called back: nobody could answer in the chat."""
    added = (
        _text("channel", nullable=True),
        _text("topic", nullable=True),
        *(_text(name, nullable=True) for name in ("policies", "brief", "owner", "turn")),
        *(sa.Column(name, sa.Integer()) for name in ("version", "first_seq")),
        *(_moment(name, nullable=True) for name in ("waiting_since", "first_reply", "closed", "snoozed_until")),
        _moment("callback_due", nullable=True),
        _text("callback_note", nullable=True),
        _moment("escalated", nullable=True),
        _text("outcome", nullable=True),
        sa.Column("rating", sa.Integer()),
        _text("rating_note", nullable=True),
        *(sa.Column(name, sa.Integer()) for name in ("visitor_got", "visitor_read", "agent_read")),
        _moment("changed", nullable=True),
    )
    for column in added:
        op.add_column("ticket", column)
    sqlite = op.get_bind().dialect.name == "sqlite"
    at = "cast(strftime('%s', created_at) as real)" if sqlite else "extract(epoch from created_at::timestamptz)"
    channel = "substr(conversation, 1, instr(conversation, ':') - 1)" if sqlite else "split_part(conversation, ':', 1)"
    op.execute(
        f"update ticket set channel = {channel}, policies = '[]', brief = '{{}}', version = 0, first_seq = 0, "
        f"visitor_got = 0, visitor_read = 0, agent_read = 0, waiting_since = {at}, changed = {at}, "
        "status = case status when 'requested' then 'callback' else 'resolved' end"
    )
    needed = ("channel", "policies", "brief", "version", "first_seq", "visitor_got", "visitor_read", "agent_read")
    with op.batch_alter_table("ticket") as batch:
        for name in (*needed, "changed"):
            batch.alter_column(name, nullable=False)
    op.create_index("ticket_by_state", "ticket", ["status", "waiting_since"])
    op.create_index("ticket_changed", "ticket", ["changed"])
    partial = {"sqlite_where": _WITH_PEOPLE, "postgresql_where": _WITH_PEOPLE}
    op.create_index("ticket_with_people", "ticket", ["conversation"], unique=True, **partial)


def _tables_of_tickets() -> None:
    op.create_table(
        "ticket_note",
        sa.Column("id", sa.Integer(), primary_key=True),
        *(_text(name) for name in ("reference", "login", "client_id", "text")),
        _moment("at"),
        sa.UniqueConstraint("reference", "client_id", name="note_of_client"),
    )
    op.create_table(
        "ticket_event",
        sa.Column("id", sa.Integer(), primary_key=True),
        _text("reference"),
        _moment("at"),
        *(_text(name) for name in ("who", "what", "detail")),
    )
    op.create_index("event_of_ticket", "ticket_event", ["reference"])
    op.create_table(
        "ticket_draft",
        *(_text(name, primary_key=True) for name in ("reference", "login")),
        _text("text"),
        _moment("at"),
    )


def _tables_of_agents() -> None:
    op.create_table(
        "agent",
        _text("login", primary_key=True),
        *(_text(name) for name in ("name", "licence", "role")),
        _text("email", nullable=True),
        _text("password"),
        _text("second_factor", nullable=True),
        sa.Column("second_factor_step", sa.Integer()),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        _moment("created"),
        _text("availability"),
        _moment("seen", nullable=True),
    )
    op.create_table(
        "agent_session",
        _text("digest", primary_key=True),
        _text("login"),
        *(_moment(name) for name in ("created", "seen", "expires")),
        _text("device"),
    )
    op.create_index("session_of_agent", "agent_session", ["login"])
    op.create_table("canned", _text("name", primary_key=True), _text("text"), _text("login"), _moment("at"))


def _full_text() -> None:
    """What agents search by words; the two databases have each their own way, bot.records.words knows both."""
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            "create virtual table ticket_words using fts5("
            "reference unindexed, words, tokenize = 'unicode61 remove_diacritics 2')"
        )
    else:
        op.execute("create table ticket_words (reference text not null, words text not null)")
        op.execute("create index ticket_words_found on ticket_words using gin (to_tsvector('simple', words))")
        op.execute("create index ticket_words_of on ticket_words (reference)")
