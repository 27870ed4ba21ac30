"""What statements rest on: law on statutes and regulators, figures on those or on a publisher."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator

from knowledge.check.prose import FIGURE, UNIT
from knowledge.content import Content, Finding
from knowledge.schema import OF_LAW, SourceKind
from knowledge.walk import all_said, place, quoted, said

CODES = "Labor|Civil|Penal|Insurance|Vehicle|Government|Health and Safety|Corporations|Business and Professions"
LAW = re.compile(rf"\b(?:{CODES}) Code (?:section )?\d|\bB&P (?:Code )?\d|\bU\.S\.C\.|\bC\.?F\.?R\b|\bCCR\b|§")
EDITORIAL = {SourceKind.CUSTOMARY, SourceKind.STANDARD_FORM}
# Invented cases, and amounts that a contract or a form sets: no figures of the world.
EXAMPLES = ("example_claim", "examples", "limits", "contract_demands", "cost_factors", "lower_cost")


def findings(content: Content) -> Iterator[Finding]:
    """Law and figures that rest on nobody who may say so, and years that lie ahead."""
    yield from _law_without_statute(content)
    yield from _figures_of_nobody(content)
    yield from _years_ahead(content)


def _law_without_statute(content: Content) -> Iterator[Finding]:
    kinds = {source.id: source.kind for source in content.sources}
    regulations = {topic.id for topic in content.topics if topic.intent == "ask_regulation"}
    for _, entry in content.entries():
        for one in said(entry):
            is_law = LAW.search(one.text) or (entry.id in regulations and one.field == "answer")
            if is_law and one.sources and not OF_LAW & {kinds.get(source) for source in one.sources}:
                yield Finding(
                    place(content, entry.id),
                    f"{quoted(one)} speaks of law without a statute or a regulator behind it",
                    "name the statute or the regulator's page as its source",
                )


def _figures_of_nobody(content: Content) -> Iterator[Finding]:
    kinds = {source.id: source.kind for source in content.sources}
    for where, one in all_said(content):
        if one.field in EXAMPLES or not one.sources or not FIGURE.search(UNIT.sub("", one.text)):
            continue
        if {kinds.get(source) for source in one.sources} <= EDITORIAL:
            yield Finding(
                where,
                f"{quoted(one)} gives a figure that rests on customary wording",
                "name who published it, or leave the figure out",
            )


def _years_ahead(content: Content) -> Iterator[Finding]:
    this_year = datetime.date.today().year
    for kind, dated in (("source", content.sources), ("price", content.costs)):
        for one in dated:
            if one.year and one.year > this_year:
                what = f"the year of the {kind}, {one.year}, lies ahead"
                yield Finding(place(content, one.id), what, "correct the year")
