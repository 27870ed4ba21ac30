"""Whatever is said in the chat, and whoever says it, is text: nothing in it runs, and only safe links work."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import yaml
from playwright.async_api import Browser, BrowserContext, Page, expect
from serving import Server
from visiting import ask, open_chat, window

PAYLOADS: list[str] = yaml.safe_load((Path(__file__).parent / "xss.yml").read_text(encoding="utf-8"))

# A page of an agency that protects itself by no content policy: what gets in there, runs.
BARE = (
    "<!doctype html><main><button data-guide-open>Ask about coverage</button></main>"
    "<insurance-guide-chat></insurance-guide-chat><script type=module src=widget.js></script>"
)
WATCH = """
    window.ran = [];
    window.boom = () => { window.ran.push("boom"); };
    addEventListener("securitypolicyviolation", ({ violatedDirective, sample, blockedURI }) =>
        window.ran.push(`${violatedDirective} ${blockedURI} ${sample}`));
"""
# What may stand in a conversation; everything else is named in the answer.
UNSAFE = """root => {
    const elements = new Set(("div span p br strong em ul ol li a button cite details summary h2 h3 h4 section header "
        + "form label input textarea fieldset legend table caption thead tbody tr th td progress time i bdi svg"
        + " path slot"
    ).split(" "));
    const loads = ["src", "srcdoc", "srcset", "style", "action", "formaction", "xlink:href", "http-equiv", "data"];
    const safe = ({ href, protocol, origin, rel }) => rel.includes("noopener") &&
        (["https:", "mailto:", "tel:"].includes(protocol) || (protocol === "http:" && origin === location.origin));
    return [...root.querySelectorAll("*")].filter(element =>
        !elements.has(element.localName) || element.shadowRoot ||
        [...element.attributes].some(({ name }) => name.startsWith("on") || loads.includes(name)) ||
        (element.hasAttribute("href") && !(element.localName === "a" && safe(element)))
    ).map(element => element.cloneNode(false).outerHTML);
}"""


@asynccontextmanager
async def chat(server: Server, browser: Browser, path: str) -> AsyncIterator[Page]:
    """An open chat, in which nothing may run, load, open or stand that is no text."""
    async with window(browser) as context:
        await context.route(f"{server.url}/bare", lambda route: route.fulfill(body=BARE, content_type="text/html"))
        await context.add_init_script(WATCH)
        asked_for: set[str] = set()
        context.on("request", lambda request: asked_for.add(request.url.removeprefix(server.url)))
        page = await open_chat(context, server.url + path)
        own = set(asked_for)
        yield page
        assert await page.locator("insurance-guide-chat").evaluate(f"host => ({UNSAFE})(host.shadowRoot)") == []
        assert await page.evaluate("window.ran") == []
        assert [url for url in asked_for - own if not url.startswith("/chat/")] == []
        assert len(context.pages) == len(page.frames) == 1


async def shown(page: Page, count: int) -> None:
    await expect(page.locator(".message:not(.pending)")).to_have_count(count, timeout=120_000)


def answer(**parts: Any) -> dict[str, Any]:
    return {"from": "bot", "text": "Look:", "answer": {"body": "Look:", **parts}}


ROLES: dict[str, Callable[[str], dict[str, Any]]] = {
    "visitor": lambda text: {"from": "visitor", "text": text},
    "bot": lambda text: {"from": "bot", "text": text},
    "agent": lambda text: {"from": "agent", "name": "Dana", "text": text},
    "name": lambda text: {"from": "agent", "name": text, "text": "I can help."},
    "sender": lambda text: {"from": text, "text": "I can help."},
    "answer": lambda text: answer(body=text, verdict=text, more=[{"title": text, "text": text}, text]),
    "table": lambda text: answer(table={"columns": [text, "b"], "rows": [{"label": text, "cells": [text, text]}]}),
    "source": lambda text: answer(sources=[{"title": text, "publisher": text, "year": text, "url": text}]),
    "button": lambda text: {
        "from": "bot",
        "text": "Choose:",
        "buttons": [{"title": text}, {"title": "b", "url": text}],
    },
}


@pytest.mark.parametrize("path", ["/", "/bare"])
async def test_what_a_visitor_types_stays_text_in_the_question_and_in_the_answer(
    server: Server, browser: Browser, path: str
) -> None:
    async with chat(server, browser, path) as page:
        await page.locator("insurance-guide-chat").evaluate(
            "(chat, texts) => texts.forEach(t => chat.ask(t))", PAYLOADS
        )
        await shown(page, 1 + 2 * len(PAYLOADS))
        assert len(server.agent.got) == len(PAYLOADS)


@pytest.mark.parametrize("role", ROLES)
async def test_what_is_said_in_any_role_stays_text_when_it_arrives_and_after_a_reload(
    server: Server, browser: Browser, role: str
) -> None:
    async with chat(server, browser, "/bare") as page:
        await page.locator("insurance-guide-chat").evaluate("chat => chat.ask('hello')")
        await shown(page, 3)
        session = server.agent.got[0].session
        for text in PAYLOADS:
            await server.edge.rooms.say(session, ROLES[role](text))
        await shown(page, 3 + len(PAYLOADS))
        if role in ("visitor", "name"):
            part = page.locator(".visitor .bubble" if role == "visitor" else ".agent .sender")
            said = await part.evaluate_all("parts => parts.map(part => part.textContent)")
            assert said[-len(PAYLOADS) :] == [text if role == "visitor" else f"{text}: " for text in PAYLOADS]
        assert await page.evaluate("window.ran") == []
        await page.reload()
        await shown(page, 3 + len(PAYLOADS))


async def test_title_that_the_server_names_stays_text(server: Server, browser: Browser) -> None:
    for text in PAYLOADS[:10]:
        server.edge.chat.title = text
        async with chat(server, browser, "/bare") as page:
            await expect(page.get_by_role("dialog").get_by_role("heading", level=2)).to_have_text(text)


async def test_link_to_a_blob_of_the_page_stays_text(server: Server, context: BrowserContext) -> None:
    page = await open_chat(context, server.url)
    await ask(page, f"[x](blob:{server.url}/0b1c)")
    await expect(page.locator(".bot").last).to_contain_text("blob:")
    await expect(page.locator(".bot a")).to_have_count(0)


async def test_page_of_opaque_origin_takes_no_script_for_a_link(server: Server, context: BrowserContext) -> None:
    page = await open_chat(context, server.url)
    await page.goto("data:text/html,<p>x")
    source = await (await context.request.get(f"{server.url}/widget-view.js")).text()
    safe = await page.evaluate(
        """async source => (await import(URL.createObjectURL(new Blob([source], {type: "text/javascript"}))))
            .safeUrl("javascript:boom()")""",
        source,
    )
    assert safe is None
