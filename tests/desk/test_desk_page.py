"""The desk in a real browser, beside the visitor's own: what agents see, press and write."""

from __future__ import annotations

import gzip
import re
from collections.abc import AsyncIterator

import aiohttp
import pytest_asyncio
from desking import PASSWORD, ask_for_agent, sit_down
from playwright.async_api import Browser, BrowserContext, Page, expect
from serving import Server
from visiting import Visitor, ask, open_chat, window

from bot.desk.routes import PAGE, files
from bot.edge.pages import FOLDER


@pytest_asyncio.fixture
async def context(browser: Browser) -> AsyncIterator[BrowserContext]:
    async with window(browser, 1360, 840) as context:
        yield context


async def claimed(page: Page, reference: str) -> None:
    """Open a request from the list and claim it, by keys."""
    await page.locator(f'.row[data-reference="{reference}"]').click()
    await page.locator(".talk h2").get_by_text(reference).wait_for()
    await page.keyboard.press("c")
    await expect(page.locator("#reply")).to_be_focused()


async def reply(page: Page, text: str) -> None:
    await page.locator("#reply").fill(text)
    await page.locator("#reply").press("Enter")


async def test_signing_in_and_out_by_keyboard_alone(server: Server, context: BrowserContext) -> None:
    page = await context.new_page()
    await page.goto(f"{server.url}/desk")
    await expect(page.get_by_label("Login or e-mail address")).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("alert")).to_have_text("Please give your login and your password.")
    await page.keyboard.type("dana")
    await page.keyboard.press("Tab")
    await page.keyboard.type("not the password")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("alert")).to_have_text("Login, password or code are not right.")
    await page.get_by_label("Password").fill(PASSWORD)
    await page.keyboard.press("Enter")
    await expect(page.locator(".me")).to_have_text("Dana Reyes")
    await page.reload()
    await expect(page.locator(".me")).to_have_text("Dana Reyes")
    await page.get_by_role("button", name="Sign out").press("Enter")
    await expect(page.get_by_label("Password")).to_be_visible()


async def test_visitor_and_agent_talk_in_two_browsers(
    server: Server, browser: Browser, context: BrowserContext
) -> None:
    desk = await sit_down(context, server)
    await desk.get_by_role("button", name="I am available").click()
    await expect(desk.locator(".duty")).to_be_hidden()
    async with window(browser) as other:
        chat = await open_chat(other, server.url)
        await ask(chat, "a person please")
        await expect(desk.locator(".row")).to_have_count(1)  # without a reload
        reference = await desk.locator(".row").get_attribute("data-reference")
        assert reference
        await claimed(desk, reference)
        await reply(desk, "Hello, I am {agent}. What happened?")
        log = chat.get_by_role("log")
        await expect(log).to_contain_text("Hello, I am Dana Reyes. What happened?")
        await expect(log).to_contain_text("Dana Reyes, license CA 0X12345 joined.")
        await ask(chat, "our van was hit")
        await expect(desk.locator(".message.visitor").last).to_contain_text("our van was hit")
        await expect(log).not_to_contain_text("echo:")
        await desk.locator("#reply").press("Escape")
        await desk.keyboard.press("b")
        await desk.get_by_role("dialog").get_by_role("button", name="Give it back").click()
        await expect(log).to_contain_text("the guide is back")
        await ask(chat, "and now?")
        await expect(log).to_contain_text("echo: and now?")


async def test_words_of_agents_arrive_in_order_and_once(
    server: Server, browser: Browser, context: BrowserContext
) -> None:
    desk = await sit_down(context, server)
    await desk.get_by_role("button", name="I am available").click()
    async with window(browser) as other:
        chat = await open_chat(other, server.url)
        await ask(chat, "a person please")
        reference = await desk.locator(".row").first.get_attribute("data-reference")
        assert reference
        await claimed(desk, reference)
        for number in range(20):
            await reply(desk, f"number {number}")
        said = chat.locator(".message.agent .bubble")
        await expect(said).to_have_text([f"number {number}" for number in range(20)])
        await expect(desk.locator(".message.agent:not(.pending) .bubble")).to_have_count(20)


async def test_of_two_desks_one_claims_and_the_other_reads_who(
    server: Server, browser: Browser, context: BrowserContext
) -> None:
    reference = ask_for_agent(server, "1", "hello").reference
    dana = await sit_down(context, server)
    async with window(browser) as other:
        lee = await sit_down(other, server, "lee")
        for page in (dana, lee):
            await page.locator(".row").click()
            await page.get_by_role("button", name="Claim").wait_for()
        await dana.keyboard.press("c")
        await expect(dana.locator("#reply")).to_be_focused()
        await expect(lee.locator(".talk")).to_contain_text("Dana Reyes has this conversation.")
        await expect(lee.locator(".row")).to_have_count(0)
    assert reference


