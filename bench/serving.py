"""The real web application under its real server, in this process, with whatever is to answer behind it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.processes import LOOPBACK
from bot.agency import Agency
from bot.edge.app import Answering, Edge
from bot.edge.listening import listen
from bot.edge.metrics import Metrics
from bot.edge.server import Server
from bot.handoff.settings import HandoffSettings
from bot.settings import Settings

UNLIMITED = {"session_rate": None, "ip_rate": None, "ip_streams": None}


@dataclass
class Running:
    """A running application: its address, itself, and what answers."""

    url: str
    edge: Edge
    agent: Any


class _Quiet(Server):
    """Leaves the signals to whoever runs it."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@asynccontextmanager
async def running(
    state: Path,
    agent: Answering,
    port: int = 0,
    agency: Agency | None = None,
    handoff: HandoffSettings | None = None,
    **options: Any,
) -> AsyncIterator[Running]:
    """Serve on a loopback port, a free one unless named; options are those of the settings."""

    async def load(metrics: Metrics) -> Answering:
        return agent

    settings = Settings(state=state, **{**UNLIMITED, "secret": "for this run", **options})
    edge = Edge(settings, load, agency or Agency(), handoff=handoff)
    ready = asyncio.Event()
    server = _Quiet(edge, ready.set)
    listener = listen(port, LOOPBACK)
    url = f"http://{LOOPBACK}:{listener.getsockname()[1]}"
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    waiting = asyncio.create_task(ready.wait())
    await asyncio.wait({serving, waiting}, return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()
    assert ready.is_set(), f"it did not start: {edge.failure}"
    try:
        yield Running(url, edge, agent)
    finally:
        server.should_exit = True
        await serving
