"""How to get a quote: what an agent must know, for the visitor's trade."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from actions.answer import Answer, Button, Status
from actions.base import GuideAction
from actions.responding import TALK_TO_AGENT, answers
from actions.wording import listed
from knowledge.base import KnowledgeBase
from knowledge.named import COMPARING_PROPOSALS
from knowledge.schema import Industry, ProfileField
from understanding.question import Question


@answers("get_quote")
def quote(question: Question, base: KnowledgeBase) -> Answer:
    """The checklist and the way to an agent; a price is only ever an insurer's to name."""
    industry = base.industry(question.industry)
    checklist = base.checklist(industry) if industry else general_checklist(base)
    sources = industry.checklist_source if industry else _shared(i.checklist_source for i in _trades(base))
    whom = "" if industry else ", whatever your business is"
    answer = Answer(
        Status.ANSWERED,
        "get_quote",
        "A licensed agent gets you the quote. I cannot price or bind coverage, but having these ready makes it quick"
        f"{whom}:",
        [listed(item.question for item in checklist)],
        policies=list(question.policies) or (industry.top_three if industry else []),
        entries=[industry.id] if industry else [],
    ).cite(sources)
    answer.buttons = [
        Button("Start a quote request", {"intent": "get_quote", "industry": question.industry, "start": "quote"}),
        TALK_TO_AGENT,
        Button("How do I compare proposals?", {"intent": "ask_how_to_buy", "topic": COMPARING_PROPOSALS}),
        Button("What moves the price?", {"intent": "ask_cost_factors", "industry": question.industry}),
    ]
    return answer


def general_checklist(base: KnowledgeBase) -> list[ProfileField]:
    """What an agent must know to quote most trades, in the order asked."""
    shared = _shared(industry.checklist for industry in _trades(base))
    return [field for field in [*base.quote_fields(), *base.profile_fields()] if field.id in shared]


def _trades(base: KnowledgeBase) -> list[Industry]:
    return [industry for industry in map(base.industry, base.ids("industry")) if industry]


def _shared(lists: Iterable[list[str]]) -> list[str]:
    """What stands in more than half of some lists."""
    every = [set(each) for each in lists]
    count = Counter(item for each in every for item in each)
    return sorted(item for item, times in count.items() if 2 * times > len(every))


class AnswerQuote(GuideAction):
    """The way to a quote."""

    intents = frozenset(("get_quote",))

    def name(self) -> str:
        return "action_quote"
