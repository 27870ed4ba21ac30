"""Rasa's own story tests: what is understood, and which action follows (it never runs custom actions)."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from bot.ask import Guide

pytestmark = pytest.mark.model

PROJECT = Path(__file__).resolve().parents[2]
STORIES = PROJECT / "tests" / "stories"


def _tested(stories: Path, out: Path) -> subprocess.CompletedProcess[str]:
    command = ["test", "core", "--model", "models/guide.tar.gz", "--stories", str(stories), "--out", str(out)]
    return subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "rasa", *command, "--fail-on-prediction-errors", "--no-plot"],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        timeout=300,
    )


def test_every_story_goes_as_it_should(guide: Guide, tmp_path: Path) -> None:
    done = _tested(STORIES, tmp_path)
    failed = tmp_path / "failed_test_stories.yml"
    assert done.returncode == 0, failed.read_text() if failed.exists() else done.stderr[-3000:]


def test_a_wrong_story_fails(guide: Guide, tmp_path: Path) -> None:
    wrong = tmp_path / "test_wrong.yml"
    turn = [{"user": "hello", "intent": "greet"}, {"action": "action_cost"}]
    wrong.write_text(yaml.safe_dump({"version": "3.1", "stories": [{"story": "wrong", "steps": turn}]}))
    assert _tested(wrong, tmp_path / "out").returncode != 0


def test_every_rule_stands_in_a_story() -> None:
    rules = [
        rule
        for file in (PROJECT / "data" / "stories").glob("*.yml")
        for rule in yaml.safe_load(file.read_text(encoding="utf-8"))["rules"]
    ]
    asked = {
        step["intent"]
        for file in STORIES.glob("test_*.yml")
        for story in yaml.safe_load(file.read_text(encoding="utf-8"))["stories"]
        for step in story["steps"]
        if "intent" in step
    }
    # Advice on taxes and injuries stands in the scenarios; the gate and the fallback set these two.
    elsewhere = {"ask_tax_advice", "ask_medical_advice", "unreadable", "nlu_fallback"}
    assert {rule["steps"][0]["intent"] for rule in rules} - asked == elsewhere
