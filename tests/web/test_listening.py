"""The address that is served at."""

from __future__ import annotations

import asyncio
import socket

import pytest

from bot.edge.listening import CannotStart, listen

HERE = "127.0.0.1"


async def test_what_is_written_to_a_connection_is_sent_at_once() -> None:
    at_once: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    async def met(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = writer.get_extra_info("socket")
        at_once.set_result(connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
        writer.close()

    listener = listen(0, HERE)
    async with await asyncio.start_server(met, sock=listener):
        _, writer = await asyncio.open_connection(*listener.getsockname())
        assert await asyncio.wait_for(at_once, 5)
        writer.close()


def test_an_address_that_is_taken_is_refused_in_one_sentence() -> None:
    with listen(0, HERE) as taken:
        taken.listen()
        with pytest.raises(CannotStart, match="is taken"):
            listen(taken.getsockname()[1], HERE)
