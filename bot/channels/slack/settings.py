"""Settings of the guide in Slack, read from the environment; docs/slack.md says where each comes from."""

from __future__ import annotations

from urllib.parse import urlsplit

from cryptography.fernet import Fernet
from pydantic import Field, validator

from bot.settings import FromEnvironment

SLACK = "https://slack.com"


class SlackSettings(FromEnvironment):
    """What it takes to be in a workspace, or in several."""

    token: str | None = Field(default=None, env="GUIDE_SLACK_BOT_TOKEN", secret=True, example="xoxb-1-2-abc",
        description="token of the app in your workspace, as Slack shows it under \"OAuth & Permissions\"")  # fmt: skip
    signing_secret: str | None = Field(default=None, env="GUIDE_SLACK_SIGNING_SECRET", secret=True,
        example="32 digits and letters a to f",
        description="secret that Slack signs its requests with, from \"Basic Information\"")  # fmt: skip
    app_token: str | None = Field(default=None, env="GUIDE_SLACK_APP_TOKEN", secret=True, example="xapp-1-A1-2-abc",
        description="app-level token: with it the guide connects to Slack, and needs no public address")  # fmt: skip
    client_id: str | None = Field(default=None, env="GUIDE_SLACK_CLIENT_ID", example="123.456",
        description="id of the app, where several workspaces install it")  # fmt: skip
    client_secret: str | None = Field(default=None, env="GUIDE_SLACK_CLIENT_SECRET", secret=True,
        example="32 digits and letters a to f", description="its secret")  # fmt: skip
    key: str | None = Field(default=None, env="GUIDE_SLACK_KEY", secret=True,
        example="what `Fernet.generate_key()` gives",
        description="key that tokens are encrypted with; without one, one is kept in `.state/slack_key`")  # fmt: skip
    agent: bool = Field(default=False, env="GUIDE_SLACK_AGENT", example="1",
        description="`1` where the app was made with `guide slack manifest --agent`: "
        "suggested questions, a sign that it is at work, and a thread for each message")  # fmt: skip
    handoff_channel: str = Field(default="", env="GUIDE_SLACK_HANDOFF_CHANNEL", example="C0123ABCD",
        regex=r"^((T[A-Z0-9]{2,29}:)?[CG][A-Z0-9]{2,29})?$",
        description="channel in which [agents answer visitors](slack.md#for-agents), by its id; with several "
        "workspaces `T0123ABCD:C0123ABCD`")  # fmt: skip
    command: str = Field(default="/insurance", env="GUIDE_SLACK_COMMAND", regex=r"^/[a-z0-9_-]{1,31}$",
        example="/insurance", description="the slash command")  # fmt: skip
    address: str | None = Field(default=None, env="GUIDE_PUBLIC_URL", example="https://guide.agency.example",
        description="where Slack, and browsers, reach the guide")  # fmt: skip
    api: str = Field(default=SLACK, env="GUIDE_SLACK_URL", example=SLACK,
        description="where Slack is; another only to try things out against something that stands for it")  # fmt: skip

    @validator("token")
    def _bot_token(cls, value: str | None) -> str | None:
        return _begins(value, "xoxb-", "xoxe.xoxb-")

    @validator("app_token")
    def _app_level_token(cls, value: str | None) -> str | None:
        return _begins(value, "xapp-")

    @validator("key")
    def _key(cls, value: str | None) -> str | None:
        if value:
            Fernet(value)
        return value or None

    @validator("agent", pre=True)
    def _switch(cls, value: object) -> object:
        if isinstance(value, str) and value not in ("", "0", "1"):
            raise ValueError("it is 1 or 0")
        return value == "1" if isinstance(value, str) else value

    @validator("address", "api")
    def _site(cls, value: str | None) -> str | None:
        parts = urlsplit((value or "").rstrip("/"))
        if value and (parts.scheme not in ("http", "https") or not parts.netloc or parts.query):
            raise ValueError("it is no address")
        return (value or "").rstrip("/") or None

    @property
    def wanted(self) -> bool:
        """Whether the guide is to be in Slack at all."""
        return bool(self.token or self.client_id or self.app_token)

    @property
    def handoff_place(self) -> tuple[str | None, str]:
        """Workspace and channel of the agents; the workspace is None where there is one alone."""
        team, _, channel = self.handoff_channel.rpartition(":")
        return team or None, channel

    @property
    def api_base(self) -> str:
        """Where Slack's methods are."""
        return f"{self.api}/api/"

    def missing(self) -> list[str]:
        """A sentence for each setting that is needed beside those that are there."""
        problems = []
        if not (self.token or (self.client_id and self.client_secret)):
            problems.append("GUIDE_SLACK_BOT_TOKEN is missing: the token of the app, for example xoxb-1-2-abc.")
        if not (self.signing_secret or self.app_token):
            problems.append("GUIDE_SLACK_SIGNING_SECRET is missing: without it nobody knows that it is Slack who asks.")
        if self.client_id and not self.client_secret:
            problems.append("GUIDE_SLACK_CLIENT_SECRET is missing: it belongs to GUIDE_SLACK_CLIENT_ID.")
        if self.client_id and not self.address:
            problems.append("GUIDE_PUBLIC_URL is missing: workspaces are sent back to it after they have installed.")
        if self.handoff_channel and self.client_id and not self.handoff_place[0]:
            problems.append("GUIDE_SLACK_HANDOFF_CHANNEL lacks its workspace: write, for example, T0123ABCD:C0123ABCD.")
        return problems if self.wanted else []


def _begins(value: str | None, *beginnings: str) -> str | None:
    if value and not value.startswith(beginnings):
        raise ValueError("it does not look like one")
    return value or None
