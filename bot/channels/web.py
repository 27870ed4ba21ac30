"""The web chat channel: messages come up by POST and go down as server-sent events.

In ``credentials.yml``::

    bot.channels.web.WebChannel:
      secret: …                              # else GUIDE_WEB_SECRET, else one kept in GUIDE_STATE
      allowed_origins: [https://agency.example]    # else GUIDE_WEB_ORIGINS, comma separated
      title: Larkfield insurance guide       # heading of the chat window

All three are optional; without ``allowed_origins`` only the bot's own page may use the chat. More settings
come from the environment (`bot.channels.settings`).
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
import re
from collections.abc import Awaitable, Callable, Coroutine, Iterable
from contextlib import aclosing
from functools import wraps
from pathlib import Path
from typing import Any

from rasa.core.channels.channel import InputChannel, OutputChannel, UserMessage
from sanic import Blueprint, Sanic, response
from sanic.request import Request
from sanic.response import HTTPResponse

from bot.agency import Agency, require
from bot.channels.feedback import KEPT_DAYS, VOTES, Feedback, Opinion
from bot.channels.pages import page_handler
from bot.channels.requests import clean_reason, clean_text, ip_of, read_json
from bot.channels.sessions import (
    SAME_ORIGIN,
    SESSION_LIFETIME,
    ChatError,
    Origins,
    Rate,
    RateLimiter,
    Sessions,
    Slots,
    persistent_secret,
)
from bot.channels.settings import WebSettings, origins
from bot.channels.streams import Rooms
from bot.channels.transcript import Body, SqliteTranscript
from bot.channels.upkeep import Sweep, sweep_all, sweep_daily
from bot.channels.welcome import load_agency, load_notice, load_page, load_welcome
from bot.handoff.tickets import TicketStore
from bot.privacy import mask
from bot.runtime.conversations import forget_idle

logger = logging.getLogger(__name__)

MAX_TABS = 16
ASSETS = ("widget.js", "widget-client.js", "widget-view.js", "demo.css")
NOBODY = Agency()
APOLOGY = (
    "Something went wrong on our side, and I have no answer for you. Please ask again in a moment, "
    "or contact the agency directly."
)

_SEQ = re.compile(r"\d{1,15}", re.ASCII)
_CLIENT_ID = re.compile(r"[\w-]{1,64}", re.ASCII)
_API_HEADERS = {"Cache-Control": "no-store, no-transform", "X-Content-Type-Options": "nosniff"}
_RASA_BOOKKEEPING = {"timestamp", "utter_action", "template_name", "model_id", "assistant_id"}

OnNewMessage = Callable[[UserMessage], Awaitable[Any]]
Reply = Coroutine[Any, Any, HTTPResponse | None]


def sender_id(session: str) -> str:
    """The conversation of a session; the prefix keeps it apart from the other channels' ids."""
    return f"web:{session}"


class WebOutput(OutputChannel):
    """Sends the bot's messages into the transcript, each whole: one message, one event."""

    def __init__(self, rooms: Rooms) -> None:
        self._rooms = rooms
        self.reply_due = True
        """Whether the visitor still waits for an answer. A gate that passes the message on to a person
        sets it to ``False``; otherwise a turn without a message ends in an apology."""

    @classmethod
    def name(cls) -> str:
        return "web"

    async def send_response(self, recipient_id: str, message: dict[str, Any]) -> None:
        """Send everything the message holds, keys unknown here included."""
        body = _visible(message)
        if body:
            self.reply_due = False
            if (body.get("answer") or {}).get("erased"):
                self._rooms.forget(recipient_id.removeprefix("web:"))
            self._rooms.say(recipient_id.removeprefix("web:"), {**body, "from": "bot"})

    async def send_text_message(self, recipient_id: str, text: str, **kwargs: Any) -> None:
        await self.send_response(recipient_id, {**kwargs, "text": text})


def _visible(message: dict[str, Any]) -> Body:
    """A Rasa message without its empty parts, without bookkeeping, and with all choices as buttons."""
    body = {key: value for key, value in message.items() if value and key not in _RASA_BOOKKEEPING}
    choices = [*(body.pop("quick_replies", None) or []), *(body.pop("buttons", None) or [])]
    if buttons := [choice for choice in choices if choice.get("title")]:
        body["buttons"] = buttons
    return body


