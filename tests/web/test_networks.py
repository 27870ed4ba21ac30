"""The chat on networks and in browsers that let only a part of it through, and what it says of that."""

from __future__ import annotations

import json
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from playwright.async_api import Browser, BrowserContext, Page, async_playwright, expect
from serving import Server, serve
from test_interruptions import answered, nothing_is_lost_or_doubled, port_of, site
from visiting import SWITCHES, ask, open_chat, window

from bench.website import Line

INSIDE = "The chat is not available just now."  # the element of the demo page


async def push(server: Server, text: str) -> None:
    """An agent says something to the visitor who spoke last."""
    session = server.agent.got[-1].session
    await server.edge.rooms.say(session, {"from": "agent", "name": "Dana", "text": text})


async def look_again(page: Page) -> None:
    """The tab comes to the front, as after a sleep."""
    await page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")


# Streams


async def test_stream_that_a_proxy_holds_back_costs_no_answer_and_no_banner(
    server: Server, context: BrowserContext
) -> None:
    async with Line(port_of(server)) as line:
        line.hold_streams()
        page = await open_chat(context, line.url)
        for text in ("one", "two"):
            await ask(page, text)
            await answered(page, text)
        await nothing_is_lost_or_doubled(page, "one", "two")
        await expect(page.locator(".state")).to_be_hidden()
        await push(server, "I can help.")  # nobody asked, so nobody waits for it
        await expect(page.locator(".agent")).to_contain_text("I can help.")


async def test_stream_that_fell_silent_is_replaced(server: Server, context: BrowserContext) -> None:
    async with Line(port_of(server)) as line:
        page = await open_chat(context, line.url)
        await ask(page, "one")
        await answered(page, "one")
        streams: list[str] = []
        page.on("request", lambda request: streams.append(request.url) if "/chat/stream" in request.url else None)
        line.hold_streams()
        await ask(page, "two")
        await answered(page, "two")
        line.release_streams()
        await ask(page, "three")
        await answered(page, "three")
        await nothing_is_lost_or_doubled(page, "one", "two", "three")
        assert len(streams) == 1


async def test_tab_that_slept_asks_at_once_for_what_it_missed(server: Server, context: BrowserContext) -> None:
    async with Line(port_of(server)) as line:
        page = await open_chat(context, line.url)
        await ask(page, "hello")
        await answered(page, "hello")
        line.hold_streams()
        await push(server, "I can help.")
        await look_again(page)
        await expect(page.locator(".agent")).to_contain_text("I can help.", timeout=5_000)


async def test_browser_in_which_no_stream_opens_polls(server: Server, context: BrowserContext) -> None:
    page = await context.new_page()
    await page.route("**/chat/stream*", lambda route: route.abort())
    await page.goto(server.url)
    await page.locator(".launcher").click()
    await ask(page, "hello")
    await answered(page, "hello")
    await nothing_is_lost_or_doubled(page, "hello")
    await expect(page.locator(".state")).to_be_hidden()


async def test_messages_alone_are_asked_for_where_streams_never_work(server: Server, context: BrowserContext) -> None:
    page = await context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url.rpartition("/chat/")[2]))
    await page.route("**/chat/stream*", lambda route: route.abort())
    await page.goto(server.url)
    await page.locator(".launcher").click()
    await ask(page, "hello")
    await answered(page, "hello")
    await nothing_is_lost_or_doubled(page, "hello")
    assert "messages?after=1" in asked and asked.count("session") == 1


# What the browser keeps


@asynccontextmanager
async def without_site_data(folder: Path) -> AsyncIterator[BrowserContext]:
    """A browser whose user lets sites keep nothing."""
    profile = folder / "Default"
    profile.mkdir(parents=True)
    blocked = {"profile": {"default_content_setting_values": {"cookies": 2}}}
    (profile / "Preferences").write_text(json.dumps(blocked))
    async with async_playwright() as playwright:
        path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
        context = await playwright.chromium.launch_persistent_context(folder, executable_path=path, args=SWITCHES)
        context.set_default_timeout(60_000)
        yield context
        await context.close()


