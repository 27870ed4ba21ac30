"""Lists, search, the clock and erasing of tickets; and that nothing is lost whatever happens in which order."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Callable

import pytest
from handing import BOSS, DANA, SAM, at, found, request, said
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text, update

from bot.handoff import people
from bot.handoff.people import Agent
from bot.handoff.service import Handoffs, Refused
from bot.handoff.watch import watch
from bot.records import steps, transcript
from bot.records.erasing import erase
from bot.records.journal import Journal
from bot.records.states import OWNED, WITH_PEOPLE, NotNow, State, Taken
from bot.records.steps import Elsewhere
from bot.records.tables import agent, message, metadata
from bot.records.tickets import Asked, Tickets

# The clock


async def test_who_waits_is_told_of_again_once_and_then_called_back(handoffs: Handoffs) -> None:
    reference = await request(handoffs.records)
    start = found(handoffs.records, reference).waiting_since or 0.0
    assert [await watch(handoffs, start + seconds) for seconds in (60, 181, 182, 240)] == [0, 1, 0, 0]
    assert found(handoffs.records, reference).escalated is not None
    assert await watch(handoffs, start + 481) == 1
    assert found(handoffs.records, reference).state is State.CALLBACK
    (owed,) = await Journal(handoffs.records).owed_returns("web:1")
    assert owed.client_id.startswith(f":return:{reference}:")


async def test_the_first_word_of_an_agent_stops_the_clock(handoffs: Handoffs) -> None:
    reference = await request(handoffs.records)
    await handoffs.claim(DANA, reference)
    await handoffs.say(DANA, reference, "Hello", "1")
    assert await watch(handoffs, time.time() + 60) == 0
    assert found(handoffs.records, reference).first_reply


async def test_a_hand_over_whose_answer_never_came_waits_in_the_queue(handoffs: Handoffs) -> None:
    opened = handoffs.records.run_now(
        lambda db: Tickets(db).open("web:1", "asked", "normal", "x", [], asked=Asked(live=True, turn="m"))
    )
    assert opened.state is State.REQUESTED
    assert await watch(handoffs, time.time() + 20) == 1
    assert found(handoffs.records, opened.reference).state is State.QUEUED


async def test_an_agent_is_there_by_choice_and_by_a_sign_of_life_with_grace(handoffs: Handoffs) -> None:
    def there() -> dict[str, bool]:
        return {each.agent.login: each.takes for each in handoffs.records.read_now(people.present)}

    await handoffs.available(DANA, "away")
    with pytest.raises(Refused):
        await handoffs.available(DANA, "asleep")
    last = time.time() - people.GRACE_SECONDS + 30
    seen = update(agent).where(agent.c.login == "sam").values(seen=last)
    handoffs.records.run_now(lambda db: db.execute(seen))
    assert there() == {"dana": False, "sam": True, "lee": True}
    gone = update(agent).where(agent.c.login == "sam").values(seen=last - 60)
    handoffs.records.run_now(lambda db: db.execute(gone))
    assert there()["sam"] is False
    await handoffs.alive(SAM)
    assert there()["sam"] is True


# Lists and search


async def test_a_list_shows_what_the_visitor_wrote_alone(handoffs: Handoffs) -> None:
    await request(handoffs.records, words="can I talk\nto a person\n\nAnswers given:\n- Wrong information given: yes")
    assert [row.summary for row in await handoffs.queue(DANA)] == ["can I talk to a person"]


async def test_the_queue_has_the_urgent_first_and_then_who_waits_longest(handoffs: Handoffs) -> None:
    now = time.time()
    references = [await request(handoffs.records, f"web:{n}") for n in range(4)]
    for reference, since, priority in zip(
        references, (now - 10, now - 300, now - 20, now - 5), ("normal", "normal", "urgent", "urgent"), strict=True
    ):
        at(handoffs.records, reference, waiting_since=since, priority=priority)
    order = [references[n] for n in (2, 3, 1, 0)]
    assert [row.reference for row in await handoffs.queue(SAM)] == order
    assert [(await handoffs.standing(f"web:{references.index(each)}") or {})["position"] for each in order] == [
        1,
        2,
        3,
        4,
    ]
    assert await handoffs.counts(SAM) == {"waiting": 4, "mine": 0, "open": 4, "callbacks": 0, "snoozed": 0}


@pytest.mark.parametrize("sought", ["flood", "FLOOD ware", "warehouse flo", "flood!", '"flood', "flood)", "wareh*"])
async def test_tickets_are_found_by_words_and_beginnings(handoffs: Handoffs, sought: str) -> None:
    reference = await request(handoffs.records, "web:1", words="A flood in our warehouse")
    await request(handoffs.records, "web:2", words="A fire in our shop")
    assert [row.reference for row in await handoffs.search(DANA, sought)] == [reference]


@pytest.mark.parametrize("sought", ["", "  ", "*", '"', "' or 1=1 --", "zebra", ":*", "&", "a" * 500])
async def test_odd_searches_find_nothing_and_break_nothing(handoffs: Handoffs, sought: str) -> None:
    await request(handoffs.records, words="flood")
    assert await handoffs.search(DANA, sought) == []


async def test_a_ticket_is_found_by_its_reference_and_by_what_was_said_later(handoffs: Handoffs) -> None:
    reference = await request(handoffs.records)
    await Journal(handoffs.records).accept("web:1", "web", "v1", "the roof of the barn")
    for sought in (reference.lower(), "barn"):
        assert [row.reference for row in await handoffs.search(DANA, sought)] == [reference]


# Erasing


async def test_erased_nothing_of_a_ticket_is_left(handoffs: Handoffs, stored: Callable[[], bytes]) -> None:
    reference = await request(handoffs.records, words="zebra farm")
    await handoffs.claim(DANA, reference)
    await handoffs.say(DANA, reference, "zebra yes", "1")
    await handoffs.note(DANA, reference, "zebra note", "1")
    await handoffs.save_draft(DANA, reference, "zebra draft")
    forgotten = handoffs.records.run_now(lambda db: erase(db, "web:1"), erases=True)
    assert forgotten.erased == [reference]
    assert await handoffs.search(BOSS, "zebra") == []
    left = handoffs.records.read_now(
        lambda db: (
            str([db.execute(select(table)).all() for table in metadata.sorted_tables])
            + str(db.execute(text("select * from ticket_words")).all())
        )
    )
    assert "zebra" not in left and reference not in left
    assert b"zebra" not in stored()


async def test_what_people_have_in_hand_does_not_grow_old(handoffs: Handoffs) -> None:
    await request(handoffs.records, "web:1")
    await request(handoffs.records, "web:2", live=False)
    handoffs.records.run_now(lambda db: db.execute(update(message).values(at=1.0)))
    handoffs.records.run_now(lambda db: transcript.forget_older_than(db, 60))
    assert said(handoffs.records, "web:1") and not said(handoffs.records, "web:2")


# Many


async def test_a_hundred_tickets_at_once(handoffs: Handoffs) -> None:
    references = await asyncio.gather(*(request(handoffs.records, f"web:{n}") for n in range(100)))
    await asyncio.gather(*(handoffs.claim(DANA, reference) for reference in references))
    await asyncio.gather(*(handoffs.say(DANA, reference, f"for {reference}", "1") for reference in references))
    for number, reference in enumerate(references):
        assert f"for {reference}" in said(handoffs.records, f"web:{number}")
    assert (await handoffs.counts(DANA))["mine"] == 100


# Any order of anything


actors = st.sampled_from([DANA, SAM, BOSS])
happenings = ("ask", "visitor", "guide", "claim", "say", "release", "give_back", "resolve", "reopen", "call", "snooze")
calls = st.lists(st.tuples(st.sampled_from((*happenings, "clock")), actors), max_size=25)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(calls)
async def test_after_anything_every_message_has_one_place_and_every_ticket_at_most_one_owner(
    handoffs: Handoffs, sequence: list[tuple[str, Agent]]
) -> None:
    records, name = handoffs.records, f"web:{secrets.token_hex(8)}"
    handoffs.visitor_here = lambda conversation: True
    diary, reference, sent, for_guide = Journal(records), "", 0, []
    for number, (what, who) in enumerate(sequence):
        try:
            if what == "ask":
                if records.read_now(lambda db: steps.held(db, name)) is None:
                    reference = await request(records, name)
                    sent += 1
            elif what == "visitor":
                accepted = await diary.accept(name, "web", f"v{number}", f"visitor {number}")
                sent += 1
                if accepted.ticket is None:
                    for_guide.append(f"v{number}")
            elif what == "guide":  # it answers what it was asked, and may be late
                while for_guide:
                    late = for_guide.pop()
                    held = records.read_now(lambda db: steps.held(db, name))
                    stored = await diary.answered(name, late, [{"from": "bot", "text": f"guide {late}"}])
                    assert bool(stored) == (held is None), "never both, and never nobody"
            elif not reference:
                continue
            elif what == "claim":
                await handoffs.claim(who, reference)
            elif what == "say":
                await handoffs.say(who, reference, f"agent {number}", f"a{number}")
            elif what == "call":
                await handoffs.call_back(who, reference, time.time() + 60)
            elif what == "snooze":
                await handoffs.snooze(who, reference, time.time() + 60)
            elif what == "resolve":
                await handoffs.resolve(who, reference, "answered")
            elif what == "clock":
                await watch(handoffs, time.time() + 1000)
            else:
                await getattr(handoffs, what)(who, reference)
        except (Taken, NotNow, Elsewhere):
            pass
        mine = records.read_now(lambda db: Tickets(db).of(name))
        assert sum(each.state in WITH_PEOPLE for each in mine) <= 1
        assert all((each.owner is not None) or each.state not in OWNED for each in mine)
        seqs = [each.seq for each in records.read_now(lambda db: transcript.since(db, name))]
        assert seqs == list(range(1, len(seqs) + 1))
        heard = records.read_now(lambda db: transcript.since(db, name))
        assert sum(each.body["from"] == "visitor" for each in heard) == sent


async def test_the_audit_trail_names_who_did_what(handoffs: Handoffs) -> None:
    reference = await request(handoffs.records)
    await handoffs.claim(DANA, reference)
    await handoffs.say(DANA, reference, "Hello", "1")
    await handoffs.say(DANA, reference, "Hello?", "2")
    await handoffs.leave("web:1")
    trail = [(each.who, each.what) for each in (await handoffs.conversation(DANA, reference)).events]
    assert trail == [
        ("visitor", "asked"),
        ("guide", "queue"),
        ("dana", "claim"),
        ("dana", "answer"),
        ("visitor", "give back"),
    ]
