"""Ids, names and phrases: each once, and each reference to something that exists."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

from knowledge.content import Content, Finding
from knowledge.walk import place, sources_of

# The package contains its parts, so it answers at least as well as they do; the umbrella follows.
FAMILIES = {
    "bop": ("general_liability", "commercial_property", "business_interruption"),
}
# Standing texts that the guide cannot do without, where there are any.
NOTICES = (
    *("assistant_notice", "bot_identity", "recorded", "licence_line", "other_state", "changed_case", "spanish_pointer"),
    *("no_binding", "no_guarantee", "no_claim_opinion", "no_legal_advice", "no_tax_advice", "no_medical_advice"),
)


def findings(content: Content) -> Iterator[Finding]:
    """What refers to nothing, or is there twice."""
    yield from _repeated_ids(content)
    yield from _dangling(content)
    yield from _ambiguous_aliases(content)
    yield from _contradictions(content)
    yield from _top_threes(content)
    yield from _families(content)
    yield from _missing_notices(content)
    yield from _shared_questions(content)
    yield from _shared_phrases(content)


def normal_name(alias: str) -> str:
    """The form in which two aliases are the same name."""
    return re.sub(r"[\s\-]+", " ", alias.strip().lower())


def _shared_questions(content: Content) -> Iterator[Finding]:
    """One question reaches one entry, so two entries cannot both be asked by it."""
    return _shared(content, "questions", "the question '{text}' is asked of {first} too")


def _shared_phrases(content: Content) -> Iterator[Finding]:
    """One situation stands for one entry; what two share teaches neither."""
    return _shared(content, "asked_as", "the phrase '{text}' stands for {first} too")


def _shared(content: Content, field: str, what: str) -> Iterator[Finding]:
    """Texts of a field that stand in two entries, whatever their case and punctuation."""
    owners: dict[str, str] = {}
    for _, entry in content.entries():
        for text in getattr(entry, field):
            first = owners.setdefault(" ".join(re.findall(r"\w+", text.lower())), entry.id)
            if first != entry.id:
                said = what.format(text=text, first=first)
                yield Finding(place(content, entry.id), said, "keep it in one entry only")


def _missing_notices(content: Content) -> Iterator[Finding]:
    for name in NOTICES:
        if content.notices and not content.notices.get(name):
            yield Finding("notices.yml", f"the standing text '{name}' is missing", f"write '{name}: ' and the text")


def _repeated_ids(content: Content) -> Iterator[Finding]:
    seen: dict[str, str] = {}
    for kind, entry in content.entries():
        if entry.id in seen:
            yield Finding(
                place(content, entry.id),
                f"the id '{entry.id}' is that of a {seen[entry.id]} and of a {kind}",
                "rename one of them",
            )
        seen[entry.id] = kind
    for kind, ids in (("cost", [c.id for c in content.costs]), ("source", [s.id for s in content.sources])):
        for one in dict.fromkeys(i for i in ids if ids.count(i) > 1):
            yield Finding(place(content, one), f"the id '{one}' is that of two {kind}s", "rename one of them")


def _dangling(content: Content) -> Iterator[Finding]:
    policies = {p.id for p in content.policies}
    exposures = {e.id for e in content.exposures}
    terms = {t.id for t in content.terms}
    sources = {s.id for s in content.sources}
    topics = {t.id for t in content.topics}

    def missing(entry_id: str, kind: str, ids: list[str], known: set[str]) -> Iterator[Finding]:
        for one in ids:
            if one not in known:
                yield Finding(
                    place(content, entry_id), f"there is no {kind} '{one}'", "correct the id or add the entry"
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
        yield from missing(topic.id, "topic", [topic.without_employees] if topic.without_employees else [], topics)


def _ambiguous_aliases(content: Content) -> Iterator[Finding]:
    owners: dict[str, set[str]] = defaultdict(set)
    for _, entry in content.entries():
        for alias in entry.aliases:
            owners[normal_name(alias)].add(entry.id)
    for alias, ids in sorted(owners.items()):
        if len(ids) > 1:
            yield Finding(
                place(content, sorted(ids)[0]),
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
                    place(content, exposure.id),
                    f"'{policy}' stands in {seen[policy]} and in {where}",
                    "decide which one is right",
                )
            seen[policy] = where
        if not (exposure.covered_by or exposure.sometimes_covered_by or exposure.if_uninsured):
            yield Finding(
                place(content, exposure.id),
                "no policy responds and nothing says what to do instead",
                "fill in if_uninsured",
            )


def _top_threes(content: Content) -> Iterator[Finding]:
    for industry in content.industries:
        policies = [p.policy for p in industry.policies]
        for policy in dict.fromkeys(p for p in policies if policies.count(p) > 1):
            yield Finding(place(content, industry.id), f"'{policy}' stands twice in policies", "keep one of them")
        for policy in industry.top_three:
            if policy not in policies:
                yield Finding(
                    place(content, industry.id),
                    f"'{policy}' is in top_three but not in policies",
                    "add it to policies with its need and why",
                )
        if len(set(industry.top_three)) < 3:
            yield Finding(place(content, industry.id), "top_three names a policy twice", "name three policies")


def _families(content: Content) -> Iterator[Finding]:
    for exposure in content.exposures:
        where = dict(_grants(exposure))
        for package, parts in FAMILIES.items():
            responding = [p for p in parts if where.get(p) in ("covered_by", "sometimes_covered_by")]
            if responding and where.get(package) is None:
                yield Finding(
                    place(content, exposure.id),
                    f"'{responding[0]}' responds but '{package}', which contains it, is not listed",
                    f"list '{package}' too",
                )
