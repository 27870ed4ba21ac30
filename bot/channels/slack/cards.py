"""What agents see in Slack: the card of a ticket, what is said in its thread, and the modals of its buttons.  Pure.

Whatever a visitor wrote stands in rich text or plain text, where nothing is markup, and without identifiers.
"""

from __future__ import annotations

import datetime
import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from bot.channels.slack import limits
from bot.channels.slack.blocks import Post, button
from bot.channels.slack.text import Block, cut, escaped, pieces, plain, verbatim
from bot.handoff.service import OUTCOMES
from bot.handoff.telling import REASONS
from bot.privacy import mask
from bot.records.states import CLOSED, OWNED, State
from bot.records.tickets import Ticket

ACT = "desk"  # the beginning of the action ids of an agent's buttons, and of the callback ids of their modals
PREFIX = "!reply"
CLAIM, REPLY, RETURN, PUT_BACK, WAKE = "claim", "reply", "give_back", "release", "wake"
TRANSFER, SNOOZE, RESOLVE = "transfer", "snooze", "resolve"
ASKS = {REPLY: "Reply to the visitor", TRANSFER: "Transfer", SNOOZE: "Snooze", RESOLVE: "Resolve"}
"""Steps that a modal asks more about, by its title."""
TITLES = {
    **{CLAIM: "Claim", REPLY: "Reply", RETURN: "Return to the guide", PUT_BACK: "Put back", WAKE: "Take up again"},
    **{TRANSFER: "Transfer", SNOOZE: "Snooze", RESOLVE: "Resolve"},
}
PAUSES = {"15 minutes": 900, "an hour": 3600, "3 hours": 10_800, "a day": 86_400}  # seconds
TICK = "white_check_mark"
WHERE = {"web": "the website", "slack": "Slack"}  # channels in words

SHOWN_SUMMARY, SHOWN_FACTS, SHOWN_FACT = 1_800, 20, 120  # characters, lines, characters of a line
SHOWN_WORDS = 5_000  # characters of a message in a thread; what agents and the website's visitors write is shorter
HOW = f"What is written in the thread stays among you. To the visitor goes what Reply sends, or begins with {PREFIX}."


def card(ticket: Ticket, owner: str | None, desk: str) -> Post:
    """The card of a ticket.

    Args:
        owner: name of the agent who has it.
        desk: address of the desk; empty where none is set.
    """
    why = REASONS.get(ticket.reason, ticket.reason)
    title = f"{'URGENT: ' + why if ticket.priority == 'urgent' else why[:1].upper() + why[1:]} ({ticket.reference})"
    number = ticket.consent.get("number")
    told = [mask(f"{label}: {value}") for label, value in ticket.facts.items() if value][: SHOWN_FACTS - 1]
    told.append(f"Agreed to be called at {number}" if number else "No consent to be called")
    blocks = [
        {"type": "header", "text": plain(cut(title, limits.TEXT_OF_HEADER))},
        *verbatim(_state(ticket, owner)),
        {"type": "context", "elements": [{"type": "mrkdwn", "text": text} for text in _links(ticket, desk)]},
        *verbatim(cut(mask(ticket.summary), SHOWN_SUMMARY)),
        *verbatim("\n".join(cut(line, SHOWN_FACT) for line in told)),
    ]
    steps = _steps(ticket)
    if steps:
        about = {"r": ticket.reference}
        buttons = [
            button(TITLES[step], f"{ACT}:{step}", about, "primary" if step in (CLAIM, REPLY) else None)
            for step in steps
        ]
        blocks.append({"type": "actions", "elements": buttons})
        blocks.append({"type": "context", "elements": [plain(HOW)]})
    return Post(escaped(cut(f"{title}. {_state(ticket, owner)}", 1_000)), blocks)


def digest(post: Post) -> str:
    """The same for the same card."""
    return hashlib.sha256(json.dumps([post.text, post.blocks]).encode()).hexdigest()[:24]


def _state(ticket: Ticket, owner: str | None) -> str:
    by = cut(owner or "Nobody", SHOWN_FACT)
    outcome = f": {ticket.outcome.replace('_', ' ')}" if ticket.outcome else ""
    return {
        State.REQUESTED: "Waits in the chat. Nobody has it.",
        State.QUEUED: "Waits in the chat. Nobody has it.",
        State.ASSIGNED: f"{by} has it, and has not answered yet.",
        State.ACTIVE: f"{by} has it, and talks with the visitor.",
        State.SNOOZED: f"{by} has put it off.",
        State.CALLBACK: f"To be called back. {by} has it.",
        State.RETURNED: "The guide has the conversation again.",
        State.RESOLVED: f"Resolved{outcome}.",
        State.ABANDONED: "The visitor has gone.",
    }[ticket.state]


