"""The guide as a service: the web application under uvicorn, with agents in processes of their own behind it."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import socket
from collections.abc import Callable, Sequence
from pathlib import Path
from types import FrameType

from bot.agency import Agency
from bot.edge.app import Channel, Edge
from bot.edge.crew import Crew
from bot.edge.listening import CannotStart
from bot.edge.logs import log_to
from bot.edge.metrics import Metrics
from bot.edge.nursery import Nursery
from bot.edge.server import Server
from bot.records.opening import close_shared
from bot.settings import Settings

MOST = 4  # agents, unless a setting says how many
NO_MORE_AGENTS = "The process that agents come from has ended, and the guide with it: start it again. The log is {log}."


class CannotGoOn(Exception):
    """The guide ended by itself; the message says why and what to do."""


def serve(
    nursery: Nursery,
    settings: Settings,
    agency: Agency,
    listener: socket.socket,
    log: Path,
    started: Callable[[], object],
    channels: Sequence[Callable[[Edge], Channel]] = (),
) -> None:
    """Serve until a signal stops it, which raises KeyboardInterrupt.

    Args:
        nursery: where agents come from; it ends with this.
        channels: make those beside the website.

    Raises:
        CannotStart: with the reason; the log has more.
        CannotGoOn: the nursery has ended; turns in hand were finished.
    """
    no_more_agents = False

    def stop() -> None:
        nonlocal no_more_agents
        no_more_agents = server.should_exit = True

    async def load(metrics: Metrics) -> Crew:
        crew = Crew(nursery, settings.processes or min(_cores(), MOST), metrics)
        await crew.begin(stop)
        return crew

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
        nursery.close()
        close_shared()
    if no_more_agents:
        raise CannotGoOn(NO_MORE_AGENTS.format(log=log))


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt
