"""Tries what the guide in Slack needs, one thing after another, and says of each what is wrong and what to do."""

from __future__ import annotations

import json
import re
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path

import aiohttp
from slack_sdk.signature import SignatureVerifier

from bot.channels.slack.calls import Later, Never, Slack, Unsure
from bot.channels.slack.guard import WINDOW
from bot.channels.slack.manifest import scopes
from bot.channels.slack.settings import SlackSettings
from bot.channels.slack.workspaces import Box, Workspace, Workspaces
from bot.records.engine import Records, RecordsUnavailable
from bot.records.outbox import Outbox
from bot.records.slack import CHANNEL

TOLERATED = 60.0  # seconds that this clock may be off
LATELY = timedelta(days=1)
LINES = 5_000  # of the log

_SECRET = re.compile(r"[0-9a-f]{32}")
_REMEDIES = {
    "invalid_auth": "copy it again from OAuth & Permissions",
    "not_authed": "set GUIDE_SLACK_BOT_TOKEN",
    "token_revoked": "install the app again and set the new token",
    "token_expired": "install the app again and set the new token",
    "account_inactive": "the app was removed from the workspace, or its user deactivated: install it again",
}


@dataclass(frozen=True)
class Finding:
    """What came of one check.

    Attributes:
        good: whether it may stay as it is; None where it was not tried.
    """

    what: str
    good: bool | None
    said: str

    def __str__(self) -> str:
        sign = {True: "ok  ", False: "BAD ", None: "-   "}[self.good]
        return f"{sign} {self.what}: {self.said}"


async def check(settings: SlackSettings, records: Records, state: Path) -> AsyncIterator[Finding]:
    """Every check, in the order in which they depend on each other."""
    missing = settings.missing() if settings.wanted else ["Nothing is set: see docs/slack.md."]
    yield Finding("settings", not missing, " ".join(missing) or "complete")
    if missing:
        return
    slack = Slack(settings.api_base)
    try:
        workspaces = Workspaces(settings, lambda: records, slack, Box.of(settings, state))
        for home in await _homes(settings, workspaces):
            async for finding in _workspace(settings, slack, home):
                yield finding
        if settings.app_token:
            yield await _socket(settings, slack)
        if settings.signing_secret:
            yield _secret(settings.signing_secret)
        yield await _address(settings)
    finally:
        await slack.close()
    yield await _outbox(records)
    yield _log(state / "logs" / "guide.log")


async def _homes(settings: SlackSettings, workspaces: Workspaces) -> list[Workspace]:
    if settings.token:
        return [Workspace("", "", "", settings.token)]
    return await workspaces.all()


async def _workspace(settings: SlackSettings, slack: Slack, home: Workspace) -> AsyncIterator[Finding]:
    name = f"token{f' of {home.name}' if home.name else ''}"
    try:
        told, headers = await slack.who(home.token)
    except (Later, Unsure) as error:
        yield Finding(name, False, f"{error}.")
        return
    except Never as error:
        yield Finding(name, False, f"Slack says {error.code}: {_REMEDIES.get(error.code, 'see docs/slack.md')}.")
        return
    yield Finding(name, True, f"{told.get('user')} in {told.get('team')}")
    granted = {each.strip() for each in headers.get("x-oauth-scopes", "").split(",") if each.strip()}
    lacking = [each for each in scopes(settings) if each not in granted]
    said = (
        f"missing: {', '.join(lacking)}. Add them under OAuth & Permissions, and install again." if lacking else "all"
    )
    yield Finding("scopes", not lacking, said)
    yield _clock(headers.get("date"))
    team, channel = settings.handoff_place
    if channel and team in (None, told.get("team_id")):
        yield await _channel(slack, home.token, channel)


