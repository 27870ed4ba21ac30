"""Our side: the guide as `guide train` and `guide serve` run it."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.processes import BenchError, Program, free_port
from bench.sides import PROJECT, TRAIN_DEADLINE_S, Served, environment, serving


class Guide:
    """The guide in its own folder; what it stores while measured goes to a temporary one."""

    name = "guide"

    def __init__(self, folder: Path, project: Path = PROJECT):
        self.folder = folder
        self.project = project
        self.command = Path(sys.executable).with_name("guide")
        # The REST webhook answers in the same request, as stock's does, so both are measured alike.
        self.env = environment(folder, GUIDE_REST="1", GUIDE_STATE=str(folder / "state"))

    def prepare(self) -> None:
        """Make the folder for logs and state, and see that the guide is installed."""
        if not self.command.exists():
            raise BenchError(f"{self.command} is missing: install the project first")
        self.folder.mkdir(parents=True, exist_ok=True)

    def train(self) -> float:
        """`guide train --force`; wall seconds of the whole process."""
        command = [str(self.command), "train", "--force"]
        with Program("`guide train`", command, self.project, self.env, self.folder / "train.log") as program:
            return program.finish(TRAIN_DEADLINE_S)

    @contextmanager
    def serve(self) -> Iterator[Served]:
        """`guide serve` with its default stores; everything it needs is in this one program."""
        port = free_port()
        command = [str(self.command), "serve", "--port", str(port)]
        program = Program("`guide serve`", command, self.project, self.env, self.folder / "serve.log")
        with serving(program, port) as served:
            yield served
