"""Long work shows one line; everything else that is printed meanwhile is in the log."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from bot.progress import step

PROJECT = Path(__file__).resolve().parents[2]
NOISY = """
import os, subprocess, sys, warnings
from pathlib import Path
from bot.progress import step
with step("Training", Path(sys.argv[1])):
    print("Processed rules: 100%")
    print("a warning", file=sys.stderr)
    warnings.warn("old", DeprecationWarning, stacklevel=1)
    os.write(2, b"from a C library\\n")
    subprocess.run(["echo", "from a child"])
    if len(sys.argv) > 2:
        raise SystemExit("it broke")
print("afterwards")
"""


def _run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-W", "always", "-c", NOISY, *arguments], capture_output=True, text=True, cwd=PROJECT
    )


def test_the_terminal_shows_one_line_and_the_log_has_the_rest(tmp_path: Path) -> None:
    log = tmp_path / "logs" / "training.log"
    done = _run(str(log))
    assert done.stdout == "Training … done in 0 s\nafterwards\n"
    assert done.stderr == ""
    for words in ("Processed rules", "a warning", "DeprecationWarning", "from a C library", "from a child"):
        assert words in log.read_text()


def test_a_failure_is_said_with_the_time_it_took(tmp_path: Path) -> None:
    done = _run(str(tmp_path / "log"), "fail")
    assert done.stdout == "Training … failed after 0 s\n"
    assert done.stderr == "it broke\n"


def test_whoever_reads_the_output_gets_the_line_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with step("Starting", tmp_path / "log"):
        print("noise")
    assert capsys.readouterr().out == "Starting … done in 0 s\n"
