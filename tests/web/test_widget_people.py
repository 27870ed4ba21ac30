"""The visitor's window while a person has the conversation."""

from __future__ import annotations

import os
import time
from typing import Literal

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Page, expect
from serving import Server
from sqlalchemy import update
from test_accessibility import RULES
from test_people import DANA, desk, hire
from visiting import ask, open_chat, window

from bot.handoff.watch import watch
from bot.records.tables import ticket


async def in_queue(page: Page, server: Server) -> str:
    """The reference of the request that the visitor of the page makes."""
    await ask(page, "a person please")
    await expect(page.locator(".people")).to_contain_text("You are next in the queue.")
    return str((await desk(server).queue(DANA))[0].reference)


async def test_from_the_queue_to_a_named_person_and_back_to_the_guide(server: Server, browser: Browser) -> None:
    hire(server)
    async with window(browser) as context:
        page = await open_chat(context, server.url)
        strip, log = page.locator(".people"), page.get_by_role("log")
        await expect(strip).to_be_hidden()
        reference = await in_queue(page, server)
        await expect(strip).to_contain_text("I cannot say how long it takes. If nobody has joined after 8 minutes")
        await expect(page.get_by_role("button", name="Talk to an agent")).to_be_hidden()
        await desk(server).claim(DANA, reference)
        await expect(strip).to_contain_text("Dana Reyes, license CA 0X12345 has your conversation.")
        await expect(log).to_contain_text("Dana Reyes, license CA 0X12345 joined.")
        await desk(server).say(DANA, reference, "Good morning, what happened?", "1")
        said = page.locator(".message.agent")
        await expect(said.locator(".sender")).to_have_text("Dana Reyes, license CA 0X12345: ")
        await expect(said.locator(".bubble")).to_have_text("Good morning, what happened?")
        await expect(strip).to_contain_text("You are talking with Dana Reyes, license CA 0X12345.")
        await expect(page.get_by_placeholder("Write to Dana Reyes")).to_be_visible()
        await ask(page, "A pipe burst")
        await expect(log.locator(".visitor")).to_have_count(2)
        assert [turn.text for turn in server.agent.got] == ["a person please"]
        await strip.get_by_role("button", name="Back to the guide").click()
        await expect(log).to_contain_text("the guide is back")
        await expect(page.get_by_placeholder("Type your question")).to_be_visible()
        await expect(page.get_by_role("button", name="Talk to an agent")).to_be_visible()
        await ask(page, "hello")
        await expect(log).to_contain_text("echo: hello")


async def test_a_conversation_with_a_person_is_rated_once(server: Server, browser: Browser) -> None:
    hire(server)
    async with window(browser) as context:
        page = await open_chat(context, server.url)
        reference = await in_queue(page, server)
        await desk(server).claim(DANA, reference)
        await desk(server).say(DANA, reference, "Done.", "1")
        await desk(server).resolve(DANA, reference, "answered")
        strip = page.locator(".people")
        await expect(strip).to_contain_text("How well were you helped?")
        await strip.get_by_role("button", name="Very well").click()
        await expect(page.locator(".told")).to_have_text("Thank you for telling us.")
        await expect(strip).to_be_hidden()
        await page.reload()
        await expect(page.get_by_role("log")).to_contain_text("the guide is back")
        await expect(strip).to_be_hidden()
        assert (await desk(server).ticket(DANA, reference)).rating == 5


async def test_after_a_reload_the_visitor_is_where_they_were(server: Server, browser: Browser) -> None:
    hire(server)
    async with window(browser) as context:
        page = await open_chat(context, server.url)
        reference = await in_queue(page, server)
        await desk(server).claim(DANA, reference)
        await page.reload()
        await expect(page.locator(".people")).to_contain_text("Dana Reyes, license CA 0X12345 has your conversation.")
        await desk(server).say(DANA, reference, "Are you still there?", "1")
        await expect(page.locator(".message.agent .bubble")).to_have_text("Are you still there?")


