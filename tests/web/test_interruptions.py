"""The chat through everything that comes between a visitor and an answer: nothing is lost, nothing comes twice."""

from __future__ import annotations

import asyncio
import multiprocessing
import random
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

from aiohttp import web
from playwright.async_api import BrowserContext, Page, expect
from serving import Server, serve
from sqlalchemy import delete
from visiting import ask, choose, open_chat

from bench.website import Line
from bot.edge.turns import Message, Turn
from bot.records.tables import message

REPLY_DEADLINE = 120_000  # ms; what a chat may take to come back after a cut, its pauses included


def port_of(server: Server) -> int:
    return int(server.url.rpartition(":")[2])


async def texts(page: Page, kind: str) -> list[str]:
    """What the visitor sees of one kind of message, in order."""
    return await page.locator(f".message.{kind} .bubble").all_inner_texts()


async def answered(page: Page, text: str) -> None:
    await expect(page.get_by_role("log")).to_contain_text(f"echo: {text}", timeout=REPLY_DEADLINE)


async def nothing_is_lost_or_doubled(page: Page, *sent: str) -> None:
    """Each message stands there once, in order, and so does its answer; the welcome came first."""
    await expect(page.locator(".pending")).to_have_count(0, timeout=REPLY_DEADLINE)
    await expect(page.locator(".message")).to_have_count(1 + 2 * len(sent), timeout=REPLY_DEADLINE)
    assert await texts(page, "visitor") == list(sent)
    assert (await texts(page, "bot"))[1:] == [f"echo: {text}" for text in sent]


@contextmanager
def held(server: Server) -> Iterator[asyncio.Event]:
    """The guide thinks until the event is set."""
    go_on = asyncio.Event()
    answer = server.agent.handle

    async def think_first(turn: Turn) -> list[Message] | None:
        await go_on.wait()
        return await answer(turn)

    server.agent.handle = think_first  # type: ignore[method-assign]
    try:
        yield go_on
    finally:
        go_on.set()


async def test_first_visit_asks_the_server_for_nothing_but_files(server: Server, context: BrowserContext) -> None:
    asked_for: list[str] = []
    context.on("request", lambda request: asked_for.append(request.url))
    page = await context.new_page()
    await page.goto(server.url)
    await expect(page.locator(".launcher")).to_be_visible()
    await page.wait_for_load_state("networkidle")
    assert [url for url in asked_for if "/chat/" in url] == []


async def test_reload_while_the_guide_thinks_brings_one_question_and_one_answer(
    server: Server, context: BrowserContext
) -> None:
    page = await open_chat(context, server.url)
    with held(server) as go_on:
        await ask(page, "hello")
        await expect(page.get_by_role("img", name="The guide is writing")).to_be_visible()
        await page.reload()
        await expect(page.get_by_role("img", name="The guide is writing")).to_be_visible()
        go_on.set()
        await answered(page, "hello")
    await nothing_is_lost_or_doubled(page, "hello")


async def test_reload_before_the_server_has_it_keeps_the_question(server: Server, context: BrowserContext) -> None:
    page = await open_chat(context, server.url)
    await page.route("**/chat/message", lambda route: route.abort())
    await ask(page, "hello")
    await expect(page.locator(".pending")).to_be_visible()
    await page.unroute("**/chat/message")
    await page.reload()
    await answered(page, "hello")
    await nothing_is_lost_or_doubled(page, "hello")


async def test_slow_guide_answers_all_that_was_asked_meanwhile_in_order(
    server: Server, context: BrowserContext
) -> None:
    page = await open_chat(context, server.url)
    with held(server) as go_on:
        for text in ("one", "two", "three"):
            await ask(page, text)
        await expect(page.locator(".pending")).to_have_count(0)
        await expect(page.get_by_role("img", name="The guide is writing")).to_be_visible()
        go_on.set()
        await answered(page, "three")
    assert await texts(page, "visitor") == ["one", "two", "three"]
    assert (await texts(page, "bot"))[1:] == ["echo: one", "echo: two", "echo: three"]
    await expect(page.get_by_role("img", name="The guide is writing")).to_be_hidden()


