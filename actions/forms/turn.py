"""One turn of a form, in words: what was taken, the next question, the end.

The form itself is in ``filling``; what is asked and what comes of it in ``quoting`` and ``recommending``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from actions.answer import Answer, Button, Status
from actions.forms import asking, quoting, recommending
from actions.forms.asking import (
    PLANS,
    QUOTE,
    RECOMMENDATION,
    asked_field,
    heard_fields,
    noted,
    spoken_by,
    summary,
)
from actions.forms.fields import IMPLYING, described, every_field, follows, mentioned
from actions.forms.filling import CONFIRM, SKIPPED, Did, Filling, Step
from actions.forms.said import Said, Value, classified, day_of
from actions.forms.steps import step
from actions.forms.wishes import asks_how, speaks_of_quotes
from actions.phrasing import phrase
from actions.responding import TALK_TO_AGENT, WHOLE
from actions.wording import sentences
from knowledge.base import KnowledgeBase
from knowledge.named import CONTACT
from knowledge.schema import Industry
from understanding.completion import decided_as
from understanding.decision import DEFLECTION
from understanding.question import Frame, Question
from understanding.targets import intent_id

PAUSE = 30 * 60.0  # seconds without a message after which the visitor is welcomed back
FACTS_FOR_A_START = 2  # facts told beside the trade that make a recommendation worth matching at once
FACTS_OF_A_STORY = 3  # facts that tell of a business, whatever is asked about it
UNSURE = 0.5  # chance of the question below which so many facts are taken for what the message is about
REMEMBERED = 20  # reasons why an answer could not be taken
PATIENCE = 2  # answers that could not be taken before skipping is offered
_STARTED_BY = {"get_quote": QUOTE, "ask_recommendation": RECOMMENDATION}
VARIES = {"follow_up", "inform", "correct", "nlu_fallback"}


@dataclass(frozen=True)
class Turn:
    """What a form makes of a message.

    Attributes:
        filling: the form from now on.
        said: what is said before the message's own question is answered.
        digression: the message asks something of its own.
        after: what is said last: the question that the form waits for.
        submitted: everything was confirmed, so it is to be passed on.
    """

    filling: Filling
    said: list[Answer] = field(default_factory=list)
    digression: bool = False
    after: Answer | None = None
    submitted: bool = False


def opens(
    question: Question, answer: Answer, message: Mapping[str, Any], base: KnowledgeBase, now: float
) -> str | None:
    """The form that a question begins, beside or instead of its answer."""
    asked = message.get("ask") or {}
    if asked.get("start") in PLANS:
        return str(asked["start"])
    if message.get("ask"):
        return None if answer.status is not Status.CLARIFY else _STARTED_BY.get(question.intent)
    if question.intent == "get_quote" or _may_want_a_quote(message):
        return None if asks_how(question.text) else QUOTE
    recommends = question.intent == "ask_recommendation" and not question.topic
    unsure = question.chance < UNSURE and question.intent.startswith("ask_") and not question.policies
    informs = decided_as(question) == "inform"
    if not (recommends or unsure or informs):
        return None  # most messages: their facts need not be read
    facts = _mentioned(message, base, now)
    enough = len(facts.keys() - {"industry"}) >= FACTS_FOR_A_START
    if recommends:
        return RECOMMENDATION if enough or answer.status is Status.CLARIFY else None
    if informs and enough:
        return RECOMMENDATION
    return RECOMMENDATION if unsure and len(facts) >= FACTS_OF_A_STORY else None


def _may_want_a_quote(message: Mapping[str, Any]) -> bool:
    """Whether words that speak of a quote, and ask nothing, are as good a wish for one as for what was decided."""
    chance = dict(message.get("candidates") or []).get(intent_id("get_quote"), 0.0)
    asks = bool(message.get("begins_asking"))
    return chance >= 1 - DEFLECTION and not asks and speaks_of_quotes(str(message.get("text") or ""))


def varied(
    known: Filling | None, frame: Frame | None, message: Mapping[str, Any], base: KnowledgeBase, now: float
) -> Turn | None:
    """The last recommendation again with other facts ("what if we were in Nevada?"); None where none are told."""
    if frame is None or frame.intent != "ask_recommendation" or message.get("ask"):
        return None
    if str(classified(message).get("name")) not in VARIES or _asks_of_an_entry(message, base):
        return None
    told = _mentioned(message, base, now)
    names = {e["entity"] for e in message.get("entities") or []} & {"policy", "exposure", "term", "topic"}
    if not told or names:
        return None
    values = {**_of_frame(frame, base), **(known.values if known else {}), **told}
    filling = Filling(None, values, at=now)
    return Turn(filling, [recommending.recommendation_answer(filling.facts(), base)])


def _asks_of_an_entry(message: Mapping[str, Any], base: KnowledgeBase) -> bool:
    """Whether a message was surely decided to ask what an entry answers that is no trade."""
    decided = message.get("question") or {}
    entry = base.entry(str(decided.get("target") or "").partition("#")[0])
    return entry is not None and not isinstance(entry, Industry) and float(decided.get("chance") or 0.0) >= UNSURE


def matched(known: Filling | None, question: Question, answer: Answer, base: KnowledgeBase) -> Answer:
    """What is said once more of a recommendation ("why these?"), for the business that told its facts."""
    if answer.intent != "ask_recommendation" or answer.status is not Status.ANSWERED or known is None:
        return answer
    if question.intent not in (*WHOLE, "repeat", "go_back") or known.facts().keys() <= {"industry"}:
        return answer
    again = recommending.recommendation_answer(known.facts(), base)
    if question.intent in WHOLE and again.more:
        again.lead, *again.paragraphs = again.more
        again.more = []
    return again


def _of_frame(frame: Frame, base: KnowledgeBase) -> dict[str, Value]:
    industry = base.industry(frame.industry)
    return {"industry": Value(industry.id, industry.name)} if industry else {}


def begin(form: str, known: Filling | None, message: Mapping[str, Any], base: KnowledgeBase, now: float) -> Turn:
    """The first turn of a form: what is known already is not asked."""
    told = _mentioned(message, base, now, form)
    ask = message.get("ask") or {}  # a button may want one of them asked anew
    before = known.values.items() if known else ()
    values = {name: value for name, value in before if value != SKIPPED and name != ask.get("without")}
    asked_for = base.industry(ask.get("industry"))
    trade = {"industry": Value(asked_for.id, asked_for.name)} if asked_for else {}
    started = Filling(form, {**values, **trade, **told}, at=now)
    heard = noted(started, dict.fromkeys([*(name for name in values if name != "industry"), *told]), base)
    first = _at_once(started, base) if form == RECOMMENDATION else None
    opening = phrase("sharpen") if first else PLANS[form].opening
    turn = _with_next(started, f"{opening}\n\n{heard}".strip(), base)
    return replace(turn, said=[first]) if first and turn.after else turn


def _at_once(filling: Filling, base: KnowledgeBase) -> Answer | None:
    """What follows where the trade is known: nobody answers seven questions to hear of the first policy."""
    if recommending.industry_of(filling.facts(), base) is None:
        return None
    first = recommending.recommendation_answer(filling.facts(), base)
    first.more, first.buttons = [], []
    return first


def go_on(filling: Filling, message: Mapping[str, Any], base: KnowledgeBase, now: float) -> Turn:
    """A message while a form is on its way."""
    plan = PLANS[filling.form or ""]
    taken = step(replace(filling, at=now), message, heard_fields(filling, base), base, day_of(now))
    turn = _DONE[taken.did](taken, filling, base)
    if now - filling.at > PAUSE and turn.after:
        turn.after.lead = f"Welcome back: your {plan.name} is still here.\n\n{turn.after.lead}"
    return turn


def _told(taken: Step, before: Filling, base: KnowledgeBase) -> Turn:
    """What was told is told back, with what it changes about a list that was given."""
    changes = recommending.what_changes(before.facts(), taken.filling.facts(), base) if before.only_sharpens else ""
    return _with_next(taken.filling, f"{noted(taken.filling, taken.told, base)} {changes}".strip(), base)


def _refused(taken: Step, before: Filling, base: KnowledgeBase) -> Turn:
    """Asked again, with why; a reason is told once, for whoever did not heed it knows it already."""
    reasons = [each for each in sentences(taken.refusal) if each not in before.refused]
    why = " ".join(reasons) or (phrase("not_taken") if taken.refusal else "")
    filling = replace(taken.filling, refused=(*before.refused, *reasons)[-REMEMBERED:])
    question = asking.question(filling, base, why, taken.choices)
    if filling.misses >= PATIENCE:
        way = "cancel" if filling.asking in CONTACT else 'say "skip" to leave it out'
        question.paragraphs.append(phrase("way_out", way=way))
    return Turn(filling, after=question)


def _skipped(taken: Step, before: Filling, base: KnowledgeBase) -> Turn:
    if before.asking in CONTACT:
        return Turn(replace(before, at=taken.filling.at), after=asking.question(before, base, phrase("needed")))
    return _with_next(taken.filling, phrase("left_out"), base)


def _asked_why(taken: Step, before: Filling, base: KnowledgeBase) -> Turn:
    asked = asked_field(taken.filling, base)
    why = asked.why if asked else "An agent needs this to ask insurers for a quote, and your word to contact you."
    if asked and asked.id not in CONTACT:
        why += ' You need not answer: "skip" leaves it out.'
    return Turn(taken.filling, after=asking.question(taken.filling, base, why))


def _asked_how_long(taken: Step, before: Filling, base: KnowledgeBase) -> Turn:
    at, of = asking.progress(taken.filling, base)
    told = f'This is question {at} of {of}, or fewer if you tell several things at once; "skip" leaves one out.'
    return Turn(taken.filling, after=asking.question(taken.filling, base, told))


def _went_back(taken: Step, before: Filling, base: KnowledgeBase) -> Turn:
    known = taken.filling.values.get(taken.filling.asking or "")
    stands = f"So far: {known.shown}. {phrase('keep')}" if known and known.shown else ""
    return Turn(taken.filling, after=asking.question(taken.filling, base, stands))


def _wants_quote(taken: Step, before: Filling, base: KnowledgeBase) -> Turn:
    """A quote asked for again goes on; instead of a recommendation it begins with what was told so far."""
    if before.form == QUOTE:
        return _went_back(taken, before, base)
    values = {name: value for name, value in taken.filling.values.items() if value != SKIPPED}
    return _with_next(Filling(QUOTE, values, at=taken.filling.at), PLANS[QUOTE].opening, base)


def _digressed(taken: Step, before: Filling, base: KnowledgeBase) -> Turn:
    if taken.interrupted:  # by a claim, say: the form waits until it is spoken to again
        return Turn(taken.filling, digression=True)
    heard = noted(taken.filling, taken.told, base)
    if before.asking in taken.told:
        return replace(_with_next(taken.filling, heard, base), digression=True)
    return Turn(taken.filling, digression=True, after=asking.question(taken.filling, base, heard))


def _stopped(taken: Step, before: Filling, base: KnowledgeBase) -> Turn:
    plan = PLANS[before.form or ""]
    again = Button(f"Start the {plan.name} again", {"intent": plan.intent, "start": before.form})
    text = phrase("dropped", form=plan.name)
    return Turn(closed(before), [Answer(Status.CHITCHAT, "cancel", text, buttons=[again, TALK_TO_AGENT])])


def _wants_change(taken: Step, before: Filling, base: KnowledgeBase) -> Turn:
    answer = spoken_by(taken.filling, phrase("change"))
    answer.buttons = [
        Button(each.label, {"intent": "correct", "form_value": {"field": each.id, "again": True}})
        for each, _ in quoting.told(taken.filling, base)
    ]
    return Turn(taken.filling, after=answer)


def _wants_more(taken: Step, before: Filling, base: KnowledgeBase) -> Turn:
    return _with_next(taken.filling.knowing({quoting.MORE: Value(True, "")}), "", base)


def _confirmed(taken: Step, before: Filling, base: KnowledgeBase) -> Turn:
    """Sent only if every question has its answer: no matter how "yes" came in, nothing unread goes out."""
    missing = quoting.next_field(taken.filling, base)
    return Turn(taken.filling, submitted=True) if missing is None else _with_next(taken.filling, "", base)


_DONE: dict[Did, Callable[[Step, Filling, KnowledgeBase], Turn]] = {
    Did.TOLD: _told,
    Did.REFUSED: _refused,
    Did.SKIPPED: _skipped,
    Did.ASKED_WHY: _asked_why,
    Did.ASKED_HOW_LONG: _asked_how_long,
    Did.WENT_BACK: _went_back,
    Did.STOPPED: _stopped,
    Did.DIGRESSED: _digressed,
    Did.WANTS_CHANGE: _wants_change,
    Did.CONFIRMED: _confirmed,
    Did.WANTS_MORE: _wants_more,
    Did.WANTS_QUOTE: _wants_quote,
}


def _with_next(filling: Filling, first: str, base: KnowledgeBase) -> Turn:
    """The form with its next question after what is said first, or what it comes to."""
    upcoming = PLANS[filling.form or ""].next_field(filling, base)
    if upcoming is None and filling.form == RECOMMENDATION:
        result = recommending.recommendation_answer(filling.facts(), base)
        result.lead = f"{first}\n\n{result.lead}".strip()
        return Turn(closed(filling), [result])
    asked_now = upcoming.id if upcoming else CONFIRM
    asked = filling.asked if asked_now in (*filling.asked, CONFIRM) else (*filling.asked, asked_now)
    filling = replace(filling, asking=asked_now, asked=asked, misses=0)
    return Turn(filling, after=asking.question(filling, base, first))


def sent(filling: Filling, reference: str, ways: str) -> Answer:
    """What is said once an agent has it."""
    reach = filling.values["reach"].shown
    text = (
        f"Sent. Your reference is {reference}. A licensed agent will contact you at {reach}. Nothing is insured until "
        "the agent or the insurer confirms it in writing."
    )
    answer = Answer(Status.FLOW, "get_quote", text, [ways] if ways else [])
    answer.buttons = [Button("What happens next?", {"intent": "ask_how_to_buy"}), TALK_TO_AGENT]
    return answer


def closed(filling: Filling) -> Filling:
    """Nothing is asked any more; what is known stays known for the next form."""
    return replace(filling, form=None, asking=None, asked=(), misses=0)


def facts_of(filling: Filling, base: KnowledgeBase) -> dict[str, str]:
    """What is known of the visitor, by label, for the agent."""
    return {each.label: shown for each, shown in quoting.told(filling, base)}


def not_sent(filling: Filling, base: KnowledgeBase) -> Answer:
    """What is said when it could not be stored; the form stays as it is."""
    answer = summary(filling, base)
    answer.lead = "I could not store that just now. Nothing is lost: please try again in a minute."
    answer.paragraphs = []
    return answer


def _mentioned(
    message: Mapping[str, Any], base: KnowledgeBase, now: float, form: str = RECOMMENDATION
) -> dict[str, Value]:
    """What the message that begins a form tells already."""
    said = Said.of(message, day_of(now))
    fields = heard_fields(Filling(form), base)
    found = {each.id: mentioned(each, said, base) or described(each, said, base) for each in fields}
    told = {name: value for name, value in found.items() if value}
    every = every_field(base)
    implying = {name: value for name in IMPLYING if (value := mentioned(every[name], said, base))}
    return {**follows(implying, every), **told}
