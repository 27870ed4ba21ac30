"""The widget in a real browser, on the pages that visitors see."""

from __future__ import annotations

import html
import re
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web
from playwright.async_api import Browser, BrowserContext, Locator, Page, expect
from serving import Server, Start, serve
from visiting import Visitor, ask, choose, open_chat, window

from bot.edge.pages import FOLDER

INSIDE = "The chat is not available just now."  # the element of the demo page


async def test_question_gets_verdict_source_and_more_and_survives_a_reload(
    server: Server, context: BrowserContext
) -> None:
    page = await open_chat(context, server.url)
    await ask(page, "Does GL cover bad advice?")
    log = page.get_by_role("log")
    answer = log.locator(".bot").last
    await expect(answer.locator(".verdict")).to_have_text("No")
    await expect(answer.locator(".bubble > p")).to_have_count(3)  # verdict, two paragraphs
    reviewed = answer.get_by_text("Reviewed by Dana Reyes, CA 0X12345, November 22, 2026.")
    await expect(reviewed).to_be_hidden()
    await answer.get_by_text("Source: Liability basics").click()
    await expect(answer.get_by_role("listitem")).to_have_text("Liability basics (III, 2024)")
    await expect(reviewed).to_be_visible()
    await answer.get_by_text("Source: Liability basics").click()
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
    await server.edge.rooms.say(server.agent.got[0].session, COMPARED)


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
        await page.get_by_role("button", name="Save, print and more").click()
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
    assert server.edge.rooms.tabs(server.agent.got[0].session) == 1
    await first.close()
    await ask(second, "still there?")
    await expect(second.get_by_role("log")).to_contain_text("echo: still there?")


async def test_closed_chat_counts_what_was_not_read(server: Server, context: BrowserContext) -> None:
    page = await open_chat(context, server.url)
    await ask(page, "hello")
    await expect(page.get_by_role("log")).to_contain_text("echo: hello")
    await page.keyboard.press("Escape")
    session = server.agent.got[0].session
    await server.edge.rooms.say(session, {"from": "agent", "name": "Dana", "text": "I can help."})
    await expect(page.locator(".badge")).to_contain_text("1")
    await page.locator(".launcher").click()
    await expect(page.locator(".agent")).to_contain_text("Dana: I can help.")
    await expect(page.locator(".badge")).to_have_count(0)


async def test_message_written_offline_is_sent_once_when_back(server: Server, context: BrowserContext) -> None:
    page = await open_chat(context, server.url)
    await context.set_offline(True)
    await ask(page, "hello")
    await expect(page.locator(".pending")).to_contain_text("Not sent yet")
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
    server.edge.chat._sessions = type(server.edge.sessions)("a new secret")
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
        await server.edge.rooms.say(server.agent.got[0].session, RATABLE)
        await page.get_by_role("button", name="Not helpful").click()
        await expect(page.get_by_role("button", name="Submit what was missing")).to_be_visible()
        box = await page.get_by_role("dialog").bounding_box()
        assert box == {"x": 0, "y": 0, "width": width, "height": 568}
        assert await page.evaluate("document.documentElement.scrollWidth") == width
        for target in await page.get_by_role("dialog").get_by_role("button").all():
            size = await target.bounding_box()
            assert size and size["width"] >= 44 and size["height"] >= 44


async def test_page_without_scripts_shows_what_is_inside_the_element(server: Server, browser: Browser) -> None:
    context = await browser.new_context(java_script_enabled=False)
    page = await context.new_page()
    await page.goto(server.url)
    await expect(page.locator("insurance-guide-chat").get_by_text(INSIDE)).to_be_visible()
    await context.close()


@pytest.mark.parametrize("copied", [False, True])
async def test_allowed_site_embeds_the_chat_from_the_guide_or_from_a_copy_of_its_files(
    tmp_path: Path, unused_tcp_port: int, context: BrowserContext, copied: bool
) -> None:
    site = f"http://localhost:{unused_tcp_port}"
    async with serve(tmp_path, origins=[site]) as server:
        scripts = site if copied else server.url
        attributes = f"heading='Ours' server='{server.url}/'" if copied else "heading='Ours'"
        policy = f"default-src 'none'; script-src {scripts}; connect-src {server.url}"
        text = (
            f'<!doctype html><script type="module" src="{scripts}/widget.js"></script>'
            "<main><button data-guide-ask='bad advice'>Ask about coverage</button></main>"
            f"<insurance-guide-chat {attributes}></insurance-guide-chat>"
        )

        async def page_of_the_agency(_: web.Request) -> web.Response:
            return web.Response(text=text, content_type="text/html", headers={"Content-Security-Policy": policy})

        app = web.Application()
        app.router.add_get("/", page_of_the_agency)
        app.router.add_static("/", FOLDER)
        runner = web.AppRunner(app)
        await runner.setup()
        await web.TCPSite(runner, "localhost", unused_tcp_port).start()
        try:
            page = await open_chat(context, site)
            await expect(page.get_by_role("dialog", name="Ours")).to_be_visible()
            await page.get_by_label("Send").click()
            await expect(page.locator(".verdict")).to_have_text("No")
        finally:
            await page.close()
            await runner.cleanup()


