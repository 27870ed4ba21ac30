"""The chat as a guest in somebody's page: it stays through the page's ways, and leaves everything as it found it."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.async_api import Browser, BrowserContext, Page, expect
from serving import Server, serve
from test_interruptions import answered, nothing_is_lost_or_doubled, site
from test_networks import push
from test_widget import embedded
from visiting import ask, choose, open_chat, window

# Routers

REPLACE_BODY = """() => {
    const next = new DOMParser().parseFromString(document.documentElement.outerHTML, "text/html").body;
    document.documentElement.replaceChild(document.adoptNode(next), document.body);
}"""
ADD_THEN_REMOVE = """() => {
    const old = document.querySelector("insurance-guide-chat");
    document.body.append(old.cloneNode(true));
    old.remove();
}"""
MOVE = "() => document.body.prepend(document.querySelector('insurance-guide-chat'))"


@pytest.mark.parametrize("navigate", [REPLACE_BODY, ADD_THEN_REMOVE, MOVE], ids=["replaced", "overlapping", "moved"])
async def test_router_neither_loses_nor_multiplies_the_chat(
    server: Server, context: BrowserContext, navigate: str
) -> None:
    page = await open_chat(context, server.url)
    await ask(page, "one")
    await answered(page, "one")
    await page.get_by_label("Your question").fill("half a thou")
    for _ in range(3):
        await page.evaluate(navigate)
        await expect(page.locator(".launcher")).to_have_count(1)
    await expect(page.get_by_label("Your question")).to_have_value("half a thou")
    await page.get_by_role("main").get_by_role("button", name="A client's data leaked. Who pays?").click()
    await answered(page, "A client's data leaked. Who pays?")
    await nothing_is_lost_or_doubled(page, "one", "A client's data leaked. Who pays?")
    assert len(server.agent.got) == 2


async def test_message_on_its_way_while_the_page_changes_arrives_once(server: Server, context: BrowserContext) -> None:
    page = await open_chat(context, server.url)
    await page.route("**/chat/message", lambda route: route.abort())
    await ask(page, "hello")
    await expect(page.locator(".pending")).to_be_visible()
    await page.evaluate(REPLACE_BODY)
    await page.unroute("**/chat/message")
    await answered(page, "hello")
    await nothing_is_lost_or_doubled(page, "hello")


async def test_chat_that_was_taken_off_the_page_leaves_nothing_behind(server: Server, context: BrowserContext) -> None:
    page = await open_chat(context, server.url)
    tools = await context.new_cdp_session(page)

    async def listeners() -> list[str]:
        found = []
        for target in ("window", "document", "visualViewport"):
            object_id = (await tools.send("Runtime.evaluate", {"expression": target}))["result"]["objectId"]
            heard: dict[str, Any] = await tools.send("DOMDebugger.getEventListeners", {"objectId": object_id})
            found += [f"{target} {each['type']}" for each in heard["listeners"]]
        return found

    await ask(page, "hello")
    await answered(page, "hello")
    title = await page.title()
    await page.keyboard.press("Escape")
    await push(server, "I can help.")
    await expect(page).to_have_title(f"(1) {title}")
    assert "window keydown" in await listeners()
    asked_for: list[str] = []
    await page.evaluate("document.querySelector('insurance-guide-chat').remove()")
    await expect(page).to_have_title(title)
    page.on("request", lambda request: asked_for.append(request.url))
    assert await listeners() == []
    await page.get_by_role("main").get_by_role("button", name="Ask about coverage").click()
    await page.wait_for_timeout(5_000)
    assert asked_for == []


async def test_script_that_is_included_twice_runs_once(server: Server, context: BrowserContext) -> None:
    page = await context.new_page()
    await page.goto(server.url)
    again = "path => new Promise(onload => document.head.append("
    again += "Object.assign(document.createElement('script'), { type: 'module', src: path, onload })))"
    await page.evaluate(again, "/widget.js?again")
    await page.locator(".launcher").click()
    await ask(page, "hello")
    await answered(page, "hello")
    await nothing_is_lost_or_doubled(page, "hello")


async def test_second_element_shows_and_asks_nothing(server: Server, context: BrowserContext) -> None:
    page = await open_chat(context, server.url)
    await page.evaluate("document.body.append(document.querySelector('insurance-guide-chat').cloneNode(true))")
    await expect(page.locator(".launcher")).to_have_count(1)
    await expect(page.locator("insurance-guide-chat > p").last).to_be_hidden()
    await ask(page, "hello")
    await answered(page, "hello")
    await page.get_by_role("main").get_by_role("button", name="A client's data leaked.").click()
    await answered(page, "A client's data leaked.")
    assert len(server.agent.got) == 2


# Keys

SHORTCUTS = """() => {
    window.taken = [];
    for (const target of [window, document, document.body]) for (const capture of [true, false]) {
        target.addEventListener("keydown", event => {
            if (["INPUT", "TEXTAREA"].includes(event.target.tagName)) return;
            taken.push(event.key);
            event.preventDefault();
        }, capture);
    }
    document.addEventListener("paste", event => event.preventDefault());
}"""


async def test_shortcuts_of_the_page_do_not_eat_what_is_typed(server: Server, context: BrowserContext) -> None:
    page = await open_chat(context, server.url)
    await page.evaluate(SHORTCUTS)
    await page.get_by_label("Your question").focus()
    await page.keyboard.type("s/k?")
    await expect(page.get_by_label("Your question")).to_have_value("s/k?")
    await page.keyboard.press("Control+A")
    await page.keyboard.press("Control+X")
    await page.keyboard.press("Control+V")
    await expect(page.get_by_label("Your question")).to_have_value("s/k?")
    await page.keyboard.press("Enter")
    await answered(page, "s/k?")
    assert await page.evaluate("taken") == []
    await page.keyboard.press("Escape")
    await page.get_by_role("main").get_by_role("button", name="Ask about coverage").focus()
    await page.keyboard.press("k")
    assert set(await page.evaluate("taken")) == {"k"}  # the page's own keys are the page's


@pytest.mark.parametrize("sign", [{"isComposing": True}, {"keyCode": 229}], ids=["composing", "number"])
async def test_enter_that_confirms_an_input_method_does_not_send(
    server: Server, context: BrowserContext, sign: dict[str, Any]
) -> None:
    page = await open_chat(context, server.url)
    field = page.get_by_label("Your question")
    await field.fill("保険")
    await field.dispatch_event(
        "keydown", {"key": "Enter", "bubbles": True, "composed": True, "cancelable": True, **sign}
    )
    await expect(field).to_have_value("保険")
    await expect(page.locator(".visitor")).to_have_count(0)
    await field.press("Enter")
    await answered(page, "保険")


# History

WATCH_HISTORY = """() => {
    window.seen = [];
    history.replaceState({ router: 7 }, "");
    addEventListener("popstate", () => seen.push("popstate"), true);
    const push = history.pushState;
    history.pushState = (...all) => { seen.push("pushState"); push.apply(history, all); };
}"""


async def on_phone(context: BrowserContext, server: Server) -> Page:
    """A page of the site before the one with the chat, and its router at work."""
    page = await context.new_page()
    await page.goto(f"{server.url}/demo.css")
    await page.goto(server.url)
    await page.evaluate(WATCH_HISTORY)
    await page.locator(".launcher").click()
    await expect(page.get_by_role("dialog")).to_be_visible()
    return page


async def test_back_closes_the_full_screen_chat_and_only_then_leaves(server: Server, browser: Browser) -> None:
    async with window(browser, 360, 640) as context:
        page = await on_phone(context, server)
        await page.evaluate("history.back()")
        await expect(page.get_by_role("dialog")).to_be_hidden()
        assert await page.evaluate("[history.state, seen]") == [{"router": 7}, []]
        await page.locator(".launcher").click()
        await expect(page.get_by_role("dialog")).to_be_visible()
        await page.evaluate("history.back()")
        await expect(page.get_by_role("dialog")).to_be_hidden()
        await page.evaluate("void setTimeout(() => history.back())")  # it leaves the page in which it is evaluated
        await page.wait_for_url("**/demo.css")


async def test_chat_that_is_closed_otherwise_takes_its_history_entry_along(server: Server, browser: Browser) -> None:
    async with window(browser, 360, 640) as context:
        page = await on_phone(context, server)
        assert await page.evaluate("history.state.router") == 7
        await page.get_by_role("button", name="Close the chat").click()
        await page.wait_for_function("history.state.guideChat === undefined")
        await expect(page.locator(".launcher")).to_be_focused()
        assert await page.evaluate("[history.state, seen]") == [{"router": 7}, []]
        await page.evaluate("void setTimeout(() => history.back())")
        await page.wait_for_url("**/demo.css")


async def test_back_closes_a_chat_that_was_open_before_a_reload(server: Server, browser: Browser) -> None:
    async with window(browser, 360, 640) as context:
        page = await on_phone(context, server)
        length = await page.evaluate("history.length")
        await page.reload()
        await expect(page.get_by_role("dialog")).to_be_visible()
        assert await page.evaluate("history.length") == length
        await page.evaluate("history.back()")
        await expect(page.get_by_role("dialog")).to_be_hidden()
        assert await page.evaluate("location.pathname") == "/"


async def test_going_back_to_another_page_of_a_router_is_left_to_the_router(server: Server, browser: Browser) -> None:
    async with window(browser, 360, 640) as context:
        page = await on_phone(context, server)
        await page.evaluate("history.pushState({ router: 8 }, '', '/other')")
        await page.evaluate("seen.length = 0; history.go(-2)")
        await page.wait_for_function("seen.length")
        assert await page.evaluate("[history.state, seen]") == [{"router": 7}, ["popstate"]]


async def test_chat_beside_the_page_adds_nothing_to_the_history(server: Server, context: BrowserContext) -> None:
    page = await context.new_page()
    await page.goto(server.url)
    length = await page.evaluate("history.length")
    await page.locator(".launcher").click()
    await page.keyboard.press("Escape")
    assert await page.evaluate("[history.length, history.state]") == [length, None]


# What was typed, title, policies


async def test_text_that_was_not_sent_survives_a_reload_until_it_is(server: Server, context: BrowserContext) -> None:
    page = await open_chat(context, server.url)
    field = page.get_by_label("Your question")
    await field.fill("half a thought")
    await page.reload()
    await expect(field).to_have_value("half a thought")
    await expect(page.get_by_label("Send")).to_be_enabled()
    await field.press("Enter")
    await answered(page, "half a thought")
    await page.reload()
    await answered(page, "half a thought")
    await expect(field).to_have_value("")


async def test_number_that_a_page_has_in_its_own_title_stays(server: Server, context: BrowserContext) -> None:
    page = await open_chat(context, server.url)
    await page.evaluate("document.title = '(2024) Annual report'")
    await ask(page, "hello")
    await answered(page, "hello")
    await page.keyboard.press("Escape")
    await push(server, "I can help.")
    await expect(page).to_have_title("(1) (2024) Annual report")
    await page.locator(".launcher").click()
    await expect(page).to_have_title("(2024) Annual report")


async def test_strictest_policy_of_a_page_allows_all_that_the_chat_does(
    tmp_path: Any, unused_tcp_port: int, context: BrowserContext
) -> None:
    await context.add_init_script("window.print = () => { top.printed = document.body.innerText; }")
    async with serve(tmp_path, origins=[f"http://localhost:{unused_tcp_port}"]) as server:
        html = f'<!doctype html><script type="module" src="{server.url}/widget.js"></script>'
        html += '<insurance-guide-chat color="navy" greeting="Hello">'
        policy = f"default-src 'none'; script-src {server.url}; connect-src {server.url}; base-uri 'none'; "
        policy += "form-action 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
        async with site(unused_tcp_port, html, **{"Content-Security-Policy": policy}) as url:
            page = await context.new_page()
            await page.goto(url)
            await page.locator(".launcher").click()
            await ask(page, "bad advice")
            await page.get_by_text("More about this").nth(1).click()
            async with page.expect_download():
                await choose(page, "Save the conversation as text")
            await choose(page, "Print the conversation")
            await page.wait_for_function("window.printed")
            await page.reload()
            await expect(page.locator(".verdict")).to_have_text("No")
            await page.close()


async def test_page_that_runs_from_right_to_left_does_not_turn_the_frame(
    server: Server, context: BrowserContext
) -> None:
    page = await embedded(server, context)
    await page.evaluate("document.documentElement.dir = 'rtl'")
    await page.locator(".launcher").click()
    assert await page.locator(".consent").evaluate("text => getComputedStyle(text).direction") == "ltr"
