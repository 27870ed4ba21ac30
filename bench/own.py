"""The project's own evaluation questions through the whole guide, in this process."""

import asyncio
import json
import statistics
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.confidence import Case, expected_calibration_error
from bench.processes import BenchError
from bench.public import choice
from bench.scoring import GIVEN, GOOD, WRONG, Answer, Outcome, Question, Scored, by_kind, confusions, summary

if TYPE_CHECKING:
    from bot.ask import Guide

PROGRESS_EVERY = 100


@dataclass(frozen=True)
class OwnFigures:
    """How the guide did on its own questions: shares from 0 to 1."""

    questions: int
    shares: dict[str, float]
    harmful_ids: list[str]
    kinds: dict[str, dict[str, int]]
    confusions: list[tuple[str, str, int]]
    calibration_error: float
    median_ms: float


def figures(scored: list[Scored], median_ms: float) -> OwnFigures:
    """Figures from judged answers."""
    return OwnFigures(
        questions=len(scored),
        shares=summary(scored),
        harmful_ids=[each.question.id for each in scored if each.outcome is Outcome.HARMFUL],
        kinds={kind: {str(end): times for end, times in counts.items()} for kind, counts in by_kind(scored).items()},
        confusions=confusions(scored),
        calibration_error=expected_calibration_error(*judged(scored)),
        median_ms=median_ms,
    )


def judged(scored: list[Scored]) -> tuple[list[float], list[bool]]:
    """Confidence and whether it was what was asked, for every answer that was given."""
    given = [each for each in scored if each.answer.status in GIVEN]
    return [each.confidence for each in given], [each.outcome in GOOD for each in given]


def cases(scored: list[Scored]) -> list[Case]:
    """The questions as the refusal curve wants them."""
    return [
        Case(
            each.confidence,
            each.question.in_scope,
            deflected=each.outcome is Outcome.DEFLECTED,
            wrong=each.outcome in WRONG,
        )
        for each in scored
    ]


def measure(questions: Path, model: Path, say: Callable[[str], None]) -> tuple[list[Scored], float]:
    """Ask the guide every question; the judged answers and the median milliseconds a turn.

    Raises:
        BenchError: a line of the evaluation set cannot be read.
    """
    from bot.ask import answer_lines

    lines = read_lines(questions)
    try:
        labelled = [Question.read(line) for line in lines]
    except ValueError as error:
        raise BenchError(f"{questions}: {error}") from error
    guide = _guide(model)

    async def ask() -> tuple[list[Scored], float]:
        scored: list[Scored] = []
        took: list[float] = []
        async for result in answer_lines(guide, lines):
            question = labelled[len(scored)]
            # Of an answer the contract's confidence is what counts; where there was none, the first choice's.
            first = choice(await guide.agent.parse_message(question.text))
            sure = float(result["confidence"]) if result["status"] in GIVEN else first.confidence
            scored.append(Scored(question, Answer.read(result), first.intent, sure))
            took.append(float(result["elapsed_ms"]))
            if len(scored) % PROGRESS_EVERY == 0:
                say(f"  {len(scored)}/{len(labelled)}")
        return scored, statistics.median(took)

    return asyncio.run(ask())


def read_lines(questions: Path) -> list[dict[str, Any]]:
    """The objects of a file that has one a line.

    Raises:
        BenchError: a line is none that the guide could be asked.
    """
    from bot.ask import turns_of

    found = []
    for number, line in enumerate(questions.read_text(encoding="utf-8").split("\n"), 1):
        if line.strip():
            try:
                found.append(json.loads(line))
                turns_of(found[-1])
            except (ValueError, AttributeError) as error:
                raise BenchError(f"{questions}, line {number}: {error}") from error
    return found


def answers(lines: list[dict[str, Any]], model: Path, say: Callable[[str], None]) -> list[dict[str, Any]]:
    """What `guide ask --jsonl` gives for every line."""
    from bot.ask import answer_lines

    guide = _guide(model)

    async def ask() -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        async for result in answer_lines(guide, lines):
            found.append(result)
            if len(found) % PROGRESS_EVERY == 0:
                say(f"  {len(found)}/{len(lines)}")
        return found

    return asyncio.run(ask())


def _guide(model: Path) -> "Guide":
    from bot.ask import Guide, ModelMissing
    from bot.records.opening import use_memory

    use_memory()  # no agent waits for these
    try:
        return Guide(model)
    except ModelMissing as error:
        raise BenchError(str(error)) from error
