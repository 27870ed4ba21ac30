"""Defect: Rasa walks the tree of event classes for every stored event it reads back.

A long conversation reads hundreds at every turn.  The classes are few and fixed once everything is
imported, so each name is looked up once.
"""

from __future__ import annotations

from typing import Any

from rasa.shared.core.events import Event

_resolve = Event.resolve_by_type
_known: dict[str, Any] = {}


def resolve(type_name: str, default: Any = None) -> Any:
    """The event class of a name, as Rasa finds it.

    Raises:
        ValueError: there is no event of that name and no default.
    """
    if type_name not in _known:
        found = _resolve(type_name, default)
        if found is None or found is default:  # not an answer about the name itself, so not one to keep
            return found
        _known[type_name] = found
    return _known[type_name]


def install() -> None:
    """Look each event class up once."""
    Event.resolve_by_type = staticmethod(resolve)