async def test_the_place_in_the_queue_moves_up(server: Server, browser: Browser) -> None:
    hire(server)
    async with window(browser) as context, window(browser) as other:
        first, second = await open_chat(context, server.url), await open_chat(other, server.url)
        reference = await in_queue(first, server)
        await ask(second, "a person please")
        await expect(second.locator(".people")).to_contain_text("You are number 2 in the queue.")
        await desk(server).claim(DANA, reference)
        await expect(second.locator(".people")).to_contain_text("You are next in the queue.")


async def test_the_agent_is_seen_writing_and_the_visitor_too(server: Server, browser: Browser) -> None:
    hire(server)
    async with window(browser) as context:
        page = await open_chat(context, server.url)
        reference = await in_queue(page, server)
        await desk(server).claim(DANA, reference)
        await expect(page.locator(".people")).to_contain_text("has your conversation")
        await desk(server).typing(DANA, reference, True)
        await expect(page.get_by_role("img", name="Dana Reyes is writing")).to_be_visible()
        await desk(server).say(DANA, reference, "Here.", "1")
        await expect(page.get_by_role("img", name="Dana Reyes is writing")).to_be_hidden()
        with desk(server).feed.follow() as changes:
            await page.get_by_label("Your question").press_sequentially("Well")
            while not desk(server).visitor_types(reference):
                assert await changes.next(60)
        shown = int(await page.locator(".message.agent").last.get_attribute("data-seq") or 0)
        found = await desk(server).ticket(DANA, reference)
        with desk(server).feed.follow() as changes:
            while found.visitor_read < shown:  # what stands in the open window is read
                await changes.next(1)  # it may have been told before this followed
                found = await desk(server).ticket(DANA, reference)


async def test_nobody_came_and_the_guide_says_so(server: Server, browser: Browser) -> None:
    hire(server)
    async with window(browser) as context:
        page = await open_chat(context, server.url)
        reference = await in_queue(page, server)
        late = update(ticket).where(ticket.c.reference == reference).values(waiting_since=time.time() - 600)
        server.edge.stores.records.run_now(lambda db: db.execute(late))
        await watch(desk(server))
        await expect(page.get_by_role("log")).to_contain_text("the guide is back")
        await expect(page.locator(".people")).to_be_hidden()


async def test_markup_in_names_and_words_of_an_agent_stays_text(server: Server, browser: Browser) -> None:
    evil = DANA.__class__("eve", "<img src=x onerror=alert(1)>", "<b>1</b>")
    hire(server, evil)
    async with window(browser) as context:  # fails where a dialog opens
        page = await open_chat(context, server.url)
        reference = await in_queue(page, server)
        await desk(server).claim(evil, reference)
        await desk(server).say(evil, reference, "<script>alert(2)</script> [x](javascript:alert(3))", "1")
        await expect(page.locator(".message.agent .bubble")).to_contain_text("<script>alert(2)</script>")
        await expect(page.locator(".message.agent .sender")).to_contain_text("<img src=x onerror=alert(1)>")
        assert await page.locator(".message.agent a, .message.agent img, .message.agent script").count() == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 1200])
async def test_the_window_with_people_has_no_accessibility_findings(
    server: Server, browser: Browser, scheme: Literal["light", "dark"], width: int
) -> None:
    hire(server)
    async with window(browser, width) as context:
        page = await open_chat(context, server.url)
        await page.emulate_media(color_scheme=scheme)

        async def checked(state: str) -> None:
            if folder := os.environ.get("GUIDE_SCREENSHOTS"):
                await page.screenshot(path=f"{folder}/people-{state}-{scheme}-{width}.png")
            results = await Axe().run(page, options=RULES)
            assert results.violations_count == 0, results.generate_report()

        reference = await in_queue(page, server)
        await checked("waiting")
        await desk(server).claim(DANA, reference)
        await desk(server).say(DANA, reference, "Good morning, what happened?", "1")
        await expect(page.locator(".people")).to_contain_text("You are talking with")
        await checked("talking")
        await desk(server).resolve(DANA, reference, "answered")
        await expect(page.locator(".people")).to_contain_text("How well were you helped?")
        await checked("over")
