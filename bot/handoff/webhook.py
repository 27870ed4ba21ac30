"""A signed webhook, as https://www.standardwebhooks.com has it: to the outside alone, and never led elsewhere."""

from __future__ import annotations

import ipaddress
import json
import socket
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import aiohttp
from aiohttp.abc import AbstractResolver
from standardwebhooks import Webhook as Signer

from bot.handoff.mail import CannotSend

SECONDS = 15.0  # for one call


def is_public(address: str) -> bool:
    """Whether an address is one of the internet's: no network or machine of one's own, and nothing special."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return False
    inner = getattr(found, "ipv4_mapped", None) or getattr(found, "sixtofour", None)
    return found.is_global and not found.is_multicast and (inner is None or inner.is_global)


class _Outside(AbstractResolver):
    """Finds addresses, and leaves those out that may not be called; what is called is what was looked at."""

    def __init__(self, allowed: Callable[[str], bool]) -> None:
        self._inner = aiohttp.ThreadedResolver()
        self._allowed = allowed

    async def resolve(self, host: str, port: int = 0, family: int = socket.AF_INET) -> list[dict[str, Any]]:
        found = [each for each in await self._inner.resolve(host, port, family) if self._allowed(each["host"])]
        if not found:
            raise OSError(None, "its host is inside a network")
        return found

    async def close(self) -> None:
        await self._inner.close()


class Webhook:
    """One address, and the keys that its owner checks signatures with.

    Args:
        keys: each signs, so that one can be replaced by another while both are known.
        allowed: which addresses may be called.
    """

    def __init__(self, url: str, keys: Sequence[str], allowed: Callable[[str], bool] = is_public) -> None:
        self._url = url
        self._signers = [Signer(key) for key in keys]
        self._allowed = allowed

    async def send(self, name: str, body: Mapping[str, Any]) -> None:
        """Call it, signed with the time of this attempt.

        Args:
            name: the same at every attempt, so that a receiver can tell a repetition.

        Raises:
            CannotSend: it was not called, or did not say yes.
        """
        at, data = datetime.now(UTC), json.dumps(body, ensure_ascii=False)
        headers = {
            "Content-Type": "application/json",
            "webhook-id": name,
            "webhook-timestamp": str(int(at.timestamp())),
            "webhook-signature": " ".join(signer.sign(name, at, data) for signer in self._signers),
        }
        host = urlsplit(self._url).hostname or ""
        if _is_number(host) and not self._allowed(host):  # aiohttp asks no resolver for those
            raise CannotSend("The webhook's host is inside a network.", for_good=True)
        connector = aiohttp.TCPConnector(resolver=_Outside(self._allowed), use_dns_cache=False)
        timeout = aiohttp.ClientTimeout(total=SECONDS)
        try:
            async with aiohttp.ClientSession(connector=connector, timeout=timeout, trust_env=False) as session:
                call = session.post(self._url, data=data.encode(), headers=headers, allow_redirects=False)
                async with call as reply:
                    status = reply.status
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            raise CannotSend(f"The webhook cannot be called: {type(error).__name__}.") from error
        if not 200 <= status < 300:
            raise CannotSend(f"The webhook answers {status}.", for_good=status == 410)


def _is_number(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
