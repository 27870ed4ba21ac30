"""The parts of the understanding benchmark that only calculate or read files, and its options."""

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner

from bench import labelled, learning, nlu, own, public
from bench.confidence import (
    Case,
    expected_calibration_error,
    refusal_curve,
    rejection_threshold,
    reliability,
    share_below,
)
from bench.datasets import FILES, SPLITS, Benchmark, DataMissing, Split, read_benchmarks
from bench.labelled import Read
from bench.plots import calibration
from bench.processes import BenchError
from bench.public import Choice
from bench.scoring import GOOD, Answer, Outcome, Question, Scored, by_kind, confusions, fits, outcome, summary

COVERAGE = Question(
    id="q1",
    text="does GL cover a client who trips",
    kind="coverage_check",
    kinds=("coverage_check",),
    policies=frozenset({"general_liability"}),
    verdicts=frozenset({"yes", "depends"}),
    deflect_ok=False,
)
READ = Read(("alone",), False, True, 0, False, 0.9, True, False, 5.0)
RIGHT = Answer("answered", "ask_coverage", "yes", ("general_liability",))
OUTSIDE = replace(COVERAGE, kind="out_of_scope", kinds=("out_of_scope",), policies=frozenset(), verdicts=frozenset())


def asked(*kinds: str, **changes: Any) -> Question:
    """The coverage question with other accepted kinds, and nothing else judged unless said."""
    free: dict[str, Any] = {"policies": frozenset(), "verdicts": frozenset()}
    return replace(COVERAGE, kind=kinds[0], kinds=kinds, **{**free, **changes})


def answered(intent: str, status: str = "answered", verdict: str | None = None) -> Answer:
    return Answer(status, intent, verdict)


# Calibration


def test_confidence_that_is_kept_has_no_error() -> None:
    assert expected_calibration_error([0.5] * 4, [True, True, False, False]) == pytest.approx(0.0)


def test_error_weighs_bins_by_their_messages() -> None:
    # Three messages sure at 0.9 and never right, one at 0.1 and never right: (3 x 0.9 + 1 x 0.1) / 4.
    assert expected_calibration_error([0.9, 0.9, 0.9, 0.1], [False] * 4) == pytest.approx(0.7)


def test_over_and_underconfidence_cancel_only_within_a_bin() -> None:
    confidences, right = [0.61, 0.79], [True, False]
    assert expected_calibration_error(confidences, right, bins=2) == pytest.approx(0.2)
    assert expected_calibration_error(confidences, right, bins=15) == pytest.approx((0.39 + 0.79) / 2)


def test_bins_take_both_ends_and_leave_the_empty_ones_out() -> None:
    bins = reliability([0.0, 1.0, 0.99], [False, True, True], bins=15)
    assert [(b.count, b.accuracy) for b in bins] == [(1, 0.0), (2, 1.0)]
    assert bins[1].confidence == pytest.approx(0.995)


@pytest.mark.parametrize("confidence", [-0.1, 1.1, float("nan")])
def test_what_is_no_confidence_is_refused(confidence: float) -> None:
    with pytest.raises(ValueError, match="not a confidence"):
        reliability([confidence], [True])


def test_calibration_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="no confidences"):
        expected_calibration_error([], [])


# The threshold for what is out of scope


@pytest.mark.parametrize(("messages", "refused"), [(100, 5), (20, 1), (19, 0), (39, 1), (40, 2), (1, 0)])
def test_threshold_refuses_as_many_as_allowed_and_no_more(messages: int, refused: int) -> None:
    confidences = [(number + 1) / (messages + 1) for number in reversed(range(messages))]
    threshold = rejection_threshold(confidences)
    assert sum(confidence < threshold for confidence in confidences) == refused


def test_threshold_is_the_highest_that_keeps_the_limit() -> None:
    confidences = [0.1, 0.2, 0.3] + [0.9] * 37
    threshold = rejection_threshold(confidences)
    assert threshold == 0.3
    assert share_below(confidences, threshold + 1e-9) > 0.05


def test_equal_confidences_are_never_refused_beyond_the_limit() -> None:
    confidences = [0.1] * 10 + [0.9] * 90
    assert share_below(confidences, rejection_threshold(confidences)) == 0.0


@pytest.mark.parametrize(("confidences", "percent"), [([], 5), ([0.5], 100), ([0.5], -1)])
def test_threshold_refuses_what_has_no_answer(confidences: list[float], percent: int) -> None:
    with pytest.raises(ValueError, match=r"no in-scope confidences|not a percentage"):
        rejection_threshold(confidences, percent)


