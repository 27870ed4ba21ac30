"""Which question is really asked: the intent fitted to what the message names.  Pure."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from spacy.lang.en.stop_words import STOP_WORDS

from actions.question import (
    A_FEW_WORDS,
    DECLINED,
    ELLIPSIS_WORDS,
    OF_THE_ANSWER,
    REFERS_BACK,
    SURE_SUBJECT,
    SURE_TOPIC,
    Question,
    means_guidance,
    means_incident,
    read_exposure,
)
from actions.relevance import EQUAL, FLOWS, INTENT, KNOWN, known, likeliest
from knowledge.base import KnowledgeBase
from knowledge.schema import Exposure, Topic

# Guidance the classifier tells apart less surely than the entries do.
TOPICAL = {
    "ask_proof",
    "ask_regulation",
    "ask_choose_insurer",
    "ask_how_to_buy",
    "ask_limits",
    "ask_need",
    "ask_risks",
    "ask_scenario",
    "ask_cost_factors",
    "ask_lower_cost",
}
INFORMATIONAL = TOPICAL | {
    "ask_coverage",
    "ask_what_covers",
    "ask_policy",
    "ask_exclusions",
    "ask_compare",
    "ask_term",
    "ask_cost",
    "ask_recommendation",
}
UNSURE = {"nlu_fallback", "out_of_scope"}
# What is asked to be done, not told; an entry must be meant surely to be the answer ("are premiums tax deductible?").
STEPS = {*FLOWS, *DECLINED}
# What a few words that mean guidance are read as where only the conversation tells: "what all does it show".
GUIDED = (INFORMATIONAL - {"ask_coverage", "ask_what_covers"}) | UNSURE | {"help"}
_BUSINESS = re.compile(
    r"\b(business(es)?|(?<!insurance )compan(y|ies)|firms?|clients?|employe[er]s?|staff|agents?|contractors?|office"
    r"|vendors?|customers?|llc|corporation|freelanc\w+|self[- ]employed|commercial)\b",
    re.IGNORECASE,
)
# Members of the family are mentioned in private matters; a firm, work or clients beside them make it another.
PRIVATE = {"outside_home", "outside_personal_auto", "outside_personal_other"}
_AT_WORK = re.compile(
    r"\b(business(es)?|compan(y|ies)|firms?|clients?|staff|payroll|contractors?|office|vendors?|customers?|llc|work\w*|job"
    r"|errands?|investors?|shareholders?|co-?own\w*|own(s|ers?)? (it|the (place|shop|store))|employees?"
    r"|freelanc\w+|self[- ]employed|commercial|our)\b",
    re.IGNORECASE,
)
# Words that say so themselves: no other word beside them makes it a business matter.
_NOT_AT_WORK = re.compile(
    r"\bnot? (a |for |my |our |the )?(business|work|company|job)\b|\bnot work[- ]related", re.IGNORECASE
)
_NEGATED = re.compile(
    r"\bexclu\w+|\bleaves? out|\bleft out"
    r"|\bwhat (does|do|will|would|is|are)(n[o']?t|n'?t| not)\b.*\b(cover|pay|include|protect)\w*"
    r"|\b(not|never|n[o']t|won'?t|does ?n[o']?t|cannot|can'?t) (be )?(cover|pay|include)\w*",
    re.IGNORECASE,
)
_HAS = re.compile(r"\b(have|has|having|comes? with)\b", re.IGNORECASE)
_LAW = re.compile(
    r"\b(laws?|legal\w*|illegal|requir\w+|mandat\w+|must|penalt\w+|state|california|deadline)\b", re.IGNORECASE
)
_BY_LAW = re.compile(r"\b(by (the )?(law|state)|legally|mandatory|compulsory|illegal|against the law)\b", re.IGNORECASE)
_EITHER = re.compile(r"\bor\b", re.IGNORECASE)
_TRADE = re.compile(
    r"\b(insur\w*|polic(y|ies)|cover(s|ed|age|ages|ing)?|premiums?|claims?|quotes?|liab\w*|underwrit\w*|carriers?"
    r"|brokers?|certificates?|deductibles?|endorse\w*|limits?|exclu\w*|comp|sued?|suing|lawsuits?|risks?|law|legal(ly)?"
    r"|required?|contracts?|bond(ed)?)\b",
    re.IGNORECASE,
)
RELEVANT = 0.5  # an entry this likely is what was asked for
RELEVANT_TO_FLOW = 0.8  # and this likely where the intent is to report, to get a quote or to reach a person
RESCUE = 0.75  # a surer "out of scope" stands, whatever names the message has
LIKELY_INTENT = 0.1  # an intent less likely is no reading
CLEAR_TOPIC = 0.5  # guidance recognised this surely is what was asked, whatever the verb
SURELY_TOPIC = 0.8  # even against what the classifier thinks is asked
NAMED_AND_MEANT = 0.3  # a word of the trade that is named and also meant
SHORT_QUESTION = 6
FAMILIAR = 0.5  # cosine to the nearest known situation of a message about our subject
LISTED = 3.0  # how much more an incident weighs that the named policy expressly decides
FAMILIAR_STRANGER = 0.6  # the same for guidance and terms where the message has no word of the trade
SURE_INTENT = 0.65  # below this the evidence may turn a question into one of cover
COULD_BE_TERM = {"ask_policy", "ask_exclusions", "ask_what_covers", "ask_limits", "ask_need", "ask_regulation"}
COULD_BE_COVER = {
    "ask_need",
    "ask_lower_cost",
    "ask_cost_factors",
    "ask_cost",
    "ask_exclusions",
    "ask_policy",
    "ask_risks",
    "ask_term",
    "ask_compare",
}
BESIDE = 0.3  # guidance this likely is what a few words mean after guidance of the same kind
CONFIDENT = 0.75  # a question about a policy this sure is not turned into general guidance
OF_A_POLICY = {
    "ask_need",
    "ask_cost",
    "ask_cost_factors",
    "ask_lower_cost",
    "ask_compare",
    "ask_policy",
    "ask_exclusions",
    "ask_limits",
}
OF_ONE_POLICY = {
    "ask_policy",
    "ask_exclusions",
    "ask_need",
    "ask_cost",
    "ask_cost_factors",
    "ask_lower_cost",
    "ask_limits",
}
MEANS_A_POLICY = {"ask_need", "ask_cost", "ask_cost_factors", "ask_lower_cost", "ask_limits"}
STORY_WORDS = 12
GENERIC_WORDS = 10  # a longer question is about something of its own
DESCRIBED = 0.75  # the cosine a described trade needs beside a policy's name
ENGLISH_WORDS = 2  # common words that tell a message is English
MEANT_INDUSTRY = 0.35


def settle(question: Question, base: KnowledgeBase) -> Question:
    """The question with the intent that its names and its meaning call for.

    A question for a policy and an incident is one of cover, whatever verb it uses; a "what is" about a
    policy is its description; two policies side by side are a comparison.
    """
    if question.bound:
        return question
    question = _with_an_answer_behind_it(_in_english(_weighed_by_policy(question, base)))
    if not _goes_on(question):
        subject = known(question, base, KNOWN if question.intent in INFORMATIONAL | UNSURE else EQUAL)
        if subject:
            asked = _about(subject.id, subject.kind, question, base)
            return replace(asked, exposure=subject.id) if subject.kind == "exposure" else asked
    if _outside(question, base):
        return replace(question, intent="out_of_scope")
    if question.unknown_policy and not question.policies and question.intent in INFORMATIONAL | UNSURE:
        return replace(question, intent="nlu_fallback")
    if question.intent == "nlu_fallback" and question.policies and question.exposures_named:
        return replace(question, intent="ask_coverage")  # "earthquake?? on a property policy??" needs no verb
    if _asks_for_term(question):
        return replace(question, intent="ask_term")
    beside = _beside_the_last(question, base)
    if beside:
        return _about(beside.id, "topic", replace(question, policies=_of(beside, question.policies)), base)
    if question.intent in INFORMATIONAL | UNSURE | STEPS and not _goes_on(question):
        asked_for = _asked_for(question, base)
        if asked_for:
            return _with_industry(asked_for)
    if question.intent == "ask_scenario" and (example := _example_of(question, base)):
        return replace(question, topic=example.id)
    if question.intent in UNSURE:
        question = _rescued(question)
    question = _with_industry(question)
    if question.intent not in INFORMATIONAL:
        return question
    if _is_strange(question):
        return replace(question, intent="nlu_fallback")
    topic = _clear_topic(question, base)
    if topic:
        return replace(question, intent=topic.intent, topic=topic.id)
    return replace(question, intent=_fitted(question))


def _asks_for_term(question: Question) -> bool:
    """Whether a policy is asked for a part that a word of the trade names: "does E&O have a deductible?"."""
    unsure = question.intent in ("ask_coverage", "nlu_fallback") and question.confidence < SURE_INTENT
    named = bool(question.terms and question.policies and not question.exposures_named)
    return unsure and named and bool(_HAS.search(question.text))


def _with_an_answer_behind_it(question: Question) -> Question:
    """Nobody asks why, or for more, before anything was answered: then the entries decide what is asked."""
    answered = bool(question.frame and question.frame.intent)
    if question.intent not in OF_THE_ANSWER or answered:
        return question
    return replace(question, intent="nlu_fallback")


def _goes_on(question: Question) -> bool:
    """Whether a short message has no subject of its own and so speaks of what was being talked about."""
    if question.follows or means_guidance(question):
        return question.follows
    entries = question.exposures_named or question.terms or question.topic or question.outside
    names = bool(entries) or bool(question.policies and question.words() > A_FEW_WORDS)
    return bool(question.frame and question.frame.intent) and question.words() <= ELLIPSIS_WORDS and not names


def _beside_the_last(question: Question, base: KnowledgeBase) -> Topic | None:
    """Guidance of the kind that was last given, on its policy, that a short message means, however unsure its verb is.

    "is workers' comp mandatory?" … "what about me, the owner?"
    """
    frame = question.frame
    if frame is None or not (question.follows or question.intent in GUIDED) or question.words() > GENERIC_WORDS:
        return None
    if question.terms or question.state not in (None, frame.state):
        return None
    policies = set(question.policies or frame.policies)
    kinds = {frame.intent, question.intent if question.follows else frame.intent} & TOPICAL
    likely = [t for s in question.of_kind("topic")[:2] if s.score >= BESIDE and (t := base.topic(s.id))]
    if means_incident(question):
        happened = read_exposure(question).candidates[:1]
        likely = [t for kind in sorted(kinds) for t in base.topics(kind) if t.exposure in happened] + likely
    suits = (t for t in likely if t.intent in kinds and not (policies and t.policies and not policies & {*t.policies}))
    return next((t for t in suits if t.id != frame.topic), None)


def _example_of(question: Question, base: KnowledgeBase) -> Topic | None:
    """The case of the policy that was talked about, where a message means none of its own: "gimme an example"."""
    if not _goes_on(question) or not question.policies or question.exposures_named:
        return None
    return next((t for t in base.topics("ask_scenario") if t.policies[:1] == [question.policies[0]]), None)


def _of(topic: Topic, policies: tuple[str, ...]) -> tuple[str, ...]:
    """The policies that the guidance is about, too."""
    return tuple(p for p in policies if p in topic.policies)


def _asked_for(question: Question, base: KnowledgeBase) -> Question | None:
    """The question as one for the entry that it most probably asks for; None where no entry is likely enough."""
    found = likeliest(question, base)
    if found is None:
        return None
    entry, likely = found
    if entry.kind != "exposure" and _names_nothing(question) and entry.nearest < FAMILIAR_STRANGER:
        return None
    surely_outside = question.intent == "out_of_scope" and question.confidence >= RESCUE
    least = RELEVANT_TO_FLOW if question.intent in STEPS or surely_outside else RELEVANT
    if likely < least or _surely_other(entry.id, entry.kind, question, base):
        return None
    return None if entry.kind == INTENT else _about(entry.id, entry.kind, question, base)


def _surely_other(entry_id: str, kind: str, question: Question, base: KnowledgeBase) -> bool:
    """Whether a surely read question about a policy asks for another thing than the entry tells."""
    if question.confidence < CONFIDENT:
        return False
    topic = base.topic(entry_id)
    if topic is None:  # "list the exclusions of media liability" asks for no word's meaning
        return kind == "term" and question.intent == "ask_exclusions" and bool(question.policies)
    if topic.intent == "ask_regulation" and question.intent == "ask_coverage":
        # "we record calls in California, would our GL defend": the law is what happened, not what is asked
        return bool(question.policies) and (means_incident(question) or not _LAW.search(question.text))
    return topic.intent != question.intent in OF_A_POLICY


def _about(entry_id: str, kind: str, question: Question, base: KnowledgeBase) -> Question:
    """The question as one for an entry."""
    topic = base.topic(entry_id)
    if topic:
        return replace(question, intent=topic.intent, topic=topic.id)
    if kind == "term":
        return replace(question, intent="ask_term", terms=question.terms if entry_id in question.terms else (entry_id,))
    if kind == "industry":
        return replace(question, intent="ask_recommendation", industry=entry_id)
    if kind == "policy":
        asked = replace(question, policies=question.policies or (entry_id,))
        intent = _fitted(asked)
        sure = question.confidence >= CONFIDENT or intent == "ask_exclusions"
        return replace(asked, intent=intent if intent in OF_ONE_POLICY and sure else "ask_policy")
    # Which incident it is, the action decides, which knows how sure it has to be.
    return replace(question, intent="ask_coverage" if question.policies else "ask_what_covers")


def _in_english(question: Question) -> Question:
    """A message with common English words is no other language, however it is spelt: its next reading counts."""
    words = set(re.findall(r"[a-z']{3,}", question.text.lower()))
    if question.intent != "other_language" or len(words & STOP_WORDS) < ENGLISH_WORDS:
        return question
    following = next(((name, p) for name, p in question.ranking if name != "other_language"), ("nlu_fallback", 0.0))
    return replace(question, intent=following[0], confidence=following[1])


def _weighed_by_policy(question: Question, base: KnowledgeBase) -> Question:
    """Incidents that the named policy expressly decides weigh more: people ask a policy about what it is for."""
    named = set(question.policies)
    if not named:
        return question
    scores = {
        s.id: s.score * (LISTED if named & _decided_by(base.exposure(s.id)) else 1.0)
        for s in question.of_kind("exposure")
    }
    kept = sum(s.score for s in question.of_kind("exposure"))
    scale = kept / (sum(scores.values()) or 1.0)
    weighed = [replace(s, score=scores[s.id] * scale) if s.kind == "exposure" else s for s in question.subjects]
    return replace(question, subjects=tuple(sorted(weighed, key=lambda s: -s.score)))


def _decided_by(exposure: Exposure | None) -> set[str]:
    """The policies whose answer on an exposure stands in its entry."""
    if exposure is None:
        return set()
    grants = (
        *exposure.covered_by,
        *exposure.sometimes_covered_by,
        *exposure.not_covered_by,
        *exposure.ask_an_agent_about,
    )
    return {grant.policy for grant in grants}


def _outside(question: Question, base: KnowledgeBase) -> bool:
    """Whether the message names something the guide does not speak about, and nothing of a business.

    A policy's name beside it makes it ours, but not where somebody's private life is spoken of.
    """
    named = [o for o in map(base.outside, question.outside) if o]
    if any(o.even_for_business for o in named):
        return True
    if any(o.id in PRIVATE for o in named):
        return bool(_NOT_AT_WORK.search(question.text)) or not (question.industry or _AT_WORK.search(question.text))
    return bool(named) and not (question.policies or question.industry or _BUSINESS.search(question.text))


def _rescued(question: Question) -> Question:
    """An unsure question that names something of the trade is taken for its likeliest reading."""
    if question.intent == "out_of_scope" and (question.confidence >= RESCUE or question.outside):
        return question
    likely = next(((name, p) for name, p in question.ranking if name in INFORMATIONAL), None)
    names = bool(question.policies or question.exposures_named or question.terms)
    if likely and names and likely[1] >= 0.1:
        return replace(question, intent=likely[0])
    return question


def _with_industry(question: Question) -> Question:
    """The trade a visitor describes without naming it, where the trade is what matters."""
    meant = question.of_kind("industry")[:1]
    wants = question.intent in ("ask_recommendation", "get_quote", "ask_need", "ask_risks", "inform", "correct")
    enough = DESCRIBED if question.policies else FAMILIAR  # "cyber" is a policy before it is a trade
    described = bool(meant) and meant[0].score >= MEANT_INDUSTRY and meant[0].nearest >= enough
    if wants and question.industry is None and described:
        return replace(question, industry=meant[0].id)
    return question


def _names_nothing(question: Question) -> bool:
    """No entry's name and no word of the trade."""
    names = question.policies or question.exposures_named or question.terms or question.topic or question.industry
    return not names and not _TRADE.search(question.text)


