"""Visitors of the chat: with a real browser, and as bare requests."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Page, expect
from serving import Server

Event = dict[str, Any]

# Each run has its own profile, and the browser calls nobody.
SWITCHES = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


class Visitor:
    """A browser without the screen."""

    def __init__(self, server: Server, http: aiohttp.ClientSession, token: str = "") -> None:
        self.server = server
        self.http = http
        self.token = token
        self.sent = 0

    async def post(self, path: str, body: Any, **headers: str) -> tuple[int, Any, Any]:
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        headers = {"Content-Type": "application/json", **headers}
        async with self.http.post(self.server.url + path, data=raw, headers=headers) as reply:
            return reply.status, await reply.json(), reply.headers

    async def join(self, **headers: str) -> dict[str, Any]:
        status, session, _ = await self.post("/chat/session", {}, **headers)
        assert status == 200
        self.token = session["token"]
        return dict(session)

    async def send(self, text: Any, id: str | None = None, **headers: str) -> tuple[int, Any, Any]:
        self.sent += 1
        body = {"id": id or f"message-{self.sent}", "text": text}
        return await self.post("/chat/message", body, Authorization=f"Bearer {self.token}", **headers)

    @asynccontextmanager
    async def stream(self, after: int = 0, **headers: str) -> AsyncIterator[AsyncIterator[Event]]:
        query = {"token": self.token, "after": str(after)}
        async with self.http.get(f"{self.server.url}/chat/stream", params=query, headers=headers) as reply:
            assert reply.status == 200
            assert reply.content_type == "text/event-stream"
            yield _events(reply.content)

    async def hear(self, count: int, after: int = 1, **headers: str) -> list[Event]:
        """The next messages that are not the visitor's own; the welcome is number 1."""
        heard: list[Event] = []
        async with self.stream(after, **headers) as events:
            async for event in events:
                if event["event"] == "message" and event["data"]["from"] != "visitor":
                    heard.append(event["data"])
                if len(heard) == count:
                    break
        return heard


async def _events(lines: aiohttp.StreamReader) -> AsyncIterator[Event]:
    event: Event = {}
    async for raw in lines:
        line = raw.decode().rstrip("\n")
        if not line:
            if event:
                yield event
            event = {}
            continue
        name, _, value = line.partition(": ")
        event[name or "comment"] = json.loads(value) if name == "data" else value
        event.setdefault("event", None)


def code(reply: tuple[int, Any, Any]) -> tuple[int, str]:
    return reply[0], reply[1]["error"]["code"]


@asynccontextmanager
async def window(browser: Browser, width: int = 1200, height: int = 800) -> AsyncIterator[BrowserContext]:
    """A fresh visitor's browser, whose pages must run without an error or a breach of the policy."""
    context = await browser.new_context(viewport={"width": width, "height": height}, reduced_motion="reduce")
    context.set_default_timeout(60_000)
    wrong: list[str] = []

    def on_console(line: ConsoleMessage) -> None:
        if "Content Security" in line.text:
            wrong.append(line.text)

    context.on("weberror", lambda error: wrong.append(str(error.error)))
    context.on("console", on_console)
    context.on("dialog", lambda dialog: wrong.append(dialog.message))
    yield context
    await context.close()
    assert wrong == []


async def open_chat(context: BrowserContext, url: str) -> Page:
    page = await context.new_page()
    await page.goto(url)
    await page.get_by_role("main").get_by_role("button", name="Ask about coverage").click()
    await expect(page.get_by_role("log")).to_contain_text("Ask me in your own words.")
    return page


async def ask(page: Page, text: str) -> None:
    await page.get_by_label("Your question").fill(text)
    await page.get_by_label("Your question").press("Enter")


async def choose(page: Page, name: str) -> None:
    await page.get_by_role("button", name="Save, print and more").click()
    await page.get_by_role("button", name=name).click()
