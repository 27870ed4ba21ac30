"""One turn: read the question, find who answers it, say the answer, remember what it was about."""

from __future__ import annotations

import logging
import secrets
import time
from abc import ABC, abstractmethod
from dataclasses import asdict, replace
from typing import Any, ClassVar

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.answer import Answer, Status
from actions.forms.filling import Filling
from actions.forms.turn import PLANS, Turn, begin, closed, facts_of, go_on, matched, not_sent, opens, sent, varied
from actions.handing_over import PRIORITY, pass_on, passes_on, told
from actions.question import Frame, Question, read_question
from actions.responding import MISSES, TALK_TO_AGENT, Reply, answer_to, answers_to_each, remembered
from actions.settings import Agency
from actions.wording import text_of
from knowledge.base import KnowledgeBase, KnowledgeUnavailable
from knowledge.build import DATABASE
from knowledge.notices import opening

logger = logging.getLogger(__name__)

SURE_RESTART = 0.9


class _OpenBase:
    """The knowledge base, opened again when a newer one has been put in its place."""

    def __init__(self) -> None:
        self._base: KnowledgeBase | None = None
        self._stamp: tuple[int, int] | None = None

    def __call__(self) -> KnowledgeBase:
        try:
            found = DATABASE.stat()
        except FileNotFoundError as error:
            raise KnowledgeUnavailable(f"There is no knowledge base at {DATABASE}.") from error
        stamp = (found.st_ino, found.st_mtime_ns)
        if self._base is None or stamp != self._stamp:
            fresh = KnowledgeBase(DATABASE)
            if self._base is not None:
                self._base.close()
            self._base, self._stamp = fresh, stamp
        return self._base


open_base = _OpenBase()


