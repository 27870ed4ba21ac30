"""docs/security.md is true: its tests exist, its entries are the application's, its packages those that are locked."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest
from starlette.routing import Route
from test_docs import table

from bot.ask import Guide
from bot.channels.slack.channel import SlackChannel
from bot.channels.slack.settings import SlackSettings
from bot.edge.app import Edge
from bot.edge.metrics import Metrics
from bot.settings import Settings

PROJECT = Path(__file__).resolve().parents[2]
PAGE = (PROJECT / "docs" / "security.md").read_text(encoding="utf-8")
CHECKS = re.findall(r"`(tests/[\w/]+\.py)::(test_\w+)`", PAGE)
LEAST = 45  # checks


def rows(heading: str) -> list[list[str]]:
    """The rows of every table whose first column is called so."""
    return [row for part in PAGE.split("\n## ") for piece in part.split("\n### ") for row in table(piece, heading)]


def test_every_test_that_the_page_names_exists() -> None:
    found: dict[str, set[str]] = {}
    for file, _ in CHECKS:
        tree = ast.parse((PROJECT / file).read_text(encoding="utf-8"))
        found[file] = {node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}
    assert [f"{file}::{name}" for file, name in CHECKS if name not in found[file]] == []


def test_there_are_enough_checks_and_each_defence_has_one() -> None:
    assert len(set(CHECKS)) == len(CHECKS) >= LEAST
    assert len(rows("Against")) == len(CHECKS)
    assert [row for row in rows("Against") if not re.fullmatch(r"tests/[\w/]+\.py::test_\w+", row[-1])] == []


def test_the_page_lists_exactly_the_addresses_of_the_application(tmp_path: Path) -> None:
    async def load(metrics: Metrics) -> None:
        raise AssertionError("nothing is served here")

    slack = SlackSettings(
        signing_secret="5" * 32, client_id="1.2", client_secret="3" * 32, address="https://guide.agency.example"
    )
    settings = Settings(state=tmp_path, rest=True, files=True)
    edge = Edge(settings, load, channels=SlackChannel.wanted(slack))  # type: ignore[arg-type]
    paths = {route.path for route in edge.app().routes if isinstance(route, Route)}
    told = {row[0] for row in rows("Entry") if row[0].startswith("/")}
    assert told == {_as_told(path) for path in paths}


def _as_told(path: str) -> str:
    """How the page calls an address: all behind the sign-in together, as they have the same guard."""
    if path.startswith("/desk/api/") and path != "/desk/api/sign-in":
        return "/desk/api/…"
    return "/desk" if path.startswith("/desk/desk") else path


def test_the_packages_with_known_faults_are_those_that_are_locked() -> None:
    lock = dict(re.findall(r"^([\w.-]+)==(\S+)", (PROJECT / "requirements.lock").read_text(), re.M))
    assert {row[0]: row[1] for row in rows("Package")} == {row[0]: lock[row[0]] for row in rows("Package")}


MODULES = {"sanic-cors": "sanic_cors", "sentry-sdk": "sentry_sdk", "skops": "skops", "wheel": "wheel"}


@pytest.mark.skipif(sys.platform != "linux", reason="the guide is served on Linux")
def test_what_is_said_not_to_be_loaded_is_not_loaded_where_questions_are_answered(guide: Guide) -> None:
    said = {row[0] for row in rows("Package") if row[3].startswith("not loaded")}
    assert said == set(MODULES)
    code = f"""
import asyncio, sys
from pathlib import Path
from bot.runtime import hush, quiet
quiet()
hush()
from bot.records.opening import use_memory
use_memory()
import bot.edge.serve
from bot.ask import Guide
asyncio.run(Guide(Path("models/guide.tar.gz")).converse(["What is cyber insurance?"]))
print("loaded:", [name for name in {sorted(MODULES.values())} if name in sys.modules])
"""
    run = subprocess.run([sys.executable, "-c", code], cwd=PROJECT, capture_output=True, text=True, timeout=300)
    assert run.stdout.splitlines()[-1:] == ["loaded: []"], run.stderr
