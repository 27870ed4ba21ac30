"""What coverage costs, what moves the price, and how to lower it.  Never a promise."""

from __future__ import annotations

import us

from actions.answer import Answer, Button, Status
from actions.base import GuideAction
from actions.guidance import guided
from actions.likeliest import likeliest, policies_of, whose
from actions.phrasing import phrase
from actions.responding import TALK_TO_AGENT, answers
from actions.wording import first_said, listed, sentence
from knowledge.base import KnowledgeBase
from knowledge.schema import Policy
from understanding.question import Question
from understanding.targets import intent_id

USUAL = 6  # prices where no policy is named

NO_PRICE = "no published price that I could stand behind."

QUOTE = Button("How do I get a quote?", {"intent": "get_quote"})


@answers("ask_cost")
def cost(question: Question, base: KnowledgeBase) -> Answer:
    """Published prices with their basis."""
    named = _both(question, base) or policies_of(question, base)
    if not named:
        lead = f"That differs from policy to policy. Published prices of what {whose(question, base)} look at first:"
        return _prices(lead, likeliest(question, base)[:USUAL], question, base)
    if len(named) > 1:
        return _prices("Published prices, policy by policy:", named, question, base)
    policy = named[0]
    prices = base.costs(policy.id)
    if not prices:
        return _no_price(policy)
    answer = Answer(
        Status.ANSWERED,
        "ask_cost",
        prices[0].text,
        notes=[phrase("no_promise"), *_elsewhere(question)],
        policies=[policy.id],
        entries=[policy.id],
    ).cite(prices[0].source)
    if len(prices) > 1:
        answer.more.append(f"Other published figures:\n{listed(p.text for p in prices[1:])}")
    answer.more.append(f"What moves the price:\n{listed(s.text for s in policy.cost_factors)}")
    answer.cite(*(p.source for p in prices[1:]), *(s.source for s in policy.cost_factors))
    answer.buttons = [_drives(policy), _lower(policy), QUOTE]
    if question.industry and not (question.frame and question.frame.intent == "get_quote"):
        answer.notes.append(phrase("offer_quote"))
        answer.offers = intent_id("get_quote")
    return answer


def _both(question: Question, base: KnowledgeBase) -> list[Policy]:
    """The policies just spoken of together, where a price follows: "how much extra?" asks of the one to be added."""
    relation = base.relation(question.frame.topic) if question.frame else None
    if relation is None or set(question.policies) - {relation.policy, relation.other} or len(question.policies) > 1:
        return []
    return [policy for policy in map(base.policy, (relation.policy, relation.other)) if policy]


def _elsewhere(question: Question) -> list[str]:
    """Published prices are for the country; a state asked about is not passed over in silence."""
    state = us.states.lookup(question.state or "")
    return [f"I have no figure for {state} alone."] if state else []


def _no_price(policy: Policy) -> Answer:
    return Answer(
        Status.ANSWERED,
        "ask_cost",
        f"I have no published price for {policy.short_name} that I could stand behind. An agent can get quotes.",
        [f"What moves the price:\n{listed(s.text for s in policy.cost_factors)}"],
        policies=[policy.id],
        entries=[policy.id],
        buttons=[_lower(policy), QUOTE, TALK_TO_AGENT],
    ).cite(*(s.source for s in policy.cost_factors))


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
    answer.paragraphs, answer.notes = [listed(lines)], [phrase("no_promise"), *_elsewhere(question)]
    answer.buttons = [
        Button("What moves the price?", {"intent": "ask_cost_factors"}),
        Button("How can I lower the cost?", {"intent": "ask_lower_cost"}),
        QUOTE,
    ]
    return answer


@answers("ask_cost_factors")
def cost_factors(question: Question, base: KnowledgeBase) -> Answer:
    """What an underwriter looks at."""
    return guided(question, base, _factors)


def _factors(policy: Policy, question: Question) -> Answer:
    return Answer(
        Status.ANSWERED,
        "ask_cost_factors",
        f"What moves the price of {policy.short_name}:",
        [listed(first_said([s.text for s in policy.cost_factors], question.point))],
        policies=[policy.id],
        entries=[policy.id],
        buttons=[
            _lower(policy),
            Button(f"What does {policy.short_name} cost?", {"intent": "ask_cost", "policies": [policy.id]}),
            QUOTE,
        ],
    ).cite(*(s.source for s in policy.cost_factors))


@answers("ask_lower_cost")
def lower_cost(question: Question, base: KnowledgeBase) -> Answer:
    """What brings a premium down."""
    return guided(question, base, _savings)


def _savings(policy: Policy, question: Question) -> Answer:
    return Answer(
        Status.ANSWERED,
        "ask_lower_cost",
        f"What can lower the price of {policy.short_name}:",
        [listed(first_said([s.text for s in policy.lower_cost], question.point))],
        policies=[policy.id],
        entries=[policy.id],
        buttons=[_drives(policy), QUOTE, TALK_TO_AGENT],
    ).cite(*(s.source for s in policy.lower_cost))


def _drives(policy: Policy) -> Button:
    return Button("What drives the price?", {"intent": "ask_cost_factors", "policies": [policy.id]})


def _lower(policy: Policy) -> Button:
    return Button("How can I lower the cost?", {"intent": "ask_lower_cost", "policies": [policy.id]})


class AnswerCost(GuideAction):
    """Prices, what drives them, and how to pay less."""

    intents = frozenset(("ask_cost", "ask_cost_factors", "ask_lower_cost"))

    def name(self) -> str:
        return "action_cost"
