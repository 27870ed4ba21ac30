"""Where a conversation stands when a message comes: all that an action reads, read once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from rasa_sdk import Tracker

from actions.calling import WHO, consent_sentence, just_said, was_said, with_contact
from actions.forms.asking import PLANS
from actions.forms.filling import Filling
from actions.responding import question_of
from bot.agency import Agency
from bot.privacy import mask
from knowledge.base import KnowledgeBase
from understanding.question import Frame, Question
from understanding.targets import intent_id


@dataclass(frozen=True)
class Standing:
    """One message and what was there before it.

    Attributes:
        frame: what was being talked about; a form counts for the trade and the state it was told.
        kept: the form on its way, or what the last one learned, before the message.
        filling: the same with how the message says to reach the visitor.
        now: seconds since the epoch.
    """

    tracker: Tracker
    base: KnowledgeBase
    frame: Frame | None
    kept: Filling | None
    filling: Filling | None
    now: float

    @classmethod
    def of(cls, tracker: Tracker, base: KnowledgeBase, now: float) -> Standing:
        frame = Frame.from_slot(tracker.get_slot("frame"))
        kept = Filling.from_slot(tracker.get_slot("form"))
        consent = consent_sentence(base.notices, Agency.from_environment())
        before = just_said(tracker.events)
        name_asked = next((each for each in (WHO, consent) if was_said(each, before)), "")
        filling = with_contact(kept, tracker.latest_message, now, name_asked)
        if filling and not (frame and frame.industry):
            frame = _with_trade(frame, filling, _turn(tracker))
        return cls(tracker, base, frame, kept, filling, now)

    @property
    def message(self) -> Mapping[str, Any]:
        """Rasa's parse data of the message."""
        latest: Mapping[str, Any] = self.tracker.latest_message
        return latest

    @cached_property
    def turn(self) -> int:
        """Which message of the visitor's this is."""
        return _turn(self.tracker)

    @property
    def written(self) -> list[str]:
        """What the visitor has written before this message, the oldest first, identifiers masked; no buttons."""
        said = [event for event in self.tracker.events if event.get("event") == "user"][:-1]
        typed = [event for event in said if not (event.get("parse_data") or {}).get("ask")]
        return [mask(str(event.get("text") or "")) for event in typed]

    @cached_property
    def question(self) -> Question:
        """What the message asks, as it was decided."""
        return question_of(self.message, self.frame)


def _turn(tracker: Tracker) -> int:
    return sum(1 for event in tracker.events if event.get("event") == "user")


def _with_trade(frame: Frame | None, filling: Filling, turn: int) -> Frame:
    """What was told in a form counts for questions outside it, too."""
    facts = filling.facts()
    if filling.form and not (frame and frame.intent):
        intent = PLANS[filling.form].intent
        frame = replace(frame or Frame(), intent=intent, target=intent_id(intent), turn=turn)
    frame = frame or Frame()
    return replace(frame, industry=facts.get("industry"), state=frame.state or facts.get("state"))