async def _channel(slack: Slack, token: str, channel: str) -> Finding:
    """Whether cards can stand in the agents' channel, and who reads them there."""
    try:
        found = (await slack.read(token, "conversations.info", channel=channel)).get("channel") or {}
    except (Later, Unsure, Never) as error:
        return Finding("agents' channel", False, f"Slack says {error}: is {channel} its id, and is the guide in it?")
    name = found.get("name")
    if found.get("is_archived") or not found.get("is_member"):
        return Finding("agents' channel", False, f"{name}: invite the guide there, or choose one that is not archived.")
    if found.get("is_ext_shared"):
        return Finding("agents' channel", False, f"{name} is shared with another company, which would read every card.")
    return Finding("agents' channel", True, f"{name}")


def _clock(told: str | None) -> Finding:
    try:
        off = time.time() - parsedate_to_datetime(str(told)).timestamp()
    except (TypeError, ValueError):
        return Finding("clock", None, "Slack did not say what time it is")
    good = abs(off) < TOLERATED
    return Finding(
        "clock", good, "right" if good else f"{off:+.0f} seconds off; beyond {WINDOW} nothing is taken. Set it."
    )


async def _socket(settings: SlackSettings, slack: Slack) -> Finding:
    try:
        await slack.call(settings.app_token, "apps.connections.open")
    except (Later, Unsure, Never) as error:
        return Finding("socket mode", False, f"{error}: make an app-level token with connections:write.")
    return Finding("socket mode", True, "Slack lets the guide connect")


def _secret(secret: str) -> Finding:
    if _SECRET.fullmatch(secret):
        return Finding("signing secret", True, "has the form of one")
    return Finding("signing secret", False, "is not 32 digits and letters a to f: copy it from Basic Information.")


async def _address(settings: SlackSettings) -> Finding:
    """Ask the running guide as Slack does when its address is entered."""
    if not settings.address or not settings.signing_secret:
        return Finding("address", None, "GUIDE_PUBLIC_URL is not set, so it was not tried")
    body = json.dumps({"type": "url_verification", "challenge": "check"})
    headers = SignatureVerifier(settings.signing_secret).generate_signature(timestamp=str(int(time.time())), body=body)
    signed = {
        "Content-Type": "application/json",
        "X-Slack-Request-Timestamp": str(int(time.time())),
        "X-Slack-Signature": str(headers),
    }
    url = f"{settings.address}/slack/events"
    try:
        timeout = aiohttp.ClientTimeout(total=10)
        async with aiohttp.ClientSession(timeout=timeout) as http, http.post(url, data=body, headers=signed) as reply:
            status, text = reply.status, await reply.text()
    except (aiohttp.ClientError, TimeoutError) as error:
        return Finding("address", False, f"{url} cannot be reached ({type(error).__name__}): does the guide run there?")
    if status == 401:
        return Finding("address", False, f"the guide at {url} has another signing secret, or another time.")
    if status != 200 or "check" not in text:
        return Finding("address", False, f"{url} answered {status}: is it the guide's address?")
    return Finding("address", True, f"{url} answers")


async def _outbox(records: Records) -> Finding:
    try:
        waits, failures = await Outbox(records).waiting(CHANNEL), await Outbox(records).failures(CHANNEL)
    except RecordsUnavailable as error:
        return Finding("outbox", False, str(error))
    said = f"{waits} waiting" + (f"; failed lately: {'; '.join(failures[:5])}" if failures else "")
    return Finding("outbox", not failures, said)


def _log(path: Path) -> Finding:
    """What was refused lately, as the log of the running guide has it."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()[-LINES:]
    except OSError:
        return Finding("log", None, f"there is no {path.name} yet")
    counted = Counter(_complaints(lines, datetime.now(UTC) - LATELY))
    said = "; ".join(f"{count} times: {text}" for text, count in counted.most_common(5))
    return Finding("log", not counted, said or "nothing was refused in the last day")


def _complaints(lines: Iterable[str], since: datetime) -> Iterable[str]:
    for line in lines:
        try:
            told = json.loads(line)
            late = datetime.fromisoformat(told["at"]) >= since
        except (ValueError, KeyError, TypeError):
            continue
        if late and str(told.get("logger", "")).startswith("bot.channels.slack") and told.get("code"):
            yield str(told.get("event"))
