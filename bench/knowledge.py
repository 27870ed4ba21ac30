"""How long the knowledge base takes to build, and its queries to answer.

python -m bench.knowledge
python -m bench.knowledge --repeat 5
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from knowledge.base import KnowledgeBase
from knowledge.build import build
from knowledge.content import CONTENT

Timed = tuple[str, int, float, float]  # what, how often, median and slowest in milliseconds


def main() -> None:
    """Build the published content into a temporary folder, ask it everything, and print the times."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeat", type=int, default=3, metavar="N", help="times everything is asked (3)")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        database = Path(folder) / "guide.db"
        started = time.perf_counter()
        build(CONTENT, database)
        print(f"Build {time.perf_counter() - started:.2f} s, {database.stat().st_size / 1e6:.1f} MB")
        for what, times, median, slowest in query_times(database, arguments.repeat):
            print(f"{what:26s} {times:6d} times, median {median:.3f} ms, slowest {slowest:.2f} ms")


def query_times(database: Path, repeat: int) -> list[Timed]:
    """Every query the guide makes, over every entry it can be made for; entries are read afresh each time."""
    base = KnowledgeBase(database)
    policies, exposures = base.ids("policy"), base.ids("exposure")
    questions = [text for _, _, text in base.questions()]
    every = [entry_id for kind in ("policy", "exposure", "industry", "term", "topic") for entry_id in base.ids(kind)]
    base.close()
    cells = [(policy, exposure) for policy in policies for exposure in exposures]
    asked: list[tuple[str, Callable[[KnowledgeBase], Callable[..., Any]], Iterable[tuple[Any, ...]]]] = [
        ("an entry", lambda b: b.entry, [(entry_id,) for entry_id in every]),
        ("a verdict", lambda b: b.decide, cells),
        ("who responds", lambda b: b.responders, [(exposure,) for exposure in exposures]),
        ("prices of a policy", lambda b: b.costs, [(policy,) for policy in policies]),
        ("guidance of an intent", lambda b: b.topics, [("ask_regulation",), ("ask_need",)]),
        ("a search", lambda b: b.search, [(question,) for question in questions]),
    ]
    return [(what, *_timed(database, query, list(arguments), repeat)) for what, query, arguments in asked]


def _timed(
    database: Path,
    query: Callable[[KnowledgeBase], Callable[..., Any]],
    arguments: list[tuple[Any, ...]],
    repeat: int,
) -> tuple[int, float, float]:
    spent = []
    for _ in range(repeat):
        base = KnowledgeBase(database)
        ask = query(base)
        for each in arguments:
            started = time.perf_counter()
            ask(*each)
            spent.append(1000 * (time.perf_counter() - started))
        base.close()
    return len(spent), statistics.median(spent), max(spent)


if __name__ == "__main__":
    main()