def test_figures_of_a_public_set() -> None:
    train, test = Split(["a", "b", "c"], ["x", "y", "y"]), Split(["t"] * 4, ["x", "x", "y", "y"])
    inside = [
        Choice("x", 0.9, refused=False, ms=1.0),
        Choice("x", 0.2, refused=True, ms=2.0),
        Choice("y", 0.8, refused=False, ms=3.0),
        Choice("x", 0.7, refused=False, ms=40.0),
    ]
    outside = [Choice("x", 0.1, refused=True), Choice("y", 0.15, refused=False), Choice("y", 0.95, refused=False)]
    found = public.figures(train, test, 2.0, inside, outside)
    assert (found.intents, found.train_examples, found.test_messages) == (2, 3, 4)
    assert (found.accuracy, found.accuracy_with_fallback) == (0.75, 0.5)
    assert (found.train_s, found.median_ms) == (2.0, 2.5)
    assert found.out_of_scope is not None
    assert (found.out_of_scope.threshold, found.out_of_scope.in_scope_rejected) == (0.2, 0.0)
    assert found.out_of_scope.recall == pytest.approx(2 / 3)
    assert found.out_of_scope.configured_recall == pytest.approx(1 / 3)
    assert found.out_of_scope.configured_in_scope_rejected == 0.25
    text = nlu.public_text({"CLINC150": found})
    assert "CLINC150 below confidence 0.200: 66.7% of 3 out-of-scope messages refused, 0.0% of in-scope ones" in text


def test_a_set_without_out_of_scope_messages_has_no_such_figures() -> None:
    split = Split(["a"], ["x"])
    found = public.figures(split, split, 1.0, [Choice("x", 0.9, refused=False)], [])
    assert found.out_of_scope is None
    assert "out-of-scope" not in nlu.public_text({"BANKING77": found})


def test_the_classifiers_choice_is_found_behind_a_fallback() -> None:
    first = {"name": "ask_cost", "confidence": 0.3}
    fallback = {"name": "nlu_fallback", "confidence": 0.35}
    behind = public.choice({"intent": fallback, "intent_ranking": [fallback, first, {"name": "x", "confidence": 0.1}]})
    assert behind == Choice("ask_cost", 0.3, refused=True)
    sure = {"name": "ask_cost", "confidence": 0.8}
    assert public.choice({"intent": sure, "intent_ranking": [sure, first]}, 5.0) == Choice("ask_cost", 0.8, False, 5.0)


# The refusal curve


def test_wrong_answers_give_way_to_deflections() -> None:
    cases = [
        Case(0.9, in_scope=True, deflected=False, wrong=False),
        Case(0.6, in_scope=True, deflected=False, wrong=True),
        Case(0.4, in_scope=True, deflected=False, wrong=True),
        Case(0.8, in_scope=True, deflected=True, wrong=False),
        Case(0.5, in_scope=False, deflected=False, wrong=True),
        Case(0.2, in_scope=False, deflected=False, wrong=False),
    ]
    curve = refusal_curve(cases, [0.0, 0.5, 0.6, 0.95])
    assert [point.deflected for point in curve] == [0.25, 0.5, 0.5, 1.0]
    assert [point.wrong for point in curve] == [0.5, 0.25, 0.25, 0.0]
    assert [point.leaked for point in curve] == [0.5, 0.5, 0.0, 0.0]


def test_the_curve_needs_both_kinds_of_question() -> None:
    with pytest.raises(ValueError, match="out of scope"):
        refusal_curve([Case(0.9, in_scope=True, deflected=False, wrong=False)], [0.5])


# Scoring


def test_an_answer_that_fits_is_helpful() -> None:
    assert outcome(COVERAGE, RIGHT) is Outcome.HELPFUL
    assert outcome(COVERAGE, replace(RIGHT, verdict=None)) is Outcome.HELPFUL


@pytest.mark.parametrize(
    ("accepted", "said", "expected"),
    [
        ({"no"}, "yes", Outcome.HARMFUL),
        ({"depends"}, "yes", Outcome.HARMFUL),
        ({"no", "depends"}, "yes", Outcome.HARMFUL),
        ({"yes"}, "no", Outcome.HARMFUL),
        ({"yes", "depends"}, "no", Outcome.OFF),
        ({"depends"}, "no", Outcome.OFF),
        ({"no"}, "depends", Outcome.OFF),
        ({"no"}, "no", Outcome.HELPFUL),
        (set(), "yes", Outcome.HELPFUL),
    ],
)
def test_only_a_plainly_wrong_verdict_is_harmful(accepted: set[str], said: str, expected: Outcome) -> None:
    question = replace(COVERAGE, verdicts=frozenset(accepted))
    assert outcome(question, replace(RIGHT, verdict=said)) is expected


