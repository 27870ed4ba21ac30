"""What has been kept long enough is erased: when the server starts, and once a day while it runs."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence

logger = logging.getLogger(__name__)

DAY = 24 * 3600.0  # seconds

Sweep = Callable[[], object]


def sweep_all(sweeps: Sequence[Sweep]) -> None:
    """Run each; one that fails is logged and tried again the next day, for the chat matters more."""
    for sweep in sweeps:
        try:
            sweep()
        except Exception:
            logger.exception("What was kept long enough could not be erased.")


async def sweep_daily(sweeps: Sequence[Sweep], pause: float = DAY) -> None:
    """Run each once a day, the first time in a day, until it is cancelled."""
    while True:
        await asyncio.sleep(pause)
        sweep_all(sweeps)
