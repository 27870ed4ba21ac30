"""Defect: Rasa makes all of its default actions anew to find one action by its name.

``action_for_name_or_text`` (rasa.core.actions.action, 3.6.21) does so several times in every turn.  They keep nothing
but the endpoint that they call, so here they are made once for each.  It can go when Rasa keeps them.
"""

from __future__ import annotations

from rasa.core.actions import action
from rasa.core.actions.action import Action
from rasa.utils.endpoints import EndpointConfig

_default_actions = action.default_actions
_made: dict[int, tuple[EndpointConfig | None, list[Action]]] = {}


def default_actions(action_endpoint: EndpointConfig | None = None) -> list[Action]:
    """Rasa's default actions."""
    endpoint, made = _made.get(id(action_endpoint), (None, []))
    if not made or endpoint is not action_endpoint:  # another may have had the same number before
        made = _default_actions(action_endpoint)
        _made.clear()
        _made[id(action_endpoint)] = action_endpoint, made
    return list(made)


def install() -> None:
    """Make them once in this process."""
    action.default_actions = default_actions