async def test_markup_in_names_and_words_stays_text(server: Server, context: BrowserContext) -> None:
    evil = "<img src=x onerror=alert(1)><script>alert(2)</script>"
    reference = ask_for_agent(
        server, "1", f"{evil} [x](javascript:alert(3))", topic=evil, facts={"Name": evil, evil: evil},
        consent={"number": "javascript:alert(4)", "text": evil}, brief={"told": [evil], evil: [evil]},
    ).reference  # fmt: skip
    page = await sit_down(context, server, "lee")
    await claimed(page, reference)
    await reply(page, f"{evil} I am {{agent}}, hello {{visitor}}")
    await expect(page.locator(".message.agent")).to_contain_text("onerror=alert(1)")
    await expect(page.locator(".talk h2")).to_contain_text(evil)
    assert await page.locator("img, script:not([src])").count() == 0
    assert await page.locator("a[href^=javascript]").count() == 0


async def test_single_keys_do_nothing_while_something_is_typed(server: Server, context: BrowserContext) -> None:
    one = ask_for_agent(server, "1", "hello").reference
    ask_for_agent(server, "2", "hello")
    page = await sit_down(context, server)
    await claimed(page, one)
    await page.keyboard.type("cjkebgtslonria/?123456pmf")
    await expect(page.locator("#reply")).to_have_value("cjkebgtslonria/?123456pmf")
    await page.get_by_label("Search all requests").click()
    await page.keyboard.type("je?")
    await page.get_by_label("Search what the guide knows").click()
    await page.keyboard.type("je?")
    assert await page.locator("dialog[open]").count() == 0
    await expect(page.locator(".talk h2")).to_contain_text(one)


async def test_every_action_has_a_key_that_can_be_switched_off(server: Server, context: BrowserContext) -> None:
    one, two = (ask_for_agent(server, session, "hello").reference for session in ("1", "2"))
    page = await sit_down(context, server, "sam")
    dialog = page.get_by_role("dialog")
    await expect(page.locator(".row")).to_have_count(2)  # keys lead nowhere before the list has come
    await page.keyboard.press("j")
    await expect(page.locator(".talk h2")).to_contain_text(one)
    await page.keyboard.press("j")
    await expect(page.locator(".talk h2")).to_contain_text(two)
    await page.keyboard.press("k")
    await expect(page.locator(".talk h2")).to_contain_text(one)
    await page.keyboard.press("c")
    await expect(page.locator("#reply")).to_be_focused()
    await page.keyboard.press("Escape")
    for key, title in (
        ("t", "Transfer"),
        ("s", "Snooze"),
        ("l", "Call back for"),
        ("b", "Give"),
        ("e", "Resolve"),
        ("m", "Sound and notifications"),
        ("?", "Keys"),
    ):
        await page.keyboard.press(key)
        await expect(dialog.get_by_role("heading").first).to_contain_text(title)
        await page.keyboard.press("Escape")
        await expect(dialog).to_have_count(0)
    await page.keyboard.press("n")
    await expect(page.get_by_label("Your note")).to_be_focused()
    await page.keyboard.press("Escape")
    await page.keyboard.press("r")
    await expect(page.get_by_label("Your reply")).to_be_focused()
    await page.keyboard.press("Escape")
    await page.keyboard.press("i")
    await expect(page.get_by_label("Search what the guide knows")).to_be_focused()
    await page.locator(".talk h2").focus()
    for number, view in enumerate(("Waiting", "Mine", "Callbacks", "Snoozed", "All open", "Closed"), 1):
        await page.keyboard.press(str(number))
        await expect(page.get_by_role("tab", name=view)).to_have_attribute("aria-selected", "true")
    await page.keyboard.press("/")
    await expect(page.get_by_label("Search all requests")).to_be_focused()
    await page.locator(".talk h2").focus()
    await page.keyboard.press("p")
    await expect(page.get_by_label("You are")).to_be_focused()
    await page.locator(".talk h2").focus()
    await page.keyboard.press("f")
    await expect(page.get_by_role("heading", name="Figures")).to_be_visible()
    await page.keyboard.press("?")
    await page.get_by_label("Single keys do something").uncheck()
    await page.keyboard.press("Escape")
    await page.keyboard.press("m")
    await expect(dialog).to_have_count(0)