async def test_lost_receipt_of_a_message_does_not_double_it(server: Server, context: BrowserContext) -> None:
    """The server has the message, and the browser never hears so."""
    page = await open_chat(context, server.url)
    lost = 0

    async def lose_the_first(route: Any) -> None:
        nonlocal lost
        lost += 1
        if lost == 1:
            await route.fetch()
            await route.abort("connectionreset")
        else:
            await route.continue_()

    await page.route("**/chat/message", lose_the_first)
    await ask(page, "hello")
    await answered(page, "hello")
    await nothing_is_lost_or_doubled(page, "hello")
    assert len(server.agent.got) == 1


# --- the server goes, the network goes


def _serve_until_killed(state: str, port: int) -> None:
    async def run() -> None:
        async with serve(Path(state), port=port):
            await asyncio.Event().wait()

    asyncio.run(run())


@asynccontextmanager
async def server_process(state: Path, port: int) -> AsyncIterator[None]:
    """The same server in a process of its own, which ends without a chance to tidy up."""
    process = multiprocessing.get_context("spawn").Process(target=_serve_until_killed, args=(str(state), port))
    process.start()
    try:
        while True:
            assert process.is_alive()
            try:
                (await asyncio.open_connection("127.0.0.1", port))[1].close()
                break
            except ConnectionRefusedError:
                await asyncio.sleep(0.1)
        yield
    finally:
        process.kill()
        await asyncio.to_thread(process.join)
        assert process.exitcode == -signal.SIGKILL


async def test_killed_server_comes_back_with_all_that_was_said(
    tmp_path: Path, unused_tcp_port: int, context: BrowserContext
) -> None:
    async with server_process(tmp_path, unused_tcp_port):
        page = await open_chat(context, f"http://127.0.0.1:{unused_tcp_port}")
        await ask(page, "before")
        await answered(page, "before")
    await ask(page, "meanwhile")
    await expect(page.locator(".state")).to_contain_text("Connection lost")
    await expect(page.locator(".pending")).to_contain_text("meanwhile")
    async with server_process(tmp_path, unused_tcp_port):
        await answered(page, "meanwhile")
        await nothing_is_lost_or_doubled(page, "before", "meanwhile")
        await expect(page.locator(".state")).to_be_hidden()
        await page.reload()
        await nothing_is_lost_or_doubled(page, "before", "meanwhile")


async def test_cut_network_brings_the_missed_answers_when_it_is_back(server: Server, context: BrowserContext) -> None:
    async with Line(port_of(server)) as line:
        page = await open_chat(context, line.url)
        with held(server) as go_on:
            await ask(page, "hello")
            await expect(page.locator(".visitor:not(.pending)")).to_have_count(1)
            line.close()
            go_on.set()
            await expect(page.locator(".state")).to_contain_text("Connection lost")
        line.open()
        await answered(page, "hello")
        await expect(page.locator(".state")).to_be_hidden()
        await nothing_is_lost_or_doubled(page, "hello")


async def test_offline_browser_reads_on_and_gets_what_it_missed(server: Server, context: BrowserContext) -> None:
    page = await open_chat(context, server.url)
    await page.set_viewport_size({"width": 360, "height": 640})
    await ask(page, "hello")
    await answered(page, "hello")
    await context.set_offline(True)
    await expect(page.locator(".state")).to_contain_text("You are offline")
    await expect(page.get_by_label("Your question")).to_be_in_viewport(ratio=1)
    await expect(page.locator(".state")).to_be_in_viewport(ratio=1)
    session = server.agent.got[0].session
    await server.edge.rooms.say(session, {"from": "agent", "name": "Dana", "text": "I can help."})
    await context.set_offline(False)
    await expect(page.locator(".agent")).to_have_count(1)
    await expect(page.locator(".message")).to_have_count(4)


