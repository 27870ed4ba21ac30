"""What somebody hears to whom something has happened, whatever else is answered: report it now, and how.  Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from actions.answer import Answer, Status
from actions.calling import was_said
from actions.responding import REPORT, TALK_TO_AGENT
from actions.wording import shortened
from knowledge.notices import spoken

MOST_BUTTONS = 4


def with_report(answer: Answer, notices: Mapping[str, Any], events: Iterable[Mapping[str, Any]]) -> Answer:
    """The answer with the advice to report it, in full once a conversation; a report itself says all that already.

    Args:
        notices: the standing texts, by name.
        events: what was said before.
    """
    if answer.intent == "report_claim":
        return answer
    in_full = spoken(notices, "not_notice")
    advice = [spoken(notices, "report_again")] if was_said(in_full, events) else [in_full]
    if answer.status is Status.ANSWERED:
        advice.append(spoken(notices, "no_claim_opinion"))
    if answer.status is Status.FLOW:  # what the form asks stays last, with its own choices
        answer.paragraphs = [*advice, *answer.paragraphs]
        return answer
    if answer.status is Status.ANSWERED:
        answer.notes += advice
        shortened(answer)
    else:
        answer.paragraphs += advice
    first = [TALK_TO_AGENT, REPORT] if answer.status is Status.HANDOFF else [REPORT, TALK_TO_AGENT]
    others = [each for each in answer.buttons if each.ask not in (REPORT.ask, TALK_TO_AGENT.ask)]
    answer.buttons = [*first, *others][:MOST_BUTTONS]
    return answer