def _is_strange(question: Question) -> bool:
    """No name, no word of the trade, and far from every situation known: not ours to answer."""
    if not _names_nothing(question) or (question.frame and question.words() <= ELLIPSIS_WORDS):
        return False
    if question.words() <= SHORT_QUESTION and question.confidence >= SURE_INTENT:
        return False  # "who needs this?" has no word of the trade, and means this guide's subject
    if question.intent in MEANS_A_POLICY and not (
        REFERS_BACK.search(question.text) and question.words() <= A_FEW_WORDS
    ):
        return True  # "is a degree worth it?" asks for no policy, though it asks for a need
    return max((s.nearest for s in question.subjects), default=0.0) < FAMILIAR


def _clear_topic(question: Question, base: KnowledgeBase) -> Topic | None:
    """Guidance that the message surely means; an incident meant more surely comes first."""
    if (question.exposures_named and question.policies) or (question.intent == "ask_term" and question.terms):
        return None
    incident = next(iter(question.of_kind("exposure")), None)
    for subject in question.of_kind("topic")[:2]:
        topic = base.topic(subject.id)
        if topic is None or subject.score < CLEAR_TOPIC:
            return None
        if question.policies and topic.policies and not set(question.policies) & set(topic.policies):
            continue
        if question.policies and _surely_other(topic.id, "topic", question, base):
            return None
        asks_cover = question.intent in ("ask_coverage", "ask_what_covers")
        if asks_cover and topic.verdict is None and incident and incident.score >= SURE_SUBJECT:
            return None
        plausible = topic.intent in {name for name, p in question.ranking[:3] if p >= LIKELY_INTENT}
        if (not plausible and subject.score < SURELY_TOPIC) or topic.intent == "ask_scenario" != question.intent:
            return None
        return topic
    return None


