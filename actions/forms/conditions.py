"""What a quote request and a recommendation need: a license where the visitor is, and consent to be called.  Pure."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import Any

from actions.answer import Answer, Button, Status
from actions.forms.asking import PLANS, QUOTE, RECOMMENDATION
from actions.forms.filling import CONFIRM
from actions.forms.recommending import NOT_ADVICE, recommendation_answer, recommended
from actions.forms.turn import Turn, closed
from actions.responding import WHOLE
from actions.wording import shortened
from bot.agency import STATES, Agency
from knowledge.base import KnowledgeBase
from knowledge.notices import spoken

FORM_OF = {plan.intent: form for form, plan in PLANS.items()}


def unlicensed_in(licensed: Collection[str], state: object) -> str | None:
    """The name of the visitor's state where the agency is not licensed in it.

    Args:
        licensed: codes of the states; none where the agency has not said.
        state: the code that the visitor told, if any.
    """
    if not licensed or not isinstance(state, str) or state in licensed:
        return None
    return STATES.get(state)


def within_licence(turn: Turn, base: KnowledgeBase, agency: Agency) -> Turn:
    """The turn, unless it goes on with a quote or a recommendation for a state in which the agency is not licensed."""
    facts, form = turn.filling.facts(), turn.filling.form
    state = unlicensed_in(agency.states, facts.get("state"))
    recommends = any(each.intent == PLANS[RECOMMENDATION].intent for each in turn.said)
    if state is None or not (form or turn.submitted or recommends):
        return turn
    answer = in_general(PLANS[form or RECOMMENDATION].intent, state, facts.get("industry"), base, agency)
    if turn.digression:  # its own question is answered first
        return Turn(closed(turn.filling), digression=True, after=answer)
    return Turn(closed(turn.filling), [answer])


def within_licence_answer(
    answer: Answer, intent: str, state: object, industry: str | None, base: KnowledgeBase, agency: Agency
) -> Answer:
    """An answer to a question of that intent, unless it recommends or offers a quote where the agency may not."""
    where = unlicensed_in(agency.states, state)
    if where is None or answer.intent not in FORM_OF or answer.status not in (Status.ANSWERED, Status.CLARIFY):
        return answer
    if intent in WHOLE:
        return replace(answer, buttons=[each for each in answer.buttons if each.ask.get("intent") not in FORM_OF])
    return in_general(answer.intent, where, industry, base, agency)


def in_general(intent: str, state: str, industry_id: str | None, base: KnowledgeBase, agency: Agency) -> Answer:
    """What such a business usually looks at, who is licensed there, and no way to a quote."""
    industry = base.industry(industry_id)
    answer = recommended(industry, base) if industry else recommendation_answer({}, base)
    general = f"This is general information, not advice, and the rules of {state} may differ."
    answer.intent = intent
    answer.paragraphs = [answer.lead, *answer.paragraphs]
    answer.lead = spoken(base.notices, "not_licensed", agency=_begins(agency.name), state=state)
    answer.notes = [*(note for note in answer.notes if note != NOT_ADVICE), general]
    first = base.policy(answer.policies[0])
    assert first is not None  # a check of the content
    other = {"intent": intent, "start": FORM_OF[intent], "without": "state"}
    answer.buttons = [
        Button("I meant another state", {**other, **({"industry": industry.id} if industry else {})}),
        Button(f"What does {first.short_name} cover?", {"intent": "ask_policy", "policies": [first.id]}),
    ]
    return shortened(answer)


def _begins(name: str) -> str:
    return name[:1].upper() + name[1:]


def with_consent(turn: Turn, consent: str) -> Turn:
    """The turn with the consent to be called, where it asks for a number or for the yes to pass one on."""
    if turn.after is None or turn.filling.form != QUOTE:
        return turn
    if turn.filling.asking == "reach":
        turn.after.paragraphs.append(consent)
    elif turn.filling.asking == CONFIRM and phone_of(turn.filling.facts()):
        turn.after.paragraphs.insert(-1, consent)
    return turn


def phone_of(facts: dict[str, Any]) -> str | None:
    """The phone number in what a form knows."""
    reach = facts.get("reach")
    return reach.get("phone") if isinstance(reach, dict) else None
