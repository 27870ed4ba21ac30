"""What the guide says first."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

NOTICES = Path(__file__).resolve().parents[2] / "knowledge" / "content" / "notices.yml"

_NOTICE = (
    "I'm an automated guide to business insurance, not a licensed agent. I explain coverage in general; "
    "only the policy itself decides what is covered."
)
_EXAMPLES = (
    "Does general liability cover bad advice?",
    "What does cyber insurance cost?",
    "Which policies does a call center need?",
)


def load_notice() -> str:
    """The notice that this is a machine, as the knowledge base words it where it does."""
    if not NOTICES.exists():
        return _NOTICE
    notice = (yaml.safe_load(NOTICES.read_text(encoding="utf-8")) or {}).get("assistant_notice")
    if isinstance(notice, dict):  # a statement with its sources, like all curated content
        notice = notice.get("text")
    return str(notice).strip() if notice else _NOTICE


def load_welcome() -> dict[str, Any]:
    """The first message of a conversation: what the guide is, and three ways to begin."""
    return {
        "text": f"{load_notice()}\n\nAsk me in your own words.",
        "buttons": [{"title": question, "payload": question} for question in _EXAMPLES],
    }
