"""A licensed agent takes over: on request, or after an incident."""

from __future__ import annotations

from actions.answer import Answer, Button, Status
from actions.base import GuideAction
from actions.question import Question
from actions.responding import answers
from actions.wording import listed
from knowledge.base import KnowledgeBase

HELP = Button("What can you do?", {"intent": "help"})


@answers("talk_to_agent")
def agent_asked_for(question: Question, base: KnowledgeBase) -> Answer:
    """The visitor wants a person."""
    return Answer(
        Status.HANDOFF,
        "talk_to_agent",
        "Of course. I have stored this conversation for a licensed agent. To be called back, write your name and "
        'number, like "call Dee at 202-555-0142 after 3".',
        buttons=[Button("How do I get a quote?", {"intent": "get_quote"}), HELP],
    )


@answers("report_claim")
def something_happened(question: Question, base: KnowledgeBase) -> Answer:
    """Calm, the steps that hold for everyone, an agent; no opinion on cover."""
    steps = [str(step).strip() for step in base.notices.get("incident_steps", [])]
    return Answer(
        Status.HANDOFF,
        "report_claim",
        "I am sorry this happened. I have stored it for a licensed agent as urgent. Until you have spoken:",
        [listed(steps), str(base.notices.get("no_claim_opinion", "")).strip()],
        policies=list(question.policies),
        entries=[],
        buttons=[Button("What happens after I report a claim?", {"intent": "ask_term", "terms": ["notice_of_claim"]})],
    ).cite(["customary_wording"])


class HandOff(GuideAction):
    def name(self) -> str:
        return "action_hand_off"
