"""What agents do in Slack, read from what Slack sends: their words in threads, their buttons, their modals.  Pure.

A word in a thread is internal.  It goes to the visitor if it begins with the prefix as it is written here, letter by
letter, in a plain new message of a person; everything that is only like that is internal.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.channels.slack.cards import ACT, ASKS, CLAIM, PAUSES, PREFIX, PUT_BACK, RETURN, SNOOZE, WAKE
from bot.channels.slack.payloads import TS, is_stranger, spoken, value_of
from bot.runtime.input_gate import clean

PRESSED = (CLAIM, RETURN, PUT_BACK, WAKE)  # steps that a button takes by itself

_HEARD = (None, "thread_broadcast", "file_share")  # kinds of message that a person has written
_REFERENCE = re.compile(r"[A-Z0-9]{4,12}")
_REPLY = re.compile(rf"{re.escape(PREFIX)}[ \n]+(?=\S)")


@dataclass(frozen=True)
class Said:
    """A new message in a thread.

    Attributes:
        reply: whether it is for the visitor.
        unsent: whether it looks as if it were meant for the visitor, and is not sent: it has files, stands in the
            channel too, or the prefix is another.
        keys: the names that it may come again under.
    """

    user: str
    thread: str
    ts: str
    text: str
    reply: bool
    unsent: bool
    keys: tuple[str, ...]


@dataclass(frozen=True)
class Altered:
    """A message in a thread that was edited, or deleted."""

    thread: str
    ts: str
    deleted: bool
    keys: tuple[str, ...]


@dataclass(frozen=True)
class Acted:
    """A step that a button takes, or a modal that was sent.

    Attributes:
        value: what was entered or chosen; empty for a button.
        url: where whoever pressed can be told something, if anywhere.
    """

    user: str
    reference: str
    step: str
    value: str
    keys: tuple[str, ...]
    url: str | None = None


def found(payload: Mapping[str, Any], team: str, channel: str, bot: str | None) -> Said | Altered | Acted | None:
    """What an agent has done; None for everything else.

    Args:
        team: the workspace in which the cards are, and from which this comes.
        channel: the one with the cards.
    """
    kind = payload["type"]
    if kind == "event_callback":
        event = payload["event"]
        here = event["type"] == "message" and event.get("channel") == channel
        if not here:
            return None
        return _altered(event, team, channel) if _is_change(event) else _said(event, team, channel, bot)
    if kind not in ("block_actions", "view_submission") or payload["user"].get("team_id") not in (None, team):
        return None
    return _pressed(payload, team) if kind == "block_actions" else _entered(payload, team)


def _said(event: Mapping[str, Any], team: str, channel: str, bot: str | None) -> Said | None:
    user, ts, thread = (str(event.get(name) or "") for name in ("user", "ts", "thread_ts"))
    if event.get("subtype") not in _HEARD or event.get("hidden") or event.get("edited"):
        return None
    if event.get("bot_id") or event.get("bot_profile") or event.get("app_id") or not user or user == bot:
        return None
    if is_stranger(event, team) or not TS.fullmatch(ts) or not TS.fullmatch(thread) or ts == thread:
        return None
    raw = str(event.get("text") or "")
    prefixed = _REPLY.match(raw)
    reply = bool(prefixed) and event.get("subtype") is None and not event.get("files")
    unsent = not reply and clean(raw).lower().startswith(PREFIX)
    text = spoken(raw[prefixed.end() :] if prefixed else raw, None)
    if not text:
        return None
    message = event.get("client_msg_id")
    names = (ts, *((message,) if isinstance(message, str) else ()))
    keys = tuple(f"{ACT}:{team}:{channel}:{name}" for name in names)
    return Said(user, thread, ts, text, reply, unsent, keys)


def _is_change(event: Mapping[str, Any]) -> bool:
    return event.get("subtype") in ("message_changed", "message_deleted")


def _altered(event: Mapping[str, Any], team: str, channel: str) -> Altered | None:
    """An edit of the words, not of what Slack itself adds to a message, such as the preview of a link."""
    before, now = event.get("previous_message"), event.get("message")
    before, now = before if isinstance(before, dict) else {}, now if isinstance(now, dict) else {}
    gone = event.get("subtype") == "message_deleted" or now.get("subtype") == "tombstone"
    if not gone and now.get("text") == before.get("text"):
        return None
    ts = str(now.get("ts") or event.get("deleted_ts") or before.get("ts") or "")
    thread = str(now.get("thread_ts") or before.get("thread_ts") or "")
    if not TS.fullmatch(ts) or not TS.fullmatch(thread):
        return None
    when = str(event.get("event_ts") or event.get("ts") or "")
    return Altered(thread, ts, gone, (f"{ACT}:{team}:{channel}:{ts}:{when}",))


def _pressed(payload: Mapping[str, Any], team: str) -> Acted | None:
    about = button_of(payload)
    trigger, url = payload.get("trigger_id"), payload.get("response_url")
    if about is None or about[0] not in PRESSED or not isinstance(trigger, str) or not trigger:
        return None
    address = url if isinstance(url, str) else None
    return Acted(str(payload["user"]["id"]), about[1], about[0], "", (f"{ACT}:{team}:{trigger}",), address)


def button_of(payload: Mapping[str, Any]) -> tuple[str, str] | None:
    """Step and reference of an agent's button; None for any other."""
    action = payload["actions"][0]
    first, _, step = str(action["action_id"]).partition(":")
    reference = (value_of(action) or {}).get("r")
    known = first == ACT and (step in PRESSED or step in ASKS)
    return (step, reference) if known and isinstance(reference, str) and _REFERENCE.fullmatch(reference) else None


def _entered(payload: Mapping[str, Any], team: str) -> Acted | None:
    view = payload["view"]
    first, _, step = str(view.get("callback_id") or "").partition(":")
    if first != ACT or step not in ASKS:
        return None
    try:
        reference = str(json.loads(view["private_metadata"])["r"])
        entered = view["state"]["values"][ACT][ACT]
        chosen = entered.get("selected_option") or {}
        value = clean(str(chosen.get("value") or entered.get("value") or ""))
    except (KeyError, TypeError, ValueError, AttributeError):
        return None
    name = str(view.get("id") or "")
    offered = step != SNOOZE or value in map(str, PAUSES.values())
    if not value or not name or not offered or not _REFERENCE.fullmatch(reference):
        return None
    return Acted(str(payload["user"]["id"]), reference, step, value, (f"{ACT}:{team}:{name}",))
