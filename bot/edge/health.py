"""Whether the guide runs, and whether it can answer."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable, Coroutine
from contextlib import suppress
from pathlib import Path
from typing import Any

from bot.edge.stores import Stores
from knowledge.live import in_service

LEAST_FREE = 50_000_000  # bytes of the disk with the state folder
CHECK_SECONDS = 5.0


class Health:
    """What must be right before visitors are sent here.

    Args:
        check: raises an error where what answers cannot.
    """

    def __init__(self, state: Path, stores: Stores, check: Callable[[], Coroutine[Any, Any, object]]) -> None:
        self._state = state
        self._stores = stores
        self._check = check

    async def checks(self) -> dict[str, bool]:
        """Each thing that answers need, and whether it is there."""
        return {
            "model": await _holds(self._check()),
            "database": await _holds(self._stores.check()),
            "knowledge": await _holds(asyncio.to_thread(in_service)),
            "disk": await _holds(asyncio.to_thread(self._has_room)),
        }

    def _has_room(self) -> None:
        if shutil.disk_usage(self._state).free < LEAST_FREE:
            raise OSError("the disk is nearly full")


async def _holds(check: Coroutine[Any, Any, object]) -> bool:
    with suppress(Exception):
        await asyncio.wait_for(check, CHECK_SECONDS)
        return True
    return False
