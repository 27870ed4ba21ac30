"""What a serving process does beside serving: erase what was kept long enough, and say that it is there."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence

from bot.edge.stores import Stores
from bot.edge.turns import Turns
from bot.records.engine import RecordsUnavailable
from bot.records.presence import BEAT_SECONDS
from bot.records.retention import Sweep

logger = logging.getLogger(__name__)

DAY = 24 * 3600.0  # seconds


async def stay_present(stores: Stores, turns: Turns, pause: float = BEAT_SECONDS) -> None:
    """Say again and again that this process serves, and take up what one has left that serves no more."""
    while True:
        await asyncio.sleep(pause)
        try:
            await stores.presence.beat()
            if not turns.stopping and (taken_up := await turns.take_up()):
                logger.warning("%d messages that another process left are answered now", taken_up)
        except RecordsUnavailable as error:
            logger.warning("The database cannot be told that this process serves: %s", error)


async def sweep_all(sweeps: Sequence[Sweep], failed: Callable[[], object] = lambda: None) -> None:
    """Run each; one that fails is logged and tried again the next day, for the chat matters more."""
    for sweep in sweeps:
        try:
            await sweep()
        except Exception:
            failed()
            logger.exception("What was kept long enough could not be erased.")


async def sweep_daily(sweeps: Sequence[Sweep], failed: Callable[[], object] = lambda: None, pause: float = DAY) -> None:
    """Run each once a day, the first time in a day, until it is cancelled."""
    while True:
        await asyncio.sleep(pause)
        await sweep_all(sweeps, failed)
