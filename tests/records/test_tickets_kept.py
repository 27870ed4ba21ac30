"""How long requests are kept, what holds one, and what "delete my data" leaves."""

from __future__ import annotations

import datetime
from collections.abc import Callable

import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import update

from actions.erasing import receipt
from bot.cli import main
from bot.handoff.keeping import keep_until
from bot.records import tables, tickets
from bot.records.opening import shared
from bot.records.ticket_store import TicketStore
from bot.records.tickets import Forgotten

TODAY = datetime.datetime.now(datetime.UTC).date()
LONG_AGO = "2015-01-01T10:00:00+00:00"


def opened(conversation: str = "web:1", said: str = "we were hacked", at: str | None = None) -> str:
    """The reference of a new request, last touched then."""
    store = TicketStore()
    reference = store.open(conversation, "claim", "urgent", said, [{"from": "user", "text": said}]).reference
    if at:
        request = tables.ticket
        touched = update(request).where(request.c.reference == reference).values(created_at=at, updated_at=at)
        shared().run_now(lambda connection: connection.execute(touched))
    return reference


def guide(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["tickets", *arguments])


# Retention


def test_what_nobody_touched_for_so_long_is_gone(stored: Callable[[], bytes]) -> None:
    old, new = opened("web:1", "zebra farm", LONG_AGO), opened("web:2")
    store = TicketStore()
    assert store.forget_older_than(1825) == [old]
    assert store.forget_older_than(1825) == []
    assert store.get(old) is None and store.get(new) is not None
    assert b"zebra" not in stored()


def test_a_request_brought_up_to_date_counts_from_then() -> None:
    reference = opened(at=LONG_AGO)
    store = TicketStore()
    assert store.open("web:1", "asked", "normal", "still there?", []).reference == reference
    assert store.forget_older_than(30) == []


def test_days_count_to_the_second() -> None:
    now = datetime.datetime.now(datetime.UTC)
    almost, just = (now - datetime.timedelta(days=30) + datetime.timedelta(seconds=s) for s in (60, -60))
    kept = opened("web:1", at=almost.isoformat(timespec="seconds"))
    gone = opened("web:2", at=just.isoformat(timespec="seconds"))
    store = TicketStore()
    assert store.forget_older_than(30) == [gone]
    assert store.get(kept) is not None


# Holds


def test_nothing_erases_what_is_held_until_it_is_released() -> None:
    held, other = opened(at=LONG_AGO), opened("web:2", at=LONG_AGO)
    assert guide("hold", held.lower(), "--reason", "dispute  about\nthe warehouse").output == (
        f"{held} is kept until it is released.\n"
    )
    store = TicketStore()
    assert store.forget_older_than(1) == [other]
    assert store.forget("web:1") == Forgotten([], [held])
    ticket = store.get(held)
    assert ticket is not None and ticket.hold == "dispute about the warehouse" and ticket.erase_asked
    assert store.forget("web:1") == Forgotten([], [held])  # asked again: the first time counts
    assert store.get(held) == ticket
    assert guide("release", held).output == f"{held} is erased: its visitor had asked for that.\n"
    assert TicketStore().get(held) is None


def test_what_is_released_without_a_wish_to_erase_it_is_kept_as_any_other() -> None:
    held = opened()
    guide("hold", held, "--reason", "audit")
    assert guide("release", held).output == f"{held} is released.\n"
    ticket = TicketStore().get(held)
    assert ticket is not None and not ticket.is_kept(TODAY)
    assert TicketStore().forget("web:1") == Forgotten([held], [])


def test_a_request_that_became_insurance_is_kept_for_five_years_after_the_policy() -> None:
    reference = opened(at=LONG_AGO)
    ends = TODAY + datetime.timedelta(days=300)
    until = keep_until(ends)
    assert guide("hold", reference, "--policy-ends", str(ends)).output == f"{reference} is kept until {until}.\n"
    store = TicketStore()
    assert store.forget_older_than(1) == [] and store.forget("web:1") == Forgotten([], [reference])
    ticket = store.get(reference)
    assert ticket is not None
    assert ticket.is_kept(until) and not ticket.is_kept(until + datetime.timedelta(days=1))


def test_what_its_visitor_wanted_erased_goes_as_soon_as_the_law_lets_it(monkeypatch: pytest.MonkeyPatch) -> None:
    reference = opened()
    guide("hold", reference, "--policy-ends", str(TODAY))
    TicketStore().forget("web:1")
    assert TicketStore().forget_older_than(1825) == []
    later = keep_until(TODAY) + datetime.timedelta(days=1)
    monkeypatch.setattr(tickets, "_today", later.isoformat)
    assert TicketStore().forget_older_than(36_500) == [reference]


