"""The widget in a real browser, on the pages that visitors see."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import pytest_asyncio
from aiohttp import web
from conftest import Server, serve
from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Page, async_playwright, expect

pytestmark = pytest.mark.asyncio

Start = Callable[..., Awaitable[Server]]

# Each run has its own profile, and the browser calls nobody.
SWITCHES = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest_asyncio.fixture
async def browser() -> AsyncIterator[Browser]:
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if path is None:
        pytest.fail("The widget is tested in a real browser: apt-get install -y chromium")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=SWITCHES)
        yield browser
        await browser.close()


@asynccontextmanager
async def window(browser: Browser, width: int = 1200, height: int = 800) -> AsyncIterator[BrowserContext]:
    """A fresh visitor's browser, whose pages must run without an error or a breach of the policy."""
    context = await browser.new_context(viewport={"width": width, "height": height}, reduced_motion="reduce")
    context.set_default_timeout(8000)
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


@pytest_asyncio.fixture
async def context(browser: Browser) -> AsyncIterator[BrowserContext]:
    async with window(browser) as context:
        yield context


async def open_chat(context: BrowserContext, url: str) -> Page:
    page = await context.new_page()
    await page.goto(url)
    await page.get_by_role("main").get_by_role("button", name="Ask about coverage").click()
    await expect(page.get_by_role("log")).to_contain_text("Ask me in your own words.")
    return page


async def ask(page: Page, text: str) -> None:
    await page.get_by_label("Your question").fill(text)
    await page.get_by_label("Your question").press("Enter")


async def test_question_gets_verdict_source_and_more_and_survives_a_reload(
    server: Server, context: BrowserContext
) -> None:
    page = await open_chat(context, server.url)
    await ask(page, "Does GL cover bad advice?")
    log = page.get_by_role("log")
    answer = log.locator(".bot").last
    await expect(answer.locator(".verdict")).to_have_text("No")
    await expect(answer.locator(".sources")).to_have_text("Source: Liability basics (III, 2024)")
    await expect(answer.locator(".bubble > p")).to_have_count(4)  # verdict, two paragraphs, source
    more = answer.get_by_text("Advice belongs to professional liability.")
    await expect(more).to_be_hidden()
    await answer.get_by_text("More about this").click()
    await expect(more).to_be_visible()
    await answer.get_by_text("More about this").click()

    await answer.get_by_role("button", name="And what does?").click()
    await expect(log).to_contain_text("echo: And what does?")
    chosen = log.get_by_role("button", name="And what does?")
    await expect(chosen).to_be_disabled()
    await expect(chosen).to_have_attribute("aria-pressed", "true")
    await expect(page.get_by_label("Your question")).to_be_focused()

    said = await log.inner_text()
    await page.reload()
    await expect(page.get_by_role("log")).to_have_text(said, use_inner_text=True)
    assert [message.text for message in server.agent.got] == ["Does GL cover bad advice?", "And what does?"]


async def test_markup_and_unsafe_links_show_as_text(server: Server, context: BrowserContext) -> None:
    page = await open_chat(context, server.url)
    attack = '<img src=x onerror="alert(1)"> [a](javascript:alert(2)) [b](data:text/html,x) **bold**'
    await ask(page, attack)
    answer = page.locator(".bot").last
    await expect(answer).to_contain_text('<img src=x onerror="alert(1)"> [a](javascript:alert(2))')
    await expect(page.locator(".visitor").last).to_contain_text(attack)
    await expect(page.locator(".message img, .message a")).to_have_count(0)
    await expect(answer.locator("strong")).to_have_text("bold")


COMPARED = {
    "from": "bot",
    "text": "They differ.\n\nWhat it pays for:\n- General liability: Injuries.\n- Cyber: Attacks.\n- D&O: Suits.",
    "answer": {
        "body": "They differ.",
        "table": {
            "columns": ["General liability", "Cyber", "D&O"],
            "rows": [
                {"label": "What it pays for", "cells": ["Injuries.", "<b>Attacks.</b>", "Suits against managers."]},
                {"label": "What triggers it", "cells": ["The day of injury.", "The claim.", "The claim, reported."]},
            ],
        },
        "sources": [],
    },
}


async def compare(server: Server, page: Page) -> None:
    """Let the guide send a table."""
    await ask(page, "hello")
    await expect(page.get_by_role("log")).to_contain_text("echo: hello")
    server.channel.rooms.say(server.agent.got[0].sender_id.removeprefix("web:"), COMPARED)