async def test_what_comes_late_leaves_the_focus_where_the_next_key_has_brought_it(
    server: Server, context: BrowserContext
) -> None:
    one, two = (ask_for_agent(server, session, "hello").reference for session in ("1", "2"))
    page = await sit_down(context, server)
    press = "key => document.body.dispatchEvent(new KeyboardEvent('keydown', {key, bubbles: true}))"
    search = page.get_by_label("Search all requests")
    await claimed(page, one)
    await page.keyboard.press("Escape")
    await page.keyboard.press("e")
    await expect(page.get_by_role("dialog")).to_be_visible()
    await page.evaluate(f"document.querySelector('dialog').close(), ({press})('n')")
    await expect(page.locator("dialog")).to_have_count(0)  # it goes later than it closes
    await expect(page.get_by_label("Your note")).to_be_focused()
    await page.keyboard.press("Escape")
    await page.evaluate(f"['j', '/'].forEach({press})")
    await expect(page.locator(".talk h2")).to_contain_text(two)
    await expect(search).to_be_focused()
    await page.locator(".talk h2").focus()
    async with page.expect_response("**/desk/api/me"):  # who is there is asked once it is claimed
        await page.evaluate(f"['c', '/'].forEach({press})")
    await expect(search).to_be_focused()
    await page.keyboard.type("hello")  # which are keys, where nothing is typed
    await expect(search).to_have_value("hello")
    await page.locator(".talk h2").focus()
    opened = f"addEventListener('hashchange', () => ({press})('r'), {{once: true}})"
    await page.evaluate(f"{opened}, location.hash = '#/{one}'")
    await expect(page.locator(".talk h2")).to_contain_text(one)
    await expect(page.get_by_label("Your reply")).to_be_focused()


async def test_what_comes_in_leaves_the_buttons_under_the_pointer(server: Server, context: BrowserContext) -> None:
    reference = ask_for_agent(server, "1", "hello").reference
    page = await sit_down(context, server)
    await claimed(page, reference)
    there = await page.get_by_role("button", name="Call back", exact=True).element_handle()
    await reply(page, "One moment.")
    await expect(page.locator(".message.agent:not(.pending)")).to_be_visible()
    assert there and await there.evaluate("each => each.isConnected")


async def test_a_draft_stays_with_its_request_over_a_reload(server: Server, context: BrowserContext) -> None:
    one, two = (ask_for_agent(server, session, "hello").reference for session in ("1", "2"))
    page = await sit_down(context, server)
    await claimed(page, one)
    await page.locator("#reply").fill("for the first")
    await claimed(page, two)
    await expect(page.locator("#reply")).to_have_value("")
    await page.locator("#reply").fill("for the second")
    async with page.expect_response(re.compile("draft")):
        pass
    await page.goto(f"{server.url}/desk#/{one}")
    await page.reload()
    await expect(page.locator("#reply")).to_have_value("for the first")
    await page.goto(f"{server.url}/desk#/{two}")
    await expect(page.locator("#reply")).to_have_value("for the second")


async def test_what_is_written_offline_is_sent_once_when_the_line_is_back(
    server: Server, context: BrowserContext
) -> None:
    reference = ask_for_agent(server, "1", "hello").reference
    page = await sit_down(context, server)
    await claimed(page, reference)
    await context.set_offline(True)
    await reply(page, "are you there?")
    await expect(page.locator(".banner")).to_contain_text("offline")
    await expect(page.locator(".message.pending")).to_contain_text("are you there?")
    await context.set_offline(False)
    await expect(page.locator(".message.pending")).to_have_count(0)
    await expect(page.locator(".message.agent .bubble")).to_have_text(["are you there?"])


async def test_a_message_that_is_refused_comes_back_into_the_composer(server: Server, context: BrowserContext) -> None:
    reference = ask_for_agent(server, "1", "hello").reference
    page = await sit_down(context, server)
    await claimed(page, reference)
    await reply(page, "Dear {visitor},")
    await expect(page.locator("#announcer")).to_contain_text("{visitor} is not known here")
    await expect(page.locator("#reply")).to_have_value("Dear {visitor},")


async def test_an_answer_of_the_knowledge_base_is_inserted_with_its_citation(
    server: Server, context: BrowserContext
) -> None:
    reference = ask_for_agent(server, "1", "hello").reference
    page = await sit_down(context, server)
    await claimed(page, reference)
    await page.locator("#reply").fill("To your question:")
    await page.get_by_label("Search what the guide knows").fill("what is a retroactive date")
    await page.get_by_role("button", name="Insert “Retroactive date”").click()
    await expect(page.locator("#reply")).to_be_focused()
    text = await page.locator("#reply").input_value()
    assert text.startswith("To your question:\n\nA retroactive date") and "\n\nSource: " in text


