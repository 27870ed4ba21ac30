"""Agents and their tickets, on both databases: one owner, one order, and nothing that leaks or is lost."""

from __future__ import annotations

import ast
import asyncio
import random
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from handing import BOSS, DANA, SAM, found, request, said
from sqlalchemy import select, text

from bot.handoff.service import Handoffs, NoSuchTicket, NotYours, Refused
from bot.handoff.settings import HandoffSettings
from bot.handoff.watch import watch
from bot.records import transcript
from bot.records.engine import Records
from bot.records.journal import Journal
from bot.records.states import State, Taken
from bot.records.steps import Elsewhere
from bot.records.tables import event, journal, message, metadata, ticket
from bot.records.tickets import Asked, Ticket, Tickets
from bot.shell import ENDED

# Owners


async def test_of_two_agents_at_once_one_wins_and_the_other_reads_who(
    handoffs: Handoffs, open_again: Callable[[], Records]
) -> None:
    other = Handoffs(open_again(), HandoffSettings())
    for number in range(200):
        conversation = f"web:{number}"
        opened = handoffs.records.run_now(
            lambda db, name=conversation: Tickets(db).open(name, "asked", "normal", "x", [], asked=Asked(live=True))
        )
        both = [(handoffs, DANA), (other, SAM)]
        random.shuffle(both)
        outcome = await asyncio.gather(
            *(each.claim(who, opened.reference) for each, who in both), return_exceptions=True
        )
        won = [each for each in outcome if isinstance(each, Ticket)]
        lost = [each for each in outcome if isinstance(each, Taken)]
        assert len(won) == len(lost) == 1, outcome
        assert lost[0].owner == won[0].owner
        assert lost[0].owner_name in ("Dana Reyes", "Sam Ortiz")


async def test_whoever_did_not_claim_does_not_answer(handoffs: Handoffs) -> None:
    reference = await request(handoffs.records)
    with pytest.raises(Taken, match="claim it first"):
        await handoffs.say(DANA, reference, "hello", "1")
    await handoffs.claim(DANA, reference)
    with pytest.raises(Taken) as caught:
        await handoffs.say(SAM, reference, "hello", "1")
    assert caught.value.owner_name == "Dana Reyes"
    assert "hello" not in said(handoffs.records)


async def test_claimed_twice_by_the_same_agent_it_is_claimed(handoffs: Handoffs) -> None:
    reference = await request(handoffs.records)
    first = await handoffs.claim(DANA, reference)
    assert await handoffs.claim(DANA, reference) == first


async def test_a_ticket_of_a_colleague_is_seen_in_no_way_but_by_supervisors(handoffs: Handoffs) -> None:
    reference = await request(handoffs.records, words="zebra farm")
    await handoffs.claim(DANA, reference)
    for call in (
        handoffs.ticket(SAM, reference),
        handoffs.conversation(SAM, reference),
        handoffs.note(SAM, reference, "x", "1"),
        handoffs.read(SAM, reference, 1),
        handoffs.save_draft(SAM, reference, "x"),
    ):
        with pytest.raises(NotYours) as caught:
            await call
        assert caught.value.owner_name == "Dana Reyes"
    assert await handoffs.search(SAM, "zebra") == [] == await handoffs.queue(SAM, "open")
    assert [row.reference for row in await handoffs.search(BOSS, "zebra")] == [reference]
    assert (await handoffs.conversation(BOSS, reference)).ticket.reference == reference


async def test_a_reference_that_is_not_there_is_said(handoffs: Handoffs) -> None:
    for call in (handoffs.claim(DANA, "NOSUCH"), handoffs.conversation(DANA, "NOSUCH")):
        with pytest.raises(NoSuchTicket, match="no ticket NOSUCH"):
            await call


async def test_a_conversation_is_with_people_under_one_reference(handoffs: Handoffs) -> None:
    first = await request(handoffs.records)
    await handoffs.resolve(DANA, first, "answered")
    second = await request(handoffs.records)
    assert second != first
    handoffs.visitor_here = lambda conversation: True
    with pytest.raises(Elsewhere) as caught:
        await handoffs.reopen(DANA, first)
    assert caught.value.reference == second


async def test_a_request_under_a_legal_hold_is_not_doubled_while_people_have_it(handoffs: Handoffs) -> None:
    reference = await request(handoffs.records)
    handoffs.records.run_now(lambda db: Tickets(db).hold(reference, "dispute", None))
    assert await request(handoffs.records) == reference


# What is said


async def test_what_is_said_twice_under_one_id_is_said_once(handoffs: Handoffs) -> None:
    reference = await request(handoffs.records)
    await handoffs.claim(DANA, reference)
    entries = await asyncio.gather(*(handoffs.say(DANA, reference, "Hello", "x") for _ in range(20)))
    assert len({entry.seq for entry in entries}) == 1
    assert said(handoffs.records).count("Hello") == 1