# Consent


async def test_notice_is_shown_before_anything_is_stored_and_the_first_question_waits_for_it(
    server: Server, context: BrowserContext
) -> None:
    page = await context.new_page()
    await page.goto(server.url)
    question = page.get_by_role("main").get_by_role("button", name="A client's data leaked. Who pays?")
    await question.click()
    notice = page.locator(".consent")
    await expect(notice).to_contain_text("an automated assistant, not a person, and the chat is recorded")
    await expect(notice.get_by_role("link", name="Privacy")).to_have_attribute("href", f"{server.url}/#privacy")
    field = page.get_by_label("Your question")
    await expect(field).to_have_value("A client's data leaked. Who pays?")
    await expect(field).to_have_accessible_description(await notice.inner_text())
    await expect(page.get_by_role("log")).to_contain_text("Ask me in your own words.")
    assert server.agent.got == []
    await field.press("Enter")
    await expect(page.get_by_role("log")).to_contain_text("echo: A client's data leaked.")
    await expect(notice).to_be_hidden()

    await page.keyboard.press("Escape")
    await question.click()  # who has seen the notice asks at once
    await expect(page.locator(".visitor:not(.pending)")).to_have_count(2)


@pytest.mark.parametrize("address", ["javascript:alert(1)", "http://evil.example/"])
async def test_unsafe_privacy_address_makes_no_link(server: Server, context: BrowserContext, address: str) -> None:
    page = await embedded(server, context, privacy=address)
    await page.locator(".launcher").click()
    await expect(page.locator(".consent")).to_contain_text("recorded")
    await expect(page.locator("insurance-guide-chat a")).to_have_count(0)


# Forms, votes, keeping


async def arrived(server: Server, page: Page, *messages: dict[str, object]) -> Locator:
    """Say something, and let these messages come; the last as it is shown."""
    await ask(page, "hello")
    await expect(page.get_by_role("log")).to_contain_text("echo: hello")
    for message in messages:
        await server.edge.rooms.say(server.agent.got[-1].session, dict(message))
    await expect(page.locator(".bot")).to_have_count(2 + len(messages))
    return page.locator(".bot").last


async def test_question_of_a_form_shows_how_far_it_is(server: Server, context: BrowserContext) -> None:
    page = await open_chat(context, server.url)
    answer = {"body": "How many employees?", "status": "flow", "progress": [4, 9]}
    asked = await arrived(server, page, {"from": "bot", "text": "How many employees? (4 of 9)", "answer": answer})
    bar = asked.get_by_role("progressbar", name="Question 4 of 9")
    assert await bar.evaluate("bar => [bar.value, bar.max]") == [4, 9]
    await expect(asked.locator(".bubble > p")).to_have_text(["How many employees?"])
    await expect(asked.locator(".progress")).to_have_text("4 of 9")
    await expect(page.locator("[aria-live=polite]")).to_contain_text("How many employees? (Question 4 of 9)")


RATABLE = {"from": "bot", "text": "No.", "answer": {"status": "answered", "body": "No.", "entries": ["bad_advice"]}}


