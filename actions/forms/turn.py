"""One turn of a form, in words: what was taken, the next question, the end.

The form itself is in ``filling``; what is asked and what comes of it in ``quoting`` and ``recommending``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from typing import Any

from actions.answer import Answer, Button, Status
from actions.forms import quoting, recommending
from actions.forms.fields import Said, Value, described, mentioned
from actions.forms.filling import CONFIRM, SKIPPED, Did, Filling, Step, step
from actions.forms.wishes import asks_how
from actions.question import Frame, Question
from actions.responding import TALK_TO_AGENT
from actions.wording import listed
from knowledge.base import KnowledgeBase
from knowledge.schema import ProfileField

QUOTE, RECOMMENDATION = "quote", "recommendation"
PAUSE = 30 * 60.0  # seconds without a message after which the visitor is welcomed back
FACTS_FOR_A_START = 2  # facts told beside the trade that make a recommendation worth matching at once
FACTS_OF_A_STORY = 3  # facts that tell of a business, whatever is asked about it
UNSURE = 0.8  # confidence below which so many facts are taken for what the message is about
PATIENCE = 2  # answers that could not be taken before skipping is offered
OFFERED_TRADES = ("call_center", "bpo", "it_consultant", "msp")
_STARTED_BY = {"get_quote": QUOTE, "ask_recommendation": RECOMMENDATION}
VARIES = {"follow_up", "inform", "correct", "nlu_fallback"}


@dataclass(frozen=True)
class Plan:
    """A form: what visitors call it, and what it asks."""

    name: str
    intent: str
    opening: str
    fields: Callable[[Filling, KnowledgeBase], list[ProfileField]]
    next_field: Callable[[Filling, KnowledgeBase], ProfileField | None]


def _next_fact(filling: Filling, base: KnowledgeBase) -> ProfileField | None:
    """A question that was left without an answer, for a digression say, is asked again."""
    settled = [each for each in filling.asked if each in filling.values]
    return recommending.next_field(filling.facts(), settled, base)


PLANS = {
    QUOTE: Plan(
        "quote request",
        "get_quote",
        "I can take down what a licensed agent needs to get you a quote. I cannot price or bind coverage myself. "
        'Say "skip", "back", "why do you ask?" or "cancel" whenever you like.',
        quoting.fields,
        quoting.next_field,
    ),
    RECOMMENDATION: Plan(
        "list of policies",
        "ask_recommendation",
        'A few questions, and I can tell you which policies fit. Say "skip" to leave one out.',
        lambda filling, base: base.profile_fields(),
        _next_fact,
    ),
}


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
    if question.intent == "get_quote":
        return None if asks_how(question.text) else QUOTE
    recommends = question.intent == "ask_recommendation" and not question.topic
    unsure = question.confidence < UNSURE and question.intent.startswith("ask_") and not question.policies
    if not (recommends or unsure or question.intent == "inform"):
        return None  # most messages: their facts need not be read
    facts = _mentioned(message, base, now)
    enough = len(facts.keys() - {"industry"}) >= FACTS_FOR_A_START
    if recommends:
        return RECOMMENDATION if enough or answer.status is Status.CLARIFY else None
    if question.intent == "inform" and enough:
        return RECOMMENDATION
    return RECOMMENDATION if unsure and len(facts) >= FACTS_OF_A_STORY else None


def varied(
    known: Filling | None, frame: Frame | None, message: Mapping[str, Any], base: KnowledgeBase, now: float
) -> Turn | None:
    """The last recommendation again with other facts ("what if we were in Nevada?"); None where none are told."""
    if frame is None or frame.intent != "ask_recommendation" or message.get("ask"):
        return None
    if str((message.get("intent") or {}).get("name")) not in VARIES:
        return None
    told = _mentioned(message, base, now)
    names = {e["entity"] for e in message.get("entities") or []} & {"policy", "exposure", "term", "topic"}
    if not told or names:
        return None
    values = {**_of_frame(frame, base), **(known.values if known else {}), **told}
    filling = Filling(None, values, at=now)
    return Turn(filling, [recommending.recommendation_answer(filling.facts(), base)])


def matched(known: Filling | None, question: Question, answer: Answer, base: KnowledgeBase) -> Answer:
    """What is said once more of a recommendation ("why these?"), for the business that told its facts."""
    if answer.intent != "ask_recommendation" or answer.status is not Status.ANSWERED or known is None:
        return answer
    if question.intent not in ("ask_why", "ask_more", "repeat", "go_back") or known.facts().keys() <= {"industry"}:
        return answer
    again = recommending.recommendation_answer(known.facts(), base)
    if question.intent in ("ask_why", "ask_more") and again.more:
        again.lead, *again.paragraphs = again.more
        again.more = []
    return again


def _of_frame(frame: Frame, base: KnowledgeBase) -> dict[str, Value]:
    industry = base.industry(frame.industry)
    return {"industry": Value(industry.id, industry.name)} if industry else {}


def begin(form: str, known: Filling | None, message: Mapping[str, Any], base: KnowledgeBase, now: float) -> Turn:
    """The first turn of a form: what is known already is not asked."""
    told = _mentioned(message, base, now, form)
    values = {name: value for name, value in (known.values if known else {}).items() if value != SKIPPED}
    asked_for = base.industry((message.get("ask") or {}).get("industry"))
    trade = {"industry": Value(asked_for.id, asked_for.name)} if asked_for else {}
    started = Filling(form, {**values, **trade, **told}, at=now)
    noted = _noted(started, list(told), base) if told else ""
    return _with_next(started, f"{PLANS[form].opening}\n\n{noted}".strip(), base)


def go_on(filling: Filling, message: Mapping[str, Any], base: KnowledgeBase, now: float) -> Turn:
    """A message while a form is on its way."""
    plan = PLANS[filling.form or ""]
    taken = step(replace(filling, at=now), message, plan.fields(filling, base), base, _date(now))
    turn = _DONE[taken.did](taken, filling, base)
    if now - filling.at > PAUSE and turn.after:
        turn.after.lead = f"Welcome back: your {plan.name} is still here.\n\n{turn.after.lead}"
    return turn


def _told(taken: Step, before: Filling, base: KnowledgeBase) -> Turn:
    asked_only = taken.told == (before.asking,)
    return _with_next(taken.filling, "" if asked_only else _noted(taken.filling, list(taken.told), base), base)


def _refused(taken: Step, before: Filling, base: KnowledgeBase) -> Turn:
    question = _question(taken.filling, base, taken.refusal)
    if taken.filling.misses >= PATIENCE:
        way_out = "cancel" if taken.filling.asking in quoting.CONTACT else 'say "skip" to leave it out'
        question.paragraphs.append(f"You can {way_out}, or ask for a person.")
    return Turn(taken.filling, after=question)


def _skipped(taken: Step, before: Filling, base: KnowledgeBase) -> Turn:
    if before.asking in quoting.CONTACT:
        needed = "Without this no agent can answer you. You can also cancel, or ask for a person."
        return Turn(replace(before, at=taken.filling.at), after=_question(before, base, needed))
    return _with_next(taken.filling, "", base)


def _asked_why(taken: Step, before: Filling, base: KnowledgeBase) -> Turn:
    asked = _field(taken.filling, base)
    why = asked.why if asked else "An agent needs this to ask insurers for a quote, and your word to contact you."
    return Turn(taken.filling, after=_question(taken.filling, base, why))


def _went_back(taken: Step, before: Filling, base: KnowledgeBase) -> Turn:
    known = taken.filling.values.get(taken.filling.asking or "")
    stands = f'So far: {known.shown}. Say "keep it", or what is right.' if known and known.shown else ""
    return Turn(taken.filling, after=_question(taken.filling, base, stands))


def _wants_quote(taken: Step, before: Filling, base: KnowledgeBase) -> Turn:
    """A quote asked for again goes on; instead of a recommendation it begins with what was told so far."""
    if before.form == QUOTE:
        return _went_back(taken, before, base)
    values = {name: value for name, value in taken.filling.values.items() if value != SKIPPED}
    return _with_next(Filling(QUOTE, values, at=taken.filling.at), PLANS[QUOTE].opening, base)


def _digressed(taken: Step, before: Filling, base: KnowledgeBase) -> Turn:
    if taken.interrupted:  # by a claim, say: the form waits until it is spoken to again
        return Turn(taken.filling, digression=True)
    if before.asking in taken.told:
        return replace(_with_next(taken.filling, "", base), digression=True)
    return Turn(taken.filling, digression=True, after=_question(taken.filling, base))


def _stopped(taken: Step, before: Filling, base: KnowledgeBase) -> Turn:
    plan = PLANS[before.form or ""]
    text = f"All right, I have dropped the {plan.name}. Nothing was passed on. What else can I do for you?"
    again = Button(f"Start the {plan.name} again", {"intent": plan.intent, "start": before.form})
    return Turn(closed(before), [Answer(Status.CHITCHAT, "cancel", text, buttons=[again, TALK_TO_AGENT])])


def _wants_change(taken: Step, before: Filling, base: KnowledgeBase) -> Turn:
    answer = _flow(taken.filling, "What should I change? Choose it, or just write what is right.")
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
        return Turn(closed(filling), [result])
    asking = upcoming.id if upcoming else CONFIRM
    asked = filling.asked if asking in (*filling.asked, CONFIRM) else (*filling.asked, asking)
    filling = replace(filling, asking=asking, asked=asked, misses=0)
    return Turn(filling, after=_question(filling, base, first))


# Words


def _question(filling: Filling, base: KnowledgeBase, first: str = "") -> Answer:
    """What the form asks now, after what is said first, with how far it has come."""
    asked = _field(filling, base)
    answer = _flow(filling, asked.question) if asked else _summary(filling, base)
    answer.progress = progress(filling, base)
    answer.buttons = _choices(asked, base) if asked else answer.buttons
    if first:
        answer.paragraphs = [answer.lead, *answer.paragraphs]
        answer.lead = first
    return answer


def _choices(asked: ProfileField, base: KnowledgeBase) -> list[Button]:
    """Buttons where an answer is chosen; a number typed for a count must stay a number."""
    known: list[tuple[Any, str]]
    if asked.kind == "industry":
        known = [(i.id, i.name) for i in map(base.industry, OFFERED_TRADES) if i]
    elif asked.kind == "choice":
        known = [(option.id, option.title) for option in asked.options]
    elif asked.kind == "yes_no":
        known = [(True, "Yes"), (False, "No")]
    else:
        return []
    told = [*((value, title, title) for value, title in known), (None, "Skip this one", "")]
    return [
        Button(title, {"intent": "inform", "form_value": {"field": asked.id, "value": value, "shown": shown}})
        for value, title, shown in told
    ]


def _summary(filling: Filling, base: KnowledgeBase) -> Answer:
    lines = [f"{each.label}: {shown}" for each, shown in quoting.told(filling, base)]
    answer = _flow(filling, "This is what I would pass on:")
    answer.paragraphs = [
        listed(lines),
        "May I send it to a licensed agent, who will contact you about it? Nothing is sent before you say yes.",
    ]
    more = quoting.more_questions(filling, base)
    choices = [("Yes, send it", Did.CONFIRMED), ("Change something", Did.WANTS_CHANGE)]
    if more > 0:
        choices.append((f"Tell more first ({more} questions)", Did.WANTS_MORE))
    choices.append(("Do not send it", Did.STOPPED))
    answer.buttons = [
        Button(title, {"intent": "inform", "form_value": {"field": CONFIRM, "value": did.value}})
        for title, did in choices
    ]
    return answer


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
    answer = _summary(filling, base)
    answer.lead = "I could not store that just now. Nothing is lost: please try again in a minute."
    answer.paragraphs = []
    return answer


def _noted(filling: Filling, told: list[str], base: KnowledgeBase) -> str:
    labels = {each.id: each.label for each in PLANS[filling.form or ""].fields(filling, base)}
    shown = [f"{labels[name]}: {filling.values[name].shown}" for name in told if name in labels]
    return f"Noted. {'; '.join(shown)}."


def _flow(filling: Filling, text: str) -> Answer:
    return Answer(Status.FLOW, PLANS[filling.form or ""].intent, text)


def _field(filling: Filling, base: KnowledgeBase) -> ProfileField | None:
    fields = PLANS[filling.form or ""].fields(filling, base)
    return next((each for each in fields if each.id == filling.asking), None)


def progress(filling: Filling, base: KnowledgeBase) -> tuple[int, int]:
    """Which question this is, and how many there will be if nothing is told in passing."""
    plan, ahead = PLANS[filling.form or ""], filling
    asked = len(filling.asked)
    at = filling.asked.index(filling.asking) + 1 if filling.asking in filling.asked else asked + 1
    left = 0
    while filling.asking != CONFIRM:
        upcoming = plan.next_field(ahead, base)
        if upcoming is None:
            break
        ahead = replace(ahead.knowing({upcoming.id: Value(None, "?")}), asked=(*ahead.asked, upcoming.id))
        left += upcoming.id not in filling.asked
    return at, asked + left + (filling.form == QUOTE)


def _mentioned(
    message: Mapping[str, Any], base: KnowledgeBase, now: float, form: str = RECOMMENDATION
) -> dict[str, Value]:
    """What the message that begins a form tells already."""
    said = Said.of(message, _date(now))
    fields = PLANS[form].fields(Filling(form), base)
    found = {each.id: mentioned(each, said, base) or described(each, said, base) for each in fields}
    return {name: value for name, value in found.items() if value}


def _date(now: float) -> date:
    return datetime.fromtimestamp(now, UTC).date()