def _meant_term(question: Question) -> bool:
    """Whether a term is named and is also what the message means."""
    meant = {s.id for s in question.of_kind("term") if s.score >= NAMED_AND_MEANT}
    return bool(meant & set(question.terms))


@dataclass(frozen=True)
class _Evidence:
    """What the message names and means, beside its words."""

    question: Question
    candidates: tuple[str, ...]  # incidents it may be about
    incident: bool  # one of them is sure
    topic: bool  # guidance is recognised
    generic: bool  # short enough to be about nothing of its own

    @classmethod
    def of(cls, question: Question) -> _Evidence:
        happened = read_exposure(question)
        return cls(
            question,
            happened.candidates,
            bool(question.exposures_named) or happened.sure is not None,
            any(s.score >= SURE_TOPIC for s in question.of_kind("topic")),
            question.words() <= GENERIC_WORDS,
        )


def _fitted(question: Question) -> str:
    """The intent after its first reading and the evidence have been held against each other."""
    evidence = _Evidence.of(question)
    intent = _comparison_or_next(question)
    leaves_out = intent == "ask_exclusions" and bool(question.policies)
    could_be = intent in COULD_BE_TERM or (intent == "ask_scenario" and question.confidence < SURE_INTENT)
    term = could_be and _meant_term(question) and not leaves_out
    if term and not evidence.incident and not evidence.topic:
        return "ask_term"
    if intent in COULD_BE_COVER and _tells_of_an_incident(evidence):
        return "ask_coverage"
    if intent == "ask_regulation" and question.policies and question.exposures_named and not _LAW.search(question.text):
        return "ask_coverage"
    fit = _FITS.get(intent)
    return fit(evidence) if fit else intent


