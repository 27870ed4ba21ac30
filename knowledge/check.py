"""Checks across entries, and of what they say: all that the shape of a file cannot tell."""

from __future__ import annotations

import datetime
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import us
from pydantic import BaseModel

from knowledge.content import Content, Finding
from knowledge.schema import (
    Condition,
    ConditionalGrant,
    Cost,
    Entry,
    Exposure,
    Grant,
    Industry,
    Outside,
    Policy,
    ProfileField,
    Statement,
    TermExamples,
    Topic,
)

STALE_AFTER = datetime.timedelta(days=550)  # reviewed at least every year and a half

# The package contains its parts, so it answers at least as well as they do; the umbrella follows.
FAMILIES = {
    "bop": ("general_liability", "commercial_property", "business_interruption"),
}

# Long sentences lose readers on a phone; long answers are not read at all.
WORDS_IN_A_SENTENCE = 30
WORDS_IN_A_STATEMENT = 45
WORDS_BEFORE_MORE = 120

# A figure is an amount of dollars or a percentage.  It has to say as of when it holds, unless a law or
# a contract sets it: then it holds until that changes.  What was measured always needs its date.
FIGURE = re.compile(r"\$\s?\d|\d\s?%|\d percent\b")
UNIT = re.compile(r"per \$\d+ of \w+", re.IGNORECASE)  # "the rate per $100 of payroll" is no amount
DATED = re.compile(r"(?<![\d$,.])(?:19|20)\d\d\b(?!%)|\bundated\b|\bnot dated\b|\bno year\b", re.IGNORECASE)
SET_BY_LAW = re.compile(r"\b(?:(?i:laws?|statut\w+|fines?|penalt\w+|misdemeanor)|TCPA|CCPA|Act|Code)\b")
SET_BY_CONTRACT = re.compile(
    r"\b(?:limits?|sub-?limits?|deductibles?|conditions?|per (?:claim|occurrence|accident)"
    r"|contracts?|require[sd]?|demands?|asks? (?:\w+ ){0,3}for)\b",
    re.IGNORECASE,
)
MEASURED = re.compile(
    r"\b(?:averag\w+|medians?|typical(?:ly)?|survey\w*|premiums? (?:is|are|of)|prices?)\b"
    r"|\d\s?% of (?!the\b|your\b|its\b|an?\b)|\d\s?% (?:pay|buy|carry|require)\b",
    re.IGNORECASE,
)
AMOUNTS_OF_COVER = ("limits", "contract_demands")  # fields that hold nothing else

# What a condition may ask of each kind of fact, and nothing of the others.
ASKED_OF = {
    "industry": {"is_in", "not_in", "group"},
    "state": {"is_in", "not_in"},
    "choice": {"is_in", "not_in"},
    "yes_no": {"is_in"},
    "count": {"at_least", "at_most"},
    "money": {"at_least", "at_most"},
}

# Standing texts that the guide cannot do without, where there are any.
NOTICES = (
    *("assistant_notice", "bot_identity", "recorded", "licence_line", "other_state", "changed_case", "spanish_pointer"),
    *("no_binding", "no_guarantee", "no_claim_opinion", "no_legal_advice", "no_tax_advice", "no_medical_advice"),
)

VERDICT_IN_FRONT = re.compile(r"(?:yes|no|maybe|it depends|depends)\b", re.IGNORECASE)
SENTENCE_END = re.compile(r"(?<![\s.][A-Za-z]\.)(?<=[.!?])\s+")  # not after an initial, as in "Federal v. Roe"


