"""Socket Mode: the guide connects to Slack, for a workspace that cannot reach it from outside."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable
from typing import Any

from slack_bolt.async_app import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.async_client import AsyncBaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.response import SocketModeResponse
from slack_sdk.web.async_client import AsyncWebClient

from bot.channels.slack import guard
from bot.channels.slack.settings import SlackSettings
from bot.edge.logs import CURRENT, new_id

logger = logging.getLogger(__name__)

FIRST_PAUSE, LONGEST_PAUSE = 1.0, 60.0  # seconds between attempts to connect

Take = Callable[[dict[str, Any], Callable[[], AsyncBoltRequest]], Awaitable[BoltResponse]]


class Socket:
    """A connection to Slack that is made anew whenever it ends.

    Args:
        take: does what comes in; what it refuses for the moment is not acknowledged, and comes again.
    """

    def __init__(self, settings: SlackSettings, take: Take) -> None:
        self._settings = settings
        self._take = take

    async def run(self) -> None:
        """Connect and stay connected until cancelled."""
        web = AsyncWebClient(base_url=self._settings.api_base, retry_handlers=[])
        client = SocketModeClient(app_token=str(self._settings.app_token), web_client=web)
        client.socket_mode_request_listeners.append(self._on_request)
        pause = FIRST_PAUSE
        try:
            while True:
                try:
                    await client.connect()
                    break
                except Exception as error:
                    logger.warning("The connection to Slack is not there yet (%s); it is tried again.", error)
                    await asyncio.sleep(pause)
                    pause = min(2 * pause, LONGEST_PAUSE)
            await asyncio.Event().wait()  # the client reconnects by itself
        finally:
            await client.close()

    async def _on_request(self, client: AsyncBaseSocketModeClient, request: SocketModeRequest) -> None:
        CURRENT.set(new_id())
        try:
            payload = guard.shaped(request.type, request.payload)
            reply = await self._take(payload, lambda: AsyncBoltRequest(mode="socket_mode", body=request.payload))
        except guard.Refused as refused:
            logger.warning("%s", refused, extra={"code": refused.code})
            if refused.status != 503:
                await client.send_socket_mode_response(SocketModeResponse(envelope_id=request.envelope_id))
            return
        except Exception:
            logger.exception("What came over the connection to Slack failed; Slack sends it again.")
            return
        await client.send_socket_mode_response(
            SocketModeResponse(envelope_id=request.envelope_id, payload=_body(reply))
        )


def _body(reply: BoltResponse) -> dict[str, Any] | None:
    if not reply.body:
        return None
    try:
        found = json.loads(reply.body)
    except ValueError:
        return {"text": reply.body}
    return found if isinstance(found, dict) else None