async def test_comparison_is_a_table_with_names_for_its_columns_and_rows(
    server: Server, context: BrowserContext
) -> None:
    page = await open_chat(context, server.url)
    await compare(server, page)
    table = page.get_by_role("group", name="Side by side").get_by_role("table", name="General liability, Cyber, D&O")
    await expect(table.get_by_role("columnheader")).to_have_text(["General liability", "Cyber", "D&O"])
    await expect(table.locator("th[scope=rowgroup][colspan='3']")).to_have_text(
        ["What it pays for", "What triggers it"]
    )
    await expect(table.locator("td")).to_have_text(
        [
            "Injuries.",
            "<b>Attacks.</b>",
            "Suits against managers.",
            "The day of injury.",
            "The claim.",
            "The claim, reported.",
        ]
    )
    bubble = page.locator(".bot").last.locator(".bubble")
    await expect(bubble.locator("> p")).to_have_text(["They differ."])  # the table is not said again as text
    await expect(bubble.get_by_text("Injuries.")).to_have_count(1)


async def test_table_is_named_aloud_and_kept_whole_in_the_saved_conversation(
    server: Server, context: BrowserContext
) -> None:
    page = await open_chat(context, server.url)
    await compare(server, page)
    await expect(page.locator("[aria-live=polite]")).to_contain_text(
        "Guide: They differ. Side by side: General liability, Cyber, D&O."
    )
    async with page.expect_download() as saved:
        await page.get_by_role("button", name="Save the conversation as text").click()
    text = (await (await saved.value).path()).read_text(encoding="utf-8")
    assert "  What triggers it\n  - General liability: The day of injury.\n  - Cyber: The claim.\n" in text


async def test_wide_table_scrolls_within_its_bubble_by_keys_too(server: Server, browser: Browser) -> None:
    async with window(browser, 360, 640) as context:
        page = await open_chat(context, server.url)
        await compare(server, page)
        table = page.locator(".table")
        width, whole = await table.evaluate("box => [box.clientWidth, box.scrollWidth]")
        assert width < whole
        log = await page.get_by_role("log").evaluate("box => [box.clientWidth, box.scrollWidth]")
        assert log[0] == log[1]
        await table.focus()
        await page.keyboard.press("ArrowRight")
        await expect(table).not_to_have_js_property("scrollLeft", 0)


async def test_safe_links_open_apart_from_the_page(server: Server, context: BrowserContext) -> None:
    page = await open_chat(context, server.url)
    await ask(page, "see https://content.naic.org/cipr. Bye")
    link = page.locator(".bot a")
    await expect(link).to_have_attribute("href", "https://content.naic.org/cipr")
    await expect(link).to_have_attribute("rel", "noopener noreferrer")
    await expect(link).to_have_attribute("target", "_blank")


async def test_keyboard_alone_opens_asks_and_closes(server: Server, context: BrowserContext) -> None:
    page = await context.new_page()
    await page.goto(server.url)
    launcher = page.locator("insurance-guide-chat .launcher")
    await expect(launcher).to_have_attribute("aria-expanded", "false")
    await launcher.press("Enter")
    await expect(launcher).to_have_attribute("aria-expanded", "true")
    await expect(page.get_by_role("dialog", name="Insurance guide")).to_be_visible()
    await page.keyboard.type("one")
    await page.keyboard.press("Shift+Enter")
    await page.keyboard.type("two")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("log")).to_contain_text("echo: one")
    assert server.agent.got[0].text == "one\ntwo"
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("dialog")).to_be_hidden()
    await expect(launcher).to_be_focused()


async def test_new_message_is_spoken_once_and_the_log_is_not_live(server: Server, context: BrowserContext) -> None:
    page = await open_chat(context, server.url)
    await expect(page.get_by_role("log")).to_have_attribute("aria-live", "off")
    live = page.locator("[aria-live=polite]")
    await ask(page, "bad advice")
    await expect(live).to_contain_text("Guide: No. General liability does not.")
    await expect(live).to_be_empty()


async def test_second_tab_shares_the_conversation_and_one_stream(server: Server, context: BrowserContext) -> None:
    first = await open_chat(context, server.url)
    second = await open_chat(context, server.url)
    await ask(second, "hello")
    for page in (first, second):
        await expect(page.get_by_role("log")).to_contain_text("echo: hello")
    sender = server.agent.got[0].sender_id
    assert server.channel.rooms.tabs(sender.removeprefix("web:")) == 1
    await first.close()
    await ask(second, "still there?")
    await expect(second.get_by_role("log")).to_contain_text("echo: still there?")


async def test_closed_chat_counts_what_was_not_read(server: Server, context: BrowserContext) -> None:
    page = await open_chat(context, server.url)
    await ask(page, "hello")
    await expect(page.get_by_role("log")).to_contain_text("echo: hello")
    await page.keyboard.press("Escape")
    session = server.agent.got[0].sender_id.removeprefix("web:")
    server.channel.rooms.say(session, {"from": "agent", "name": "Dana", "text": "I can help."})
    await expect(page.locator(".badge")).to_contain_text("1")
    await page.locator(".launcher").click()
    await expect(page.locator(".agent")).to_contain_text("Dana: I can help.")
    await expect(page.locator(".badge")).to_have_count(0)


