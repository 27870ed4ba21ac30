"""What a message asks that asks nothing by itself."""

from __future__ import annotations

import pytest

from understanding.completion import completed, decided_as
from understanding.question import Question


@pytest.mark.parametrize(
    ("intent", "named", "asked"),
    [
        ("inform", {"industry": "msp"}, "ask_recommendation"),
        ("inform", {"policies": ("cyber",)}, "ask_policy"),
        ("inform", {"policies": ("cyber", "epli")}, "ask_policy"),
        ("correct", {"policies": ("cyber",)}, "ask_policy"),
        ("correct", {"policies": ("cyber", "epli")}, "ask_compare"),
        ("correct", {"exposure": "ransomware"}, "ask_what_covers"),
        ("follow_up", {"exposure": "ransomware", "policies": ("cyber",)}, "ask_coverage"),
        ("correct", {"industry": "msp"}, "correct"),
        ("inform", {}, "inform"),
        ("ask_cost", {"policies": ("cyber",)}, "ask_cost"),
    ],
)
def test_a_fact_that_names_something_is_a_question_about_it(intent: str, named: dict[str, object], asked: str) -> None:
    question = Question("so", intent, target=f"intent:{intent}", **named)  # type: ignore[arg-type]
    found = completed(question)
    assert found.intent == asked
    assert decided_as(found) == intent


def test_a_button_means_what_it_says() -> None:
    asked = Question("Employees", "correct", policies=("cyber",), bound=True)
    assert completed(asked) == asked


def test_an_entry_was_decided_as_what_it_answers() -> None:
    assert decided_as(Question("coi?", "ask_proof", target="proof_fast")) == "ask_proof"
