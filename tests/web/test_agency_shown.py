"""What a visitor sees of the agency: in the chat, on the page of an agency in service, and on the demo's."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
import pytest_asyncio
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, BrowserContext, Page, expect
from serving import Server, serve
from test_accessibility import RULES
from test_widget import embedded
from visiting import Visitor, ask, open_chat, window

from bot.agency import EXAMPLES, require
from bot.edge.welcome import load_agency
from knowledge.notices import published

LINE = "Larkfield & Rowe · Insurance · License 0X12345"
DOMICILE, PLACE = "State of domicile: California", "Principal place of business: Sacramento, California"
PRIVACY = "https://agency.example/privacy"


@pytest_asyncio.fixture
async def agency(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Server]:
    """The guide of an agency in service."""
    for name, text in EXAMPLES.items():
        monkeypatch.setenv(name, text)
    async with serve(tmp_path / "state", agency=require()) as server:
        yield server


# What browsers get


async def test_a_session_tells_who_the_agency_is(agency: Server, http: aiohttp.ClientSession) -> None:
    session = await Visitor(agency, http).join()
    assert session["agency"] == {"line": LINE, "details": [DOMICILE, PLACE], "privacy": PRIVACY}
    assert session["notice"].endswith("Larkfield & Rowe, insurance license 0X12345")


async def test_a_demo_tells_nothing_it_does_not_know(visitor: Visitor) -> None:
    session = await visitor.join()
    assert session["agency"] == {"line": None, "details": [], "privacy": None}


async def test_a_license_without_a_name_says_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GUIDE_AGENCY_LICENCE", "0X12345")
    assert load_agency()["line"] is None


async def test_who_the_agency_is_stands_without_a_knowledge_base(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("bot.edge.welcome.published", lambda: published(tmp_path / "none.db"))
    for name, text in EXAMPLES.items():
        monkeypatch.setenv(name, text)
    assert load_agency()["line"] == LINE and len(load_agency()["details"]) == 2


# In the chat


async def test_the_foot_names_the_agency_and_opens_to_where_it_is(agency: Server, context: BrowserContext) -> None:
    page = await open_chat(context, agency.url)
    foot = page.locator(".foot")
    line = foot.get_by_text(LINE)
    await expect(line).to_be_visible()
    await expect(foot.get_by_text(DOMICILE)).to_be_hidden()
    await line.click()
    await expect(foot.get_by_text(DOMICILE)).to_be_visible()
    await expect(foot.get_by_text(PLACE)).to_be_visible()
    sizes = await foot.locator("summary, p, a").evaluate_all("all => all.map((one) => getComputedStyle(one).fontSize)")
    assert set(sizes) == {"13px"}  # "in the same size type"
    await ask(page, "hello")
    await expect(page.get_by_role("log")).to_contain_text("echo: hello")
    await expect(line).to_be_visible()  # the first notice is gone, this stays


async def test_the_privacy_policy_is_linked_wherever_it_is_looked_for(agency: Server, context: BrowserContext) -> None:
    page = await open_chat(context, agency.url)
    for place in (page.locator(".consent"), page.locator(".foot")):
        link = place.get_by_role("link", name="Privacy")
        await expect(link).to_have_attribute("href", PRIVACY)
    await page.reload()  # a second session tells it again, and it is linked once
    await expect(page.locator(".consent a")).to_have_count(1)
    await page.get_by_role("button", name="Save, print and more").click()
    await expect(page.locator(".items").get_by_role("link", name="Privacy")).to_have_attribute("href", PRIVACY)
    await page.get_by_role("button", name="Start a new conversation").click()
    await page.get_by_role("button", name="Start anew").click()
    await expect(page.locator(".consent a")).to_have_count(1)
    await expect(page.locator(".items a")).to_have_count(1)
    await expect(page.locator(".foot details")).to_have_count(1)


async def test_a_page_has_its_own_privacy_address(agency: Server, context: BrowserContext) -> None:
    page = await embedded(agency, context, privacy="https://agency.example/own")
    await page.locator(".launcher").click()
    await expect(page.locator(".foot a")).to_have_attribute("href", "https://agency.example/own")
    await expect(page.locator(".consent a")).to_have_count(1)


@pytest.mark.parametrize("privacy", ["javascript:alert(1)", "http://evil.example/"])
async def test_an_address_that_is_not_safe_is_not_linked(
    agency: Server, context: BrowserContext, monkeypatch: pytest.MonkeyPatch, privacy: str
) -> None:
    said = {"line": '<img src=x onerror="alert(1)">', "details": ["<b>x</b>"], "privacy": privacy}
    monkeypatch.setattr("bot.edge.chat.load_agency", lambda: said)
    page = await open_chat(context, agency.url)
    await expect(page.locator(".foot summary")).to_have_text('<img src=x onerror="alert(1)">')
    await expect(page.locator("insurance-guide-chat a")).to_have_count(0)


async def test_without_an_agency_there_is_no_foot(server: Server, context: BrowserContext) -> None:
    page = await open_chat(context, server.url)
    await expect(page.locator(".foot")).to_be_hidden()


async def test_on_a_phone_the_foot_makes_room_while_something_is_typed(agency: Server, browser: Browser) -> None:
    async with window(browser, 360, 640) as context:
        page = await open_chat(context, agency.url)
        foot = page.locator(".foot")
        await page.get_by_label("Your question").focus()
        await expect(foot).to_be_hidden()
        await page.get_by_role("button", name="Save, print and more").focus()
        await expect(foot).to_be_visible()
        await foot.locator("summary").click()
        await expect(foot.get_by_text(PLACE)).to_be_in_viewport(ratio=1)
        box = await foot.bounding_box()
        assert box and box["width"] == 360 and box["y"] + box["height"] <= 640


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_the_foot_is_accessible_by_day_and_by_night(agency: Server, context: BrowserContext, scheme: str) -> None:
    page = await open_chat(context, agency.url)
    await page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    await page.locator(".foot summary").focus()
    await page.keyboard.press("Enter")
    await expect(page.locator(".foot").get_by_text(PLACE)).to_be_visible()
    for target in await page.locator(".foot summary, .foot a").all():
        size = await target.bounding_box()
        assert size and size["height"] >= 44
    found = await Axe().run(page, options=RULES)
    assert found.violations_count == 0, found.generate_report()


# The pages


async def text_of(page: Page) -> str:
    return " ".join((await page.locator("body").inner_text()).split())


async def test_an_agency_in_service_has_a_page_of_its_own(agency: Server, context: BrowserContext) -> None:
    page = await context.new_page()
    await page.goto(agency.url)
    assert await page.title() == "Larkfield & Rowe · Insurance guide"
    shown = await text_of(page)
    for text in (LINE, DOMICILE, PLACE, "You can also call 202-555-0142."):
        assert text in shown
    assert not re.search(r"demo|fictitious|\$\w", shown, re.IGNORECASE)
    await expect(page.get_by_role("link", name="Privacy policy")).to_have_attribute("href", PRIVACY)
    sizes = await page.locator(".identity p").evaluate_all("all => all.map((one) => getComputedStyle(one).fontSize)")
    assert len(set(sizes)) == 1
    found = await Axe().run(page, options=RULES)
    assert found.violations_count == 0, found.generate_report()
    await open_chat(context, agency.url)


async def test_who_cannot_chat_reads_how_to_reach_the_agency(agency: Server, browser: Browser) -> None:
    context = await browser.new_context(java_script_enabled=False)
    page = await context.new_page()
    await page.goto(agency.url)
    await expect(page.locator("insurance-guide-chat")).to_have_text("You can also call 202-555-0142.")
    await context.close()


async def test_what_an_agency_sets_is_text_on_its_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, context: BrowserContext
) -> None:
    name = '<script>alert(1)</script> "Rowe" $agency'
    for setting, text in {**EXAMPLES, "GUIDE_AGENCY_NAME": name}.items():
        monkeypatch.setenv(setting, text)
    async with serve(tmp_path / "state", agency=require()) as server:
        page = await context.new_page()
        await page.goto(server.url)
        await expect(page.locator(".brand")).to_have_text(name)


async def test_the_demo_says_that_it_is_one_and_claims_nothing_of_an_agency(
    server: Server, context: BrowserContext
) -> None:
    page = await context.new_page()
    await page.goto(server.url)
    shown = await text_of(page)
    assert "Larkfield & Rowe does not exist, holds no license and sells nothing." in shown
    assert "Nobody reads what is written here unless somebody signs in at /desk." in shown
    assert not re.search(r"\d{3}-\d{4}|licensed agent|call us|glad to help|this week|independent agency", shown, re.I)
    for kept in ("14 days after its last message", "a rating after 180 days", "after five years"):
        assert kept in shown
