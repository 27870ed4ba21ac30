"""The chat in every time and script: days, clocks that are wrong, and the way a text runs."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.async_api import Browser, BrowserContext, Route, expect
from serving import Server, Start
from test_interruptions import answered, nothing_is_lost_or_doubled
from test_networks import push
from visiting import ask, open_chat


async def test_days_between_messages_are_shown_in_the_visitors_own_time(server: Server, browser: Browser) -> None:
    context = await browser.new_context(timezone_id="America/Los_Angeles")
    page = await open_chat(context, server.url)
    for text in ("one", "two"):
        await ask(page, text)
        await answered(page, text)
    await expect(page.locator(".day")).to_have_count(0)  # all of it is of today
    times = ["2026-03-02T07:58:00Z", "2026-03-02T07:59:00Z", "2026-03-02T08:01:00Z", "2026-03-02T09:00:00Z"]

    async def long_ago(route: Route) -> None:
        reply = await route.fetch()
        session: dict[str, Any] = await reply.json()
        for message, at in zip(session["messages"], times, strict=False):
            message["at"] = at
        await route.fulfill(response=reply, json=session)

    await page.route("**/chat/session", long_ago)
    await page.reload()
    days = page.locator(".day")
    await expect(days).to_have_count(3)
    await expect(days.nth(0)).to_have_text("Sunday, March 1, 2026")  # it was past midnight only elsewhere
    await expect(days.nth(1)).to_have_text("Monday, March 2, 2026")
    await expect(page.locator(".message").nth(1).locator("time")).to_have_text("11:59 PM")
    below = "day => day.nextElementSibling.dataset.seq"
    assert [await days.nth(n).evaluate(below) for n in range(3)] == ["1", "3", "5"]
    await context.close()


@pytest.mark.parametrize("hours", [-40, 40])
async def test_visitor_whose_clock_is_wrong_chats_as_anybody(
    server: Server, context: BrowserContext, hours: int
) -> None:
    page = await context.new_page()
    await page.clock.set_fixed_time(datetime.now(UTC) + timedelta(hours=hours))
    await page.goto(server.url)
    await page.locator(".launcher").click()
    await ask(page, "hello")
    await answered(page, "hello")
    await nothing_is_lost_or_doubled(page, "hello")
    await expect(page.locator(".day")).to_have_count(1)  # the guide's day, which is not the visitor's


async def test_token_from_a_clock_that_was_ahead_keeps_the_conversation(
    start: Start, context: BrowserContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = await start()
    with monkeypatch.context() as ahead:
        ahead.setattr(
            "itsdangerous.timed.TimestampSigner.get_timestamp", lambda _: int(datetime.now().timestamp()) + 90
        )
        page = await open_chat(context, server.url)
    await ask(page, "hello")
    await answered(page, "hello")
    await page.reload()
    await answered(page, "hello")
    await nothing_is_lost_or_doubled(page, "hello")


async def test_each_text_runs_the_way_of_its_own_letters(server: Server, context: BrowserContext) -> None:
    page = await open_chat(context, server.url)
    field = page.get_by_label("Your question")
    direction = "element => getComputedStyle(element).direction"
    await field.fill("ما هو التأمين؟")
    assert await field.evaluate(direction) == "rtl"
    await field.press("Enter")
    await answered(page, "ما هو التأمين؟")
    own = page.locator(".visitor .bubble p")
    assert await own.evaluate(direction) == "rtl"
    await push(server, "שלום\n\n- ביטוח\n- Cyber")
    texts = page.locator(".agent .bubble :is(p, li)")
    await expect(texts).to_have_count(3)
    assert [await texts.nth(n).evaluate(direction) for n in range(3)] == ["rtl", "rtl", "rtl"]
    bubble = await page.locator(".agent .bubble").bounding_box()
    text = await texts.nth(1).bounding_box()
    assert bubble and text and text["x"] + text["width"] < bubble["x"] + bubble["width"] - 30  # room for the bullet
    assert await page.locator(".bot .bubble p").first.evaluate(direction) == "ltr"


SCRIPTS = [
    "什么是网络保险",
    "保険とは何ですか",
    "사이버 보험이란?",
    "बीमा क्या है? क्षति",
    "ประกันภัยไซเบอร์คืออะไร",
    "Bảo hiểm là gì?",
    "Что такое страховка?",
    "ምን ማለት ነው?",
    "👩🏽‍💻🏳️‍🌈 ok?",
    "𠮷野家",
    "café Ünï",
]


async def test_every_script_is_sent_shown_and_kept_as_it_was_typed(server: Server, context: BrowserContext) -> None:
    page = await open_chat(context, server.url)
    for text in SCRIPTS:
        await ask(page, text)
        await answered(page, text)
    await page.reload()
    await nothing_is_lost_or_doubled(page, *SCRIPTS)


async def test_length_is_counted_in_characters_of_any_script(server: Server, context: BrowserContext) -> None:
    page = await open_chat(context, server.url)
    await page.get_by_label("Your question").fill("𠮷" * 4000)
    await expect(page.get_by_role("alert")).to_be_hidden()
    await expect(page.get_by_label("Send")).to_be_enabled()
    await page.get_by_label("Your question").fill("𠮷" * 4001)
    await expect(page.get_by_role("alert")).to_have_text("1 characters too long")
