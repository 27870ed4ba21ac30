"""The workspaces that the guide is in, and what gives access to them: encrypted at rest, refreshed by one at a time."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken
from sqlalchemy import delete, insert, or_, select, update
from sqlalchemy.engine import Connection, Row

from bot.channels.slack.calls import Later, Never, Slack, Unsure
from bot.channels.slack.settings import SlackSettings
from bot.edge.sessions import persistent_secret
from bot.records.engine import Records, RecordsUnavailable
from bot.records.tables import slack_team

logger = logging.getLogger(__name__)

EARLY = 600.0  # seconds before a token ends that it is refreshed
LEASE = 30.0  # seconds that a process has to refresh one
KNOWN_SECONDS = 60.0  # that what the database says is believed
FIRST_PAUSE, LONGEST_PAUSE = 2.0, 60.0  # seconds between attempts to learn who we are


@dataclass(frozen=True)
class Workspace:
    """A workspace that has installed the guide.

    Attributes:
        bot_user: id of the guide there.
        expires: when its token ends, on the clock of the world; None where it does not.
    """

    team: str
    name: str
    bot_user: str
    token: str
    refresh: str | None = None
    expires: float | None = None

    def __repr__(self) -> str:
        return f"Workspace({self.team})"  # no log shows a token


class Box:
    """Encrypts what must not lie open in the database."""

    def __init__(self, key: str) -> None:
        self._fernet = Fernet(key)

    @classmethod
    def of(cls, settings: SlackSettings, state: Path) -> Box:
        """With the key of the settings, else with that of the state folder."""
        return cls(settings.key or persistent_secret(state, "slack_key", lambda: Fernet.generate_key().decode()))

    def seal(self, text: str) -> str:
        """The text, for the database."""
        return self._fernet.encrypt(text.encode()).decode()

    def open(self, sealed: str) -> str | None:
        """The text again; None where the key is another one."""
        try:
            return self._fernet.decrypt(sealed.encode()).decode()
        except InvalidToken:
            return None


class Workspaces:
    """Who we are where; asked for each event, so nothing here waits for Slack before an event is acknowledged."""

    def __init__(self, settings: SlackSettings, records: Callable[[], Records], slack: Slack, box: Box) -> None:
        self._settings = settings
        self._records = records
        self._slack = slack
        self._box = box
        self._own: Workspace | None = None
        self._known: dict[str, tuple[float, Workspace | None]] = {}
        self._refreshing: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def learn(self) -> None:
        """Find out whose the token of the settings is; tried until Slack answers."""
        pause = FIRST_PAUSE
        while self._settings.token and self._own is None:
            try:
                told = await self._slack.call(self._settings.token, "auth.test")
                self._own = Workspace(told["team_id"], str(told.get("team")), told["user_id"], self._settings.token)
            except (Later, Unsure, Never) as error:
                logger.warning("Slack does not say whose the token is (%s); run: guide slack check", error)
                await asyncio.sleep(pause)
                pause = min(2 * pause, LONGEST_PAUSE)

    async def of(self, team: str) -> Workspace | None:
        """A workspace that has installed the guide; None for any other.

        Raises:
            RecordsUnavailable: the database did not say.
        """
        if self._settings.token:
            if self._own is None:  # nobody else's signature fits, so it is ours
                return Workspace(team, "", "", self._settings.token)
            return self._own if self._own.team == team else None
        at, found = self._known.get(team, (0.0, None))
        if time.monotonic() - at > KNOWN_SECONDS or found is None:
            found = await self._records().read(lambda connection: self._read(connection, team))
            self._known[team] = (time.monotonic(), found)
        return found

    async def token(self, team: str) -> str | None:
        """What gives access to a workspace now, refreshed where it is about to end; None where nothing does."""
        found = await self.of(team)
        if found is None or found.expires is None or found.expires - time.time() > EARLY:
            return found.token if found else None
        async with self._refreshing[team]:
            self._known.pop(team, None)
            found = await self.of(team)
            if found and found.expires and found.expires - time.time() <= EARLY:
                await self._refresh(found)
                found = await self.of(team)
        return found.token if found else None

    async def keep(self, workspace: Workspace) -> None:
        """Remember a workspace that has installed the guide, in the place of what was known of it."""
        row = {
            "team": workspace.team,
            "name": workspace.name,
            "bot_user": workspace.bot_user,
            "token": self._box.seal(workspace.token),
            "refresh": self._box.seal(workspace.refresh) if workspace.refresh else None,
            "expires": workspace.expires,
            "refreshing": None,
        }

        def store(connection: Connection) -> None:
            connection.execute(delete(slack_team).where(slack_team.c.team == workspace.team))
            connection.execute(insert(slack_team), row)

        await self._records().run(store)
        self._known.pop(workspace.team, None)

    async def forget(self, team: str) -> None:
        """Forget a workspace that has removed the guide."""
        await self._records().run(lambda c: c.execute(delete(slack_team).where(slack_team.c.team == team)), erases=True)
        self._known.pop(team, None)

    async def all(self) -> list[Workspace]:
        """Every workspace whose token can be read, by name."""
        if self._settings.token:
            return [self._own] if self._own else []
        teams = await self._records().read(lambda c: list(c.execute(select(slack_team.c.team)).scalars()))
        return [found for team in sorted(teams) if (found := await self.of(team))]

    async def _refresh(self, old: Workspace) -> None:
        """Change the refresh token, which is good once, for a new pair; whoever else tries meanwhile waits for it."""
        now = time.time()
        free = or_(slack_team.c.refreshing.is_(None), slack_team.c.refreshing < now)
        mine = update(slack_team).where(slack_team.c.team == old.team, slack_team.c.expires == old.expires, free)
        try:
            won = await self._records().run(lambda c: c.execute(mine.values(refreshing=now + LEASE)).rowcount)
            if not won or not old.refresh:
                return  # somebody else does it, and the old one is good until it ends
            told = await self._slack.call(
                None,
                "oauth.v2.access",
                client_id=self._settings.client_id,
                client_secret=self._settings.client_secret,
                grant_type="refresh_token",
                refresh_token=old.refresh,
            )
            await self.keep(
                Workspace(
                    old.team,
                    old.name,
                    old.bot_user,
                    told["access_token"],
                    told.get("refresh_token"),
                    time.time() + float(told["expires_in"]),
                )
            )
        except (Later, Unsure, Never, KeyError, RecordsUnavailable) as error:
            logger.error("The token of workspace %s could not be refreshed: %s", old.team, error)

    def _read(self, connection: Connection, team: str) -> Workspace | None:
        row: Row | None = connection.execute(select(slack_team).where(slack_team.c.team == team)).first()
        token = self._box.open(row.token) if row else None
        if row and token is None:
            logger.error(
                "The token of workspace %s cannot be read: GUIDE_SLACK_KEY is another than when it came.", team
            )
        if row is None or token is None:
            return None
        return Workspace(row.team, row.name, row.bot_user, token, self._box.open(row.refresh or ""), row.expires)
