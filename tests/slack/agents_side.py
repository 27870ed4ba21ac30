"""Agents in Slack, a visitor on the website, and the guide between them."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import aiohttp
from fake_slack import TEAM, FakeSlack
from slack_running import Running
from slack_side import Json, SlackSide, words
from sqlalchemy import insert, update

from bot.handoff.people import Agent
from bot.handoff.service import Handoffs
from bot.records.outbox import Outbox
from bot.records.slack_cards import DONE, SHOWN
from bot.records.tables import agent, ticket
from bot.records.tickets import Ticket, Tickets

AGENTS = "C0AGENTS1"
DANA, SAM = Agent("dana", "Dana Reyes", "CA 0X12345"), Agent("sam", "Sam Ortiz", "CA 0Z98765")
IN_SLACK = {"dana": "U0DANA001", "sam": "U0SAM0001"}
CLERK, GUEST, STRANGER = "U0CLERK01", "U0GUEST01", "U0OUT0001"  # who have no account
WAIT = 120.0  # seconds until something is held not to come any more


class Visitor:
    """Somebody on the website."""

    def __init__(self, guide: Running, http: aiohttp.ClientSession) -> None:
        self.guide, self.http, self.token, self.sent = guide, http, "", 0

    async def send(self, text: str) -> None:
        while not self.token:  # a slow disk is told, and the widget tries again
            async with self.http.post(f"{self.guide.url}/chat/session", json={}) as reply:
                self.token = (await reply.json()).get("token", "")
        self.sent += 1
        body, status = {"id": f"message-{self.sent}", "text": text}, 503
        while status == 503:
            async with self.http.post(f"{self.guide.url}/chat/message", json=body, headers=self.headers) as reply:
                status, told = reply.status, await reply.text()
        assert status in (200, 202), told

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    async def heard(self) -> list[Json]:
        """Everything but their own words and the welcome."""
        async with self.http.get(f"{self.guide.url}/chat/messages", headers=self.headers) as reply:
            told = (await reply.json())["messages"]
        return [each for each in told if each["from"] != "visitor"][1:]

    async def from_agents(self) -> list[str]:
        return [str(each["text"]) for each in await self.heard() if each["from"] == "agent"]


class AgentsSide:
    """The agents' channel of one running guide."""

    def __init__(self, guide: Running, fake: FakeSlack, http: aiohttp.ClientSession) -> None:
        self.guide, self.fake = guide, fake
        self.slack = SlackSide(guide.url, fake, http)
        self.visitor = Visitor(guide, http)

    @property
    def handoffs(self) -> Handoffs:
        return self.guide.edge.handoffs

    async def begin(self) -> None:
        """Hire agents whom Slack knows, and others whom only Slack does."""
        records, now = self.guide.edge.stores.records, time.time()
        more = {"password": "", "enabled": True, "created": now, "availability": "available", "seen": now}
        for who in (DANA, SAM):
            row = {**who.__dict__, **more, "email": f"{who.login}@agency.example"}
            await records.run(lambda db, row=row: db.execute(insert(agent).values(**row)))  # type: ignore[misc]
            await self.fake.do("user", name=IN_SLACK[who.login], email=f"{who.login.title()}@Agency.example")
        await self.fake.do("user", name=CLERK, email="clerk@agency.example")
        await self.fake.do("user", name=GUEST, email="guest@other.example", is_restricted=True)
        await self.fake.do("user", name=STRANGER, email="dana@agency.example", team_id="T0OTHER1", is_stranger=True)

    async def asked(self) -> str:
        """The reference of the visitor's request, once it waits and its card stands."""
        await self.visitor.send("a person please")
        await self.until(self._requested)
        reference = (await self.visitor.heard())[-1]["text"].split()[0]
        await self.until(self.card)
        return str(reference)

    async def _requested(self) -> bool:
        return any("An agent is there" in each["text"] for each in await self.visitor.heard())

    async def until(self, holds: Any) -> Any:
        """What something gives, once it is true."""
        deadline = time.monotonic() + WAIT
        while not (found := await holds()):
            assert time.monotonic() < deadline, [words(each) or each["text"] for each in await self.fake.said(AGENTS)]
            await asyncio.sleep(0.02)
        return found

    async def settled(self) -> None:
        """Everything that was done in Slack is done, and shown."""
        outbox = Outbox(self.guide.edge.stores.records)

        async def nothing_waits() -> bool:
            return not any([await outbox.waiting(kind) for kind in (DONE, SHOWN)])

        await self.until(nothing_waits)
        await self.guide.edge.channels[0]._desk._take_up()  # what has changed meanwhile
        await self.until(nothing_waits)

    async def cards(self) -> list[Json]:
        return [each for each in await self.fake.said(AGENTS) if not each.get("thread_ts")]

    async def card(self) -> Json | None:
        return next(iter(await self.cards()), None)

    async def thread(self) -> list[Json]:
        """What the guide says in the thread of the first card."""
        return [each for each in await self.fake.said(AGENTS) if each.get("thread_ts")]

    async def reads(self) -> str:
        """All that the card shows."""
        card = await self.card()
        return words(card["blocks"]) if card else ""

    async def press(self, title: str, login: str = "dana", card: Json | None = None, **more: Any) -> str:
        """Press a button of the card; where who pressed is told something."""
        message = card or await self.card()
        assert message
        user = IN_SLACK.get(login, login)
        reply, url = await self.slack.press(message, title, user, AGENTS, **more)
        assert reply[0] == 200
        return url

    async def claimed(self, login: str = "dana") -> str:
        reference = await self.asked()
        await self.press("Claim", login)
        await self.settled()
        return reference

    async def modal(self, title: str, login: str = "dana") -> Json:
        """The modal that a button opens."""
        before = set((await self.fake.state())["views"])
        await self.press(title, login)

        async def opened() -> Any:
            views = (await self.fake.state())["views"]
            return next((views[each] for each in views if each not in before), None)

        return dict(await self.until(opened))

    async def enter(self, view: Json, value: str, login: str = "dana", times: int = 1) -> None:
        """Send a modal."""
        (block,) = [each for each in view["blocks"] if each["type"] == "input"]
        is_select = block["element"]["type"] == "static_select"
        entered = {"selected_option": {"value": value}} if is_select else {"value": value}
        state = {"values": {block["block_id"]: {block["element"]["action_id"]: entered}}}
        payload = {
            "type": "view_submission",
            "team": {"id": TEAM, "domain": "home"},
            "user": {"id": IN_SLACK.get(login, login), "team_id": TEAM},
            "view": {**view, "state": state},
        }
        for _ in range(times):
            assert (await self.slack.interact(payload))[0] == 200

    async def write(self, text: str, login: str = "dana", times: int = 1, **more: Any) -> Json:
        """Write in the thread of the card; the event as it was delivered, so often."""
        card = await self.card()
        assert card
        event = await self.slack.message(text, AGENTS, IN_SLACK.get(login, login), **{"thread": card["ts"], **more})

        async def taken() -> bool:
            return (await self.slack.deliver(self.slack.event(event)))[0] == 200

        for _ in range(times):
            await self.until(taken)
        return event

    async def edit(self, event: Json, text: str) -> None:
        now = {**event, "text": text, "edited": {"user": event["user"], "ts": f"{time.time():.6f}"}}
        changed = {"subtype": "message_changed", "message": now, "previous_message": event}
        await self._change(event, changed)

    async def delete(self, event: Json) -> None:
        changed = {"subtype": "message_deleted", "deleted_ts": event["ts"], "previous_message": event}
        await self._change(event, changed)

    async def _change(self, event: Json, changed: Json) -> None:
        common = {"type": "message", "hidden": True, "channel": AGENTS, "channel_type": "channel"}
        when = f"{time.time():.6f}"
        told = self.slack.event({**common, "ts": when, "event_ts": when, **changed})
        assert (await self.slack.deliver(told))[0] == 200

    async def reactions(self, ts: str) -> list[str]:
        messages = (await self.fake.state())["channels"][AGENTS]["messages"]
        return next((each.get("reactions", []) for each in messages if each["ts"] == ts), [])

    async def ticket(self, reference: str) -> Ticket:
        return await self.guide.edge.stores.records.read(lambda db: Tickets(db).expect(reference))

    async def notes(self, reference: str) -> list[str]:
        boss = Agent("boss", "Boss", "", "supervisor")
        return [each.text for each in (await self.handoffs.conversation(boss, reference)).notes]

    async def set(self, reference: str, **values: Any) -> None:
        own = update(ticket).where(ticket.c.reference == reference).values(**values)
        await self.guide.edge.stores.records.run(lambda db: db.execute(own))
