"""Both processes of a handoff are killed while people talk: `make soak-handoff`, small enough for every run."""

from __future__ import annotations

from pathlib import Path

from bench import handoff_kills


async def test_nothing_is_lost_or_doubled_when_the_desk_and_the_chat_are_killed(tmp_path: Path) -> None:
    outcome = await handoff_kills.run(4, 160, tmp_path / "state", pause_s=1.0)
    assert (outcome.kills, outcome.messages) == (4, 160)
    assert (outcome.lost, outcome.doubled, outcome.both) == ([], [], [])
