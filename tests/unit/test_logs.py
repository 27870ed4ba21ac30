"""No log shows a personal identifier, whatever wrote it."""

from __future__ import annotations

import logging
import subprocess
import sys
from pathlib import Path

import pytest

from bot.runtime.logs import MaskedRecord

PROJECT = Path(__file__).resolve().parents[2]
SSN = "536-22-8712"


@pytest.fixture
def masked_records():
    before = logging.getLogRecordFactory()
    logging.setLogRecordFactory(MaskedRecord)
    yield
    logging.setLogRecordFactory(before)


def test_a_message_and_its_arguments_are_masked(masked_records, caplog) -> None:
    logging.getLogger("guide.test").warning("could not read %r", f"my ssn is {SSN}")
    assert SSN not in caplog.text
    assert "[social security number removed]" in caplog.text


def test_a_traceback_is_masked(masked_records, caplog) -> None:
    try:
        raise ValueError(f"not a number: my ssn is {SSN}")
    except ValueError:
        logging.getLogger("guide.test").exception("a turn failed")
    assert "ValueError" in caplog.text
    assert SSN not in caplog.text


def test_what_was_logged_before_is_written_the_same(masked_records, caplog) -> None:
    logging.getLogger("guide.test").warning("%s of %d entries", "three", 458)
    assert "three of 458 entries" in caplog.text


def test_structlog_shows_no_local_variables() -> None:
    program = f"""
import structlog
from bot.runtime import hush
hush()
def turn(said):
    raise RuntimeError("broken")
try:
    turn("my ssn is {SSN}")
except RuntimeError:
    structlog.get_logger().exception("turn.failed", text="born 4/7/1985, ssn {SSN}")
"""
    done = subprocess.run([sys.executable, "-c", program], cwd=PROJECT, capture_output=True, text=True, timeout=120)
    said = done.stdout + done.stderr
    assert "turn.failed" in said
    assert "RuntimeError: broken" in said
    assert SSN not in said


@pytest.mark.slow
def test_what_old_dependencies_say_of_each_other_stays_off_the_terminal() -> None:
    program = "from bot.runtime import hush, quiet\nquiet()\nhush()\nimport rasa.core.agent\n"
    done = subprocess.run([sys.executable, "-c", program], cwd=PROJECT, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert not done.stderr
