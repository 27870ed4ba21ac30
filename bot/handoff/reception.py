"""What a visitor who asks for a person may expect: somebody in the chat, or a call; said as it is."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from sqlalchemy.engine import Connection

from bot.handoff.people import somebody_takes
from bot.handoff.settings import HandoffSettings

LIVE_CHANNELS = frozenset(("web",))  # those in which what an agent says appears by itself

LIVE = (
    "An agent is there and joins you in this chat. What you write from now on goes to the agent, and I stay silent "
    'until you choose "Back to the guide".'
)
NOBODY = "Nobody is at the desk just now, so an agent answers you later, and I stay with you."
_WAYS = {"mail": "by e-mail", "webhook": "by an alert"}


@dataclass(frozen=True)
class Reception:
    """What is so at the moment of the request.

    Attributes:
        live: the visitor may wait in the chat.
        opens: when the agency opens next, in its own zone, where it is closed now.
        ways: by which the agency is told.
    """

    live: bool
    opens: datetime.datetime | None = None
    ways: tuple[str, ...] = ()

    def told(self) -> str:
        """What the visitor reads of it."""
        if self.live:
            return LIVE
        first = NOBODY
        if self.opens:
            first = f"The desk is closed now and opens {self.opens:%A, %B %-d, at %-I:%M %p} ({self.opens:%Z}); "
            first += "until then I stay with you."
        if self.ways:
            return f"{first} I am telling the agency of your request {' and '.join(_WAYS[way] for way in self.ways)}."
        return f"{first} Nobody is told at once; please call if it is urgent."


def reception(
    connection: Connection, conversation: str, settings: HandoffSettings, at: datetime.datetime | None = None
) -> Reception:
    """What is so now, or was at a moment."""
    now = at or datetime.datetime.now(datetime.UTC)
    hours = settings.calendar
    here = conversation.partition(":")[0] in LIVE_CHANNELS and hours.is_open(now) and somebody_takes(connection)
    opens = hours.opens(now)
    return Reception(here, opens.astimezone(hours.zone) if opens else None, settings.tells_by)
