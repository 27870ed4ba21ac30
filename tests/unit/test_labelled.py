"""Labelled questions: read with their conversation, and refused by file and line where they are wrong."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

from understanding.fit import phrases_of_messages
from understanding.labelled import Labelled, as_example, read_labelled, unknown_answers
from understanding.targets import OUTSIDE, Target

TARGETS = {
    "flood": Target("flood", "exposure", "ask_what_covers", "flood", ("cyber",)),
    "cyber#cost": Target("cyber#cost", "facet", "ask_cost", "cyber", ("cyber",)),
    OUTSIDE: Target(OUTSIDE, "intent", "out_of_scope"),
    "outside_life": Target("outside_life", "outside", "out_of_scope", "outside_life"),
}


def _write(folder: Path, *lines: object) -> None:
    (folder / "some.jsonl").write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")


def test_a_message_is_read_with_what_was_being_talked_about(tmp_path: Path) -> None:
    line = {
        "id": "a1",
        "before": ["what about a flood"],
        "text": "how much",
        "answers": ["cyber#cost"],
        "about": "flood",
    }
    _write(tmp_path, {**line, "policies": ["cyber"], "live": True})
    [found] = read_labelled(tmp_path)
    frame = found.frame(TARGETS, "what about a flood")
    assert frame is not None
    assert (frame.target, frame.exposure, frame.policies) == ("flood", "flood", ("cyber",))
    assert found.live
    assert found.answered_by(TARGETS["cyber#cost"])
    assert not found.answered_by(TARGETS["flood"])


def test_what_is_outside_is_answered_by_every_refusal() -> None:
    outside = Labelled("a", "term life for my dad", ("outside",))
    assert outside.answered_by(TARGETS[OUTSIDE])
    assert outside.answered_by(TARGETS["outside_life"])
    assert not outside.answered_by(TARGETS["flood"])


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ({"id": "a", "text": "hi"}, "some.jsonl:1: names no answer"),
        ({"id": "a", "answers": ["flood"]}, "some.jsonl:1: "),
        ({"id": "a", "text": "hi", "answers": ["flood"], "asks": "price"}, "some.jsonl:1: asks neither"),
        ("text", "some.jsonl:1: "),
    ],
)
def test_a_wrong_line_is_named(tmp_path: Path, line: object, said: str) -> None:
    _write(tmp_path, line)
    with pytest.raises(ValueError, match=said):
        read_labelled(tmp_path)


def test_answers_that_are_no_targets_are_found() -> None:
    labelled = [Labelled("a", "x", ("flood", "gone")), Labelled("b", "y", ("none",)), Labelled("c", "z", ("outside",))]
    assert unknown_answers(labelled, TARGETS) == [("a", "gone")]


def test_a_line_may_teach_only_what_is_asked(tmp_path: Path) -> None:
    _write(tmp_path, {"id": "a", "before": [], "text": "is flood left out", "asks": "excluded"})
    [found] = read_labelled(tmp_path)
    assert (found.asks, found.answers) == ("excluded", ())
    assert found.outside(TARGETS) is None
    assert as_example(found, TARGETS) is None
    assert phrases_of_messages([found], TARGETS) == []


def test_no_two_labelled_messages_share_an_id() -> None:
    ids = [each.id for each in read_labelled()]
    assert [name for name, count in Counter(ids).items() if count > 1] == []
