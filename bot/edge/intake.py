"""What browsers send, read and refused before anything is done with it."""

from __future__ import annotations

import asyncio
import json
import re
from typing import Any

from starlette.requests import ClientDisconnect, Request

from bot.edge.limits import ChatError
from bot.records.feedback import MAX_REASON
from bot.runtime.input_gate import MAX_CHARACTERS, clean

MAX_BODY = 16 * 1024
BODY_SECONDS = 15.0  # what a slow line may take to send that much

_SEQ = re.compile(r"\d{1,15}", re.ASCII)
_CLIENT_ID = re.compile(r"[\w-]{1,64}", re.ASCII)


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


def client_id_of(data: dict[str, Any]) -> str:
    """The id that the client gave its message."""
    client_id = data.get("id")
    if not isinstance(client_id, str) or not _CLIENT_ID.fullmatch(client_id):
        raise ChatError(400, "bad_id", "A message needs an id of 1 to 64 letters, digits or dashes.")
    return client_id


def after_of(request: Request) -> int:
    """The number to begin after; what makes no sense begins at the beginning.

    EventSource repeats the address when it reconnects, so the header that it adds is the newer word.
    """
    after = request.headers.get("last-event-id") or request.query_params.get("after") or "0"
    return int(after) if _SEQ.fullmatch(after) else 0


async def read_body(request: Request, most: int, seconds: float, too_large: str) -> bytes:
    """What was sent; a body over so many bytes is refused before it is read, one that takes longer at that moment."""
    body = bytearray()
    if _declared(request) > most:
        raise ChatError(413, "too_large", too_large)
    try:
        async with asyncio.timeout(seconds):
            async for chunk in request.stream():
                body += chunk
                if len(body) > most:
                    raise ChatError(413, "too_large", too_large)
    except TimeoutError:
        raise ChatError(408, "too_slow", "The request took too long to arrive.") from None
    except ClientDisconnect:
        raise ChatError(400, "bad_json", "The request could not be read.") from None
    return bytes(body)


async def read_json(request: Request) -> dict[str, Any]:
    """The JSON object of the request."""
    body = await read_body(request, MAX_BODY, BODY_SECONDS, "This request is too large.")
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise ChatError(415, "wrong_type", "Send application/json.")
    try:
        data = json.loads(body)
    except (ValueError, RecursionError):
        raise ChatError(400, "bad_json", "The request is not valid JSON.") from None
    if not isinstance(data, dict):
        raise ChatError(400, "bad_json", "The request must be a JSON object.")
    return data


def _declared(request: Request) -> int:
    length = request.headers.get("content-length", "0")
    return int(length) if _SEQ.fullmatch(length) else 0


def bearer_of(request: Request) -> str | None:
    """The token of the Authorization header."""
    kind, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if kind.lower() == "bearer" else None


def ip_of(request: Request, proxies: int = 0) -> str:
    """The visitor's address: that of the connection, or what the outermost of our own proxies saw.

    Every proxy adds to the end of X-Forwarded-For whom it was asked by; what stands before the words of our own
    was written by strangers.
    """
    seen = [part.strip() for line in request.headers.getlist("x-forwarded-for") for part in line.split(",")]
    if 0 < proxies <= len(seen):
        return seen[-proxies]
    return request.client.host if request.client else ""
