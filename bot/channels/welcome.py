"""What the guide says first."""

from __future__ import annotations

import os
from typing import Any

from knowledge.base import KnowledgeUnavailable
from knowledge.notices import opening, published

# Said where there is no knowledge base to take the notice from: what it is must be known all the same.
_WITHOUT_KNOWLEDGE = {
    "assistant_notice": "I am an automated assistant, not a person. This chat is recorded. Nothing said here binds "
    "coverage; only a licensed agent can help with that."
}
_EXAMPLES = (
    "Does general liability cover bad advice?",
    "What does cyber insurance cost?",
    "Which policies does a call center need?",
)


def load_notice() -> str:
    """The notice that this is a machine and recorded, as the other channels give it."""
    try:
        notices = published()
    except KnowledgeUnavailable:
        notices = _WITHOUT_KNOWLEDGE
    agency = os.environ.get("GUIDE_AGENCY_NAME") or "our agency"
    return opening(notices, agency, os.environ.get("GUIDE_AGENCY_LICENCE"))


def load_welcome() -> dict[str, Any]:
    """The first message of a conversation: what the guide is, and three ways to begin."""
    return {
        "text": f"{load_notice()}\n\nAsk me in your own words.",
        "buttons": [{"title": question, "payload": question} for question in _EXAMPLES],
    }
