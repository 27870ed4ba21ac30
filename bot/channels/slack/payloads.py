"""What Slack's payloads say, without the world: who asks what where, and what is none of the guide's business.  Pure.

A conversation is named by where it is held, so that nothing has to be looked up to find it again:
``slack:team:channel:thread`` in a thread, ``slack:team:channel`` in a plain direct message, and
``slack:team:channel:~user`` where only the asker sees the answers.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.records.slack import CHANNEL
from bot.runtime.input_gate import clean

PRIVATE = "~"
ASK = "ask"  # the beginning of the action ids of buttons that ask something
CHOICE = "choice-"  # the beginning of what a question is called that was asked by a button
SHORTCUT = "ask_about"
WORDLESS = "What can you do?"  # what somebody wants who addresses the guide and says nothing
_SPOKEN = (None, "thread_broadcast", "file_share")  # kinds of message that a person has written
_LINK = re.compile(r"<(?!@|#|!)([^|>]+)(?:\|([^>]*))?>")
_CHANNEL = re.compile(r"<#\w+(?:\|([^>]*))?>")
_SPECIAL = re.compile(r"<!(\w+)(?:\^[^|>]*)?(?:\|([^>]*))?>")
_PERSON = re.compile(r"<@(\w+)(?:\|[^>]*)?>")
_ID = re.compile(r"[A-Z0-9]{2,30}")
TS = re.compile(r"\d{1,20}\.\d{1,10}", re.ASCII)  # what Slack calls a message in its channel


@dataclass(frozen=True)
class Place:
    """Where a conversation is answered.

    Attributes:
        thread: ts of the message that the thread hangs on; None where answers stand in the channel itself.
        asker: who alone sees the answers; None where everybody in the channel does.
    """

    team: str
    channel: str
    thread: str | None = None
    asker: str | None = None

    @property
    def conversation(self) -> str:
        """Its name in all tables."""
        last = f"{PRIVATE}{self.asker}" if self.asker else self.thread
        return ":".join((CHANNEL, self.team, self.channel, *((last,) if last else ())))

    @classmethod
    def of(cls, conversation: str) -> Place:
        """The place that a conversation is named by."""
        _, team, channel, *last = conversation.split(":", 3)
        end = last[0] if last else None
        asker = end.removeprefix(PRIVATE) if end and end.startswith(PRIVATE) else None
        return cls(team, channel, None if asker else end, asker)


@dataclass(frozen=True)
class Asked:
    """A question.

    Attributes:
        keys: every name that Slack may send the same under again.
        client_id: what it is called in its conversation.
        url: where the asker can be answered in private, if anywhere.
        seq: number of the answer whose button was used, and its title in ``chosen``.
        shown: ts of the message to show a sign of work on.
    """

    place: Place
    user: str
    text: str
    keys: tuple[str, ...]
    client_id: str
    url: str | None = None
    seq: int | None = None
    chosen: str | None = None
    shown: str | None = None


@dataclass(frozen=True)
class Ignored:
    """Why a payload asks nothing."""

    why: str


def team_of(payload: Mapping[str, Any]) -> str | None:
    """The workspace that a payload comes from, as far as it says."""
    team = payload.get("team")
    inner = team.get("id") if isinstance(team, dict) else None
    found = payload.get("team_id") or inner
    for each in payload.get("authorizations") or ():
        if isinstance(each, dict) and each.get("team_id"):
            return str(each["team_id"])  # in a shared channel the payload's own may be the other's
    return str(found) if found else None


def bot_of(payload: Mapping[str, Any]) -> str | None:
    """Whom the payload says the guide is in this workspace."""
    for each in payload.get("authorizations") or ():
        if isinstance(each, dict) and each.get("is_bot") and isinstance(each.get("user_id"), str):
            return str(each["user_id"])
    return None


def asked(payload: Mapping[str, Any], bot: str | None, threads: bool) -> Asked | Ignored:
    """The question in a payload.

    Args:
        bot: the guide's own user id, where it is known.
        threads: whether each direct message begins a thread of its own.
    """
    team, kind = team_of(payload), payload["type"]
    if not team or not _ID.fullmatch(team):
        return Ignored("no team")
    if kind == "event_callback":
        return _in_event(payload["event"], team, bot or bot_of(payload), threads)
    if kind == "command":
        return _in_command(payload, team)
    if kind == "block_actions":
        return _in_button(payload, team)
    if kind == "message_action" and payload.get("callback_id") == SHORTCUT:
        return _in_shortcut(payload, team)
    return Ignored("nothing asked")


def _in_event(event: Mapping[str, Any], team: str, bot: str | None, threads: bool) -> Asked | Ignored:
    kind = event["type"]
    user, channel, ts = (str(event.get(name) or "") for name in ("user", "channel", "ts"))
    if kind not in ("message", "app_mention"):
        return Ignored("nothing asked")
    if event.get("subtype") not in _SPOKEN or event.get("hidden"):
        return Ignored("not spoken")  # joins, edits, deletions
    if event.get("bot_id") or event.get("bot_profile") or (bot and user == bot):
        return Ignored("a program")
    if not (_ID.fullmatch(user) and _ID.fullmatch(channel) and TS.fullmatch(ts)):
        return Ignored("nobody")
    if is_stranger(event, team):
        return Ignored("another workspace")
    text, direct = str(event.get("text") or ""), event.get("channel_type") == "im"
    if not direct and kind == "message" and not (bot and bot in _PERSON.findall(text)):
        return Ignored("not addressed")
    root = event.get("thread_ts") if TS.fullmatch(str(event.get("thread_ts"))) else None
    thread = root or (None if direct and not threads else ts)
    said = spoken(text, bot)
    message = event.get("client_msg_id")
    keys = (f"{team}:{channel}:{ts}", *((f"{team}:{channel}:{message}",) if isinstance(message, str) else ()))
    return Asked(Place(team, channel, thread), user, said or WORDLESS, keys, ts, shown=thread or ts)


def is_stranger(event: Mapping[str, Any], team: str) -> bool:
    """Whether somebody of another workspace speaks, in a channel that two share."""
    homes = {event.get(name) for name in ("user_team", "source_team")} - {None, ""}
    return bool(homes - {team}) or event.get("is_stranger") is True


def _in_command(payload: Mapping[str, Any], team: str) -> Asked | Ignored:
    text = spoken(str(payload.get("text") or ""), None)
    if not text or text.lower() in ("help", "?"):
        return Ignored("help")
    return _privately(payload, team, str(payload["channel_id"]), str(payload["user_id"]), text)


def _in_shortcut(payload: Mapping[str, Any], team: str) -> Asked | Ignored:
    message, channel = payload.get("message"), payload.get("channel")
    text = spoken(str(message.get("text") or ""), None) if isinstance(message, dict) else ""
    if not text or not isinstance(channel, dict) or not isinstance(channel.get("id"), str):
        return Ignored("nothing to read")
    return _privately(payload, team, channel["id"], str(payload["user"]["id"]), text)


def _privately(payload: Mapping[str, Any], team: str, channel: str, user: str, text: str) -> Asked | Ignored:
    trigger = str(payload.get("trigger_id") or "")
    if not trigger or not (_ID.fullmatch(channel) and _ID.fullmatch(user)):
        return Ignored("no trigger")
    url = payload.get("response_url")
    place = Place(team, channel, asker=user)
    return Asked(place, user, text, (f"{team}:{trigger}",), trigger, url if isinstance(url, str) else None)


def _in_button(payload: Mapping[str, Any], team: str) -> Asked | Ignored:
    action, user = payload["actions"][0], payload["user"]
    if not action["action_id"].startswith(ASK):
        return Ignored("nothing asked")
    if user.get("team_id") not in (None, team):
        return Ignored("another workspace")
    chosen = action.get("selected_option")
    about = value_of(chosen if isinstance(chosen, dict) else action) or {}
    conversation, seq, title = about.get("c"), about.get("n"), about.get("t")
    if not isinstance(title, str) or not isinstance(conversation, str):
        return Ignored("not a button of today")
    if not conversation.startswith(f"{CHANNEL}:{team}:"):
        return Ignored("another workspace")
    place, trigger = Place.of(conversation), str(payload.get("trigger_id") or "")
    if place.asker and place.asker != user["id"]:
        return Ignored("somebody else's")
    if isinstance(seq, int):  # an answer has one choice, whoever is first
        key, client_id = f"{conversation}:{seq}", f"{CHOICE}{seq}"
    elif trigger:  # of App Home, which may be asked again
        key = client_id = trigger
    else:
        return Ignored("no trigger")
    url = payload.get("response_url")
    address = url if isinstance(url, str) else None
    number = seq if isinstance(seq, int) else None
    return Asked(place, user["id"], clean(title), (key,), client_id, address, number, title, place.thread)


def value_of(action: Mapping[str, Any]) -> dict[str, Any] | None:
    """What a button of the guide's carries; None for what is none."""
    try:
        found = json.loads(action.get("value") or "")
    except (ValueError, TypeError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def spoken(text: str, bot: str | None) -> str:
    """A message as its writer typed it: without the guide's name, links as they read, entities undone."""
    text = _PERSON.sub(lambda found: "" if found[1] == bot else f"@{found[1]}", text)
    text = _CHANNEL.sub(lambda found: f"#{found[1]}" if found[1] else "", text)
    text = _SPECIAL.sub(lambda found: found[2] or f"@{found[1]}", text)
    text = _LINK.sub(lambda found: found[2] or found[1].removeprefix("mailto:").removeprefix("tel:"), text)
    return clean(html.unescape(text))
