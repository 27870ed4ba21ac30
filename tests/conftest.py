"""The trained guide in this process, once for all tests, and a short way to talk to it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import structlog
from hypothesis import HealthCheck, settings

from bot.runtime import quiet

quiet()  # before Rasa is imported anywhere

from bot.ask import Guide, ModelMissing  # noqa: E402
from bot.records import opening  # noqa: E402
from bot.records.engine import Records  # noqa: E402
from bot.training import MODEL  # noqa: E402
from knowledge.build import DATABASE  # noqa: E402

structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))

PROJECT = DATABASE.parents[1]
UNHURRIED = 120.0  # seconds that a database may take to answer

# How fast a machine is decides no test: no example has a deadline, and drawing examples may take its time.
settings.register_profile(
    "guide",
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.function_scoped_fixture],
)
settings.load_profile("guide")
Records.__init__.__defaults__ = None, UNHURRIED  # who tests a visitor's patience sets it

Result = dict[str, Any]
Say = Callable[..., list[Result]]


@pytest.fixture(scope="session")
def guide() -> Guide:
    """The guide as trained; its records stay in memory, because no agent waits for them."""
    opening.use_memory()
    if not DATABASE.exists():
        pytest.fail("There is no knowledge base: run make train", pytrace=False)
    try:
        return Guide(PROJECT / MODEL)
    except ModelMissing:
        pytest.fail("There is no trained model: run make train", pytrace=False)


@pytest.fixture(scope="module", autouse=True)
def close_records() -> Iterator[None]:
    """No module leaves a database open; within one, servers that several tests share go on with theirs."""
    yield
    opening.close_shared()


@pytest.fixture(scope="session")
def say(guide: Guide) -> Say:
    """Say these turns in a fresh conversation; their results, as the ask contract gives them."""

    def said(*turns: str) -> list[Result]:
        return [turn.as_result() for turn in asyncio.run(guide.converse(turns))]

    return said


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark whatever talks to the trained guide or drives a browser, so that `make check` can go without."""
    for item in items:
        fixtures = set(getattr(item, "fixturenames", ()))
        if "guide" in fixtures:
            item.add_marker(pytest.mark.model)
        if "browser" in fixtures:
            item.add_marker(pytest.mark.browser)
