"""The scoring of entity linking, and the command that prints it, with a linker that is made up."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from bench import linking
from bench.linking import Linked, Mention, Pair, Sentence, Tally
from bench.processes import BenchError

GL: Pair = ("policy", "general_liability")
EPLI: Pair = ("policy", "epli")
TAIL: Pair = ("term", "extended_reporting_period")


def mention(pair: Pair, words: str = "x", **marks: bool) -> Mention:
    return Mention(words, *pair, **marks)


def linked(mentions: list[Mention], *found: Pair) -> Linked:
    return Linked(Sentence("a text", tuple(mentions)), frozenset(found))


def line(text: str = "is GL enough", **changes: Any) -> dict[str, Any]:
    return {
        "text": text,
        "mentions": [{"mention": "GL", "entity": "policy", "value": "general_liability", **changes}],
    }


# Shares


def test_shares_of_a_tally() -> None:
    tally = Tally(right=6, missed=2, wrong=4)
    assert (tally.precision, tally.recall) == (0.6, 0.75)
    assert tally.f1 == pytest.approx(2 * 0.6 * 0.75 / (0.6 + 0.75))


def test_nothing_found_is_precise_and_nothing_meant_is_recalled() -> None:
    assert (Tally(0, 3, 0).precision, Tally(0, 3, 0).recall, Tally(0, 3, 0).f1) == (1.0, 0.0, 0.0)
    assert (Tally(0, 0, 3).precision, Tally(0, 0, 3).recall, Tally(0, 0, 3).f1) == (0.0, 1.0, 0.0)
    assert Tally(0, 0, 0).f1 == 1.0


# Comparing


def test_right_missed_and_wrong_pairs_are_counted_over_all_sentences() -> None:
    sentences = [linked([mention(GL), mention(TAIL)], GL), linked([mention(EPLI)], EPLI, TAIL), linked([], GL)]
    assert linking.overall(sentences) == Tally(right=2, missed=1, wrong=2)


def test_the_right_value_in_another_sentence_is_no_help() -> None:
    assert linking.overall([linked([mention(GL)]), linked([], GL)]) == Tally(right=0, missed=1, wrong=1)


def test_another_entry_is_both_missed_and_wrong() -> None:
    assert linking.overall([linked([mention(GL)], EPLI)]) == Tally(right=0, missed=1, wrong=1)


def test_the_same_id_as_another_entity_is_another_thing() -> None:
    assert linking.overall([linked([mention(("term", "tcpa"))], ("exposure", "tcpa"))]) == Tally(0, 1, 1)


def test_what_is_named_twice_counts_once() -> None:
    assert linking.overall([linked([mention(GL, "GL"), mention(GL, "general liability")], GL)]) == Tally(1, 0, 0)


def test_entities_are_counted_apart_and_only_those_that_occur() -> None:
    sentences = [linked([mention(GL), mention(TAIL)], GL, ("state", "CA"))]
    assert linking.by_entity(sentences) == {"policy": Tally(1, 0, 0), "term": Tally(0, 1, 0), "state": Tally(0, 0, 1)}


def test_entities_add_up_to_all() -> None:
    sentences = [linked([mention(GL), mention(TAIL)], EPLI, TAIL), linked([mention(EPLI)], EPLI, ("state", "OR"))]
    sides = linking.by_entity(sentences).values()
    assert linking.overall(sentences) == Tally(
        sum(t.right for t in sides), sum(t.missed for t in sides), sum(t.wrong for t in sides)
    )


def test_misspelt_mentions_are_judged_without_their_well_spelt_neighbours() -> None:
    sentences = [
        linked([mention(GL, misspelt=True), mention(TAIL)], GL),  # the tail is missed, but well spelt
        linked([mention(GL, misspelt=True), mention(TAIL)], TAIL, EPLI),
        linked([mention(GL)], GL, EPLI),  # no misspelt mention, so its wrong pair does not count
    ]
    assert linking.misspelt(sentences) == Tally(right=1, missed=1, wrong=1)


def test_abbreviations_are_judged_likewise() -> None:
    sentences = [linked([mention(GL, abbreviation=True), mention(EPLI, misspelt=True)], GL)]
    assert linking.abbreviated(sentences) == Tally(right=1, missed=0, wrong=0)


def test_in_sentences_that_name_nothing_everything_found_is_wrong() -> None:
    assert linking.without_mention([linked([], GL, TAIL), linked([], *()), linked([mention(GL)], EPLI)]) == Tally(
        right=0, missed=0, wrong=2
    )


def test_what_is_no_link_is_left_out() -> None:
    entities = [
        {"entity": "policy", "value": "epli", "start": 0, "end": 4},
        {"entity": "unknown_policy", "value": "zebra insurance"},
    ]
    assert linking.linkable(entities) == frozenset({EPLI})


# Telling


def test_every_miss_is_told_with_its_sentence() -> None:
    told = linking.told([linked([mention(GL, "gl")], TAIL), linked([mention(EPLI)], EPLI)])
    assert told.splitlines() == [
        "missed policy:general_liability 'gl' in 'a text'",
        "wrong term:extended_reporting_period in 'a text'",
    ]


def test_the_table_has_a_row_for_everything_that_is_asked_about() -> None:
    rows = linking.table([linked([mention(GL, misspelt=True)], GL, TAIL)]).splitlines()
    assert [row.split("  ")[0].strip() for row in rows[1:]] == [
        "all", "policy", "term", "misspelt", "abbreviated", "no mention",
    ]  # fmt: skip
    assert rows[1].split() == ["all", "1", "0", "1", "0.500", "1.000", "0.667"]


# Reading


def test_a_line_is_read_with_its_marks() -> None:
    sentence = Sentence.read(line(abbreviation=True))
    assert sentence == Sentence("is GL enough", (mention(GL, "GL", abbreviation=True),))
    assert sentence.pairs == {GL}


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"text": "no mentions"}, "text and mentions"),
        ({"text": "x", "mentions": [{"mention": "x", "entity": "policy"}]}, "value"),
        (line(entity="unknown_policy"), "none of"),
        (line("is E&O enough"), "not in"),
    ],
)
def test_a_line_that_cannot_be_judged_is_refused(wrong: dict[str, Any], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        Sentence.read(wrong)


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    file = tmp_path / "labels.jsonl"
    with pytest.raises(BenchError, match=r"labels\.jsonl"):
        linking.read_sentences(file)
    file.write_text('{"text": "x", \n', encoding="utf-8")
    with pytest.raises(BenchError, match=r"labels\.jsonl"):
        linking.read_sentences(file)


def test_a_missing_model_is_named(tmp_path: Path) -> None:
    with pytest.raises(BenchError, match="make train"):
        linking.linker(tmp_path / "none.tar.gz")


# The command


def test_the_command_prints_the_table_and_the_misses(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(linking, "linker", lambda model: lambda text: frozenset({GL} if "GL" in text else {TAIL}))
    file = tmp_path / "labels.jsonl"
    file.write_text("".join(json.dumps(each) + "\n" for each in (line(), {"text": "wag it", "mentions": []})))
    result = CliRunner().invoke(linking.main, ["--sentences", str(file)])
    assert result.exit_code == 0, result.output
    assert result.output.startswith("2 sentences, 1 mentions\n")
    assert "wrong term:extended_reporting_period in 'wag it'" in result.output


def test_the_command_says_in_one_line_what_is_missing(tmp_path: Path) -> None:
    result = CliRunner().invoke(linking.main, ["--sentences", str(tmp_path / "labels.jsonl")])
    assert result.exit_code == 1
    assert result.output.startswith("Error: ")


def test_help_has_an_example() -> None:
    assert "Example: .venv/bin/python -m bench.linking" in CliRunner().invoke(linking.main, ["--help"]).output
