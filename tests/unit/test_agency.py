"""What an agency sets for itself: typed, checked in one place, every fault named at once with an example."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.agency import EXAMPLES, FACTS, NEEDED, STATES, TICKETS_DAYS, Agency, AgencyError, read, require

PROJECT = Path(__file__).resolve().parents[2]
COMPLETE = {
    "GUIDE_SERVICE": "1",
    "GUIDE_AGENCY_NAME": "Larkfield & Rowe",
    "GUIDE_AGENCY_LICENCE": "0X12345",
    "GUIDE_AGENCY_DOMICILE": "ca",
    "GUIDE_AGENCY_PLACE": "Sacramento, California",
    "GUIDE_AGENCY_STATES": "ca, NV CA",
    "GUIDE_AGENCY_PRIVACY": "https://agency.example/privacy",
    "GUIDE_AGENCY_PHONE": "202-555-0142",
}


def test_nothing_set_is_the_guide_as_it_is_tried_out() -> None:
    agency = require({})
    assert agency == Agency()
    assert (agency.name, agency.states, agency.in_service, agency.tickets_days) == ("our agency", (), False, 1825)


def test_what_is_set_is_read_into_types() -> None:
    agency = require({**COMPLETE, "GUIDE_TICKETS_DAYS": "400", "GUIDE_AGENCY_CONSENT": "We may call you about this"})
    assert (agency.name, agency.licence) == ("Larkfield & Rowe", "0X12345")
    assert (agency.domicile, agency.place) == ("California", "Sacramento, California")
    assert agency.states == ("CA", "NV")
    assert (agency.privacy, agency.consent) == ("https://agency.example/privacy", "We may call you about this.")
    assert (agency.tickets_days, agency.in_service) == (400, True)
    assert agency.facts["states"] == "California and Nevada"
    assert agency.fact("phone") == "202-555-0142" and agency.fact("hours") is None


def test_every_example_can_be_used() -> None:
    agency = require(EXAMPLES)
    assert agency.in_service and agency.tickets_days == TICKETS_DAYS
    assert set(NEEDED) < set(EXAMPLES)


@pytest.mark.parametrize("missing", NEEDED)
def test_service_needs_each_of_what_the_law_asks_for(missing: str) -> None:
    incomplete = {name: text for name, text in COMPLETE.items() if name != missing}
    with pytest.raises(AgencyError) as refused:
        require(incomplete)
    head, *lines = str(refused.value).splitlines()
    assert head == "The guide cannot go into service (GUIDE_SERVICE=1) until these settings are right:"
    assert lines == [f"- {missing} is missing: {NEEDED[missing]}, for example {EXAMPLES[missing]}."]
    assert require({**incomplete, "GUIDE_SERVICE": "0"})  # a demo needs nothing


def test_service_needs_a_way_to_reach_somebody() -> None:
    silent = {name: text for name, text in COMPLETE.items() if name != "GUIDE_AGENCY_PHONE"}
    with pytest.raises(AgencyError, match="GUIDE_AGENCY_PHONE and GUIDE_AGENCY_EMAIL are missing"):
        require(silent)
    assert require({**silent, "GUIDE_AGENCY_EMAIL": "desk@agency.example"})


def test_all_faults_are_named_at_once() -> None:
    with pytest.raises(AgencyError) as refused:
        require({"GUIDE_SERVICE": "1", "GUIDE_AGENCY_STATES": "CA,Nevada", "GUIDE_TICKETS_DAYS": "long"})
    lines = str(refused.value).splitlines()[1:]
    assert {re.findall(r"GUIDE_\w+", line)[0] for line in lines} == (
        {*NEEDED, "GUIDE_TICKETS_DAYS", "GUIDE_AGENCY_PHONE"}
    )
    assert all(re.search(r"for example,? .+\.$", line) for line in lines)


@pytest.mark.parametrize(
    ("name", "text", "why"),
    [
        ("GUIDE_SERVICE", "yes", "1 for yes"),
        ("GUIDE_SIGNED_ONLY", "law", "1 for yes"),
        ("GUIDE_RECORDING_CONSENT", "on", "1 for yes"),
        ("GUIDE_AGENCY_NAME", "x" * 121, "one line"),
        ("GUIDE_AGENCY_NAME", "Larkfield\nRowe", "one line"),
        ("GUIDE_AGENCY_NAME", "4711", "letters"),
        ("GUIDE_AGENCY_LICENCE", "License 0X12345", "the number is enough"),
        ("GUIDE_AGENCY_LICENCE", "pending", "digits"),
        ("GUIDE_AGENCY_LICENCE", "<b>0X12345", "digits"),
        ("GUIDE_AGENCY_DOMICILE", "Kalifornia", "no such state"),
        ("GUIDE_AGENCY_DOMICILE", "many", "no such state"),  # sounds like Maine
        ("GUIDE_AGENCY_PLACE", "Sacramento", "a city and a state"),
        ("GUIDE_AGENCY_PLACE", ", CA", "a city and a state"),
        ("GUIDE_AGENCY_PLACE", "Paris, France", "no such state"),
        ("GUIDE_AGENCY_STATES", "California", "California is not the two letters"),
        ("GUIDE_AGENCY_STATES", ",", "not the two letters"),
        ("GUIDE_AGENCY_STATES", "CA;NV", "CA;NV is not the two letters"),
        ("GUIDE_AGENCY_STATES", "CA,XX", "XX is not the two letters"),
        ("GUIDE_AGENCY_PRIVACY", "http://agency.example/privacy", "begins with https://"),
        ("GUIDE_AGENCY_PRIVACY", "/privacy", "begins with https://"),
        ("GUIDE_AGENCY_PRIVACY", "https://agency", "begins with https://"),
        ("GUIDE_AGENCY_PRIVACY", 'https://agency.example/"x', "begins with https://"),
        ("GUIDE_AGENCY_CONSENT", "yes", "a sentence"),
        ("GUIDE_AGENCY_CONSENT", "We may use your phone number as we like.", '"call"'),
        ("GUIDE_AGENCY_CONSENT", "call " * 61, "a sentence"),
        ("GUIDE_TICKETS_DAYS", "0", "1 at least"),
        ("GUIDE_TICKETS_DAYS", "-5", "1 at least"),
        ("GUIDE_TICKETS_DAYS", "five years", "a number of days"),
    ],
)
def test_what_cannot_be_used_is_refused_in_a_demo_too_and_counts_as_unset(name: str, text: str, why: str) -> None:
    with pytest.raises(AgencyError) as refused:
        require({**COMPLETE, "GUIDE_SERVICE": "0", name: text})
    (line,) = str(refused.value).splitlines()[1:]
    assert line.startswith(f"- {name} cannot be {text.strip()!r}: ")
    assert why in line
    assert line.endswith(f"Write, for example, {EXAMPLES[name]}.")
    assert read({name: text})[0] == read({})[0]


@pytest.mark.parametrize(
    ("name", "beside"),
    [
        ("Larkfield & Rowe", "Larkfield & Rowe · Insurance"),
        ("Larkfield Insurance Services", "Larkfield Insurance Services"),
        ("LARKFIELD INSURANCE", "LARKFIELD INSURANCE"),
        ("Larkfield Reinsurance Brokers", "Larkfield Reinsurance Brokers · Insurance"),
    ],
)
def test_the_word_insurance_stands_beside_a_name_without_it(name: str, beside: str) -> None:
    assert Agency(name=name).with_insurance == beside


def test_what_visitors_may_ask_has_names_that_content_can_use() -> None:
    told = {f"GUIDE_AGENCY_{name.upper()}": "as we say" for name in FACTS}
    facts = read({**told, **EXAMPLES})[0].facts
    assert set(facts) == set(FACTS)
    assert (facts["hours"], facts["states"]) == ("as we say", "California and Nevada")
    assert facts["privacy"] == "The privacy policy is at https://agency.example/privacy."
    assert all(re.fullmatch("[a-z]+", name) for name in FACTS)


def test_every_state_and_the_district_can_be_served() -> None:
    assert {"CA", "DC", "PR"} < set(STATES) and len(STATES) >= 51
    assert read({"GUIDE_AGENCY_STATES": ",".join(STATES)})[0].states == tuple(STATES)


@given(st.dictionaries(st.sampled_from([*EXAMPLES, "GUIDE_AGENCY_HOURS", "GUIDE_AGENCY_EMAIL"]), st.text()))
def test_whatever_is_set_is_used_or_named(environment: dict[str, str]) -> None:
    agency, problems = read(environment)
    named = {re.findall(r"GUIDE_\w+", problem)[0] for problem in problems}
    assert named <= {name for name, text in environment.items() if text.strip()}
    assert agency == read({name: text for name, text in environment.items() if name not in named})[0]


def serve(settings: dict[str, str], folder: Path) -> subprocess.CompletedProcess[str]:
    """The real command with these settings and no others; its imports are listed among its errors."""
    environment = {name: text for name, text in os.environ.items() if not name.startswith("GUIDE_")}
    return subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "bot.cli", "serve", "--port", "0"],
        env={**environment, **settings, "GUIDE_STATE": str(folder / "state"), "PYTHONPATH": str(PROJECT)},
        capture_output=True,
        text=True,
        timeout=120,
    )


def test_serve_refuses_before_anything_is_loaded_or_made(tmp_path: Path) -> None:
    run = serve({"GUIDE_SERVICE": "1", "GUIDE_AGENCY_STATES": "CA,Nevada"}, tmp_path)
    assert run.returncode == 1
    loaded = {line.rpartition("|")[2].strip() for line in run.stderr.splitlines() if line.startswith("import time:")}
    said = [line for line in run.stderr.splitlines() if not line.startswith("import time:")]
    assert said[0] == "The guide cannot go into service (GUIDE_SERVICE=1) until these settings are right:"
    assert {re.findall(r"GUIDE_\w+", line)[0] for line in said[1:]} == {*NEEDED, "GUIDE_AGENCY_PHONE"}
    assert not {name for name in loaded if name.split(".")[0] in {"rasa", "sanic", "tensorflow", "onnxruntime"}}
    assert not (tmp_path / "state").exists()
    assert run.stdout == ""