def _comparison_or_next(question: Question) -> str:
    """A comparison needs two sides; an unsure one without them is taken for its next reading."""
    one_sided = len(set(question.policies)) < 2 and not question.terms
    if question.intent != "ask_compare" or not one_sided:
        return question.intent
    if question.confidence < SURE_INTENT:
        others = INFORMATIONAL - {"ask_compare"}
        return next((name for name, _ in question.ranking if name in others), "ask_compare")
    return "ask_compare" if question.policies else "nlu_fallback"


def _tells_of_an_incident(evidence: _Evidence) -> bool:
    """A policy, an incident or a story, and cover among the likely readings of an unsure message."""
    question = evidence.question
    story = bool(evidence.candidates) and question.words() > STORY_WORDS
    cover_is_likely = bool({"ask_coverage", "ask_what_covers"} & {name for name, _ in question.ranking[:3]})
    told = bool(question.policies) and (evidence.incident or story)
    return told and question.confidence < SURE_INTENT and cover_is_likely


def _fit_coverage(e: _Evidence) -> str:
    if not e.question.policies:
        return "ask_what_covers" if e.incident or not e.question.terms else "ask_term"
    return "ask_term" if e.question.terms and not e.incident and not e.candidates else "ask_coverage"


def _fit_what_covers(e: _Evidence) -> str:
    if not e.question.policies:
        return "ask_what_covers"
    if e.incident:
        return "ask_coverage"
    return "ask_what_covers" if e.candidates else "ask_policy"


