"""What coverage costs, what moves the price, and how to lower it.  Never a promise."""

from __future__ import annotations

import us

from actions.answer import Answer, Button, Status
from actions.base import GuideAction
from actions.guidance import best_topic, topic_answer
from actions.policies import main_policy, policies_of
from actions.question import Question
from actions.responding import TALK_TO_AGENT, answers
from actions.wording import listed, sentence
from knowledge.base import KnowledgeBase
from knowledge.schema import Policy

NO_PROMISE = "These are published figures, not a quote. Your price depends on your business."
USUAL = ("professional_liability", "tech_eo", "general_liability", "cyber", "workers_compensation", "bop")

SHOWN = 3  # prices before "more"
NO_PRICE = "no published price that I could stand behind."

QUOTE = Button("How do I get a quote?", {"intent": "get_quote"})


@answers("ask_cost")
def cost(question: Question, base: KnowledgeBase) -> Answer:
    """Published prices with their basis."""
    if not question.policies:
        usual = [p for p in map(base.policy, USUAL) if p]
        return _prices("Some published prices to get a feel for it:", usual, question, base)
    if len(question.policies) > 1:
        return _prices("Published prices, policy by policy:", policies_of(question, base), question, base)
    policy = main_policy(question, base)
    prices = base.costs(policy.id)
    if not prices:
        return _no_price(policy)
    answer = Answer(
        Status.ANSWERED,
        "ask_cost",
        prices[0].text,
        [NO_PROMISE, *_elsewhere(question)],
        policies=[policy.id],
        entries=[policy.id],
    ).cite(prices[0].source)
    if len(prices) > 1:
        answer.more.append(f"Other published figures:\n{listed(p.text for p in prices[1:])}")
    answer.more.append(f"What moves the price:\n{listed(s.text for s in policy.cost_factors)}")
    answer.cite(*(p.source for p in prices[1:]), *(s.source for s in policy.cost_factors))
    answer.buttons = [_drives(policy), _lower(policy), QUOTE]
    return answer


def _elsewhere(question: Question) -> list[str]:
    """Published prices are for the country; a state asked about is not passed over in silence."""
    state = us.states.lookup(question.state or "")
    return [f"I have no figure for {state} alone."] if state else []


def _no_price(policy: Policy) -> Answer:
    return Answer(
        Status.ANSWERED,
        "ask_cost",
        f"I have no published price for {policy.short_name} that I could stand behind. An agent can get quotes.",
        [f"What moves the price:\n{listed(s.text for s in policy.cost_factors[:4])}"],
        policies=[policy.id],
        entries=[policy.id],
        buttons=[_lower(policy), QUOTE, TALK_TO_AGENT],
    ).cite(*(s.source for s in policy.cost_factors[:4]))


def _prices(lead: str, policies: list[Policy], question: Question, base: KnowledgeBase) -> Answer:
    """The first published price of each policy."""
    answer = Answer(Status.ANSWERED, "ask_cost", lead)
    lines = []
    for policy in policies:
        prices = base.costs(policy.id)
        lines.append(f"{sentence(policy.short_name)[:-1]}: {prices[0].text if prices else NO_PRICE}")
        answer.policies.append(policy.id)
        answer.entries.append(policy.id)
        answer.cite(prices[0].source if prices else policy.cost_factors[0].source)
    answer.paragraphs = [listed(lines[:SHOWN]), NO_PROMISE, *_elsewhere(question)]
    answer.more = [listed(lines[SHOWN:])] if lines[SHOWN:] else []
    answer.buttons = [
        Button("What moves the price?", {"intent": "ask_cost_factors"}),
        Button("How can I lower the cost?", {"intent": "ask_lower_cost"}),
        QUOTE,
    ]
    return answer


@answers("ask_cost_factors")
def cost_factors(question: Question, base: KnowledgeBase) -> Answer:
    """What an underwriter looks at."""
    topic = best_topic(question, base, "ask_cost_factors")
    if topic:
        return topic_answer(topic, base, question)
    policy = main_policy(question, base)
    answer = Answer(
        Status.ANSWERED,
        "ask_cost_factors",
        f"What moves the price of {policy.short_name}:",
        [listed(s.text for s in policy.cost_factors[:6])],
        [listed(s.text for s in policy.cost_factors[6:])] if policy.cost_factors[6:] else [],
        policies=[policy.id],
        entries=[policy.id],
        buttons=[
            _lower(policy),
            Button(f"What does {policy.short_name} cost?", {"intent": "ask_cost", "policies": [policy.id]}),
            QUOTE,
        ],
    )
    return answer.cite(*(s.source for s in policy.cost_factors))


@answers("ask_lower_cost")
def lower_cost(question: Question, base: KnowledgeBase) -> Answer:
    """What brings a premium down."""
    topic = best_topic(question, base, "ask_lower_cost")
    if topic:
        return topic_answer(topic, base, question)
    policy = main_policy(question, base)
    return Answer(
        Status.ANSWERED,
        "ask_lower_cost",
        f"What can lower the price of {policy.short_name}:",
        [listed(s.text for s in policy.lower_cost[:6])],
        policies=[policy.id],
        entries=[policy.id],
        buttons=[_drives(policy), QUOTE, TALK_TO_AGENT],
    ).cite(*(s.source for s in policy.lower_cost))


def _drives(policy: Policy) -> Button:
    return Button("What drives the price?", {"intent": "ask_cost_factors", "policies": [policy.id]})


def _lower(policy: Policy) -> Button:
    return Button("How can I lower the cost?", {"intent": "ask_lower_cost", "policies": [policy.id]})


class AnswerCost(GuideAction):
    def name(self) -> str:
        return "action_cost"
