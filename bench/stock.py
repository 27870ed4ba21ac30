"""The other side: Rasa 3.6.21 as it comes, with the guide's own domain, data and actions.

Rasa's lightest parts, so that the guide is not compared with a slow choice of model: no DIET, no TED, and the
default stores, which keep conversations in memory and write nothing to disk. It also recognises fewer of the
questions, and its actions then have less to do than the guide's. Each of these favours stock.
"""

import importlib.util
import shutil
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

import yaml

from bench.processes import LOOPBACK, BenchError, Program, answers_200, free_port
from bench.sides import PROJECT, START_DEADLINE_S, TRAIN_DEADLINE_S, Served, environment, serving

# As people start it, and of the Python this runs in, so that both sides share every package.
RASA = str(Path(sys.executable).with_name("rasa"))

CONFIG = {
    "recipe": "default.v1",
    "assistant_id": "bench-stock",
    "language": "en",
    "pipeline": [
        {"name": "WhitespaceTokenizer"},
        {"name": "CountVectorsFeaturizer"},
        {"name": "LogisticRegressionClassifier"},
        {"name": "FallbackClassifier", "threshold": 0.3, "ambiguity_threshold": 0.1},
    ],
    "policies": [{"name": "RulePolicy"}],
}


class Stock:
    """Stock Rasa in a temporary folder, with Rasa's own action server beside it."""

    name = "stock"

    def __init__(self, folder: Path, project: Path = PROJECT):
        self.folder = folder
        self.project = project
        self._action_server: Program | None = None
        self._action_port = 0
        self._keep = ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._keep.close()

    def prepare(self) -> None:
        """Lay out the stock project: same domain and data, Rasa's own configuration."""
        self.folder.mkdir(parents=True, exist_ok=True)
        for name in ("domain.yml", "data"):
            source = self.project / name
            if not source.exists():
                raise BenchError(f"{source} is missing: there is no project to compare with")
            if source.is_dir():
                shutil.copytree(source, self.folder / name)
            else:
                shutil.copy2(source, self.folder)
        _write(self.folder / "config.yml", CONFIG)
        _write(self.folder / "credentials.yml", {"rest": None})

    def train(self) -> float:
        """`rasa train` of the same data; wall seconds."""
        return train(self.name, self.folder, self.folder / "train.log")

    @contextmanager
    def serve(self) -> Iterator[Served]:
        """`rasa run`, with the action server already up: its start is not counted against stock."""
        actions = self._start_actions()
        endpoint = {"action_endpoint": {"url": f"http://{LOOPBACK}:{self._action_port}/webhook"}}
        _write(self.folder / "endpoints.yml", endpoint)
        port = free_port()
        command = [
            *(RASA, "run", "-m", "models"),
            *("--credentials", "credentials.yml", "--endpoints", "endpoints.yml"),
            *("-p", str(port), "-i", LOOPBACK),
        ]
        program = Program("stock `rasa run`", command, self.folder, environment(self.folder), self.folder / "run.log")
        with serving(program, port, actions) as served:
            yield served

    def _start_actions(self) -> Program:
        if self._action_server:
            return self._action_server
        self._action_port = free_port()
        self._action_server = self._keep.enter_context(
            Program(
                "stock action server",
                [sys.executable, "-m", "rasa_sdk", "--actions", "actions", "-p", str(self._action_port)],
                # From the project's folder, which is how Python finds `actions` and what they import.
                self.project,
                environment(self.folder, GUIDE_STATE=str(self.folder / "state")),
                self.folder / "actions.log",
            )
        )
        self._action_server.until(lambda: answers_200(self._action_port, "/health"), START_DEADLINE_S)
        return self._action_server


def train(side: str, folder: Path, log: Path) -> float:
    """`rasa train` in `folder`; wall seconds of the whole process."""
    with Program(f"{side} `rasa train`", [RASA, "train"], folder, environment(folder), log) as program:
        return program.finish(TRAIN_DEADLINE_S)


def train_starter(folder: Path) -> float:
    """Train what `rasa init` writes (its default DIET and TED configuration); wall seconds."""
    package = importlib.util.find_spec("rasa")
    if package is None or package.origin is None:
        raise BenchError("rasa is not installed in this Python")
    # The copy is all `rasa init` does before it trains; without it the figure holds the training alone.
    shutil.copytree(Path(package.origin).parent / "cli" / "initial_project", folder)
    return train("`rasa init` starter:", folder, folder / "train.log")


def _write(path: Path, content: object) -> None:
    path.write_text(yaml.safe_dump(content, sort_keys=False), encoding="utf-8")