def _fit_policy(e: _Evidence) -> str:
    question = e.question
    if len(question.policies) > 1:
        return "ask_compare"
    if question.policies and _NEGATED.search(question.text) and not question.exposures_named:
        return "ask_exclusions"
    if question.policies:
        return "ask_coverage" if question.exposures_named or (e.incident and not e.generic) else "ask_policy"
    if question.terms:
        return "ask_term"
    if e.incident:
        return "ask_what_covers"
    return "ask_recommendation" if question.industry else "nlu_fallback"


def _fit_exclusions(e: _Evidence) -> str:
    if e.question.policies:
        return "ask_coverage" if e.question.exposures_named else "ask_exclusions"
    if e.generic:
        return "ask_exclusions"
    return "ask_what_covers" if e.candidates else "nlu_fallback"


def _fit_term(e: _Evidence) -> str:
    question = e.question
    if question.terms:
        return "ask_term"
    if question.policies:
        if len(question.policies) > 1:
            return "ask_compare"
        return "ask_coverage" if question.exposures_named else "ask_policy"
    return "ask_what_covers" if e.incident else "ask_term"


def _fit_compare(e: _Evidence) -> str:
    return "ask_term" if len(e.question.policies) < 2 and e.question.terms else "ask_compare"


def _fit_recommendation(e: _Evidence) -> str:
    return "ask_need" if e.question.policies and not e.question.industry else "ask_recommendation"


def _fit_need(e: _Evidence) -> str:
    question = e.question
    here = question.frame.state if question.frame else None
    if _BY_LAW.search(question.text) or (question.policies and question.state not in (None, here)):
        return "ask_regulation"  # "do we need workers' comp in Texas?" is a matter of its law
    if len(question.policies) > 1 and _EITHER.search(question.text):
        return "ask_compare"
    on_its_own = not question.policies and not e.topic and not e.generic
    return "ask_what_covers" if on_its_own and e.incident else "ask_need"


_FITS: dict[str, Callable[[_Evidence], str]] = {
    "ask_coverage": _fit_coverage,
    "ask_what_covers": _fit_what_covers,
    "ask_policy": _fit_policy,
    "ask_exclusions": _fit_exclusions,
    "ask_term": _fit_term,
    "ask_compare": _fit_compare,
    "ask_recommendation": _fit_recommendation,
    "ask_need": _fit_need,
}
