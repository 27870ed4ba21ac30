"""What is left out of Rasa's turns: the same trackers, states, choices and calls as upstream's, for less work."""

from __future__ import annotations

import hashlib
import inspect
import random
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from rasa.core.actions.action import RemoteAction
from rasa.core.featurizers.tracker_featurizers import MaxHistoryTrackerFeaturizer
from rasa.core.policies.policy import Policy
from rasa.core.policies.rule_policy import RulePolicy
from rasa.core.processor import MessageProcessor
from rasa.engine.exceptions import GraphRunError
from rasa.engine.graph import ExecutionContext, GraphComponent, GraphSchema, SchemaNode
from rasa.engine.runner.dask import DaskGraphRunner
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import (
    ActionExecuted,
    ActionReverted,
    ActiveLoop,
    AllSlotsReset,
    BotUttered,
    ConversationPaused,
    DefinePrevUserUtteredFeaturization,
    Event,
    FollowupAction,
    Restarted,
    SessionStarted,
    SlotSet,
    UserUtteranceReverted,
    UserUttered,
)
from rasa.shared.core.trackers import DialogueStateTracker, EventVerbosity
from rasa.utils.endpoints import EndpointConfig

from bot.ask import Guide
from bot.runtime import action_calls, default_actions, graph_in_order, last_states, replay, rules_kept
from bot.runtime.local_actions import LocalActions

UPSTREAM: dict[Callable[..., Any], str] = {
    replay._copy: "dfa48dca9f355ad1",
    replay._applied_events: "764d5065ea9997d6",
    DialogueStateTracker.travel_back_in_time: "09d16f28f007492f",
    DialogueStateTracker.init_copy: "429fcd2243b9e0e1",
    DialogueStateTracker.generate_all_prior_trackers: "a1f6954347b52649",
    DialogueStateTracker.past_states: "5463eefb5c69d27f",
    Domain.states_for_tracker_history: "035111ce73ac90ba",
    Domain.get_active_state: "5a4a505743120441",
    Policy._prediction_states: "ed9b82bed2f26ad7",
    RulePolicy._find_action_from_rules: "be6da6ee0f5429bd",
    rules_kept._get_possible_keys: "2915fd81711e194c",
    RulePolicy._does_rule_match_state: "d3109c1a97de319c",
    RulePolicy._is_rule_applicable: "64a108b016b46e57",
    RulePolicy._create_feature_key: "641eda8d019918ce",
    RulePolicy._rule_prediction: "90316ddf7eb4b314",
    MaxHistoryTrackerFeaturizer.prediction_states: "451caf09a389e871",
    graph_in_order._run: "45f0f52f574f3aa9",
    DaskGraphRunner._build_dask_graph: "5bb99f974d512a36",
    action_calls._call: "428795b944f22edb",
    default_actions._default_actions: "6fa4896f3667a20e",
    MessageProcessor._parse_message_with_graph: "0bd50a53b5c013af",
}
DOMAIN = Domain.from_dict(
    {
        "version": "3.1",
        "intents": ["greet", "ask", "bye"],
        "entities": ["policy"],
        "actions": ["action_a", "action_b"],
        "forms": {"some_form": {"required_slots": []}},
        "slots": {
            "told": {"type": "text", "influence_conversation": True, "mappings": [{"type": "custom"}]},
            "frame": {"type": "any", "influence_conversation": False, "mappings": [{"type": "custom"}]},
        },
    }
)
UNDOING = 0.1  # share of the conversations in which something is undone


@pytest.mark.parametrize("function", UPSTREAM, ids=lambda each: each.__qualname__)
def test_upstream_is_as_it_was_when_its_work_was_left_out(function: Callable[..., Any]) -> None:
    """When this fails, Rasa has changed: see whether the module is still needed and still does the same."""
    assert hashlib.sha256(inspect.getsource(function).encode()).hexdigest()[:16] == UPSTREAM[function]


def talk(rng: random.Random) -> Iterator[Event]:
    """A random conversation, in the order of events of a real one."""
    yield from (ActionExecuted("action_session_start"), SessionStarted(), ActionExecuted("action_listen"))
    undoing = rng.random() < UNDOING
    for _ in range(rng.randint(1, 12)):
        entities = [{"entity": "policy", "value": "cyber"}] if rng.random() < 0.3 else []
        yield UserUttered("words", {"name": rng.choice(["greet", "ask", "bye"]), "confidence": 0.9}, entities)
        yield DefinePrevUserUtteredFeaturization(rng.random() < 0.1)
        for action in rng.choices(["action_a", "action_b"], k=rng.randint(1, 2)):
            yield ActionExecuted(action)
            yield BotUttered("an answer")
            yield from rng.sample(
                [
                    SlotSet("told", rng.choice(["x", None])),
                    SlotSet("frame", {"turn": 1}),
                    AllSlotsReset(),
                    FollowupAction("action_b"),
                    ConversationPaused(),
                ],
                rng.choice([0, 0, 1, 2]),
            )
        if rng.random() < 0.1:
            yield from (Restarted(), ActionExecuted("action_session_start"), SessionStarted())
        if undoing and rng.random() < 0.3:
            yield rng.choice([ActionReverted(), UserUtteranceReverted(), ActiveLoop("some_form"), ActiveLoop(None)])
        yield ActionExecuted("action_listen")