async def test_vote_and_reason_survive_a_reload_and_can_change(server: Server, context: BrowserContext) -> None:
    page = await open_chat(context, server.url)
    answer = await arrived(server, page, RATABLE)
    await expect(page.get_by_role("group", name="Was this helpful?")).to_have_count(1)  # not under the welcome
    down, up = (
        answer.get_by_role("button", name="Not helpful"),
        answer.get_by_role("button", name="Helpful", exact=True),
    )
    reason = answer.get_by_label("What was missing? (optional)")
    await expect(reason).to_be_hidden()
    await down.click()
    await expect(answer.get_by_role("status")).to_have_text("Thank you.")
    await expect(down).to_be_focused()
    await reason.fill("the E&O part")
    await reason.press("Enter")
    feedback = server.edge.stores.feedback
    await expect(answer.get_by_role("status")).to_have_text("Thank you.")

    await page.reload()
    await expect(down).to_have_attribute("aria-pressed", "true")
    await expect(reason).to_have_value("the E&O part")
    assert [(each.vote, each.reason) for each in await feedback.all("down")] == [("down", "the E&O part")]
    await up.click()
    await expect(up).to_have_attribute("aria-pressed", "true")
    await expect(down).to_have_attribute("aria-pressed", "false")
    await expect(reason).to_be_hidden()
    await expect(answer.get_by_role("status")).to_have_text("Thank you.")
    assert await feedback.all("down") == []
    await up.click()
    await expect(up).to_have_attribute("aria-pressed", "false")
    await page.reload()
    await expect(up).to_have_attribute("aria-pressed", "false")
    assert await feedback.count() == 0


async def test_room_for_the_reason_comes_into_view(server: Server, context: BrowserContext) -> None:
    page = await open_chat(context, server.url)
    answer = await arrived(server, page, {**RATABLE, "text": "a line\n\n" * 12})
    await answer.get_by_role("button", name="Not helpful").click()
    await expect(answer.get_by_label("What was missing? (optional)")).to_be_in_viewport(ratio=1)


async def test_vote_shows_in_the_other_tab_at_once(server: Server, context: BrowserContext) -> None:
    first = await open_chat(context, server.url)
    answer = await arrived(server, first, RATABLE)
    second = await open_chat(context, server.url)
    await answer.get_by_role("button", name="Helpful", exact=True).click()
    other = second.locator(".bot").last.get_by_role("button", name="Helpful", exact=True)
    await expect(other).to_have_attribute("aria-pressed", "true")
    await other.click()
    await expect(answer.get_by_role("button", name="Helpful", exact=True)).to_have_attribute("aria-pressed", "false")


async def test_visitor_whose_address_has_too_many_chats_open_is_answered_all_the_same(
    start: Start, context: BrowserContext, http: aiohttp.ClientSession
) -> None:
    """Without a stream the chat asks for what was said again and again."""
    server = await start(ip_streams=1)
    other = Visitor(server, http)
    await other.join()
    async with other.stream() as events:
        await anext(events)
        page = await open_chat(context, server.url)
        await ask(page, "hello")
        await expect(page.get_by_role("log")).to_contain_text("echo: hello", timeout=60_000)


async def test_vote_that_was_not_stored_says_so_and_is_not_shown(server: Server, context: BrowserContext) -> None:
    page = await open_chat(context, server.url)
    answer = await arrived(server, page, RATABLE)
    await context.set_offline(True)
    await answer.get_by_role("button", name="Not helpful").click()
    await expect(answer.get_by_role("status")).to_have_text("Your rating could not be stored.")
    await expect(answer.get_by_role("button", name="Not helpful")).to_have_attribute("aria-pressed", "false")
    await context.set_offline(False)


async def test_conversation_can_be_copied_with_its_times(server: Server, context: BrowserContext) -> None:
    await context.grant_permissions(["clipboard-read", "clipboard-write"], origin=server.url)
    page = await open_chat(context, server.url)
    await arrived(server, page)
    await choose(page, "Copy the conversation")
    await expect(page.locator(".told")).to_have_text("The conversation is copied.")
    copied = await page.evaluate("navigator.clipboard.readText()")
    assert re.search(r"\d{4}, \d+:\d\d\s[AP]M\nYou: hello\n", copied)
    assert copied.startswith("Insurance guide\n") and copied.endswith("Guide: echo: hello")
    await expect(page.get_by_role("button", name="Save, print and more")).to_be_focused()


async def test_print_prints_the_conversation_and_not_the_page(server: Server, context: BrowserContext) -> None:
    await context.add_init_script("window.print = () => { top.printed = document.body.innerText; }")
    page = await open_chat(context, server.url)
    await arrived(server, page)
    await choose(page, "Print the conversation")
    printed = await (await page.wait_for_function("window.printed")).json_value()
    assert "You: hello" in printed and "Larkfield" not in printed


async def test_new_conversation_is_asked_for_twice(server: Server, context: BrowserContext) -> None:
    page = await open_chat(context, server.url)
    await arrived(server, page)
    await choose(page, "Start a new conversation")
    question = page.get_by_role("group", name="Start a new conversation?")
    await expect(question.get_by_role("button", name="Keep this one")).to_be_focused()
    await question.get_by_role("button", name="Keep this one").click()
    await expect(question).to_be_hidden()
    await expect(page.get_by_role("log")).to_contain_text("echo: hello")
    await choose(page, "Start a new conversation")
    await question.get_by_role("button", name="Start anew").click()
    await expect(page.get_by_role("log")).not_to_contain_text("echo: hello")
    await expect(page.get_by_role("log")).to_contain_text("Ask me in your own words.")
    await expect(page.locator(".consent")).to_be_visible()


