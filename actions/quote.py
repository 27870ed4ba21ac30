"""How to get a quote: what an agent must know, for the visitor's trade."""

from __future__ import annotations

from actions.answer import Answer, Button, Status
from actions.base import GuideAction
from actions.question import Question
from actions.responding import TALK_TO_AGENT, answers
from actions.wording import a_or_an, listed
from knowledge.base import KnowledgeBase

SHOWN = 6


@answers("get_quote")
def quote(question: Question, base: KnowledgeBase) -> Answer:
    """The checklist and the way to an agent; a price is only ever an insurer's to name."""
    industry = base.industry(question.industry) or base.industry("call_center")
    assert industry is not None  # a check of the content
    known = question.industry is not None
    checklist = base.checklist(industry)
    answer = Answer(
        Status.ANSWERED,
        "get_quote",
        "A licensed agent gets you the quote. I cannot price or bind coverage, but having these ready makes it quick"
        + (":" if known else f", here for {a_or_an(industry.name)}:"),
        [listed(item.question for item in checklist[:SHOWN])],
        [listed(item.question for item in checklist[SHOWN:])],
        policies=list(question.policies) or industry.top_three,
        entries=[industry.id],
    ).cite(industry.checklist_source)
    answer.buttons = [
        Button("Start a quote request", {"intent": "get_quote", "industry": question.industry, "start": "quote"}),
        TALK_TO_AGENT,
        Button("How do I compare proposals?", {"intent": "ask_how_to_buy", "topic": "buy_compare_proposals"}),
        Button("What moves the price?", {"intent": "ask_cost_factors", "industry": industry.id}),
    ]
    return answer


class AnswerQuote(GuideAction):
    def name(self) -> str:
        return "action_quote"