def looks(tracker: DialogueStateTracker) -> dict[str, Any]:
    """All that a tracker is, for comparing."""
    return {
        "state": tracker.current_state(EventVerbosity.ALL),
        "set": {name: slot.has_been_set for name, slot in tracker.slots.items()},
        "followup": tracker.followup_action,
        "bot": tracker.latest_bot_utterance,
        "ids": (tracker.model_id, tracker.assistant_id),
        "rules": tracker.is_rule_tracker,
    }


@pytest.mark.parametrize("seed", range(60))
def test_a_copy_and_the_events_that_apply_are_those_of_upstream_at_every_step(seed: int) -> None:
    tracker = DialogueStateTracker("visitor", DOMAIN.slots)
    tracker.model_id, tracker.assistant_id = "model", "assistant"
    for event in talk(random.Random(seed)):
        tracker.update(event, DOMAIN)
        assert looks(replay.copied(tracker)) == looks(replay._copy(tracker))
        assert [*map(id, replay.applied_events(tracker))] == [*map(id, replay._applied_events(tracker))]


def test_what_happens_to_a_copy_does_not_happen_to_the_tracker() -> None:
    tracker = DialogueStateTracker.from_events("visitor", list(talk(random.Random(1))), DOMAIN.slots)
    before = looks(tracker)
    for _ in range(2):
        made = replay.copied(tracker)
        made.update(SlotSet("told", "of the copy"))
        made.update(ActionExecuted("action_b"))
        assert looks(tracker) == before
        assert looks(replay.copied(tracker)) == looks(replay._copy(tracker))


def test_a_tracker_that_forgets_its_first_events_is_left_to_rasa() -> None:
    tracker = DialogueStateTracker("visitor", DOMAIN.slots, max_event_history=5)
    for event in talk(random.Random(2)):
        tracker.update(event, DOMAIN)
        assert replay.Replayed.of(tracker) is None
        assert [*map(id, replay.applied_events(tracker))] == [*map(id, replay._applied_events(tracker))]


@pytest.mark.parametrize("seed", range(40))
def test_the_rules_choose_as_upstream_at_every_step_of_any_talk(guide: Guide, seed: int) -> None:
    policy = _rule_policy(guide)
    domain = guide.agent.domain
    rng = random.Random(seed)
    intents, actions = sorted(domain.intents), sorted(domain.user_actions)
    tracker = DialogueStateTracker("visitor", domain.slots)
    for event in talk(rng):
        if isinstance(event, UserUttered):
            event = UserUttered("words", {"name": rng.choice(intents), "confidence": 0.9}, event.entities)
        elif isinstance(event, ActionExecuted) and event.action_name in ("action_a", "action_b"):
            event = ActionExecuted(rng.choice(actions))
        elif isinstance(event, SlotSet | ActiveLoop):
            continue
        tracker.update(event, domain)
        ours = policy.predict_action_probabilities(tracker, domain)
        with pytest.MonkeyPatch.context() as upstream:
            upstream.setattr(RulePolicy, "_prediction_states", Policy._prediction_states)
            upstream.setattr(RulePolicy, "_get_possible_keys", rules_kept._get_possible_keys)
            assert policy.predict_action_probabilities(tracker, domain) == ours


def test_states_do_not_grow_with_the_session(guide: Guide) -> None:
    policy, domain = _rule_policy(guide), guide.agent.domain
    events = [event for seed in range(30) for event in [*talk(random.Random(seed))][3:] if not hasattr(event, "key")]
    plain = [event for event in events if not isinstance(event, Restarted | SessionStarted | ActiveLoop)]
    kept = [event for event in plain if not isinstance(event, ActionReverted | UserUtteranceReverted)]
    tracker = DialogueStateTracker.from_events("visitor", kept, domain.slots)
    assert len(policy._prediction_states(tracker, domain)) == last_states.longest_rule(policy) + 1


