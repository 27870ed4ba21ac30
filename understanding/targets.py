"""Everything that can be answered, in one flat list generated from the knowledge base.

A target is one answer: an entry, one facet of a policy, a fact about the agency, something to be done (an intent of
domain.yml), or the answer that this is not the guide's business.  New content makes new targets; no code names one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from knowledge.base import KnowledgeBase
from knowledge.schema import AgencyFact, Exposure, Industry, Policy, Relation, Term, Topic

# What can be asked of every policy, and the intent that asks it.
FACETS = {
    "what": "ask_policy",
    "excludes": "ask_exclusions",
    "need": "ask_need",
    "cost": "ask_cost",
    "cost_factors": "ask_cost_factors",
    "lower_cost": "ask_lower_cost",
    "limits": "ask_limits",
    "trigger": "ask_trigger",
    "includes": "ask_included",
}
FACET_OF = {intent: facet for facet, intent in FACETS.items()}
# What an entry of each kind answers; an exposure answers ask_coverage once a policy is asked about.
INTENT_OF = {
    "term": "ask_term",
    "exposure": "ask_what_covers",
    "industry": "ask_recommendation",
    "relation": "ask_included",
    "agency": "ask_agency",
}
OUTSIDE = "intent:out_of_scope"
FEDERAL = "US"  # as the jurisdiction of law that holds in every state
# Intents that say how a message is put, not what answers it: they tell the ranker something, and are no answer.
NO_ANSWERS = {
    "ask_coverage",
    "ask_what_covers",
    "ask_term",
    "ask_included",
    "ask_trigger",
    "ask_agency",
    "ask_service",
    "follow_up",
    "nlu_fallback",
    "unreadable",
}


@dataclass(frozen=True)
class Target:
    """One thing the guide can say.

    Attributes:
        id: of the entry; "cyber#cost" for a facet, "intent:greet" for what no entry answers.
        kind: topic, term, exposure, industry, relation, outside, facet or intent.
        intent: the intent of domain.yml that Rasa's rules go by.
        entry: the entry behind it, if there is one.
        policies: those it speaks of, the main one first.
        state: the only state whose law it tells, by its code.
        otherwise: of an incident, the entry that answers where another person is in it, by kind of person.
    """

    id: str
    kind: str
    intent: str
    entry: str | None = None
    policies: tuple[str, ...] = ()
    state: str | None = None
    otherwise: Mapping[str, str] = field(default_factory=dict)


def facet(policy: str, of: str) -> str:
    """The id of a policy's facet."""
    return f"{policy}#{of}"


def intent_id(intent: str) -> str:
    """The id of the target that stands for an intent of its own."""
    return f"intent:{intent}"


COMPARISON = intent_id("ask_compare")  # of whatever policies are named
AGENT = intent_id("talk_to_agent")


def targets_of(base: KnowledgeBase, intents: Iterable[str]) -> dict[str, Target]:
    """Every target by its id: those of the base, then one for each intent that no entry answers in general."""
    found = [target for entry_id, kind in _entries(base) for target in _of_entry(entry_id, kind, base)]
    bare = [intent for intent in sorted(intents) if intent not in NO_ANSWERS and not base.general_topic(intent)]
    found += [Target(intent_id(intent), "intent", intent) for intent in bare]
    return {target.id: target for target in found}


def _entries(base: KnowledgeBase) -> list[tuple[str, str]]:
    kinds = ("policy", "topic", "term", "exposure", "industry", "relation", "agency", "outside")
    return [(entry_id, kind) for kind in kinds for entry_id in base.ids(kind)]


