"""What texts are like to read: dated figures, short sentences, no verdict in front."""

from __future__ import annotations

import re
from collections.abc import Iterator

from knowledge.content import Content, Finding
from knowledge.schema import (
    Entry,
    Exposure,
    Industry,
    Policy,
    Topic,
)
from knowledge.walk import Said, all_said, place, quoted, said

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
VERDICT_IN_FRONT = re.compile(r"(?:yes|no|maybe|it depends|depends)\b", re.IGNORECASE)
SENTENCE_END = re.compile(r"(?<![\s.][A-Za-z]\.)(?<=[.!?])\s+")  # not after an initial, as in "Federal v. Roe"


def findings(content: Content) -> Iterator[Finding]:
    """What a visitor could not read, or could misread."""
    yield from _undated_figures(content)
    yield from _costs_unlike_their_text(content)
    yield from _hard_to_read(content)
    yield from _long_answers(content)
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


def _shown_first(entry: Entry) -> Iterator[tuple[str, list[str]]]:
    """The texts of an entry that an answer shows before "more", by the field they are in."""
    if isinstance(entry, Policy):
        yield "summary and covers", [entry.summary.text, *(s.text for s in entry.covers[:4])]
        yield "need and who_needs", [entry.need.text, *(s.text for s in entry.who_needs[:3])]
        for name, count in (("excludes", 5), ("limits", 5), ("cost_factors", 6), ("lower_cost", 6)):
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
                    place(content, entry.id),
                    f"{field}: an answer of {count} words before 'more'",
                    f"shorten it to {WORDS_BEFORE_MORE} words, or move the less important items down the list",
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
