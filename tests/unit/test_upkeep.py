"""What has been kept long enough goes, at start and daily, and one failure keeps nothing else."""

from __future__ import annotations

import asyncio
import logging

import pytest

from bot.edge.upkeep import sweep_all, sweep_daily
from bot.records.retention import Sweep


async def fails() -> None:
    raise OSError("the disk is full")


def counting(done: list[int], number: int) -> Sweep:
    async def sweep() -> None:
        done.append(number)

    return sweep


async def test_a_sweep_that_fails_stops_no_other_and_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    done: list[int] = []
    with caplog.at_level(logging.ERROR):
        await sweep_all([counting(done, 1), fails, counting(done, 2)])
    assert done == [1, 2]
    assert "the disk is full" in caplog.text


async def test_sweeps_come_again_until_they_are_cancelled() -> None:
    done: list[int] = []
    task = asyncio.create_task(sweep_daily([fails, counting(done, 1)], pause=0.001))
    while len(done) < 3:
        await asyncio.sleep(0.001)
    task.cancel()
    await asyncio.sleep(0.01)
    so_far = len(done)
    await asyncio.sleep(0.02)
    assert len(done) == so_far
