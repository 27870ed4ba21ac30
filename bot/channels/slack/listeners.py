"""What Bolt does with what has passed the guard: routes it, acknowledges it, and shows views.

Questions are stored before they come here.  What else must not be lost is stored before it is acknowledged.
"""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Awaitable, Callable
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.response import BoltResponse

from bot.channels.slack import views
from bot.channels.slack.blocks import FEEDBACK, MORE, SHARE, Said
from bot.channels.slack.calls import Later, Never, Slack, Unsure
from bot.channels.slack.cards import ACT, ASKS
from bot.channels.slack.desk import SlackDesk
from bot.channels.slack.forms import FORM, asked_first, form
from bot.channels.slack.overview import form_fields, news, waiting
from bot.channels.slack.payloads import Place, team_of, value_of
from bot.channels.slack.settings import SlackSettings
from bot.channels.slack.threads import button_of
from bot.channels.slack.workspaces import Box, Workspaces
from bot.edge.stores import Stores
from bot.edge.welcome import load_notice
from bot.records import slack
from bot.records.engine import RecordsUnavailable
from bot.records.feedback import VOTES, Opinion
from bot.records.journal import new_call
from bot.records.slack import CHANNEL
from bot.runtime.input_gate import clean

logger = logging.getLogger(__name__)

ANYTHING = re.compile(".*", re.DOTALL)
HELP = (
    "Ask me about business insurance: `{command} does GL cover call center mistakes?`  Only you see the answer, and "
    "can share it. In a channel, write @ and my name with your question."
)
NOTHING_TO_READ = "There is no text in this message that I could read."

Body = dict[str, Any]


