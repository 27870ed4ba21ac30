"""Words of the trade in plain words, with an example from the visitor's own trade."""

from __future__ import annotations

from actions.answer import Answer, Button, Status
from actions.base import GuideAction
from actions.clarify import closest
from actions.guidance import topic_answer
from actions.responding import TALK_TO_AGENT, answers
from actions.wording import sentence
from knowledge.base import KnowledgeBase
from knowledge.schema import Term
from understanding.question import Question

TERMS_AT_ONCE = 3
NAMED_WITHIN = 8  # characters before the term's name in a definition that begins with it: "An ", "The "


@answers("ask_term")
def term(question: Question, base: KnowledgeBase) -> Answer:
    """What the words mean, the word itself in front."""
    topic = base.topic(question.topic)
    if topic:
        return topic_answer(topic, base, question)
    terms = [t for t in map(base.term, question.terms) if t][:TERMS_AT_ONCE]
    if not terms:
        return closest(question, base)
    group = industry.group if (industry := base.industry(question.industry)) else None
    answer = Answer(
        Status.ANSWERED,
        "ask_term",
        _definition(terms[0], named=len(terms) > 1),
        policies=list(terms[0].policies),
        entries=[t.id for t in terms],
    ).cite(*(t.definition.source for t in terms))
    if len(terms) == 1:
        examples = terms[0].examples.in_order(group)
        answer.paragraphs.append(f"For example: {examples[0]}")
        answer.simpler = f"think of a case. {examples[1 % len(examples)]}"
    else:
        answer.paragraphs += [_definition(t, named=True) for t in terms[1:]]
        answer.more = [f"{t.name}, for example: {t.examples.for_trade(group)}" for t in terms]
    answer.buttons = _related(terms, base)
    return answer


def _definition(found: Term, named: bool) -> str:
    """The definition with the term in front, unless it begins with it."""
    text = found.definition.text
    if not named and found.name.split(" (")[0].lower() in text[: NAMED_WITHIN + len(found.name)].lower():
        return text
    return f"{sentence(found.name)[:-1]}: {text}"


def _related(terms: list[Term], base: KnowledgeBase) -> list[Button]:
    buttons: list[Button] = []
    shown = {t.id for t in terms}
    for other_id in (r for t in terms for r in t.related):
        other, policy = base.term(other_id), base.policy(other_id)
        if other_id in shown or len(buttons) == 2:
            continue
        shown.add(other_id)
        if other:
            buttons.append(Button(f"What does {other.name.lower()} mean?", {"intent": "ask_term", "terms": [other.id]}))
        elif policy:
            buttons.append(Button(f"What is {policy.short_name}?", {"intent": "ask_policy", "policies": [policy.id]}))
    return [*buttons, TALK_TO_AGENT]


class AnswerTerm(GuideAction):
    """Words of the trade."""

    intents = frozenset(("ask_term",))

    def name(self) -> str:
        return "action_term"
