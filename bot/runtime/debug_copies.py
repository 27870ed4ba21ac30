"""Defect: Rasa makes deep copies of events and states for debug lines that nobody sees.

Every use of ``copy`` in rasa.core.processor and rasa.core.policies.rule_policy (3.6.21) is an argument of such a line.
It can go when Rasa copies only what it logs.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import rasa.core.policies.rule_policy
import rasa.core.processor


def _itself(value: Any) -> Any:
    return value


def install() -> None:
    """Hand the lines the values themselves; below warnings none is written (``bot.runtime.hush``)."""
    for module in (rasa.core.processor, rasa.core.policies.rule_policy):
        module.copy = SimpleNamespace(deepcopy=_itself)
