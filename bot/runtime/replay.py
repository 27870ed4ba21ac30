"""Defect: Rasa replays a whole session several times in every turn.

``DialogueStateTracker.copy`` applies every event again for each action, and ``applied_events`` goes through all of
them for each look at the session (rasa.shared.core.trackers, 3.6.21): the longer a conversation, the slower its
turns.  Here each tracker has one replayed beside it that is only ever taken further, by the events that are new, and
a copy is taken of that.  It can go when the cost of a turn in Rasa does not grow with the session.
"""

from __future__ import annotations

import copy
from collections import deque
from itertools import islice
from typing import Any

from rasa.shared.core.domain import Domain, State
from rasa.shared.core.events import (
    ActionExecuted,
    ActionReverted,
    ActiveLoop,
    Event,
    Restarted,
    SessionStarted,
    UserUtteranceReverted,
)
from rasa.shared.core.trackers import DialogueStateTracker

_copy = DialogueStateTracker.copy
_applied_events = DialogueStateTracker.applied_events
_UNDOING = (ActionReverted, UserUtteranceReverted, ActiveLoop)  # what comes after them may undo what was before
_BEGINNING = (Restarted, SessionStarted)


def _since(events: deque[Event], seen: int) -> list[Event]:
    """The events behind so many, without a walk past those: they are taken from the end."""
    return list(islice(reversed(events), max(len(events) - seen, 0)))[::-1]


class Session:
    """Where the latest session of a tracker begins, and whether its events apply as they stand.

    Attributes:
        start: place of the first event that counts.
        is_plain: nothing in it is ever undone.
    """

    def __init__(self, events: deque[Event]) -> None:
        self.start = 0
        self.is_plain = True
        self._events = events
        self._seen = 0

    @classmethod
    def of(cls, tracker: DialogueStateTracker) -> Session:
        """That of a tracker, up to its latest event."""
        found = tracker.__dict__.get("_session")
        if found is None or not found._goes_on_as(tracker.events):
            found = tracker.__dict__["_session"] = cls(tracker.events)
        for event in _since(tracker.events, found._seen):
            found._add(event)
        return found

    def _goes_on_as(self, events: deque[Event]) -> bool:
        return self._events is events and self._seen <= len(events) and events.maxlen is None

    def _add(self, event: Event) -> None:
        self._seen += 1
        if isinstance(event, _BEGINNING):
            self.start = self._seen
        elif isinstance(event, _UNDOING):
            self.is_plain = False


class Replayed:
    """A tracker replayed beside another, event by event, and the states before its latest actions.

    Attributes:
        tracker: has had the events of the other applied, from its first on.
        states: before each of the latest actions of the session; only with a domain.
        told: the events as dicts, as far as somebody asked for them.
    """

    def __init__(self, tracker: DialogueStateTracker, domain: Domain | None, length: int) -> None:
        self.tracker = tracker.init_copy()
        self.domain = domain
        self.states: deque[State] = deque(maxlen=length)
        self.told: list[dict[str, Any]] = []
        self._events = tracker.events

    @classmethod
    def of(cls, tracker: DialogueStateTracker, domain: Domain | None = None, length: int = 0) -> Replayed | None:
        """That of a tracker, up to its latest event; None where Rasa has to do it.

        Args:
            domain: asks for the states.
            length: how many of them.
        """
        if type(tracker) is not DialogueStateTracker or tracker.events.maxlen is not None:
            return None  # a tracker of training, or one that forgets its first events
        found = tracker.__dict__.get("_replayed")
        if found is None or not found._serves(tracker, domain, length):
            found = tracker.__dict__["_replayed"] = cls(tracker, domain, length)
        for event in _since(tracker.events, len(found.tracker.events)):
            found._add(event)
        return found

    def copied(self) -> DialogueStateTracker:
        """A tracker in the same state.  Messages are events, which trackers share."""
        made = copy.copy(self.tracker)
        made.events = self.tracker.events.copy()
        made.slots = type(made.slots)({name: copy.copy(slot) for name, slot in made.slots.items()})
        made.latest_action = copy.copy(made.latest_action)
        made.active_loop = copy.copy(made.active_loop)
        made.__dict__["_copied_from"] = self
        return made

    def as_dicts(self, tracker: DialogueStateTracker) -> list[dict[str, Any]]:
        """The events of a copy as dicts; those that the original has, too, are made once."""
        shared = len(self.tracker.events)
        self.told += [event.as_dict() for event in _since(self.tracker.events, len(self.told))]
        return [*self.told, *(event.as_dict() for event in _since(tracker.events, shared))]

    def _serves(self, tracker: DialogueStateTracker, domain: Domain | None, length: int) -> bool:
        goes_on = self._events is tracker.events and len(self.tracker.events) <= len(tracker.events)
        known = domain is None or (self.domain is domain and self.states.maxlen == length)
        return goes_on and known

    def _add(self, event: Event) -> None:
        if isinstance(event, _BEGINNING):
            self.states.clear()
        elif isinstance(event, ActionExecuted) and self.domain is not None:
            self.states.append(self.domain.get_active_state(self.tracker))
        self.tracker.update(event)


def copied(tracker: DialogueStateTracker) -> DialogueStateTracker:
    """Rasa's ``copy`` without applying every event again."""
    replayed = Replayed.of(tracker)
    return replayed.copied() if replayed else _copy(tracker)


def applied_events(tracker: DialogueStateTracker) -> list[Event]:
    """Rasa's ``applied_events``; where nothing is undone they are the events since the session began."""
    session = Session.of(tracker)
    return list(tracker.events)[session.start :] if session.is_plain else _applied_events(tracker)


def install() -> None:
    """Copy trackers and look at sessions so in this process."""
    DialogueStateTracker.copy = copied
    DialogueStateTracker.applied_events = applied_events
