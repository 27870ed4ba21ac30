"""What stands before every address of the desk: who asks, whether they may, and whether their own page sent it."""

from __future__ import annotations

import hmac
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.desk import sessions
from bot.desk.sessions import Session
from bot.edge.intake import read_json
from bot.edge.limits import ChatError
from bot.edge.logs import CURRENT, new_id
from bot.edge.origins import Origins
from bot.handoff.people import Agent
from bot.handoff.service import Elsewhere, NoSuchTicket, NotYours, Refused
from bot.records.engine import Records, RecordsUnavailable
from bot.records.states import NotNow, Taken

logger = logging.getLogger(__name__)

COOKIE = "guide_desk"
TOKEN_HEADER = "x-desk-token"
HEADERS = {
    "Cache-Control": "no-store, no-transform",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
}
SIGNED_OUT = "Please sign in."
FOREIGN = "This was not sent from the desk's own page."
STALE = "This page belongs to another sign-in. Please load it again."
SUPERVISORS = "Supervisors alone see this."
NO_TICKET = "There is no such request."
NOT_STORED = "That could not be stored just now. Please try again in a few seconds."
UNEXPECTED = "Something went wrong on our side. Please try again."


@dataclass(frozen=True)
class Asked:
    """A request of somebody who is signed in.

    Attributes:
        data: the body of a change; empty for reading.
    """

    request: Request
    session: Session
    data: dict[str, Any]

    @property
    def agent(self) -> Agent:
        """Who asks, as the handoff knows them."""
        account = self.session.account
        return Agent(account.login, account.name, account.licence, account.role)

    def text(self, name: str, longest: int = 4000, default: str | None = None) -> str:
        """A text of the body or, when reading, of the query; refused where it is none, or too long."""
        value = self.data.get(name, self.request.query_params.get(name, default))
        if not isinstance(value, str):
            raise ChatError(400, "bad_text", f"{name} must be a text.")
        if len(value) > longest:
            raise ChatError(413, "too_long", f"{name} is too long: at most {longest:,} characters.")
        return value

    def number(self, name: str, default: float | None = None) -> float:
        """A number of the body or of the query."""
        value = self.data.get(name, self.request.query_params.get(name, default))
        try:
            found = float(value)  # type: ignore[arg-type]
        except (TypeError, ValueError):
            raise ChatError(400, "bad_number", f"{name} must be a number.") from None
        if not abs(found) < 1e11:
            raise ChatError(400, "bad_number", f"{name} must be a number.")
        return found


Handler = Callable[[Asked], Awaitable[Response]]


class Guard:
    """Makes routes of handlers.

    Args:
        records: asked for once the application runs.
    """

    def __init__(self, records: Callable[[], Records]) -> None:
        self._records = records
        self._origins = Origins()  # the desk is embedded nowhere

    def reads(self, path: str, handler: Handler, supervisor: bool = False) -> Route:
        """A route that changes nothing."""
        return Route(path, self._around(lambda request: self._read(request, handler, supervisor)), methods=["GET"])

    def changes(self, path: str, handler: Handler, supervisor: bool = False) -> Route:
        """A route that changes something: it must come from the desk's own page, and from this very session."""
        return Route(path, self._around(lambda request: self._change(request, handler, supervisor)), methods=["POST"])

    def opens(self, path: str, handler: Callable[[Request], Awaitable[Response]]) -> Route:
        """A route for somebody who is not signed in yet."""

        async def open_(request: Request) -> Response:
            self.own_page(request)
            return await handler(request)

        return Route(path, self._around(open_), methods=["POST"])

    async def session(self, request: Request) -> Session:
        """Whose browser this is.

        Raises:
            ChatError: nobody's who is signed in.
        """
        token = request.cookies.get(COOKIE, "")
        found = await self._records().read(lambda connection: sessions.find(connection, token)) if token else None
        if found is None:
            raise ChatError(401, "signed_out", SIGNED_OUT)
        if found.stale:
            await self._records().run(lambda connection: sessions.note(connection, found.digest))
        return found

    def own_page(self, request: Request) -> None:
        """Refuse what no page of the desk has sent; browsers name the page with every change."""
        origin = request.headers.get("origin")
        site = request.headers.get("sec-fetch-site", "same-origin")
        if origin is None or site != "same-origin":
            raise ChatError(403, "foreign_origin", FOREIGN)
        try:
            self._origins.admit(origin, request.headers.getlist("host"))
        except ChatError:
            raise ChatError(403, "foreign_origin", FOREIGN) from None

    async def _read(self, request: Request, handler: Handler, supervisor: bool) -> Response:
        session = await self.session(request)
        _supervises(session, supervisor)
        return await handler(Asked(request, session, {}))

    async def _change(self, request: Request, handler: Handler, supervisor: bool) -> Response:
        self.own_page(request)
        session = await self.session(request)
        if not hmac.compare_digest(request.headers.get(TOKEN_HEADER, "").encode(), session.csrf.encode()):
            raise ChatError(403, "stale_page", STALE)
        _supervises(session, supervisor)
        return await handler(Asked(request, session, await read_json(request)))

    def _around(self, handle: Callable[[Request], Awaitable[Response]]) -> Callable[[Request], Awaitable[Response]]:
        async def endpoint(request: Request) -> Response:
            CURRENT.set(new_id())
            try:
                reply = await handle(request)
            except ChatError as error:
                reply = refusal(error)
            except Exception as error:
                reply = refusal(_as_refusal(error, request.url.path))
            reply.headers.update(HEADERS)
            return reply

        return endpoint


def refusal(error: ChatError) -> Response:
    """A refusal as the page reads it."""
    headers = {"Retry-After": str(error.retry_after)} if error.retry_after is not None else None
    return JSONResponse({"error": {"code": error.code, "message": error.message}}, error.status, headers)


def is_secure(request: Request) -> bool:
    """Whether the cookie must travel over TLS alone: everywhere but on this machine itself."""
    return (request.url.hostname or "") not in ("localhost", "127.0.0.1", "::1")


def _supervises(session: Session, needed: bool) -> None:
    if needed and session.account.role != "supervisor":
        raise ChatError(403, "supervisors", SUPERVISORS)


def _as_refusal(error: Exception, path: str) -> ChatError:
    """What went wrong, as a sentence for the agent."""
    match error:
        case NoSuchTicket():
            return ChatError(404, "no_ticket", NO_TICKET)
        case NotYours():
            return ChatError(403, "not_yours", f"{error.owner_name or 'Somebody else'} has this conversation.")
        case Taken():
            name = getattr(error, "owner_name", None) or error.owner
            return ChatError(409, "taken", f"{name} has it already." if name else "Claim it first.")
        case NotNow():
            return ChatError(409, "not_now", f"That cannot be done: the request is {error.state.value}.")
        case Refused():
            return ChatError(400, error.code, str(error))
        case Elsewhere():
            return ChatError(409, "elsewhere", f"This visitor's chat is open under {error.reference}.")
        case RecordsUnavailable():
            return ChatError(503, "unavailable", NOT_STORED, retry_after=5)
    logger.error("A request of the desk failed.", exc_info=error, extra={"path": path})
    return ChatError(500, "unexpected", UNEXPECTED)