async def test_escape_closes_the_menu_before_the_chat(server: Server, context: BrowserContext) -> None:
    page = await open_chat(context, server.url)
    await page.get_by_role("button", name="Save, print and more").click()
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("button", name="Print the conversation")).to_be_hidden()
    await expect(page.get_by_role("dialog")).to_be_visible()
    await expect(page.get_by_role("button", name="Save, print and more")).to_be_focused()


async def test_person_can_be_asked_for_at_any_time(server: Server, context: BrowserContext) -> None:
    page = await open_chat(context, server.url)
    await page.get_by_role("button", name="Talk to an agent").click()
    await expect(page.get_by_role("log")).to_contain_text("echo: Talk to a licensed agent")


async def test_page_in_the_background_reads_nothing_and_counts_in_its_title(
    server: Server, context: BrowserContext
) -> None:
    page = await open_chat(context, server.url)
    await arrived(server, page)
    hide = "hidden => { Object.defineProperty(document, 'hidden', { value: hidden, configurable: true });"
    hide += " document.dispatchEvent(new Event('visibilitychange')); }"
    await page.evaluate(hide, True)
    title = await page.title()
    session = server.agent.got[0].session
    await server.edge.rooms.say(session, {"from": "agent", "name": "Dana", "text": "I can help."})
    await expect(page).to_have_title(f"(1) {title}")
    await page.evaluate("document.title = '(1) Another page of ours'")
    await page.evaluate(hide, False)
    await expect(page).to_have_title("Another page of ours")


async def test_unreachable_guide_shows_what_is_inside_the_element(tmp_path: Path, context: BrowserContext) -> None:
    async with serve(tmp_path) as server:
        page = await open_chat(context, server.url)
        inside = page.locator("insurance-guide-chat").get_by_text(INSIDE)
        await expect(inside).to_be_hidden()
    await expect(page.locator(".state")).to_contain_text("Connection lost")
    await expect(inside).to_be_visible()


# Languages and looks


async def embedded(server: Server, context: BrowserContext, language: str = "en", **attributes: str) -> Page:
    """A page of an agency with the chat in it, under a policy that allows the chat and nothing else."""
    written = " ".join(f'{name}="{html.escape(value)}"' for name, value in attributes.items())
    policy = "default-src 'none'; script-src 'self'; connect-src 'self'; img-src data:"
    text = (
        f'<!doctype html><html lang="{language}"><meta charset="utf-8"><title>Agency</title>'
        f'<script type="module" src="/widget.js"></script>'
        f"<main><button data-guide-open>Ask about coverage</button></main>"
        f"<insurance-guide-chat {written}></insurance-guide-chat>"
    )
    headers = {"Content-Security-Policy": policy, "Content-Type": "text/html"}
    await context.route("**/agency", lambda route: route.fulfill(body=text, headers=headers))
    page = await context.new_page()
    await page.goto(f"{server.url}/agency")
    return page


SHAPE = """table => {
    const shape = value => typeof value === "object"
        ? Object.fromEntries(Object.entries(value).sort().map(([key, part]) => [key, shape(part)]))
        : typeof value === "function" ? `takes ${value.length}` : value.trim() ? "words" : "nothing";
    return import("/widget-view.js").then(({ TEXTS }) =>
        Object.entries(TEXTS).map(([language, texts]) => [language, shape(texts)]));
}"""


async def test_every_language_has_all_the_words_of_the_frame(server: Server, context: BrowserContext) -> None:
    page = await context.new_page()
    await page.goto(server.url)
    (english, words), (spanish, others) = await page.evaluate(SHAPE)
    assert (english, spanish) == ("en", "es")
    assert words == others
    assert "nothing" not in str(words)


@pytest.mark.parametrize(
    ("page_language", "attributes", "label"),
    [
        ("es-MX", {}, "Pregunte por su cobertura"),
        ("en", {"lang": "es"}, "Pregunte por su cobertura"),
        ("es", {"lang": "en"}, "Ask about coverage"),
        ("tlh", {}, "Ask about coverage"),
    ],
)
async def test_frame_speaks_the_language_of_the_element_or_the_page(
    server: Server, context: BrowserContext, page_language: str, attributes: dict[str, str], label: str
) -> None:
    page = await embedded(server, context, page_language, **attributes)
    await expect(page.locator(".launcher")).to_have_text(label)


