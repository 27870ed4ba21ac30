"""What must be true of a request before anything is done with it: its size, its time, its signature, its shape.

Bolt reads a body before it checks who sent it, and fails on what is no object; so nothing reaches Bolt that was not
signed by Slack, and is not shaped like what Slack sends.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from starlette.requests import ClientDisconnect, Request

MAX_BODY = 1_000_000  # bytes
BODY_SECONDS = 10.0
WINDOW = 300  # seconds that a request may be old, or ahead
MOST_FIELDS = 60  # of a form: Slack's slash commands have about fifteen
DEEPEST = 40  # levels of a payload; Slack's own have about ten

_DIGITS = re.compile(r"\d{1,15}", re.ASCII)
_FORM, _JSON = "application/x-www-form-urlencoded", "application/json"


class Refused(Exception):
    """A request that is not taken, with what to answer and a sentence for the log."""

    def __init__(self, status: int, code: str, why: str) -> None:
        super().__init__(why)
        self.status = status
        self.code = code


@dataclass(frozen=True)
class Delivery:
    """A request of Slack's that may be believed: its bytes, and what they say."""

    body: bytes
    payload: dict[str, Any]


async def receive(request: Request, secret: str, now: Callable[[], float] = time.time) -> Delivery:
    """What Slack has sent.

    Raises:
        Refused: it is too large, too old, not Slack's, or no shape that Slack sends.
    """
    body = await _read(request)
    verify(
        body, request.headers.get("x-slack-request-timestamp"), request.headers.get("x-slack-signature"), secret, now()
    )
    return Delivery(body, read(body, request.headers.get("content-type", "")))


async def _read(request: Request) -> bytes:
    declared = request.headers.get("content-length", "")
    if _DIGITS.fullmatch(declared) and int(declared) > MAX_BODY:
        raise Refused(413, "too_large", "A request was larger than anything Slack sends.")
    body = bytearray()
    try:
        async with asyncio.timeout(BODY_SECONDS):
            async for chunk in request.stream():
                body += chunk
                if len(body) > MAX_BODY:
                    raise Refused(413, "too_large", "A request was larger than anything Slack sends.")
    except TimeoutError:
        raise Refused(408, "too_slow", "A request took too long to arrive.") from None
    except ClientDisconnect:
        raise Refused(400, "cut_off", "A request ended before it was whole.") from None
    return bytes(body)


def verify(body: bytes, stamp: str | None, signature: str | None, secret: str, now: float) -> None:
    """Raises Refused unless the bytes were signed with the secret within the last five minutes."""
    if not stamp or not signature:
        raise Refused(401, "unsigned", "A request without a signature was refused.")
    if not _DIGITS.fullmatch(stamp) or abs(now - int(stamp)) > WINDOW:
        raise Refused(401, "old", "A request was refused because its time is not now: see whether this clock is right.")
    expected = hmac.new(secret.encode(), b"v0:" + stamp.encode() + b":" + body, hashlib.sha256).hexdigest()
    if not hmac.compare_digest(f"v0={expected}".encode(), signature.encode("utf-8", "replace")):
        raise Refused(401, "bad_signature", "A request was refused because its signature does not fit the secret.")


def read(body: bytes, content_type: str) -> dict[str, Any]:
    """The object that a body holds: an event, a command, or what somebody did with a message or a view.

    Raises:
        Refused: it holds none.
    """
    kind = content_type.partition(";")[0].strip().lower()
    try:
        text = body.decode()
        if kind == _JSON:
            return _object(json.loads(text))
        if kind == _FORM:
            form = dict(parse_qsl(text, keep_blank_values=True, max_num_fields=MOST_FIELDS))
            return _object(json.loads(form["payload"])) if "payload" in form else _command(form)
    except (ValueError, RecursionError):
        raise Refused(400, "unreadable", "A signed request could not be read.") from None
    raise Refused(415, "wrong_type", "A signed request was of a type that Slack does not send.")


def shaped(kind: str, found: object) -> dict[str, Any]:
    """What came over a connection instead of as a request, if it has the shape of it.

    Args:
        kind: of the envelope: ``events_api``, ``slash_commands`` or ``interactive``.

    Raises:
        Refused: it has not.
    """
    try:
        if kind == "slash_commands":
            return _command({name: value for name, value in dict(found).items() if isinstance(value, str)})  # type: ignore[call-overload]
        return _object(found)
    except (ValueError, TypeError):
        raise Refused(400, "unreadable", "What came over the connection to Slack could not be read.") from None


def _object(found: object) -> dict[str, Any]:
    if not isinstance(found, dict) or not isinstance(found.get("type"), str) or _depth(found) > DEEPEST:
        raise ValueError
    kind = found["type"]
    if kind == "event_callback" and not _is_event(found):
        raise ValueError
    if kind == "block_actions" and not _are_actions(found.get("actions")):
        raise ValueError
    if kind in ("view_submission", "view_closed") and not isinstance(found.get("view"), dict):
        raise ValueError
    if kind not in ("event_callback", "url_verification", "app_rate_limited") and not _names_somebody(found):
        raise ValueError
    return found


def _is_event(found: dict[str, Any]) -> bool:
    event = found.get("event")
    return isinstance(event, dict) and isinstance(event.get("type"), str) and isinstance(found.get("team_id"), str)


def _are_actions(actions: object) -> bool:
    return (
        isinstance(actions, list)
        and bool(actions)
        and all(isinstance(each, dict) and isinstance(each.get("action_id"), str) for each in actions)
    )


def _names_somebody(found: dict[str, Any]) -> bool:
    user, team = found.get("user"), found.get("team")
    return isinstance(user, dict) and isinstance(user.get("id"), str) and isinstance(team, dict | None)


def _command(form: dict[str, str]) -> dict[str, Any]:
    """A slash command, or the ping with which Slack looks whether the address is served."""
    if form.get("ssl_check") == "1":
        return {"type": "ssl_check"}
    if not all(form.get(name) for name in ("command", "team_id", "user_id", "channel_id")):
        raise ValueError
    return {**form, "type": "command"}


def _depth(found: object) -> int:
    """How deep lists and objects are nested; without recursion, for what is asked here may be deep."""
    deepest, waiting = 0, [(found, 1)]
    while waiting:
        each, level = waiting.pop()
        deepest = max(deepest, level)
        if deepest > DEEPEST:
            break
        inside = each.values() if isinstance(each, dict) else each if isinstance(each, list) else ()
        waiting += [(one, level + 1) for one in inside if isinstance(one, dict | list)]
    return deepest