def check(content: Content) -> list[Finding]:
    """Everything that must be put right before the content is published, whatever the day."""
    return [
        *_repeated_ids(content),
        *_dangling(content),
        *_ambiguous_aliases(content),
        *_contradictions(content),
        *_top_threes(content),
        *_families(content),
        *_undated_figures(content),
        *_costs_unlike_their_text(content),
        *_hard_to_read(content),
        *_long_answers(content),
        *_verdicts_in_front(content),
        *_missing_notices(content),
        *_shared_questions(content),
        *_repeated_in_profile(content),
        *_dangling_in_profile(content),
        *_dangling_in_checklists(content),
        *_unfit_fields(content),
        *_unfit_conditions(content),
        *_asked_for_nothing(content),
    ]


def check_reviews(content: Content, today: datetime.date | None = None) -> list[Finding]:
    """Entries whose review has lapsed or lies ahead.

    Kept apart from ``check``: what was right when it was published must stay buildable years later.

    Args:
        content: what was read.
        today: the day reviews are measured against; the real one by default.
    """
    return list(_stale(content, today or datetime.date.today()))


def normal_name(alias: str) -> str:
    """The form in which two aliases are the same name."""
    return re.sub(r"[\s\-]+", " ", alias.strip().lower())


def _place(content: Content, entry_id: str) -> str:
    return f"{content.places.get(entry_id, '?')} ({entry_id})"


def _shared_questions(content: Content) -> Iterator[Finding]:
    """One question reaches one entry, so two entries cannot both be asked by it."""
    asked: dict[str, str] = {}
    for _, entry in content.entries():
        for question in entry.questions:
            words = " ".join(re.findall(r"\w+", question.lower()))
            first = asked.setdefault(words, entry.id)
            if first != entry.id:
                yield Finding(
                    _place(content, entry.id),
                    f"the question '{question}' is asked of {first} too",
                    "keep it in one entry only",
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
                _place(content, entry.id),
                f"the id '{entry.id}' is that of a {seen[entry.id]} and of a {kind}",
                "rename one of them",
            )
        seen[entry.id] = kind
    for kind, ids in (("cost", [c.id for c in content.costs]), ("source", [s.id for s in content.sources])):
        for one in dict.fromkeys(i for i in ids if ids.count(i) > 1):
            yield Finding(_place(content, one), f"the id '{one}' is that of two {kind}s", "rename one of them")


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
    topics = {t.id for t in content.topics}

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
    for relation in content.relations:
        yield from missing(relation.id, "policy", [relation.policy, relation.other], policies)
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
        if not (exposure.covered_by or exposure.sometimes_covered_by or exposure.if_uninsured):
            yield Finding(
                _place(content, exposure.id),
                "no policy responds and nothing says what to do instead",
                "fill in if_uninsured",
            )


def _top_threes(content: Content) -> Iterator[Finding]:
    for industry in content.industries:
        policies = [p.policy for p in industry.policies]
        for policy in dict.fromkeys(p for p in policies if policies.count(p) > 1):
            yield Finding(_place(content, industry.id), f"'{policy}' stands twice in policies", "keep one of them")
        for policy in industry.top_three:
            if policy not in policies:
                yield Finding(
                    _place(content, industry.id),
                    f"'{policy}' is in top_three but not in policies",
                    "add it to policies with its need and why",
                )
        if len(set(industry.top_three)) < 3:
            yield Finding(_place(content, industry.id), "top_three names a policy twice", "name three policies")


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
        if entry.written_on > today:
            yield Finding(
                _place(content, entry.id), f"written_on {entry.written_on} lies ahead", "write the day of the review"
            )
        elif today - entry.written_on > STALE_AFTER:
            yield Finding(
                _place(content, entry.id),
                f"was last reviewed on {entry.written_on}",
                "have a licensed agent review it and update written_on",
            )


class Said(NamedTuple):
    """A text that a visitor may read, the field it is in, and the sources it rests on."""

    field: str
    text: str
    sources: Sequence[str]


