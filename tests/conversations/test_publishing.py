"""An agent edits an entry, sees what changes, signs and publishes it, and the served page tells it, signed."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from test_serve import PROJECT, _heard, _post, _serving

pytestmark = [
    pytest.mark.model,
    pytest.mark.skipif(sys.platform != "linux", reason="processes are looked up in /proc"),
]

ENTRY = "retention"
QUESTION = "what is a self-insured retention?"
EDITED = "An SIR is the first part of every claim that you pay and handle on your own."
LEFT_OUT = (".git", ".venv", ".state", ".uv", "models", "docs", "tests", "reviews.yml", "__pycache__", ".*_cache")


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the project with the trained model and no signatures."""
    folder = tmp_path / "project"
    shutil.copytree(PROJECT, folder, ignore=shutil.ignore_patterns(*LEFT_OUT))
    (folder / "models").symlink_to((PROJECT / "models").resolve())
    return folder


def _guide(project: Path, *command: str) -> tuple[int, str]:
    """Exit code and output of a ``guide`` command."""
    run = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "bot.cli", *command],
        cwd=project,
        env={**os.environ},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=300,
    )
    return run.returncode, run.stdout


def _edit(project: Path) -> None:
    """Write another definition, as an agent would in an editor."""
    file = project / "knowledge" / "content" / "terms" / "words.yml"
    before, begins, entry = file.read_text(encoding="utf-8").partition(f"- id: {ENTRY}\n")
    head, definition, rest = entry.partition("  definition:\n")
    source = rest[rest.index("    source:") :]
    assert begins and definition
    file.write_text(f"{before}{begins}{head}{definition}    text: {EDITED}\n{source}", encoding="utf-8")


def _asked(url: str, number: int) -> dict[str, Any]:
    """The answer that a fresh visitor of the page gets."""
    token = _post(url + "/chat/session", {})["token"]
    _post(url + "/chat/message", {"id": f"m-{number}", "text": QUESTION}, token)
    return _heard(
        url, token, lambda message: message.get("from") == "bot" and "status" in (message.get("answer") or {})
    )


def test_an_edited_entry_is_seen_signed_and_published_and_told_with_its_signature(copy: Path, tmp_path: Path) -> None:
    assert _guide(copy, "knowledge", "build")[0] == 0
    with _serving(tmp_path / "state", copy) as served:
        before = _asked(served.url, 1)
        assert before["answer"]["entries"] == [ENTRY]
        assert EDITED not in before["text"]

        _edit(copy)
        differs, changes = _guide(copy, "knowledge", "diff")
        assert differs == 1
        shown = " ".join(changes.split())
        assert ENTRY in shown and EDITED in shown
        signed, told = _guide(
            copy, "knowledge", "sign", "--by", "Dana Reyes", "--licence", "CA 0X12345", "--entry", ENTRY
        )
        assert signed == 0, told
        assert EDITED not in _asked(served.url, 2)["text"]  # nothing is published yet

        published, told = _guide(copy, "knowledge", "build")
        assert published == 0, told
        assert _guide(copy, "knowledge", "diff")[0] == 0
        after = _asked(served.url, 3)
        assert EDITED in after["text"]
        assert (after["answer"]["signature"]["by"], after["answer"]["signature"]["licence"]) == (
            "Dana Reyes",
            "CA 0X12345",
        )
        assert f"Reviewed by Dana Reyes, CA 0X12345, {after['answer']['signature']['signed_on']}" in after["text"]
        assert after["answer"]["version"] != before["answer"]["version"]
