"""Something that stands for Slack, and the real guide beside it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import pytest_asyncio
from fake_slack import FakeSlack
from slack_running import Running, run
from slack_side import SlackSide

from bench.processes import free_port


@pytest.fixture(scope="session")
def fake_process() -> Any:
    import asyncio

    fake = FakeSlack(free_port())
    asyncio.run(fake.start())
    yield fake
    fake.stop()


@pytest_asyncio.fixture
async def fake(fake_process: FakeSlack) -> FakeSlack:
    await fake_process.do("reset")
    await fake_process.do("set", gap=0.0)
    return fake_process


@pytest_asyncio.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=30)) as session:
        yield session


Start = Callable[..., Any]


@pytest_asyncio.fixture
async def start(tmp_path: Path, fake: FakeSlack) -> AsyncIterator[Start]:
    """Start guides that share one state folder."""
    async with AsyncExitStack() as stack:

        async def start(**options: Any) -> Running:
            return await stack.enter_async_context(run(tmp_path / "state", fake.url, **options))

        yield start


@pytest_asyncio.fixture
async def guide(start: Start) -> Running:
    return await start()


@pytest_asyncio.fixture
async def slack(guide: Running, fake: FakeSlack, http: aiohttp.ClientSession) -> SlackSide:
    return SlackSide(guide.url, fake, http)
