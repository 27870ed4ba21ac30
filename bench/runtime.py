"""Compare the guide with stock Rasa on this machine, in one run.

Both sides get the same Python, domain, data, questions and REST webhook, and every phase is measured on one
side right after the other while both wait idle, so that a machine that slows down slows both.
"""

import json
import math
import os
import platform
import signal
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass, replace
from importlib.metadata import version
from pathlib import Path
from types import FrameType
from typing import Any

import click

from bench import load, stock
from bench.figures import MIN_TURNS, Figures, growth, percentile, report, table
from bench.guide import Guide
from bench.processes import BenchError
from bench.sides import Served, Side

WARM_UP_DEADLINE_S = 300.0
PHASE_DEADLINE_S = 300.0
# A turn slower than this on average is not slow but stuck.
WARMED_BY = 8  # visitors, so that each process of a side that has several gets some
TURN_DEADLINE_S = 5.0
# Share of the cores other programs may use before a warning.
BUSY = 0.5


@dataclass(frozen=True)
class Settings:
    """How much is measured."""

    turns: int = 300
    visitors: int = 40
    messages_each: int = 5
    alone: int = 30
    # One visitor's messages come in conversations of this many, the sides taking turns.
    alone_block: int = 10
    starts: int = 3


QUICK = Settings(turns=60, visitors=10, messages_each=2, alone=10, alone_block=5, starts=1)


@dataclass
class Measured:
    """What one side has shown so far, in seconds."""

    train_s: float
    starts: list[Served]
    alone: load.Talk
    crowd: load.Talk
    long: load.Talk
    memory_mb: float

    def figures(self, ready: Callable[[Served], float]) -> Figures:
        """The side's figures; `ready` says which moment of a start counts as being ready."""
        grown = growth(self.long.seconds)
        talks = (self.alone, self.crowd, self.long)
        return Figures(
            train_s=self.train_s,
            listening_s=statistics.median(start.listening_s for start in self.starts),
            first_answer_s=statistics.median(start.first_answer_s for start in self.starts),
            ready_s=statistics.median(ready(start) for start in self.starts),
            p50_alone_ms=1000 * percentile(self.alone.seconds, 50),
            p95_alone_ms=1000 * percentile(self.alone.seconds, 95),
            messages_per_s=len(self.crowd.seconds) / self.crowd.wall_s,
            p95_crowd_ms=1000 * percentile(self.crowd.seconds, 95),
            turn_first_ms=1000 * grown.first_s,
            turn_last_ms=1000 * grown.last_s,
            growth=grown.factor,
            memory_mb=self.memory_mb,
            messages=sum(len(talk.seconds) for talk in talks),
            silent=sum(talk.silent for talk in talks),
        )


def say(text: str) -> None:
    """A line of progress; on stderr, so that stdout holds the table alone."""
    click.echo(text, err=True)


