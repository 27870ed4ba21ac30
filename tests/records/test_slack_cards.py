"""Cards of tickets: each change is shown once, and threads hold what was meant for people."""

from __future__ import annotations

from handing import BOSS, DANA, at, hire, request

from bot.handoff import people
from bot.handoff.service import Handoffs
from bot.records import journal, slack_cards
from bot.records.engine import Records
from bot.records.journal import Journal
from bot.records.outbox import Outbox
from bot.records.slack_cards import FROM_SLACK, SHOWN
from bot.records.tickets import Tickets


async def take_up(records: Records) -> int:
    """Have shown what has changed; how many parcels wait."""
    assert await records.read(slack_cards.waits)
    await records.run(lambda db: slack_cards.take_up(db, "T1", "C1"))
    assert not await records.read(slack_cards.waits)
    return await Outbox(records).waiting(SHOWN)


async def test_an_open_ticket_and_every_change_of_it_are_shown_once(records: Records) -> None:
    hire(records, DANA)
    reference = await request(records)
    assert await take_up(records) == 1
    await Handoffs(records).claim(DANA, reference)
    assert await take_up(records) == 2
    at(records, reference, changed=1.0)  # another process, whose clock is behind
    assert await take_up(records) == 3


async def test_a_closed_ticket_without_a_card_gets_none(records: Records) -> None:
    hire(records, DANA)
    reference = await request(records)
    handoffs = Handoffs(records)
    await handoffs.claim(DANA, reference)
    await handoffs.resolve(DANA, reference, "spam")
    assert not await records.read(slack_cards.waits)


async def test_a_thread_is_found_by_where_it_hangs(records: Records) -> None:
    reference = await request(records)
    await take_up(records)
    assert await records.read(lambda db: slack_cards.may_be_new(db, "T1", "C1", "99999999999.1"))
    assert not await records.read(lambda db: slack_cards.may_be_new(db, "T1", "C1", "1.1"))  # it is older
    assert await records.run(lambda db: slack_cards.stands(db, reference, "7.1", "x"))
    found = await records.read(lambda db: slack_cards.of_thread(db, "T1", "C1", "7.1"))
    assert found and found.reference == reference
    for team, channel, ts in (("T2", "C1", "7.1"), ("T1", "C2", "7.1"), ("T1", "C1", "7.2")):
        assert await records.read(lambda db, a=team, b=channel, c=ts: slack_cards.of_thread(db, a, b, c)) is None
    assert not await records.read(lambda db: slack_cards.may_be_new(db, "T1", "C1", "99999999999.1"))


async def test_what_a_visitor_says_to_people_is_told_from_what_the_guide_was_asked(records: Records) -> None:
    await Journal(records).accept("web:1", "web", "before", "for the guide")
    await Journal(records).answered("web:1", "before", [{"from": "bot", "text": "an answer"}])
    await request(records)
    said = await Journal(records).accept("web:1", "web", "after", "for people")
    assert await records.read(lambda db: journal.for_people(db, "web:1", 0)) == {said.seq}


async def test_a_conversation_belongs_to_a_later_ticket_from_its_beginning(records: Records) -> None:
    hire(records, DANA)
    first, handoffs = await request(records), Handoffs(records)
    await handoffs.claim(DANA, first)
    await handoffs.resolve(DANA, first, "answered")
    second = await request(records)
    ended, begun = await records.read(lambda db: [Tickets(db).expect(each) for each in (first, second)])
    assert await records.read(lambda db: slack_cards.end_of(db, ended)) == begun.first_seq
    assert await records.read(lambda db: slack_cards.end_of(db, begun)) is None


async def test_notes_that_were_written_in_the_thread_are_not_put_there(records: Records) -> None:
    hire(records, BOSS)
    reference, handoffs = await request(records), Handoffs(records)
    await handoffs.note(BOSS, reference, "in Slack", f"{FROM_SLACK}7.2")
    note = await handoffs.note(BOSS, reference, "at the desk", "1")
    found = await records.read(lambda db: slack_cards.notes_after(db, reference, 0))
    assert [(each.id, each.text) for each in found] == [(note.id, "at the desk")]
    assert await records.read(lambda db: slack_cards.notes_after(db, reference, note.id)) == []


async def test_only_who_has_what_they_took_in_slack_is_looked_for_there(records: Records) -> None:
    hire(records, DANA)
    hire(records, BOSS)
    reference, handoffs = await request(records), Handoffs(records)
    await take_up(records)
    await handoffs.claim(DANA, reference)
    assert await records.read(slack_cards.in_hand) == []
    await records.run(lambda db: slack_cards.took(db, reference, "dana", "U1"))
    assert await records.read(slack_cards.in_hand) == [("T1", "U1", "dana")]
    await handoffs.transfer(DANA, reference, "lee")
    assert await records.read(slack_cards.in_hand) == []


async def test_an_agent_is_found_by_the_address_of_an_account_that_is_not_disabled(records: Records) -> None:
    from bot.desk import accounts
    from bot.desk.accounts import Account

    await records.run(
        lambda db: accounts.add(db, Account("dana", DANA.name, DANA.licence, "agent", "dana@agency.example"), "", None)
    )
    assert await records.read(lambda db: people.mailed(db, " Dana@Agency.example ")) == DANA
    assert await records.read(lambda db: people.mailed(db, "dana")) is None
    assert await records.read(lambda db: people.email_of(db, "dana")) == "dana@agency.example"
    await records.run(lambda db: accounts.set_enabled(db, "dana", False))
    assert await records.read(lambda db: people.mailed(db, "dana@agency.example")) is None
