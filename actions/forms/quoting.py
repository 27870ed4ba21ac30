"""What a quote request asks, and what it tells the agent.  Pure."""

from __future__ import annotations

from actions.forms.filling import SKIPPED, Filling
from knowledge.base import KnowledgeBase
from knowledge.named import ABOUT_THE_BUSINESS, CONTACT, EVERY_TRADE, HISTORY
from knowledge.schema import ProfileField

OF_THE_TRADE = 2  # questions of the trade's checklist that everybody is asked
MORE = "more"  # a value that is set once the visitor wants to tell the rest of the checklist, too


def fields(filling: Filling, base: KnowledgeBase) -> list[ProfileField]:
    """The questions of a quote, in order: the business, its trade's checklist, claims, then who asks."""
    about = {each.id: each for each in base.profile_fields()}
    asked = {each.id: each for each in base.quote_fields()}
    checklist = _checklist(filling, base)
    wanted = checklist if MORE in filling.values else checklist[:OF_THE_TRADE]
    return [
        *(about[each] for each in ABOUT_THE_BUSINESS),
        *wanted,
        asked[HISTORY],
        *(asked[each] for each in CONTACT),
    ]


def next_field(filling: Filling, base: KnowledgeBase) -> ProfileField | None:
    """The first question without an answer; a skipped name or way to reach somebody counts as none."""
    for field in fields(filling, base):
        value = filling.values.get(field.id)
        if value is None or (value == SKIPPED and field.id in CONTACT):
            return field
    return None


def more_questions(filling: Filling, base: KnowledgeBase) -> int:
    """How many questions of the checklist are left that a quote can do without at first."""
    return 0 if MORE in filling.values else len(_checklist(filling, base)) - OF_THE_TRADE


def told(filling: Filling, base: KnowledgeBase) -> list[tuple[ProfileField, str]]:
    """Every field that was answered and how, in order, with all else that is known of the business."""
    asked = fields(filling, base)
    ids = {each.id for each in asked}
    known = [each for each in base.profile_fields() if each.id not in ids]
    at = len(ABOUT_THE_BUSINESS)
    shown = [(each, filling.values.get(each.id, SKIPPED).shown) for each in [*asked[:at], *known, *asked[at:]]]
    return [(each, text) for each, text in shown if text]


def _checklist(filling: Filling, base: KnowledgeBase) -> list[ProfileField]:
    """What an insurer asks this trade, what matters most first, without what every quote asks."""
    trade = filling.values.get("industry", SKIPPED).value
    industry = base.industry(trade)
    asked = base.checklist(industry) if industry else [f for f in base.quote_fields() if f.id in EVERY_TRADE]
    return [each for each in asked if each.id not in (*ABOUT_THE_BUSINESS, HISTORY, *CONTACT)]
