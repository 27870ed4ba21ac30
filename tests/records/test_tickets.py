"""Tickets: one open request a conversation, kept with everything an agent needs."""

from __future__ import annotations

import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.records import opening, tickets
from bot.records.engine import Records
from bot.records.ticket_store import TicketStore
from bot.records.tickets import ALPHABET, Forgotten

TALK = [{"from": "user", "text": "we were hacked", "at": 1.5}, {"from": "bot", "text": "I am sorry.", "at": 2.0}]


@pytest.fixture
def store(records: Records) -> TicketStore:
    return TicketStore(records)


def test_a_ticket_can_be_read_back_by_another_process(store: TicketStore, open_again: Callable[[], Records]) -> None:
    opened = store.open("web:1", "claim", "urgent", "we were hacked", TALK)
    assert TicketStore(open_again()).get(opened.reference) == opened
    assert opened.transcript == TALK


def test_a_reference_can_be_read_out_on_the_phone(store: TicketStore) -> None:
    reference = store.open("web:1", "asked", "normal", "", []).reference
    assert len(reference) == 6
    assert set(reference) <= set(ALPHABET)
    assert not set("0O1IS5B8Z2M") & set(ALPHABET) - {"M"}


def test_a_conversation_that_asks_again_keeps_its_reference(store: TicketStore) -> None:
    first = store.open("web:1", "asked", "normal", "an agent, please", TALK[:1])
    again = store.open("web:1", "asked", "normal", "hello? an agent!", TALK)
    assert again.reference == first.reference
    assert again.created_at == first.created_at
    assert store.get(first.reference) == again
    assert again.transcript == TALK


def test_what_was_urgent_stays_urgent(store: TicketStore) -> None:
    store.open("web:1", "claim", "urgent", "hacked", [])
    assert store.open("web:1", "asked", "normal", "an agent", []).priority == "urgent"


def test_conversations_have_tickets_of_their_own(store: TicketStore) -> None:
    one, two = (store.open(f"web:{n}", "asked", "normal", "", []) for n in (1, 2))
    assert one.reference != two.reference


def test_a_reference_in_use_is_never_given_out_again(store: TicketStore, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = iter("AAAAAA" + "AAAAAA" + "CCCCCC")
    monkeypatch.setattr(tickets.secrets, "choice", lambda _: next(drawn))
    first = store.open("web:1", "asked", "normal", "mine", [])
    second = store.open("web:2", "asked", "normal", "yours", [])
    assert (first.reference, second.reference) == ("AAAAAA", "CCCCCC")
    kept = store.get("AAAAAA")
    assert kept is not None
    assert kept.summary == "mine"


def test_an_unknown_reference_is_none(store: TicketStore) -> None:
    assert store.get("XXXXXX") is None
    assert store.get("' or 1=1 --") is None


WORDS = st.text(st.characters(codec="utf-8", exclude_characters="\x00"))  # no channel lets a zero through


@settings(max_examples=40)
@given(WORDS, WORDS, st.lists(st.fixed_dictionaries({"from": st.text(), "text": st.text()}), max_size=4))
def test_whatever_was_said_is_kept_as_it_was(
    store: TicketStore, conversation: str, summary: str, said: list[dict[str, str]]
) -> None:
    ticket = store.open(conversation, "asked", "normal", summary, said)
    assert store.get(ticket.reference) == ticket
    assert (ticket.summary, ticket.transcript) == (summary, said)


def test_the_state_folder_is_one_that_others_cannot_enter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GUIDE_STATE", str(tmp_path / "deep" / "state"))
    TicketStore().open("web:1", "asked", "normal", "", [])
    assert stat.S_IMODE((tmp_path / "deep" / "state").stat().st_mode) == 0o700


def test_trying_the_guide_out_calls_no_agent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GUIDE_STATE", str(tmp_path / "nowhere"))
    opening.use_memory()
    ticket = TicketStore().open("ask:1", "asked", "normal", "", [])
    assert TicketStore().get(ticket.reference) == ticket  # stores share it: an action opens one each turn
    assert not (tmp_path / "nowhere").exists()
    opening.use_disk()


def test_facts_of_a_form_are_kept_with_the_ticket_and_add_up(store: TicketStore) -> None:
    store.open("web:1", "quote", "normal", "Quote", [], {"State": "Nevada"})
    ticket = store.open("web:1", "asked", "normal", "call me", [], {"Employees": "12"})
    found = store.get(ticket.reference)
    assert found is not None
    assert found.facts == {"State": "Nevada", "Employees": "12"}


def test_forgotten_tickets_leave_nothing(store: TicketStore, stored: Callable[[], bytes]) -> None:
    reference = store.open("web:1", "quote", "normal", "zebra farm", [{"from": "user", "text": "zebra farm"}]).reference
    kept = store.open("web:2", "asked", "normal", "hello", []).reference
    assert store.forget("web:1") == Forgotten([reference], [])
    assert store.forget("web:1") == Forgotten([], [])
    assert store.get(kept) is not None
    assert b"zebra" not in stored()


def test_identifiers_never_reach_a_ticket(store: TicketStore) -> None:
    said = [{"from": "user", "text": "my ssn is 536-22-8712"}]
    ticket = store.open("web:1", "asked", "normal", "ssn 536-22-8712", said)
    assert "8712" not in ticket.summary + str(ticket.transcript)