def said(value: object, field: str = "") -> Iterator[Said]:
    """Every text of an entry or a cost that a visitor may read, in file order."""
    if isinstance(value, list | tuple):
        for item in value:
            yield from said(item, field)
        return
    if isinstance(value, Statement | Cost):
        yield Said(field or "text", value.text, value.source)
    elif isinstance(value, ProfileField):
        yield Said("question", value.question, ())
        yield Said("why", value.why, ())
        yield from (Said("options", option.title, ()) for option in value.options)
        yield from (Said("limits", limits.otherwise, ()) for limits in [value.limits] if limits)
    elif isinstance(value, Grant):
        yield Said(field, value.why, value.source)
        if isinstance(value, ConditionalGrant):
            yield Said(f"{field}, depends_on", value.depends_on, value.source)
    elif isinstance(value, TermExamples):
        yield from (Said(f"{field}, {trade}", text, ()) for trade, text in value if text)
    elif isinstance(value, Entry):
        for name in value.__fields__:
            yield from said(getattr(value, name), name)
        if isinstance(value, Outside):
            yield Said("pointer", value.pointer, ())
        elif isinstance(value, Policy):
            yield from (Said("ask_an_agent", text, ()) for text in value.ask_an_agent)


def _all_said(content: Content) -> Iterator[tuple[str, Said]]:
    """Every text a visitor may read, with the place of the content it belongs to."""
    for _, entry in content.entries():
        yield from ((_place(content, entry.id), text) for text in said(entry))
    for cost in content.costs:
        yield from ((_place(content, cost.id), text) for text in said(cost))
    for section, one, value in content.profile():
        yield from ((_profile_place(content, section, one), text) for text in said(value, "why"))


def _quoted(one: Said) -> str:
    words = one.text.split()
    return f"{one.field}: '{' '.join(words[:7])}{' …' if len(words) > 7 else ''}'"


def _undated_figures(content: Content) -> Iterator[Finding]:
    """Figures that age, with nothing that says as of when they hold.

    A statement with $ or % is dated by a year or by "undated" in it, or by the year of one of its
    sources.  It needs no date where its words say that a law sets the amount, or that a policy or a
    contract does (a limit, a deductible, what clients require), unless other words say that somebody
    measured it (an average, a price, a share of firms).  A price in costs.yml always says its year
    itself.  Texts without sources are invented examples.
    """
    dated_sources = {s.id for s in content.sources if s.year}
    for place, one in _all_said(content):
        if not one.sources or not FIGURE.search(UNIT.sub("", one.text)) or DATED.search(one.text):
            continue
        is_cost = one.field == "text"
        if not is_cost and dated_sources & set(one.sources):
            continue
        is_set = one.field in AMOUNTS_OF_COVER or SET_BY_LAW.search(one.text) or SET_BY_CONTRACT.search(one.text)
        if is_cost or not is_set or MEASURED.search(one.text):
            yield Finding(
                place,
                f"{_quoted(one)} gives a figure without its year",
                "write the year, or '(undated)' where the source has none; say so if a law or a contract sets it",
            )


def _costs_unlike_their_text(content: Content) -> Iterator[Finding]:
    """A price is written twice, as a sentence and as numbers: an edit of one must reach the other."""
    for cost in content.costs:
        for name in ("low", "high", "typical", "year"):
            number = getattr(cost, name)
            shown = str(number) if name == "year" else f"${number or 0:,}"
            if number is not None and not re.search(rf"{re.escape(shown)}(?![\d,]*\d)", cost.text):
                yield Finding(
                    _place(content, cost.id),
                    f"'{name}' is {number} but the text does not say {shown}",
                    f"correct the text or '{name}'",
                )


def _hard_to_read(content: Content) -> Iterator[Finding]:
    for place, one in _all_said(content):
        longest = max(len(s.split()) for s in SENTENCE_END.split(one.text))
        count = len(one.text.split())
        if longest > WORDS_IN_A_SENTENCE:
            what = f"{_quoted(one)} has a sentence of {longest} words"
            yield Finding(place, what, f"split it: at most {WORDS_IN_A_SENTENCE} words in a sentence")
        if count > WORDS_IN_A_STATEMENT:
            yield Finding(
                place,
                f"{_quoted(one)} has {count} words",
                f"shorten it: at most {WORDS_IN_A_STATEMENT} words, or make two items of it",
            )