def test_harm_is_not_excused_by_another_policy_intent_or_request() -> None:
    yes = replace(RIGHT, verdict="yes", policies=("cyber",), intent="report_claim")
    question = replace(COVERAGE, kinds=("coverage_check", "claim"), verdicts=frozenset({"no"}))
    assert outcome(question, yes) is Outcome.HARMFUL
    assert outcome(question, replace(yes, verdict=None)) is Outcome.HELPFUL


@pytest.mark.parametrize(
    ("status", "deflect_ok", "expected"),
    [
        ("clarify", False, Outcome.DEFLECTED),
        ("handoff", False, Outcome.DEFLECTED),
        ("out_of_scope", False, Outcome.DEFLECTED),
        ("fallback", False, Outcome.DEFLECTED),
        ("clarify", True, Outcome.HELPFUL),
        ("fallback", True, Outcome.DEFLECTED),
        ("chitchat", False, Outcome.OFF),
    ],
)
def test_not_answering_is_deflecting_unless_it_was_wanted(status: str, deflect_ok: bool, expected: Outcome) -> None:
    assert outcome(replace(COVERAGE, deflect_ok=deflect_ok), answered("nlu_fallback", status)) is expected


def test_another_topic_or_policy_is_off() -> None:
    assert outcome(COVERAGE, replace(RIGHT, intent="ask_cost")) is Outcome.OFF
    assert outcome(COVERAGE, replace(RIGHT, policies=("cyber",))) is Outcome.OFF
    assert outcome(COVERAGE, replace(RIGHT, policies=())) is Outcome.OFF
    assert outcome(replace(COVERAGE, policies=frozenset()), replace(RIGHT, policies=("cyber",))) is Outcome.HELPFUL


@pytest.mark.parametrize(
    ("wanted", "got"), [("professional_liability", "tech_eo"), ("tech_eo", "professional_liability")]
)
def test_sibling_policies_stand_for_each_other(wanted: str, got: str) -> None:
    question = replace(COVERAGE, policies=frozenset({wanted}))
    assert outcome(question, replace(RIGHT, policies=(got,))) is Outcome.HELPFUL
    assert outcome(question, replace(RIGHT, policies=("cyber",))) is Outcome.OFF
    assert outcome(COVERAGE, replace(RIGHT, policies=(got,))) is Outcome.OFF


def test_a_request_is_met_by_its_intent_whatever_follows() -> None:
    assert outcome(asked("claim"), answered("talk_to_agent", "fallback")) is Outcome.HELPFUL
    assert outcome(asked("claim"), answered("ask_coverage")) is Outcome.OFF
    assert outcome(asked("cost"), answered("ask_cost", "fallback")) is Outcome.DEFLECTED


def test_small_talk_needs_small_talk() -> None:
    assert outcome(asked("chitchat"), answered("greet", "chitchat")) is Outcome.HELPFUL
    assert outcome(asked("chitchat"), answered("ask_cost")) is Outcome.OFF


def test_follow_ups_are_judged_on_what_they_are_about() -> None:
    question = asked("follow_up", policies=frozenset({"cyber"}))
    assert outcome(question, Answer("answered", "ask_cost", None, ("cyber",))) is Outcome.HELPFUL
    assert outcome(question, Answer("answered", "ask_cost", None, ("bop",))) is Outcome.OFF
    assert outcome(question, Answer("chitchat", "thank", None, ("cyber",))) is Outcome.OFF


@pytest.mark.parametrize("status", ["out_of_scope", "clarify", "fallback", "handoff", "chitchat"])
def test_what_is_out_of_scope_is_refused_by_not_answering(status: str) -> None:
    assert outcome(OUTSIDE, answered("ask_cost", status)) is Outcome.REFUSED


def test_an_answer_to_what_is_out_of_scope_leaks() -> None:
    assert outcome(OUTSIDE, RIGHT) is Outcome.LEAKED
    borderline = asked("out_of_scope", "glossary")
    assert outcome(borderline, answered("ask_cost")) is Outcome.LEAKED
    assert outcome(borderline, answered("ask_term")) is Outcome.HELPFUL


