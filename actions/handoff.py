"""A licensed agent takes over: on request, or after an incident."""

from __future__ import annotations

from actions.answer import Answer, Button, Status
from actions.base import GuideAction
from actions.phrasing import phrase
from actions.responding import HELP, answers
from actions.stance import concerns
from actions.wording import listed
from knowledge.base import KnowledgeBase
from knowledge.named import NOTICE_OF_CLAIM
from knowledge.notices import spoken
from understanding.question import Question


@answers("talk_to_agent")
def agent_asked_for(question: Question, base: KnowledgeBase) -> Answer:
    """The visitor wants a person."""
    return Answer(
        Status.HANDOFF,
        "talk_to_agent",
        phrase("passed_on"),
        buttons=[Button("How do I get a quote?", {"intent": "get_quote"}), HELP],
    )


@answers("report_claim")
def something_happened(question: Question, base: KnowledgeBase) -> Answer:
    """Calm, that this is no notice to the insurer, the first steps; no opinion on cover.

    The steps are those of the entry for what happened, where there is one, else those that hold for everyone.  Of the
    incident it says whose matter it is in general.
    """
    topic = base.topic(question.topic)
    concerned = concerns(question.exposure, base) if question.exposure else ""
    steps = [str(step).strip() for step in base.notices.get("incident_steps", [])]
    if topic and topic.points:
        steps = [point.text for point in topic.points]
    return Answer(
        Status.HANDOFF,
        "report_claim",
        "I am sorry this happened. I have stored it for a licensed agent as urgent.",
        [
            spoken(base.notices, "not_notice"),
            *([concerned] if concerned else []),
            *([topic.answer.text] if topic else []),
            f"Until you have spoken:\n{listed(steps)}",
            spoken(base.notices, "no_claim_opinion"),
        ],
        policies=list(question.policies),
        entries=[topic.id] if topic else [],
        buttons=[Button("What happens after I report a claim?", {"intent": "ask_term", "terms": [NOTICE_OF_CLAIM]})],
    ).cite(*([point.source for point in topic.points] if topic and topic.points else [["customary_wording"]]))


class HandOff(GuideAction):
    """A person takes over."""

    intents = frozenset(("talk_to_agent", "report_claim"))

    def name(self) -> str:
        return "action_hand_off"
