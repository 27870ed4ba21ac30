"""Does at the desk what agents have done in Slack: the same steps as those of the desk's page, by the same rules."""

from __future__ import annotations

import logging
from contextlib import suppress
from typing import Any

from sqlalchemy.engine import Connection

from bot.channels.slack import cards
from bot.channels.slack.agents import SlackAgents
from bot.channels.slack.calls import Later, Never
from bot.channels.slack.sending import Sender
from bot.handoff import people
from bot.handoff.people import Agent
from bot.handoff.service import Elsewhere, Handoffs, NoSuchTicket, NotYours, Refused, Taken
from bot.handoff.within import agent_id
from bot.records import slack_cards, transcript
from bot.records.outbox import Parcel
from bot.records.slack_cards import FROM_SLACK, Card
from bot.records.states import NotNow

logger = logging.getLogger(__name__)

NO_ACCOUNT = "Your address in Slack belongs to no agent of the guide, so nothing was done. Agents: guide agents add."
UNSENT = (
    f"This was not sent to the visitor. A reply begins with {cards.PREFIX} and a space, has no files, and does not go "
    "to the channel as well."
)
ALTERED = "was {how} here. The visitor still has it as it was sent; to put something right, write again. It was: {text}"


class Acting(Sender):
    """Works through what agents did in Slack."""

    kind = slack_cards.DONE

    def __init__(self, *own: Any, handoffs: Handoffs, agents: SlackAgents) -> None:
        super().__init__(*own)
        self._handoffs = handoffs
        self._agents = agents

    async def _send(self, parcel: Parcel) -> Any:
        told = parcel.payload
        card = await self._handoffs.records.read(lambda db: slack_cards.get(db, told["reference"]))
        if card is None:  # erased meanwhile
            return None
        if "altered" in told:
            return await self._altered(card, str(parcel.conversation), told)
        agent = await self._agents.of(card.team, told["user"])
        try:
            if "ts" in told:
                return await self._said(agent, card, str(parcel.conversation), told)
            if agent is None:
                return self._tell(card, told, str(parcel.conversation), NO_ACCOUNT)
            await self._step(agent, card, told)
        except (Taken, NotYours, NotNow, Refused, NoSuchTicket, Elsewhere) as error:
            return self._tell(card, told, str(parcel.conversation), refused(error))
        return None

    async def _said(self, agent: Agent | None, card: Card, conversation: str, told: dict[str, Any]) -> Any:
        """A word in the thread: to the visitor if that was said in as many words, else a note."""
        if agent is None:
            return self._tell(card, told, conversation, NO_ACCOUNT) if told["reply"] else None
        name = f"{FROM_SLACK}{told['ts']}"
        if not told["reply"]:
            with suppress(NotYours):  # a colleague's: then the word stands in Slack alone, where it was written
                await self._handoffs.note(agent, card.reference, told["text"], name)
            return self._tell(card, told, conversation, UNSENT) if told["unsent"] else None
        own_id = f":{agent_id(agent.login, name)}"
        await self._handoffs.records.run(lambda db: slack_cards.keep_reply(db, card.reference, own_id, told["ts"]))
        await self._handoffs.say(agent, card.reference, told["text"], name)
        await self._here(agent, card, told["user"])
        mark = {"react": told["ts"], "team": card.team, "channel": card.channel}
        return lambda db: slack_cards.show(db, mark, conversation)

    async def _step(self, agent: Agent, card: Card, told: dict[str, Any]) -> None:
        handoffs, reference, value = self._handoffs, card.reference, str(told["value"])
        match told["step"]:
            case cards.CLAIM:
                await handoffs.claim_present(agent, reference)
            case cards.REPLY:
                await handoffs.say(agent, reference, value, f"{FROM_SLACK}{told['name']}")
            case cards.RETURN:
                await handoffs.give_back(agent, reference)
            case cards.PUT_BACK:
                await handoffs.release(agent, reference)
            case cards.WAKE:
                await handoffs.wake(agent, reference)
            case cards.TRANSFER:
                await handoffs.transfer(agent, reference, value)
                return await self._look_for(card, value)
            case cards.SNOOZE:
                await handoffs.snooze(agent, reference, float(told["since"]) + float(value))
            case cards.RESOLVE:
                await handoffs.resolve(agent, reference, value)
        await self._here(agent, card, told["user"])

    async def _here(self, agent: Agent, card: Card, user: str) -> None:
        """Who does something in Slack is there, and is looked for there from now on."""
        await self._handoffs.alive(agent)
        await self._handoffs.records.run(lambda db: slack_cards.took(db, card.reference, agent.login, user))

    async def _look_for(self, card: Card, login: str) -> None:
        """Look in Slack for whoever a ticket was given to, who may have no desk open."""
        try:
            user = await self._agents.user_of(card.team, login)
            if user:
                await self._handoffs.records.run(lambda db: slack_cards.took(db, card.reference, login, user))
                if await self._agents.is_active(card.team, user):
                    await self._handoffs.records.run(lambda db: people.alive(db, login))
        except (Later, Never) as error:  # the request is theirs all the same
            logger.warning("Slack does not say whether an agent is there: %s", error)

    async def _altered(self, card: Card, conversation: str, told: dict[str, Any]) -> Any:
        def read(db: Connection) -> str | None:
            sent = {ts: client_id for client_id, ts in slack_cards.replies(db, card.reference).items()}
            own_id = sent.get(told["altered"])
            entry = transcript.called(db, conversation, own_id) if own_id else None
            return str(entry.body.get("text") or "") if entry else None

        text = await self._handoffs.records.read(read)
        if text is None:  # internal all along
            return None
        said = f"A reply {ALTERED.format(how='deleted' if told['deleted'] else 'edited', text=text)}"
        line = {"thread": card.reference, "text": said, "name": f"{told['altered']}:{told['since']}"}
        return lambda db: slack_cards.show(db, line, conversation)

    def _tell(self, card: Card, told: dict[str, Any], conversation: str, text: str) -> Any:
        """Tell whoever did something what became of it, where nobody else reads it."""
        to = {"tell": text, "user": told["user"], "url": told.get("url"), "thread": told.get("thread") or card.ts}
        where = {"team": card.team, "channel": card.channel}
        return lambda db: slack_cards.show(db, {**to, **where}, conversation)


def refused(error: Exception) -> str:
    """Why something was not done, for whoever tried."""
    if isinstance(error, Taken):
        return f"{error.owner_name} has this request." if error.owner_name else "Nobody has it: claim it first."
    return str(error)
