"""What an agent may put into a chat from the knowledge base: an entry's own words, with the sources they rest on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

from knowledge.base import KnowledgeBase
from knowledge.schema import Entry, Exposure, Industry, Policy, Relation, Statement, Term, Topic

FOUND = 8
VERDICTS = {"yes": "Yes.", "no": "No.", "depends": "It depends."}


@dataclass(frozen=True)
class Passage:
    """Something to insert.

    Attributes:
        entries: ids of the entries it is from.
        text: what the visitor would read, verdict first where there is one.
        cited: where it was read, a line for each source.
    """

    entries: list[str]
    kind: str
    name: str
    text: str
    cited: list[str]

    def as_dict(self) -> dict[str, object]:
        """As the desk gets it."""
        return asdict(self)


def passages(base: KnowledgeBase, words: str) -> list[Passage]:
    """What the words are about, best first; where they name a policy and a loss, what the one says of the other."""
    found = [entry for hit in base.search(words, FOUND) if (entry := base.entry(hit.entry_id))]
    return _decided(base, found) + [passage for entry in found if (passage := _passage(base, entry))]


def name_in(base: KnowledgeBase, facts: Mapping[str, str]) -> str | None:
    """The visitor's name in what a form has heard, by label."""
    label = next((field.label for field in base.quote_fields() if field.id == "name"), None)
    return facts.get(label or "")


def _decided(base: KnowledgeBase, found: Sequence[Entry]) -> list[Passage]:
    policy = next((entry for entry in found if isinstance(entry, Policy)), None)
    exposure = next((entry for entry in found if isinstance(entry, Exposure)), None)
    decision = base.decide(policy.id, exposure.id) if policy and exposure else None
    if not (policy and exposure and decision):
        return []
    text = " ".join(part for part in (VERDICTS.get(decision.verdict.value), decision.why) if part)
    name = f"{policy.name}: {exposure.short_name}"
    return [Passage([policy.id, exposure.id], "verdict", name, text, _cited(base, decision.sources))]


def _passage(base: KnowledgeBase, entry: Entry) -> Passage | None:
    verdict, said = _said(entry)
    if not said:
        return None
    lead, *points = [statement.text for statement in said]
    text = "\n".join([" ".join(filter(None, [VERDICTS.get(verdict or ""), lead])), *(f"- {point}" for point in points)])
    sources = dict.fromkeys(source for statement in said for source in statement.source)
    return Passage([entry.id], base.kind_of(entry.id) or "", entry.name, text, _cited(base, list(sources)))


def _said(entry: Entry) -> tuple[str | None, list[Statement]]:
    """A verdict, where the entry has one, and its statements, the first of which stands alone."""
    match entry:
        case Topic():
            return entry.verdict, [entry.answer, *entry.points]
        case Relation():
            return entry.relation.verdict, [entry.answer, *entry.points]
        case Term():
            return None, [entry.definition]
        case Policy() | Exposure() | Industry():
            return None, [entry.summary]
        case _:
            return None, []  # they rest on no source


def _cited(base: KnowledgeBase, source_ids: Sequence[str]) -> list[str]:
    sources = [base.source(source_id) for source_id in source_ids]
    return [", ".join(str(part) for part in (each.title, each.publisher, each.year) if part) for each in sources]
