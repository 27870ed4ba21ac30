"""Agents at the desk, as bare requests and in a browser, and requests for them to answer."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
from playwright.async_api import BrowserContext, Page
from serving import Server

from bot.desk import accounts, passwords, sessions
from bot.desk.accounts import Account
from bot.desk.guard import COOKIE
from bot.handoff import people
from bot.records import transcript
from bot.records.engine import Records
from bot.records.ticket_store import TicketStore
from bot.records.tickets import Asked, Ticket

PASSWORD = "correct horse battery"
_HASHED = passwords.hashed(PASSWORD)
PEOPLE = (
    Account("dana", "Dana Reyes", "CA 0X12345", "agent", "dana@agency.example"),
    Account("lee", "Lee <img src=x onerror=alert(1)>", "CA 0Y54321", "agent", None),
    Account("sam", "Sam Ortiz", "CA 0Z98765", "supervisor", None),
)


def add_people(records: Records) -> None:
    """Give each an account, all with one password."""
    for person in PEOPLE:
        records.run_now(lambda connection, p=person: accounts.add(connection, p, _HASHED, None))  # type: ignore[misc]


def ask_for_agent(
    server: Server,
    session: str,
    *said: str,
    reason: str = "asked",
    priority: str = "normal",
    live: bool = True,
    **more: Any,
) -> Ticket:
    """A request of a visitor who has said this."""
    records = server.edge.stores.records
    for text in said:
        body = {"from": "visitor", "text": text}
        records.run_now(lambda connection, b=body: transcript.append(connection, f"web:{session}", b))  # type: ignore[misc]
    asked = Asked(live=live, topic=more.pop("topic", None), brief=more.pop("brief", {}))
    summary = said[-1] if said else ""
    return TicketStore(records).open(f"web:{session}", reason, priority, summary, [], asked=asked, **more)


class AtDesk:
    """An agent's browser without the screen."""

    def __init__(self, server: Server, http: aiohttp.ClientSession, login: str) -> None:
        self.server, self.http, self.login = server, http, login
        records = server.edge.stores.records
        self.cookie = records.run_now(lambda connection: sessions.begin(connection, login, "a test"))
        records.run_now(lambda connection: people.alive(connection, login, people.AWAY))
        self.token = sessions.csrf_of(self.cookie)
        self.sent = 0

    def headers(self, **more: str | None) -> dict[str, str]:
        """What a browser sends with a change; None leaves a header out."""
        own = {
            "Cookie": f"{COOKIE}={self.cookie}",
            "Origin": self.server.url,
            "X-Desk-Token": self.token,
            "Content-Type": "application/json",
        }
        named = {name.replace("_", "-"): value for name, value in more.items()}
        return {name: value for name, value in {**own, **named}.items() if value is not None}

    async def get(self, path: str, **query: Any) -> tuple[int, Any]:
        async with self.http.get(f"{self.server.url}/desk/api/{path}", params=query, headers=self.headers()) as reply:
            return reply.status, await (reply.json() if reply.content_type == "application/json" else reply.text())

    async def post(self, path: str, body: Any = None, **headers: str | None) -> tuple[int, Any]:
        data = body if isinstance(body, bytes) else json.dumps(body or {}).encode()
        url = f"{self.server.url}/desk/api/{path}"
        async with self.http.post(url, data=data, headers=self.headers(**headers)) as reply:
            return reply.status, await reply.json()

    async def say(self, reference: str, text: str, id: str | None = None) -> tuple[int, Any]:
        self.sent += 1
        return await self.post(f"tickets/{reference}/say", {"id": id or f"{self.login}-{self.sent}", "text": text})

    @asynccontextmanager
    async def stream(self, after: str = "") -> AsyncIterator[AsyncIterator[dict[str, Any]]]:
        """The events of live changes: name, data and id."""
        url = f"{self.server.url}/desk/api/stream"
        async with self.http.get(url, params={"after": after}, headers=self.headers()) as reply:
            assert reply.status == 200
            yield _events(reply.content)


async def _events(lines: aiohttp.StreamReader) -> AsyncIterator[dict[str, Any]]:
    event: dict[str, Any] = {}
    async for raw in lines:
        name, colon, value = raw.decode().rstrip("\n").partition(": ")
        if colon:
            event[name] = json.loads(value) if name == "data" else value
        elif "data" in event:
            yield event
            event = {}


def code(reply: tuple[int, Any]) -> tuple[int, str]:
    return reply[0], reply[1]["error"]["code"]


async def sit_down(context: BrowserContext, server: Server, login: str = "dana") -> Page:
    """The desk in a browser that is signed in already."""
    token = server.edge.stores.records.run_now(lambda connection: sessions.begin(connection, login, "a browser"))
    await context.add_cookies([{"name": COOKIE, "value": token, "url": f"{server.url}/desk"}])
    page = await context.new_page()
    await page.goto(f"{server.url}/desk")
    await page.get_by_role("tab", name="Waiting").wait_for()
    return page


def references(rows: Sequence[dict[str, Any]]) -> list[str]:
    return [str(row["reference"]) for row in rows]
