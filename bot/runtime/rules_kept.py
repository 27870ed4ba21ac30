"""Defect: Rasa holds every rule against the latest states anew for each choice of an action.

``RulePolicy._get_possible_keys`` (rasa.core.policies.rule_policy, 3.6.21) walks through all rules, up to three times a
choice, though rules stay the same and conversations come to the same few states: a fifth of a turn whose message was
read before.  Here the rules that go with some states are kept, by what the rules look at in them: nothing that a
visitor wrote.  It can go when the policy looks its rules up.
"""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Iterable

from rasa.core.policies.rule_policy import RulePolicy
from rasa.shared.core.constants import PREVIOUS_ACTION
from rasa.shared.core.domain import State

KEPT = 512  # kinds of states, of each set of rules

_get_possible_keys = RulePolicy._get_possible_keys


class Known:
    """The rules that go with the states seen so far.

    Attributes:
        looked_at: the parts of a state that some rule speaks of.
    """

    def __init__(self, rules: Iterable[list[State]]) -> None:
        told = {(kind, name) for states in rules for state in states for kind, part in state.items() for name in part}
        self.looked_at = told
        self.found: OrderedDict[str, frozenset[str]] = OrderedDict()

    def name_of(self, states: list[State]) -> str:
        """The same for all states that no rule tells apart; that there was an action before matters by itself."""
        parts = []
        for state in states:
            told = [(kind, name, part[name]) for kind, part in state.items() for name in part]
            parts.append(sorted(each for each in told if each[:2] in self.looked_at))
        begun = [bool(state.get(PREVIOUS_ACTION)) for state in states]
        return json.dumps([parts, begun])


def possible_keys(self: RulePolicy, lookup: dict[str, str], states: list[State]) -> set[str]:
    """The rules that go with the states, as Rasa finds them."""
    of_each: dict[int, Known] = self.__dict__.setdefault("_known_rules", {})
    known = of_each.get(id(lookup))
    if known is None:
        known = of_each[id(lookup)] = Known(map(self._rule_key_to_state, lookup))
    name = known.name_of(states)
    found = known.found.get(name)
    if found is None:
        found = known.found[name] = frozenset(_get_possible_keys(self, lookup, states))
        while len(known.found) > KEPT:
            known.found.popitem(last=False)
    return set(found)


def install() -> None:
    """Look rules up so in this process."""
    RulePolicy._get_possible_keys = possible_keys