async def test_ready_answers_are_kept_and_inserted(server: Server, context: BrowserContext) -> None:
    reference = ask_for_agent(server, "1", "hello").reference
    page = await sit_down(context, server)
    await claimed(page, reference)
    await page.get_by_role("button", name="New ready answer").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("Name").fill("Hello")
    await dialog.get_by_label("Text").fill("I am {unknown}")
    await dialog.get_by_role("button", name="Keep").click()
    await expect(dialog.get_by_role("alert")).to_contain_text("{unknown} is not known")
    await dialog.get_by_label("Text").fill("I am {agent}.")
    await dialog.get_by_role("button", name="Keep").click()
    await page.locator(".ready").click()
    await page.locator("#reply").press("Enter")
    await expect(page.locator(".message.agent .bubble")).to_have_text("I am Dana Reyes.")


async def test_resolving_asks_how_it_ended_and_reopening_undoes_it(server: Server, context: BrowserContext) -> None:
    reference = ask_for_agent(server, "1", "hello").reference
    page = await sit_down(context, server)
    await claimed(page, reference)
    await page.locator("#reply").press("Escape")
    await page.keyboard.press("e")
    await page.get_by_role("dialog").get_by_label("Quoted").check()
    await page.get_by_role("dialog").get_by_role("button", name="Resolve").click()
    await expect(page.get_by_role("button", name="Reopen")).to_be_visible()
    await expect(page.locator("#reply")).to_be_hidden()
    await page.keyboard.press("6")
    await expect(page.locator(".row")).to_contain_text("Quoted")
    await page.locator(".row").click()
    await page.keyboard.press("o")
    await expect(page.get_by_role("button", name="Claim")).to_be_visible()


async def test_the_visitors_typing_is_shown_and_ends_by_itself(
    server: Server, http: aiohttp.ClientSession, context: BrowserContext
) -> None:
    page = await sit_down(context, server)
    await page.get_by_role("button", name="I am available").click()
    visitor = Visitor(server, http)
    await visitor.join()
    await visitor.send("a person please")
    reference = await page.locator(".row").first.get_attribute("data-reference")
    assert reference
    await claimed(page, reference)
    await visitor.post("/chat/typing", {"on": True}, Authorization=f"Bearer {visitor.token}")
    dots = page.get_by_role("img", name="The visitor is writing")
    await expect(dots).to_be_visible()
    await expect(dots).to_be_hidden()


async def test_a_new_request_and_new_words_are_told_in_the_title_and_aloud(
    server: Server, http: aiohttp.ClientSession, context: BrowserContext
) -> None:
    page = await sit_down(context, server)
    await page.get_by_role("button", name="I am available").click()
    visitor = Visitor(server, http)
    await visitor.join()
    await visitor.send("a person please")
    await expect(page).to_have_title("(1) Agent desk")
    await expect(page.locator("#announcer")).to_have_text("Somebody waits: Asked for an agent.")
    reference = await page.locator(".row").first.get_attribute("data-reference")
    assert reference
    await claimed(page, reference)
    await expect(page).to_have_title("Agent desk")
    await visitor.send("are you there?")
    await expect(page.locator("#announcer")).to_have_text("Visitor: are you there?")


async def test_sound_and_notifications_can_be_tried(server: Server, context: BrowserContext) -> None:
    await context.grant_permissions(["notifications"], origin=server.url)
    page = await sit_down(context, server)
    await page.get_by_role("button", name="Sound and notifications").click()
    await page.get_by_role("button", name="Test both").click()
    await expect(page.get_by_role("dialog").get_by_role("status")).to_contain_text("sound")
    await expect(page.get_by_role("dialog").get_by_role("status")).to_contain_text("otification")


async def test_who_is_disabled_is_shown_the_door(server: Server, context: BrowserContext) -> None:
    from bot.desk import accounts

    page = await sit_down(context, server)
    server.edge.stores.records.run_now(lambda connection: accounts.set_enabled(connection, "dana", False))
    await expect(page.get_by_role("alert")).to_have_text("You were signed out. Please sign in again.")


async def test_on_a_phone_list_and_conversation_take_turns(server: Server, browser: Browser) -> None:
    reference = ask_for_agent(server, "1", "hello").reference
    async with window(browser, 360, 740) as phone:
        page = await sit_down(phone, server)
        await expect(page.locator(".talk")).to_be_hidden()
        await page.locator(".row").click()
        await expect(page.locator(".list")).to_be_hidden()
        await page.get_by_role("button", name="Claim").click()
        await page.get_by_role("button", name="About this request").click()
        await expect(page.get_by_role("complementary")).to_contain_text(reference)
        await page.get_by_role("button", name="Close").click()
        await expect(page.get_by_role("complementary")).to_be_hidden()
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        await page.go_back()
        await expect(page.locator(".list")).to_be_visible()


def test_the_page_weighs_at_most_sixty_kilobytes() -> None:
    loaded = [PAGE, *files(), "widget-view.js"]
    packed = sum(len(gzip.compress((FOLDER / name).read_bytes(), 9)) for name in loaded)
    assert packed <= 60_000, packed
