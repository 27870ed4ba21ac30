"""The page of figures says what was measured, against its goals, and has its picture."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import pytest
from click.testing import CliRunner

from bench import performance
from bench.figures import Figures, report
from bench.runtime import Settings, machine


def side(factor: float) -> Figures:
    times = {name: factor for name in Figures.__dataclass_fields__ if name not in ("messages", "silent")}
    return Figures(**{**times, "messages_per_s": 50 / factor, "growth": 1.0}, messages=100, silent=0)


@pytest.mark.parametrize(("factor", "missed"), [(0.15, 0), (2.0, 6)])
def test_each_ratio_stands_beside_its_goal(tmp_path: Path, factor: float, missed: int) -> None:
    found = report(asdict(Settings()), machine(), side(factor), side(1.0))
    assert set(performance.GOALS) == set(found["ratios"])
    (tmp_path / "runtime.json").write_text(json.dumps(found))
    result = CliRunner().invoke(performance.main, [str(tmp_path / "runtime.json"), str(tmp_path)])
    assert result.exit_code == 0, result.output
    page = (tmp_path / "performance.md").read_text()
    assert page.count("| no |") == missed and page.count("| yes |") == 7 - missed
    assert "one visitor: p50, ms" in page
    assert (tmp_path / performance.PICTURE).read_bytes().startswith(b"\x89PNG")
