"""What makes a good turn, whatever it is about: checked on every turn of every conversation here."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from actions.answer import Status

NOTICE = "I am an automated assistant, not a person."
VERDICTS = ("yes", "no", "depends")

Result = dict[str, Any]


def sound(results: list[Result]) -> list[str]:
    """What is wrong with a conversation that would be wrong with any; empty when it is fine."""
    wrong = []
    for number, result in enumerate(results, 1):
        said, status = result["answer"], result["status"]
        if (NOTICE in said) != (number == 1):
            wrong.append(f"turn {number}: the automated-assistant notice belongs to the first answer alone")
        if not said.strip():
            wrong.append(f"turn {number}: silence")
        if status not in {each.value for each in Status}:
            wrong.append(f"turn {number}: no such status: {status}")
        if status == "answered" and not result["sources"]:
            wrong.append(f"turn {number}: an answer without a source")
        if result["verdict"] and status != "answered":
            wrong.append(f"turn {number}: {status}, and yet the verdict {result['verdict']}")
        if result["verdict"] not in (None, *VERDICTS):
            wrong.append(f"turn {number}: no such verdict: {result['verdict']}")
    return wrong


@pytest.fixture(scope="session")
def soundness() -> Callable[[list[Result]], list[str]]:
    """``sound``, for tests in other modules."""
    return sound
