"""The desk for agents who see, hear or move otherwise: axe-core's rules in every state, and the keyboard."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
import pytest_asyncio
from axe_playwright_python.async_playwright import Axe
from desking import AtDesk, ask_for_agent, sit_down
from playwright.async_api import Browser, BrowserContext, Page, expect
from serving import Server
from visiting import window

from bot.records import transcript
from bot.records.feedback import Feedback, Opinion

# Resolves once the page has heard of it: its own listener stands before this one.
SCROLLED_UP = """log => new Promise((seen) => {
    log.addEventListener("scroll", () => seen(), { once: true });
    log.scrollTop = 0;
})"""

RULES = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]},
    "resultTypes": ["violations"],
}
ANSWER = {
    "from": "bot",
    "text": "No.",
    "answer": {
        "status": "answered",
        "verdict": "no",
        "body": "General liability does not.\n\n- It pays for injury.",
        "sources": [{"title": "Liability basics", "publisher": "III", "year": 2024}],
        "more": ["Advice belongs elsewhere."],
    },
}

State = Callable[[Server, Page, str], Awaitable[None]]


@pytest_asyncio.fixture
async def context(browser: Browser) -> AsyncIterator[BrowserContext]:
    async with window(browser, 1360, 840) as context:
        yield context


async def listed(server: Server, page: Page, reference: str) -> None:
    await page.locator(".row").first.wait_for()


async def nothing(server: Server, page: Page, reference: str) -> None:
    await page.get_by_role("tab", name="Snoozed").click()
    await expect(page.locator(".list .empty")).to_be_visible()


async def unclaimed(server: Server, page: Page, reference: str) -> None:
    await page.goto(f"{server.url}/desk#/{reference}")
    await page.get_by_role("button", name="Claim").wait_for()


async def claimed(server: Server, page: Page, reference: str) -> None:
    await unclaimed(server, page, reference)
    await page.get_by_role("button", name="Claim").click()
    await expect(page.locator("#reply")).to_be_focused()
    await page.locator("#reply").fill("Hello, this is {agent}.")
    await page.locator("#reply").press("Enter")
    await expect(page.locator(".message.agent:not(.pending)")).to_be_visible()


async def noting(server: Server, page: Page, reference: str) -> None:
    await claimed(server, page, reference)
    await page.get_by_role("button", name="Note", exact=True).click()
    await page.get_by_label("Your note").fill("ask for photographs")
    await page.get_by_label("Your note").press("Enter")
    await expect(page.locator(".message.note:not(.pending)")).to_be_visible()
    await page.get_by_role("button", name="Note", exact=True).click()


async def searched(server: Server, page: Page, reference: str) -> None:
    await claimed(server, page, reference)
    await page.locator(".modes").get_by_role("button", name="Knowledge").click()
    await page.get_by_label("Search what the guide knows").fill("what is a retroactive date")
    await page.locator(".passage").first.wait_for()


async def closed(server: Server, page: Page, reference: str) -> None:
    await claimed(server, page, reference)
    await page.get_by_role("button", name="Resolve").click()
    await page.get_by_role("dialog").get_by_role("button", name="Resolve").click()
    await page.get_by_role("button", name="Reopen").wait_for()


async def another_agents(server: Server, page: Page, reference: str) -> None:
    await listed(server, page, reference)
    await page.goto(f"{server.url}/desk#/AAAAAA")
    await expect(page.locator(".talk > .empty")).to_have_text("There is no such request.")


async def offline(server: Server, page: Page, reference: str) -> None:
    await claimed(server, page, reference)
    await page.context.set_offline(True)
    await page.locator("#reply").fill("are you there?")
    await page.locator("#reply").press("Enter")
    await expect(page.locator(".banner")).to_be_visible()


async def figures(server: Server, page: Page, reference: str) -> None:
    await Feedback(server.edge.stores.records).give(Opinion("1", 2, "down", entries=["retroactive_date"]))
    await page.get_by_role("button", name="Figures").click()
    await expect(page.get_by_text("Retroactive date")).to_be_visible()


async def signed_out(server: Server, page: Page, reference: str) -> None:
    await page.get_by_role("button", name="Sign out").click()
    await page.get_by_role("button", name="Sign in").click()
    await expect(page.get_by_role("alert")).to_be_visible()


def dialog(button: str) -> State:
    async def state(server: Server, page: Page, reference: str) -> None:
        await claimed(server, page, reference)
        await page.get_by_role("button", name=button, exact=True).click()
        await page.get_by_role("dialog").wait_for()

    state.__name__ = button.lower().replace(" ", "_")
    return state


STATES: list[State] = [
    listed, nothing, unclaimed, claimed, noting, searched, closed, another_agents, offline, figures, signed_out,
    *map(dialog, ["Resolve", "Transfer", "Snooze", "Call back", "Give to the guide", "New ready answer",
                  "Sound and notifications", "Keys"]),
]  # fmt: skip


@pytest.mark.parametrize("state", STATES, ids=lambda state: state.__name__)
async def test_no_rule_of_axe_is_broken_by_day_by_night_and_on_a_phone(
    server: Server,
    context: BrowserContext,
    http,
    state: State,  # type: ignore[no-untyped-def]
) -> None:
    records = server.edge.stores.records
    records.run_now(lambda connection: transcript.append(connection, "web:1", ANSWER))
    facts, consent = {"Name": "Priya Nair"}, {"number": "(202) 555-0142", "text": "You may call.", "at": "2026-11-30"}
    brief = {"told": ["45 people"], "given": ["A verdict"], "open": ["A number"]}
    reference = ask_for_agent(
        server,
        "1",
        "we were hacked",
        reason="claim",
        priority="urgent",
        topic="Cyber",
        facts=facts,
        consent=consent,
        brief=brief,
    ).reference
    lee = AtDesk(server, http, "lee")
    await lee.post("canned", {"name": "Hello", "text": "Hello, I am {agent}."})
    other = ask_for_agent(server, "2", "call me", live=False).reference
    await lee.post(f"tickets/{other}/claim")
    await lee.post(f"tickets/{other}/call-back", {"due": time.time() + 3600})
    page = await sit_down(context, server, "sam")
    await state(server, page, reference)
    found = []
    for look, scheme, width in (("day", "light", 1360), ("night", "dark", 1360), ("phone", "light", 360)):
        await page.emulate_media(color_scheme=scheme)
        await page.set_viewport_size({"width": width, "height": 740})
        results = await Axe().run(page, options=RULES)
        for rule in results.response["violations"]:
            found += [f"{look}: {rule['id']} at {node['target']}" for node in rule["nodes"]]
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), look
    await context.set_offline(False)
    assert not found, "\n".join(found)


async def test_a_dialog_gives_the_focus_back_to_what_opened_it(server: Server, context: BrowserContext) -> None:
    page = await sit_down(context, server)
    opener = page.get_by_role("button", name="Keys")
    await opener.focus()
    await page.keyboard.press("Enter")
    await page.get_by_role("dialog").wait_for()
    await page.keyboard.press("Escape")
    await expect(opener).to_be_focused()


async def test_every_target_is_large_enough(server: Server, context: BrowserContext) -> None:
    reference = ask_for_agent(server, "1", "hello").reference
    page = await sit_down(context, server, "sam")
    await claimed(server, page, reference)
    small = await page.evaluate(
        """() => [...document.querySelectorAll("button, select, input:not([type=radio], [type=checkbox]), .row")]
            .map((element) => [element.textContent || element.ariaLabel, element.getBoundingClientRect()])
            .filter(([, { width, height }]) => width && Math.min(width, height) < 43.5)
            .map(([name, { width, height }]) => `${name} ${width}x${height}`)"""
    )
    assert small == []


async def test_whoever_reads_further_up_stays_there(server: Server, context: BrowserContext) -> None:
    reference = ask_for_agent(server, "1", *(f"line {number}" for number in range(60))).reference
    page = await sit_down(context, server)
    await claimed(server, page, reference)
    log = page.get_by_role("log")
    await log.evaluate(SCROLLED_UP)
    records = server.edge.stores.records
    records.run_now(lambda c: transcript.append(c, "web:1", {"from": "visitor", "text": "news"}))
    server.edge.handoffs.feed.tell(reference, "web:1")
    await expect(page.get_by_role("button", name="New messages")).to_be_visible()
    assert await log.evaluate("log => log.scrollTop") == 0
    await page.get_by_role("button", name="New messages").click()
    await expect(page.get_by_role("button", name="New messages")).to_be_hidden()
