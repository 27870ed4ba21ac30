"""Where the agency asks for it, nothing of a visitor's is kept before they agree to the recording."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest_asyncio
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import BrowserContext, expect
from serving import Server, serve
from test_accessibility import RULES
from visiting import Visitor, ask, choose, code, open_chat

from bot.agency import Agency


@pytest_asyncio.fixture
async def asking(tmp_path: Path) -> AsyncIterator[Server]:
    """The guide of an agency that asks for consent to the recording."""
    async with serve(tmp_path / "state", agency=Agency(recording_consent=True)) as server:
        yield server


async def test_nothing_is_taken_before_the_visitor_agrees(asking: Server, http: aiohttp.ClientSession) -> None:
    visitor = Visitor(asking, http)
    assert (await visitor.join())["agreed"] is False
    assert code(await visitor.send("hello")) == (403, "not_agreed")
    assert code(await visitor.send("hello", id=":agreement")) == (403, "not_agreed")
    bearer = {"Authorization": f"Bearer {visitor.token}"}
    first, again = [await visitor.post("/chat/agreement", {}, **bearer) for _ in range(2)]
    assert (first[0], first[1]) == (again[0], again[1]) == (200, {"seq": 2})
    assert (await visitor.send("hello"))[0] == 202
    session = (await visitor.post("/chat/session", {"token": visitor.token}))[1]
    said = [(message["from"], message["text"]) for message in session["messages"][1:3]]
    assert said == [("system", "You agreed that this chat is recorded."), ("visitor", "hello")]
    assert session["agreed"] is True
    assert session["messages"][1]["at"]


async def test_nobody_is_asked_where_the_agency_does_not_ask(visitor: Visitor) -> None:
    assert (await visitor.join())["agreed"] is None
    assert (await visitor.send("hello"))[0] == 202


async def test_who_agrees_goes_on_with_what_they_wanted_to_ask(asking: Server, context: BrowserContext) -> None:
    page = await open_chat(context, asking.url)
    agree = page.get_by_role("button", name="Agree and chat")
    await expect(page.get_by_role("group", name="This chat is recorded and stored")).to_be_visible()
    await expect(page.get_by_label("Your question")).to_be_hidden()
    await page.get_by_role("log").get_by_role("button", name="What does cyber insurance cost?").click()
    await expect(agree).to_be_focused()
    results = await Axe().run(page, options=RULES)
    assert results.violations_count == 0, results.generate_report()
    assert asking.agent.got == []

    await page.keyboard.press("Enter")
    await expect(page.get_by_role("log")).to_contain_text("You agreed that this chat is recorded.")
    question = page.get_by_label("Your question")
    await expect(question).to_be_focused()
    await expect(question).to_have_value("What does cyber insurance cost?")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("log")).to_contain_text("echo: What does cyber insurance cost?")

    await page.reload()
    await expect(page.get_by_role("log")).to_contain_text("echo: What does cyber insurance cost?")
    await expect(agree).to_be_hidden()
    await ask(page, "and EPLI?")
    await expect(page.get_by_role("log")).to_contain_text("echo: and EPLI?")


async def test_a_new_conversation_asks_anew(asking: Server, context: BrowserContext) -> None:
    page = await open_chat(context, asking.url)
    agree = page.get_by_role("button", name="Agree and chat")
    await agree.click()
    await expect(agree).to_be_hidden()
    await choose(page, "Start a new conversation")
    await page.get_by_role("button", name="Start anew").click()
    await expect(agree).to_be_visible()