def _shown_first(entry: Entry) -> Iterator[tuple[str, list[str]]]:
    """The texts of an entry that an answer shows before "more", by the field they are in."""
    if isinstance(entry, Policy):
        yield "summary and covers", [entry.summary.text, *(s.text for s in entry.covers[:4])]
        for name, count in (("excludes", 5), ("who_needs", 5), ("limits", 5), ("cost_factors", 6), ("lower_cost", 6)):
            yield name, [s.text for s in getattr(entry, name)[:count]]
    elif isinstance(entry, Topic):
        yield "answer and points", [entry.answer.text, *(s.text for s in entry.points[:4])]
    elif isinstance(entry, Industry):
        yield "why of the top three", [p.why for p in entry.policies if p.policy in entry.top_three]
    elif isinstance(entry, Exposure):
        sure = [g.why for g in entry.covered_by[:1]]
        instead = sure or [g.depends_on for g in entry.sometimes_covered_by[:1]]
        instead = instead or ([entry.if_uninsured.text] if entry.if_uninsured else [])
        for no in entry.not_covered_by:
            yield f"{no.policy}: why, and what covers it instead", [no.why, *instead]
        for depends in entry.sometimes_covered_by:
            yield f"{depends.policy}: why and depends_on", [depends.why, depends.depends_on]


def _long_answers(content: Content) -> Iterator[Finding]:
    for _, entry in content.entries():
        for field, texts in _shown_first(entry):
            count = sum(len(text.split()) for text in texts)
            if count > WORDS_BEFORE_MORE:
                yield Finding(
                    _place(content, entry.id),
                    f"{field}: an answer of {count} words before 'more'",
                    f"shorten it to {WORDS_BEFORE_MORE} words, or move the less important items down the list",
                )


def _verdicts_in_front(content: Content) -> Iterator[Finding]:
    """The guide writes the verdict itself; a text that brings its own says it twice, or the opposite."""
    for entry_id, one in _verdict_follows(content):
        if VERDICT_IN_FRONT.match(one.text):
            yield Finding(
                _place(content, entry_id),
                f"{_quoted(one)} begins with a verdict, which the guide adds itself",
                "begin with the reason",
            )


def _verdict_follows(content: Content) -> Iterator[tuple[str, Said]]:
    for policy in content.policies:
        yield policy.id, Said("scope", policy.scope.text, policy.scope.source)
    for exposure in content.exposures:
        yield from ((exposure.id, one) for one in said(exposure) if one.field not in ("summary", "if_uninsured"))
    for topic in content.topics:
        if topic.verdict:
            yield topic.id, Said("answer", topic.answer.text, topic.answer.source)


def _profile_place(content: Content, section: str, one: str) -> str:
    return f"{content.places.get(f'{section}.{one}', '?')} ({one})"


def _repeated_in_profile(content: Content) -> Iterator[Finding]:
    seen: set[tuple[str, str]] = set()
    for section, one, _ in content.profile():
        if (section, one) in seen:
            yield Finding(
                _profile_place(content, section, one), f"'{one}' stands twice in {section}", "rename or remove one"
            )
        seen.add((section, one))


def _dangling_in_profile(content: Content) -> Iterator[Finding]:
    known = {"policy": {p.id for p in content.policies}, "source": {s.id for s in content.sources}}
    for section, one, value in content.profile():
        named = [("policy", getattr(value, "policy", None)), *(("source", s) for s in getattr(value, "source", []))]
        for kind, named_id in named:
            if named_id and named_id not in known[kind]:
                yield Finding(
                    _profile_place(content, section, one),
                    f"there is no {kind} '{named_id}'",
                    "correct the id or add the entry",
                )


