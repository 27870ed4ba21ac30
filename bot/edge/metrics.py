"""Figures about the running guide, in the format that Prometheus reads; none holds what a visitor wrote."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)


class Metrics:
    """Counters of one running guide."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._stages = Histogram(
            "guide_stage_seconds",
            "Time of a message by stage: accept, wait, answer, understand, act, store",
            ["stage"],
            buckets=SECONDS,
            registry=self._registry,
        )
        self._answers = self._counter("guide_answers", "Answers by intent and status", "intent", "status")
        self._verdicts = self._counter("guide_verdicts", "Answers that say yes, no or it depends", "verdict")
        self._refused = self._counter("guide_refused_requests", "Requests that were refused, by code", "code")
        self.losses = self._counter(
            "guide_losses",
            "What failed: answer (an apology was sent), store (tried again), sweep, slack, agent (one ended)",
            "kind",
        )
        for status in ("fallback", "out_of_scope", "handoff"):  # misses, refusals and handoffs are there from the start
            self._answers.labels("none", status)
        for kind in ("answer", "store", "sweep", "slack", "agent"):
            self.losses.labels(kind)

    def _counter(self, name: str, meaning: str, *labels: str) -> Counter:
        return Counter(name, meaning, labels, registry=self._registry)

    def watch(self, name: str, meaning: str, value: Callable[[], float]) -> None:
        """Show a number that is asked for when somebody looks."""
        Gauge(name, meaning, registry=self._registry).set_function(value)

    def stage(self, name: str, seconds: float) -> None:
        """Count how long a stage of a message took."""
        self._stages.labels(name).observe(seconds)

    @contextmanager
    def timed(self, name: str) -> Iterator[None]:
        """Count how long the block took, whatever its end."""
        started = time.perf_counter()
        try:
            yield
        finally:
            self.stage(name, time.perf_counter() - started)

    def answered(self, messages: Sequence[dict[str, Any]]) -> None:
        """Count what was answered."""
        for answer in (message["answer"] for message in messages if message.get("answer")):
            self._answers.labels(str(answer.get("intent")), str(answer.get("status"))).inc()
            if answer.get("verdict"):
                self._verdicts.labels(str(answer["verdict"])).inc()

    def refused(self, code: str) -> None:
        """Count a request that was refused."""
        self._refused.labels(code).inc()

    def page(self) -> bytes:
        """All of them, as text."""
        return generate_latest(self._registry)
