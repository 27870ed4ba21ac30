"""The desk in its real application, with agents who have accounts; visitors are those of tests/web."""

from __future__ import annotations

import shutil
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import pytest_asyncio

sys.path.append(str(Path(__file__).resolve().parents[1] / "web"))

from desking import add_people
from playwright.async_api import Browser, async_playwright, expect
from serving import Server, Start, serve
from visiting import SWITCHES

expect.set_options(timeout=60_000)  # what is waited for comes or does not; how soon is for the benchmarks


@pytest_asyncio.fixture
async def start(tmp_path: Path) -> AsyncIterator[Start]:
    """Start servers that share one state folder, with the options of the channel."""
    async with AsyncExitStack() as stack:

        async def start(**options: Any) -> Server:
            return await stack.enter_async_context(serve(tmp_path / "state", **options))

        yield start


@pytest_asyncio.fixture
async def server(start: Start) -> Server:
    server = await start()
    add_people(server.edge.stores.records)
    return server


@pytest_asyncio.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=60)) as session:
        yield session


@pytest_asyncio.fixture
async def browser() -> AsyncIterator[Browser]:
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if path is None:
        pytest.fail("The desk is tested in a real browser: apt-get install -y chromium")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=SWITCHES)
        yield browser
        await browser.close()
