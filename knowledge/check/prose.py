"""What texts are like to read: dated figures, short sentences, what they are about in front, and no verdict."""

from __future__ import annotations

import re
from collections.abc import Iterator

from knowledge.content import Content, Finding
from knowledge.schema import Exposure, Grant, Relation, Topic
from knowledge.walk import Said, all_said, place, quoted, said
from knowledge.words import subjects

# Long sentences lose readers on a phone; long answers are not read at all.
WORDS_IN_A_SENTENCE = 30
WORDS_IN_A_STATEMENT = 45
WORDS_BEFORE_MORE = 90
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
VERDICT_IN_FRONT = re.compile(r"(?:yes|no|maybe|it depends|depends)\b", re.IGNORECASE)
SENTENCE_END = re.compile(r"(?<![\s.][A-Za-z]\.)(?<=[.!?])\s+")  # not after an initial, as in "Federal v. Roe"


def findings(content: Content) -> Iterator[Finding]:
    """What a visitor could not read, or could misread."""
    yield from _undated_figures(content)
    yield from _costs_unlike_their_text(content)
    yield from _hard_to_read(content)
    yield from _long_answers(content)
    yield from _subjects_left_out(content)
    yield from _verdicts_in_front(content)


def _undated_figures(content: Content) -> Iterator[Finding]:
    """Figures that age, with nothing that says as of when they hold.

    A statement with $ or % is dated by a year or by "undated" in it, or by the year of one of its
    sources.  It needs no date where its words say that a law sets the amount, or that a policy or a
    contract does (a limit, a deductible, what clients require), unless other words say that somebody
    measured it (an average, a price, a share of firms).  A price in costs.yml always says its year
    itself.  Texts without sources are invented examples.
    """
    dated_sources = {s.id for s in content.sources if s.year}
    for where, one in all_said(content):
        if not one.sources or not FIGURE.search(UNIT.sub("", one.text)) or DATED.search(one.text):
            continue
        is_cost = one.field == "text"
        if not is_cost and dated_sources & set(one.sources):
            continue
        is_set = one.field in AMOUNTS_OF_COVER or SET_BY_LAW.search(one.text) or SET_BY_CONTRACT.search(one.text)
        if is_cost or not is_set or MEASURED.search(one.text):
            yield Finding(
                where,
                f"{quoted(one)} gives a figure without its year",
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
                    place(content, cost.id),
                    f"'{name}' is {number} but the text does not say {shown}",
                    f"correct the text or '{name}'",
                )


def _hard_to_read(content: Content) -> Iterator[Finding]:
    for where, one in all_said(content):
        longest = max(len(s.split()) for s in SENTENCE_END.split(one.text))
        count = len(one.text.split())
        if longest > WORDS_IN_A_SENTENCE:
            what = f"{quoted(one)} has a sentence of {longest} words"
            yield Finding(where, what, f"split it: at most {WORDS_IN_A_SENTENCE} words in a sentence")
        if count > WORDS_IN_A_STATEMENT:
            yield Finding(
                where,
                f"{quoted(one)} has {count} words",
                f"shorten it: at most {WORDS_IN_A_STATEMENT} words, or make two items of it",
            )


def _shown_at_once(content: Content, exposure: Exposure) -> Iterator[tuple[str, list[str]]]:
    """The texts of each verdict that cannot be parted, by policy; points are: the others come behind "more"."""
    names = {policy.id: policy.short_name for policy in content.policies}

    def decided(grant: Grant) -> list[str]:
        return ["No, does not pay for", names.get(grant.policy, ""), exposure.short_name, grant.why]

    for depends in exposure.sometimes_covered_by:
        yield depends.policy, [*decided(depends), "What it depends on:", depends.depends_on]
    for no in exposure.not_covered_by:
        instead = [f"{names.get(grant.policy, '')} and" for grant in exposure.covered_by if grant.policy != no.policy]
        maybe = [
            f"{names.get(grant.policy, '')}, depending on {grant.depends_on}" for grant in exposure.sometimes_covered_by
        ]
        otherwise = [exposure.if_uninsured.text] if exposure.if_uninsured else []
        yield no.policy, [*decided(no), "What covers it instead:", *(instead or maybe[:1] or otherwise)]


def _long_answers(content: Content) -> Iterator[Finding]:
    for exposure in content.exposures:
        for policy, texts in _shown_at_once(content, exposure):
            count = sum(len(text.split()) for text in texts)
            if count > WORDS_BEFORE_MORE:
                yield Finding(
                    place(content, exposure.id),
                    f"{policy}: an answer of {count} words that cannot be parted",
                    f"shorten its reason, or what it depends on: at most {WORDS_BEFORE_MORE} words with both names",
                )


def _subjects_left_out(content: Content) -> Iterator[Finding]:
    """A first sentence that could be anybody's: whoever reads it alone must see what it is about.

    It has to hold one word of the entry's names or its policies'.  A term needs none: the guide puts it in front.
    """
    policies = {policy.id: policy for policy in content.policies}
    answers: list[tuple[Topic | Relation, list[str]]] = [(topic, topic.policies) for topic in content.topics]
    answers += [(relation, [relation.policy, relation.other]) for relation in content.relations]
    for entry, ids in answers:
        about = [entry, *(policies[one] for one in ids if one in policies)]
        names = [name for one in about for name in (one.name, getattr(one, "short_name", ""), *one.aliases)]
        first = SENTENCE_END.split(entry.answer.text)[0]
        if not subjects(*names) & subjects(first):
            yield Finding(
                place(content, entry.id),
                f"answer: '{first}' names nothing of what it is about",
                "say in its first sentence what it answers, in words of the entry's name",
            )


def _verdicts_in_front(content: Content) -> Iterator[Finding]:
    """The guide writes the verdict itself; a text that brings its own says it twice, or the opposite."""
    for entry_id, one in _verdict_follows(content):
        if VERDICT_IN_FRONT.match(one.text):
            yield Finding(
                place(content, entry_id),
                f"{quoted(one)} begins with a verdict, which the guide adds itself",
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
