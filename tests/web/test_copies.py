"""A copy by mail goes to a confirmed address alone, with the names of agents and nothing private of theirs."""

from __future__ import annotations

import os
import re
from collections.abc import AsyncIterator, Iterator
from typing import Any

import aiohttp
import pytest
import pytest_asyncio
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, expect
from serving import Server, Start
from test_accessibility import RULES
from test_people import DANA, asked, desk, hire
from visiting import Visitor, choose, code, open_chat, window

from bot.edge.copies import CODES, TRIES
from bot.handoff.courier import Courier
from bot.handoff.mail import Mail
from bot.handoff.settings import HandoffSettings


class Box(Controller):
    """A real mail server on a port that is free."""

    def __init__(self) -> None:
        super().__init__(self, hostname="127.0.0.1", port=0)
        self.letters: list[Envelope] = []

    async def handle_DATA(self, server: SMTP, session: Any, envelope: Envelope) -> str:
        self.letters.append(envelope)
        return "250 OK"

    def _trigger_server(self) -> None:
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"


@pytest.fixture
def box() -> Iterator[Box]:
    box = Box()
    box.start()
    yield box
    box.stop()


@pytest_asyncio.fixture
async def server(start: Start, box: Box) -> AsyncIterator[Server]:
    yield await start(handoff=HandoffSettings(smtp=box.url, mail_from="guide@agency.example"))


@pytest_asyncio.fixture
async def visitor(server: Server, http: aiohttp.ClientSession) -> Visitor:
    hire(server)
    visitor = Visitor(server, http)
    assert (await visitor.join())["mails"] is True
    return visitor


async def copy(visitor: Visitor, **body: Any) -> tuple[int, Any, Any]:
    return await visitor.post("/chat/copy", body, Authorization=f"Bearer {visitor.token}")


async def mailed(server: Server, box: Box, count: int) -> list[str]:
    """The letters, once there are so many."""
    courier = Courier(server.edge.stores.records, {}, mail=Mail(box.url, "guide@agency.example"))
    while len(box.letters) < count:
        await courier.letter()
    return [bytes(each.content or b"").decode() for each in box.letters]


async def test_the_copy_comes_after_the_code(server: Server, visitor: Visitor, box: Box) -> None:
    reference = await asked(visitor)
    await desk(server).claim(DANA, reference)
    await desk(server).say(DANA, reference, "Good morning", "1")
    await desk(server).note(DANA, reference, "giraffe", "1")
    first = await copy(visitor, email="Dee@Example.com")
    number = re.search(r"The code is (\d{6})", (await mailed(server, box, 1))[0])
    assert first[0] == 200 and number
    assert (await copy(visitor, asked=first[1]["asked"], code=number[1]))[1] == {"sent": True}
    letter = (await mailed(server, box, 2))[1]
    assert box.letters[1].rcpt_tos == ["dee@example.com"]
    assert "Dana Reyes:" in letter and "Good morning" in letter and "giraffe" not in letter and "dana" not in letter


async def test_a_wrong_code_sends_nothing_and_guessing_ends(server: Server, visitor: Visitor, box: Box) -> None:
    first = await copy(visitor, email="dee@example.com")
    right = re.search(r"The code is (\d{6})", (await mailed(server, box, 1))[0])
    assert right
    wrong = f"{(int(right[1]) + 1) % 10**6:06}"
    for _ in range(TRIES.count):
        assert code(await copy(visitor, asked=first[1]["asked"], code=wrong)) == (400, "bad_code")
    assert (await copy(visitor, asked=first[1]["asked"], code=right[1]))[0] == 429
    assert len(box.letters) == 1


async def test_the_code_of_another_conversation_is_none(
    server: Server, visitor: Visitor, box: Box, http: aiohttp.ClientSession
) -> None:
    first = await copy(visitor, email="dee@example.com")
    right = re.search(r"The code is (\d{6})", (await mailed(server, box, 1))[0])
    assert right
    other = Visitor(server, http)
    await other.join()
    assert code(await copy(other, asked=first[1]["asked"], code=right[1])) == (400, "bad_code")


async def test_nobody_is_flooded_with_codes(server: Server, visitor: Visitor, http: aiohttp.ClientSession) -> None:
    for _ in range(CODES.count):
        other = Visitor(server, http)
        await other.join()
        assert (await copy(other, email="dee@example.com"))[0] == 200
    assert (await copy(visitor, email="DEE@example.com"))[0] == 429
    for number in range(CODES.count):
        await copy(visitor, email=f"dee{number}@example.com")
    assert (await copy(visitor, email="lee@example.com"))[0] == 429


@pytest.mark.parametrize("email", ["", "dee", "dee@", "a@b.c, d@e.f", "dee@example.com\nBcc: x@y.z", None, 7])
async def test_what_is_no_address_is_refused(visitor: Visitor, email: Any) -> None:
    assert code(await copy(visitor, email=email)) == (400, "bad_email")


async def test_without_a_mail_server_there_is_no_copy(start: Start, http: aiohttp.ClientSession) -> None:
    visitor = Visitor(await start(), http)
    assert (await visitor.join())["mails"] is False
    assert code(await copy(visitor, email="dee@example.com")) == (404, "not_found")


async def test_the_window_asks_for_the_address_and_then_for_the_code(
    server: Server, browser: Browser, box: Box
) -> None:
    async with window(browser) as context:
        page = await open_chat(context, server.url)
        await choose(page, "E-mail the conversation")
        await page.get_by_role("textbox", name="Your e-mail address").fill("dee@example.com")
        await page.get_by_role("button", name="Send me a code").click()
        await expect(page.locator(".asking").first).to_contain_text("a code of six digits is on its way")
        number = re.search(r"The code is (\d{6})", (await mailed(server, box, 1))[0])
        assert number
        if folder := os.environ.get("GUIDE_SCREENSHOTS"):
            await page.screenshot(path=f"{folder}/copy-code.png")
        results = await Axe().run(page, options=RULES)
        assert results.violations_count == 0, results.generate_report()
        await page.get_by_role("textbox", name="The code from the mail").fill("12")
        await page.get_by_role("button", name="Send the copy").click()
        await expect(page.locator(".asking").first).to_contain_text("This is not the code.")
        await page.get_by_role("textbox", name="The code from the mail").fill(number[1])
        await page.get_by_role("button", name="Send the copy").click()
        await expect(page.locator(".told")).to_have_text("The copy is on its way.")
        assert len(await mailed(server, box, 2)) == 2
