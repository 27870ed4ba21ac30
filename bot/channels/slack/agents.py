"""Who of Slack's people is an agent of the guide: by e-mail address, and nobody from outside."""

from __future__ import annotations

import time
from typing import Any

from bot.channels.slack.calls import Never, Slack
from bot.channels.slack.workspaces import Workspaces
from bot.handoff import people
from bot.handoff.people import Agent
from bot.records.engine import Records

KNOWN_SECONDS = 60.0  # that what Slack says of somebody is believed
_NOBODY = {"user_not_found", "user_not_visible"}
_OUTSIDE = ("deleted", "is_bot", "is_stranger", "is_invited_user")


class SlackAgents:
    """Finds the agents who write and press in Slack."""

    def __init__(self, slack: Slack, workspaces: Workspaces, records: Records) -> None:
        self._slack = slack
        self._workspaces = workspaces
        self._records = records
        self._known: dict[tuple[str, str], tuple[float, str | None]] = {}

    async def of(self, team: str, user: str) -> Agent | None:
        """The agent who somebody in a workspace is; None for everybody without an account, and for outsiders.

        Raises:
            Later, Never: Slack does not say who that is.
        """
        at, email = self._known.get((team, user), (0.0, None))
        if time.monotonic() - at > KNOWN_SECONDS or email is None:
            email = await self._email(team, user)
            self._known[(team, user)] = (time.monotonic(), email)
        return await self._records.read(lambda db: people.mailed(db, email)) if email else None

    async def user_of(self, team: str, login: str) -> str | None:
        """Who an agent is in a workspace; None where nobody there has the agent's address; raises as ``of``."""
        email = await self._records.read(lambda db: people.email_of(db, login))
        token = await self._workspaces.token(team)
        if not email:
            return None
        try:
            found = await self._slack.read(str(token), "users.lookupByEmail", email=email)
        except Never as error:
            if error.code == "users_not_found":
                return None
            raise
        return str((found.get("user") or {}).get("id") or "") or None

    async def is_active(self, team: str, user: str) -> bool:
        """Whether Slack shows somebody as there; raises as ``of``."""
        token = await self._workspaces.token(team)
        told = await self._slack.read(str(token), "users.getPresence", user=user)
        return told.get("presence") == "active"

    async def _email(self, team: str, user: str) -> str | None:
        token = await self._workspaces.token(team)
        if not token:
            raise Never("not_authed")
        try:
            told: dict[str, Any] = (await self._slack.read(token, "users.info", user=user)).get("user") or {}
        except Never as error:
            if error.code in _NOBODY:
                return None
            raise
        if told.get("team_id") != team or any(told.get(name) for name in _OUTSIDE):
            return None
        return str((told.get("profile") or {}).get("email") or "") or None