def _links(ticket: Ticket, desk: str) -> list[str]:
    """Moments, which each reader sees in their own zone, and the way to the desk."""
    moments = {
        "Waiting since": ticket.waiting_since if ticket.state not in CLOSED else None,
        "Put off until": ticket.snoozed_until,
        "To be called": ticket.callback_due,
    }
    lines = [f"{what} {_moment(at)}" for what, at in moments.items() if at]
    lines.append(f"From {WHERE.get(ticket.channel) or escaped(cut(ticket.channel or 'elsewhere', 40))}")
    return [*lines, *([f"<{escaped(desk)}#{ticket.reference}|Open it at the desk>"] if desk else [])]


def _moment(at: float) -> str:
    fallback = datetime.datetime.fromtimestamp(at, datetime.UTC).strftime("%Y-%m-%d %H:%M UTC")
    return f"<!date^{int(at)}^{{date_short_pretty}} {{time}}|{fallback}>"


def _steps(ticket: Ticket) -> list[str]:
    if ticket.state in CLOSED:
        return []
    if ticket.owner is None:
        return [CLAIM]
    if ticket.state is State.SNOOZED:
        return [REPLY, WAKE, TRANSFER, RESOLVE]
    if ticket.state in OWNED:
        return [REPLY, RETURN, TRANSFER, SNOOZE, RESOLVE, PUT_BACK]
    return [REPLY, TRANSFER, RESOLVE, PUT_BACK]


def line(said: Mapping[str, Any], visitor: str = "Visitor") -> Post | None:
    """A message of the conversation, for the thread; None for what need not be told there."""
    text, who = mask(str(said.get("text") or "")), said.get("from")
    if not text or said.get("erased"):
        return None
    if who == "visitor":
        return _spoken(visitor, text)
    if who == "agent":
        return _spoken(f"{said.get('name') or 'An agent'} to the visitor", text)
    return quiet(text) if said.get("person") else None


def note(name: str, text: str) -> Post:
    """A note that was written at the desk."""
    return _spoken(f"Note of {name}", mask(text))


def quiet(text: str) -> Post:
    """A line in small."""
    parts = [plain(part) for part in pieces(text, limits.TEXT_OF_CONTEXT)]
    return Post(escaped(cut(text, 1_000)), [{"type": "context", "elements": parts[: limits.PARTS_OF_CONTEXT]}])


def _spoken(who: str, text: str) -> Post:
    return Post(escaped(cut(f"{who}: {text}", 1_000)), verbatim(cut(text, SHOWN_WORDS), f"{cut(who, 200)}:"))


def modal(step: str, reference: str, colleagues: Mapping[str, str]) -> Block:
    """The modal that asks what a step needs.

    Args:
        colleagues: names of agents by login, for a transfer.
    """
    return _modal(step, reference, [_input(step, colleagues)])


def refusal(text: str) -> Block:
    """The modal that says why there is nothing to ask."""
    return {"type": "modal", "title": plain("Not possible"), "close": plain("Close"), "blocks": verbatim(text)}


def _modal(step: str, reference: str, blocks: list[Block]) -> Block:
    return {
        "type": "modal",
        "callback_id": f"{ACT}:{step}",
        "title": plain(cut(ASKS[step], limits.TITLE_OF_VIEW)),
        "submit": plain("Send" if step == REPLY else "Do it"),
        "close": plain("Cancel"),
        "private_metadata": json.dumps({"r": reference}),
        "blocks": blocks,
    }


def _input(step: str, colleagues: Mapping[str, str]) -> Block:
    if step == REPLY:
        long = {"multiline": True, "max_length": limits.TEXT_OF_INPUT}
        return _block("What the visitor reads", {"type": "plain_text_input", "action_id": ACT, **long})
    if step == TRANSFER:
        return _block("To whom", _select([(name, login) for login, name in colleagues.items()]))
    if step == SNOOZE:
        return _block("For how long", _select([(name, str(seconds)) for name, seconds in PAUSES.items()]))
    return _block("How it ended", _select([(outcome.replace("_", " "), outcome) for outcome in OUTCOMES]))


def _block(label: str, element: Block) -> Block:
    return {"type": "input", "block_id": ACT, "label": plain(label), "element": element}


def _select(choices: Sequence[tuple[str, str]]) -> Block:
    options = [
        {"text": plain(cut(name, limits.TEXT_OF_OPTION)), "value": value}
        for name, value in choices[: limits.OPTIONS_OF_SELECT]
        if len(value) <= limits.VALUE_OF_OPTION
    ]
    return {"type": "static_select", "action_id": ACT, "options": options}
