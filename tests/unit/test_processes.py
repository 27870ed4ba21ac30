"""Work shared out among processes: the same results in the same order, and what goes wrong there is raised here."""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures.process import BrokenProcessPool

import pytest

from understanding.learning.processes import shared_out


@pytest.mark.parametrize("at_once", [1, 3, 100])
def test_results_come_in_the_order_of_the_items(at_once: int) -> None:
    plus = {"one": 1}  # no function of a module: what is forked has it

    def work(some: Sequence[int]) -> list[int]:
        return [each + plus["one"] for each in some]

    assert shared_out(work, range(20), at_once) == list(range(1, 21))
    assert shared_out(work, [], at_once) == []


@pytest.mark.skipif((os.cpu_count() or 1) < 2, reason="one core does everything here")
def test_the_work_is_done_elsewhere() -> None:
    assert os.getpid() not in shared_out(lambda some: [os.getpid() for _ in some], range(8), 2)


def test_what_goes_wrong_is_raised() -> None:
    with pytest.raises(ZeroDivisionError):
        shared_out(lambda some: [1 // each for each in some], [1, 2, 0, 3], 1)


@pytest.mark.skipif((os.cpu_count() or 1) < 2, reason="one core does everything here")
def test_a_process_that_is_ended_is_no_silence() -> None:
    with pytest.raises(BrokenProcessPool):
        shared_out(lambda some: [os._exit(1) for _ in some], range(4), 1)
