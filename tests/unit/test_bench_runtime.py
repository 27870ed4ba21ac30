"""The parts of the runtime benchmark that only calculate, and the options it refuses."""

import json
import os
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from bench import runtime
from bench.figures import MIN_TURNS, Figures, growth, percentile, ratio, ratios, report, table
from bench.load import Talk, has_words
from bench.processes import BenchError, Program, session_members, tail
from bench.questions import QUESTIONS, question
from bench.runtime import Measured, Settings, alone
from bench.sides import Served, environment
from bench.stock import Stock

STOCK = Figures(
    train_s=20.0,
    listening_s=10.0,
    first_answer_s=11.0,
    ready_s=10.0,
    p50_alone_ms=40.0,
    p95_alone_ms=60.0,
    messages_per_s=50.0,
    p95_crowd_ms=900.0,
    turn_first_ms=30.0,
    turn_last_ms=150.0,
    growth=5.0,
    memory_mb=800.0,
    messages=530,
    silent=0,
)
GUIDE = replace(
    STOCK,
    train_s=5.0,
    ready_s=12.0,
    p50_alone_ms=10.0,
    messages_per_s=200.0,
    p95_crowd_ms=225.0,
    growth=1.2345678,
    memory_mb=600.0,
    silent=1,
)
SETTINGS = {"turns": 300, "visitors": 40}


@pytest.mark.parametrize(("percent", "expected"), [(0, 1.0), (50, 2.5), (95, 3.85), (100, 4.0)])
def test_percentile_interpolates_whatever_the_order(percent: float, expected: float) -> None:
    assert percentile([4.0, 1.0, 3.0, 2.0], percent) == pytest.approx(expected)


def test_percentile_of_one_value_is_that_value() -> None:
    assert percentile([7.0], 95) == 7.0


@pytest.mark.parametrize(("values", "percent"), [([], 50), ([1.0], 101), ([1.0], -1)])
def test_percentile_refuses_what_has_no_answer(values: list[float], percent: float) -> None:
    with pytest.raises(ValueError, match=r"no values|not a percentage"):
        percentile(values, percent)


def test_growth_leaves_the_first_turn_out_and_compares_both_ends() -> None:
    turns = [9.0] + [1.0] * 10 + [2.0] * 10 + [5.0] * 100 + [3.0] * 20
    grown = growth(turns)
    assert (grown.first_s, grown.last_s, grown.factor) == (1.5, 3.0, 2.0)


def test_growth_refuses_windows_that_overlap() -> None:
    assert growth([1.0] * MIN_TURNS).factor == 1.0
    with pytest.raises(ValueError, match="overlap"):
        growth([1.0] * (MIN_TURNS - 1))


def test_any_window_of_the_long_talk_holds_the_same_questions() -> None:
    first = sorted(question(turn) for turn in range(1, 21))
    last = sorted(question(turn) for turn in range(280, 300))
    assert first == last == sorted(QUESTIONS * 2)
    assert len(set(QUESTIONS)) == len(QUESTIONS)


def test_ratios_are_guide_over_stock() -> None:
    assert ratios(GUIDE, STOCK) == {
        "train": 0.25,
        "ready": 1.2,
        "p50_alone": 0.25,
        "throughput_40": 4.0,
        "p95_40": 0.25,
        "turn300_over_turn1": 1.2345678,
        "rss": 0.75,
    }


def test_ratio_to_the_starter_only_where_it_was_trained() -> None:
    assert ratios(GUIDE, STOCK, init_train_s=50.0)["train_over_init"] == 0.1


def test_nothing_is_compared_with_a_stock_that_measured_nothing() -> None:
    with pytest.raises(ValueError, match="stock"):
        ratio(1.0, 0.0)


def test_report_holds_both_sides_in_full_and_is_json() -> None:
    found = json.loads(json.dumps(report(SETTINGS, {"cores": 2}, GUIDE, STOCK)))
    assert set(found) == {"settings", "machine", "figures", "ratios"}
    assert set(found["figures"]) == {"guide", "stock"}
    assert found["figures"]["stock"]["growth"] == 5.0
    assert found["ratios"]["turn300_over_turn1"] == 1.235
    assert found["settings"] == SETTINGS


def test_report_names_the_starter_when_it_was_trained() -> None:
    assert report(SETTINGS, {}, GUIDE, STOCK, 50.0)["figures"]["init"] == {"train_s": 50.0}


