"""Defect: Rasa makes all of its default actions anew to find one action by its name.

``action_for_name_or_text`` (rasa.core.actions.action, 3.6.21) does so several times in every turn.  They keep nothing
but the endpoint that they call, so here those of the latest endpoint are kept.  It can go when Rasa keeps them.
"""

from __future__ import annotations

from rasa.core.actions import action
from rasa.core.actions.action import Action
from rasa.utils.endpoints import EndpointConfig

_default_actions = action.default_actions
_kept: tuple[EndpointConfig | None, list[Action]] | None = None


def default_actions(action_endpoint: EndpointConfig | None = None) -> list[Action]:
    """Rasa's default actions."""
    global _kept
    kept = _kept
    if kept is None or kept[0] is not action_endpoint:
        kept = _kept = (action_endpoint, _default_actions(action_endpoint))
    return list(kept[1])


def install() -> None:
    """Keep them so in this process."""
    action.default_actions = default_actions
