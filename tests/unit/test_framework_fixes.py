"""What is mended in Rasa: still wrong upstream, so still needed, and mended without changing what it does."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from typing import Any

import jsonschema
import pytest
from rasa.core.actions.action import RemoteAction
from rasa.shared.core.events import Event, SlotSet, UserUttered

from bot.runtime import action_replies, event_types


@pytest.fixture
def action() -> Iterator[RemoteAction]:
    before = RemoteAction._validate_action_result
    action_replies.install()
    yield RemoteAction("action_x", None)
    RemoteAction._validate_action_result = before


@pytest.mark.parametrize(
    "reply",
    [
        {"events": [], "responses": []},
        {"events": [{"event": "slot", "name": "frame", "value": {"intent": "ask_cost"}}], "responses": [{"text": "a"}]},
    ],
)
def test_a_good_reply_passes(action: RemoteAction, reply: dict[str, Any]) -> None:
    assert action._validate_action_result(reply) is True


@pytest.mark.parametrize(
    "reply", [{"events": "none"}, {"events": [{"name": "no type"}]}, {"events": [], "responses": [1]}, []]
)
def test_a_bad_reply_is_refused_as_before(action: RemoteAction, reply: Any) -> None:
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(reply, RemoteAction.action_response_format_spec())
    with pytest.raises(jsonschema.ValidationError):
        action._validate_action_result(reply)


def test_rasa_still_validates_replies_with_a_schema_it_makes_anew_each_time() -> None:
    """When this fails, Rasa has changed: see whether bot/runtime/action_replies.py is still needed."""
    assert RemoteAction.action_response_format_spec() is not RemoteAction.action_response_format_spec()
    assert hasattr(RemoteAction, "_validate_action_result")


def test_event_classes_are_found_as_rasa_finds_them() -> None:
    assert event_types.resolve("slot") is SlotSet
    assert event_types.resolve("user") is UserUttered
    assert event_types.resolve("slot") is SlotSet  # the kept one


def test_an_unknown_event_is_no_class_twice_over() -> None:
    for _ in range(2):
        with pytest.raises(ValueError, match="Unknown event name"):
            event_types.resolve("no such event")
    assert event_types.resolve("no such event", SlotSet) is SlotSet
    with pytest.raises(ValueError, match="Unknown event name"):
        event_types.resolve("no such event")


def test_rasa_still_walks_its_event_classes() -> None:
    """When this fails, Rasa has changed: see whether bot/runtime/event_types.py is still needed."""
    assert "all_subclasses" in inspect.getsource(event_types._resolve)
    assert Event.resolve_by_type is not None
