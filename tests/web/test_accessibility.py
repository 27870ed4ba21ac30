"""The widget for visitors who see, hear or move otherwise: axe-core's rules in every state, and the keyboard alone."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import BrowserContext, Locator, Page, expect
from serving import Server
from test_widget import COMPARED, RATABLE
from visiting import ask, choose, open_chat

RULES = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]},
    "resultTypes": ["violations"],
}

ANSWER = {
    "from": "bot",
    "text": "It depends.",
    "answer": {
        "status": "answered",
        "verdict": "depends",
        "body": "It depends on **where** you work:\n\n- at home\n- in an office\n\nSee https://content.naic.org/consumer.",
        "table": COMPARED["answer"]["table"],
        "signature": {"by": "Dana Reyes", "licence": "CA 0X12345", "signed_on": "2026-11-22"},
        "sources": [
            {"title": "Liability basics", "publisher": "III", "year": 2024, "url": "https://www.iii.org/"},
            {"title": "Consumer guide", "publisher": "NAIC", "year": 2025},
        ],
        "more": [{"title": "Why", "text": "Policies differ.\n\n1. one\n2. two"}],
    },
    "buttons": [{"title": "At home"}, {"title": "Open the form", "url": "https://agency.example/form"}],
}
FORM_QUESTION = {
    "from": "bot",
    "text": "How many people work for you? (2 of 8)",
    "answer": {"body": "How many people work for you?", "progress": [2, 8]},
    "buttons": [{"title": "Just me"}, {"title": "2 to 10"}],
}


def session(server: Server) -> str:
    """The session of the only visitor, who has said something."""
    return server.agent.got[0].session


async def said(server: Server, page: Page, *messages: dict[str, object]) -> Locator:
    """Let these messages arrive in an open chat; the last one as it is shown."""
    await ask(page, "hello")
    await expect(page.get_by_role("log")).to_contain_text("echo: hello")
    shown = await page.locator(".message").count()
    for message in messages:
        await server.edge.rooms.say(session(server), dict(message))
    await expect(page.locator(".message")).to_have_count(shown + len(messages))
    return page.locator(".message").last


async def closed(server: Server, page: Page) -> None:
    await page.goto(server.url)
    await expect(page.locator(".launcher")).to_be_visible()


async def closed_with_unread(server: Server, page: Page) -> None:
    await opened(server, page)
    await said(server, page)
    await page.keyboard.press("Escape")
    await server.edge.rooms.say(session(server), {"from": "agent", "name": "Dana", "text": "I can help."})
    await expect(page.locator(".badge")).to_be_visible()


async def opened(server: Server, page: Page) -> None:
    await page.goto(server.url)
    await page.locator(".launcher").click()
    await expect(page.get_by_role("log")).to_contain_text("Ask me in your own words.")


async def answered(server: Server, page: Page) -> None:
    await opened(server, page)
    answer = await said(server, page, ANSWER)
    await answer.get_by_text("More about this").click()
    await expect(answer.get_by_text("Policies differ.")).to_be_visible()
    await answer.get_by_text("Sources: Liability basics and 1 more").click()
    await expect(answer.get_by_role("link", name="Liability basics")).to_be_visible()


async def every_verdict(server: Server, page: Page) -> None:
    await opened(server, page)
    verdicts = ("yes", "no", "depends", "unknown")
    await said(server, page, *({"from": "bot", "text": v, "answer": {"verdict": v, "body": v}} for v in verdicts))


async def button_chosen(server: Server, page: Page) -> None:
    await opened(server, page)
    answer = await said(server, page, ANSWER)
    await answer.get_by_role("button", name="At home").click()
    await expect(page.get_by_role("log")).to_contain_text("echo: At home")


async def person_joined(server: Server, page: Page) -> None:
    await opened(server, page)
    await said(
        server,
        page,
        {"from": "system", "text": "Dana has joined."},
        {"from": "agent", "name": "Dana", "text": "I can help."},
    )


async def form_on_its_way(server: Server, page: Page) -> None:
    await opened(server, page)
    await said(server, page, FORM_QUESTION)


async def rated_down(server: Server, page: Page) -> None:
    await opened(server, page)
    answer = await said(server, page, RATABLE)
    await answer.get_by_role("button", name="Not helpful").click()
    await expect(answer.get_by_label("What was missing?")).to_be_visible()


async def menu_open(server: Server, page: Page) -> None:
    await answered(server, page)
    await page.get_by_role("button", name="Save, print and more").click()
    await expect(page.get_by_role("button", name="Start a new conversation")).to_be_visible()


async def asked_whether_to_start_anew(server: Server, page: Page) -> None:
    await answered(server, page)
    await choose(page, "Start a new conversation")
    await expect(page.get_by_role("button", name="Start anew")).to_be_visible()


async def nothing_came_of_it(server: Server, page: Page) -> None:
    await opened(server, page)
    await ask(page, "crash")
    await expect(page.get_by_role("log")).to_contain_text("Something went wrong on our side")


async def refused(server: Server, page: Page) -> None:
    await opened(server, page)
    await page.get_by_label("Your question").fill("x" * 4010)
    await expect(page.get_by_role("alert")).to_be_visible()


async def being_written(server: Server, page: Page) -> None:
    await opened(server, page)
    await said(server, page)
    server.edge.rooms.writing(session(server)).__enter__()  # it lasts until the server stops
    await expect(page.get_by_role("img", name="The guide is writing")).to_be_visible()


async def offline(server: Server, page: Page) -> None:
    await opened(server, page)
    await page.context.set_offline(True)
    await ask(page, "hello")
    await expect(page.locator(".state")).to_contain_text("You are offline")
    await expect(page.locator(".pending")).to_be_visible()


STATES = [
    closed,
    closed_with_unread,
    opened,
    answered,
    every_verdict,
    button_chosen,
    person_joined,
    form_on_its_way,
    rated_down,
    menu_open,
    asked_whether_to_start_anew,
    nothing_came_of_it,
    refused,
    being_written,
    offline,
]


@pytest.mark.parametrize("state", STATES)
async def test_no_rule_of_axe_is_broken_by_day_by_night_and_on_a_phone(
    server: Server, context: BrowserContext, state: Callable[[Server, Page], Awaitable[None]]
) -> None:
    page = await context.new_page()
    await state(server, page)
    found = []
    for look, scheme, width in (("day", "light", 1200), ("night", "dark", 1200), ("phone", "light", 360)):
        await page.emulate_media(color_scheme=scheme)
        await page.set_viewport_size({"width": width, "height": 740})
        results = await Axe().run(page, options=RULES)
        for rule in results.response["violations"]:
            found += [f"{look}: {rule['id']} at {node['target']}" for node in rule["nodes"]]
    await context.set_offline(False)
    assert not found, "\n".join(found)


async def focused(element: Locator) -> bool:
    return await element.evaluate("element => element.getRootNode().activeElement === element")


async def tab_to(page: Page, element: Locator, key: str = "Tab") -> None:
    """Press the key until the element has the focus, as far as a page of this size can need."""
    for _ in range(60):
        if await focused(element):
            return
        await page.keyboard.press(key)
    pytest.fail(f"{key} does not lead to {element}")


@pytest.mark.parametrize("width", [1200, 360])
async def test_keyboard_alone_leads_through_a_whole_conversation(
    server: Server, context: BrowserContext, width: int
) -> None:
    page = await context.new_page()
    await page.set_viewport_size({"width": width, "height": 740})
    await page.goto(server.url)
    await tab_to(page, page.locator(".launcher"))
    await page.keyboard.press("Space")
    await expect(page.get_by_role("log")).to_contain_text("Ask me in your own words.")
    await page.keyboard.type("bad advice?")
    await page.keyboard.press("Enter")
    answer = page.locator(".bot").last
    await expect(answer.locator(".verdict")).to_be_visible()

    await tab_to(page, answer.get_by_text("More about this"), "Shift+Tab")
    await page.keyboard.press("Enter")
    await expect(answer.get_by_text("professional liability")).to_be_visible()
    await tab_to(page, answer.get_by_role("button", name="And what does?"))
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("log")).to_contain_text("echo: And what does?")
    await expect(page.get_by_label("Your question")).to_be_focused()

    await page.keyboard.press("Escape")
    await expect(page.get_by_role("dialog")).to_be_hidden()
    await expect(page.locator(".launcher")).to_be_focused()


async def test_escape_returns_the_focus_to_what_opened_the_chat(server: Server, context: BrowserContext) -> None:
    page = await open_chat(context, server.url)
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("main").get_by_role("button", name="Ask about coverage")).to_be_focused()


async def test_keyboard_alone_sends_the_text_again_that_was_refused(server: Server, context: BrowserContext) -> None:
    page = await open_chat(context, server.url)
    await page.keyboard.type("\u2060")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("alert")).to_be_visible()
    await expect(page.get_by_label("Your question")).to_be_focused()
    await expect(page.get_by_label("Your question")).to_have_attribute("aria-invalid", "true")
    await page.keyboard.type("hello")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("log")).to_contain_text("echo: hello")
    await expect(page.get_by_role("alert")).to_be_hidden()


PLACES = {
    "composer": lambda page: page.get_by_label("Your question"),
    "conversation": lambda page: page.get_by_role("log"),
    "more": lambda page: page.get_by_text("More about this").nth(1),
    "link": lambda page: page.locator(".bot a").first,
    "button": lambda page: page.get_by_role("log").locator(".replies").last.get_by_role("button").first,
    "page": lambda page: page.get_by_role("main").get_by_role("button").first,
}


@pytest.mark.parametrize("place", PLACES)
async def test_arriving_message_leaves_the_focus_where_it_is(
    server: Server, context: BrowserContext, place: str
) -> None:
    page = await open_chat(context, server.url)
    await said(server, page, ANSWER)
    element = PLACES[place](page)
    await element.focus()
    await server.edge.rooms.say(session(server), {"from": "agent", "name": "Dana", "text": "I can help."})
    await expect(page.locator(".agent")).to_contain_text("I can help.")
    assert await focused(element), f"the focus left the {place}"


async def test_message_that_arrives_while_the_chat_is_closed_opens_nothing(
    server: Server, context: BrowserContext
) -> None:
    page = await open_chat(context, server.url)
    await said(server, page)
    await page.keyboard.press("Escape")
    element = PLACES["page"](page)
    await element.focus()
    await server.edge.rooms.say(session(server), {"from": "agent", "name": "Dana", "text": "I can help."})
    await expect(page.locator(".badge")).to_be_visible()
    await expect(page.get_by_role("dialog")).to_be_hidden()
    assert await focused(element)


async def test_several_messages_at_once_are_all_spoken(server: Server, context: BrowserContext) -> None:
    page = await open_chat(context, server.url)
    await said(server, page)
    live = page.locator("[aria-live=polite]")
    await expect(live).to_be_empty()
    for text in ("first", "second"):
        await server.edge.rooms.say(session(server), {"from": "bot", "text": text})
    await expect(live.locator("p")).to_have_text(["Guide: first", "Guide: second"])


async def test_page_at_twice_the_size_keeps_the_composer_in_view(server: Server, context: BrowserContext) -> None:
    """A window of 640 x 400 is one of 1280 x 800 at 200 %."""
    page = await open_chat(context, server.url)
    await said(server, page, ANSWER)
    await page.set_viewport_size({"width": 640, "height": 400})
    await expect(page.get_by_label("Your question")).to_be_in_viewport(ratio=1)
    assert await page.get_by_role("dialog").evaluate("box => box.scrollWidth <= box.clientWidth")


async def test_widget_moves_nothing_for_those_who_asked_for_that(server: Server, context: BrowserContext) -> None:
    """The browser of these tests asks for reduced motion."""
    page = await open_chat(context, server.url)
    await said(server, page, ANSWER)
    await page.get_by_text("More about this").nth(1).click()
    await asyncio.sleep(0)
    assert await page.evaluate("document.getAnimations({subtree: true}).length") == 0