class GuideAction(Action, ABC):
    """A Rasa action that always says something useful.

    Any failure is logged under an error id that the visitor sees, and the conversation stays usable.
    """

    fallback_intent: ClassVar[str | None] = None  # answered whatever the classifier said

    @abstractmethod
    def name(self) -> str:
        """The action's name in the domain."""

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        try:
            return self.take_turn(dispatcher, tracker)
        except Exception as error:  # the last line of defence: the visitor must hear something
            error_id = secrets.token_hex(4)
            logger.exception("error %s in %s for %s", error_id, self.name(), tracker.sender_id)
            dispatcher.utter_message(**_apology(error_id, isinstance(error, KnowledgeUnavailable)))
            intent = (tracker.latest_message.get("intent") or {}).get("name")
            if intent in PRIORITY:  # whoever asks for a person gets one, whatever else is broken
                dispatcher.utter_message(text=told(pass_on(intent, tracker)))
            return []

    def take_turn(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> list[EventType]:
        """Answer the latest message, go on with a form if one is on its way, and remember what it was about."""
        base = open_base()
        now = time.time()
        frame = Frame.from_slot(tracker.get_slot("frame"))
        filling = Filling.from_slot(tracker.get_slot("form"))
        if filling and not (frame and frame.industry):
            frame = _with_trade(frame, filling, _turn(tracker))
        events: list[EventType] = []
        if not _notice_given(tracker):
            dispatcher.utter_message(text=notice(base))
            events.append(SlotSet("notice_given", True))
        message = tracker.latest_message
        form = _form_turn(filling, frame, tracker, base, now)
        shown = list(form.said) if form else []
        if form is None or form.digression:
            replies = self._answered(tracker, frame, filling, base)
            opened = opens(*replies[0], message, base, now) if form is None and len(replies) == 1 else None
            if opened:
                form = begin(opened, filling, message, base, now)
                shown = list(form.said)
            else:
                for question, answer in replies:
                    shown.append(matched(filling, question, answer, base))
                    frame = remembered(base, question, answer, frame, _turn(tracker))
        elif shown and shown[-1].status is Status.ANSWERED:
            frame = remembered(base, _told_of(form.filling, message, frame), shown[-1], frame, _turn(tracker))
        if form:
            shown += [form.after] if form.after else []
            events.append(SlotSet("form", form.filling.as_slot()))
        for answer in shown[:-1]:
            answer.buttons = []  # a number typed next chooses from the last list shown
        for answer in shown:
            dispatcher.utter_message(**as_message(answer, base))
        return [*events, SlotSet("frame", frame.as_slot() if frame else None)]

    def _answered(
        self, tracker: Tracker, frame: Frame | None, filling: Filling | None, base: KnowledgeBase
    ) -> list[Reply]:
        """The answers to every question of the latest message; requests for a person are passed on."""
        message, turn = tracker.latest_message, _turn(tracker)
        replies = answers_to_each(message, frame, turn, base) or [answer_to(message, frame, turn, base)]
        for _, answer in replies:
            if answer.status in MISSES and frame and frame.misses >= 1:
                answer.buttons = [TALK_TO_AGENT, *(b for b in answer.buttons if b != TALK_TO_AGENT)][:5]
            if passes_on(answer):
                ticket = pass_on(answer.intent, tracker, facts_of(filling, base) if filling else None)
                if ticket is None:
                    answer.lead, answer.paragraphs = told(None), []
                else:
                    answer.paragraphs.append(told(ticket))
        return replies


def starts_over(tracker: Tracker) -> bool:
    """Whether the visitor wants to begin afresh; in the middle of a form it must be sure, for the form is lost."""
    intent = tracker.latest_message.get("intent") or {}
    filling = Filling.from_slot(tracker.get_slot("form"))
    least = SURE_RESTART if filling and filling.form else 0.0
    return intent.get("name") == "restart" and float(intent.get("confidence") or 0.0) >= least


def _form_turn(
    filling: Filling | None, frame: Frame | None, tracker: Tracker, base: KnowledgeBase, now: float
) -> Turn | None:
    """What the form on its way makes of the message, or the recommendation given last; None where neither is meant."""
    if filling is None or filling.form is None or starts_over(tracker):
        return varied(filling, frame, tracker.latest_message, base, now)
    turn = go_on(filling, tracker.latest_message, base, now)
    return _submitted(turn.filling, tracker, base) if turn.submitted else turn


def _submitted(filling: Filling, tracker: Tracker, base: KnowledgeBase) -> Turn:
    """A confirmed form passed on; where that fails it stays as it is, and can be sent again."""
    ticket = pass_on("get_quote", tracker, facts_of(filling, base))
    if ticket is None:
        return Turn(filling, after=not_sent(filling, base))
    return Turn(closed(filling), [sent(filling, ticket.reference, Agency.from_environment().reached_by())])


def _told_of(filling: Filling, message: dict[str, Any], frame: Frame | None) -> Question:
    """What a form's result is about, as a question that could have been asked."""
    facts = filling.facts()
    return replace(read_question(message, frame), industry=facts.get("industry"), state=facts.get("state"), policies=())


def _with_trade(frame: Frame | None, filling: Filling, turn: int) -> Frame:
    """What was told in a form counts for questions outside it, too."""
    facts = filling.facts()
    if filling.form and not (frame and frame.intent):
        frame = replace(frame or Frame(intent=""), intent=PLANS[filling.form].intent, turn=turn)
    frame = frame or Frame(intent="")
    return replace(frame, industry=facts.get("industry"), state=frame.state or facts.get("state"))


def _turn(tracker: Tracker) -> int:
    """Which message of the visitor's this is."""
    return sum(1 for event in tracker.events if event.get("event") == "user")


def notice(base: KnowledgeBase) -> str:
    """What every conversation starts with, as the website says it too."""
    agency = Agency.from_environment()
    return opening(base.notices, agency.name, agency.licence)


def as_message(answer: Answer, base: KnowledgeBase) -> dict[str, Any]:
    """What the dispatcher utters: text, button titles, and the typed answer beside them.

    A channel that knows the answer's parts (the website) renders those; others show the text.
    """
    shown = answer.as_dict()
    shown["version"] = base.version
    shown["sources"] = [_cited(base, source_id) for source_id in answer.sources]
    signature = base.signature(answer.entries)
    shown["signature"] = {**asdict(signature), "signed_on": signature.signed_on.isoformat()} if signature else None
    shown["more_text"] = "\n\n".join(answer.more)
    shown["body"] = "\n\n".join(part for part in [answer.lead, *answer.paragraphs] if part)
    return {
        "text": text_of(answer, base),
        "buttons": [{"title": b.title, "payload": b.title} for b in answer.buttons],
        "answer": shown,
    }


def _cited(base: KnowledgeBase, source_id: str) -> dict[str, Any]:
    return base.source(source_id).dict(include={"id", "title", "publisher", "year", "url"})


def _notice_given(tracker: Tracker) -> bool:
    metadata = tracker.latest_message.get("metadata") or {}
    return bool(tracker.get_slot("notice_given") or metadata.get("notice_given"))


def _apology(error_id: str, no_knowledge: bool) -> dict[str, Any]:
    agency = Agency.from_environment()
    what = (
        "I cannot reach my knowledge base just now, so I would rather not answer."
        if no_knowledge
        else "Something went wrong on my side, so I would rather not answer that."
    )
    answer = Answer(Status.FALLBACK, "error", what, buttons=[TALK_TO_AGENT])
    text = f"{what} Please try again in a moment, or ask for a licensed agent. {agency.reached_by()}".strip()
    return {
        "text": f"{text} (Error {error_id})",
        "buttons": [{"title": TALK_TO_AGENT.title, "payload": TALK_TO_AGENT.title}],
        "answer": {**answer.as_dict(), "version": None, "more_text": ""},
    }
