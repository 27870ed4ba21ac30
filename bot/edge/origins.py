"""Which sites may talk to the chat: its own page, and those it was told of.  Pure."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlsplit

from bot.edge.limits import ChatError

SAME_ORIGIN = "self"
_DEFAULT_PORTS = {"http": "80", "https": "443"}


class Origins:
    """Sites are compared as what they mean: case, a default port and a host's trailing dot make no difference."""

    def __init__(self, allowed: Iterable[str] = ()) -> None:
        self._allowed = frozenset(normal(origin) for origin in allowed if origin.strip())

    def admit(self, origin: str | None, hosts: Iterable[str]) -> str:
        """What tokens for this caller are bound to: the foreign origin as browsers write it, or ``SAME_ORIGIN``.

        Browsers send no Origin with same-origin GET requests. The scheme is not compared, because
        behind a proxy that ends TLS the server does not know it; the host is, and the proxy must pass it.

        Args:
            hosts: every Host header; a proxy that sends the same one twice, or twice in one, is understood.
        """
        if origin is None:
            return SAME_ORIGIN
        named = normal(origin)
        scheme, _, host = named.partition("://")
        if host and scheme in _DEFAULT_PORTS and host == own_host(hosts, scheme):
            return SAME_ORIGIN
        if named and named in self._allowed:
            return named
        raise ChatError(403, "foreign_origin", "This site is not allowed to embed the chat.")


def normal(origin: str) -> str:
    """An origin as browsers write it; empty for what is none, such as ``null``."""
    try:
        parts = urlsplit(origin.strip().rstrip("/").lower())
        scheme, host = parts.scheme, _host(parts.netloc, parts.scheme)
    except ValueError:
        return ""
    whole = host and not parts.path and not parts.query and not parts.fragment and "@" not in host
    return f"{scheme}://{host}" if scheme in _DEFAULT_PORTS and whole else ""


def own_host(hosts: Iterable[str], scheme: str) -> str:
    """The one host that the request was sent to; empty where two differ, which no honest proxy sends."""
    named = {_host(part.strip().lower(), scheme) for host in hosts for part in host.split(",")}
    return named.pop() if len(named) == 1 else ""


def _host(netloc: str, scheme: str) -> str:
    host, colon, port = netloc.rpartition(":")
    if not colon or not port.isdigit():  # no port, or the colons of a bare IPv6 address
        host, port = netloc, ""
    host = host.removesuffix(".")
    return host if not port or port == _DEFAULT_PORTS.get(scheme) else f"{host}:{port}"