def test_a_question_is_read_with_the_main_kind_first() -> None:
    line = {
        "id": "e1",
        "text": "hm",
        "kind": "cost",
        "ok_kinds": ["cost", "lower_cost"],
        "ok_policies": [],
        "ok_verdicts": ["yes"],
        "deflect_ok": True,
        "context": ["before"],
    }
    question = Question.read(line)
    assert (question.kinds, question.verdicts, question.deflect_ok) == (("cost", "lower_cost"), {"yes"}, True)
    with pytest.raises(ValueError, match="question e1 has no 'ok_kinds'"):
        Question.read({name: value for name, value in line.items() if name != "ok_kinds"})
    with pytest.raises(ValueError, match="empty ok_kinds"):
        Question.read({**line, "ok_kinds": []})


def test_every_line_of_the_evaluation_set_can_be_judged() -> None:
    lines = nlu.QUESTIONS.read_text(encoding="utf-8").split("\n")
    questions = [Question.read(json.loads(line)) for line in lines if line]
    assert len({question.id for question in questions}) == len(questions) > 400
    assert all(question.kinds[0] == question.kind for question in questions)


def scored(question: Question, answer: Answer, choice: str = "ask_coverage", confidence: float = 0.8) -> Scored:
    return Scored(question, answer, choice, confidence)


SOME = [
    scored(COVERAGE, RIGHT),
    scored(COVERAGE, replace(RIGHT, intent="ask_cost")),
    scored(COVERAGE, replace(RIGHT, intent="ask_cost")),
    scored(COVERAGE, replace(RIGHT, policies=("cyber",))),
    scored(replace(COVERAGE, id="q9", verdicts=frozenset({"no"})), RIGHT),
    scored(asked("cost"), answered("nlu_fallback", "clarify"), choice="ask_cost"),
    scored(asked("chitchat"), answered("greet", "chitchat")),
    scored(asked("chitchat"), answered("greet", "chitchat")),
    scored(OUTSIDE, answered("out_of_scope", "out_of_scope")),
    scored(OUTSIDE, RIGHT),
]


def test_shares_are_of_the_questions_in_scope() -> None:
    assert summary(SOME) == {
        "helpful": 3 / 8,
        "deflected": 1 / 8,
        "off": 3 / 8,
        "harmful": 1 / 8,
        "out_of_scope_refused": 1 / 2,
    }


def test_kinds_come_in_order_with_how_they_ended() -> None:
    found = by_kind(SOME)
    assert list(found) == ["chitchat", "cost", "coverage_check", "out_of_scope"]
    assert found["coverage_check"] == {Outcome.HELPFUL: 1, Outcome.OFF: 3, Outcome.HARMFUL: 1}


def test_a_confusion_is_a_wrong_intent_not_a_wrong_policy_or_verdict() -> None:
    assert confusions(SOME) == [
        ("coverage_check", "ask_cost", 2),
        ("cost", "nlu_fallback", 1),
        ("out_of_scope", "ask_coverage", 1),
    ]
    assert len(confusions(SOME, most=1)) == 1


def test_calibration_judges_the_answers_that_were_given() -> None:
    confidences, right = own.judged(SOME)
    given = [each for each in SOME if each.answer.status == "answered"]
    assert len(confidences) == len(given) < len(SOME)
    assert right == [each.outcome in GOOD for each in given]
    assert True in right and False in right


def test_an_intent_fits_a_kind_of_question() -> None:
    assert fits("ask_cost", ["chitchat", "cost"])
    assert not fits("ask_cost", ["chitchat", "follow_up"])


def test_cases_of_the_curve_follow_the_outcomes() -> None:
    cases = own.cases(SOME)
    assert [case.wrong for case in cases] == [False, True, True, True, True, False, False, False, False, True]
    assert [case.deflected for case in cases].index(True) == 5
    assert [case.in_scope for case in cases] == [True] * 8 + [False] * 2


def test_own_figures_name_the_harmful_and_are_json() -> None:
    found = own.figures(SOME, 12.0)
    assert found.harmful_ids == ["q9"]
    text = nlu.own_text(found)
    assert "10 own questions: helpful 37.5% · deflected 12.5% · off 37.5% · harmful 12.5%" in text
    assert "harmful: q9" in text
    assert ["cost", "1", "1"] in [line.split() for line in text.splitlines()]
    assert json.loads(json.dumps(nlu.asdict(found)))["kinds"]["coverage_check"]["off"] == 3


