"""Measure understanding: public sets, labelled messages, what learning rests on, and own questions through it all."""

import json
import logging
import os
import sys
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from bench import labelled, learning, own, public
from bench.confidence import refusal_curve
from bench.datasets import WANTED, Benchmark, DataMissing, read_benchmarks
from bench.intervals import Share
from bench.processes import BenchError
from bench.runtime import machine, say
from bench.scoring import Outcome, Scored
from bench.sides import PROJECT
from bench.tables import columns

CONFIG = PROJECT / "config.yml"
QUESTIONS = PROJECT / "tests" / "evaluation" / "held_out.jsonl"
MODEL = PROJECT / "models" / "guide.tar.gz"
NO_DATA_CODE = 2
# Thresholds named in the refusal curve, which is drawn at every hundredth.
MARKED = (0.35, 0.5, 0.65, 0.8, 0.9)


def run_public(benchmarks: Sequence[Benchmark]) -> dict[str, public.PublicFigures]:
    """Every set through the pipeline of config.yml."""
    if not benchmarks:
        return {}
    from knowledge.build import DATABASE, build
    from knowledge.content import ContentError

    try:
        if not DATABASE.exists():
            build()  # the pipeline learns its names from it, whatever the examples
    except ContentError as error:
        raise BenchError(f"the knowledge base cannot be built:\n{error}") from error
    return {benchmark.name: public.measure(benchmark, CONFIG, say) for benchmark in benchmarks}


def run_own(plots: Path | None) -> own.OwnFigures | None:
    """The project's own questions through the trained guide; None where there is none."""
    from bot import training
    from knowledge.build import DATABASE

    if not MODEL.exists() or not DATABASE.exists():
        say("The guide is not trained, so its own questions are left out: run `make train` first.")
        return None
    if not training.is_trained():
        say("warning: the guide was trained from something else than what is here now; run `make train`")
    say("the project's own questions …")
    scored, median_ms = own.measure(QUESTIONS, MODEL, say)
    found = own.figures(scored, median_ms)
    if plots:
        draw(scored, plots)
    return found


def run_labelled(sample: int | None, plots: Path | None) -> dict[str, Any] | None:
    """The labelled test part through the trained pipeline; None where nothing is trained."""
    if not MODEL.exists():
        return None
    say("the labelled test part …")
    read = labelled.measure(MODEL, labelled.unseen(sample), say)
    if plots:
        from bench.plots import calibration

        calibration(*labelled.calibration(read), plots / "calibration.png")
        say(f"calibration.png written to {plots}")
    return labelled.figures(read)


def run_learning(sample: int | None, left_out: bool) -> dict[str, Any]:
    """The learning curve, and what each feature and source of data earns where that is asked for."""
    say("the learning curve …")
    by_count, learnt = learning.curve(learning.School(labelled.unseen(sample), sample), say)
    whole = list(by_count.values())[-1]
    return learning.figures(by_count, learning.left_out(learnt, say) if left_out else {}, whole)


def write_answers(questions: Path, target: Path) -> None:
    """The results of `guide ask --jsonl` for a file of questions, for whatever scores them."""
    target.parent.mkdir(parents=True, exist_ok=True)
    results = own.answers(own.read_lines(questions), MODEL, say)
    written = [json.dumps(result, ensure_ascii=False).encode("utf-8", "backslashreplace") for result in results]
    target.write_bytes(b"\n".join([*written, b""]))
    say(f"{len(written)} answers written to {target}")


def draw(scored: list[Scored], folder: Path) -> None:
    """Write the refusal curve."""
    from bench.plots import refusals

    cases = own.cases(scored)
    curve = refusal_curve(cases, [step / 100 for step in range(101)])
    refusals(curve, refusal_curve(cases, MARKED), folder / "refusal_curve.png")
    say(f"refusal_curve.png written to {folder}")


def public_text(found: Mapping[str, public.PublicFigures]) -> str:
    """The public sets beside each other, a figure a line, and what refusing the unsure would do."""
    sides = list(found.values())
    rows = [
        ["", *found],
        ["intents", *(str(side.intents) for side in sides)],
        ["training examples", *(str(side.train_examples) for side in sides)],
        ["test messages", *(str(side.test_messages) for side in sides)],
        ["accuracy", *(f"{side.accuracy:.3f}" for side in sides)],
        ["accuracy, refused counted wrong", *(f"{side.accuracy_with_fallback:.3f}" for side in sides)],
        ["expected calibration error", *(f"{side.calibration_error:.3f}" for side in sides)],
        ["training, s", *(f"{side.train_s:.1f}" for side in sides)],
        ["one message: median, ms", *(f"{side.median_ms:.1f}" for side in sides)],
    ]
    refused = [
        f"{name} below confidence {outside.threshold:.3f}: {outside.recall:.1%} of {outside.messages} out-of-scope "
        f"messages refused, {outside.in_scope_rejected:.1%} of in-scope ones\n"
        f"{name} as configured: {outside.configured_recall:.1%} and {outside.configured_in_scope_rejected:.1%}"
        for name, side in found.items()
        if (outside := side.out_of_scope)
    ]
    return "\n".join([columns(rows), *refused])


