"""Coming and going at the desk: signing in and out, who one is, who else is there, and the stream of changes."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bot.agency import Agency
from bot.desk import sessions, shown
from bot.desk.guard import COOKIE, Asked, Guard, is_secure
from bot.desk.live import Live
from bot.desk.signing_in import SigningIn
from bot.edge.intake import ip_of, read_json
from bot.edge.limits import ChatError, Slots
from bot.edge.streams import EventStream
from bot.handoff.people import AVAILABILITIES
from bot.handoff.service import OUTCOMES, Handoffs
from bot.records.engine import Records, RecordsUnavailable

STREAMS = 16  # of one agent


class SignedIn:
    """Answers what the page asks of the person before it."""

    def __init__(
        self,
        guard: Guard,
        records: Callable[[], Records],
        handoffs: Callable[[], Handoffs],
        live: Callable[[], Live],
        agency: Agency,
        proxies: int,
    ) -> None:
        self._guard = guard
        self._records = records
        self._handoffs = handoffs
        self._live = live
        self._agency = agency
        self._proxies = proxies
        self._signing_in: SigningIn | None = None
        self._streams = Slots(STREAMS)

    async def sign_in(self, request: Request) -> Response:
        """Give the browser a session, in a cookie that no script reads."""
        data = await read_json(request)
        login, password, code = (data.get(name, "") for name in ("login", "password", "code"))
        if not (isinstance(login, str) and isinstance(password, str) and isinstance(code, str)):
            raise ChatError(400, "bad_text", "Login, password and code are texts.")
        self._signing_in = self._signing_in or SigningIn(self._records())
        device = request.headers.get("user-agent", "")
        ip = ip_of(request, self._proxies)
        token = await self._signing_in.sign_in(login, password, code, ip, device)
        reply = JSONResponse({"done": True})
        self._set_cookie(reply, request, token)
        return reply

    async def sign_out(self, asked: Asked) -> Response:
        """End this browser's session; the agent's others go on."""
        await self._records().run(lambda connection: sessions.end(connection, asked.session.digest))
        reply = JSONResponse({"done": True})
        self._set_cookie(reply, asked.request, "")
        return reply

    async def me(self, asked: Asked) -> Response:
        """Who is signed in, what changes must come with, and who else is there."""
        people = [shown.person(each) for each in await self._handoffs().present()]
        account = asked.session.account
        return JSONResponse(
            {
                "login": account.login,
                "name": account.name,
                "licence": account.licence,
                "supervises": asked.agent.supervises,
                "token": asked.session.csrf,
                "agency": self._agency.name,
                "people": people,
                "outcomes": list(OUTCOMES),
            }
        )

    async def present(self, asked: Asked) -> Response:
        """Set what the agent has chosen to be."""
        chosen = asked.text("availability", 20)
        if chosen not in AVAILABILITIES:
            raise ChatError(400, "bad_availability", f"One is {', '.join(AVAILABILITIES)}.")
        await self._handoffs().available(asked.agent, chosen)
        return JSONResponse({"people": [shown.person(each) for each in await self._handoffs().present()]})

    async def stream(self, asked: Asked) -> Response:
        """Live changes."""
        held = ExitStack()
        held.enter_context(self._streams.hold(asked.agent.login))
        request = asked.request
        after = request.headers.get("last-event-id") or request.query_params.get("after", "")
        await self._handoffs().alive(asked.agent)
        return EventStream(self._live().follow(asked.agent, after[:40], lambda: self._still_in(asked)), held.close)

    async def _still_in(self, asked: Asked) -> bool:
        """Whether the session goes on; an open desk is a sign of life."""
        try:
            session = await self._guard.session(asked.request)
            await self._handoffs().alive(asked.agent)
        except ChatError:
            return False
        except RecordsUnavailable:
            return True  # nobody is thrown out because the database is slow
        return session.digest == asked.session.digest

    def _set_cookie(self, reply: Response, request: Request, token: str) -> None:
        reply.set_cookie(
            COOKIE,
            token,
            max_age=int(sessions.ABSOLUTE_SECONDS) if token else 0,
            path="/desk",
            secure=is_secure(request),
            httponly=True,
            samesite="strict",
        )
