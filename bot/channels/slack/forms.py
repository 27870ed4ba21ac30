"""The first questions of a form as a modal: what is entered is told to the guide in one message.  Pure.

The guide's own form reads that message as it reads any other, says what it has noted, and asks the rest in the
conversation; so nothing is decided here, and what was read wrongly can be put right there.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import us

from bot.channels.slack import limits
from bot.channels.slack.payloads import Asked, Ignored, Place
from bot.channels.slack.text import Block, cut, plain
from bot.records.slack import CHANNEL
from bot.runtime.input_gate import clean
from knowledge.schema import ProfileField

FORM = "form"
TITLES = {"ask_recommendation": "Which policies?", "get_quote": "A quote"}
LONGEST = 300  # characters of what the business does
MOST = 1_000_000
_STATES = [str(state) for state in [*us.states.STATES, us.states.DC]]


def asked_first(fields: Sequence[ProfileField]) -> list[ProfileField]:
    """Those that a list, a number or a few words answer, and that a message tells without being asked."""
    always = [field for field in fields if field.kind in ("industry", "state") or not field.asked_when]
    return [f for f in always if f.kind in ("industry", "state", "choice") or (f.kind == "count" and f.units)]


def form(intent: str, conversation: str, fields: Sequence[ProfileField]) -> Block:
    """The modal; its answers are told in the conversation."""
    inputs: list[Block] = [
        {
            "type": "input",
            "block_id": field.id,
            "optional": True,
            "label": plain(cut(field.question, limits.LABEL_OF_INPUT)),
            "hint": plain(cut(field.why, limits.HINT_OF_INPUT)),
            "element": _element(field),
        }
        for field in asked_first(fields)
    ]
    return {
        "type": "modal",
        "callback_id": FORM,
        "title": plain(TITLES.get(intent, "A form")),
        "submit": plain("Send"),
        "close": plain("Close"),
        "private_metadata": json.dumps({"c": conversation}),
        "blocks": inputs,
    }


def _element(field: ProfileField) -> Block:
    if field.kind in ("state", "choice"):
        names = (
            _STATES if field.kind == "state" else [cut(option.title, limits.TEXT_OF_OPTION) for option in field.options]
        )
        options = [{"text": plain(name), "value": name} for name in names]
        return {"type": "static_select", "action_id": field.id, "options": options}
    if field.kind == "count":
        whole = {"is_decimal_allowed": False, "min_value": "0", "max_value": str(MOST)}
        return {"type": "number_input", "action_id": field.id, **whole}
    return {"type": "plain_text_input", "action_id": field.id, "max_length": LONGEST}


def entered(payload: Mapping[str, Any], team: str, fields: Sequence[ProfileField]) -> Asked | Ignored:
    """What a submitted form asks: a message in the conversation it was opened from."""
    user, view = payload["user"], payload["view"]
    found = _told(view, fields)
    if found is None or not found[0].startswith(f"{CHANNEL}:{team}:") or user.get("team_id") not in (None, team):
        return Ignored("not a form of today")
    place = Place.of(found[0])
    if not found[1] or (place.asker and place.asker != user["id"]):
        return Ignored("nothing entered")
    view_id = str(view.get("id") or "")
    return Asked(place, user["id"], clean(found[1]), (f"{team}:{view_id}",), view_id) if view_id else Ignored("no id")


def _told(view: Mapping[str, Any], fields: Sequence[ProfileField]) -> tuple[str, str] | None:
    """Conversation and message of what was entered; None where the view is not what was shown."""
    try:
        about, values = json.loads(view["private_metadata"]), view["state"]["values"]
        conversation = str(about["c"])
        lines = [_line(field, values.get(field.id, {}).get(field.id) or {}) for field in asked_first(fields)]
    except (KeyError, TypeError, ValueError, AttributeError):
        return None
    return conversation, "\n".join(filter(None, lines))


def _line(field: ProfileField, entered: Mapping[str, Any]) -> str:
    chosen = entered.get("selected_option") or {}
    text = " ".join(str(chosen.get("value") or entered.get("value") or "").split())[:LONGEST]
    return f"{text} {field.units[0]}" if text and field.kind == "count" else text
