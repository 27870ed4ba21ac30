"""Our side: the guide as `guide train` and `guide serve` run it."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.processes import Program, free_port
from bench.sides import PROJECT, TRAIN_DEADLINE_S, Served, environment, serving


class Guide:
    """The guide in its own folder; what it stores while measured goes to a temporary one."""

    name = "guide"

    def __init__(self, folder: Path, project: Path = PROJECT):
        self.folder = folder
        self.project = project
        # The project at hand, whichever one is installed; however many programs it starts, they are one session.
        self.command = (sys.executable, "-m", "bot.cli")
        # The REST webhook answers in the same request, as stock's does, so both are measured alike.
        self.env = environment(folder, GUIDE_REST="1", GUIDE_STATE=str(folder / "state"))

    def prepare(self) -> None:
        """Make the folder for logs and state."""
        self.folder.mkdir(parents=True, exist_ok=True)

    def train(self) -> float:
        """`guide train --force`; wall seconds of the whole process."""
        command = [*self.command, "train", "--force"]
        with Program("`guide train`", command, self.project, self.env, self.folder / "train.log") as program:
            return program.finish(TRAIN_DEADLINE_S)

    @contextmanager
    def serve(self) -> Iterator[Served]:
        """`guide serve` with its default stores; everything it needs is in this one program."""
        port = free_port()
        command = [*self.command, "serve", "--port", str(port)]
        program = Program("`guide serve`", command, self.project, self.env, self.folder / "serve.log")
        with serving(program, port) as served:
            yield served