def own_text(figures: own.OwnFigures) -> str:
    """Shares, how the questions of each kind ended, and the most frequent confusions."""
    shares = " · ".join(f"{name.replace('_', ' ')} {share:.1%}" for name, share in figures.shares.items())
    kinds = [["kind", "questions", *Outcome]] + [
        [kind, str(sum(counts.values())), *(str(counts.get(end, "")) for end in Outcome)]
        for kind, counts in figures.kinds.items()
    ]
    confused = [["expected kind", "answered intent", "times"]] + [
        [kind, intent, str(times)] for kind, intent, times in figures.confusions
    ]
    return "\n".join(
        [
            f"{figures.questions} own questions: {shares}",
            f"harmful: {', '.join(figures.harmful_ids) or 'none'}",
            f"expected calibration error {figures.calibration_error:.3f}, median {figures.median_ms:.1f} ms a turn",
            "",
            columns(kinds),
            "",
            columns(confused),
        ]
    )


def _hush_rasa() -> None:
    """Only warnings of the log on the terminal, and none of Python's."""
    import sanic.app  # noqa: F401  # asks for some of Python's warnings when it is imported, so it goes first
    import structlog

    logging.basicConfig(level=logging.WARNING)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    warnings.simplefilter("ignore")


def _plain(value: Any) -> dict[str, Any]:
    """A figure that is no plain data as such."""
    if isinstance(value, Share):
        low, high = value.interval
        return {"share": value.value, "low": low, "high": high, "of": value.total}
    return asdict(value)


def _folder_for(file: Path | None) -> None:
    """Refuse a file that cannot be written, now rather than after minutes of measuring."""
    if file and not file.parent.is_dir():
        raise click.UsageError(f"BENCH_JSON={file} is not a file in a folder that exists")


@click.command(
    epilog="Example: BENCH_JSON=nlu.json .venv/bin/python -m bench.nlu --data ~/benchmarks --left-out --plots docs"
)
@click.option(
    "--data",
    type=click.Path(path_type=Path, resolve_path=True),
    help="Folder of public benchmarks: BANKING77, CLINC150 or both.",
)
@click.option(
    "--plots",
    type=click.Path(path_type=Path, resolve_path=True, exists=True, file_okay=False, writable=True),
    help="Draw calibration.png and refusal_curve.png into this folder.",
)
@click.option("--left-out", is_flag=True, help="Say what each group of features and source of data earns (minutes).")
@click.option(
    "--sample", type=click.IntRange(min=10), metavar="N", help="So many labelled messages of each part alone."
)
@click.option(
    "--questions",
    type=click.Path(path_type=Path, resolve_path=True, exists=True, dir_okay=False),
    help="Only answer the questions of this file, a JSON object with id and text a line, for a scorer of yours.",
)
@click.option(
    "--answers",
    type=click.Path(path_type=Path, resolve_path=True, dir_okay=False),
    default=PROJECT / "results" / "answers.jsonl",
    help="Where the answers to --questions are written.  [default: results/answers.jsonl]",
)
@click.option(
    "--json",
    "target",
    envvar="BENCH_JSON",
    show_envvar=True,
    type=click.Path(path_type=Path, resolve_path=True, dir_okay=False, writable=True),
    help="Write the figures to this file.",
)
def main(
    data: Path | None,
    plots: Path | None,
    left_out: bool,
    sample: int | None,
    questions: Path | None,
    answers: Path,
    target: Path | None,
) -> None:
    """Measure how well the guide understands, one message after the other on one process.

    Public benchmarks: the pipeline of config.yml is trained on ten examples an intent and parses the test
    messages. Labelled messages: the trained pipeline reads the test part of data/questions. The learning curve:
    the ranker is trained on 25, 50, 75 and 100 % of the others. Own questions: the trained guide answers
    tests/evaluation/held_out.jsonl. Some fifteen minutes on two cores, with --left-out half an hour. Without
    --data the public sets are left out, and the exit code is 2.
    """
    _folder_for(target)
    try:
        benchmarks = read_benchmarks(data) if data else []
    except DataMissing as error:
        raise click.UsageError(str(error)) from error
    if not benchmarks and not questions:
        say(f"{WANTED}\n")
    os.chdir(PROJECT)  # Rasa and the guide name their files from here

    from bot.runtime import quiet

    quiet()
    _hush_rasa()
    found: dict[str, Any] = {"machine": machine()}
    try:
        if questions:
            write_answers(questions, answers)
            return
        # The public sets first: the guide puts its own message processor in the place of Rasa's.
        sets = run_public(benchmarks)
        if sets:
            click.echo(public_text(sets) + "\n")
            found["public"] = {name: asdict(figures) for name, figures in sets.items()}
        labels = run_labelled(sample, plots)
        if labels:
            click.echo(labelled.text(labels) + "\n")
            found["labelled"] = labels
        found["learning"] = run_learning(sample, left_out)
        click.echo(learning.text(found["learning"]) + "\n")
        ours = run_own(plots)
        if ours:
            click.echo(own_text(ours))
            found["own"] = asdict(ours)
    except BenchError as error:
        raise click.ClickException(str(error)) from error
    if target:
        target.write_text(json.dumps(found, indent=2, default=_plain) + "\n", encoding="utf-8")
        say(f"figures written to {target}")
    if not benchmarks:
        sys.exit(NO_DATA_CODE)


if __name__ == "__main__":
    main()
