"""The guide in Slack as a part of the web application: one address, behind a guard, and a sender."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Any

from slack_bolt.async_app import AsyncApp, AsyncBoltRequest
from slack_bolt.response import BoltResponse
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.channels.slack import forms, guard, installing
from bot.channels.slack.calls import Later, Never, Slack, Unsure
from bot.channels.slack.desk import NotYet, SlackDesk
from bot.channels.slack.listeners import Listeners
from bot.channels.slack.overview import form_fields
from bot.channels.slack.pacing import Pace
from bot.channels.slack.payloads import Asked, asked, team_of
from bot.channels.slack.sending import Sender
from bot.channels.slack.settings import SlackSettings
from bot.channels.slack.socket import Socket
from bot.channels.slack.workspaces import Box, Workspaces
from bot.edge.app import Edge
from bot.edge.limits import Busy
from bot.edge.logs import CURRENT, new_id
from bot.edge.turns import Turn
from bot.privacy import mask
from bot.records import slack
from bot.records.engine import RecordsUnavailable
from bot.records.journal import Accepted, new_call

logger = logging.getLogger(__name__)

EVENTS = "/slack/events"
STOP_SECONDS = 5.0  # for messages that are being sent
NOT_STORED = "The database did not take what Slack sent; Slack sends it again."
WORKING = "is looking it up …"
_OF_NOBODY = ("url_verification", "ssl_check", "app_rate_limited")


class SlackChannel:
    """Takes what Slack sends, hands questions to the guide, and sends its answers.

    Args:
        settings: complete ones.
    """

    def __init__(self, settings: SlackSettings, edge: Edge) -> None:
        self._settings = settings
        self._edge = edge
        self._tasks: set[asyncio.Task[Any]] = set()
        self._slack: Slack
        self._workspaces: Workspaces
        self._sender: Sender
        self._bolt: AsyncApp | None = None
        self._box: Box
        self._desk: SlackDesk | None = None

    @classmethod
    def wanted(cls, settings: SlackSettings) -> list[Callable[[Edge], SlackChannel]]:
        """What makes the channel of an application, if the settings want one."""
        return [lambda edge: cls(settings, edge)] if settings.wanted else []

    def routes(self) -> list[Route]:
        """Where Slack, and who installs the guide, come in."""
        # Without a secret nobody could tell who asks: then Slack comes over the connection alone.
        routes = [Route(EVENTS, self._receive, methods=["POST"])] if self._settings.signing_secret else []
        if self._settings.client_id:
            pages = installing.Installing(self._settings, lambda: self._slack, lambda: self._workspaces)
            routes += pages.routes()
        return routes

    async def start(self) -> None:
        """Make what needs the running event loop, and begin to send."""
        stores = self._edge.stores
        self._box = Box.of(self._settings, self._edge.settings.state)
        self._slack = Slack(self._settings.api_base)
        self._workspaces = Workspaces(self._settings, lambda: stores.records, self._slack, self._box)
        own = (self._slack, self._workspaces, self._box, stores)
        metrics, pace = self._edge.metrics, Pace()
        self._sender = Sender(*own, metrics, pace)
        if self._settings.handoff_channel:
            self._desk = SlackDesk(self._settings, *own, metrics, pace, self._edge.handoffs)
            self._begin(self._desk.run())
        self._bolt = Listeners(self._settings, *own, self._desk).bolt()
        self._begin(self._workspaces.learn())
        self._begin(self._sender.run(self._edge.turns.stored))
        if self._settings.app_token:
            self._begin(Socket(self._settings, self.take).run())

    async def stop(self) -> None:
        """Finish what is being sent; the rest is in the outbox for the next start."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._sender.finish(STOP_SECONDS)
        if self._desk:
            await self._desk.finish(STOP_SECONDS)
        await self._slack.close()

    def _begin(self, work: Any) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _receive(self, request: Request) -> Response:
        CURRENT.set(new_id())
        try:
            delivery = await guard.receive(request, str(self._settings.signing_secret))
            body, headers = delivery.body.decode(), {**request.headers}
            reply = await self.take(delivery.payload, lambda: AsyncBoltRequest(body=body, headers={**headers}))
        except guard.Refused as refused:
            return self._refuse(refused)
        except Exception:
            logger.exception("A request of Slack's failed; Slack sends it again.")
            return Response(status_code=503, headers={"Retry-After": "5"})
        return Response(reply.body, reply.status, reply.first_headers_without_set_cookie())

    def _refuse(self, refused: guard.Refused) -> Response:
        self._edge.metrics.refused(f"slack_{refused.code}")
        logger.warning("%s", refused, extra={"code": refused.code})
        headers = {"Retry-After": "5"} if refused.status == 503 else {"X-Slack-No-Retry": "1"}
        return Response(status_code=refused.status, headers=headers)

    async def take(self, payload: dict[str, Any], bolt: Callable[[], AsyncBoltRequest]) -> BoltResponse:
        """Store a question, if there is one, and have the rest done; the answer of Bolt acknowledges it.

        Args:
            bolt: makes what Bolt reads.

        Raises:
            Refused: it comes from a workspace that the guide is not in, there is no room for it now, or Bolt cannot
                read it.
        """
        if self._bolt is None:
            raise guard.Refused(503, "starting", "Slack asked before the guide had started.")
        kind = payload["type"]
        if kind == "app_rate_limited":
            logger.error("Slack holds back events: the workspace sends more than 30,000 an hour.")
        if kind in ("app_rate_limited", "ssl_check"):
            return BoltResponse(status=200)
        if kind not in _OF_NOBODY:
            await self._question(payload)
        try:
            reply = await self._bolt.async_dispatch(bolt())
        except Exception as error:
            raise guard.Refused(400, "unreadable", f"Bolt cannot read what Slack sent: {error!r}") from None
        if reply.status == 404:  # whatever Slack may think of tomorrow: it would be sent again, and again in vain
            logger.info("Slack sent what nothing is done with: %s", kind)
            return BoltResponse(status=200)
        if reply.status == 503:
            raise guard.Refused(503, "unavailable", NOT_STORED)
        return reply

    async def _question(self, payload: dict[str, Any]) -> None:
        team = team_of(payload)
        home = await self._stored(self._workspaces.of(team)) if team else None
        if home is None:
            raise guard.Refused(403, "other_team", "Something came from a workspace that the guide is not in.")
        if self._desk:
            try:
                await self._stored(self._desk.take(payload, home))
            except NotYet:
                raise guard.Refused(503, "not_yet", "A card is being posted; what is below it is sent again.") from None
        if payload["type"] == "view_submission" and payload["view"].get("callback_id") == forms.FORM:
            found = forms.entered(payload, str(team), await asyncio.to_thread(form_fields))
        else:
            found = asked(payload, home.bot_user or None, threads=self._settings.agent)
        if isinstance(found, Asked):
            await self._accept(found)

    async def _accept(self, question: Asked) -> None:
        conversation, call = question.place.conversation, new_call()
        server = self._edge.stores.journal.server
        place = {"user": question.user, "url": self._box.seal(question.url) if question.url else None}

        def store(connection: Any) -> Accepted | None:
            accepted = slack.ask(
                connection, question.keys, conversation, question.client_id, mask(question.text), place, call, server
            )
            if accepted and accepted.fresh and question.seq is not None and question.chosen:
                slack.choose(connection, conversation, question.seq, question.chosen)
                private = place["url"] if question.place.asker else None
                slack.mark(connection, conversation, question.seq, private)
            return accepted

        try:
            with self._edge.turns.place(conversation), self._edge.metrics.timed("accept"):
                accepted = await self._stored(self._edge.stores.records.run(store))
                if accepted and accepted.fresh:
                    turn = Turn(conversation, question.client_id, question.text, id=CURRENT.get() or new_id())
                    self._edge.turns.take(turn)
        except Busy:
            raise guard.Refused(503, "busy", "There is no room for a question of Slack's; it is sent again.") from None
        if accepted and accepted.fresh and self._settings.agent and question.shown:
            self._begin(self._show_work(question))

    async def _show_work(self, question: Asked) -> None:
        """Show that an answer is on its way; Slack takes it away with the answer."""
        try:
            token = await self._workspaces.token(question.place.team)
            await self._slack.call(
                token,
                "assistant.threads.setStatus",
                channel_id=question.place.channel,
                thread_ts=question.shown,
                status=WORKING,
            )
        except (Later, Unsure, Never) as error:
            logger.info("That an answer is on its way could not be shown: %s", error)

    async def _stored(self, work: Any) -> Any:
        try:
            return await work
        except RecordsUnavailable:
            raise guard.Refused(
                503, "unavailable", "The database did not take a question; Slack sends it again."
            ) from None
