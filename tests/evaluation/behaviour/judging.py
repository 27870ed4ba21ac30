"""Whether an answer is what a behavioural case expects, and how a capability did.  Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cases import Capability, Case, Expected

ONE_OF = ("status", "intent", "verdict", "told", "policy", "exposure", "entry")
# The sentence in which an answer about one policy and one incident decides.
DECIDES = re.compile(r"^\w[^.:\n]*? (does not pay|may pay|pays) for ", re.MULTILINE)
IN_WORDS = {"pays": "yes", "does not pay": "no", "may pay": "depends"}

Result = Mapping[str, Any]


@dataclass(frozen=True)
class Failure:
    """A case that did not hold, and why."""

    case: Case
    reason: str
    misleads: bool  # yes was said where it is not right, or no where only yes is


@dataclass(frozen=True)
class Report:
    """How a capability did: the number of its cases, and those that failed."""

    capability: Capability
    asked: int
    failures: tuple[Failure, ...]

    @property
    def rate(self) -> float:
        """The share of cases that held, 0 to 1."""
        return 1 - len(self.failures) / self.asked

    def __str__(self) -> str:
        head = f"{self.rate:7.1%} of {self.asked:3} {self.capability.kind} {self.capability.name}"
        return "\n".join([head, *(f"      {each.case.text!r}: {each.reason}" for each in self.failures)])


def reports(capabilities: Iterable[Capability], cases: Iterable[Case], results: Mapping[str, Result]) -> list[Report]:
    """How every capability did, given the answer to every question."""
    judged: dict[str, list[Failure | None]] = {}
    for case in cases:
        judged.setdefault(case.capability, []).append(failure(case, results))
    return [
        Report(each, len(judged[each.name]), tuple(found for found in judged[each.name] if found))
        for each in capabilities
    ]


def failure(case: Case, results: Mapping[str, Result]) -> Failure | None:
    """What is wrong with the answer, by the expectation it comes nearest to; None where it meets one."""
    answer, before = results[case.text], results[case.compared] if case.compared else None
    faults = min((_faults(each, answer, before) for each in case.expected), key=len)
    return Failure(case, "; ".join(faults), _misleads(case.expected, answer)) if faults else None


def part(answer: Result, name: str) -> str:
    """One judged part of an answer as a word, "none" where it has none."""
    if name in ("policy", "entry"):
        several = answer["policies" if name == "policy" else "entries"]
        return str(several[0]) if several else "none"
    if name == "told":
        return str(answer["verdict"] or _in_words(answer) or "none")
    return str(answer[name] or "none")


def _in_words(answer: Result) -> str | None:
    """The verdict that an answer of cover gives in words alone, such as "E&O does not pay for a fire"."""
    decides = DECIDES.search(str(answer["answer"])) if answer["intent"] == "ask_coverage" else None
    return IN_WORDS[decides[1]] if decides else None


def _misleads(expected: Sequence[Expected], answer: Result) -> bool:
    right = {verdict for each in expected for verdict in (*each.verdict, *each.told)}
    if answer["verdict"] == "yes":
        return bool(right) and "yes" not in right
    return answer["verdict"] == "no" and "yes" in right and not {"no", "depends"} & right


def _faults(expected: Expected, answer: Result, before: Result | None) -> list[str]:
    wrong = []
    for name in ONE_OF:
        wanted, found = getattr(expected, name), part(answer, name)
        if wanted and found not in wanted:
            wrong.append(f"{name} {found}, not {' or '.join(wanted)}")
    wrong += [f"not about {policy}" for policy in expected.policies if policy not in answer["policies"]]
    said = str(answer["answer"]).lower()
    wrong += [f"does not say {words!r}" for words in expected.says if words.lower() not in said]
    wrong += [f"says {words!r}" for words in expected.silent_on if words.lower() in said]
    for name in expected.as_before:
        if before is not None and part(answer, name) != part(before, name):
            wrong.append(f"{name} {part(before, name)} became {part(answer, name)}")
    return wrong
