"""The table of states: never two owners, and never the guide and a person both answering."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.records.states import (
    CLOSED,
    OPEN,
    OWNED,
    OWNERS,
    TABLE,
    WAITING,
    WITH_PEOPLE,
    NotNow,
    Owner,
    State,
    Step,
    Taken,
    after,
    owner_after,
)

AGENTS = ("dana", "sam", "lee")
moves = st.tuples(st.sampled_from(Step), st.sampled_from((None, *AGENTS)), st.sampled_from(AGENTS))


def taken(state: State, owner: str | None, step: Step, by: str | None, to: str) -> tuple[State, str | None]:
    """As a ticket takes it: both or neither."""
    try:
        return after(state, step), owner_after(owner, step, by, to)
    except (NotNow, Taken):
        return state, owner


def test_every_state_but_the_first_is_reached_and_every_open_one_is_left() -> None:
    assert {*TABLE.values()} == set(State)
    assert {state for state, _ in TABLE} == set(State)


def test_every_step_says_whose_it_is() -> None:
    assert {step for _, step in TABLE} == set(Step) == OWNERS.keys()


def test_a_closed_ticket_is_only_opened_again() -> None:
    assert {step for state, step in TABLE if state in CLOSED} == {Step.REOPEN, Step.RECALL}


def test_every_open_ticket_can_be_resolved() -> None:
    assert all((state, Step.RESOLVE) in TABLE for state in OPEN)


def test_whoever_is_with_people_can_always_go_back_to_the_guide() -> None:
    assert all(after(state, Step.GIVE_BACK) not in WITH_PEOPLE for state in WITH_PEOPLE)


@given(st.lists(moves, max_size=40))
def test_who_has_a_ticket_is_clear_after_any_steps(steps: list[tuple[Step, str | None, str]]) -> None:
    state, owner = State.REQUESTED, None
    for step, by, to in steps:
        if by is None and OWNERS[step] in (Owner.NOBODY, Owner.GIVES):
            continue  # the guide and the visitor take no ticket
        if by is None and step is Step.ANSWER:
            continue
        before = owner
        state, owner = taken(state, owner, step, by, to)
        assert (owner is not None) if state in OWNED else True
        assert owner is None or state in OWNED or state is State.CALLBACK
        if owner != before and owner is not None and before is not None:
            assert step is Step.TRANSFER and by == before, "nobody loses a ticket to a colleague against their will"


@given(st.sampled_from(State), st.sampled_from(AGENTS), st.sampled_from(AGENTS))
def test_a_ticket_that_somebody_has_is_claimed_by_nobody_else(state: State, owner: str, other: str) -> None:
    if owner != other:
        with pytest.raises(Taken, match=owner):
            owner_after(owner, Step.CLAIM, other)


@given(st.sampled_from(Step), st.sampled_from(AGENTS), st.sampled_from(AGENTS))
def test_nobody_answers_or_moves_a_ticket_of_a_colleague(step: Step, owner: str, other: str) -> None:
    if owner == other:
        return
    with pytest.raises(Taken):
        owner_after(owner, step, other, "lee")


def test_an_answer_needs_a_claim_first() -> None:
    for state in WAITING:
        with pytest.raises(NotNow):
            after(state, Step.ANSWER)
    with pytest.raises(Taken, match="claim it first"):
        owner_after(None, Step.ANSWER, "dana")