async def test_spanish_frame_says_what_is_english_and_what_was_refused(server: Server, context: BrowserContext) -> None:
    page = await embedded(server, context, "es")
    await page.locator(".launcher").click()
    await expect(page.locator(".consent")).to_contain_text("Responde en inglés, y el chat queda grabado.")
    await expect(page.get_by_role("dialog", name="Guía de seguros")).to_have_attribute("lang", "es")
    await expect(page.locator(".bot .bubble > p").first).to_have_attribute("lang", "en")
    field = page.get_by_label("Su pregunta")
    await field.fill("\u2060")
    await field.press("Enter")
    await expect(page.get_by_role("alert")).to_have_text("El mensaje está vacío. Por favor, escriba su pregunta.")


CONTRAST = """element => {
    const light = ([r, g, b]) => [.2126 * r, .7152 * g, .0722 * b].reduce((a, c) => a + c);
    const linear = text => light(text.match(/[\\d.]+/g).slice(0, 3).map(n => n / 255)
        .map(n => n <= .04045 ? n / 12.92 : ((n + .055) / 1.055) ** 2.4));
    const { color, backgroundColor } = getComputedStyle(element);
    const [a, b] = [linear(color), linear(backgroundColor)].sort((x, y) => y - x);
    return (a + .05) / (b + .05);
}"""


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("color", ["gold", "#000080", "white", "black", "hsl(330 90% 60%)", "rebeccapurple"])
async def test_any_colour_of_an_agency_can_be_read(
    server: Server, context: BrowserContext, color: str, theme: str
) -> None:
    page = await embedded(server, context, color=color, theme=theme)
    assert await page.locator(".launcher").evaluate(CONTRAST) >= 4.5
    await page.locator(".launcher").click()
    assert await page.get_by_role("button", name="What does cyber insurance cost").evaluate(CONTRAST) >= 4.5


@pytest.mark.parametrize("color", ["red; } * { display: none", "url(x)", ""])
async def test_what_is_no_colour_changes_nothing(server: Server, context: BrowserContext, color: str) -> None:
    page = await embedded(server, context, color=color)
    await expect(page.locator(".launcher")).to_have_css("background-color", "rgb(23, 89, 74)")


async def test_agency_dresses_the_chat_by_attributes(server: Server, context: BrowserContext) -> None:
    logo = "data:image/gif;base64,R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw=="
    page = await embedded(
        server, context, heading="Larkfield", label="Questions?", greeting="Good day!", logo=logo, position="left"
    )
    launcher = page.get_by_role("button", name="Questions?")
    assert (await launcher.bounding_box() or {})["x"] == 20
    await launcher.click()
    await expect(page.get_by_role("dialog", name="Larkfield")).to_be_visible()
    await expect(page.locator(".greeting")).to_have_text("Good day!")
    assert await page.locator(".logo").evaluate("img => img.decode().then(() => img.naturalWidth)") == 1


async def test_phone_keyboard_leaves_the_composer_in_view(server: Server, browser: Browser) -> None:
    async with window(browser, 360, 640) as context:
        await context.add_init_script(
            "const view = Object.assign(new EventTarget(), { height: 640, offsetTop: 0, scale: 1 });"
            "Object.defineProperty(window, 'visualViewport', { value: view });"
        )
        page = await open_chat(context, server.url)
        dialog = page.get_by_role("dialog")
        change = (
            "change => { Object.assign(visualViewport, change); visualViewport.dispatchEvent(new Event('resize')); }"
        )
        await page.evaluate(change, {"height": 300, "offsetTop": 40})
        assert await dialog.bounding_box() == {"x": 0, "y": 40, "width": 360, "height": 300}
        await page.evaluate(change, {"height": 150, "offsetTop": 0, "scale": 2})  # zoomed in, and no keyboard
        assert await dialog.bounding_box() == {"x": 0, "y": 0, "width": 360, "height": 640}


async def test_finger_opens_the_chat_without_calling_the_keyboard(server: Server, browser: Browser) -> None:
    context = await browser.new_context(has_touch=True, is_mobile=True, viewport={"width": 360, "height": 640})
    page = await context.new_page()
    await page.goto(server.url)
    await page.locator(".launcher").tap()
    await expect(page.get_by_role("dialog")).to_be_focused()
    await context.close()