def _unfit_fields(content: Content) -> Iterator[Finding]:
    """Fields whose answers cannot be told apart."""
    fields = [*(("fields", f) for f in content.profile_fields), *(("quote", f) for f in content.quote_fields)]
    for section, field in fields:
        place = _profile_place(content, section, field.id)
        options = [option.id for option in field.options]
        if field.kind == "choice" and len(set(options)) < 2:
            yield Finding(place, "is a choice without two options", "write what there is to choose from in options")
        if field.kind != "choice" and options:
            yield Finding(place, f"has options but is a {field.kind}", "make it a choice or remove the options")
        for option in dict.fromkeys(o for o in options if options.count(o) > 1):
            yield Finding(place, f"the option '{option}' stands twice", "rename one of them")
        if field.units and field.kind not in ("count", "money"):
            yield Finding(place, f"has units but is a {field.kind}", "make it a count or remove the units")
        if field.limits and not field.limits.at_least < field.limits.at_most:
            yield Finding(place, "no number is within its limits", "write the smaller number in at_least")
        phrases = [
            normal_name(phrase)
            for means in (field.said_as, field.denied_as, *(option.said_as for option in field.options))
            for phrase in {normal_name(phrase) for phrase in means}
        ]
        for phrase in dict.fromkeys(p for p in phrases if phrases.count(p) > 1):
            yield Finding(place, f"the phrase '{phrase}' tells two answers", "keep it with one of them")


def _dangling_in_checklists(content: Content) -> Iterator[Finding]:
    known = {field.id for field in [*content.profile_fields, *content.quote_fields]}
    for industry in content.industries:
        for one in industry.checklist:
            if one not in known:
                what = f"its checklist asks '{one}', which profile.yml does not know"
                yield Finding(_place(content, industry.id), what, "correct the id or add it to the list quote")


def _conditions(content: Content) -> Iterator[tuple[str, str, Condition]]:
    """Every condition: where it stands, the id of the field it asks about, and what it asks."""
    for section, one, value in content.profile():
        for name in ("when", "asked_when"):
            for field, condition in getattr(value, name, {}).items():
                yield _profile_place(content, section, one), field, condition


def _unfit_conditions(content: Content) -> Iterator[Finding]:
    """Conditions that no answer can meet."""
    fields = {field.id: field for field in content.profile_fields}
    industries = {industry.id for industry in content.industries}
    for place, field_id, condition in _conditions(content):
        field = fields.get(field_id)
        if field is None:
            yield Finding(place, f"there is no field '{field_id}'", "correct the id or add the field")
            continue
        fitting = ASKED_OF.get(field.kind, set())
        for name in sorted(_asked(condition) - fitting):
            fit = ", ".join(sorted(fitting)) or "nothing"
            yield Finding(place, f"'{field_id}' is a {field.kind}, which has no '{name}'", f"ask {fit} of it")
        for answer in [*condition.is_in, *condition.not_in]:
            known = {
                "industry": answer in industries,
                "state": isinstance(answer, str) and getattr(us.states.lookup(answer), "abbr", None) == answer,
                "choice": answer in {option.id for option in field.options},
                "yes_no": isinstance(answer, bool),
            }
            if not known.get(field.kind, True):
                yield Finding(
                    place, f"'{field_id}' is never '{answer}'", f"write an answer that the {field.kind} can have"
                )


def _asked(condition: BaseModel) -> set[str]:
    return {name for name in condition.__fields__ if getattr(condition, name) not in ([], None)}


def _asked_for_nothing(content: Content) -> Iterator[Finding]:
    """Nobody is asked what nothing follows from."""
    decide = {field for _, field, _ in _conditions(content)}
    for field in content.profile_fields:
        if field.kind != "industry" and field.id not in decide:
            yield Finding(
                _profile_place(content, "fields", field.id),
                "is asked for nothing: no rule and no point depends on it",
                "write one or remove the field",
            )
