"""What browsers send, read and refused before anything is done with it."""

from __future__ import annotations

import json
from typing import Any

from sanic.exceptions import InvalidUsage, PayloadTooLarge
from sanic.request import Request

from bot.channels.feedback import MAX_REASON
from bot.channels.sessions import ChatError
from bot.runtime.input_gate import MAX_CHARACTERS, clean

MAX_BODY = 16 * 1024


def clean_text(value: object) -> str:
    """A visitor's text as the input gate cleans it; refused here where the widget can say so at once."""
    if not isinstance(value, str | None):
        raise ChatError(400, "bad_text", "The text of a message must be a string.")
    text = clean(value or "")
    if not text:
        raise ChatError(400, "empty", "There is nothing in this message. Please type your question.")
    if len(text) > MAX_CHARACTERS:
        raise ChatError(
            413, "too_long", f"This message is too long: please keep it under {MAX_CHARACTERS:,} characters."
        )
    return text


def clean_reason(value: object) -> str:
    """Why a vote was given, cleaned like any other text; refused where it is too long."""
    if not isinstance(value, str | None):
        raise ChatError(400, "bad_text", "The reason must be a string.")
    reason = clean(value or "")
    if len(reason) > MAX_REASON:
        raise ChatError(413, "too_long", f"Please keep the reason under {MAX_REASON} characters.")
    return reason


async def read_json(request: Request) -> dict[str, Any]:
    """The JSON object of the request; a body over the limit is refused before it is read."""
    assert request.stream  # it is there until the handler is done
    request.stream.request_max_size = MAX_BODY
    try:
        await request.receive_body()
    except PayloadTooLarge:
        raise ChatError(413, "too_large", "This request is too large.") from None
    except InvalidUsage:
        raise ChatError(400, "bad_json", "The request could not be read.") from None
    if request.content_type.partition(";")[0].strip().lower() != "application/json":
        raise ChatError(415, "wrong_type", "Send application/json.")
    try:
        data = json.loads(request.body)
    except (ValueError, RecursionError):
        raise ChatError(400, "bad_json", "The request is not valid JSON.") from None
    if not isinstance(data, dict):
        raise ChatError(400, "bad_json", "The request must be a JSON object.")
    return data


def ip_of(request: Request) -> str:
    """The visitor's address, or that of the proxy before the guide."""
    return request.remote_addr or request.ip
