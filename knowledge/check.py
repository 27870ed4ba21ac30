"""Checks across entries: what each file cannot know of the others."""

from __future__ import annotations

import datetime
import re
from collections import defaultdict
from collections.abc import Iterator

from knowledge.content import Content, Finding
from knowledge.schema import Statement

STALE_AFTER = datetime.timedelta(days=550)  # reviewed at least every year and a half

# The package contains its parts, so it answers at least as well as they do; the umbrella follows.
FAMILIES = {
    "bop": ("general_liability", "commercial_property", "business_interruption"),
}


def check(content: Content, today: datetime.date | None = None) -> list[Finding]:
    """Everything that must be put right before the content is published.

    Args:
        content: what was read.
        today: the day reviews are measured against; the real one by default.
    """
    today = today or datetime.date.today()
    return [
        *_repeated_ids(content),
        *_dangling(content),
        *_ambiguous_aliases(content),
        *_contradictions(content),
        *_families(content),
        *_stale(content, today),
    ]


def normal_name(alias: str) -> str:
    """The form in which two aliases are the same name."""
    return re.sub(r"[\s\-]+", " ", alias.strip().lower())


def _place(content: Content, entry_id: str) -> str:
    return f"{content.places.get(entry_id, '?')} ({entry_id})"


def _repeated_ids(content: Content) -> Iterator[Finding]:
    seen: dict[str, str] = {}
    for kind, entry in content.entries():
        if entry.id in seen:
            yield Finding(
                _place(content, entry.id),
                f"the id '{entry.id}' is that of a {seen[entry.id]} and of a {kind}",
                "rename one of them",
            )
        seen[entry.id] = kind


def statements(value: object) -> Iterator[Statement]:
    """Every statement inside an entry, at any depth."""
    if isinstance(value, Statement):
        yield value
    if isinstance(value, list | tuple):
        for item in value:
            yield from statements(item)
    elif hasattr(value, "__fields__"):
        for name in value.__fields__:
            yield from statements(getattr(value, name))


def sources_of(value: object) -> list[str]:
    """Ids of every source an entry rests on, in order, once each."""
    found: dict[str, None] = {}

    def walk(item: object) -> None:
        if isinstance(item, list | tuple):
            for each in item:
                walk(each)
        elif hasattr(item, "__fields__"):
            for name in item.__fields__:
                inner = getattr(item, name)
                if name in ("source", "checklist_source"):
                    found.update(dict.fromkeys(inner))
                else:
                    walk(inner)

    walk(value)
    return list(found)


def _dangling(content: Content) -> Iterator[Finding]:
    policies = {p.id for p in content.policies}
    exposures = {e.id for e in content.exposures}
    terms = {t.id for t in content.terms}
    sources = {s.id for s in content.sources}

    def missing(entry_id: str, kind: str, ids: list[str], known: set[str]) -> Iterator[Finding]:
        for one in ids:
            if one not in known:
                yield Finding(
                    _place(content, entry_id), f"there is no {kind} '{one}'", "correct the id or add the entry"
                )

    for _, entry in content.entries():
        yield from missing(entry.id, "source", sources_of(entry), sources)
    for cost in content.costs:
        yield from missing(cost.id, "source", cost.source, sources)
        yield from missing(cost.id, "policy", [cost.policy], policies)
    for policy in content.policies:
        for exclusion in policy.excludes:
            yield from missing(policy.id, "policy", exclusion.instead, policies)
    for exposure in content.exposures:
        yield from missing(exposure.id, "policy", [p for p, _ in _grants(exposure)], policies)
    for industry in content.industries:
        yield from missing(industry.id, "policy", [p.policy for p in industry.policies], policies)
        yield from missing(industry.id, "policy", industry.top_three, policies)
        yield from missing(industry.id, "exposure", [r.exposure for r in industry.risks], exposures)
    for term in content.terms:
        yield from missing(term.id, "term or policy", term.related, terms | policies)
        yield from missing(term.id, "policy", term.policies, policies)
    for topic in content.topics:
        yield from missing(topic.id, "policy", topic.policies, policies)
        yield from missing(topic.id, "exposure", [topic.exposure] if topic.exposure else [], exposures)


def _ambiguous_aliases(content: Content) -> Iterator[Finding]:
    owners: dict[str, set[str]] = defaultdict(set)
    for _, entry in content.entries():
        for alias in entry.aliases:
            owners[normal_name(alias)].add(entry.id)
    for alias, ids in sorted(owners.items()):
        if len(ids) > 1:
            yield Finding(
                _place(content, sorted(ids)[0]),
                f"the alias '{alias}' means {' and '.join(sorted(ids))}",
                "keep it in one entry only",
            )


def _grants(exposure: object) -> Iterator[tuple[str, str]]:
    for name in ("covered_by", "sometimes_covered_by", "not_covered_by", "ask_an_agent_about"):
        for grant in getattr(exposure, name):
            yield grant.policy, name


def _contradictions(content: Content) -> Iterator[Finding]:
    for exposure in content.exposures:
        seen: dict[str, str] = {}
        for policy, where in _grants(exposure):
            if policy in seen:
                yield Finding(
                    _place(content, exposure.id),
                    f"'{policy}' stands in {seen[policy]} and in {where}",
                    "decide which one is right",
                )
            seen[policy] = where
        responds = exposure.covered_by or exposure.sometimes_covered_by or exposure.ask_an_agent_about
        if not responds and exposure.if_uninsured is None:
            yield Finding(
                _place(content, exposure.id),
                "no policy responds and nothing says what to do instead",
                "fill in if_uninsured",
            )


def _families(content: Content) -> Iterator[Finding]:
    for exposure in content.exposures:
        where = dict(_grants(exposure))
        for package, parts in FAMILIES.items():
            responding = [p for p in parts if where.get(p) in ("covered_by", "sometimes_covered_by")]
            if responding and where.get(package) is None:
                yield Finding(
                    _place(content, exposure.id),
                    f"'{responding[0]}' responds but '{package}', which contains it, is not listed",
                    f"list '{package}' too",
                )


def _stale(content: Content, today: datetime.date) -> Iterator[Finding]:
    for _, entry in content.entries():
        if entry.reviewed_on > today:
            yield Finding(
                _place(content, entry.id), f"reviewed_on {entry.reviewed_on} lies ahead", "write the day of the review"
            )
        elif today - entry.reviewed_on > STALE_AFTER:
            yield Finding(
                _place(content, entry.id),
                f"was last reviewed on {entry.reviewed_on}",
                "have a licensed agent review it and update reviewed_on",
            )
