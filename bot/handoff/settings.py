"""Settings of the handoff: when somebody is there, how long a visitor waits, and how the agency is told."""

from __future__ import annotations

import datetime
import re
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, validator
from standardwebhooks import Webhook
from standardwebhooks.webhooks import EmptyWebhookSecretError

from bot.handoff.hours import Hours, calendar_of, week_of
from bot.settings import FromEnvironment

_ADDRESS = re.compile(r"[^\s@<>\",;:]+@[^\s@<>\",;:]+\.[^\s@<>\",;:]+")


class HandoffSettings(FromEnvironment):
    """Of the handoff to people."""

    hours: dict[int, tuple[tuple[int, int], ...]] = Field(default={}, env="GUIDE_HANDOFF_HOURS",
        example="Mon-Fri 09:00-17:30; Sat 10:00-14:00",
        description="when agents answer in the chat; without, whenever one is there")  # fmt: skip
    zone: Any = Field(default="America/Los_Angeles", env="GUIDE_HANDOFF_ZONE", example="America/New_York",
        description="time zone of these hours, by its IANA name")  # fmt: skip
    holidays: str = Field(default="US", env="GUIDE_HANDOFF_HOLIDAYS", example="US-CA or off",
        description="whose public holidays are closed, country or country and state, or `off`")  # fmt: skip
    closed: frozenset[datetime.date] = Field(default=frozenset(), env="GUIDE_HANDOFF_CLOSED",
        example="2027-01-04,2027-07-05",
        description="other days that are closed, comma separated")  # fmt: skip
    escalate: float = Field(default=3.0, env="GUIDE_HANDOFF_ESCALATE", gt=0, le=1440, example="3",
        description="minutes that a visitor waits in the chat until the agency is told again, as urgent")  # fmt: skip
    give_up: float = Field(default=8.0, env="GUIDE_HANDOFF_GIVE_UP", gt=0, le=1440, example="8",
        description="minutes after which a request that nobody took becomes a callback")  # fmt: skip
    smtp: str = Field(default="", env="GUIDE_SMTP", secret=True, example="smtp://user:password@mail.agency.example:587",
        description="mail server: `smtp://` (with STARTTLS where it is offered) or `smtps://`")  # fmt: skip
    mail_from: str = Field(default="", env="GUIDE_MAIL_FROM", example="guide@agency.example",
        description="address that the guide's mail comes from")  # fmt: skip
    mail_to: tuple[str, ...] = Field(default=(), env="GUIDE_HANDOFF_MAIL", example="desk@agency.example",
        description="who is told of a request by mail, comma separated")  # fmt: skip
    mail_urgent: tuple[str, ...] = Field(default=(), env="GUIDE_HANDOFF_MAIL_URGENT", example="owner@agency.example",
        description="who is told as well of what is urgent or waits too long, comma separated")  # fmt: skip
    webhook: str = Field(default="", env="GUIDE_HANDOFF_WEBHOOK", example="https://hooks.agency.example/guide",
        description="address that is told of a request by a signed webhook")  # fmt: skip
    webhook_keys: tuple[str, ...] = Field(default=(), env="GUIDE_HANDOFF_WEBHOOK_KEYS", secret=True,
        example="whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        description="its signing secrets, comma separated: a new one beside the old until all know it")  # fmt: skip
    desk: str = Field(default="", env="GUIDE_DESK_URL", example="https://guide.agency.example/desk",
        description="address of the desk, for links in what the agency is told")  # fmt: skip

    @property
    def calendar(self) -> Hours:
        """When agents answer."""
        holidays = "" if self.holidays == "off" else self.holidays
        return Hours(ZoneInfo(str(self.zone)), self.hours, holidays, self.closed)

    @property
    def tells_by(self) -> tuple[str, ...]:
        """The ways that are set up to tell the agency of a request."""
        ways = {"mail": self.smtp and self.mail_from and self.mail_to, "webhook": self.webhook and self.webhook_keys}
        return tuple(way for way, is_set in ways.items() if is_set)

    @validator("hours", pre=True)
    def _week(cls, value: object) -> object:
        return week_of(value) if isinstance(value, str) else value

    @validator("zone")
    def _zone(cls, value: object) -> object:
        try:
            return ZoneInfo(str(value) or "America/Los_Angeles").key
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise ValueError("there is no such zone") from None

    @validator("holidays")
    def _calendar(cls, value: str) -> str:
        return value if value in ("", "off") else calendar_of(value)

    @validator("closed", pre=True)
    def _days(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        return frozenset(datetime.date.fromisoformat(each.strip()) for each in value.split(",") if each.strip())

    @validator("smtp")
    def _server(cls, value: str) -> str:
        if value and (urlsplit(value).scheme not in ("smtp", "smtps") or not urlsplit(value).hostname):
            raise ValueError("it is no address of a mail server")
        return value

    @validator("mail_from")
    def _sender(cls, value: str) -> str:
        if value and not _ADDRESS.fullmatch(value):
            raise ValueError("it is no address")
        return value

    @validator("mail_to", "mail_urgent", pre=True)
    def _receivers(cls, value: object) -> object:
        found = _parts(value)
        if not all(_ADDRESS.fullmatch(each) for each in found):
            raise ValueError("one of them is no address")
        return found

    @validator("webhook")
    def _hook(cls, value: str) -> str:
        return _over_tls(value)

    @validator("desk")
    def _desk(cls, value: str) -> str:
        return value if value.startswith("http://127.0.0.1") else _over_tls(value)

    @validator("webhook_keys", pre=True)
    def _keys(cls, value: object) -> object:
        found = _parts(value)
        try:
            for each in found:
                Webhook(each)
        except (EmptyWebhookSecretError, RuntimeError) as error:
            raise ValueError("one of them is no secret") from error
        return found


def _parts(value: object) -> tuple[str, ...]:
    parts = value.split(",") if isinstance(value, str) else value
    return tuple(str(each).strip() for each in parts if str(each).strip()) if isinstance(parts, list | tuple) else ()


def _over_tls(value: str) -> str:
    if value and (urlsplit(value).scheme != "https" or not urlsplit(value).hostname):
        raise ValueError("it begins with https://")
    return value
