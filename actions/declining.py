"""What no guide may do, whoever asks: declined clearly, with the reason and a person who may."""

from __future__ import annotations

from actions.answer import Answer, Button, Status
from actions.base import GuideAction
from actions.responding import TALK_TO_AGENT, answers
from knowledge.base import KnowledgeBase
from knowledge.named import SETTLING
from understanding.question import Question

# Intent -> the texts of knowledge/content/notices.yml that say why not.
REASONS = {
    "ask_to_bind": ("no_binding",),
    "ask_guarantee": ("no_guarantee", "no_claim_opinion"),
    "ask_legal_advice": ("no_legal_advice",),
    "ask_tax_advice": ("no_tax_advice",),
    "ask_medical_advice": ("no_medical_advice",),
}


@answers(*REASONS)
def decline(question: Question, base: KnowledgeBase) -> Answer:
    """The reason and the way on; an incident told with it is offered to be reported."""
    first, *others = [str(base.notices[name]).strip() for name in REASONS[question.intent]]
    report = Button("Something happened: what now?", {"intent": "report_claim"})
    buttons = [TALK_TO_AGENT, *([report] if question.intent in ("ask_guarantee", "ask_medical_advice") else [])]
    answer = Answer(Status.HANDOFF, question.intent, first, others, buttons=buttons)
    stance, settling = question.frame and question.frame.stance, base.topic(SETTLING)
    if question.intent == "ask_legal_advice" and stance and stance.on == "claim" and settling:
        answer.paragraphs.append(settling.answer.text)  # whatever a lawyer says later, this cannot wait
        answer.cite(settling.answer.source)
    return answer


class Decline(GuideAction):
    """What no guide may do."""

    intents = frozenset(REASONS)

    def name(self) -> str:
        return "action_decline"