def test_a_policy_that_ended_long_ago_keeps_nothing() -> None:
    reference = opened()
    guide("hold", reference, "--policy-ends", "2015-01-01")
    assert TicketStore().forget("web:1") == Forgotten([reference], [])


@given(st.dates(datetime.date(1990, 1, 1), datetime.date(2090, 1, 1)))
def test_five_years_are_never_shorter_than_the_law_says(ends: datetime.date) -> None:
    until = keep_until(ends)
    assert until.year == ends.year + 5
    assert (until.month, until.day) == ((3, 1) if (ends.month, ends.day) == (2, 29) else (ends.month, ends.day))


def test_a_held_request_stays_as_it_is_and_a_new_one_is_opened_beside_it() -> None:
    held = opened(said="the roof fell in")
    guide("hold", held, "--reason", "dispute")
    store = TicketStore()
    new = store.open("web:1", "asked", "normal", "hello?", [])
    kept = store.get(held)
    assert new.reference != held
    assert kept is not None and kept.summary == "the roof fell in"
    assert store.open("web:1", "asked", "normal", "hello??", []).reference == new.reference


def test_what_was_to_be_erased_is_not_written_to_again() -> None:
    held = opened()
    guide("hold", held, "--policy-ends", str(TODAY))
    TicketStore().forget("web:1")
    assert TicketStore().open("web:1", "asked", "normal", "me again", []).reference != held


# The command


def test_list_shows_the_urgent_first_and_why_what_is_kept_is_kept() -> None:
    assert guide("list").output == "0 requests.\n"
    store = TicketStore()
    normal = store.open("web:1", "asked", "normal", "a person,\nplease", []).reference
    urgent = store.open("web:2", "claim", "urgent", "hacked", []).reference
    guide("hold", normal, "--reason", "audit")
    first, second, total = guide("list").output.splitlines()
    assert first.startswith(urgent) and first.endswith("urgent  claim   hacked")
    assert second.startswith(normal) and second.endswith("normal  asked   a person, please  kept: audit")
    assert total == "2 requests."


@pytest.mark.parametrize("arguments", [("hold", "XXXXXX", "--reason", "x"), ("release", "XXXXXX")])
def test_an_unknown_reference_is_said(arguments: tuple[str, ...]) -> None:
    result = guide(*arguments)
    assert (result.exit_code, result.stderr) == (1, "There is no request XXXXXX.\n")


@pytest.mark.parametrize(
    "arguments", [("hold", "K3RMQT"), ("hold", "K3RMQT", "--reason", " "), ("hold", "K", "--policy-ends", "1.3.27")]
)
def test_a_hold_needs_a_reason_or_a_day(arguments: tuple[str, ...]) -> None:
    assert guide(*arguments).exit_code == 2


# The receipt


def test_the_receipt_says_what_had_to_be_kept_in_one_sentence() -> None:
    at = datetime.datetime(2026, 11, 29, 8, 0, tzinfo=datetime.UTC)
    notices = {"kept_on_hold": "I had to keep {requests}."}
    text = receipt(7, Forgotten(["K3RMQT"], ["ACDEFG"]), "R", at, notices).lead
    assert text == (
        "Done. I have erased this conversation (7 messages) and the requests K3RMQT. I had to keep ACDEFG. "
        "Your receipt is R, November 29, 2026, 08:00 UTC. Keep a copy of it: I keep none."
    )
    assert "keep" not in receipt(7, Forgotten(["K3RMQT"], []), "R", at, notices).lead.split("Keep a copy")[0]


# What is stored


def test_identifiers_reach_no_file(stored: Callable[[], bytes]) -> None:
    opened(said="my ssn is 536-22-8712")
    assert b"8712" not in stored()


def test_what_was_told_and_agreed_is_kept_with_the_request() -> None:
    store = TicketStore()
    consent = {"number": "(202) 555-0142", "text": "You agree that we may call you.", "at": LONG_AGO}
    first = store.open("web:1", "quote", "normal", "Quote", [], None, "Your reference is {}.".format, consent)
    assert first.confirmation == f"Your reference is {first.reference}."
    assert store.get(first.reference) == first and first.consent == consent
    again = store.open("web:1", "asked", "normal", "a person", [], None, "{}".format)
    assert again.consent == consent  # nothing takes it back by itself
    assert store.get(first.reference) == again
