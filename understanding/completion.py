"""What a message asks that asks nothing by itself: what it names is what it is about.  Pure.

The last step of the decision, so that Rasa's rules see what is to be answered: a fact or a correction that names a
policy, an incident or a trade is a question about it.
"""

from __future__ import annotations

from dataclasses import replace

from understanding.question import Question
from understanding.targets import intent_id

TELLING = {"follow_up", "inform", "correct"}
ABOUT_ME = "ask_known"  # short and always meant as it reads, whatever else it resembles in the conversation


def completed(question: Question, read_alone: str | None) -> Question:
    """The question with the intent that answers it; its target stays what was decided.

    Args:
        read_alone: the intent as the classifier reads the words without the conversation.
    """
    if read_alone == ABOUT_ME:
        return replace(question, intent=ABOUT_ME, target=intent_id(ABOUT_ME))
    if question.intent not in TELLING or question.bound:
        return question
    return replace(question, intent=_about_what_it_names(question))


def decided_as(question: Question) -> str:
    """The intent that was decided, before what the message names completed it."""
    intent = question.target.removeprefix("intent:")
    return intent if question.target and intent != question.target else question.intent


def _about_what_it_names(question: Question) -> str:
    corrects = question.intent == "correct"
    if question.exposure:
        return "ask_coverage" if question.policies else "ask_what_covers"
    if question.policies:
        return "ask_compare" if len(question.policies) > 1 and question.intent != "inform" else "ask_policy"
    return "ask_recommendation" if question.industry and not corrects else question.intent
