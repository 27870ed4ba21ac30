"""Uvicorn around the web application, stopped in the right order."""

from __future__ import annotations

import socket
from collections.abc import Callable

import uvicorn

from bot.edge.app import Edge
from bot.edge.connections import Connection

CLOSE_SECONDS = 1  # for connections, once turns and streams have ended


class Server(uvicorn.Server):
    """Uvicorn's, which finishes turns and ends streams before it waits for connections to close.

    Args:
        started: called once requests are taken.
    """

    def __init__(self, edge: Edge, started: Callable[[], object] = lambda: None) -> None:
        super().__init__(
            uvicorn.Config(
                edge.app(),
                ws="none",
                http=Connection,
                lifespan="on",
                proxy_headers=False,  # bot.edge.intake reads them, and believes its own proxies alone
                server_header=False,
                access_log=False,
                log_config=None,
                timeout_graceful_shutdown=CLOSE_SECONDS,
            )
        )
        self._edge = edge
        self._started = started

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._started()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        await self._edge.stop()
        await super().shutdown(sockets)
