"""Defect: Rasa re-checks the same JSON schema against its meta-schema for every action reply.

That was half the time of a turn (profiled on Rasa 3.6.21).  The schema never changes, so it is checked
once; every reply is still checked against it, but for those of this process, which the SDK has checked already.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from jsonschema.validators import validator_for
from rasa.core.actions.action import RemoteAction

from bot.runtime.local_actions import LocalActions


@lru_cache(maxsize=1)
def _validator() -> Any:
    schema = RemoteAction.action_response_format_spec()
    kind = validator_for(schema)
    kind.check_schema(schema)
    return kind(schema)


def check_reply(self: RemoteAction, result: dict[str, Any]) -> bool:
    """Raises jsonschema.ValidationError when a reply is not what an action may answer."""
    if not (isinstance(self.action_endpoint, LocalActions) and _has_its_parts(result)):
        _validator().validate(result)
    return True


def _has_its_parts(result: Any) -> bool:
    """Whether a reply has lists of events and of responses; the SDK sees to what is in them."""
    parts = [result.get("events"), result.get("responses")] if isinstance(result, dict) else [None]
    return all(isinstance(part, list) and all(isinstance(each, dict) for each in part) for part in parts)


def install() -> None:
    """Check the schema once instead of at every reply."""
    RemoteAction._validate_action_result = check_reply
