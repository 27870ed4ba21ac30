"""Who has a conversation, as a table: the states of a ticket, and the steps that lead from one to another.  Pure."""

from __future__ import annotations

from enum import Enum


class State(str, Enum):
    """Of a ticket."""

    REQUESTED = "requested"  # being handed over: the answer that says so is not out yet
    QUEUED = "queued"  # the visitor waits in the chat
    ASSIGNED = "assigned"  # an agent has it, and has not answered yet
    ACTIVE = "active"  # agent and visitor talk
    SNOOZED = "snoozed"  # an agent has it and put it off
    CALLBACK = "callback"  # the visitor is called back; the guide has the chat
    RETURNED = "returned"  # the guide has the conversation again
    RESOLVED = "resolved"
    ABANDONED = "abandoned"  # the visitor has gone


class Step(str, Enum):
    """What may happen to a ticket."""

    QUEUE = "queue"
    CLAIM = "claim"  # an agent takes it
    ANSWER = "answer"  # its agent says something in the chat
    TRANSFER = "transfer"  # its agent gives it to another
    RELEASE = "release"  # its agent puts it back, or is gone
    SNOOZE = "snooze"
    WAKE = "wake"
    REQUEST = "request"  # who waits to be called back asks in the chat again
    POSTPONE = "postpone"  # nobody could take it: it becomes a callback
    SCHEDULE = "schedule"  # its agent calls back, at a time
    GIVE_BACK = "give back"  # to the guide
    RESOLVE = "resolve"
    ABANDON = "abandon"
    REOPEN = "reopen"  # to wait in the chat again
    RECALL = "recall"  # reopened, to be called back


class Owner(Enum):
    """What a step asks of the owner, and does with it."""

    NOBODY = "nobody may have it before; whoever takes the step has it afterwards"
    KEEPS = "its owner alone may take the step, and keeps it"
    GIVES = "its owner alone may take the step, and somebody named has it afterwards"
    LEAVES = "nobody has it afterwards"


WITH_PEOPLE = frozenset((State.REQUESTED, State.QUEUED, State.ASSIGNED, State.ACTIVE, State.SNOOZED))
"""The guide is silent, and what the visitor writes is for an agent."""
WAITING = frozenset((State.REQUESTED, State.QUEUED))
OWNED = frozenset((State.ASSIGNED, State.ACTIVE, State.SNOOZED))
"""Somebody has it; a callback may or may not have somebody."""
CLOSED = frozenset((State.RETURNED, State.RESOLVED, State.ABANDONED))
OPEN = frozenset(State) - CLOSED

_HELD = (State.ASSIGNED, State.ACTIVE, State.SNOOZED)

TABLE: dict[tuple[State, Step], State] = {
    (State.REQUESTED, Step.QUEUE): State.QUEUED,
    **{(state, Step.CLAIM): State.ASSIGNED for state in WAITING},
    (State.CALLBACK, Step.CLAIM): State.CALLBACK,
    **{(state, Step.ANSWER): State.ACTIVE for state in (*_HELD, State.CALLBACK)},
    **{(state, Step.TRANSFER): State.ASSIGNED for state in _HELD},
    (State.CALLBACK, Step.TRANSFER): State.CALLBACK,
    **{(state, Step.RELEASE): State.QUEUED for state in _HELD},
    (State.CALLBACK, Step.RELEASE): State.CALLBACK,
    **{(state, Step.SNOOZE): State.SNOOZED for state in _HELD},
    (State.SNOOZED, Step.WAKE): State.ACTIVE,
    (State.CALLBACK, Step.REQUEST): State.REQUESTED,
    **{(state, Step.POSTPONE): State.CALLBACK for state in WITH_PEOPLE},
    **{(state, Step.SCHEDULE): State.CALLBACK for state in (*_HELD, State.CALLBACK)},
    **{(state, Step.GIVE_BACK): State.RETURNED for state in WITH_PEOPLE},
    **{(state, Step.RESOLVE): State.RESOLVED for state in OPEN},
    **{(state, Step.ABANDON): State.ABANDONED for state in WITH_PEOPLE},
    **{(state, Step.REOPEN): State.QUEUED for state in CLOSED},
    **{(state, Step.RECALL): State.CALLBACK for state in CLOSED},
}

OWNERS: dict[Step, Owner] = {
    Step.QUEUE: Owner.LEAVES,
    Step.CLAIM: Owner.NOBODY,
    Step.ANSWER: Owner.KEEPS,
    Step.TRANSFER: Owner.GIVES,
    Step.RELEASE: Owner.LEAVES,
    Step.SNOOZE: Owner.KEEPS,
    Step.WAKE: Owner.KEEPS,
    Step.REQUEST: Owner.LEAVES,
    Step.POSTPONE: Owner.LEAVES,
    Step.SCHEDULE: Owner.KEEPS,
    Step.GIVE_BACK: Owner.LEAVES,
    Step.RESOLVE: Owner.LEAVES,
    Step.ABANDON: Owner.LEAVES,
    Step.REOPEN: Owner.LEAVES,
    Step.RECALL: Owner.LEAVES,
}


class NotNow(ValueError):
    """A step that a ticket's state does not allow."""

    def __init__(self, state: State, step: Step) -> None:
        super().__init__(f"A ticket that is {state.value} allows no step {step.value!r}.")
        self.state, self.step = state, step


class Taken(RuntimeError):
    """Somebody else has it.

    Attributes:
        owner: login of whoever has it; None where nobody has.
        owner_name: as colleagues read it.
    """

    def __init__(self, owner: str | None) -> None:
        super().__init__(f"{owner} has it." if owner else "Nobody has it: claim it first.")
        self.owner = self.owner_name = owner


def after(state: State, step: Step) -> State:
    """The state that a step leads to.

    Raises:
        NotNow: the state does not allow it.
    """
    found = TABLE.get((state, step))
    if found is None:
        raise NotNow(state, step)
    return found


def owner_after(owner: str | None, step: Step, by: str | None, to: str | None = None) -> str | None:
    """Who has the ticket once a step is taken.

    Args:
        owner: who has it before.
        by: login of the agent who takes the step; None for the guide and for the visitor, who ask nobody.
        to: to whom it is transferred.

    Raises:
        Taken: the step is not this agent's to take.
    """
    rule = OWNERS[step]
    if rule is Owner.NOBODY:
        if owner not in (None, by):
            raise Taken(owner)
        return by
    if by is not None and owner != by and (rule is not Owner.LEAVES or owner is not None):
        raise Taken(owner)
    if rule is Owner.KEEPS:
        return owner
    return to if rule is Owner.GIVES else None
