"""How likely an entry is what a question asks for: evidence from names, meaning and intent, weighed.  Pure.

The intent alone misses entries that are asked about in many ways ("how do I add my client as additional
insured?" is about a term, whatever the verb).  So each entry that a message may be about is a candidate, and
a logistic regression over what is known of it says how often such a candidate is right.  Its weights are
learned by ``scripts/fit_relevance.py`` from the knowledge base's own questions, each recognised by
classifiers that have not seen it.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from actions.question import Question, Subject
from knowledge.base import KnowledgeBase
from knowledge.schema import Topic

WEIGHTS = Path(__file__).with_name("relevance.json")
KINDS = ("topic", "term", "exposure")
INTENT = "intent"  # the kind of the candidate that stands for the intent's own answer
KNOWN = 0.93  # cosine from which a question is one that an entry is known by, in other words at most
EQUAL = 0.985  # and from which it is the same, whatever policies the entry is about
LOOKED_AT = 2  # candidates of a kind
SIBLINGS = {"professional_liability", "tech_eo"}  # the same cover, written for two trades
TOPICAL = ("ask_proof", "ask_regulation", "ask_choose_insurer", "ask_how_to_buy", "ask_risks", "ask_scenario")
FLOWS = ("get_quote", "report_claim", "talk_to_agent")
OF_COVER = ("ask_coverage", "ask_what_covers")
OF_POLICIES = ("ask_policy", "ask_exclusions", "ask_need", "ask_compare")
OF_PRICES = ("ask_cost", "ask_cost_factors", "ask_lower_cost")


@dataclass(frozen=True)
class Candidate:
    """An entry, how its kind's classifier sees it (score and lead over the next), and whether it is named."""

    id: str
    kind: str
    score: float
    nearest: float
    lead: float
    named: bool


def candidates(question: Question) -> list[Candidate]:
    """The entries a question may be about: the likeliest by meaning of each kind, and those it names."""
    found = []
    for kind, named in zip(KINDS, _named(question), strict=True):
        meant = question.of_kind(kind)
        by_id = {s.id: s for s in meant}
        looked_at = [s.id for s in meant[:LOOKED_AT]] + [i for i in named if i not in by_id]
        looked_at += [i for i in named if i in by_id and i not in looked_at]
        for entry_id in looked_at:
            subject = by_id.get(entry_id, Subject(entry_id, kind, 0.0, 0.0))
            rival = max((s.score for s in meant if s.id != entry_id), default=0.0)
            found.append(
                Candidate(entry_id, kind, subject.score, subject.nearest, subject.score - rival, entry_id in named)
            )
    if question.ranking:
        first, second = [*question.ranking, ("", 0.0)][:2]
        found.append(Candidate(first[0], INTENT, first[1], 0.0, first[1] - second[1], False))
    return found


def _named(question: Question) -> tuple[tuple[str, ...], ...]:
    return (question.topic,) if question.topic else (), question.terms, question.exposures_named


def evidence(candidate: Candidate, question: Question, base: KnowledgeBase) -> dict[str, float]:
    """What speaks for or against a candidate, by name; the regression's features."""
    chances = dict(question.ranking)
    topic = base.topic(candidate.id)
    own_intent = _intents_of(candidate, topic)
    first = question.ranking[0] if question.ranking else ("", 0.0)
    best = {kind: max((s.score for s in question.of_kind(kind)), default=0.0) for kind in KINDS}
    near = {kind: max((s.nearest for s in question.of_kind(kind)), default=0.0) for kind in KINDS}
    policies, its_policies = set(question.policies), set(topic.policies if topic else ())
    others = {
        "named_policy": bool(policies),
        "suits_policy": bool(policies & its_policies),
        "other_policy": bool(policies and its_policies and not policies & its_policies),
        "policy_unsaid": bool(its_policies and not policies),
        "two_policies": len(policies) > 1,
        "named_term": bool(question.terms),
        "named_exposure": bool(question.exposures_named),
        "named_industry": question.industry is not None,
    }
    rivals = {f"{kind}_score": best[kind] for kind in KINDS if kind != candidate.kind}
    rivals |= {f"{kind}_nearest": near[kind] for kind in KINDS if kind != candidate.kind}
    return {
        "score": log_odds(candidate.score),
        "nearest": candidate.nearest,
        "very_near": max(0.0, candidate.nearest - 0.8),
        "lead": candidate.lead,
        "named": float(candidate.named),
        "own_intent": log_odds(sum(chances.get(intent, 0.0) for intent in own_intent)),
        "own_intent_first": float(first[0] in own_intent),
        "other_intent": first[1] if first[0] not in own_intent else 0.0,
        "out_of_scope": chances.get("out_of_scope", 0.0),
        "flow": sum(chances.get(intent, 0.0) for intent in FLOWS),
        "cover": sum(chances.get(intent, 0.0) for intent in OF_COVER),
        "policy_question": sum(chances.get(intent, 0.0) for intent in OF_POLICIES),
        "price": sum(chances.get(intent, 0.0) for intent in OF_PRICES),
        "topical": sum(chances.get(intent, 0.0) for intent in TOPICAL),
        "verdict": float(bool(topic and topic.verdict)),
        "scenario": float(bool(topic and topic.intent == "ask_scenario")),
        "words": math.log1p(question.words()),
        **{name: float(value) for name, value in others.items()},
        **rivals,
    }


def _intents_of(candidate: Candidate, topic: Topic | None) -> tuple[str, ...]:
    if topic:
        return (topic.intent,)
    if candidate.kind == INTENT:
        return (candidate.id,)
    return ("ask_term",) if candidate.kind == "term" else OF_COVER


def chance(candidate: Candidate, question: Question, base: KnowledgeBase) -> float:
    """Probability that the candidate is what the question asks for, 0 to 1."""
    weights = _weights()[candidate.kind]
    found = evidence(candidate, question, base)
    return 1 / (1 + math.exp(-sum(weights[name] * value for name, value in found.items()) - weights["constant"]))


def known(question: Question, base: KnowledgeBase, least: float = KNOWN) -> Subject | None:
    """The entry that is known by this very question or one as good as equal; then nothing need be weighed."""
    nearest = max(question.subjects, key=lambda subject: subject.nearest, default=None)
    if nearest is None or nearest.nearest < least:
        return None
    return nearest if nearest.nearest >= EQUAL or _suits(nearest.id, question, base) else None


def likeliest(question: Question, base: KnowledgeBase) -> tuple[Candidate, float] | None:
    """The candidate with the highest chance, and the chance; None where there is no candidate."""
    fitting = [candidate for candidate in candidates(question) if _suits(candidate.id, question, base)]
    weighed = [(candidate, chance(candidate, question, base)) for candidate in fitting]
    return max(weighed, key=lambda pair: pair[1], default=None)


def _suits(entry_id: str, question: Question, base: KnowledgeBase) -> bool:
    """Whether an entry says nothing of policies, or of one that is named; the siblings count for each other."""
    topic = base.topic(entry_id)
    named = set(question.policies)
    if SIBLINGS & named and not (topic and topic.industry_group and not question.industry):
        named |= SIBLINGS
    return not (topic and topic.policies and named) or bool(named & set(topic.policies))


@lru_cache(maxsize=1)
def _weights() -> dict[str, dict[str, float]]:
    weights: dict[str, dict[str, float]] = json.loads(WEIGHTS.read_text(encoding="utf-8"))
    return weights


def log_odds(probability: float) -> float:
    """Log-odds of a chance; bounded, so that certainty stays finite."""
    bounded = min(max(probability, 1e-3), 1 - 1e-3)
    return math.log(bounded / (1 - bounded))
