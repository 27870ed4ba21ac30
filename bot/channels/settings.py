"""The website chat's settings; a wrong one is refused by its name, with an example, before anything starts."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

from bot.channels.sessions import Rate

T = TypeVar("T")


class SettingError(ValueError):
    """A setting that cannot be used; the message says which one and what to write."""


@dataclass(frozen=True)
class WebSettings:
    """What the environment says about the website chat; docs/architecture.md lists the variables.

    Behind a proxy that sets X-Forwarded-For, Sanic's own ``SANIC_PROXIES_COUNT=1`` makes an address a visitor's
    and not the proxy's.
    """

    state: Path
    """Folder of the secret, the transcripts and the ratings."""
    secret: str | None
    """Signs session tokens; without one, the secret kept in the state folder does."""
    origins: tuple[str, ...]
    """Other sites that may embed the chat."""
    session_rate: Rate | None
    """Messages of a session."""
    ip_rate: Rate | None
    """Requests of an address."""
    ip_streams: int | None
    """Open streams of an address."""
    turn_timeout: float
    """Seconds after which a turn ends in an apology."""

    @classmethod
    def read(cls, environment: Mapping[str, str] = os.environ) -> WebSettings:
        """Raises SettingError for the first setting that cannot be used."""

        def setting(name: str, default: str, read: Callable[[str], T], example: str) -> T:
            text = environment.get(name, default).strip()
            try:
                return read(text)
            except ValueError:
                raise SettingError(f"{name} cannot be {text!r}: write, for example, {example}.") from None

        return cls(
            state=Path(environment.get("GUIDE_STATE", ".state")),
            secret=environment.get("GUIDE_WEB_SECRET"),
            origins=setting("GUIDE_WEB_ORIGINS", "", origins, "https://agency.example,https://www.agency.example"),
            session_rate=setting("GUIDE_WEB_RATE_SESSION", "20/60", _unless_off(Rate.parse), "20/60 or off"),
            ip_rate=setting("GUIDE_WEB_RATE_IP", "120/60", _unless_off(Rate.parse), "120/60 or off"),
            ip_streams=setting("GUIDE_WEB_STREAMS_IP", "200", _unless_off(_count), "200 or off"),
            turn_timeout=setting("GUIDE_WEB_TURN_TIMEOUT", "60", _seconds, "60"),
        )


def origins(text: str) -> tuple[str, ...]:
    """Sites, comma separated, as browsers name them: scheme, host and port, and nothing behind.

    Raises ValueError for anything else, which could never equal the name that a browser sends.
    """
    found = tuple(part.strip().rstrip("/").lower() for part in text.split(",") if part.strip())
    for origin in found:
        parts = urlsplit(origin)
        if parts.scheme not in ("http", "https") or origin != f"{parts.scheme}://{parts.netloc}":
            raise ValueError(f"{origin!r} is no site")
    return found


def _unless_off(read: Callable[[str], T]) -> Callable[[str], T | None]:
    return lambda text: None if text.lower() == "off" else read(text)


def _count(text: str) -> int:
    if (count := int(text)) < 1:
        raise ValueError("nobody could come")
    return count


def _seconds(text: str) -> float:
    if not 0 < (seconds := float(text)) < 3600:
        raise ValueError("no turn could end in time")
    return seconds
