"""App Home and the modals.  Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.channels.slack import limits
from bot.channels.slack.blocks import Said, button, details
from bot.channels.slack.payloads import ASK, Place
from bot.channels.slack.text import Block, cut, paragraph, plain
from bot.records.feedback import MAX_REASON

REASON, MODAL = "reason", "details"
QUESTIONS = (
    "Does general liability cover call center mistakes?",
    "Which policies do we need?",
    "I want a quote",
)
TICKETS_SHOWN, NEW_SHOWN = 10, 5
NAME_SHOWN = 150  # characters of what was signed, and of who signed it


@dataclass(frozen=True)
class Waiting:
    """A request for an agent, as far as everybody in the workspace may see it."""

    reference: str
    reason: str
    urgent: bool
    since: str  # UTC, ISO 8601


@dataclass(frozen=True)
class News:
    """What the guide knows, and what of it was signed last: name, who and day of each."""

    version: str
    entries: int
    signed: Sequence[tuple[str, str, str]]


def home(dm: Place, command: str, waiting: Sequence[Waiting], today: int, news: News | None, notice: str) -> Block:
    """App Home: what the guide can do, what waits for an agent, what is new.

    Args:
        dm: the direct message in which its buttons are answered.
        today: how many requests came today.
    """
    about = {"c": dm.conversation}
    asks = [button(text, f"{ASK}:{n}", {**about, "t": text}) for n, text in enumerate(QUESTIONS)]
    blocks = [
        _header("Ask the guide"),
        *paragraph(
            "Ask about business insurance in your own words: yes, no or it depends, why, what covers it instead, and "
            "where that comes from."
        ),
        *paragraph(
            "- Here under Messages, or in a direct message.\n"
            "- In a channel: write @ and the guide's name with your question; the answer comes in its thread.\n"
            f"- {command} and your question: only you see the answer, and may share it.\n"
            '- On any message: "More actions", then "Ask the guide about this".'
        ),
        {"type": "actions", "elements": asks},
        {"type": "divider"},
        _header("Requests for an agent"),
        *_requests(waiting, today),
        {"type": "divider"},
        _header("What the guide knows"),
        *_knowledge(news),
        {"type": "context", "elements": [plain(cut(notice, limits.TEXT_OF_CONTEXT))]},
    ]
    return {"type": "home", "blocks": blocks}


def _requests(waiting: Sequence[Waiting], today: int) -> list[Block]:
    count = f"{len(waiting)} waiting, {today} new today."
    lines = [
        f"- {each.reference}: {each.reason}{', urgent' * each.urgent}, since {each.since[:16].replace('T', ' ')} UTC"
        for each in waiting[:TICKETS_SHOWN]
    ]
    more = len(waiting) - len(lines)
    return paragraph("\n".join([count, *lines, *([f"- and {more} more"] if more > 0 else [])]))


def _knowledge(news: News | None) -> list[Block]:
    if news is None:
        return paragraph("My knowledge base cannot be read just now.")
    lines = [f"{news.entries} entries, content version {news.version}."]
    lines += ["Signed last:"] if news.signed else ["No entry is signed yet."]
    lines += [
        f"- {cut(name, NAME_SHOWN)}, by {cut(who, NAME_SHOWN)}, {day}" for name, who, day in news.signed[:NEW_SHOWN]
    ]
    return paragraph("\n".join(lines))


def loading() -> Block:
    """A modal to show at once, because the right to show one lasts three seconds."""
    return _modal("One moment", paragraph("One moment …"))


def whole(said: Said) -> Block:
    """Everything an answer says."""
    return _modal("The whole answer", details(said) or paragraph("This was erased."))


def gone() -> Block:
    """What is shown of an answer that is not there any more."""
    return _modal("The whole answer", paragraph("This answer is no longer kept."))


def reason(conversation: str, seq: int) -> Block:
    """Asks what was missing in an answer that was not helpful."""
    block = {
        "type": "input",
        "block_id": REASON,
        "optional": True,
        "label": plain("What was missing or wrong?"),
        "element": {"type": "plain_text_input", "action_id": REASON, "multiline": True, "max_length": MAX_REASON},
    }
    about = json.dumps({"c": conversation, "n": seq})
    return {
        **_modal("Not helpful", [block]),
        "callback_id": REASON,
        "submit": plain("Send"),
        "private_metadata": about,
    }


def reason_of(view: Mapping[str, Any]) -> tuple[str, int, str] | None:
    """Conversation, number and reason of a submitted view; None where it is not what was shown."""
    try:
        about = json.loads(view["private_metadata"])
        text = view["state"]["values"][REASON][REASON].get("value") or ""
        return str(about["c"]), int(about["n"]), str(text)[:MAX_REASON]
    except (KeyError, TypeError, ValueError, AttributeError):
        return None


def _modal(title: str, blocks: Sequence[Block]) -> Block:
    return {
        "type": "modal",
        "callback_id": MODAL,
        "title": plain(title),
        "close": plain("Close"),
        "blocks": list(blocks),
    }


def _header(text: str) -> Block:
    return {"type": "header", "text": plain(text)}
