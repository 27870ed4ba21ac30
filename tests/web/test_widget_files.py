"""Files for an agent in the widget: by mouse, keyboard and screen reader, with progress and kind refusals."""

from __future__ import annotations

from pathlib import Path

import pytest
import pytest_asyncio
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import BrowserContext, Page, Route, expect
from serving import Server, Start
from test_accessibility import RULES, tab_to
from test_web_files import PDF, SVG, picture
from visiting import ask, open_chat

ATTACH = "Send a picture or PDF to an agent"


@pytest_asyncio.fixture
async def taking(start: Start) -> Server:
    return await start(files=True)


@pytest_asyncio.fixture
async def page(taking: Server, context: BrowserContext) -> Page:
    return await open_chat(context, taking.url)


async def choose(page: Page, name: str, content: bytes, kind: str = "") -> None:
    file = {"name": name, "mimeType": kind or "application/octet-stream", "buffer": content}
    await page.locator("input[type=file]").set_input_files(file)  # type: ignore[arg-type]


async def test_a_file_is_chosen_by_keyboard_sent_shown_and_saved_again(
    page: Page, context: BrowserContext, tmp_path: Path
) -> None:
    content = picture("PNG", (64, 64))
    (tmp_path / "roof.png").write_bytes(content)
    async with page.expect_file_chooser() as choosing:  # the next key of a busy page would overtake this
        await tab_to(page, page.get_by_role("button", name=ATTACH), "Shift+Tab")
        await page.keyboard.press("Enter")
    await (await choosing.value).set_files(tmp_path / "roof.png")
    await expect(page.get_by_role("log")).to_contain_text("roof.png is kept for a licensed agent.")
    await expect(page.locator(".told")).to_have_text("roof.png was sent.")
    await expect(page.get_by_role("button", name="Talk to a licensed agent", exact=True)).to_be_visible()
    await page.reload()  # and in the next page, and another tab
    saving = page.get_by_role("button", name="Save roof.png, 1 kB")
    await expect(saving).to_have_count(1)
    async with page.expect_download() as saved:
        await saving.click()
    download = await saved.value
    assert download.suggested_filename == "roof.png" and Path(await download.path()).read_bytes() == content
    other = await context.new_page()
    await other.goto(page.url)
    await other.locator(".launcher").click()
    await expect(other.get_by_role("button", name="Save roof.png, 1 kB")).to_be_visible()


@pytest.mark.parametrize(
    ("name", "content", "kind", "told"),
    [
        ("x.svg", SVG, "image/svg+xml", "Only pictures"),  # told before it is sent
        ("x.png", SVG, "image/png", "Only pictures"),  # told by the server
        ("x.png", picture("PNG")[:-20], "image/png", "may be damaged"),
        ("x.pdf", PDF + b" " * 10 * 2**20, "application/pdf", "under 10 MB"),
    ],
    ids=["a drawing", "a drawing called a picture", "half a picture", "too large"],
)
async def test_what_is_not_taken_is_refused_in_kind_words_beside_the_composer(
    page: Page, name: str, content: bytes, kind: str, told: str
) -> None:
    await choose(page, name, content, kind)
    status = page.locator(".upload").get_by_role("status")
    await expect(status).to_contain_text(told)
    await expect(page.get_by_role("button", name="Try again")).to_be_hidden()
    await page.get_by_role("button", name="Cancel").click()
    await expect(page.locator(".upload")).to_be_hidden()
    await expect(page.get_by_role("button", name=ATTACH)).to_be_focused()
    await choose(page, "good.pdf", PDF, "application/pdf")
    await expect(page.get_by_role("log")).to_contain_text("good.pdf is kept")


async def test_progress_is_shown_a_lost_connection_told_and_the_file_sent_once_when_tried_again(
    page: Page, taking: Server
) -> None:
    held: list[Route] = []

    async def hold(route: Route) -> None:
        held.append(route)

    await page.route("**/chat/file?*", hold)
    await choose(page, "roof.pdf", PDF, "application/pdf")
    await expect(page.locator(".upload").get_by_role("status")).to_have_text("Sending roof.pdf…")
    await expect(page.locator(".upload progress")).to_be_visible()
    await held[0].abort("connectionreset")
    await expect(page.locator(".upload").get_by_role("status")).to_contain_text("could not be sent")
    await page.unroute("**/chat/file?*")
    await page.get_by_role("button", name="Try again").click()
    await expect(page.get_by_role("log")).to_contain_text("roof.pdf is kept")
    await ask(page, "hello")
    await expect(page.get_by_role("log")).to_contain_text("echo: hello")
    await expect(page.locator(".file")).to_have_count(1)


async def test_a_file_can_be_called_back_while_it_is_sent(page: Page) -> None:
    held: list[Route] = []

    async def hold(route: Route) -> None:
        held.append(route)

    await page.route("**/chat/file?*", hold)
    await choose(page, "roof.pdf", PDF, "application/pdf")
    await page.get_by_role("button", name="Cancel").click()
    await expect(page.locator(".told")).to_have_text("The file was not sent.")
    await expect(page.locator(".file")).to_have_count(0)


async def test_no_rule_of_axe_is_broken_while_a_file_is_sent_refused_and_shown(page: Page) -> None:
    await choose(page, "roof.pdf", PDF, "application/pdf")
    await expect(page.locator(".file")).to_be_visible()
    found = []

    async def look(state: str) -> None:
        for scheme, width in (("light", 1200), ("dark", 1200), ("light", 360)):
            await page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            await page.set_viewport_size({"width": width, "height": 740})
            results = await Axe().run(page, options=RULES)
            for rule in results.response["violations"]:
                found.extend(f"{state} {scheme} {width}: {rule['id']} {node['target']}" for node in rule["nodes"])

    await look("shown")
    await choose(page, "x.svg", SVG, "image/svg+xml")
    await expect(page.locator(".upload.failed")).to_be_visible()
    await look("refused")

    async def hold(route: Route) -> None:
        return None

    await page.route("**/chat/file?*", hold)
    await choose(page, "roof.pdf", PDF, "application/pdf")
    await expect(page.locator(".upload progress")).to_be_visible()
    await look("sent")
    assert found == []


async def test_where_no_files_are_taken_there_is_no_button_and_no_fourth_script(
    server: Server, context: BrowserContext
) -> None:
    asked_for: list[str] = []
    context.on("request", lambda request: asked_for.append(request.url))
    page = await open_chat(context, server.url)
    await expect(page.get_by_role("button", name=ATTACH)).to_have_count(0)
    assert not [url for url in asked_for if url.endswith("widget-files.js")]
