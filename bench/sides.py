"""What both sides have in common: how a program is trained, started and asked its first question."""

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path
from typing import Protocol

from bench.load import REQUEST_DEADLINE_S, WEBHOOK, has_words
from bench.processes import LOOPBACK, Program, answers_200, post_json
from bench.questions import question

PROJECT = Path(__file__).resolve().parent.parent
TRAIN_DEADLINE_S = 1200.0
START_DEADLINE_S = 240.0


@dataclass(frozen=True)
class Served:
    """A side that answers on `port`; seconds from the start of its process to both moments.

    Attributes:
        memory_mb: what all its programs hold in memory at the moment.
    """

    port: int
    listening_s: float
    first_answer_s: float
    memory_mb: Callable[[], float] = lambda: 0.0


class Side(Protocol):
    """Something that can be trained and served."""

    name: str

    def train(self) -> float:
        """Train from scratch; wall seconds of the whole process."""

    def serve(self) -> AbstractContextManager[Served]:
        """Serve the trained model until the context ends."""


def environment(folder: Path, **more: str) -> dict[str, str]:
    """The environment of this process, the same for both sides, plus what a side needs.

    Temporary files go to `folder`, which the benchmark removes, whatever the programs leave behind.
    """
    # The settings of whoever runs this (a rate limit, another store) would make figures nobody can compare.
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("GUIDE_", "BENCH_"))}
    return {**kept, "RASA_TELEMETRY_ENABLED": "false", "SANIC_HOST": LOOPBACK, "TMPDIR": str(folder), **more}


@contextmanager
def serving(program: Program, port: int, *beside: Program) -> Iterator[Served]:
    """Wait until `program` listens and has answered a first question; end it with the context.

    Args:
        beside: programs that it needs, whose memory counts.
    """
    with program:
        listening_s = program.until(lambda: answers_200(port), START_DEADLINE_S)
        try:
            status, messages = post_json(
                port, WEBHOOK, {"sender": "bench-first", "message": question(0)}, REQUEST_DEADLINE_S
            )
        except (OSError, HTTPException) as error:
            raise program.failure(f"listened but did not answer its first question ({error})") from error
        if status != 200 or not has_words(messages):
            raise program.failure(f"answered its first question with status {status} and {messages!r:.200}")
        yield Served(port, listening_s, program.elapsed(), lambda: sum(each.memory_mb() for each in (program, *beside)))
