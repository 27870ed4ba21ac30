"""The ``guide`` command: what it prints, and how it refuses."""

from __future__ import annotations

import asyncio
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bot import training
from bot.ask import Guide
from bot.cli import main
from bot.records import opening
from bot.records.feedback import Feedback, Opinion
from bot.records.opening import shared
from bot.records.transcript import Transcript

PROJECT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def at_home(monkeypatch: pytest.MonkeyPatch) -> None:
    """The command moves to the project's folder; tests come back."""
    monkeypatch.chdir(PROJECT)


@pytest.fixture
def trained(guide: Guide, monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The guide of the other tests in place of a second one, as if it were fresh; tells whether it was loaded."""
    loaded: list[Path] = []

    def load(model: Path) -> Guide:
        loaded.append(model)
        return guide

    monkeypatch.setattr("bot.ask.Guide", load)
    monkeypatch.setattr(training, "is_trained", lambda: True)
    monkeypatch.setattr(training, "is_sealed", lambda: True)
    return loaded


def _run(*arguments: str, stdin: str | bytes = "") -> Result:
    return CliRunner().invoke(main, arguments, input=stdin)


def test_a_question_is_answered_as_a_person_reads_it(trained: list[Path]) -> None:
    result = _run("ask", "does our GL cover it when an agent gives a caller wrong info?")
    assert result.exit_code == 0, result.output
    assert "\nNo. " in result.stdout
    assert "Source: " in result.stdout
    assert "\n  1. What is professional liability" in result.stdout
    assert re.search(r"^  3\. Talk to a licensed agent$", result.stdout, re.MULTILINE)


def test_lines_are_answered_with_a_line_each(trained: list[Path]) -> None:
    lines = [{"id": "a", "text": "What is cyber?"}, {"id": "b", "turns": ["hello", "thanks"]}]
    result = _run("ask", "--jsonl", stdin="\n".join(map(json.dumps, lines)) + "\n\n")
    assert result.exit_code == 0, result.output
    first, second = map(json.loads, result.stdout.splitlines())
    assert (first["id"], first["status"]) == ("a", "answered")
    assert [each["intent"] for each in second["results"]] == ["greet", "thank"]


@pytest.mark.parametrize("arguments", [(), ("",), ("--jsonl", "What is cyber?")])
def test_neither_or_both_ways_of_asking_is_a_usage_error(arguments: tuple[str, ...], trained: list[Path]) -> None:
    result = _run("ask", *arguments)
    assert result.exit_code == 2
    assert "Give a question, or --jsonl" in result.stderr
    assert not trained


@pytest.mark.parametrize("arguments", [("ask", "--json"), ("ask", "a", "b"), ("serve", "--port", "many"), ("advise",)])
def test_an_unknown_option_is_a_usage_error(arguments: tuple[str, ...]) -> None:
    result = _run(*arguments)
    assert result.exit_code == 2
    assert "Usage: " in result.stderr


GOOD = b'{"id": 1, "text": "What is cyber?"}\n'


@pytest.mark.parametrize(
    ("bad", "why"),
    [
        (b"What is cyber?", "Expecting value"),
        (b'{"text": "What is', "Invalid control character"),
        (b'["What is cyber?"]', "expected an object"),
        (b'"What is cyber?"', "expected an object"),
        (b'{"id": 2}', 'expected {"id"'),
        (b'{"id": 2, "text": 5}', 'expected {"id"'),
        (b'{"id": 2, "text": "a", "context": "b"}', 'expected {"id"'),
        (b'{"id": 2, "text": "a", "context": 5}', 'expected {"id"'),
        (b'{"id": 2, "turns": []}', 'expected {"id"'),
        (b'{"id": 2, "text": "caf\xe9"}', "utf-8"),
        (b"[" * 100_000, "recursion"),
    ],
)
def test_a_bad_line_is_named_before_anything_is_answered(bad: bytes, why: str, trained: list[Path]) -> None:
    result = _run("ask", "--jsonl", stdin=GOOD + b"\n" + bad + b"\n" + GOOD)
    assert result.exit_code == 1
    assert result.stderr.startswith("Line 3 of the input: ")
    assert why in result.stderr
    assert len(result.stderr.splitlines()) == 1
    assert result.stdout == ""
    assert not trained


def test_no_lines_give_no_results(trained: list[Path]) -> None:
    result = _run("ask", "--jsonl", stdin="\n  \n")
    assert (result.exit_code, result.stdout) == (0, "")


def test_half_a_character_of_json_is_answered_in_valid_utf_8(trained: list[Path]) -> None:
    result = _run("ask", "--jsonl", stdin='{"id": "\\ud800", "text": "What is cyber? \\udfff"}')
    assert result.exit_code == 0, result.exception
    answered = json.loads(result.stdout_bytes.decode("utf-8"))
    assert (answered["id"], answered["text"]) == ("\ud800", "What is cyber? \udfff")
    assert answered["policies"] == ["cyber"]


@pytest.mark.parametrize("arguments", [("ask", "What is cyber?"), ("serve",), ("shell",)])
def test_without_a_model_every_command_says_what_to_do(
    arguments: tuple[str, ...], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(training, "MODEL", tmp_path / "none.tar.gz")
    result = _run(*arguments)
    assert result.exit_code == 1
    assert result.stderr == "The guide is not trained yet: run `make train`.\n"


@pytest.mark.slow
@pytest.mark.parametrize("arguments", [("ask", "What is cyber?"), ("explain", "cyber"), ("serve",), ("shell",)])
def test_a_model_trained_from_something_else_is_not_served(
    arguments: tuple[str, ...], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    model, stamp = tmp_path / "guide.tar.gz", tmp_path / "guide.inputs"
    model.touch()
    monkeypatch.setattr(training, "MODEL", model)
    monkeypatch.setattr(training, "STAMP", stamp)
    for written in (None, "of another day"):
        if written:
            stamp.write_text(written)
        result = _run(*arguments)
        assert result.exit_code == 1
        assert result.stderr == "What the guide is trained from has changed since: run `make train`.\n"


def test_a_message_is_explained(trained: list[Path]) -> None:
    result = _run("explain", "who pays if our sprinkler floods the tenant below")
    assert result.exit_code == 0, result.output
    lines = result.stdout.splitlines()
    assert lines[0] == "Read as: who pays if our sprinkler floods the tenant below"
    assert lines[1].startswith("Linked: exposure: ")
    assert re.fullmatch(
        r"Outside the guide's business: \d+%\. Has happened: \d+%\. Asks whether it is covered: \d+%, left out: \d+%\.",
        lines[2],
    )
    assert [line.split(".")[0] for line in lines if re.match(r"\d\. \S+  \d+%$", line)] == ["1", "2", "3", "4", "5"]
    assert sum(line.startswith("   behind by ") for line in lines) == 4


def test_what_has_no_words_has_nothing_to_explain(trained: list[Path]) -> None:
    assert _run("explain", " ").stdout == "Nothing to explain: the message has no words.\n"


def test_a_taken_port_is_said_without_a_traceback(
    trained: list[Path], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    import socket

    monkeypatch.setenv("GUIDE_STATE", str(tmp_path))
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        result = _run("serve", "--port", str(port))
    assert result.exit_code == 1
    assert f"Port {port} on 127.0.0.1 is taken" in result.stderr


def test_feedback_prints_what_was_not_helpful_with_what_was_asked(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(opening, "_in_memory", None)
    monkeypatch.setenv("GUIDE_STATE", str(tmp_path))
    assert _run("feedback").stdout == "Nobody has rated an answer yet.\n"

    async def rate() -> None:
        transcript, feedback = Transcript(shared()), Feedback(shared())
        answers = "No. " + "Because. " * 100, "Professional liability."
        for said in ("Does GL cover bad advice?", answers[0], "And what does?", answers[1]):
            await transcript.append("s", {"from": "visitor" if said.endswith("?") else "bot", "text": said.strip()})
        at = "2026-01-01T10:00:00+00:00"
        await feedback.give(Opinion("web:s", 2, "down", "what about E&O", ["bad_advice"], "1a2b", at))
        await feedback.give(Opinion("web:s", 4, "up"))
        await feedback.give(Opinion("web:erased", 2, "down", "", ["cyber"], "1a2b", "2026-01-02T10:00:00+00:00"))

    asyncio.run(rate())
    result = _run("feedback")
    assert result.exit_code == 0, result.output
    newest, older, total = result.stdout.split("\n\n")
    assert newest == "2026-01-02T10:00  content 1a2b\n  From: cyber"
    head, asked, answered, *others = older.splitlines()
    assert (head, asked) == ("2026-01-01T10:00  content 1a2b", "  Asked: Does GL cover bad advice?")
    assert answered.startswith("  Answered: No. Because.") and answered.endswith("[...]")
    assert others == ["  Missing: what about E&O", "  From: bad_advice"]
    assert total == "2 of 3 rated answers were not helpful.\n"


@pytest.mark.parametrize("command", [(), ("ask",), ("serve",), ("shell",), ("train",), ("feedback",), ("knowledge",)])
def test_every_command_explains_itself_with_an_example(command: tuple[str, ...]) -> None:
    result = _run(*command, "--help")
    assert result.exit_code == 0
    assert re.search(r"Example:\n +guide ", result.stdout)


def test_the_real_command_from_anywhere_prints_results_and_nothing_else(guide: Guide, tmp_path: Path) -> None:
    result = subprocess.run(
        [sys.executable, "-m", "bot.cli", "ask", "--jsonl"],
        input='{"id": 1, "text": "does our GL cover it when an agent gives a caller wrong info?"}\n',
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(PROJECT), "GUIDE_STATE": str(tmp_path / "state")},
        timeout=120,
    )
    assert result.returncode == 0, result.stderr
    (line,) = result.stdout.splitlines()
    assert json.loads(line)["verdict"] == "no"
    assert not (tmp_path / "state").exists()
