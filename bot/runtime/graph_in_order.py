"""Defect: Rasa plans its graph anew with a scheduler for every message and every choice of an action.

Each run (rasa.engine.runner.dask, 3.6.21) copies the schema, builds a graph of tasks and hands it to dask's
synchronous scheduler, which runs the nodes one after the other in an order that it works out again.  Here the order
is worked out once for each target, and the same nodes are called with the same arguments.  It can go when Rasa runs
a loaded graph without planning it again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rasa.engine.exceptions import GraphRunError
from rasa.engine.graph import GraphSchema
from rasa.engine.runner.dask import DaskGraphRunner

_run = DaskGraphRunner.run
Step = tuple[str, tuple[str, ...]]  # a node, and the nodes and inputs that it is given


def run(
    self: DaskGraphRunner, inputs: dict[str, Any] | None = None, targets: list[str] | None = None
) -> dict[str, Any]:
    """What each target gives, as Rasa's own runner does.

    Raises:
        GraphRunError: an input is named as a node is, or a node was not given what it needs.
    """
    wanted = tuple(targets or self._graph_schema.target_names)
    steps = _steps_of(self, wanted)
    known = {name: (name, value) for name, value in (inputs or {}).items()}
    for name, value in (inputs or {}).items():
        if isinstance(value, str) and value in self._instantiated_nodes:
            raise GraphRunError(f"The input '{name}' has the value '{value}', which is the name of a node.")
    try:
        for node, needs in steps:
            if node not in known:
                known[node] = self._instantiated_nodes[node](*(known.get(need, need) for need in needs))
    except RuntimeError as error:
        raise GraphRunError("Error running runner.") from error
    return dict(known[target] for target in wanted)


def _steps_of(runner: DaskGraphRunner, targets: Sequence[str]) -> list[Step]:
    """The nodes behind the targets, each after those it needs; worked out once."""
    plans: dict[Sequence[str], list[Step]] = runner.__dict__.setdefault("_plans", {})
    if targets not in plans:
        plans[targets] = in_order(runner._graph_schema, targets)
    return plans[targets]


def in_order(schema: GraphSchema, targets: Sequence[str]) -> list[Step]:
    """The nodes of a schema that the targets need, and the targets, each once and after what it needs itself."""
    found: dict[str, tuple[str, ...]] = {}

    def add(name: str, nodes: Mapping[str, Any]) -> None:
        if name in nodes and name not in found:  # what is no node is an input
            needs = tuple(nodes[name].needs.values())
            for need in needs:
                add(need, nodes)
            found[name] = needs

    for target in targets:
        add(target, schema.nodes)
    return list(found.items())


def install() -> None:
    """Run graphs so in this process."""
    DaskGraphRunner.run = run