def test_rules_are_held_against_states_of_a_kind_once(guide: Guide, monkeypatch: pytest.MonkeyPatch) -> None:
    policy, domain = _rule_policy(guide), guide.agent.domain
    monkeypatch.setitem(policy.__dict__, "_known_rules", {})
    held: list[list[Any]] = []
    upstream = rules_kept._get_possible_keys
    monkeypatch.setattr(
        rules_kept, "_get_possible_keys", lambda self, *given: (held.append(given[1]), upstream(self, *given))[1]
    )
    for words in ("of one visitor", "of another"):
        tracker = DialogueStateTracker("visitor", domain.slots)
        tracker.update(ActionExecuted("action_listen"), domain)
        tracker.update(UserUttered(words, {"name": "greet", "confidence": 0.9}), domain)
        assert policy.predict_action_probabilities(tracker, domain).max_confidence == 1.0
        once = len(held)
    assert once == len(held) == 2  # by the words, which no rule looks at, and by the intent
    assert "of one visitor" not in repr(policy.__dict__["_known_rules"][id(policy.lookup["rules"])].found)


def _rule_policy(guide: Guide) -> RulePolicy:
    nodes = guide.agent.processor.graph_runner._instantiated_nodes.values()
    return next(node._component for node in nodes if isinstance(node._component, RulePolicy))


class Joined(GraphComponent):
    """Writes down who was called with what."""

    called: list[str]

    def __init__(self, name: str) -> None:
        self._name = name

    @classmethod
    def create(cls, config: Any, model_storage: Any, resource: Any, execution_context: ExecutionContext) -> Joined:
        return cls(str(execution_context.node_name))

    def join(self, **given: Any) -> str:
        type(self).called.append(self._name)
        if "broken" in given.values():
            raise RuntimeError("broken")
        return f"{self._name}({', '.join(str(given[name]) for name in sorted(given))})"


@pytest.fixture
def runner() -> DaskGraphRunner:
    needs = {"z": {"a": "in"}, "b": {"a": "z"}, "c": {"a": "b", "b": "z"}, "aside": {"a": "in"}, "top": {"a": "c"}}
    nodes = {
        name: SchemaNode(needs=each, uses=Joined, constructor_name="create", fn="join", config={}, is_target=False)
        for name, each in needs.items()
    }
    Joined.called = []
    schema = GraphSchema(nodes)
    return DaskGraphRunner(schema, None, ExecutionContext(schema, "model"))  # type: ignore[arg-type]


@pytest.mark.parametrize("targets", [["top"], ["b", "top"], ["z"], ["aside", "c"]])
def test_a_graph_gives_what_the_scheduler_gives_and_each_node_runs_once(
    runner: DaskGraphRunner, targets: list[str]
) -> None:
    theirs = graph_in_order._run(runner, {"in": "x"}, targets)
    called, Joined.called = Joined.called, []
    for _ in range(2):
        assert graph_in_order.run(runner, {"in": "x"}, targets) == theirs
    assert sorted(Joined.called) == sorted(called * 2)


def test_a_graph_fails_as_with_the_scheduler(runner: DaskGraphRunner) -> None:
    for run in (graph_in_order._run, graph_in_order.run):
        for inputs in ({"in": "top"}, {}):
            with pytest.raises(GraphRunError):
                run(runner, inputs, ["top"])
        with pytest.raises(Exception, match="Error running graph component"):
            run(runner, {"in": "broken"}, ["top"])


def test_an_action_of_this_process_is_told_the_same_without_the_domain() -> None:
    tracker = DialogueStateTracker("visitor", DOMAIN.slots)
    here = RemoteAction("action_a", LocalActions())
    for event in talk(random.Random(5)):
        tracker.update(event, DOMAIN)
        copied = replay.copied(tracker)
        copied.update(SlotSet("told", "of the copy alone"))
        told = action_calls.call(here, copied, DOMAIN)
        theirs = action_calls._call(here, copied, DOMAIN)
        assert theirs.pop("domain")
        assert told == theirs


def test_an_action_of_another_server_is_told_everything() -> None:
    tracker = DialogueStateTracker.from_events("visitor", list(talk(random.Random(6))), DOMAIN.slots)
    elsewhere = RemoteAction("action_a", None)
    copied = replay.copied(tracker)
    assert action_calls.call(elsewhere, copied, DOMAIN) == action_calls._call(elsewhere, copied, DOMAIN)


def test_default_actions_are_upstreams_and_made_once_for_each_endpoint() -> None:
    here, there = LocalActions(), EndpointConfig("http://127.0.0.1:9")
    for endpoint in (here, there, here, None):
        found = default_actions.default_actions(endpoint)
        assert [type(each) for each in found] == [type(each) for each in default_actions._default_actions(endpoint)]
        again = default_actions.default_actions(endpoint)
        assert all(one is other for one, other in zip(found, again, strict=True)) and found is not again
        extracts = next(each for each in found if each.name() == "action_extract_slots")
        assert extracts._action_endpoint is endpoint
