"""The agents' side of the handoff in Slack: a channel with a card for each ticket, and what is done there.

It holds no truth of its own.  What agents do is stored before it is acknowledged and then done through `Handoffs`, as
the desk's page does it; what has changed, wherever that was, is shown on the card and in its thread.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from typing import Any

from sqlalchemy.engine import Connection

from bot.channels.slack import cards, threads
from bot.channels.slack.acting import NO_ACCOUNT, Acting, refused
from bot.channels.slack.agents import SlackAgents
from bot.channels.slack.calls import Later, Never, Slack, Unsure
from bot.channels.slack.pacing import Pace
from bot.channels.slack.settings import SlackSettings
from bot.channels.slack.showing import Showing
from bot.channels.slack.threads import Acted, Altered, Said
from bot.channels.slack.workspaces import Box, Workspace, Workspaces
from bot.edge.metrics import Metrics
from bot.edge.stores import Stores
from bot.handoff.service import Handoffs, NoSuchTicket, NotYours
from bot.privacy import mask
from bot.records import slack, slack_cards
from bot.records.connecting import lock
from bot.records.engine import RecordsUnavailable
from bot.records.journal import new_call
from bot.records.tickets import Tickets

logger = logging.getLogger(__name__)

LOOK_SECONDS = 5.0  # after which tickets are looked at, where nothing was heard of them
PRESENCE_SECONDS = 30.0  # between two looks at whether who has something in Slack is there


class NotYet(Exception):
    """Whether a thread is that of a card is not known yet."""


class SlackDesk:
    """Cards, threads and buttons of one channel.

    Args:
        settings: with a channel for the handoff.
    """

    def __init__(
        self,
        settings: SlackSettings,
        slack_: Slack,
        workspaces: Workspaces,
        box: Box,
        stores: Stores,
        metrics: Metrics,
        pace: Pace,
        handoffs: Handoffs,
    ) -> None:
        self._team, self._channel = settings.handoff_place
        self._slack = slack_
        self._workspaces = workspaces
        self._box = box
        self._records = stores.records
        self._handoffs = handoffs
        self._agents = SlackAgents(slack_, workspaces, stores.records)
        own = (slack_, workspaces, box, stores, metrics, pace)
        self._acting = Acting(*own, handoffs=handoffs, agents=self._agents)
        self._showing = Showing(*own, desk=handoffs.settings.desk)
        self._came, self._changed = asyncio.Event(), asyncio.Event()

    async def run(self) -> None:
        """Work until it is cancelled."""
        work = (self._follow(), self._attend(), self._acting.run(self._came), self._showing.run(self._changed))
        async with asyncio.TaskGroup() as group:
            for each in work:
                group.create_task(each)

    async def finish(self, seconds: float) -> None:
        """Wait for what is being done."""
        await asyncio.gather(self._acting.finish(seconds), self._showing.finish(seconds))

    async def take(self, payload: Mapping[str, Any], home: Workspace) -> None:
        """Store what an agent has done, if it is that; everything else is left alone.

        Raises:
            RecordsUnavailable, NotYet: it is not stored, and must not be acknowledged.
        """
        if self._team not in (None, home.team):
            return
        found = threads.found(payload, home.team, self._channel, home.bot_user or None)
        if found is None:
            return
        act, call = found, new_call()
        is_new = await self._records.run(lambda db: self._keep(db, home.team, act, call))
        if is_new:
            self._came.set()

    def _keep(self, db: Connection, team: str, found: Said | Altered | Acted, call: str) -> bool:
        lock(db, slack.CHANNEL)  # the same may come twice at the same moment
        if isinstance(found, Acted):
            card = slack_cards.get(db, found.reference)
        else:
            card = slack_cards.of_thread(db, team, self._channel, found.thread)
            if card is None and slack_cards.may_be_new(db, team, self._channel, found.thread):
                raise NotYet
        ticket = Tickets(db).get(card.reference) if card else None
        if card is None or ticket is None or card.team != team or not slack.first_time(db, found.keys, call):
            return False
        slack_cards.done(db, {"reference": card.reference, **self._told(found)}, ticket.conversation)
        return True

    def _told(self, found: Said | Altered | Acted) -> dict[str, Any]:
        if isinstance(found, Altered):
            return {"altered": found.ts, "deleted": found.deleted}
        if isinstance(found, Said):
            about = {"thread": found.thread, "ts": found.ts, "text": mask(found.text)}
            return {"user": found.user, **about, "reply": found.reply, "unsent": found.unsent}
        url = self._box.seal(found.url) if found.url else None
        act = {"user": found.user, "step": found.step, "value": mask(found.value), "url": url}
        return {**act, "name": found.keys[0]}

    async def ask(self, team: str, user: str, trigger: str, step: str, reference: str) -> None:
        """Show the modal of a button, or why there is nothing to ask; raises as Slack's methods do."""
        view = await self._view(team, user, step, reference)
        await self._slack.call(await self._workspaces.token(team), "views.open", trigger_id=trigger, view=view)

    async def _view(self, team: str, user: str, step: str, reference: str) -> dict[str, Any]:
        agent = await self._agents.of(team, user)
        if agent is None:
            return cards.refusal(NO_ACCOUNT)
        try:
            ticket = await self._handoffs.ticket(agent, reference)
        except (NotYours, NoSuchTicket) as error:
            return cards.refusal(refused(error))
        if ticket.owner != agent.login:
            return cards.refusal("Claim it first." if ticket.owner is None else "A colleague has it.")
        others = {each.agent.login: each.agent.name for each in await self._handoffs.present()}
        others.pop(agent.login, None)
        if step == cards.TRANSFER and not others:
            return cards.refusal("There is no colleague with an account.")
        return cards.modal(step, reference, others)

    async def _follow(self) -> None:
        """Have shown whatever changes."""
        with self._handoffs.feed.follow() as changes:
            while True:
                try:
                    await self._take_up()
                except RecordsUnavailable:
                    logger.warning("The database does not say which tickets have changed; it is asked again.")
                except Exception:
                    logger.exception("What has changed could not be looked at; it is tried again.")
                await changes.next(LOOK_SECONDS)

    async def _take_up(self) -> None:
        homes = [home.team for home in await self._workspaces.all() if self._team in (None, home.team)]
        waits = await self._records.read(slack_cards.waits)
        if homes and waits:
            await self._records.run(lambda db: slack_cards.take_up(db, homes[0], self._channel))
            self._changed.set()

    async def _attend(self) -> None:
        """Let those whom Slack shows as there keep what they took there."""
        while True:
            await asyncio.sleep(PRESENCE_SECONDS)
            try:
                for each in await self._records.read(slack_cards.in_hand):
                    await self._look_after(*each)
            except RecordsUnavailable:
                logger.warning("The database does not say who has something in Slack; it is asked again.")
            except Exception:
                logger.exception("Who is there in Slack could not be looked at; it is tried again.")

    async def _look_after(self, team: str, user: str, login: str) -> None:
        try:
            agent = await self._agents.of(team, user)
            if agent and agent.login == login and await self._agents.is_active(team, user):
                await self._handoffs.alive(agent)
        except (Later, Unsure, Never) as error:
            logger.warning("Slack does not say whether an agent is there: %s", error)