def test_table_shows_both_sides_and_the_settings() -> None:
    lines = table(SETTINGS, GUIDE, STOCK).splitlines()
    assert lines[0].split() == ["guide", "stock", "guide/stock"]
    assert lines[1].split() == ["training,", "s", "5.0", "20.0", "0.25"]
    assert any(line.startswith("40 visitors: messages/s") for line in lines)
    assert any(line.startswith("growth over 300 turns") for line in lines)
    # Nothing over nothing has no ratio, and must not end the run that measured it.
    assert lines[-1].split()[-3:] == ["1", "0", "-"]
    assert len({len(line) for line in lines}) == 1


@pytest.mark.parametrize(
    ("messages", "seen"),
    [
        ([{"recipient_id": "x", "text": "Yes."}], True),
        ([{"recipient_id": "x", "custom": {"card": 1}}], True),
        ([{"recipient_id": "x", "text": ""}], False),
        ([{"recipient_id": "x"}], False),
        ([], False),
        (None, False),
        ({"error": "no"}, False),
    ],
)
def test_an_answer_counts_only_when_a_visitor_would_see_it(messages: object, seen: bool) -> None:
    assert has_words(messages) is seen


def test_figures_of_one_side_come_out_in_the_stated_units() -> None:
    starts = [Served(1, 8.0, 9.0), Served(1, 30.0, 31.0), Served(1, 7.0, 8.5)]
    measured = Measured(
        train_s=3.0,
        starts=starts,
        alone=Talk([0.010, 0.020, 0.030], wall_s=0.06),
        crowd=Talk([0.1] * 200, wall_s=2.0, silent=3),
        long=Talk([0.5] + [0.01] * 20 + [0.02] * 20, wall_s=1.0),
        memory_mb=512.0,
    )
    found = measured.figures(lambda start: start.first_answer_s)
    assert (found.listening_s, found.first_answer_s, found.ready_s) == (8.0, 9.0, 9.0)
    assert found.p50_alone_ms == pytest.approx(20.0)
    assert found.messages_per_s == pytest.approx(100.0)
    assert found.p95_crowd_ms == pytest.approx(100.0)
    assert (found.turn_first_ms, found.turn_last_ms) == pytest.approx((10.0, 20.0))
    assert found.growth == pytest.approx(2.0)
    assert (found.messages, found.silent, found.memory_mb) == (244, 3, 512.0)
    assert measured.figures(lambda start: start.listening_s).ready_s == 8.0


@pytest.mark.skipif(sys.platform != "linux", reason="memory is read from /proc")
def test_memory_of_a_program_counts_what_it_started(tmp_path: Path) -> None:
    holds = "held = bytearray(b'x' * 50_000_000); print('up', flush=True); import time; time.sleep(60)"
    command = [sys.executable, "-c", f"import subprocess, sys; subprocess.run([sys.executable, '-c', {holds!r}])"]
    log = tmp_path / "log"
    with Program("holder", command, tmp_path, dict(os.environ), log) as program:
        program.until(lambda: "up" in log.read_text(), 30)
        assert program.memory_mb() > 50
    assert program.memory_mb() == 0


