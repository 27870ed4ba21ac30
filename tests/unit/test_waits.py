"""Loops that wait for news end when they are cancelled, also at the moment the news comes.

``asyncio.wait_for`` of Python 3.11 takes the result and drops the cancellation then (CPython issue 86296).
"""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

import pytest

from bot.handoff.feed import Changes

BOT = Path(__file__).parents[2] / "bot"


@pytest.mark.parametrize("turns", [0, 1, 2])
async def test_a_loop_that_is_cancelled_about_when_news_comes_ends(turns: int) -> None:
    changes = Changes()

    async def follow() -> None:
        while True:
            await changes.next(60)

    loop = asyncio.create_task(follow())
    await asyncio.sleep(0)
    changes.add("K3H7QM")
    for _ in range(turns):
        await asyncio.sleep(0)
    loop.cancel()
    ended, _ = await asyncio.wait({loop}, timeout=1)
    loop.cancel()
    assert ended


def test_no_event_is_waited_for_in_the_way_that_drops_a_cancellation() -> None:
    found = [file.name for file in BOT.rglob("*.py") if re.search(r"wait_for\([\w.]+\.wait\(\)", file.read_text())]
    assert found == []