async def test_visitor_who_lets_sites_keep_nothing_is_answered(server: Server, tmp_path: Path) -> None:
    async with without_site_data(tmp_path / "profile") as context:
        wrong: list[str] = []
        context.on("weberror", lambda error: wrong.append(str(error.error)))
        page = await open_chat(context, server.url)
        read = "() => { try { return String(localStorage) } catch (error) { return error.name } }"
        assert await page.evaluate(read) == "SecurityError"
        await ask(page, "one")
        await answered(page, "one")
        await push(server, "I can help.")
        await expect(page.locator(".agent")).to_contain_text("I can help.", timeout=3_000)  # by the stream
        await page.keyboard.press("Escape")
        await page.locator(".launcher").click()
        await expect(page.locator(".pending")).to_have_count(0)
        assert wrong == []


async def test_page_that_empties_the_storage_does_not_end_the_conversation(
    server: Server, context: BrowserContext
) -> None:
    page = await open_chat(context, server.url)
    await ask(page, "one")
    await answered(page, "one")
    await page.evaluate("localStorage.clear(); sessionStorage.clear()")
    await context.set_offline(True)
    await expect(page.locator(".state")).to_be_visible()
    await context.set_offline(False)
    await expect(page.locator(".state")).to_be_hidden()
    await ask(page, "two")
    await answered(page, "two")
    await nothing_is_lost_or_doubled(page, "one", "two")


# What the chat says


async def test_guide_that_was_never_reached_is_not_called_a_lost_connection(
    tmp_path: Path, context: BrowserContext
) -> None:
    async with serve(tmp_path) as server:
        page = await context.new_page()
        await page.goto(server.url)
    await page.locator(".launcher").click()
    await expect(page.locator(".state")).to_contain_text("The chat cannot be reached just now.")
    await expect(page.locator("insurance-guide-chat").get_by_text(INSIDE)).to_be_visible()
    await ask(page, "hello")
    await expect(page.locator(".pending .note")).to_have_text("Not sent yet")
    async with serve(tmp_path, port=port_of(server)):
        await answered(page, "hello")
        await expect(page.locator(".state")).to_be_hidden()


@pytest.mark.parametrize(
    ("status", "said"), [(429, "The chat is busy."), (503, "The chat is busy."), (502, "cannot be reached just now")]
)
async def test_refusal_of_the_moment_is_called_what_it_is(
    server: Server, context: BrowserContext, status: int, said: str
) -> None:
    page = await open_chat(context, server.url)
    await page.route("**/chat/message", lambda route: route.fulfill(status=status, json={}))
    await ask(page, "hello")
    await expect(page.locator(".state")).to_contain_text(said)
    await expect(page.locator(".pending .note")).to_have_text("Not sent yet")
    await expect(page.locator(".pending .note")).to_be_in_viewport(ratio=1)
    await page.unroute("**/chat/message")
    await answered(page, "hello")
    await expect(page.locator(".state")).to_be_hidden()


async def test_site_that_may_not_embed_the_chat_is_not_told_of_a_lost_connection(
    server: Server, context: BrowserContext, unused_tcp_port: int
) -> None:
    html = f'<script type="module" src="{server.url}/widget.js"></script><insurance-guide-chat><p>Call us.'
    async with site(unused_tcp_port, html) as url:
        page = await context.new_page()
        await page.goto(url)
        await page.locator(".launcher").click()
        await expect(page.locator(".state")).to_contain_text("The chat cannot be reached just now.")
        await expect(page.get_by_text("Call us.")).to_be_visible()
        await page.close()


async def test_message_that_the_server_has_is_not_called_unsent(server: Server, context: BrowserContext) -> None:
    async with Line(port_of(server)) as line:
        line.hold_streams()
        page = await open_chat(context, line.url)
        await ask(page, "hello")
        await expect(page.locator(".pending .note")).to_have_text("Sent")
        await answered(page, "hello")


async def test_written_message_goes_as_soon_as_the_connection_is_back(server: Server, browser: Browser) -> None:
    """And not only when the pause between two attempts is over."""
    async with window(browser) as context, Line(port_of(server)) as line:
        page = await open_chat(context, line.url)
        line.close()
        await ask(page, "hello")
        await page.wait_for_timeout(8_000)  # the pauses have grown to eight seconds
        line.open()
        await page.evaluate("dispatchEvent(new Event('online'))")
        await expect(page.get_by_role("log")).to_contain_text("echo: hello", timeout=3_000)
