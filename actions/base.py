"""One turn: what is under way comes first, then the action answers its own topic; it is said, and remembered."""

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
from actions.calling import confirms
from actions.facts import recorded
from actions.forms.turn import Turn
from actions.handing_over import PRIORITY, claim_told, hand_over, pass_on, passes_on, told
from actions.happened import with_report
from actions.known import summary_of
from actions.phrasing import wordings
from actions.responding import MISSES, TALK_TO_AGENT, Reply, remembered, replies_to
from actions.said_once import SLOT, said_once
from actions.signed import released
from actions.stance import held_back, pressed, taken, unpromised
from actions.standing import Standing
from actions.trades import of_its_group
from actions.under_way import (
    begun,
    contact_given,
    contact_told,
    for_this_visitor,
    form_turn,
    is_beside,
    statement,
    told_in,
    told_in_passing,
    waited,
)
from actions.wording import text_of
from bot.agency import Agency
from knowledge.base import KnowledgeBase, KnowledgeUnavailable
from knowledge.live import in_service
from knowledge.notices import opening, spoken
from understanding.question import Frame, Question

logger = logging.getLogger(__name__)

open_base = in_service


class GuideAction(Action, ABC):
    """A Rasa action that answers its own topic, and always says something useful.

    Rasa's rules choose it from the decided intent.  Any failure is logged under an error id that the visitor sees, and
    the conversation stays usable.
    """

    intents: ClassVar[frozenset[str]]
    """The decided intents that it answers; a rule for any other names the wrong action."""

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
                not_notice = spoken({}, "not_notice")
                confirm = claim_told(not_notice) if intent == "report_claim" else None
                passed = pass_on(intent, tracker, confirm=confirm)
                said = [told(passed), *([not_notice] if intent == "report_claim" else [])]
                dispatcher.utter_message(text=" ".join(said))
            return []

    def take_turn(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> list[EventType]:
        """What is under way comes first, then this action's own answer; all of it is said, and remembered."""
        standing = Standing.of(tracker, open_base(), time.time())
        note = statement(standing)
        beside = note if note and is_beside(note, standing) else None
        note = None if beside else note
        form = Turn(note.filling, [note.answer]) if note else None if beside else form_turn(standing)
        asking = replace(standing, filling=form.filling) if form and form.digression else standing
        replies = self._replies(asking) if form is None or form.digression else []
        answers_itself = bool(replies)
        if form is None and (form := begun(replies, standing)):
            replies = []
        said = _leaving(form, replies, standing)
        shown = [answer for _, answer in said] + ([form.after] if form and form.after else [])
        if any(answer.with_people for answer in shown):
            shown = _without_questions(shown, form)
        if beside and form is None and not standing.question.happened:
            shown[0].lead = f"{beside.lead} {shown[0].lead}".strip()
        if answers_itself and standing.question.happened and shown:
            with_report(shown[max(len(said) - 1, 0)], standing.base.notices, tracker.events)
        if form is None and standing.filling != standing.kept:
            confirms(shown[-1], standing.filling)
        events = _utter(dispatcher, shown, standing)
        frame = _remember(said, standing)
        filling = form.filling if form else told_in_passing(standing)
        if filling and filling != standing.kept:
            events.append(SlotSet("form", filling.as_slot()))
            frame = recorded(frame, standing.kept, filling, standing.message, standing.turn, standing.base)
            frame = replace(frame, asked_back=None)
        if note:
            frame = replace(frame or Frame(), asked_back=note.asks)
        return [*events, SlotSet("frame", frame.as_slot() if frame else None)]

    def answered(self, standing: Standing) -> list[Reply]:
        """The answers to the questions of a message that this action was chosen for."""
        return replies_to(standing.message, standing.frame, standing.base)

    def _replies(self, standing: Standing) -> list[Reply]:
        """The answers, with the way to a person where one is due; requests for a person are passed on."""
        question = standing.question
        if given := contact_given(standing):
            return [given]
        if question.intent not in self.intents:
            logger.error("%s was chosen for %s, which it does not answer", self.name(), question.intent)
            return [(question, _cannot_answer())]
        told = waited(standing) or contact_told(standing)
        if told is None and (stand := pressed(question, standing.message, standing.turn, standing.base)):
            return [(question, stand)]
        replies = [told] if told else self.answered(standing)
        for asked, answer in replies:
            held_back(asked, answer, standing.turn, standing.base)
            unpromised(asked, answer, standing.message, standing.base)
            if answer.status in MISSES and standing.frame and standing.frame.misses >= 1:
                answer.buttons = [TALK_TO_AGENT, *(b for b in answer.buttons if b != TALK_TO_AGENT)][:5]
            if passes_on(answer):
                brought = summary_of(standing.filling, standing.frame, standing.base)
                hand_over(answer, standing.tracker, standing.filling, brought, standing.base)
        return replies


def _leaving(form: Turn | None, replies: list[Reply], standing: Standing) -> list[tuple[Question | None, Answer]]:
    """Every answer of the turn as it may leave, with the question to remember it by, if it is remembered."""
    of_form: list[tuple[Question | None, Answer]] = []
    if form:
        of_form = [
            (told_in(form, answer, standing) if answer.status is Status.ANSWERED else None, answer)
            for answer in form.said
        ]
    own = [(question, for_this_visitor(question, answer, standing)) for question, answer in replies]
    base, agency = standing.base, Agency.from_environment()
    leaving: list[tuple[Question | None, Answer]] = []
    for question, answer in (*of_form, *own):
        said = of_its_group(answer, question.industry if question else None, standing.message, base)
        leaving.append((question, released(said, base, agency)))
    return leaving


def _without_questions(shown: list[Answer], form: Turn | None) -> list[Answer]:
    """What is said where a person has the conversation from now on: whatever were answered would go to them."""
    kept = [answer for answer in shown if form is None or answer is not form.after]
    for answer in kept:
        answer.buttons = []
    return kept


def _utter(dispatcher: CollectingDispatcher, shown: list[Answer], standing: Standing) -> list[EventType]:
    """Say it, after the notice that every conversation starts with."""
    events: list[EventType] = []
    if not _notice_given(standing.tracker):
        dispatcher.utter_message(text=notice(standing.base))
        events.append(SlotSet("notice_given", True))
    for answer in shown[:-1]:
        answer.buttons = []  # a number typed next chooses from the last list shown
    said = said_once(shown, standing.tracker.get_slot(SLOT) or {}, wordings(standing.base))
    for answer in shown:
        dispatcher.utter_message(**as_message(answer, standing.base))
    return [*events, SlotSet(SLOT, said)]


def _remember(said: list[tuple[Question | None, Answer]], standing: Standing) -> Frame | None:
    """What is being talked about from now on."""
    frame = standing.frame
    given = tuple(question.target for question, answer in said if question and answer.status is Status.ANSWERED)
    for question, answer in said:
        if question:
            frame = remembered(standing.base, question, answer, frame, standing.turn)
            if frame.unanswered == question.text:  # as it was written, not as it was read
                frame = replace(frame, unanswered=str(standing.message.get("text") or ""))
            frame = taken(frame, question, answer, standing.message, standing.turn)
    if frame and len(given) > 1 and all(given):
        frame = replace(frame, options=given)  # "the second one" is the second of them
    return frame


def _cannot_answer() -> Answer:
    text = "I am sorry, I cannot answer that just now. Could you put it in other words?"
    return Answer(Status.FALLBACK, "error", text, buttons=[TALK_TO_AGENT])


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
    shown["body"] = "\n\n".join(answer.said)
    return {
        "text": text_of(answer, base),
        "buttons": [{"title": b.title, "payload": b.title} for b in answer.buttons],
        "answer": shown,
    }


def _cited(base: KnowledgeBase, source_id: str) -> dict[str, Any]:
    source = base.source(source_id)
    return {name: getattr(source, name) for name in ("id", "title", "publisher", "year", "url")}


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
