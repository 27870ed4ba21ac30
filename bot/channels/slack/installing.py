"""How a workspace installs the guide: Slack asks its administrator, and sends back what gives access."""

from __future__ import annotations

import hmac
import html
import logging
import secrets
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from bot.channels.slack.calls import Later, Never, Slack, Unsure
from bot.channels.slack.manifest import scopes
from bot.channels.slack.settings import SlackSettings
from bot.channels.slack.workspaces import Workspace, Workspaces
from bot.records.engine import RecordsUnavailable

logger = logging.getLogger(__name__)

INSTALL, BACK = "/slack/install", "/slack/oauth_redirect"
COOKIE = "guide_slack_state"
LIFETIME = 600  # seconds that an administrator has

_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


class Installing:
    """The two addresses of an installation, which belong to one browser."""

    def __init__(
        self, settings: SlackSettings, slack: Callable[[], Slack], workspaces: Callable[[], Workspaces]
    ) -> None:
        self._settings = settings
        self._slack = slack
        self._workspaces = workspaces

    def routes(self) -> list[Route]:
        """Where an administrator begins, and comes back to."""
        return [Route(INSTALL, self._begin, methods=["GET"]), Route(BACK, self._back, methods=["GET"])]

    async def _begin(self, request: Request) -> Response:
        state = secrets.token_urlsafe(32)
        query = {
            "client_id": str(self._settings.client_id),
            "scope": ",".join(scopes(self._settings)),
            "redirect_uri": self._redirect,
            "state": state,
        }
        reply = RedirectResponse(f"{self._settings.api}/oauth/v2/authorize?{urlencode(query)}", 302, _HEADERS)
        secure = str(self._settings.address).startswith("https")
        reply.set_cookie(COOKIE, state, LIFETIME, path=BACK, secure=secure, httponly=True, samesite="lax")
        return reply

    async def _back(self, request: Request) -> Response:
        mine, told = request.cookies.get(COOKIE, ""), request.query_params.get("state", "")
        if not mine or not hmac.compare_digest(mine.encode(), told.encode()):
            return _page(400, "This page does not belong to an installation begun in this browser. Please begin again.")
        if request.query_params.get("error") or not request.query_params.get("code"):
            return _page(200, "The guide was not installed.")
        try:
            granted = await self._slack().call(
                None,
                "oauth.v2.access",
                client_id=self._settings.client_id,
                client_secret=self._settings.client_secret,
                code=request.query_params["code"],
                redirect_uri=self._redirect,
            )
            found = _workspace(granted)
            await self._workspaces().keep(found)
        except (Later, Unsure, Never, KeyError, TypeError) as error:
            logger.warning("An installation failed: %s", error)
            return _page(502, "Slack did not let the installation finish. Please begin again.")
        except RecordsUnavailable:
            return _page(503, "The installation could not be stored. Please begin again in a minute.")
        logger.warning("Workspace %s has installed the guide.", found.team)
        return _page(200, f"The guide is in {found.name} now. In Slack, write to it, or mention it in a channel.")

    @property
    def _redirect(self) -> str:
        return f"{self._settings.address}{BACK}"


def _workspace(granted: dict[str, Any]) -> Workspace:
    lasts = granted.get("expires_in")
    return Workspace(
        granted["team"]["id"],
        str(granted["team"].get("name") or granted["team"]["id"]),
        granted["bot_user_id"],
        granted["access_token"],
        granted.get("refresh_token"),
        time.time() + float(lasts) if lasts else None,
    )


def _page(status: int, text: str) -> Response:
    page = f'<!doctype html><html lang="en"><title>Insurance guide</title><p>{html.escape(text)}</p></html>'
    reply = HTMLResponse(page, status, _HEADERS)
    reply.delete_cookie(COOKIE, path=BACK)
    return reply
