"""How the soak counts growth: from after the warm-up, by medians."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from bench import soak


def test_what_caches_take_at_first_is_no_growth() -> None:
    assert soak.growth([*range(20), *[100.0] * 80]) == (100.0, 100.0)


def test_a_leak_shows_and_a_single_moment_does_not() -> None:
    leaking = [100.0 + n for n in range(100)]
    before, after = soak.growth(leaking)
    assert after > 1.5 * before
    steady = [100.0] * 100
    steady[-1] = 500.0
    assert soak.growth(steady) == (100.0, 100.0)


def test_too_few_rounds_say_nothing() -> None:
    with pytest.raises(ValueError, match="rounds"):
        soak.growth([100.0] * 9)


@pytest.mark.parametrize(("end", "code"), [(101.0, 0), (110.0, 1)])
def test_growth_above_three_percent_fails(end: float, code: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(soak, "run", lambda minutes, folder: [100.0] * 50 + [end] * 50)
    result = CliRunner().invoke(soak.main, ["--minutes", "1"])
    assert result.exit_code == code and f"{end / 100 - 1:+.1%}" in result.output