async def test_reader_keeps_place_focus_and_opened_parts_through_a_cut(server: Server, context: BrowserContext) -> None:
    page = await open_chat(context, server.url)
    await ask(page, "bad advice")
    await page.get_by_text("More about this").nth(1).click()
    session = server.agent.got[0].session
    for number in range(30):
        await server.edge.rooms.say(session, {"from": "bot", "text": f"number {number}"})
    await expect(page.locator(".message")).to_have_count(33)
    await page.get_by_text("More about this").nth(1).focus()
    await page.get_by_role("log").evaluate("log => log.scrollTo({top: 0, behavior: 'instant'})")
    await context.set_offline(True)
    await expect(page.locator(".state")).to_contain_text("You are offline")
    await server.edge.rooms.say(session, {"from": "bot", "text": "meanwhile"})
    await context.set_offline(False)
    await expect(page.locator(".message")).to_have_count(34)
    await expect(page.locator("details", has_text="More about this").nth(1)).to_have_attribute("open", "")
    await expect(page.get_by_text("More about this").nth(1)).to_be_focused()
    assert await page.get_by_role("log").evaluate("log => log.scrollTop") < 50
    await expect(page.get_by_role("button", name="New messages")).to_be_visible()


async def test_conversation_that_the_server_has_lost_in_part_is_shown_as_it_is_there(
    server: Server, context: BrowserContext
) -> None:
    """A state folder put back from a copy has fewer messages than the browser has seen."""
    page = await open_chat(context, server.url)
    for text in ("one", "two"):
        await ask(page, text)
        await answered(page, text)
    later = delete(message).where(message.c.seq > 3)
    await server.edge.stores.records.run(lambda connection: connection.execute(later))
    await context.set_offline(True)
    await expect(page.locator(".state")).to_contain_text("You are offline")
    await context.set_offline(False)
    await nothing_is_lost_or_doubled(page, "one")
    await ask(page, "three")
    await answered(page, "three")
    await nothing_is_lost_or_doubled(page, "one", "three")


async def test_new_conversation_begun_while_a_message_waits_sends_it_no_more(
    server: Server, context: BrowserContext
) -> None:
    page = await open_chat(context, server.url)
    await page.route("**/chat/message", lambda route: route.fulfill(status=503, json={}))
    await ask(page, "hello")
    await expect(page.locator(".pending")).to_be_visible()
    await choose(page, "Start a new conversation")
    await page.get_by_role("button", name="Start anew").click()
    await expect(page.locator(".pending")).to_have_count(0)
    await page.unroute("**/chat/message")
    await ask(page, "other")
    await answered(page, "other")
    await nothing_is_lost_or_doubled(page, "other")


async def test_sixty_messages_through_ten_breaks_are_all_answered_once(server: Server, context: BrowserContext) -> None:
    choice = random.Random(60)
    async with Line(port_of(server)) as line:
        page = await open_chat(context, line.url)
        line.break_at(choice.sample(range(1, 180), 10))
        sent = [f"message {number}" for number in range(60)]
        for text in sent:
            await ask(page, text)
            await asyncio.sleep(choice.random() / 10)
        await expect(page.locator(".message:not(.pending)")).to_have_count(121, timeout=120_000)
        await nothing_is_lost_or_doubled(page, *sent)
        assert line.broken >= 5  # those at late chunks do not come when a break swallows many at once
        assert [message.text for message in server.agent.got] == sent
        line.break_at(())  # a page cannot be loaded through a line that breaks
        await page.reload()
        await nothing_is_lost_or_doubled(page, *sent)


# --- tabs, history, other people's pages


async def test_two_tabs_stay_alike_through_a_cut_and_the_end_of_the_tab_that_listened(
    server: Server, context: BrowserContext
) -> None:
    async with Line(port_of(server)) as line:
        first = await open_chat(context, line.url)
        second = await open_chat(context, line.url)
        await ask(second, "one")
        line.close()
        await expect(first.locator(".state")).to_contain_text("Connection lost")
        await ask(first, "two")
        line.open()
        for page in (first, second):
            await answered(page, "two")
            await nothing_is_lost_or_doubled(page, "one", "two")
        await first.close()
        await ask(second, "three")
        await answered(second, "three")
        await nothing_is_lost_or_doubled(second, "one", "two", "three")