async def test_both_sides_at_once_have_one_order_without_gaps(handoffs: Handoffs) -> None:
    reference = await request(handoffs.records)
    await handoffs.claim(DANA, reference)
    diary = Journal(handoffs.records)
    await asyncio.gather(
        *(handoffs.say(DANA, reference, f"agent {n}", f"a{n}") for n in range(25)),
        *(diary.accept("web:1", "web", f"v{n}", f"visitor {n}") for n in range(25)),
    )
    entries = (await handoffs.conversation(DANA, reference)).messages
    assert [each.seq for each in entries] == list(range(1, len(entries) + 1))
    texts = [each.body["text"] for each in entries]
    assert sum(each.startswith("agent ") for each in texts) == sum(each.startswith("visitor ") for each in texts) == 25


@pytest.mark.parametrize(("text_", "code"), [("", "empty"), (" \n", "empty"), ("x" * 4001, "too_long")])
async def test_what_cannot_be_said_is_refused(handoffs: Handoffs, text_: str, code: str) -> None:
    reference = await request(handoffs.records)
    await handoffs.claim(DANA, reference)
    with pytest.raises(Refused) as caught:
        await handoffs.say(DANA, reference, text_, "1")
    assert caught.value.code == code


async def test_on_a_terminal_an_agent_is_heard_until_it_is_closed(handoffs: Handoffs) -> None:
    name = "shell:1"
    reference = await request(handoffs.records, name, live=False)
    await handoffs.claim(DANA, reference)
    await handoffs.say(DANA, reference, "Hello", "1")
    handoffs.records.run_now(lambda db: transcript.say(db, name, ENDED, transcript.OVER))
    with pytest.raises(Refused, match="reads nothing here: call or mail") as caught:
        await handoffs.say(DANA, reference, "Are you there?", "2")
    assert caught.value.code == "nobody_reads"
    assert "Are you there?" not in said(handoffs.records, name)
    assert (await handoffs.say(DANA, reference, "Hello", "1")).body["text"] == "Hello"  # said before: no second try


async def test_identifiers_are_masked_in_what_agents_write_too(handoffs: Handoffs) -> None:
    reference = await request(handoffs.records)
    await handoffs.claim(DANA, reference)
    await handoffs.say(DANA, reference, "Is your SSN 123-45-6789?", "1")
    await handoffs.note(DANA, reference, "SSN 123-45-6789", "1")
    await handoffs.save_draft(DANA, reference, "SSN 123-45-6789")
    everything = handoffs.records.read_now(
        lambda db: (
            str([db.execute(select(table)).all() for table in metadata.sorted_tables])
            + str(db.execute(text("select words from ticket_words")).all())
        )
    )
    assert "45-6789" not in everything


# Notes


async def test_a_note_reaches_no_table_and_no_exit_of_the_visitor(handoffs: Handoffs) -> None:
    reference = await request(handoffs.records)
    await handoffs.claim(DANA, reference)
    for _ in range(2):
        await handoffs.note(DANA, reference, "giraffe", "n1")
    talk = await handoffs.conversation(DANA, reference)
    assert [(note.name, note.text) for note in talk.notes] == [("Dana Reyes", "giraffe")]
    await handoffs.resolve(DANA, reference, "answered")
    ended = found(handoffs.records, reference)
    for table in (message, event, journal, ticket):
        assert "giraffe" not in handoffs.records.read_now(lambda db, of=table: str(db.execute(select(of)).all()))
    assert "giraffe" not in str(ended) and "giraffe" not in str(await handoffs.standing("web:1"))
    assert [row.reference for row in await handoffs.search(DANA, "giraffe")] == [reference]


def test_nothing_that_leads_to_a_visitor_imports_notes() -> None:
    root = Path(__file__).parents[2]
    reading = {"service.py", "within.py", "notes.py"}  # the agents' side
    for path in [*root.glob("bot/**/*.py"), *root.glob("actions/**/*.py")]:
        if path.name in reading or "desk" in path.parts:
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ImportFrom):
                imported = {f"{node.module}.{each.name}" for each in node.names} | {str(node.module)}
                assert "bot.records.notes" not in imported, path


# Drafts


async def test_a_draft_belongs_to_one_ticket_and_one_agent_and_goes_with_what_is_said(handoffs: Handoffs) -> None:
    one, other = await request(handoffs.records, "web:1"), await request(handoffs.records, "web:2")
    await handoffs.save_draft(DANA, one, "Dear Dee")
    await handoffs.save_draft(DANA, one, "Dear Dee, good")
    assert await handoffs.draft(DANA, one) == "Dear Dee, good"
    assert await handoffs.draft(DANA, other) == await handoffs.draft(SAM, one) == ""
    await handoffs.claim(DANA, one)
    await handoffs.say(DANA, one, "Dear Dee, good morning", "1")
    assert await handoffs.draft(DANA, one) == ""


