"""A real Rasa server with the web channel, in which a stub takes the place of the trained agent."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from rasa.core.channels.channel import UserMessage
from rasa.core.run import configure_app
from sanic import Sanic

from bot.channels.web import WebChannel

ANSWER = {
    "verdict": "no",
    "signature": {"by": "Dana Reyes", "licence": "CA 0X12345", "signed_on": "2026-11-22"},
    "sources": [{"id": "iii", "title": "Liability basics", "publisher": "III", "year": 2024}],
    "more": "Advice belongs to **professional liability**.",
}


class StubAgent:
    """Answers as the trained bot would, in shapes that matter to the channel, and remembers what it got."""

    def __init__(self) -> None:
        self.got: list[UserMessage] = []
        self.answering = 0

    async def handle_message(self, message: UserMessage) -> None:
        self.got.append(message)
        self.answering += 1
        assert self.answering == 1, "two turns of one conversation at once"
        await asyncio.sleep(0.02)
        self.answering -= 1
        text = message.text or ""

        async def say(**parts: Any) -> None:
            await message.output_channel.send_response(message.sender_id, {"timestamp": 1.0, **parts})

        if text == "silence":
            return
        if text == "crash":
            raise RuntimeError("the action server is gone")
        if text == "for a person":
            message.output_channel.reply_due = False
        elif "bad advice" in text:
            buttons = [{"title": "And what does?", "payload": "And what does?"}]
            await say(text="General liability does not.\n\nIt pays for injury.", buttons=buttons, answer=ANSWER)
        else:
            await say(text=f"echo: {text}", buttons=None)


class Server:
    """A running server: its address, and the agent behind it."""

    def __init__(self, url: str, agent: StubAgent, channel: WebChannel) -> None:
        self.url = url
        self.agent = agent
        self.channel = channel


@asynccontextmanager
async def serve(state: Path, **options: Any) -> AsyncIterator[Server]:
    """Run Rasa's own server, as ``rasa run`` sets it up, on a free loopback port."""
    Sanic.test_mode = True  # Rasa always names its app the same, and the tests start several
    defaults = {"secret": "test secret", "heartbeat": 0.2, "session_rate": None, "ip_rate": None}
    port = options.pop("port", 0)
    enable_api = options.pop("enable_api", False)
    channel = WebChannel(state=state, **{**defaults, **options})
    app = configure_app([channel], cors=None, enable_api=enable_api, use_uvloop=False)
    agent = app.ctx.agent = StubAgent()
    with socket.create_server(("127.0.0.1", port)) as sock:
        sock.setblocking(False)
        server = await app.create_server(sock=sock, return_asyncio_server=True, access_log=False)
        await server.startup()
        await server.before_start()
        await server.start_serving()
        try:
            yield Server(f"http://127.0.0.1:{sock.getsockname()[1]}", agent, channel)
        finally:
            await server.before_stop()
            await asyncio.sleep(0.05)  # streams end
            await server.close()
            for connection in list(server.connections):
                connection.abort()
            await server.after_stop()


Start = Callable[..., Awaitable[Server]]