# Public sets on disk


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Both sets, whole and tiny."""
    for name, splits in SPLITS.items():
        for split in splits:
            (tmp_path / name / split).mkdir(parents=True)
            (tmp_path / name / split / "seq.in").write_text(f"one {split}\ntwo\u2028lines \n", encoding="utf-8")
            (tmp_path / name / split / "label").write_text("a\nb\n", encoding="utf-8")
    return tmp_path


def test_sets_are_read_line_by_line(data: Path) -> None:
    banking, clinc = read_benchmarks(data)
    assert banking == Benchmark(
        "BANKING77",
        Split(["one train_10", "two\u2028lines"], ["a", "b"]),
        Split(["one test", "two\u2028lines"], ["a", "b"]),
        None,
    )
    assert clinc.out_of_scope is not None
    assert clinc.out_of_scope.texts[0] == "one oos_test"


def test_one_set_is_enough(data: Path) -> None:
    (data / "CLINC150").rename(data / "other")
    assert [benchmark.name for benchmark in read_benchmarks(data)] == ["BANKING77"]


@pytest.mark.parametrize("file", FILES)
def test_a_missing_file_is_named_with_where_to_get_it(data: Path, file: str) -> None:
    (data / "CLINC150" / "oos_test" / file).unlink()
    with pytest.raises(DataMissing, match="jianguoz/Few-Shot-Intent-Detection") as raised:
        read_benchmarks(data)
    assert str(raised.value).startswith(f"{data / 'CLINC150' / 'oos_test' / file} is missing.")


@pytest.mark.parametrize(("labels", "said"), [("a\n", "2 texts but 1 labels"), ("", "2 texts but 0 labels")])
def test_texts_and_labels_must_be_as_many(data: Path, labels: str, said: str) -> None:
    (data / "BANKING77" / "test" / "label").write_text(labels)
    with pytest.raises(DataMissing, match=said):
        read_benchmarks(data)


def test_an_empty_split_is_refused(data: Path) -> None:
    for file in FILES:
        (data / "BANKING77" / "test" / file).write_text("")
    with pytest.raises(DataMissing, match="no texts"):
        read_benchmarks(data)


def test_the_pipeline_is_used_as_written_without_what_is_the_projects_own(tmp_path: Path) -> None:
    config = tmp_path / "config.yml"
    config.write_text("language: en\nimporters: [{name: ours}]\npipeline: [{name: b, C: 30.0}, {name: a}]\n")
    assert yaml.safe_load(public.of_intents_alone(config)) == {
        "language": "en",
        "pipeline": [{"name": "b", "C": 30.0}, {"name": "a"}],
    }
    project = yaml.safe_load(nlu.CONFIG.read_text(encoding="utf-8"))
    assert yaml.safe_load(public.of_intents_alone(nlu.CONFIG))["pipeline"] == [
        each for each in project["pipeline"] if each["name"] != public.MEANING
    ]


def test_examples_are_written_for_rasa_by_intent() -> None:
    written = yaml.safe_load(public.nlu_yaml(Split(['say "hi": #1', "b", "- c"], ["x?", "y", "x?"])))
    assert written["nlu"] == [
        {"intent": "x?", "examples": '- say "hi": #1\n- - c\n'},
        {"intent": "y", "examples": "- b\n"},
    ]


# The command


@pytest.fixture
def never_measure(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Record what would have been measured, and measure nothing."""
    done: list[str] = []
    split = Split(["a"], ["x"])
    figures = public.figures(split, split, 1.0, [Choice("x", 0.9, refused=False)], [])

    def run_public(benchmarks: Sequence[Benchmark]) -> dict[str, public.PublicFigures]:
        done.extend(benchmark.name for benchmark in benchmarks)
        return {benchmark.name: figures for benchmark in benchmarks}

    def run_own(plots: Path | None) -> own.OwnFigures:
        done.append(f"own {plots.name}" if plots else "own")
        return own.figures(SOME, 12.0)

    def run_labelled(sample: int | None, plots: Path | None) -> dict[str, Any]:
        done.append(f"labelled {sample}" if sample else "labelled")
        return labelled.figures([READ])

    def run_learning(sample: int | None, left_out: bool) -> dict[str, Any]:
        done.append("learning, left out" if left_out else "learning")
        return learning.figures({10: [0, 1]}, {"features: ranks": [1, 1]} if left_out else {}, [0, 1])

    def write_answers(questions: Path, answers: Path) -> None:
        done.append(f"{questions.name} to {answers.name}")

    for run in (run_public, run_labelled, run_learning, run_own, write_answers):
        monkeypatch.setattr(nlu, run.__name__, run)
    monkeypatch.setattr(nlu, "_hush_rasa", lambda: None)
    monkeypatch.setattr("bot.runtime.quiet", lambda: None)
    monkeypatch.delenv("BENCH_JSON", raising=False)
    monkeypatch.chdir(nlu.PROJECT)  # where the command goes, so that the test leaves it again
    return done