# Steps


async def test_a_transfer_tells_the_visitor_who_takes_over(handoffs: Handoffs) -> None:
    reference = await request(handoffs.records)
    await handoffs.claim(DANA, reference)
    with pytest.raises(Refused, match="no agent kim"):
        await handoffs.transfer(DANA, reference, "kim")
    moved = await handoffs.transfer(DANA, reference, "sam")
    assert (moved.owner, moved.state) == ("sam", State.ASSIGNED)
    assert said(handoffs.records)[-1] == "Sam Ortiz, license CA 0Y54321 takes over from Dana Reyes."


async def test_what_is_put_off_wakes_when_the_visitor_writes_or_its_time_comes(handoffs: Handoffs) -> None:
    reference = await request(handoffs.records)
    await handoffs.claim(DANA, reference)
    with pytest.raises(Refused, match="still to come"):
        await handoffs.snooze(DANA, reference, time.time() - 1)
    await handoffs.snooze(DANA, reference, time.time() + 3600)
    assert await watch(handoffs) == 0
    accepted = await Journal(handoffs.records).accept("web:1", "web", "v1", "one more thing")
    assert accepted.ticket == reference and found(handoffs.records, reference).state is State.ACTIVE
    await handoffs.snooze(DANA, reference, time.time() + 3600)
    await watch(handoffs, time.time() + 3601)
    assert found(handoffs.records, reference).state is State.ACTIVE


async def test_a_thank_you_after_the_end_opens_nothing_again(handoffs: Handoffs) -> None:
    reference = await request(handoffs.records)
    await handoffs.claim(DANA, reference)
    await handoffs.resolve(DANA, reference, "answered")
    accepted = await Journal(handoffs.records).accept("web:1", "web", "v1", "thank you!")
    assert accepted.ticket is None  # for the guide
    assert found(handoffs.records, reference).state is State.RESOLVED


async def test_a_closed_ticket_keeps_all_that_was_said(handoffs: Handoffs) -> None:
    reference = await request(handoffs.records, words="zebra")
    await handoffs.claim(DANA, reference)
    await handoffs.say(DANA, reference, "Good morning", "1")
    await Journal(handoffs.records).accept("web:1", "web", "v1", "and you")
    await handoffs.resolve(DANA, reference, "answered")
    whole = [each["text"] for each in found(handoffs.records, reference).transcript]
    assert [each for each in whole if each in ("Good morning", "and you")] == ["Good morning", "and you"]
    handoffs.visitor_here = lambda conversation: True
    await handoffs.reopen(DANA, reference)
    await handoffs.claim(DANA, reference)
    await handoffs.resolve(DANA, reference, "answered")
    again = [each["text"] for each in found(handoffs.records, reference).transcript]
    assert again.count("Good morning") == 1


@pytest.mark.parametrize(("here", "waits"), [(True, State.QUEUED), (False, State.CALLBACK)])
async def test_opened_again_it_waits_where_its_visitor_is(handoffs: Handoffs, here: bool, waits: State) -> None:
    reference = await request(handoffs.records)
    await handoffs.resolve(DANA, reference, "answered")
    handoffs.visitor_here = lambda conversation: here
    assert (await handoffs.reopen(DANA, reference)).state is waits


async def test_callbacks_are_listed_by_their_times(handoffs: Handoffs) -> None:
    now = time.time()
    references = [await request(handoffs.records, f"web:{n}", live=False) for n in range(3)]
    for reference, due in zip(references, (now + 7200, now + 3600, None), strict=True):
        await handoffs.claim(DANA, reference)
        await handoffs.call_back(DANA, reference, due, "after 3 pm")
    assert [row.reference for row in await handoffs.queue(DANA, "callbacks")] == [
        references[1],
        references[0],
        references[2],
    ]


async def test_whoever_is_called_back_may_be_answered_in_the_chat(handoffs: Handoffs) -> None:
    reference = await request(handoffs.records, live=False)
    diary = Journal(handoffs.records)
    assert (await diary.accept("web:1", "web", "v1", "a question")).ticket is None
    await handoffs.claim(DANA, reference)
    assert (await diary.accept("web:1", "web", "v2", "another")).ticket is None  # to be called
    await handoffs.say(DANA, reference, "I am here now", "1")
    assert (await diary.accept("web:1", "web", "v3", "good")).ticket == reference
    assert await diary.answered("web:1", "v1", [{"from": "bot", "text": "too late"}]) == []
    assert "too late" not in said(handoffs.records)
    assert said(handoffs.records)[-3] == "Dana Reyes, license CA 0X12345 joined."