async def test_message_written_offline_is_sent_once_when_back(server: Server, context: BrowserContext) -> None:
    page = await open_chat(context, server.url)
    await context.set_offline(True)
    await ask(page, "hello")
    await expect(page.locator(".pending")).to_contain_text("Sending…")
    await expect(page.locator(".state")).to_contain_text("You are offline")
    await context.set_offline(False)
    await expect(page.get_by_role("log")).to_contain_text("echo: hello")
    await expect(page.locator(".visitor")).to_have_count(1)
    await expect(page.locator(".pending")).to_have_count(0)
    await expect(page.locator(".state")).to_be_hidden()


async def test_server_restart_goes_by_without_a_loss(tmp_path: Path, context: BrowserContext) -> None:
    async with serve(tmp_path) as server:
        port = int(server.url.rpartition(":")[2])
        page = await open_chat(context, server.url)
    await ask(page, "hello")
    await expect(page.locator(".state")).to_contain_text("Connection lost")
    async with serve(tmp_path, port=port):
        await expect(page.get_by_role("log")).to_contain_text("echo: hello")
        await expect(page.locator(".visitor")).to_have_count(1)
        await expect(page.locator(".state")).to_be_hidden()


async def test_lost_session_begins_anew_and_keeps_the_question(start: Start, context: BrowserContext) -> None:
    server = await start()
    page = await open_chat(context, server.url)
    server.channel._sessions = type(server.channel._sessions)("a new secret")
    await ask(page, "hello")
    await expect(page.get_by_role("log")).to_contain_text("echo: hello")


async def test_refused_text_returns_to_the_composer_with_the_reason(server: Server, context: BrowserContext) -> None:
    page = await open_chat(context, server.url)
    await ask(page, "\u2060\u2060")  # nothing to see, and nothing the server can read
    await expect(page.get_by_role("alert")).to_contain_text("There is nothing in this message.")
    await expect(page.get_by_label("Your question")).to_have_value("\u2060\u2060")
    await page.get_by_label("Your question").fill("x" * 4010)
    await expect(page.get_by_role("alert")).to_have_text("10 characters too long")
    await expect(page.get_by_label("Send")).to_be_disabled()


@pytest.mark.parametrize("width", [320, 390])
async def test_phone_shows_the_chat_over_the_whole_screen(server: Server, browser: Browser, width: int) -> None:
    async with window(browser, width, 568) as context:
        page = await open_chat(context, server.url)
        await ask(page, "bad advice " + "x" * 200)
        await expect(page.locator(".verdict")).to_be_visible()
        box = await page.get_by_role("dialog").bounding_box()
        assert box == {"x": 0, "y": 0, "width": width, "height": 568}
        assert await page.evaluate("document.documentElement.scrollWidth") == width
        for target in await page.get_by_role("dialog").get_by_role("button").all():
            size = await target.bounding_box()
            assert size and size["width"] >= 44 and size["height"] >= 44


async def test_page_without_scripts_says_how_to_reach_the_agency(server: Server, browser: Browser) -> None:
    context = await browser.new_context(java_script_enabled=False)
    page = await context.new_page()
    await page.goto(server.url)
    await expect(page.locator("insurance-guide-chat").get_by_role("link")).to_have_attribute("href", "tel:+12025550142")
    await context.close()


async def test_allowed_site_embeds_the_chat_with_one_script(
    tmp_path: Path, unused_tcp_port: int, context: BrowserContext
) -> None:
    site = f"http://localhost:{unused_tcp_port}"
    async with serve(tmp_path, allowed_origins=[site]) as server:
        html = (
            f'<!doctype html><script type="module" src="{server.url}/widget.js"></script>'
            "<main><button data-guide-ask='bad advice'>Ask about coverage</button></main>"
            "<insurance-guide-chat heading='Ours'></insurance-guide-chat>"
        )

        async def page_of_the_agency(_: web.Request) -> web.Response:
            return web.Response(text=html, content_type="text/html")

        app = web.Application()
        app.router.add_get("/", page_of_the_agency)
        runner = web.AppRunner(app)
        await runner.setup()
        await web.TCPSite(runner, "localhost", unused_tcp_port).start()
        try:
            page = await open_chat(context, site)
            await expect(page.get_by_role("dialog", name="Ours")).to_be_visible()
            await expect(page.locator(".verdict")).to_have_text("No")
        finally:
            await page.close()
            await runner.cleanup()
