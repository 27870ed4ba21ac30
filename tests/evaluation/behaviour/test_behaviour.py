"""Behavioural tests in the manner of CheckList: capability by capability, what holds and what does not.

The floors, here and in the files of ``capabilities``, are a little under what was reached when they were set: raise
them when the rates have risen. ``pytest -s`` shows every failure.
"""

from __future__ import annotations

import asyncio

import pytest
from cases import Capability, Kind, generate, load
from judging import Report, reports

from bot.ask import Guide, answer_lines
from knowledge.base import KnowledgeBase
from knowledge.build import DATABASE
from knowledge.schema import Verdict

FLOOR = 0.92
MOST_MISLEADING = 10  # wrong yes and wrong no: lower it as they are mended
FEWEST_CASES = 550
FEWEST_CAPABILITIES = 22
SETTLED = {verdict.value for verdict in Verdict} - {Verdict.UNKNOWN.value}

CAPABILITIES = load()
CASES = generate(CAPABILITIES)
each_capability = pytest.mark.parametrize("capability", CAPABILITIES, ids=lambda each: each.name)


@pytest.fixture(scope="module")
def reported(guide: Guide) -> dict[str, Report]:
    """How every capability did; each question is asked once."""
    texts = sorted({text for case in CASES for text in (case.text, case.compared) if text})

    async def ask() -> list[Report]:
        results = {answer["text"]: answer async for answer in answer_lines(guide, [{"text": text} for text in texts])}
        return reports(CAPABILITIES, CASES, results)

    found = asyncio.run(ask())
    print("", *found, f"{_overall(found):7.1%} of {len(CASES)} cases over {len(found)} capabilities", sep="\n")
    return {report.capability.name: report for report in found}


def _overall(found: list[Report]) -> float:
    return 1 - sum(len(report.failures) for report in found) / sum(report.asked for report in found)


@each_capability
def test_a_capability_holds(capability: Capability, reported: dict[str, Report]) -> None:
    report = reported[capability.name]
    assert report.rate >= capability.floor, f"{capability.about} Floor {capability.floor:.0%}:\n{report}"


def test_most_behaviour_is_as_expected(reported: dict[str, Report]) -> None:
    assert _overall(list(reported.values())) >= FLOOR, "\n".join(map(str, reported.values()))


def test_few_answers_mislead(reported: dict[str, Report]) -> None:
    wrong = [
        f"{each.case.text}: {each.reason}" for report in reported.values() for each in report.failures if each.misleads
    ]
    assert len(wrong) <= MOST_MISLEADING, "\n".join(wrong)


def test_there_are_enough_cases_of_every_kind() -> None:
    assert len(CASES) >= FEWEST_CASES
    assert len(CAPABILITIES) >= FEWEST_CAPABILITIES
    assert {case.kind for case in CASES} == set(Kind)
    assert {case.capability for case in CASES} == {capability.name for capability in CAPABILITIES}
    assert all(case.expected for case in CASES)


def test_the_same_files_give_the_same_cases() -> None:
    assert generate(load()) == CASES


@pytest.mark.slow
@each_capability
def test_expectations_agree_with_the_content(capability: Capability) -> None:
    """Where policy, incident and verdict are stated, the content must say the same."""
    base = KnowledgeBase(DATABASE)
    stated = {
        (policy, exposure, expected.verdict + expected.told)
        for case in CASES
        for expected in case.expected
        if case.capability == capability.name and SETTLED.intersection(expected.verdict + expected.told)
        for policy in expected.policy
        for exposure in expected.exposure
        if exposure != "none"
    }
    wrong = [
        f"{policy} and {exposure}: {decision.verdict.value if decision else 'no such ids'}, not {' or '.join(verdicts)}"
        for policy, exposure, verdicts in sorted(stated)
        if not (decision := base.decide(policy, exposure)) or decision.verdict.value not in verdicts
    ]
    base.close()
    assert not wrong, "\n".join(wrong)
