"""Defect: Rasa writes the whole conversation and the whole domain out for every action, also in its own process.

``RemoteAction`` turns each event and the domain into plain data (rasa.core.actions.action, 3.6.21): right for another
server, in vain for a function call.  Here an action that runs in this process gets the events as dicts that are made
once each, and no domain, which none of the guide's asks for.  Calls over HTTP stay as they are.  It can go when Rasa
calls actions in process.
"""

from __future__ import annotations

from typing import Any

import rasa
from rasa.core.actions.action import RemoteAction
from rasa.shared.core.domain import Domain
from rasa.shared.core.trackers import DialogueStateTracker, EventVerbosity

from bot.runtime.local_actions import LocalActions
from bot.runtime.replay import Replayed

_call = RemoteAction._action_call_format


def call(self: RemoteAction, tracker: DialogueStateTracker, domain: Domain) -> dict[str, Any]:
    """What the action is called with."""
    original: Replayed | None = tracker.__dict__.get("_copied_from")
    if original is None or not isinstance(self.action_endpoint, LocalActions):
        return dict(_call(self, tracker, domain))
    told = {**tracker.current_state(EventVerbosity.NONE), "events": original.as_dicts(tracker)}
    return {"next_action": self.name(), "sender_id": tracker.sender_id, "tracker": told, "version": rasa.__version__}


def install() -> None:
    """Call actions of this process so."""
    RemoteAction._action_call_format = call
