"""What is known of the visitor, told back on asking: the facts, and what was spoken about.  Pure."""

from __future__ import annotations

from actions.answer import Answer, Button, Status
from actions.forms import quoting
from actions.forms.filling import Filling
from actions.responding import TALK_TO_AGENT, answers
from actions.wording import listed
from knowledge.base import KnowledgeBase
from understanding.question import Frame, Question

ERASE = Button("Delete my data", {"intent": "delete_my_data"})


def known(filling: Filling | None, frame: Frame | None, base: KnowledgeBase) -> Answer:
    """The facts that were told, and the subjects that were answered, the latest first."""
    facts = [f"{field.label}: {shown}" for field, shown in quoting.told(filling, base)] if filling else []
    if not facts and frame and (trade := base.industry(frame.industry)):
        facts = [f"Business: {trade.name}"]
    subjects = _subjects(frame, base)
    answer = Answer(Status.CHITCHAT, "ask_known", "This is what I have noted:", buttons=[TALK_TO_AGENT])
    if not facts:
        answer.lead = "I have not noted anything about you or your business yet."
    else:
        answer.paragraphs.append(listed(facts))
        answer.paragraphs.append("If something is not right, tell me what it should be.")
        answer.buttons = [TALK_TO_AGENT, ERASE]
    if subjects:
        answer.paragraphs.append(f"We have spoken about:\n{listed(subjects)}")
    return answer


def _subjects(frame: Frame | None, base: KnowledgeBase) -> list[str]:
    """The names of what was answered."""
    targets = [frame.target, *frame.earlier] if frame else []
    entries = [base.entry(target.partition("#")[0]) for target in targets]
    return list(dict.fromkeys(entry.name for entry in entries if entry))


@answers("ask_known")
def nothing_known(question: Question, base: KnowledgeBase) -> Answer:
    """Where only the question is at hand: what was spoken about."""
    return known(None, question.frame, base)
