"""What is asked about a business, and what follows from it."""

from __future__ import annotations

from collections.abc import Iterator

import us
from pydantic import BaseModel

from knowledge.content import Content, Finding
from knowledge.schema import Condition
from knowledge.walk import place, profile_place
from knowledge.words import normalised

# What a condition may ask of each kind of fact, and nothing of the others.
ASKED_OF = {
    "industry": {"is_in", "not_in", "group"},
    "state": {"is_in", "not_in"},
    "choice": {"is_in", "not_in"},
    "yes_no": {"is_in"},
    "count": {"at_least", "at_most"},
    "money": {"at_least", "at_most"},
}


def findings(content: Content) -> Iterator[Finding]:
    """Facts that are asked for nothing, and conditions that no answer can meet."""
    yield from _repeated_in_profile(content)
    yield from _dangling_in_profile(content)
    yield from _dangling_in_checklists(content)
    yield from _unfit_fields(content)
    yield from _unfit_conditions(content)
    yield from _asked_for_nothing(content)


def _repeated_in_profile(content: Content) -> Iterator[Finding]:
    seen: set[tuple[str, str]] = set()
    for section, one, _ in content.profile():
        if (section, one) in seen:
            yield Finding(
                profile_place(content, section, one), f"'{one}' stands twice in {section}", "rename or remove one"
            )
        seen.add((section, one))


def _dangling_in_profile(content: Content) -> Iterator[Finding]:
    known = {"policy": {p.id for p in content.policies}, "source": {s.id for s in content.sources}}
    for section, one, value in content.profile():
        named = [("policy", getattr(value, "policy", None)), *(("source", s) for s in getattr(value, "source", []))]
        for kind, named_id in named:
            if named_id and named_id not in known[kind]:
                yield Finding(
                    profile_place(content, section, one),
                    f"there is no {kind} '{named_id}'",
                    "correct the id or add the entry",
                )


def _unfit_fields(content: Content) -> Iterator[Finding]:
    """Fields whose answers cannot be told apart."""
    fields = [*(("fields", f) for f in content.profile_fields), *(("quote", f) for f in content.quote_fields)]
    trades = {industry.id for industry in content.industries}
    for section, field in fields:
        place = profile_place(content, section, field.id)
        options = [option.id for option in field.options]
        if field.kind == "choice" and len(set(options)) < 2:
            yield Finding(place, "is a choice without two options", "write what there is to choose from in options")
        if field.kind != "choice" and options:
            yield Finding(place, f"has options but is a {field.kind}", "make it a choice or remove the options")
        for trade in field.offered:
            if trade not in trades:
                yield Finding(place, f"offers '{trade}', which is no trade", "correct the id or add the entry")
        for option in dict.fromkeys(o for o in options if options.count(o) > 1):
            yield Finding(place, f"the option '{option}' stands twice", "rename one of them")
        if field.units and field.kind not in ("count", "money"):
            yield Finding(place, f"has units but is a {field.kind}", "make it a count or remove the units")
        if field.limits and not field.limits.at_least < field.limits.at_most:
            yield Finding(place, "no number is within its limits", "write the smaller number in at_least")
        phrases = [
            normalised(phrase)
            for means in (field.said_as, field.denied_as, *(option.said_as for option in field.options))
            for phrase in {normalised(phrase) for phrase in means}
        ]
        for phrase in dict.fromkeys(p for p in phrases if phrases.count(p) > 1):
            yield Finding(place, f"the phrase '{phrase}' tells two answers", "keep it with one of them")


def _dangling_in_checklists(content: Content) -> Iterator[Finding]:
    known = {field.id for field in [*content.profile_fields, *content.quote_fields]}
    for industry in content.industries:
        for one in industry.checklist:
            if one not in known:
                what = f"its checklist asks '{one}', which profile.yml does not know"
                yield Finding(place(content, industry.id), what, "correct the id or add it to the list quote")


def _conditions(content: Content) -> Iterator[tuple[str, str, Condition]]:
    """Every condition: where it stands, the id of the field it asks about, and what it asks."""
    for section, one, value in content.profile():
        for name in ("when", "asked_when"):
            for field, condition in getattr(value, name, {}).items():
                yield profile_place(content, section, one), field, condition


def _unfit_conditions(content: Content) -> Iterator[Finding]:
    """Conditions that no answer can meet."""
    fields = {field.id: field for field in content.profile_fields}
    industries = {industry.id for industry in content.industries}
    for where, field_id, condition in _conditions(content):
        field = fields.get(field_id)
        if field is None:
            yield Finding(where, f"there is no field '{field_id}'", "correct the id or add the field")
            continue
        fitting = ASKED_OF.get(field.kind, set())
        for name in sorted(_asked(condition) - fitting):
            fit = ", ".join(sorted(fitting)) or "nothing"
            yield Finding(where, f"'{field_id}' is a {field.kind}, which has no '{name}'", f"ask {fit} of it")
        for answer in [*condition.is_in, *condition.not_in]:
            known = {
                "industry": answer in industries,
                "state": isinstance(answer, str) and getattr(us.states.lookup(answer), "abbr", None) == answer,
                "choice": answer in {option.id for option in field.options},
                "yes_no": isinstance(answer, bool),
            }
            if not known.get(field.kind, True):
                yield Finding(
                    where, f"'{field_id}' is never '{answer}'", f"write an answer that the {field.kind} can have"
                )


def _asked(condition: BaseModel) -> set[str]:
    return {name for name in condition.__fields__ if getattr(condition, name) not in ([], None)}


def _asked_for_nothing(content: Content) -> Iterator[Finding]:
    """Nobody is asked what nothing follows from."""
    decide = {field for _, field, _ in _conditions(content)}
    for field in content.profile_fields:
        if field.kind != "industry" and field.id not in decide:
            yield Finding(
                profile_place(content, "fields", field.id),
                "is asked for nothing: no rule and no point depends on it",
                "write one or remove the field",
            )
