"""Defect: Rasa's rule policy derives every state of the session anew, twice for each choice of an action.

A rule looks at no more states than it has itself, yet the whole session is replayed, turned into states and compared
(rasa.core.policies.rule_policy, 3.6.21).  Here the policy is given the latest states, one more than its longest rule
has, so that neither a rule nor the beginning of a conversation is seen where there is none.  It can go when the policy
bounds what it derives.
"""

from __future__ import annotations

import json
from typing import Any

from rasa.core.policies.rule_policy import RULES, RULES_FOR_LOOP_UNHAPPY_PATH, RULES_NOT_IN_STORIES, RulePolicy
from rasa.shared.core.domain import Domain, State
from rasa.shared.core.trackers import DialogueStateTracker

from bot.runtime.replay import Replayed, Session

_prediction_states = RulePolicy._prediction_states


def prediction_states(
    self: RulePolicy,
    tracker: DialogueStateTracker,
    domain: Domain,
    use_text_for_last_user_input: bool = False,
    rule_only_data: dict[str, Any] | None = None,
) -> list[State]:
    """The latest states, as Rasa's own method ends; all of them where something in the session was undone."""
    replayed = None
    if self.featurizer.max_history is None and Session.of(tracker).is_plain:
        replayed = Replayed.of(tracker, domain, longest_rule(self))
    if replayed is None:
        return list(_prediction_states(self, tracker, domain, use_text_for_last_user_input, rule_only_data))
    states = [_own(state) for state in replayed.states]
    states.append(domain.get_active_state(replayed.tracker))
    self.featurizer._choose_last_user_input([states], use_text_for_last_user_input)
    return states


def longest_rule(policy: RulePolicy) -> int:
    """How many states the longest rule of a policy has."""
    if "_longest_rule" not in policy.__dict__:
        keys = [*policy.lookup.get(RULES, {}), *policy.lookup.get(RULES_FOR_LOOP_UNHAPPY_PATH, {})]
        keys += [key for key in policy.lookup.get(RULES_NOT_IN_STORIES, []) if key.startswith("[")]
        policy.__dict__["_longest_rule"] = max((len(json.loads(key)) for key in keys), default=0)
    return int(policy.__dict__["_longest_rule"])


def _own(state: State) -> State:
    """A state to be changed: what the policy takes out of it stays in the one that is kept."""
    return {kind: dict(part) for kind, part in state.items()}


def install() -> None:
    """Give the rule policy no more states than it looks at."""
    RulePolicy._prediction_states = prediction_states
