"""`make soak`: visitors talk to the guide for half an hour; how much the memory of its process grows.

Each round is a handful of new conversations, so that what a conversation leaves behind would show.  Growth is counted
from the end of the warm-up, in which caches fill, and both ends are medians, so that no single moment decides.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import click

from bench import load
from bench.guide import Guide
from bench.processes import BenchError

WARM_UP = 0.2  # of the time
WINDOW = 0.1  # of the time, at both ends
MOST = 0.03  # growth
VISITORS, TURNS = 8, 6  # of a round
ROUND_DEADLINE_S = 300.0
FEWEST = 10  # rounds, below which nothing can be said


def growth(memory: Sequence[float]) -> tuple[float, float]:
    """Memory after the warm-up and at the end, both as medians, from what was measured after each round.

    Raises:
        ValueError: too few rounds.
    """
    if len(memory) < FEWEST:
        raise ValueError(f"{len(memory)} rounds: at least {FEWEST} are needed")
    width = max(1, round(WINDOW * len(memory)))
    start = round(WARM_UP * len(memory))
    return statistics.median(memory[start : start + width]), statistics.median(memory[-width:])


def run(minutes: float, folder: Path) -> list[float]:
    """Memory in MB after each round."""
    guide = Guide(folder)
    guide.prepare()
    memory: list[float] = []
    with guide.serve() as served:
        ends = time.monotonic() + 60 * minutes
        while time.monotonic() < ends or len(memory) < FEWEST:
            load.visit(guide.name, served.port, visitors=VISITORS, turns=TURNS, deadline_s=ROUND_DEADLINE_S)
            memory.append(served.memory_mb())
            if len(memory) % 20 == 0:
                click.echo(f"  {len(memory) * VISITORS * TURNS} messages: {memory[-1]:.0f} MB", err=True)
    return memory


@click.command(epilog="Example: .venv/bin/python -m bench.soak --minutes 5")
@click.option("--minutes", type=click.FloatRange(0, 600), default=30.0, show_default=True)
def main(minutes: float) -> None:
    """Talk to the guide and print how much its memory grows; the exit code is 1 above 3 %."""
    try:
        with tempfile.TemporaryDirectory(prefix="guide-soak-") as folder:
            memory = run(minutes, Path(folder))
    except BenchError as error:
        raise click.ClickException(str(error)) from error
    before, after = growth(memory)
    grown = after / before - 1
    click.echo(
        f"{len(memory) * VISITORS * TURNS} messages in {minutes:g} minutes: "
        f"{before:.0f} MB after the warm-up, {after:.0f} MB at the end, {grown:+.1%}"
    )
    sys.exit(1 if grown > MOST else 0)


if __name__ == "__main__":
    main()