def test_without_data_the_own_questions_are_measured_and_the_rest_explained(never_measure: list[str]) -> None:
    result = CliRunner().invoke(nlu.main, [])
    assert result.exit_code == 2
    assert never_measure == ["labelled", "learning", "own"]
    assert "BANKING77/train_10/{seq.in,label}" in result.output
    assert "10 own questions" in result.output


def test_a_folder_that_is_not_there_is_refused_before_measuring(never_measure: list[str], tmp_path: Path) -> None:
    for folder in (tmp_path / "nowhere", tmp_path):
        result = CliRunner().invoke(nlu.main, ["--data", str(folder)])
        assert result.exit_code == 2
        assert str(folder) in result.output
        assert "CLINC150/oos_test/{seq.in,label}" in result.output
    assert never_measure == []


def test_everything_is_measured_and_written(
    never_measure: list[str], data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "out.json"
    monkeypatch.setenv("BENCH_JSON", str(target))
    options = ["--data", str(data), "--plots", str(tmp_path), "--left-out", "--sample", "60"]
    result = CliRunner().invoke(nlu.main, options)
    assert result.exit_code == 0, result.output
    assert never_measure == ["BANKING77", "CLINC150", "labelled 60", "learning, left out", f"own {tmp_path.name}"]
    found = json.loads(target.read_text(encoding="utf-8"))
    assert found["labelled"]["recall"]["all"][0]["share"] == 1.0
    assert found["learning"]["earns"]["features: ranks"][0] == 50.0
    assert found["public"]["CLINC150"]["accuracy"] == 1.0
    assert found["own"]["shares"]["harmful"] == 1 / 8


@pytest.mark.parametrize(
    ("options", "path"), [(["--plots"], "missing"), (["--json"], "missing/out.json"), (["--json"], "")]
)
def test_a_place_that_cannot_be_written_is_refused_before_measuring(
    never_measure: list[str], tmp_path: Path, options: list[str], path: str
) -> None:
    assert CliRunner().invoke(nlu.main, [*options, str(tmp_path / path)]).exit_code == 2
    assert never_measure == []


@pytest.mark.usefixtures("never_measure")
def test_a_failure_ends_the_run_with_its_reason(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_benchmarks: Sequence[Benchmark]) -> None:
        raise BenchError("Rasa did not train a model")

    monkeypatch.setattr(nlu, "run_public", fail)
    result = CliRunner().invoke(nlu.main, ["--data", str(data)])
    assert result.exit_code == 1
    assert "Rasa did not train a model" in result.output


def test_own_questions_need_a_trained_guide(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(nlu, "MODEL", tmp_path / "guide.tar.gz")
    assert nlu.run_own(None) is None
    assert "run `make train` first" in capsys.readouterr().err


def test_pictures_are_drawn(tmp_path: Path) -> None:
    nlu.draw(SOME, tmp_path)
    calibration(*labelled.calibration([READ]), tmp_path / "calibration.png")
    for name in ("calibration.png", "refusal_curve.png"):
        assert (tmp_path / name).read_bytes().startswith(b"\x89PNG")


def test_questions_of_a_file_are_only_answered(never_measure: list[str], tmp_path: Path) -> None:
    questions = tmp_path / "some.jsonl"
    questions.write_text('{"id": 1, "text": "What is cyber?"}\n')
    result = CliRunner().invoke(nlu.main, ["--questions", str(questions)])
    assert result.exit_code == 0, result.output
    assert never_measure == ["some.jsonl to answers.jsonl"]


@pytest.mark.parametrize("line", ["What is cyber?", '{"id": 2}', "[1]", '"text"'])
def test_a_line_that_is_no_question_is_named(tmp_path: Path, line: str) -> None:
    questions = tmp_path / "some.jsonl"
    questions.write_text(f'{{"id": 1, "text": "What is cyber?"}}\n\n{line}\n')
    with pytest.raises(BenchError, match=r"some\.jsonl, line 3: "):
        own.read_lines(questions)
