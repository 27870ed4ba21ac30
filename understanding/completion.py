"""What a message asks that asks nothing by itself: what it names is what it is about.  Pure.

The last step of the decision, so that Rasa's rules see what is to be answered: a fact or a correction that names a
policy, an incident or a trade is a question about it.
"""

from __future__ import annotations

from dataclasses import replace

from understanding.question import Question

TELLING = {"follow_up", "inform", "correct"}


def completed(question: Question) -> Question:
    """The question with the intent that answers it; its target stays what was decided."""
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
    named = question.industry and not (question.frame and question.frame.industry == question.industry)
    return "ask_recommendation" if named and not corrects else question.intent