def warm_up() -> None:
    """Read Rasa from the disk once: whoever trains first would pay for it otherwise."""
    say("reading Rasa into the disk cache (not counted) …")
    modules = "import rasa.model_training, rasa.core.run, rasa.server, sklearn, tensorflow"
    subprocess.run(
        [sys.executable, "-c", modules],
        timeout=WARM_UP_DEADLINE_S,
        check=False,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def start_both(sides: Sequence[Side], starts: int, running: ExitStack) -> dict[str, list[Served]]:
    """Start each side `starts` times, in turn; the last start of each stays up in `running`."""
    found: dict[str, list[Served]] = {side.name: [] for side in sides}
    for number in range(1, starts + 1):
        for side in sides:
            with ExitStack() as once:
                served = once.enter_context(side.serve())
                found[side.name].append(served)
                say(
                    f"  {side.name} start {number}/{starts}: listening after {served.listening_s:.1f} s, "
                    f"first answer after {served.first_answer_s:.1f} s"
                )
                if number == starts:
                    running.push(once.pop_all())
    return found


def alone(side: str, port: int, settings: Settings, block: int) -> load.Talk:
    """One visitor's `block`-th conversation."""
    turns = min(settings.alone_block, settings.alone - block * settings.alone_block)
    return load.visit(side, port, visitors=1, turns=turns, deadline_s=PHASE_DEADLINE_S)


def crowd(side: str, port: int, settings: Settings) -> load.Talk:
    """All visitors at once."""
    talk = load.visit(side, port, visitors=settings.visitors, turns=settings.messages_each, deadline_s=PHASE_DEADLINE_S)
    say(f"  {side}: {len(talk.seconds)} messages in {talk.wall_s:.1f} s")
    return talk


def long_talk(side: str, port: int, settings: Settings) -> load.Talk:
    """One long conversation, with a line every fifth of the way."""
    step = max(1, settings.turns // 5)

    def progress(done: int) -> None:
        if done % step == 0:
            say(f"  {side}: turn {done}/{settings.turns}")

    deadline_s = TURN_DEADLINE_S * settings.turns
    return load.visit(side, port, visitors=1, turns=settings.turns, deadline_s=deadline_s, progress=progress)


def measure(sides: Sequence[Side], settings: Settings) -> dict[str, Measured]:
    """Everything about all sides, phase by phase."""
    trained: dict[str, float] = {}
    # The guide first: its training also builds the knowledge base that the actions of both sides read.
    for side in sides:
        say(f"training {side.name} …")
        trained[side.name] = side.train()
        say(f"  {side.name}: {trained[side.name]:.1f} s")
    with ExitStack() as running:
        say(f"starting each side {settings.starts} x …")
        starts = start_both(sides, settings.starts, running)
        ports = {side.name: starts[side.name][-1].port for side in sides}
        for name, port in ports.items():
            # Not counted: the first messages of each fresh process fill caches.
            load.visit(name, port, visitors=WARMED_BY, turns=settings.alone_block, deadline_s=PHASE_DEADLINE_S)
        say(f"one visitor alone, {settings.alone} messages …")
        single = {name: load.Talk() for name in ports}
        for block in range(math.ceil(settings.alone / settings.alone_block)):
            for name, port in ports.items():
                single[name].add(alone(name, port, settings, block))
        say(f"{settings.visitors} visitors at once, {settings.messages_each} messages each …")
        crowds = {name: crowd(name, port, settings) for name, port in ports.items()}
        say(f"one conversation of {settings.turns} turns …")
        longs = {name: long_talk(name, port, settings) for name, port in ports.items()}
        memory = {name: starts[name][-1].memory_mb() for name in ports}
    return {
        name: Measured(trained[name], starts[name], single[name], crowds[name], longs[name], memory[name])
        for name in ports
    }


def run(settings: Settings, with_init: bool) -> tuple[dict[str, Any], str]:
    """Measure in a temporary folder; the JSON object and the table."""
    with tempfile.TemporaryDirectory(prefix="guide-bench-") as name, ExitStack() as stack:
        folder = Path(name)
        guide = Guide(folder / "guide")
        other = stack.enter_context(stock.Stock(folder / "stock"))
        guide.prepare()
        other.prepare()
        busy = os.getloadavg()[0] / (os.cpu_count() or 1)
        if busy > BUSY:
            say(f"warning: {busy:.0%} of this machine's cores are at work already; the figures will be noisy")
        facts = machine()
        warm_up()
        init_train_s = None
        if with_init:
            say("training the `rasa init` starter …")
            init_train_s = stock.train_starter(folder / "init")
            say(f"  {init_train_s:.1f} s")
        found = measure((guide, other), settings)
    # The guide is ready when a visitor has an answer, stock already when it listens: the stricter for us.
    ours = found[guide.name].figures(lambda start: start.first_answer_s)
    theirs = found[other.name].figures(lambda start: start.listening_s)
    chosen = asdict(settings)
    return report(chosen, facts, ours, theirs, init_train_s), table(chosen, ours, theirs)


def machine() -> dict[str, Any]:
    """What the figures were measured on; the load average is the one before measuring."""
    return {
        "cores": os.cpu_count(),
        "load_average_1min": os.getloadavg()[0],
        "platform": platform.platform(),
        "python": platform.python_version(),
        "rasa": version("rasa"),
    }


def _terminated(_number: int, _frame: FrameType | None) -> None:
    # As Ctrl-C: unwinds through every `with`, which is what ends the servers.
    raise KeyboardInterrupt


def _output(path: str | None) -> Path | None:
    """Where the JSON goes; refused now rather than after minutes of measuring."""
    if not path:
        return None
    target = Path(path)
    if target.is_dir() or not target.parent.is_dir():
        raise click.UsageError(f"BENCH_JSON={path} is not a file in a folder that exists")
    return target


@click.command(epilog="Example: BENCH_JSON=runtime.json .venv/bin/python -m bench.runtime --quick")
@click.option("--quick", is_flag=True, help="A small run: one start, 10 visitors, 60 turns.")
@click.option(
    "--turns",
    type=click.IntRange(MIN_TURNS, 1000),
    help=f"Turns of the long conversation.  [default: {Settings.turns}]",
)
@click.option("--visitors", type=click.IntRange(2, 200), help=f"Visitors at once.  [default: {Settings.visitors}]")
@click.option("--with-init", is_flag=True, help="Also train what `rasa init` writes, and compare.")
def main(quick: bool, turns: int | None, visitors: int | None, with_init: bool) -> None:
    """Compare the guide with stock Rasa 3.6.21: training, start, one visitor, many, a long talk.

    Both run on 127.0.0.1, one after the other, from a temporary folder; the guide is trained where it
    stands. Minutes on two cores; nothing else should run. BENCH_JSON=path writes the figures as JSON.
    """
    settings = QUICK if quick else Settings()
    if turns is not None:
        settings = replace(settings, turns=turns)
    if visitors is not None:
        settings = replace(settings, visitors=visitors)
    target = _output(os.environ.get("BENCH_JSON"))
    signal.signal(signal.SIGTERM, _terminated)
    try:
        found, text = run(settings, with_init)
    except BenchError as error:
        raise click.ClickException(str(error)) from error
    click.echo(text)
    click.echo("\nratios, guide / stock: " + json.dumps(found["ratios"]))
    if target:
        target.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
        say(f"figures written to {target}")


if __name__ == "__main__":
    main()
