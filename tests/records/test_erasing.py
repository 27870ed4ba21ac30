"""One call erases a conversation everywhere; what is kept long enough goes by itself."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from click.testing import CliRunner
from sqlalchemy import insert, select, update

from bot.cli import main
from bot.records import events, notes, opening, slack, slack_cards
from bot.records.engine import Records
from bot.records.erasing import erase_now
from bot.records.feedback import Feedback, Opinion
from bot.records.files import Files
from bot.records.journal import Journal
from bot.records.outbox import Outbox
from bot.records.place import state_folder
from bot.records.retention import IDLE_SECONDS, sweeps
from bot.records.spool import Spool
from bot.records.tables import (
    agent,
    agent_session,
    canned,
    event,
    imported,
    message,
    metadata,
    outbox,
    server,
    slack_inbox,
    slack_place,
    slack_post,
    slack_team,
    ticket,
    ticket_event,
)
from bot.records.ticket_store import TicketStore
from bot.records.transcript import Transcript

OF_NOBODY = (agent, agent_session, canned, imported, server, slack_inbox, slack_team)  # tables of no conversation
LONG_AGO = "2015-01-01T10:00:00+00:00"


async def told(records: Records, session: str, word: str) -> str:
    """Put a word into every table under a session; the reference of its request."""
    conversation = f"web:{session}"
    await Journal(records).accept(conversation, "web", "a", word)
    await Transcript(records).append(session, {"text": word})
    await Feedback(records).give(Opinion(f"web:{session}", 2, "down", word))
    await Outbox(records).put("mail", {"text": word}, conversation)
    await records.run(lambda connection: slack.keep_place(connection, conversation, {"user": word}))
    await records.run(lambda connection: slack.posted(connection, conversation, [1], "a", []))
    await records.run(lambda connection: slack.choose(connection, conversation, 1, word))
    await Files(records, state_folder()).keep(conversation, "f", f"{word}.pdf", "application/pdf", word.encode())
    rows = events.rows(conversation, 0, [(time.time(), True, {"text": word})])
    await records.run(lambda connection: events.store(connection, rows))
    reference = TicketStore(records).open(conversation, "asked", "normal", word, []).reference
    await records.run(lambda connection: notes.add(connection, reference, "dana", word, "n"))
    await records.run(lambda connection: notes.keep_draft(connection, reference, "dana", word))
    await records.run(lambda connection: slack_cards.take_up(connection, "T1", "C1"))
    await records.run(lambda connection: slack_cards.took(connection, reference, "dana", word))
    await records.run(lambda connection: slack_cards.keep_reply(connection, reference, word, "1.1"))
    event_of = {"reference": reference, "at": time.time(), "who": "guide", "what": "queue", "detail": {"said": word}}
    await records.run(lambda connection: connection.execute(insert(ticket_event).values(**event_of)))
    return reference


async def test_every_table_forgets_a_conversation_and_no_other(
    records: Records, state: Path, stored: Callable[[], bytes]
) -> None:
    one, other = await told(records, "1", "zebra"), await told(records, "2", "giraffe")
    for conversation, word in (("web:1", "zebra"), ("web:11", "okapi")):
        Spool(state).reject("answer", {"conversation": conversation, "text": word})
    forgotten = erase_now(records, "web:1")
    assert b"okapi" in stored()
    assert (forgotten.erased, forgotten.kept) == ([one], [])
    assert b"zebra" not in stored()
    assert await Transcript(records).append("1", {"text": "again"}) == 5
    assert TicketStore(records).get(other) is not None
    for table in metadata.tables.values():
        if table not in OF_NOBODY:
            found = records.read_now(lambda connection, t=table: connection.execute(select(t)).all())  # type: ignore[misc]
            assert any("giraffe" in str(row) for row in found), table.name


async def test_the_command_erases_and_says_what_had_to_be_kept(stored: Callable[[], bytes]) -> None:
    kept = await told(opening.shared(), "1", "zebra")
    CliRunner().invoke(main, ["tickets", "hold", kept, "--reason", "audit"])
    result = CliRunner().invoke(main, ["privacy", "erase", "web:1"])
    assert result.output == f"Erased web:1, with 0 requests.\nKept, because they are held: {kept}.\n"
    CliRunner().invoke(main, ["tickets", "release", kept])
    assert b"zebra" not in stored()
    assert CliRunner().invoke(main, ["privacy", "erase", "web:1"]).output == "Erased web:1, with 0 requests.\n"


async def test_what_was_kept_long_enough_goes_and_nothing_else(records: Records, state: Path) -> None:
    old, new = await told(records, "1", "zebra"), await told(records, "2", "giraffe")
    long_ago = time.time() - IDLE_SECONDS - 60
    parcel = await Outbox(records).claim("mail")
    assert parcel is not None and await Outbox(records).delivered(parcel)
    await Feedback(records).give(Opinion("web:1", 2, "down", "zebra", at=LONG_AGO))
    for table in (event, message, slack_place, slack_post):
        records.run_now(
            lambda c, t=table: c.execute(update(t).where(t.c.conversation == "web:1").values(at=long_ago))  # type: ignore[misc]
        )
    records.run_now(lambda c: c.execute(update(outbox).where(outbox.c.id == parcel.id).values(delivered=long_ago)))
    records.run_now(lambda c: c.execute(update(ticket).where(ticket.c.reference == old).values(updated_at=LONG_AGO)))
    for sweep in sweeps(records, state, tickets_days=1825):
        await sweep()
    assert [each.conversation for each in await Journal(records).take_up()] == ["web:2"]
    assert await Transcript(records).since("1") == [] and len(await Transcript(records).since("2")) == 4
    assert records.read_now(events.conversations) == ["web:2"]
    assert await Feedback(records).of("web:1") == [] and len(await Feedback(records).of("web:2")) == 1
    assert await Outbox(records).waiting("mail") == 1
    kept = [records.read_now(lambda c, n=n: slack.post_of(c, f"web:{n}", 1)) for n in (1, 2)]  # type: ignore[misc]
    assert kept[0] is None and kept[1] is not None
    assert TicketStore(records).get(old) is None and TicketStore(records).get(new) is not None