def test_blocks_of_the_lone_visitor_add_up(monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[int] = []
    monkeypatch.setattr("bench.load.visit", lambda *_, turns, **__: sent.append(turns))
    for block in range(3):
        alone("guide", 1, Settings(alone=25, alone_block=10), block)
    assert sent == [10, 10, 5]


def test_the_owners_settings_do_not_reach_the_measured_programs(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("GUIDE_WEB_RATE_IP", "1/60")
    monkeypatch.setenv("BENCH_JSON", "x.json")
    found = environment(tmp_path, GUIDE_REST="1")
    assert "GUIDE_WEB_RATE_IP" not in found
    assert "BENCH_JSON" not in found
    assert found["GUIDE_REST"] == "1"
    assert found["RASA_TELEMETRY_ENABLED"] == "false"
    assert found["TMPDIR"] == str(tmp_path)
    assert found["SANIC_HOST"] == "127.0.0.1"


def test_stock_gets_our_domain_and_data_with_rasas_own_parts(tmp_path: Path) -> None:
    project = tmp_path / "project"
    (project / "data" / "nlu").mkdir(parents=True)
    (project / "data" / "nlu" / "a.yml").write_text("nlu: []")
    (project / "domain.yml").write_text("intents: []")
    (project / "config.yml").write_text("pipeline: [{name: bot.nlu.ours}]")
    with Stock(tmp_path / "stock", project) as stock:
        stock.prepare()
    assert (tmp_path / "stock" / "data" / "nlu" / "a.yml").read_text() == "nlu: []"
    assert (tmp_path / "stock" / "domain.yml").read_text() == "intents: []"
    config = yaml.safe_load((tmp_path / "stock" / "config.yml").read_text())
    assert [part["name"] for part in config["pipeline"] + config["policies"]] == [
        "WhitespaceTokenizer",
        "CountVectorsFeaturizer",
        "LogisticRegressionClassifier",
        "FallbackClassifier",
        "RulePolicy",
    ]


def test_stock_says_what_is_missing(tmp_path: Path) -> None:
    with pytest.raises(BenchError, match=r"domain\.yml is missing"):
        Stock(tmp_path / "stock", tmp_path / "nowhere").prepare()


def test_tail_shows_the_end_of_a_log(tmp_path: Path) -> None:
    log = tmp_path / "a.log"
    assert "wrote nothing" in tail(log)
    log.write_text("one\ntwo\nthree\n")
    assert tail(log, 2) == "    two\n    three"


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="sessions are read from /proc")
def test_no_child_outlives_the_program_not_even_one_of_another_group(tmp_path: Path) -> None:
    script = "import subprocess, time; subprocess.Popen(['sleep', '60'], process_group=0); time.sleep(0.2)"
    with Program("parent", [sys.executable, "-c", script], tmp_path, os.environ, tmp_path / "log") as program:
        program.finish(30)
        session = program.pid
        assert len(session_members(session)) == 1
    deadline = time.monotonic() + 60
    while session_members(session) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert session_members(session) == []


def test_a_program_that_fails_shows_its_log(tmp_path: Path) -> None:
    command = [sys.executable, "-c", "raise SystemExit('no such port')"]
    expected = pytest.raises(BenchError, match=r"(?s)rasa ended with code 1.*no such port")
    with Program("rasa", command, tmp_path, os.environ, tmp_path / "log") as program, expected:
        program.finish(30)


@pytest.fixture
def never_measure(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Settings, bool]]:
    """Record what would have been measured, and measure nothing."""
    asked: list[tuple[Settings, bool]] = []

    def run(settings: Settings, with_init: bool) -> tuple[dict[str, object], str]:
        asked.append((settings, with_init))
        return report(SETTINGS, {}, GUIDE, STOCK), "the table"

    monkeypatch.setattr(runtime, "run", run)
    # The command takes SIGTERM over, which the test runner's process keeps for itself.
    monkeypatch.setattr("signal.signal", lambda *_: None)
    monkeypatch.delenv("BENCH_JSON", raising=False)
    return asked


@pytest.mark.parametrize(
    "options",
    [
        ["--turns", "40"],
        ["--turns", "99999"],
        ["--visitors", "1"],
        ["--visitors", "5000"],
        ["--turns", "x"],
        ["--unknown"],
    ],
)
def test_bad_options_are_refused(never_measure: list[tuple[Settings, bool]], options: list[str]) -> None:
    assert CliRunner().invoke(runtime.main, options).exit_code == 2
    assert never_measure == []


def test_options_reach_the_settings(never_measure: list[tuple[Settings, bool]]) -> None:
    for options in ([], ["--quick", "--turns", "50"], ["--visitors", "7", "--with-init"]):
        assert CliRunner().invoke(runtime.main, options).exit_code == 0
    (plain, no_init), (quick, _), (seven, init) = never_measure
    assert (plain, no_init) == (Settings(turns=300, visitors=40, messages_each=5, alone=30), False)
    assert (quick.turns, quick.visitors < plain.visitors, quick.starts) == (50, True, 1)
    assert (seven.visitors, seven.turns, init) == (7, 300, True)


@pytest.mark.usefixtures("never_measure")
def test_figures_are_written_where_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "out.json"
    monkeypatch.setenv("BENCH_JSON", str(target))
    result = CliRunner().invoke(runtime.main, [])
    assert result.exit_code == 0
    assert "the table" in result.output
    assert json.loads(target.read_text())["ratios"]["throughput_40"] == 4.0


def test_a_place_that_cannot_be_written_is_refused_before_measuring(
    never_measure: list[tuple[Settings, bool]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BENCH_JSON", str(tmp_path / "missing" / "out.json"))
    result = CliRunner().invoke(runtime.main, [])
    assert result.exit_code == 2
    assert "BENCH_JSON" in result.output
    assert never_measure == []


def test_a_failing_side_ends_the_run_with_its_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    def run(_settings: Settings, _with_init: bool) -> None:
        raise BenchError("stock `rasa run` ended with code 1 instead of serving")

    monkeypatch.setattr(runtime, "run", run)
    monkeypatch.setattr("signal.signal", lambda *_: None)
    result = CliRunner().invoke(runtime.main, [])
    assert result.exit_code == 1
    assert "stock `rasa run` ended with code 1" in result.output
