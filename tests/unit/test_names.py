"""What names are looked for beside those that the content writes."""

from __future__ import annotations

from understanding.names import in_another_number


def test_a_policys_name_is_found_in_the_other_number() -> None:
    found = in_another_number([("policy", "eo", "errors and omissions"), ("policy", "bop", "business owners policy")])
    names = {alias: entry for _, entry, alias in found}
    assert names["errors and omission"] == names["error and omissions"] == "eo"
    assert names["business owner policies"] == "bop"


def test_names_that_stand_for_something_else_and_single_words_stay_as_they_are() -> None:
    names = [("policy", "pl", "product liability"), ("policy", "other", "products liability"), ("policy", "gl", "cgl")]
    assert "product liability" not in {alias for _, _, alias in in_another_number(names)}
    assert all(entry != "gl" for _, entry, _ in in_another_number(names))
    assert in_another_number([("term", "loss_run", "loss run")]) == []
