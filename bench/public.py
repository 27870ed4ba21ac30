"""Train the project's own pipeline on a public set with Rasa's machinery, and see what it understands."""

import asyncio
import contextlib
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from bench.confidence import expected_calibration_error, rejection_threshold, share_below
from bench.datasets import Benchmark, Split
from bench.processes import BenchError

PROGRESS_EVERY = 1000
MEANING = "bot.nlu.meaning.Meaning"  # weighs what this project can answer, which no public set asks


@dataclass(frozen=True)
class Choice:
    """The classifier's first choice for a message, and whether the pipeline refused to go by it."""

    intent: str
    confidence: float
    refused: bool
    ms: float = 0.0


@dataclass(frozen=True)
class OutOfScope:
    """Refusing the unsure: at the threshold that costs few in-scope messages, and as configured."""

    messages: int
    threshold: float
    recall: float
    in_scope_rejected: float
    configured_recall: float
    configured_in_scope_rejected: float


@dataclass(frozen=True)
class PublicFigures:
    """How one public set was understood: shares from 0 to 1, seconds, milliseconds."""

    intents: int
    train_examples: int
    test_messages: int
    accuracy: float
    accuracy_with_fallback: float  # a refused message counts as wrong
    calibration_error: float
    train_s: float
    median_ms: float
    out_of_scope: OutOfScope | None = None


def figures(
    train: Split, test: Split, train_s: float, in_scope: Sequence[Choice], outside: Sequence[Choice]
) -> PublicFigures:
    """Figures from the choices made for the test messages, in order, and for those out of scope."""
    right = [choice.intent == label for choice, label in zip(in_scope, test.labels, strict=True)]
    confidences = [choice.confidence for choice in in_scope]
    return PublicFigures(
        intents=len(set(train.labels)),
        train_examples=len(train.texts),
        test_messages=len(test.texts),
        accuracy=statistics.fmean(right),
        accuracy_with_fallback=statistics.fmean(
            is_right and not choice.refused for is_right, choice in zip(right, in_scope, strict=True)
        ),
        calibration_error=expected_calibration_error(confidences, right),
        train_s=train_s,
        median_ms=statistics.median(choice.ms for choice in in_scope),
        out_of_scope=_out_of_scope(in_scope, outside) if outside else None,
    )


def _out_of_scope(in_scope: Sequence[Choice], outside: Sequence[Choice]) -> OutOfScope:
    confidences = [choice.confidence for choice in in_scope]
    threshold = rejection_threshold(confidences)
    return OutOfScope(
        messages=len(outside),
        threshold=threshold,
        recall=share_below([choice.confidence for choice in outside], threshold),
        in_scope_rejected=share_below(confidences, threshold),
        configured_recall=statistics.fmean(choice.refused for choice in outside),
        configured_in_scope_rejected=statistics.fmean(choice.refused for choice in in_scope),
    )


def measure(benchmark: Benchmark, config: Path, say: Callable[[str], None]) -> PublicFigures:
    """Train `config`'s pipeline on the set and parse its test messages.

    Raises:
        BenchError: Rasa did not train, or read other examples than the set holds.
    """
    with tempfile.TemporaryDirectory(prefix="guide-bench-nlu-") as name:
        folder = Path(name)
        say(f"{benchmark.name}: training on {len(benchmark.train.texts)} examples …")
        model, train_s = _train(benchmark.train, config, folder)
        say(f"  {train_s:.1f} s; parsing …")
        parser = _load(model)
        in_scope = asyncio.run(_parse(parser, benchmark.test.texts, say))
        outside = asyncio.run(_parse(parser, benchmark.out_of_scope.texts, say)) if benchmark.out_of_scope else []
    return figures(benchmark.train, benchmark.test, train_s, in_scope, outside)


def of_intents_alone(config: Path) -> str:
    """The configuration as it stands, less what knows the project's own content: importers, and the meaning."""
    settings = yaml.safe_load(config.read_text(encoding="utf-8"))
    settings.pop("importers", None)
    settings["pipeline"] = [each for each in settings["pipeline"] if each["name"] != MEANING]
    return yaml.safe_dump(settings, sort_keys=False)


def nlu_yaml(split: Split) -> str:
    """The examples in Rasa's training data format."""
    by_intent: dict[str, list[str]] = {}
    for text, label in zip(split.texts, split.labels, strict=True):
        by_intent.setdefault(label, []).append(text)
    written = [
        {"intent": label, "examples": "".join(f"- {text}\n" for text in texts)} for label, texts in by_intent.items()
    ]
    return yaml.safe_dump({"version": "3.1", "nlu": written}, sort_keys=False, allow_unicode=True)


def _train(split: Split, config: Path, folder: Path) -> tuple[Path, float]:
    """The model's path and the wall seconds of Rasa's training; importing Rasa is not counted."""
    from rasa.model_training import train_nlu
    from rasa.shared.nlu.training_data.loading import load_data

    config_copy, data = folder / "config.yml", folder / "nlu.yml"
    config_copy.write_text(of_intents_alone(config), encoding="utf-8")
    data.write_text(nlu_yaml(split), encoding="utf-8")
    read = {(str(each.get("text")), str(each.get("intent"))) for each in load_data(str(data)).intent_examples}
    different = read ^ set(zip(split.texts, split.labels, strict=True))
    if different:
        # Rasa's format gives some characters a meaning; a figure of other data would be nobody's figure.
        raise BenchError(f"Rasa reads {len(different)} examples differently, such as {min(different)}")
    started = time.perf_counter()
    with contextlib.redirect_stdout(sys.stderr):
        model = train_nlu(str(config_copy), str(data), str(folder / "models"))
    if model is None:
        raise BenchError("Rasa did not train a model: read the messages above")
    return Path(model), time.perf_counter() - started


def _load(model: Path) -> Any:
    from rasa.core.agent import Agent

    return Agent.load(str(model))


async def _parse(parser: Any, texts: Sequence[str], say: Callable[[str], None]) -> list[Choice]:
    choices = []
    for number, text in enumerate(texts, 1):
        before = time.perf_counter()
        parsed = await parser.parse_message(text)
        ms = 1000 * (time.perf_counter() - before)
        choices.append(choice(parsed, ms))
        if number % PROGRESS_EVERY == 0:
            say(f"  {number}/{len(texts)}")
    return choices


def choice(parsed: Mapping[str, Any], ms: float = 0.0) -> Choice:
    """What the intent classifier chose, looked up behind a fallback."""
    from rasa.nlu.classifiers.fallback_classifier import is_fallback_classifier_prediction, undo_fallback_prediction

    refused: bool = is_fallback_classifier_prediction(dict(parsed))
    intent = (undo_fallback_prediction(dict(parsed)) if refused else parsed).get("intent") or {}
    return Choice(str(intent.get("name")), float(intent.get("confidence") or 0.0), refused, ms)
