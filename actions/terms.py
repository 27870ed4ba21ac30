"""Words of the trade in plain words, with an example from the visitor's own trade."""

from __future__ import annotations

from actions.answer import Answer, Button, Status
from actions.base import GuideAction
from actions.guidance import best_topic, topic_answer
from actions.policies import overview
from actions.question import SURE_TOPIC, Question
from actions.responding import TALK_TO_AGENT, answers
from actions.wording import sentence
from knowledge.base import KnowledgeBase
from knowledge.schema import Term

TERMS_AT_ONCE = 3
CLOSE_HIT = -7.0  # bm25 of a full-text hit that shares the rare words of the question


@answers("ask_term")
def term(question: Question, base: KnowledgeBase) -> Answer:
    """What the words mean; one that is not in the base is said to be unknown."""
    named = base.topic(question.topic)
    if named and named.intent == "ask_term":
        return topic_answer(named, base, question)
    terms = [t for t in map(base.term, question.terms) if t][:TERMS_AT_ONCE]
    if not terms:
        if question.policies:
            return overview(question, base)
        topic = best_topic(question, base, "ask_term")
        if topic and (subject := question.of_kind("topic")) and subject[0].score >= SURE_TOPIC:
            return topic_answer(topic, base, question)
        return _closest(question, base)
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
    return f"{sentence(found.name)[:-1]}: {found.definition.text}" if named else found.definition.text


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


def _closest(question: Question, base: KnowledgeBase) -> Answer:
    """No term by that name: the nearest entry by its words, or nothing."""
    for hit in base.search(question.text, limit=3):
        found = base.term(hit.entry_id)
        if found and hit.rank <= CLOSE_HIT:
            return Answer(
                Status.CLARIFY,
                "ask_term",
                f"The closest word I know is {found.name.lower()}. Is that the one?",
                entries=[found.id],
                buttons=[
                    Button(f"What does {found.name.lower()} mean?", {"intent": "ask_term", "terms": [found.id]}),
                    TALK_TO_AGENT,
                ],
            )
    return Answer(
        Status.FALLBACK,
        "ask_term",
        "I do not have that word in my knowledge base. An agent can explain it, or ask me about another one.",
        buttons=[TALK_TO_AGENT],
    )


class AnswerTerm(GuideAction):
    def name(self) -> str:
        return "action_term"
