"""The trained guide in this process, once for all tests, and a short way to talk to it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Any

import pytest
import structlog

from bot.runtime import quiet

quiet()  # before Rasa is imported anywhere

from bot.ask import Guide, ModelMissing  # noqa: E402
from bot.handoff import tickets  # noqa: E402
from bot.training import MODEL  # noqa: E402
from knowledge.build import DATABASE  # noqa: E402

structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))

PROJECT = DATABASE.parents[1]

Result = dict[str, Any]
Say = Callable[..., list[Result]]


@pytest.fixture(scope="session")
def guide() -> Guide:
    """The guide as trained; its tickets stay in memory, because no agent waits for them."""
    tickets.use_memory()
    if not DATABASE.exists():
        pytest.fail("There is no knowledge base: run make train", pytrace=False)
    try:
        return Guide(PROJECT / MODEL)
    except ModelMissing:
        pytest.fail("There is no trained model: run make train", pytrace=False)


@pytest.fixture(scope="session")
def say(guide: Guide) -> Say:
    """Say these turns in a fresh conversation; their results, as the ask contract gives them."""

    def said(*turns: str) -> list[Result]:
        return [turn.as_result() for turn in asyncio.run(guide.converse(turns))]

    return said
