"""Settings of the running guide, typed; a wrong one is refused by its name, with an example.

The agency's own settings are in `bot.agency`.  The table in docs/architecture.md says what stands here.
"""

from __future__ import annotations

import math
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self, cast
from urllib.parse import urlsplit

from pydantic import BaseSettings, Field, ValidationError, validator


class SettingError(ValueError):
    """Settings that the guide cannot start with; the message says which, and what to write."""


@dataclass(frozen=True)
class Rate:
    """``count`` requests at once, then as many again over ``seconds``."""

    count: int
    seconds: float

    @classmethod
    def parse(cls, text: str) -> Rate:
        """Read ``20/60`` (20 in 60 seconds); raises ValueError for what is no rate."""
        count, _, seconds = text.partition("/")
        rate = cls(int(count), float(seconds or 60))
        if rate.count < 1 or not 0 < rate.seconds < math.inf:
            raise ValueError(f"{text!r} is no rate")
        return rate


class FromEnvironment(BaseSettings):
    """Settings that the environment says; each field's description stands in the documentation."""

    class Config:
        frozen = True
        allow_population_by_field_name = True

        @classmethod
        def parse_env_var(cls, field_name: str, raw_val: str) -> Any:
            return raw_val.strip()  # each field reads its own text, not JSON

    @classmethod
    def load(cls) -> Self:
        """As the environment says.

        Raises:
            SettingError: a line for each that cannot be used.
        """
        try:
            return cls()
        except ValidationError as error:
            problems = (_refusal(cls.__fields__[str(each["loc"][0])]) for each in error.errors())
            raise SettingError("\n".join(dict.fromkeys(problems))) from None


class Settings(FromEnvironment):
    """Those of the web application."""

    port: int = Field(default=5005, env="PORT", ge=0, le=65535, example="5005",
        description="port of the website chat (`make run`, `guide serve`)")  # fmt: skip
    state: Path = Field(default=Path(".state"), env="GUIDE_STATE", example=".state",
        description="folder of everything that must survive a restart")  # fmt: skip
    database: str | None = Field(default=None, env="GUIDE_DATABASE_URL", secret=True,
        example="postgresql://guide:secret@localhost/guide",
        description="address of a PostgreSQL database that holds the records, in the place of `.state/guide.db` "
        "([how](operations.md#postgresql))")  # fmt: skip
    title: str = Field(default="Insurance guide", env="GUIDE_WEB_TITLE", max_length=120, example="Ask Larkfield",
        description="heading of the chat window")  # fmt: skip
    origins: tuple[str, ...] = Field(default=(), env="GUIDE_WEB_ORIGINS",
        example="https://agency.example,https://www.agency.example",
        description="other sites that may embed the chat, comma separated")  # fmt: skip
    secret: str | None = Field(default=None, env="GUIDE_WEB_SECRET", secret=True, example="32 random characters",
        description="secret that signs session tokens; without one, one is kept in `.state/web_secret`")  # fmt: skip
    session_rate: Rate | None = Field(default="20/60", env="GUIDE_WEB_RATE_SESSION", example="20/60 or off",
        description="messages a session may send in so many seconds, or `off`")  # fmt: skip
    ip_rate: Rate | None = Field(default="120/60", env="GUIDE_WEB_RATE_IP", example="120/60 or off",
        description="requests an address may send in so many seconds, or `off`")  # fmt: skip
    ip_streams: int | None = Field(default="200", env="GUIDE_WEB_STREAMS_IP", example="200 or off",
        description="chats an address may have open at a time, or `off`")  # fmt: skip
    turn_timeout: float = Field(default=60.0, env="GUIDE_WEB_TURN_TIMEOUT", gt=0, lt=3600, example="60",
        description="seconds after which a turn ends in an apology")  # fmt: skip
    waiting: int = Field(default=400, env="GUIDE_WEB_WAITING", ge=1, example="400",
        description="messages that may wait for their answers at a time; the next is told \"busy\"")  # fmt: skip
    processes: int | None = Field(default=None, env="GUIDE_PROCESSES", ge=1, le=64, example="2",
        description="how many processes answer ([more](operations.md#processes)); without, as many as there are "
        "cores, at most 4")  # fmt: skip
    files: bool = Field(default=False, env="GUIDE_WEB_FILES", example="1",
        description="`1` lets visitors send pictures and PDF for an agent ([files](website.md#files))")  # fmt: skip
    proxies: int = Field(default=0, env="GUIDE_WEB_PROXIES", ge=0, le=10, example="1",
        description="number of reverse proxies in front, so that the limits of an address count visitors")  # fmt: skip
    open_metrics: bool = Field(default=False, env="GUIDE_METRICS_OPEN", example="1",
        description="`1` shows `/metrics` to everybody who reaches the port, not to this machine alone")  # fmt: skip
    rest: bool = Field(default=False, env="GUIDE_REST", example="1",
        description="`1` opens a REST webhook like Rasa's for measuring. It has no sessions, origins or limits: "
        "never set it in service")  # fmt: skip
    heartbeat: float = Field(default=15.0, env="GUIDE_WEB_HEARTBEAT", gt=0, lt=3600, example="15",
        description="seconds after which a silent stream gives a sign of life")  # fmt: skip

    @validator("state", pre=True)
    def _here_unless_told(cls, value: object) -> object:
        return value or ".state"

    @validator("database", pre=True)
    def _address(cls, value: object) -> object:
        return postgresql(value) if isinstance(value, str) else value

    @validator("origins", pre=True)
    def _sites(cls, value: object) -> object:
        return origins(value) if isinstance(value, str) else value

    @validator("session_rate", "ip_rate", pre=True, always=True)
    def _rate(cls, value: object) -> object:
        return _unless_off(value, Rate.parse) if isinstance(value, str) else value

    @validator("ip_streams", pre=True, always=True)
    def _streams(cls, value: object) -> object:
        found = _unless_off(value, int) if isinstance(value, str) else value
        if isinstance(found, int) and found < 1:
            raise ValueError("nobody could come")
        return found

    @validator("open_metrics", "rest", "files", pre=True)
    def _switch(cls, value: object) -> object:
        if isinstance(value, str) and value not in ("", "0", "1"):
            raise ValueError("it is 1 or 0")
        return value == "1" if isinstance(value, str) else value