def _of_entry(entry_id: str, kind: str, base: KnowledgeBase) -> list[Target]:
    entry = base.entry(entry_id)
    match entry:
        case Policy():
            return [
                Target(facet(entry_id, name), "facet", asks, entry_id, (entry_id,)) for name, asks in FACETS.items()
            ]
        case Topic():
            state = None if entry.jurisdiction == FEDERAL else entry.jurisdiction
            return [Target(entry_id, kind, entry.intent, entry_id, tuple(entry.policies), state)]
        case Relation():
            return [Target(entry_id, kind, INTENT_OF[kind], entry_id, (entry.policy, entry.other))]
        case Exposure():
            listed = (*entry.covered_by, *entry.sometimes_covered_by, *entry.not_covered_by, *entry.ask_an_agent_about)
            named = tuple(grant.policy for grant in listed)
            return [
                Target(
                    entry_id,
                    kind,
                    INTENT_OF[kind],
                    entry_id,
                    named,
                    otherwise={str(who): to for who, to in entry.otherwise.items()},
                )
            ]
        case AgencyFact():
            return [Target(entry_id, kind, INTENT_OF[kind], entry_id)]
        case Term() | Industry():
            policies = entry.policies if isinstance(entry, Term) else [each.policy for each in entry.policies]
            return [Target(entry_id, kind, INTENT_OF[kind], entry_id, tuple(policies))]
    return [Target(entry_id, kind, "out_of_scope", entry_id)]


def phrases_of(base: KnowledgeBase, examples: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """(target id, text) of everything a target is recognised by: how people put it, its questions and names.

    Args:
        base: the knowledge base.
        examples: (intent, text) of the training data.
    """
    found = [(_told(kind, entry), text) for kind, entry, text in [*base.phrases(), *base.questions(), *base.names()]]
    # What people type into a search box.
    found += [(entry, f"{name} insurance") for kind, entry, name in base.names() if kind == "industry"]
    for entry_id, kind in _entries(base):
        entry = base.entry(entry_id)
        assert entry is not None  # listed by the base
        found.append((_told(kind, entry_id), entry.name))
        if isinstance(entry, Exposure):
            found += [(entry_id, entry.short_name), (entry_id, entry.summary.text)]
    found += [(intent_id(intent), text) for intent, text in examples if intent not in NO_ANSWERS]
    return list(dict.fromkeys(found))


def _told(kind: str, entry_id: str) -> str:
    """What names and phrases of an entry stand for: of a policy, what it is."""
    return facet(entry_id, "what") if kind == "policy" else entry_id


def shown_texts(target: Target, base: KnowledgeBase) -> list[str]:
    """The statements a visitor may read of a target, the leading one first."""
    entry = base.entry(target.entry) if target.entry else None
    match entry:
        case Topic() | Relation():
            return [entry.answer.text, *(point.text for point in entry.points)]
        case Term():
            return [entry.definition.text]
        case Exposure():
            return [entry.summary.text]
        case Industry():
            return [entry.summary.text, *(risk.text for risk in entry.risks)]
        case Policy():
            return _of_facet(entry, target.id.partition("#")[2], base)
    return []


def _of_facet(policy: Policy, name: str, base: KnowledgeBase) -> list[str]:
    """What is said of one facet of a policy."""
    if name == "trigger":
        return [policy.trigger.text]
    if name == "cost":
        return [price.text for price in base.costs(policy.id)]
    said = [each.text for each in getattr(policy, LISTS[name])] if name in LISTS else []
    leading = {"what": policy.summary.text, "need": policy.need.text}
    return [leading[name], *said] if name in leading else said


# The list of a policy that each facet tells.
LISTS = {
    "what": "covers",
    "excludes": "excludes",
    "need": "who_needs",
    "cost_factors": "cost_factors",
    "lower_cost": "lower_cost",
    "limits": "limits",
}


def points_of(target: Target, base: KnowledgeBase) -> list[str]:
    """The points of a target's answer, one of which the question may ask for, in the order of the content."""
    entry = base.entry(target.entry) if target.entry else None
    if isinstance(entry, Topic | Relation):
        return [point.text for point in entry.points]
    if isinstance(entry, Policy) and "#" in target.id:
        return [each.text for each in getattr(entry, LISTS.get(target.id.partition("#")[2], ""), [])]
    return []