class Listeners:
    """What the guide does when somebody opens, presses or sends something in Slack."""

    def __init__(
        self,
        settings: SlackSettings,
        slack_: Slack,
        workspaces: Workspaces,
        box: Box,
        stores: Stores,
        desk: SlackDesk | None = None,
    ) -> None:
        self._settings = settings
        self._slack = slack_
        self._workspaces = workspaces
        self._box = box
        self._stores = stores
        self._desk = desk
        self._tasks: set[asyncio.Task[None]] = set()

    def bolt(self) -> AsyncApp:
        """The application that routes."""

        async def authorize(enterprise_id: str | None, team_id: str | None) -> AuthorizeResult:
            """Who we are there, without asking Slack; that we are there at all was seen before."""
            found = await self._workspaces.of(str(team_id))
            bot = found.bot_user if found else ""
            return AuthorizeResult(
                enterprise_id=enterprise_id,
                team_id=team_id,
                bot_user_id=bot or None,
                bot_token="fetched when it is used",
            )

        app = AsyncApp(
            client=self._slack.client,
            authorize=authorize,
            signing_secret="checked by the guard",
            request_verification_enabled=False,
            logger=logging.getLogger("bot.channels.slack.bolt"),
        )
        app.error(_failed)
        app.event("app_home_opened")(self._home_opened)
        app.event("app_uninstalled")(self._removed)
        app.event("tokens_revoked")(self._removed)
        app.event(ANYTHING)(_nothing)
        app.command(ANYTHING)(self._command)
        app.shortcut(ANYTHING)(self._shortcut)
        app.action(re.compile(f"{MORE}:"))(self._more)
        app.action(re.compile(f"{SHARE}:"))(self._share)
        app.action(re.compile(f"{FEEDBACK}:"))(self._vote)
        app.action(re.compile(f"{FORM}:"))(self._form)
        app.action(re.compile(f"{ACT}:"))(self._agent_button)
        app.action(ANYTHING)(_acknowledge)
        app.view(views.REASON)(self._reason)
        app.view(ANYTHING)(_acknowledge)
        app.view_closed(ANYTHING)(_acknowledge)
        app.options(ANYTHING)(_no_options)
        return app

    async def _home_opened(self, event: Body, body: Body) -> None:
        team, user, channel = team_of(body), str(event.get("user") or ""), str(event.get("channel") or "")
        if not team or not user:
            return
        if event.get("tab") == "messages":
            if self._settings.agent and channel:
                prompts = [{"title": text, "message": text} for text in views.QUESTIONS]
                await self._try(team, "assistant.threads.setSuggestedPrompts", channel_id=channel, prompts=prompts)
            return
        found, today = await self._stores.records.read(waiting)
        knowledge = await asyncio.to_thread(news)
        dm = Place(team, channel or user)
        view = views.home(dm, self._settings.command, found, today, knowledge, load_notice())
        await self._try(team, "views.publish", user_id=user, view=view)

    async def _removed(self, event: Body, body: Body) -> None:
        """The workspace has taken the guide out; the tokens of users, which are none of ours, do not count."""
        if event.get("type") == "app_uninstalled" or (event.get("tokens") or {}).get("bot"):
            await self._workspaces.forget(str(body.get("team_id")))

    async def _command(self, ack: AsyncAck, body: Body) -> None:
        text = clean(str(body.get("text") or "")).lower()
        if text in ("", "help", "?"):
            await ack(text=HELP.format(command=self._settings.command), response_type="ephemeral")
        else:
            await ack()

    async def _shortcut(self, ack: AsyncAck, body: Body) -> None:
        await ack()
        url, message = body.get("response_url"), body.get("message")
        if isinstance(url, str) and isinstance(message, dict) and not clean(str(message.get("text") or "")):
            self._soon(lambda: self._slack.respond(url, {"response_type": "ephemeral", "text": NOTHING_TO_READ}))

    async def _more(self, ack: AsyncAck, body: Body) -> None:
        await ack()
        if about := _about(body):
            self._soon(lambda: self._show_whole(team_of(body), str(body.get("trigger_id")), *about))

    async def _show_whole(self, team: str | None, trigger: str, conversation: str, seq: int) -> None:
        token = await self._workspaces.token(str(team))
        opened = await self._slack.call(token, "views.open", trigger_id=trigger, view=views.loading())
        channel, _, session = conversation.partition(":")
        entries = await self._stores.of(channel).since(session, seq - 1, limit=10_000)
        entry = next((each for each in entries if each.seq == seq), None)
        view = views.whole(Said(seq, entry.body)) if entry else views.gone()
        await self._slack.call(token, "views.update", view_id=opened["view"]["id"], view=view)

    async def _form(self, ack: AsyncAck, body: Body) -> None:
        await ack()
        value = value_of(body["actions"][0]) or {}
        conversation, intent = value.get("c"), value.get("f")
        if isinstance(conversation, str) and isinstance(intent, str):
            self._soon(lambda: self._show_form(team_of(body), str(body.get("trigger_id")), conversation, intent))

    async def _show_form(self, team: str | None, trigger: str, conversation: str, intent: str) -> None:
        fields, token = await asyncio.to_thread(form_fields), await self._workspaces.token(str(team))
        if asked_first(fields):
            await self._slack.call(token, "views.open", trigger_id=trigger, view=form(intent, conversation, fields))

    async def _agent_button(self, ack: AsyncAck, body: Body) -> None:
        """A button of a card; what it does by itself is stored already, and what must be asked is asked here."""
        await ack()
        about, desk = button_of(body), self._desk
        team, user = str(team_of(body)), body["user"]
        if desk and about and about[0] in ASKS and user.get("team_id") in (None, team):
            self._soon(lambda: desk.ask(team, str(user["id"]), str(body.get("trigger_id")), *about))

    async def _share(self, ack: AsyncAck, body: Body) -> None:
        about, url = _about(body), body.get("response_url")
        if about and isinstance(url, str) and Place.of(about[0]).asker == body["user"]["id"]:
            sealed, call = self._box.seal(url), new_call()
            await self._stores.records.run(lambda c: slack.share(c, *about, sealed, call))
        await ack()

    async def _vote(self, ack: AsyncAck, body: Body) -> None:
        about, vote = _about(body), (value_of(body["actions"][0]) or {}).get("v")
        if about and vote in VOTES:
            await self._keep_vote(*about, str(vote), "", body.get("response_url"))
        await ack()
        if about and vote == "down":
            self._soon(lambda: self._ask_why(team_of(body), str(body.get("trigger_id")), *about))

    async def _ask_why(self, team: str | None, trigger: str, conversation: str, seq: int) -> None:
        token = await self._workspaces.token(str(team))
        await self._slack.call(token, "views.open", trigger_id=trigger, view=views.reason(conversation, seq))

    async def _reason(self, ack: AsyncAck, body: Body) -> None:
        told = views.reason_of(body["view"])
        if told and told[0].startswith(f"{CHANNEL}:{team_of(body)}:") and clean(told[2]):
            await self._keep_vote(told[0], told[1], "down", clean(told[2]), None, show=False)
        await ack()

    async def _keep_vote(
        self, conversation: str, seq: int, vote: str, reason: str, url: object, show: bool = True
    ) -> None:
        channel, _, session = conversation.partition(":")
        entry = await self._stores.of(channel).entry(session, seq)
        answer = (entry.body.get("answer") or {}) if entry else {}
        if not entry or answer.get("status") != "answered":
            return
        opinion = Opinion(conversation, seq, vote, reason, answer.get("entries") or [], answer.get("version"))
        await self._stores.feedback.give(opinion)
        if show:
            sealed = self._box.seal(url) if isinstance(url, str) else None
            await self._stores.records.run(lambda c: slack.mark_about(c, conversation, seq, sealed))

    async def _try(self, team: str, method: str, **arguments: Any) -> None:
        try:
            token = await self._workspaces.token(team)
            await self._slack.call(token, method, **arguments)
        except (Later, Unsure, Never) as error:
            logger.warning("%s failed: %s", method, error)

    def _soon(self, work: Callable[[], Awaitable[None]]) -> None:
        """Do something after the acknowledgement that may fail without harm."""

        async def run() -> None:
            try:
                await work()
            except (Later, Unsure, Never) as error:
                logger.warning("A view could not be shown: %s", error)
            except Exception:
                logger.exception("A view could not be shown.")

        task = asyncio.create_task(run())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _about(body: Body) -> tuple[str, int] | None:
    """Conversation and number of the answer that a button belongs to; None where it is none of this workspace's."""
    value = value_of(body["actions"][0]) or {}
    conversation, seq = value.get("c"), value.get("n")
    mine = isinstance(conversation, str) and conversation.startswith(f"{CHANNEL}:{team_of(body)}:")
    outsider = body["user"].get("team_id") not in (None, team_of(body))
    if not mine or outsider or not isinstance(seq, int) or not 0 < seq < 2**31:
        return None
    return str(conversation), seq


async def _failed(error: Exception) -> BoltResponse:
    """What could not be stored comes again; what a listener or Bolt itself cannot do would fail again."""
    if isinstance(error, RecordsUnavailable):
        return BoltResponse(status=503)
    logger.error("What Slack sent could not be dealt with: %r", error)
    return BoltResponse(status=200)


async def _nothing() -> None:
    """Bolt acknowledges events by itself."""


async def _acknowledge(ack: AsyncAck) -> None:
    await ack()


async def _no_options(ack: AsyncAck) -> None:
    await ack(options=[])