async def test_new_conversation_in_one_tab_is_new_in_the_other_too(server: Server, context: BrowserContext) -> None:
    first = await open_chat(context, server.url)
    second = await open_chat(context, server.url)
    await ask(first, "old")
    await answered(second, "old")
    await choose(first, "Start a new conversation")
    await first.get_by_role("button", name="Start anew").click()
    for page in (first, second):
        await expect(page.locator(".message")).to_have_count(1)
    await ask(second, "new")
    for page in (first, second):
        await answered(page, "new")
        await nothing_is_lost_or_doubled(page, "new")


async def test_history_of_two_hundred_messages_is_there_after_a_reload_and_ends_in_view(
    server: Server, context: BrowserContext
) -> None:
    page = await open_chat(context, server.url)
    await ask(page, "hello")
    await answered(page, "hello")
    session = server.agent.got[0].session
    for number in range(200):
        await server.edge.rooms.say(session, {"from": "bot", "text": f"number {number}"})
    await expect(page.locator(".message")).to_have_count(203)
    await page.reload()
    await expect(page.locator(".message")).to_have_count(203)
    assert (await texts(page, "bot"))[2:] == [f"number {number}" for number in range(200)]
    await expect(page.locator(".message").last).to_be_in_viewport()
    await ask(page, "still there?")
    await answered(page, "still there?")


HOSTILE = """
    * { all: unset !important; display: inline !important; position: static !important; color: red !important;
        font: 40px/3 fantasy !important; text-transform: uppercase !important; letter-spacing: 1em !important;
        visibility: hidden; float: left !important; transform: rotate(3deg) !important; }
    button, section, textarea, .panel, .launcher, #panel, #input { display: none !important; width: 1px !important; }
"""


@asynccontextmanager
async def site(port: int, html: str, **headers: str) -> AsyncIterator[str]:
    """Another site's page at an origin of its own."""

    async def page(_: web.Request) -> web.Response:
        return web.Response(text=html, content_type="text/html", headers=headers)

    app = web.Application()
    app.router.add_get("/", page)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "localhost", port).start()
    try:
        yield f"http://localhost:{port}"
    finally:
        await runner.cleanup()


async def test_site_with_a_strict_policy_embeds_the_chat_without_an_exception_for_styles(
    tmp_path: Path, unused_tcp_port: int, context: BrowserContext
) -> None:
    origin = f"http://localhost:{unused_tcp_port}"
    async with serve(tmp_path, origins=[origin]) as server:
        html = f'<!doctype html><script type="module" src="{server.url}/widget.js"></script><insurance-guide-chat>'
        policy = (
            f"default-src 'none'; script-src {server.url}; connect-src {server.url}; require-trusted-types-for 'script'"
        )
        async with site(unused_tcp_port, html, **{"Content-Security-Policy": policy}) as url:
            page = await context.new_page()
            await page.goto(url)
            await page.locator(".launcher").click()
            await ask(page, "hello")
            await answered(page, "hello")
            assert await page.locator(".panel").evaluate("panel => getComputedStyle(panel).position") == "fixed"
            await page.close()


async def test_styles_of_the_page_do_not_reach_into_the_chat(server: Server, context: BrowserContext) -> None:
    page = await open_chat(context, server.url)
    await ask(page, "bad advice")
    await page.get_by_text("More about this").nth(1).click()  # what is folded away has no settled size
    await expect(page.get_by_text("professional liability")).to_be_visible()
    await expect(page.get_by_role("img", name="The guide is writing")).to_be_hidden()
    looks = """chat => [...chat.shadowRoot.querySelectorAll(".panel, .panel *, .launcher")].map(element => {
        const style = getComputedStyle(element);
        return ["display", "position", "color", "fontSize", "fontFamily", "lineHeight", "textTransform",
            "letterSpacing", "visibility", "width", "height"].map(name => style[name]).join(" ");
    })"""
    chat = page.locator("insurance-guide-chat")
    before = await chat.evaluate(looks)
    await page.evaluate(
        """css => {
            const sheet = new CSSStyleSheet();
            sheet.replaceSync(css);
            document.adoptedStyleSheets = [sheet];
        }""",
        HOSTILE,
    )
    after = await chat.evaluate(looks)
    changed = [f"{was} -> {now}" for was, now in zip(before, after, strict=True) if was != now]
    assert not changed, "\n".join(changed)
