"""What a form says: its question, the values it has taken, its summary.  Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any

from actions.answer import Answer, Button, Status
from actions.forms import quoting, recommending
from actions.forms.fields import LIMIT_DEMANDED, VEHICLES, fields_heard
from actions.forms.filling import CONFIRM, Did, Filling
from actions.forms.said import Value
from actions.phrasing import phrase
from actions.wording import cut, listed
from knowledge.base import KnowledgeBase
from knowledge.schema import ProfileField

QUOTE, RECOMMENDATION = "quote", "recommendation"
SHORT = 60  # characters of a value that is echoed


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
        phrase("quote_opening"),
        quoting.fields,
        quoting.next_field,
    ),
    RECOMMENDATION: Plan(
        "list of policies",
        "ask_recommendation",
        phrase("recommendation_opening"),
        lambda filling, base: base.profile_fields(),
        _next_fact,
    ),
}


def question(filling: Filling, base: KnowledgeBase, first: str = "", choices: tuple[Value, ...] = ()) -> Answer:
    """What the form asks now, after what is said first, with how far it has come.

    Args:
        choices: the values that an answer could not be told apart from, as buttons.
    """
    asked = asked_field(filling, base)
    answer = spoken_by(filling, asked.question) if asked else summary(filling, base)
    answer.progress = progress(filling, base)
    answer.buttons = _choices(asked, base, choices) if asked else answer.buttons
    if first:
        answer.paragraphs = [answer.lead, *answer.paragraphs]
        answer.lead = first
    return answer


def _choices(asked: ProfileField, base: KnowledgeBase, doubtful: tuple[Value, ...]) -> list[Button]:
    """Buttons where an answer is chosen; a number typed for a count must stay a number."""
    known: list[tuple[Any, str]]
    if doubtful:
        known = [(each.value, each.shown) for each in doubtful]
    elif asked.kind == "industry":
        known = [(i.id, i.name) for i in map(base.industry, asked.offered) if i]
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


def summary(filling: Filling, base: KnowledgeBase) -> Answer:
    lines = [f"{each.label}: {shown}" for each, shown in quoting.told(filling, base)]
    answer = spoken_by(filling, phrase("summary"))
    answer.paragraphs = [listed(lines), phrase("may_i_send")]
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


def noted(filling: Filling, told: Iterable[str], base: KnowledgeBase) -> str:
    """The values taken, once and in short: "Noted: 12 employees, Nevada." """
    fields = {each.id: each for each in heard_fields(filling, base)}
    shown = [_in_short(fields[name], filling.values[name].shown) for name in told if name in fields]
    return f"Noted: {', '.join(shown)}." if any(shown) else ""


def _in_short(field: ProfileField, shown: str) -> str:
    """A value that says what it is of: "12 employees", "claims: no"."""
    shown = cut(shown, SHORT)
    if field.kind == "count" and field.label.lower() in field.units:
        return f"{shown} {field.label.lower()}"
    if field.kind in ("industry", "state", "choice", "text", "name", "reach"):
        return shown.rstrip(".")
    return f"{field.label.lower()}: {shown.lower()}"


def spoken_by(filling: Filling, text: str) -> Answer:
    return Answer(Status.FLOW, PLANS[filling.form or ""].intent, text)


def heard_fields(filling: Filling, base: KnowledgeBase) -> list[ProfileField]:
    """The fields of a form, and every other fact about a business, which is kept if it is told.

    A quote asks in free words what a number would be taken from ("the landlord wants 1m GL"), once it knows the trade.
    """
    asked = PLANS[filling.form or ""].fields(filling, base)
    ids = {each.id for each in asked}
    every = filling.form == RECOMMENDATION or "industry" not in filling.values
    numbers = [
        each
        for each in base.quote_fields()
        if each.id == VEHICLES or (each.kind == "money" and each.id != LIMIT_DEMANDED)
    ]
    others = fields_heard(base) if every else [*base.profile_fields(), *numbers]
    return [*asked, *(each for each in others if each.id not in ids)]


def asked_field(filling: Filling, base: KnowledgeBase) -> ProfileField | None:
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
