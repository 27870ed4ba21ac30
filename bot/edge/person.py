"""The visitor's side of a conversation with a person: going back to the guide, writing, reading and rating."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bot.edge.intake import bearer_of, clean_reason, ip_of, read_json
from bot.edge.limits import ChatError, RateLimiter
from bot.edge.sessions import Sessions
from bot.handoff.service import Handoffs
from bot.settings import Rate, Settings

SIGNS = Rate(240, 60.0)  # of writing and reading that an address may send; they cost little

Handler = Callable[[Request, str], Awaitable[Response]]


class WithPerson:
    """What a visitor's browser asks for while people have the conversation."""

    def __init__(self, handoffs: Callable[[], Handoffs], sessions: Sessions, settings: Settings) -> None:
        self._handoffs = handoffs
        self._sessions = sessions
        self._proxies = settings.proxies
        self._by_ip = RateLimiter(settings.ip_rate)
        self._signs = RateLimiter(SIGNS if settings.ip_rate else None)

    def endpoints(self) -> dict[str, Handler]:
        """What each address below ``/chat/`` does."""
        return {"leave": self.leave, "rating": self.rate, "typing": self.write, "seen": self.see}

    async def leave(self, request: Request, origin: str) -> Response:
        """Go back to the guide; where people do not have the conversation nothing changes."""
        data, conversation = await self._read(request, origin, self._by_ip)
        left = await self._handoffs().leave(conversation, data.get("for_good") is True)
        return JSONResponse({"left": left is not None})

    async def rate(self, request: Request, origin: str) -> Response:
        """Rate the last conversation with a person, once."""
        data, conversation = await self._read(request, origin, self._by_ip)
        rating = data.get("rating")
        if not isinstance(rating, int) or isinstance(rating, bool):
            raise ChatError(400, "bad_rating", "A rating is a number from 1 to 5.")
        try:
            kept = await self._handoffs().rate(conversation, rating, clean_reason(data.get("reason")))
        except ValueError as error:
            raise ChatError(400, "bad_rating", str(error)) from None
        if not kept:
            raise ChatError(404, "nothing_to_rate", "There is no conversation with a person to rate.")
        return JSONResponse({"rating": rating})

    async def write(self, request: Request, origin: str) -> Response:
        """Show the agent that the visitor writes, or has stopped."""
        data, conversation = await self._read(request, origin, self._signs)
        await self._handoffs().visitor_typing(conversation, data.get("on") is True)
        return JSONResponse({})

    async def see(self, request: Request, origin: str) -> Response:
        """Note which messages have arrived, and which were read."""
        data, conversation = await self._read(request, origin, self._signs)
        await self._handoffs().seen(conversation, _number(data.get("got")), _number(data.get("read")))
        return JSONResponse({})

    async def _read(self, request: Request, origin: str, limit: RateLimiter) -> tuple[dict[str, Any], str]:
        data = await read_json(request)
        limit.take(ip_of(request, self._proxies))
        return data, f"web:{self._sessions.read(bearer_of(request), origin)}"


def _number(value: object) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 < value < 2**31 else 0