class _FrontPageBlueprint(Blueprint):
    """Puts a page with the chat at ``/``, where Rasa has already put its "Hello from Rasa".

    Sanic refuses a second handler for a path, and Rasa adds its own first, with and without
    ``--enable-api``. So where the path is taken, the page answers as a middleware of just that route, the
    way blueprints attach theirs; Rasa's greeting, which tells strangers the exact version, is never reached.
    """

    def register(self, app: Sanic, options: dict[str, Any]) -> None:
        taken = [route.name for route in app.router.routes if route.path == "" and "GET" in route.methods]
        if taken:
            app.register_named_middleware(self.ctx.page, taken, attach_to="request")
        else:
            self.add_route(self.ctx.page, "/", name="front_page")
        super().register(app, options)


class WebChannel(InputChannel):
    """The chat on the agency's own site."""

    @classmethod
    def name(cls) -> str:
        return "web"

    def url_prefix(self) -> str:
        return "/"  # Rasa joins it to /webhooks/, and an absolute path wins: everything is served at the root

    @classmethod
    def from_credentials(cls, credentials: dict[str, Any] | None) -> WebChannel:
        credentials = credentials or {}
        agency = require()  # who starts Rasa without `guide serve` is told the same
        settings = WebSettings.read()
        own = credentials.get("allowed_origins")
        return cls(
            state=settings.state,
            secret=credentials.get("secret") or settings.secret,
            allowed_origins=origins(own if isinstance(own, str) else ",".join(own)) if own else settings.origins,
            title=credentials.get("title") or "Insurance guide",
            session_rate=settings.session_rate,
            ip_rate=settings.ip_rate,
            ip_streams=settings.ip_streams,
            turn_timeout=settings.turn_timeout,
            agency=agency,
        )

    def __init__(
        self,
        state: Path,
        secret: str | None = None,
        allowed_origins: Iterable[str] = (),
        title: str = "Insurance guide",
        session_rate: Rate | None = None,
        ip_rate: Rate | None = None,
        ip_streams: int | None = None,
        turn_timeout: float = 60.0,
        heartbeat: float = 15.0,
        agency: Agency = NOBODY,
    ) -> None:
        self.title = title
        self._state = state
        self._sessions = Sessions(secret or persistent_secret(state))
        self._origins = Origins(allowed_origins)
        self._by_session = RateLimiter(session_rate)
        self._by_ip = RateLimiter(ip_rate)
        self._ip_streams = Slots(ip_streams)
        self._turn_timeout = turn_timeout
        self._heartbeat = heartbeat
        self._agency = agency
        self._upkeep: asyncio.Task[None] | None = None
        self._turns: set[asyncio.Task[None]] = set()
        self.rooms: Rooms  # opened when the server starts: a database must not cross the fork of workers

    def get_output_channel(self) -> OutputChannel:
        """For what the bot says unasked, such as reminders."""
        return WebOutput(self.rooms)

    def blueprint(self, on_new_message: OnNewMessage) -> Blueprint:
        self._on_new_message = on_new_message
        web = _FrontPageBlueprint("web_channel")
        web.ctx.page = (
            page_handler("service.html", load_page()) if self._agency.in_service else page_handler("index.html")
        )
        for name in ASSETS:
            web.add_route(page_handler(name), f"/{name}", name=f"asset_{name}")
        for uri, method, handler in (
            ("/chat/session", "POST", self._open_session),
            ("/chat/message", "POST", self._take_message),
            ("/chat/feedback", "POST", self._take_feedback),
            ("/chat/stream", "GET", self._stream),
        ):
            # stream=True: the body is read by the handler, which stops at MAX_BODY.
            web.add_route(self._guard(handler), uri, methods=[method, "OPTIONS"], name=uri[1:], stream=True)
        self._add_hooks(web)
        return web

    def _add_hooks(self, web: Blueprint) -> None:
        # Functions, not methods: Sanic 21.12 takes only a plain function for a decorated hook, and drops
        # anything else without a word.
        @web.before_server_start
        async def start(app: Sanic, *_: Any) -> None:
            self._state.mkdir(mode=0o700, parents=True, exist_ok=True)
            transcript = SqliteTranscript(self._state / "web_transcript.db")
            feedback = Feedback(self._state / "feedback.db")
            sweeps: list[Sweep] = [
                lambda: transcript.forget_older_than(SESSION_LIFETIME),
                lambda: feedback.forget_older_than(KEPT_DAYS),
                self._forget_tickets,
            ]
            sweep_all(sweeps)  # conversations are swept by their store when it is opened
            self._upkeep = asyncio.create_task(sweep_daily([*sweeps, lambda: forget_idle(app.ctx.agent.tracker_store)]))
            self.rooms = Rooms(transcript, feedback, self._heartbeat)
            for session in transcript.owed():  # the turn died with the server that was killed
                self.rooms.say(session, {"from": "bot", "text": APOLOGY, "error": True})

        @web.before_server_stop
        async def stop(*_: Any) -> None:
            if self._upkeep:
                self._upkeep.cancel()
            if self._turns:
                await asyncio.wait(self._turns, timeout=10)  # nobody should lose an answer to a restart
            self.rooms.close()

        @web.after_server_stop
        async def close(*_: Any) -> None:
            self.rooms.transcript.close()
            self.rooms.feedback.close()

        @web.middleware("response")
        async def allow_embedding(request: Request, reply: HTTPResponse) -> None:
            # Here and not in the handlers, because Rasa's Sanic-CORS answers preflights before they run.
            if request.path.startswith("/chat/"):
                reply.headers.update(self._cors(request))

    def _forget_tickets(self) -> None:
        store = TicketStore(self._state / "tickets.db")
        try:
            store.forget_older_than(self._agency.tickets_days)
        finally:
            store.close()

    def _guard(self, handler: Callable[[Request, str], Reply]) -> Callable[[Request], Reply]:
        """What every endpoint needs: the origin check, and errors as JSON."""

        @wraps(handler)
        async def endpoint(request: Request) -> HTTPResponse | None:
            headers = dict(_API_HEADERS)
            try:
                origin = self._origins.admit(request.headers.get("origin"), request.host)
                return await handler(request, origin)
            except ChatError as error:
                if error.retry_after is not None:
                    headers["Retry-After"] = str(error.retry_after)
                reason = {"code": error.code, "message": error.message}
                return response.json({"error": reason}, error.status, headers)

        return endpoint

    def _cors(self, request: Request) -> dict[str, str]:
        """What lets the browser of an embedding site read the answer; no cookies are involved."""
        try:
            origin = self._origins.admit(request.headers.get("origin"), request.host)
        except ChatError:
            origin = SAME_ORIGIN  # nothing is allowed that was not before
        if origin == SAME_ORIGIN:
            return {"Vary": "Origin"}
        return {
            "Vary": "Origin",
            "Access-Control-Allow-Origin": origin,
            "Access-Control-Allow-Headers": "Authorization, Content-Type",
            "Access-Control-Allow-Methods": "GET, POST",
            "Access-Control-Expose-Headers": "Retry-After",
            "Access-Control-Max-Age": "600",
        }

    async def _open_session(self, request: Request, origin: str) -> HTTPResponse:
        """Begin a conversation, or come back to one; either way the whole transcript comes with it."""
        data = await read_json(request)
        self._by_ip.take(ip_of(request))
        session = self._sessions.read(data["token"], origin) if data.get("token") else None
        token, session = self._sessions.issue(origin, session)
        if not self.rooms.transcript.since(session, limit=1):
            self.rooms.say(session, {**load_welcome(), "from": "bot"})
        return response.json(
            {
                "token": token,
                # A name for this conversation that gives no access to it: tabs find each other by it.
                "conversation": hashlib.sha256(session.encode()).hexdigest()[:16],
                "expires_in": SESSION_LIFETIME,
                "title": self.title,
                "notice": load_notice(),
                "agency": load_agency(),
                "messages": [entry.event() for entry in self.rooms.transcript.since(session)],
                "feedback": {each.seq: _vote(each) for each in self.rooms.feedback.of(session)},
            },
            headers=_API_HEADERS,
        )

    async def _take_message(self, request: Request, origin: str) -> HTTPResponse:
        """Store the visitor's message and answer in the stream; sent again, it changes nothing."""
        data = await read_json(request)
        self._by_ip.take(ip_of(request))
        session = self._sessions.read(request.token, origin)
        client_id = data.get("id")
        if not isinstance(client_id, str) or not _CLIENT_ID.fullmatch(client_id):
            raise ChatError(400, "bad_id", "A message needs an id of 1 to 64 letters, digits or dashes.")
        text = clean_text(data.get("text") or data.get("button"))

        seq = self.rooms.transcript.seq_of(session, client_id)
        if seq is None:
            self._by_session.take(session)
            self.rooms.transcript.owe(session, client_id)
            seq = self.rooms.say(session, {"from": "visitor", "text": mask(text)}, client_id)
            turn = asyncio.create_task(self._answer(session, client_id, text))
            self._turns.add(turn)
            turn.add_done_callback(self._turns.discard)
        return response.json({"seq": seq}, 202, _API_HEADERS)

    async def _take_feedback(self, request: Request, origin: str) -> HTTPResponse:
        """Keep what the visitor thinks of an answer; given again it changes, without a vote it is taken back."""
        data = await read_json(request)
        self._by_ip.take(ip_of(request))
        session = self._sessions.read(request.token, origin)
        vote, reason = data.get("vote"), clean_reason(data.get("reason"))
        if vote is not None and vote not in VOTES:
            raise ChatError(400, "bad_vote", "A vote is up, down or null.")
        seq, answer = self._answer_numbered(session, data.get("seq"))
        self._by_session.take(session)
        if vote is None:
            self.rooms.feedback.take_back(session, seq)
            return response.json({"vote": None, "reason": ""}, headers=_API_HEADERS)
        opinion = Opinion(session, seq, vote, reason, answer.get("entries") or [], answer.get("version"))
        return response.json(_vote(self.rooms.feedback.give(opinion)), headers=_API_HEADERS)

    def _answer_numbered(self, session: str, seq: object) -> tuple[int, dict[str, Any]]:
        """The number and the typed answer of a message in which the guide answered something."""
        if isinstance(seq, int) and 0 < seq < 2**31 and (entry := self.rooms.transcript.entry(session, seq)):
            answer = entry.body.get("answer") or {}
            if answer.get("status") == "answered" and entry.body.get("from") == "bot":
                return seq, answer
        raise ChatError(404, "no_answer", "There is no answer with this number.")

    async def _answer(self, session: str, client_id: str, text: str) -> None:
        """One turn of the bot. Whatever happens in it, the visitor hears something."""
        output = WebOutput(self.rooms)
        message = UserMessage(
            # A leading slash would make Rasa read the text as an intent instead of understanding it.
            text,
            output,
            sender_id(session),
            input_channel=self.name(),
            message_id=client_id,
            metadata={"notice_given": True},  # by the welcome, so the bot need not repeat it
        )
        async with self.rooms.turn(session):
            try:
                await asyncio.wait_for(self._on_new_message(message), self._turn_timeout)
            except Exception:
                logger.exception("A web turn failed.")
            if output.reply_due:
                self.rooms.say(session, {"from": "bot", "text": APOLOGY, "error": True})
            self.rooms.transcript.settle(session, client_id)

    async def _stream(self, request: Request, origin: str) -> None:
        """Everything said after the number the client names, and then whatever is said next."""
        session = self._sessions.read(request.args.get("token"), origin)
        if self.rooms.tabs(session) >= MAX_TABS:
            raise ChatError(429, "too_many", "This chat is open in too many tabs.", retry_after=30)
        # EventSource repeats the URL when it reconnects, so the header it adds is the newer one.
        after = request.headers.get("last-event-id") or request.args.get("after") or "0"
        headers = {**_API_HEADERS, "X-Accel-Buffering": "no"}  # nginx must not hold events back
        with self._ip_streams.hold(ip_of(request)):
            stream = await request.respond(headers=headers, content_type="text/event-stream; charset=utf-8")
            async with aclosing(self.rooms.follow(session, int(after) if _SEQ.fullmatch(after) else 0)) as events:
                async for event in events:
                    await stream.send(event)
            await stream.eof()


def _vote(opinion: Opinion) -> dict[str, str]:
    """A vote as browsers get it."""
    return {"vote": opinion.vote, "reason": opinion.reason}
