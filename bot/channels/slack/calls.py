"""Calls to Slack, each ending in one of four ways: done, later, unsure whether it was done, or never.

The SDK's own handler sends again what a lost connection may have delivered, and leaves "too many" and "failed" alone;
so it retries nothing here, and whoever sends decides.
"""

from __future__ import annotations

from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError, SlackObjectFormationError, SlackRequestError
from slack_sdk.web.async_client import AsyncWebClient

SECONDS = 10  # that Slack has for an answer
PAUSE = 5.0  # seconds, where Slack does not say how long to wait

_TOO_MANY = {"ratelimited", "rate_limited", "message_limit_exceeded"}
_FAILED = {"internal_error", "fatal_error", "service_unavailable", "request_timeout"}
NO_ACCESS = frozenset(
    (
        "invalid_auth",
        "not_authed",
        "account_inactive",
        "token_revoked",
        "token_expired",
        "missing_scope",
        "org_login_required",
    )
)
"""Codes that an administrator can put right, after which the same call succeeds."""


class Later(Exception):
    """Slack has not done it, and may in so many seconds."""

    def __init__(self, why: str, seconds: float = PAUSE) -> None:
        super().__init__(why)
        self.seconds = seconds


class Unsure(Exception):
    """Slack may have done it: the answer was lost."""


class Never(Exception):
    """Slack refuses to do it; ``code`` is its word for why."""

    def __init__(self, code: str, needed: str | None = None) -> None:
        super().__init__(f"{code} ({needed})" if needed else code)
        self.code = code
        self.needed = needed


class Slack:
    """Slack's methods, with one pool of connections; made within the running event loop."""

    def __init__(self, api_base: str) -> None:
        timeout = aiohttp.ClientTimeout(total=SECONDS)
        self._http = aiohttp.ClientSession(timeout=timeout, connector=aiohttp.TCPConnector(limit=32))
        self.client = AsyncWebClient(base_url=api_base, session=self._http, timeout=SECONDS, retry_handlers=[])
        self._hooks = ("https://hooks.slack.com/", f"{api_base.removesuffix('api/')}")

    async def call(self, token: str | None, method: str, **arguments: Any) -> dict[str, Any]:
        """Call a method.

        Raises:
            Later, Unsure, Never: as they say.
        """
        told = {name: value for name, value in arguments.items() if value is not None}
        try:
            reply = await self.client.api_call(method, json={**told, "token": token} if token else told)
        except SlackApiError as error:
            raise _meaning(error) from None
        except aiohttp.ClientConnectorError as error:
            raise Later(f"Slack cannot be reached: {error}") from None
        except (aiohttp.ClientError, TimeoutError, SlackRequestError) as error:
            raise Unsure(f"Slack's answer to {method} was lost: {type(error).__name__}") from None
        except SlackObjectFormationError as error:
            raise Never(f"malformed: {error}") from None
        return dict(reply.data) if isinstance(reply.data, dict) else {}

    async def read(self, token: str | None, method: str, **arguments: Any) -> dict[str, Any]:
        """Call a method that changes nothing and takes its arguments in the address; raises as ``call`` does."""
        told = {name: value for name, value in arguments.items() if value is not None}
        try:
            reply = await self.client.api_call(method, http_verb="GET", params={**told, "token": token})
        except SlackApiError as error:
            raise _meaning(error) from None
        except (aiohttp.ClientError, TimeoutError, SlackRequestError) as error:
            raise Later(f"Slack cannot be reached: {type(error).__name__}") from None
        return dict(reply.data) if isinstance(reply.data, dict) else {}

    async def who(self, token: str) -> tuple[dict[str, Any], dict[str, str]]:
        """Whose a token is, and the headers of the answer, their names in small letters; raises as ``call`` does."""
        try:
            reply = await self.client.api_call("auth.test", json={"token": token})
        except SlackApiError as error:
            raise _meaning(error) from None
        except (aiohttp.ClientError, TimeoutError, SlackRequestError) as error:
            raise Later(f"Slack cannot be reached: {type(error).__name__}") from None
        headers = {str(name).lower(): str(value) for name, value in dict(reply.headers).items()}
        return dict(reply.data) if isinstance(reply.data, dict) else {}, headers

    async def respond(self, url: str, body: dict[str, Any]) -> None:
        """Answer where somebody has just done something; raises as ``call`` does."""
        if not url.startswith(self._hooks):
            raise Never("not an address of Slack's")
        try:
            async with self._http.post(url, json=body) as reply:
                said, status, headers = (await reply.text())[:200], reply.status, reply.headers
        except aiohttp.ClientConnectorError as error:
            raise Later(f"Slack cannot be reached: {error}") from None
        except (aiohttp.ClientError, TimeoutError) as error:
            raise Unsure(f"Slack's answer was lost: {type(error).__name__}") from None
        if status == 429:
            raise Later("too many", _seconds(headers.get("Retry-After")))
        if status >= 500:
            raise Unsure(f"Slack failed with {status}")
        if status >= 400 or (said not in ("ok", "") and '"ok":true' not in said.replace(" ", "")):
            raise Never(said or str(status))

    async def close(self) -> None:
        """Release the connections."""
        await self._http.close()


def _meaning(error: SlackApiError) -> Exception:
    reply = error.response
    status, data = int(reply.status_code), reply.data if isinstance(reply.data, dict) else {}
    code = str(data.get("error") or status)
    if status == 429 or code in _TOO_MANY:
        return Later("too many", _seconds(reply.headers.get("Retry-After")))
    if status >= 500 or code in _FAILED:
        return Unsure(f"Slack failed with {code}")
    needed = data.get("needed")
    return Never(code, str(needed) if needed else None)


def _seconds(told: object) -> float:
    try:
        return min(max(float(str(told)), 0.1), 3600.0)
    except ValueError:
        return PAUSE
