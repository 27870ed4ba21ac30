"""Ids: each once, and each reference to something that exists, whether in the content or in the code."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from knowledge.content import Content, Finding
from knowledge.learned import GRANTS
from knowledge.named import PACKAGES
from knowledge.walk import place, sources_of

# Kinds of guidance that are asked for without saying of what, and that buttons offer.
NEEDS_GENERAL = {"ask_proof", "ask_how_to_buy", "ask_choose_insurer", "ask_limits", "ask_regulation", "ask_claims"}
# Where an entry of a kind, or a fact, would stand.
FOLDERS = {
    "policy": "policies",
    "exposure": "exposures",
    "term": "terms",
    "topic": "topics",
    "industry": "industries",
    "fact": "profile.yml",
}
# Standing texts that the guide cannot do without, where there are any.
NOTICES = (
    *("assistant_notice", "bot_identity", "recorded", "licence_line", "other_state", "not_understood"),
    *("other_languages", "again", "credentials", "notice_more"),
    *("agency_line", "domicile_line", "place_line", "not_notice", "not_licensed", "kept_on_hold"),
    *("report_again", "unsigned"),
    *("call_consent", "call_consent_limit"),
    *("stance_claim", "stance_promise", "stance_bind"),
    *("no_binding", "no_guarantee", "no_claim_opinion", "no_legal_advice", "no_tax_advice", "no_medical_advice"),
)


def findings(content: Content) -> Iterator[Finding]:
    """What refers to nothing, or is there twice."""
    yield from _repeated_ids(content)
    yield from _dangling(content)
    yield from _contradictions(content)
    yield from _top_threes(content)
    yield from _families(content)
    yield from _missing_notices(content)
    yield from _generals(content)


def missing(content: Content, named: Mapping[str, Collection[str]]) -> Iterator[Finding]:
    """Entries, and facts of the profile, that the code names and nobody wrote."""
    known = {(kind, entry.id) for kind, entry in content.entries()}
    known |= {("fact", field.id) for field in [*content.profile_fields, *content.quote_fields]}
    for kind, ids in named.items():
        for one in sorted(ids):
            if (kind, one) not in known:
                yield Finding(
                    FOLDERS[kind],
                    f"the guide's code asks for the {kind} '{one}', which is not there",
                    "give it back its id; whoever programs can name another in knowledge/named.py",
                )


def _generals(content: Content) -> Iterator[Finding]:
    """A bare question of a kind has one answer; of trades of one group, one of their own at most."""
    seen: dict[tuple[str, str | None], str] = {}
    for topic in content.topics:
        if topic.general:
            first = seen.setdefault((topic.intent, topic.industry_group), topic.id)
            if first != topic.id:
                what = f"is general for {topic.intent}, and so is {first}"
                yield Finding(place(content, topic.id), what, "leave general with one of them")
    for intent in sorted({topic.intent for topic in content.topics} & NEEDS_GENERAL):
        if content.topics and (intent, None) not in seen:
            yield Finding(
                "topics", f"no topic answers a bare question of {intent}", "write 'general: true' in one of them"
            )


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
    relations = {r.id for r in content.relations}

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
        yield from missing(exposure.id, "answer", list(exposure.otherwise.values()), exposures | topics | relations)
        yield from missing(exposure.id, "policy", [p for p, _ in _grants(exposure)], policies)
    for industry in content.industries:
        yield from missing(industry.id, "policy", [p.policy for p in industry.policies], policies)
        yield from missing(industry.id, "policy", industry.top_three, policies)
        yield from missing(industry.id, "exposure", [r.exposure for r in industry.risks], exposures)
    for relation in content.relations:
        yield from missing(relation.id, "policy", [relation.policy, relation.other], policies)
    for term in content.terms:
        yield from missing(term.id, "term or policy", term.related, terms | policies)
        yield from missing(term.id, "policy", term.policies, policies)
    for topic in content.topics:
        yield from missing(topic.id, "policy", topic.policies, policies)
        yield from missing(topic.id, "exposure", [topic.exposure] if topic.exposure else [], exposures)
        yield from missing(topic.id, "topic", [topic.without_employees] if topic.without_employees else [], topics)


def _grants(exposure: object) -> Iterator[tuple[str, str]]:
    for name in GRANTS:
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
        for package, parts in PACKAGES.items():
            responding = [p for p in parts if where.get(p) in ("covered_by", "sometimes_covered_by")]
            if responding and where.get(package) is None:
                yield Finding(
                    place(content, exposure.id),
                    f"'{responding[0]}' responds but '{package}', which contains it, is not listed",
                    f"list '{package}' too",
                )
