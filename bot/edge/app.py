"""The web application: its routes, what guards them, and its life from start to stop.

Messages come up by POST and go down as server-sent events; docs/website.md describes the protocol.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Protocol

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.agency import Agency
from bot.desk.routes import Desk
from bot.edge.chat import Chat
from bot.edge.copies import Copies
from bot.edge.health import Health
from bot.edge.intake import ip_of, read_json
from bot.edge.limits import ChatError
from bot.edge.logs import CURRENT, new_id
from bot.edge.metrics import Metrics
from bot.edge.origins import SAME_ORIGIN, Origins
from bot.edge.pages import page_handler
from bot.edge.people import People
from bot.edge.person import WithPerson
from bot.edge.sessions import FileLinks, Sessions, persistent_secret
from bot.edge.stores import Stores
from bot.edge.streams import Rooms
from bot.edge.turns import Message, Turn, Turns
from bot.edge.upkeep import stay_present, sweep_all, sweep_daily
from bot.edge.uploads import Uploads
from bot.edge.welcome import load_page
from bot.handoff.courier import Courier, visitors_mail, ways
from bot.handoff.service import Handoffs
from bot.handoff.settings import HandoffSettings
from bot.records.engine import RecordsUnavailable
from bot.settings import Settings

logger = logging.getLogger(__name__)

ASSETS = ("widget.js", "widget-client.js", "widget-people.js", "widget-view.js", "widget-files.js", "demo.css")
API_HEADERS = {
    "Cache-Control": "no-store, no-transform",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}
STOP_SECONDS = 8.0  # for turns in hand; the whole stop takes at most ten
NOBODY = Agency()
UNEXPECTED = "Something went wrong on our side. Please try again in a moment."
NOT_FOUND = "There is nothing at this address."
WRONG_METHOD = "This address is not asked in this way."
NOT_STORED = "I cannot take messages just now. Please try again in a few seconds, or contact the agency directly."


class Answering(Protocol):
    """What answers turns."""

    async def handle(self, turn: Turn) -> Sequence[Message] | None:
        """Messages; none where it failed; None where a person has the conversation."""

    async def come_back(self, conversation: str) -> Sequence[Message] | None:
        """What the guide says when people have left a conversation."""

    async def check(self) -> None:
        """Raises an error where it cannot answer."""

    def close(self) -> None:
        """Release what it holds."""


class Channel(Protocol):
    """A way to the guide beside its own website."""

    def routes(self) -> list[Route]:
        """Where it is asked."""

    async def start(self) -> None:
        """Begin to send; called once the records are open and the guide can answer."""

    async def stop(self) -> None:
        """Finish what is being sent, and send nothing more."""


Load = Callable[[Metrics], Awaitable[Answering]]


class Edge:
    """One running web application.

    Args:
        load: makes what answers; awaited before the first request is taken.
        channels: make the channels beside the website, given this.
        handoff: how people take over, where it is not as the environment says.
    """

    handoffs: Handoffs  # once it is started

    def __init__(
        self,
        settings: Settings,
        load: Load,
        agency: Agency = NOBODY,
        channels: Sequence[Callable[[Edge], Channel]] = (),
        handoff: HandoffSettings | None = None,
    ) -> None:
        self.settings = settings
        self._handoff = handoff or HandoffSettings.load()
        self.agency = agency
        self.metrics = Metrics()
        self.stores = Stores(settings.state)
        self.rooms = Rooms(self.stores, settings.heartbeat)
        self.turns = Turns(self._handle, self.rooms, self.metrics, settings.turn_timeout, settings.waiting)
        secret = settings.secret or persistent_secret(settings.state)
        self.sessions = Sessions(secret)
        mails = visitors_mail(self._handoff) is not None
        self.copies = Copies(lambda: self.stores.records, self.sessions, secret, settings, mails)
        self.origins = Origins(settings.origins)
        self.chat = Chat(
            settings, agency, self.sessions, self.rooms, self.turns, self.metrics, lambda: self.handoffs, mails
        )
        self.person = WithPerson(lambda: self.handoffs, self.sessions, settings)
        self.desk = Desk(lambda: self.handoffs, lambda: self.stores.records, settings, agency)
        self._uploads = Uploads(self.chat, self.sessions, FileLinks(secret), self.rooms)
        self.channels = [make(self) for make in channels]
        self._health = Health(settings.state, self.stores, self._check)
        self._load = load
        self._agent: Answering | None = None
        self.failure: Exception | None = None
        """Why it could not start."""
        self.metrics.watch("guide_waiting_messages", "Messages that wait for their answers", lambda: self.turns.waiting)
        self.metrics.watch("guide_spooling", "1 while writes wait for the database beside it", self.stores.spooling)
        self.metrics.watch("guide_open_streams", "Chats that are open", self.rooms.streams)

    async def _handle(self, turn: Turn) -> Sequence[Message] | None:
        assert self._agent  # nothing is served before it is loaded
        if turn.returned_from:
            return await self._agent.come_back(turn.conversation)
        held = await self.handoffs.held(turn.conversation)
        if held and held.turn != turn.client_id:  # it was accepted before people took the conversation
            return None
        return await self._agent.handle(turn)

    async def _check(self) -> None:
        assert self._agent
        await self._agent.check()

    def app(self) -> Starlette:
        """The application, for any server that speaks ASGI."""
        front = page_handler("service.html", load_page()) if self.agency.in_service else page_handler("index.html")
        routes = [
            Route("/", front),
            *(Route(f"/{name}", page_handler(name)) for name in ASSETS),
            self._guarded("/chat/session", self.chat.open_session, "POST"),
            self._guarded("/chat/agreement", self.chat.take_agreement, "POST"),
            self._guarded("/chat/message", self.chat.take_message, "POST"),
            self._guarded("/chat/feedback", self.chat.take_feedback, "POST"),
            self._guarded("/chat/messages", self.chat.list_messages, "GET"),
            self._guarded("/chat/stream", self.chat.stream, "GET"),
            self._guarded("/chat/copy", self.copies.ask, "POST"),
            *(self._guarded(f"/chat/{name}", handler, "POST") for name, handler in self.person.endpoints().items()),
            *self.desk.routes(),
            Route("/health/live", self._live),
            Route("/health/ready", self._ready),
            Route("/metrics", self._show_metrics),
        ]
        routes += [route for channel in self.channels for route in channel.routes()]
        if self.settings.files:
            routes.append(self._guarded("/chat/file", self._uploads.take, "POST"))
            routes.append(self._guarded("/chat/file/{key}", self._uploads.show, "GET"))
        if self.settings.rest:
            routes.append(Route("/webhooks/rest/webhook", self._rest, methods=["POST"]))
        handlers = {Exception: self._unexpected, HTTPException: self._nowhere, ChatError: self._refused}
        app = Starlette(routes=routes, lifespan=self._life, exception_handlers=handlers)
        app.router.redirect_slashes = False  # to whatever host the request names
        return app

    @asynccontextmanager
    async def _life(self, app: Starlette) -> AsyncIterator[None]:
        try:
            await self.stores.open()
            self.handoffs = Handoffs(self.stores.records, self._handoff)
            self._agent = await self._load(self.metrics)
        except Exception as error:
            self.failure = error
            raise
        sweeps = self.stores.sweeps(self.agency.tickets_days)
        await sweep_all(sweeps, self._sweep_failed)
        await self.turns.take_up()
        upkeep = asyncio.create_task(sweep_daily(sweeps, self._sweep_failed))
        people = People(self.handoffs, self.rooms, self.turns)
        tell, mail = self.handoffs.feed.tell, visitors_mail(self._handoff)
        courier = Courier(self.stores.records, ways(self._handoff), tell, mail)
        self.metrics.watch("guide_notices_failing", "Notices to the agency that failed so far", lambda: courier.failing)
        running = (people.follow(), people.watch(), courier.run())
        tasks = [upkeep, *(asyncio.create_task(each) for each in running)]
        presence = asyncio.create_task(stay_present(self.stores, self.turns))
        for channel in self.channels:
            await channel.start()
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await self.stop()
            for channel in self.channels:
                await channel.stop()
            presence.cancel()
            with suppress(RecordsUnavailable):  # then its silence will tell
                await self.stores.presence.end()
            self._agent.close()

    async def stop(self) -> None:
        """Take nothing more, finish the turns in hand, and end the streams; called before connections are closed."""
        await self.turns.finish(STOP_SECONDS)
        self.rooms.close()
        self.desk.close()

    def _sweep_failed(self) -> None:
        self.metrics.losses.labels("sweep").inc()

    def _guarded(self, path: str, handler: Callable[[Request, str], Awaitable[Response]], method: str) -> Route:
        """What every endpoint of the chat needs: preflight, the origin check, errors as JSON, one id for the logs."""

        async def endpoint(request: Request) -> Response:
            CURRENT.set(new_id())
            if request.method == "OPTIONS":
                return Response(status_code=204, headers=self._cors(request))
            try:
                origin = self.origins.admit(request.headers.get("origin"), request.headers.getlist("host"))
                reply = await handler(request, origin)
            except ChatError as error:
                reply = self._refusal(error)
            except Exception:
                logger.exception("A request failed.", extra={"path": path})
                reply = self._refusal(ChatError(503, "unavailable", NOT_STORED, retry_after=5))
            reply.headers.update({**API_HEADERS, **self._cors(request)})
            return reply

        return Route(path, endpoint, methods=[method, "OPTIONS"])

    def _refusal(self, error: ChatError) -> Response:
        self.metrics.refused(error.code)
        wait = {"Retry-After": str(error.retry_after)} if error.retry_after is not None else {}
        body = {"error": {"code": error.code, "message": error.message}}
        return JSONResponse(body, error.status, {**API_HEADERS, **wait})

    def _cors(self, request: Request) -> dict[str, str]:
        """What lets the browser of an embedding site read the answer; no cookies are involved."""
        try:
            origin = self.origins.admit(request.headers.get("origin"), request.headers.getlist("host"))
        except ChatError:
            origin = SAME_ORIGIN  # nothing is allowed that was not before
        if origin == SAME_ORIGIN:
            return {"Vary": "Origin"}
        return {
            "Vary": "Origin",
            "Access-Control-Allow-Origin": request.headers["origin"],
            "Access-Control-Allow-Headers": "Authorization, Content-Type",
            "Access-Control-Allow-Methods": "GET, POST",
            "Access-Control-Expose-Headers": "Retry-After",
            "Access-Control-Max-Age": "600",
        }

    async def _refused(self, request: Request, error: Exception) -> Response:
        assert isinstance(error, ChatError)
        return self._refusal(error)

    async def _unexpected(self, request: Request, error: Exception) -> Response:
        # Starlette raises it again after the answer, and the server logs it.
        return self._refusal(ChatError(500, "unexpected", UNEXPECTED))

    async def _nowhere(self, request: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else 404
        code, message = ("wrong_method", WRONG_METHOD) if status == 405 else ("not_found", NOT_FOUND)
        return self._refusal(ChatError(status, code, message))

    async def _live(self, request: Request) -> Response:
        return JSONResponse({"live": True}, headers=API_HEADERS)

    async def _ready(self, request: Request) -> Response:
        checks = await self._health.checks()
        ready = all(checks.values()) and not self.turns.stopping
        return JSONResponse({"ready": ready, **checks}, 200 if ready else 503, API_HEADERS)

    async def _show_metrics(self, request: Request) -> Response:
        if not self.settings.open_metrics and not _is_from_here(request):
            return self._refusal(ChatError(404, "not_found", NOT_FOUND))
        return Response(self.metrics.page(), media_type="text/plain; version=0.0.4; charset=utf-8", headers=API_HEADERS)

    async def _rest(self, request: Request) -> Response:
        """As Rasa's REST channel answers, so that both can be measured alike."""
        body = await read_json(request)
        conversation, text = f"rest:{body.get('sender')}", str(body.get("message") or "")
        return JSONResponse(list(await self._handle(Turn(conversation, new_id(), text)) or []))


def _is_from_here(request: Request) -> bool:
    """Whether nobody but a program on this machine asks: a proxy here asks for others, and says so."""
    forwarded = any(name in request.headers for name in ("x-forwarded-for", "forwarded", "x-real-ip"))
    return ip_of(request) in ("127.0.0.1", "::1") and not forwarded
