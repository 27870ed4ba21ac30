"""The endpoints of the chat: a conversation is opened, written to, rated and read."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bot.agency import Agency
from bot.edge.attachments import KINDS, LARGEST
from bot.edge.intake import after_of, bearer_of, clean_reason, clean_text, client_id_of, ip_of, read_json
from bot.edge.limits import ChatError, RateLimiter, Slots
from bot.edge.logs import CURRENT, new_id
from bot.edge.metrics import Metrics
from bot.edge.sessions import SESSION_LIFETIME, Sessions
from bot.edge.streams import EventStream, Rooms
from bot.edge.turns import Turn, Turns
from bot.edge.welcome import load_agency, load_notice, load_welcome
from bot.handoff.service import Handoffs
from bot.privacy import mask
from bot.records.feedback import VOTES, Opinion
from bot.settings import Settings

MAX_TABS = 16
CHANNEL = "web"
AGREED = "You agreed that this chat is recorded."
AGREEMENT = ":agreement"  # the id it is kept under, which no client can send


class Chat:
    """What a visitor's browser asks for, once the origin of the request is known."""

    def __init__(
        self,
        settings: Settings,
        agency: Agency,
        sessions: Sessions,
        rooms: Rooms,
        turns: Turns,
        metrics: Metrics,
        handoffs: Callable[[], Handoffs],
        mails: bool = False,
    ) -> None:
        self._handoffs = handoffs
        self._mails = mails
        self.title = settings.title
        self._asks_consent = agency.recording_consent
        self._proxies = settings.proxies
        self._takes_files = settings.files
        self._sessions = sessions
        self._rooms = rooms
        self._turns = turns
        self._metrics = metrics
        self._by_session = RateLimiter(settings.session_rate)
        self._by_ip = RateLimiter(settings.ip_rate)
        self._streams = Slots(settings.ip_streams)

    async def open_session(self, request: Request, origin: str) -> Response:
        """Begin a conversation, or come back to one; either way the whole transcript comes with it."""
        data = await self._read(request)
        session = self._sessions.read(data["token"], origin) if data.get("token") else None
        token, session = self._sessions.issue(origin, session)
        transcript, feedback = self._rooms.stores.transcript, self._rooms.stores.feedback
        messages = await transcript.since(session)
        if not messages:
            await self._rooms.say(session, {**load_welcome(), "from": "bot"})
            messages = await transcript.since(session)
        return JSONResponse(
            {
                "token": token,
                # A name for this conversation that gives no access to it: tabs find each other by it.
                "conversation": hashlib.sha256(session.encode()).hexdigest()[:16],
                "expires_in": SESSION_LIFETIME,
                "title": self.title,
                "notice": load_notice(),
                "agency": load_agency(),
                "agreed": await self._agreed(session),
                "files": {"most": LARGEST, "kinds": KINDS} if self._takes_files else None,
                "messages": [entry.event() for entry in messages],
                "mails": self._mails,  # whether a copy may be asked for
                "people": (await self._rooms.people(session))[0],
                "feedback": {str(each.seq): _vote(each) for each in await feedback.of(_name(session))},
            }
        )

    async def take_agreement(self, request: Request, origin: str) -> Response:
        """Keep, with its time, that the visitor agreed to the recording; again, it changes nothing."""
        await self._read(request)
        session = self._sessions.read(bearer_of(request), origin)
        seq = await self._rooms.say(session, {"from": "system", "text": AGREED, "agreed": True}, AGREEMENT)
        return JSONResponse({"seq": seq})

    async def _agreed(self, session: str) -> bool | None:
        """Whether the visitor has agreed to the recording; None where nobody is asked."""
        if not self._asks_consent:
            return None
        return await self._rooms.stores.transcript.seq_of(session, AGREEMENT) is not None

    async def _require_agreement(self, session: str) -> None:
        if await self._agreed(session) is False:
            raise ChatError(403, "not_agreed", "Please agree first that this chat is recorded.")

    async def admit(self, request: Request, session: str) -> None:
        """Let something else than a message into the conversation, or refuse it for the same reasons."""
        self._by_ip.take(ip_of(request, self._proxies))
        await self._require_agreement(session)
        self._by_session.take(session)

    async def take_message(self, request: Request, origin: str) -> Response:
        """Store the visitor's message and answer in the stream; sent again, it changes nothing."""
        data = await self._read(request)
        session = self._sessions.read(bearer_of(request), origin)
        await self._require_agreement(session)
        client_id = client_id_of(data)
        text = clean_text(data.get("text") or data.get("button"))
        seq = await self._rooms.stores.transcript.seq_of(session, client_id)
        if seq is None:
            self._by_session.take(session)
            seq = await self._accept(_name(session), client_id, text)
        return JSONResponse({"seq": seq}, 202)

    async def _accept(self, conversation: str, client_id: str, text: str) -> int:
        with self._turns.place(conversation), self._metrics.timed("accept"):
            accepted = await self._rooms.stores.journal.accept(conversation, CHANNEL, client_id, mask(text))
            if accepted.ticket:
                self._handoffs().feed.tell(accepted.ticket, conversation)
            elif accepted.fresh:
                turn = Turn(conversation, client_id, text, id=CURRENT.get() or new_id())
                self._turns.take(turn)
                self._rooms.wake(turn.session)
        return accepted.seq

    async def take_feedback(self, request: Request, origin: str) -> Response:
        """Keep what the visitor thinks of an answer; given again it changes, without a vote it is taken back."""
        data = await self._read(request)
        session = self._sessions.read(bearer_of(request), origin)
        vote, reason = data.get("vote"), clean_reason(data.get("reason"))
        if vote is not None and vote not in VOTES:
            raise ChatError(400, "bad_vote", "A vote is up, down or null.")
        seq, answer = await self._answer_numbered(session, data.get("seq"))
        self._by_session.take(session)
        feedback = self._rooms.stores.feedback
        if vote is None:
            await feedback.take_back(_name(session), seq)
            return JSONResponse({"vote": None, "reason": ""})
        opinion = Opinion(_name(session), seq, vote, reason, answer.get("entries") or [], answer.get("version"))
        return JSONResponse(_vote(await feedback.give(opinion)))

    async def list_messages(self, request: Request, origin: str) -> Response:
        """What was said after the number the client names, for whoever has no stream."""
        self._by_ip.take(ip_of(request, self._proxies))
        session = self._sessions.read(bearer_of(request), origin)
        people, agent_writes = await self._rooms.people(session)
        is_writing = self._rooms.is_writing(session) or agent_writes
        entries = await self._rooms.stores.transcript.since(session, after_of(request))
        said = [entry.event() for entry in entries]
        return JSONResponse({"messages": said, "typing": is_writing, "people": people})

    async def stream(self, request: Request, origin: str) -> Response:
        """Everything said after the number the client names, and then whatever is said next."""
        session = self._sessions.read(request.query_params.get("token"), origin)
        if self._rooms.tabs(session) >= MAX_TABS:
            raise ChatError(429, "too_many", "This chat is open in too many tabs.", retry_after=30)
        if request.method == "HEAD":
            return Response(media_type=EventStream.media_type)
        held = ExitStack()
        held.enter_context(self._streams.hold(ip_of(request, self._proxies)))
        return EventStream(self._rooms.follow(session, after_of(request)), held.close)

    async def _answer_numbered(self, session: str, seq: object) -> tuple[int, dict[str, Any]]:
        """The number and the typed answer of a message in which the guide answered something."""
        if isinstance(seq, int) and 0 < seq < 2**31:
            entry = await self._rooms.stores.transcript.entry(session, seq)
            answer = (entry.body.get("answer") or {}) if entry else {}
            if entry and answer.get("status") == "answered" and entry.body.get("from") == "bot":
                return seq, answer
        raise ChatError(404, "no_answer", "There is no answer with this number.")

    async def _read(self, request: Request) -> dict[str, Any]:
        data = await read_json(request)
        self._by_ip.take(ip_of(request, self._proxies))
        return data


def _name(session: str) -> str:
    """A session's conversation, as all tables call it."""
    return f"{CHANNEL}:{session}"


def _vote(opinion: Opinion) -> dict[str, str]:
    """A vote as browsers get it."""
    return {"vote": opinion.vote, "reason": opinion.reason}