def postgresql(text: str) -> str | None:
    """The address of a PostgreSQL database as SQLAlchemy writes it; None for an empty text.

    Raises ValueError for any other.
    """
    told = text.strip()
    if told.startswith("postgres://"):  # as many hosts write it
        told = told.replace("postgres://", "postgresql://", 1)
    parts = urlsplit(told)
    if told and (parts.scheme.partition("+")[0] != "postgresql" or not parts.path.strip("/")):
        raise ValueError("it is no address of a PostgreSQL database")
    return told or None


def database(environment: Mapping[str, str] = os.environ) -> str | None:
    """The database alone, for what needs no other setting.

    Raises:
        SettingError: it cannot be used.
    """
    try:
        return postgresql(environment.get("GUIDE_DATABASE_URL", ""))
    except ValueError:
        raise SettingError(_refusal(Settings.__fields__["database"])) from None


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


def documented(settings: type[FromEnvironment] = Settings) -> dict[str, tuple[str, str, str]]:
    """Default, meaning and example of each variable, for the documentation and for messages."""
    return {
        str(field.field_info.extra["env"]): (
            _shown(field.default),
            str(field.field_info.description),
            str(field.field_info.extra["example"]),
        )
        for field in settings.__fields__.values()
        if "env" in field.field_info.extra
    }


def _unless_off(text: str, read: Any) -> Any:
    return None if text.lower() == "off" else read(text)


def _shown(default: object) -> str:
    if isinstance(default, bool):
        return "off"
    if default is None or (not default and not isinstance(default, int | float)):
        return "none"
    return f"{default:g}" if isinstance(default, float) else str(default)


def _refusal(field: Any) -> str:
    """What cannot be used, and an example; what is secret, such as a password in an address, is not repeated."""
    told = field.field_info.extra
    name = cast(str, told["env"])
    text = "used as it is set" if told.get("secret") else repr(os.environ.get(name, "").strip())
    return f"{name} cannot be {text}: write, for example, {told['example']}."
