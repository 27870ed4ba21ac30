"""The process is killed while it accepts and answers: `make soak-kills`, small enough for every run."""

from __future__ import annotations

from pathlib import Path

from bench import kills


async def test_nothing_is_lost_or_doubled_when_the_process_is_killed(tmp_path: Path) -> None:
    outcome = await kills.run(4, 160, tmp_path / "state")
    assert (outcome.kills, outcome.messages) == (4, 160)
    assert (outcome.lost, outcome.doubled) == ([], [])
