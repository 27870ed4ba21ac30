"""The guide as one process: the web application under uvicorn, started with one clear word or not at all."""

from __future__ import annotations

import asyncio
import logging
import signal
import socket
from collections.abc import Callable, Sequence
from pathlib import Path
from types import FrameType

from bot.agency import Agency
from bot.edge.agent import GuideAgent
from bot.edge.app import Channel, Edge
from bot.edge.listening import CannotStart
from bot.edge.logs import log_to
from bot.edge.metrics import Metrics
from bot.edge.server import Server
from bot.records.opening import close_shared
from bot.settings import Settings


def serve(
    model: Path,
    settings: Settings,
    agency: Agency,
    listener: socket.socket,
    log: Path,
    started: Callable[[], object],
    channels: Sequence[Callable[[Edge], Channel]] = (),
) -> None:
    """Serve until a signal stops it, which raises KeyboardInterrupt.

    Args:
        channels: make those beside the website.

    Raises:
        CannotStart: with the reason; the log has more.
    """

    async def load(metrics: Metrics) -> GuideAgent:
        return await GuideAgent.load(model, metrics.timed)

    log_to(log)
    edge = Edge(settings, load, agency, channels)
    server = Server(edge, started)
    # Uvicorn sends a signal on when it has stopped; by then both kinds are the same.
    signal.signal(signal.SIGTERM, _interrupt)
    signal.signal(signal.SIGINT, _interrupt)
    try:
        asyncio.run(server.serve(sockets=[listener]))
    except SystemExit:
        logging.getLogger(__name__).error("The guide could not start.", exc_info=edge.failure)
        raise CannotStart(f"The guide could not start: {edge.failure}. The log is {log}.") from edge.failure
    finally:
        close_shared()


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt
