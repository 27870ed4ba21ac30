"""What a message means within a conversation: it goes on with the last question, puts it right, or chooses.  Pure.

The classifier reads every message alone.  Here it meets the frame, which holds what was talked about: each rule
takes a message and the frame, and the first that applies completes the question.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from actions.question import (
    A_FEW_WORDS,
    ELLIPSIS_WORDS,
    MEANING_WINS,
    OF_THE_ANSWER,
    OWN_SUBJECT,
    REFERS_BACK,
    SURE_SUBJECT,
    Frame,
    Question,
    means_guidance,
    means_incident,
)
from actions.relevance import OF_COVER
from actions.routing import RESCUE, UNSURE

FRAME_TURNS = 6  # a subject older than this is no longer what "it" means
UNSURE_FOLLOW_UP = 0.85  # a follow-up less sure than this may ask something of its own
SECOND_READING = 0.2  # if that is one of its next readings, and this likely
ASKED_BESIDE = 0.12  # the same for a correction: "no, I asked what it costs" is one first of all
MEANT_POLICY = 0.75  # a policy this likely is meant, though only a part of its name is said: "would crime do it?"
CLEARLY = 0.8  # a question this sure is no correction for its words, and no comparison for its second reading

TAKES_POLICY = {
    "ask_cost",
    "ask_cost_factors",
    "ask_lower_cost",
    "ask_exclusions",
    "ask_limits",
    "ask_need",
    "ask_policy",
    "ask_scenario",
    "ask_coverage",
    "ask_compare",
}
OF_SEVERAL = {"ask_cost", "ask_need"}  # answered for each of several policies
OF_ONE_POLICY = TAKES_POLICY - {"ask_compare"}
ASKED_PLAINLY = OF_ONE_POLICY - {"ask_policy", "ask_coverage"}  # by words of their own: "costs", "limits", "needs"
# After these an incident asks whether the policy pays for it: "what does EPLI not cover?" … "and overtime?"
THEN_OF_COVER = {"ask_policy", "ask_exclusions", "ask_term", "ask_regulation", "ask_need"}


def with_frame(question: Question, turn: int) -> Question:
    """Fill what a message leaves out from what was being talked about.

    A message that has a subject of its own takes nothing over; nor does one after a long pause, or in a new
    session, where turns are counted anew.
    """
    frame = question.frame
    if question.bound or frame is None or not frame.intent or not 0 <= turn - frame.turn <= FRAME_TURNS:
        return question
    question = replace(question, industry=question.industry or frame.industry, state=question.state or frame.state)
    question = _read_within(question, frame)
    return next((completed for rule in _RULES if (completed := rule(question, frame))), question)


# What is asked, now that the frame is seen


@dataclass(frozen=True)
class _Saying:
    """Words that ask one thing within a conversation, and often another, or nothing, without it."""

    words: re.Pattern[str]
    intent: str
    after: frozenset[str] = frozenset()  # the questions they may follow; any, where none is named


def _saying(words: str, intent: str, *after: str) -> _Saying:
    return _Saying(re.compile(words, re.IGNORECASE), intent, frozenset(after))


_SAYINGS = (
    _saying(
        r"^(\W*(so|and|ok|then)\b)*\W*(who|which one|what)\b.*\b(pays?|covers?)\b.*\b(it|that|this)\b",
        "follow_up",
        *OF_COVER,
    ),
    _saying(
        r"\bwhat (all )?(does|do|would) (it|that|this|they) (actually |really |even )?(cover|pay for)\W*$", "ask_policy"
    ),
    _saying(
        r"\btell me (more )?a?'?bout (the|an?|our|your) (?!.*\b(cost|price|limit|exclu|claim|need|law|risk)\w*)"
        r".*\b(insurance|liability|policy|bond|umbrella|cover(age)?|e&o|epli|cyber|d&o|bop|comp)\b",
        "ask_policy",
    ),
    _saying(r"\b(legalese|jargon)\b", "simpler"),
    _saying(r"\b(price|cost) (for|of) (it|that|this)\b", "ask_cost"),
    _saying(r"\b(run|set) (us|me) ?(back)?\W*$", "ask_cost"),
    _saying(r"\b(cheap|expens)\w+", "ask_cost", "ask_compare"),
    _saying(r"\bhow much of (it|that)\b", "ask_limits"),
    _saying(
        r"^\W*((so|and|ok)\W+)?what\b(?! (if|happens|about)\b)"
        r".*(n'?t|\bnot) (it |that |they |be )?(pay|cover|includ|protect)\w*",
        "ask_exclusions",
    ),
    _saying(r"\bwrite (it|this|that|them) off\b", "ask_regulation"),
    _saying(r"\bwhat('?s| is) (it|that)( exactly)?\W*$", "ask_policy", "ask_what_covers"),
    _saying(r"\bdepend(s|ing)? on what\b|\bwhat (does|would) (it|that) depend on\b", "repeat", "ask_coverage"),
    _saying(r"\bmatters? (the )?most\b|\bmost important\b", "repeat", "ask_recommendation"),
    _saying(r"^\W*y (that|so)\b", "ask_why"),
    _saying(r"\bthe same (holds?|goes|applies|is true)\b.*\bfor\b", "follow_up"),
)
_PUTS_RIGHT = re.compile(r"\W*(no|sorry)?\W*i (asked|was asking|meant|mean)\b|\*\w", re.IGNORECASE)
_REFUSES = re.compile(r"\W*(no|nope|oops|sorry)\W*[,.!]", re.IGNORECASE)
_CONTINUES = re.compile(
    r"\s*(ok |so )?(and|n|&|or|what about|how about|same\b(?! as)|also)\b(?! what\b| how\b| who\b)", re.IGNORECASE
)


def _read_within(question: Question, frame: Frame) -> Question:
    """The message with the intent that it has after the last question."""
    short = question.words() <= ELLIPSIS_WORDS
    if question.confidence < CLEARLY and _puts_right(question, frame):
        return replace(question, intent="correct")
    for saying in _SAYINGS:
        fits = frame.intent in saying.after or not saying.after
        if fits and (short or question.policies) and saying.words.search(question.text):
            return replace(question, intent=saying.intent, confidence=1.0)
    if _goes_on(question, frame):
        return replace(question, intent="follow_up")
    if question.intent in ("affirm", "inform") and not _names(question):
        # "ok go on", "any others?"
        return replace(question, intent=_likely(question, {"ask_more"}, SECOND_READING) or question.intent)
    if question.intent in UNSURE and short:
        return _unsure_within(question, frame)
    return question


def _puts_right(question: Question, frame: Frame) -> bool:
    """ "I meant cyber", "no, D&O": a no alone puts right only with a policy that was not talked about."""
    another = set(question.policies) - set(frame.policies)
    return bool(_PUTS_RIGHT.match(question.text) or (another and _REFUSES.match(question.text)))


def _goes_on(question: Question, frame: Frame) -> bool:
    """ "and E&O?", "what about GL and a BOP": a few words more for each policy that is named."""
    bare_name = bool(question.policies) and question.words() <= 2 and question.text.rstrip().endswith("?")
    continues = bool(_CONTINUES.match(question.text)) or (bare_name and frame.exposure is not None)
    return continues and frame.turn > 0 and question.words() <= A_FEW_WORDS + 2 * len(question.policies)


def _likely(question: Question, intents: set[str], least: float) -> str | None:
    """The likeliest of some intents among the first readings."""
    return next((name for name, p in question.ranking[:3] if name in intents and p >= least), None)


def _unsure_within(question: Question, frame: Frame) -> Question:
    """A short message that is no question on its own, read as the likeliest that the frame completes to one."""
    if question.intent == "out_of_scope" and question.confidence >= RESCUE:
        return question
    first = question.ranking[:1]
    if first and first[0][0] == "correct" and first[0][1] >= SECOND_READING:
        return replace(question, intent="correct")
    own = means_incident(question)
    if own and frame.policies:
        return replace(question, intent="follow_up", confidence=1.0)  # "they want our fee back too"
    completed = {"follow_up"} | (TAKES_POLICY if frame.policies else set())
    completed |= {"ask_what_covers"} if frame.exposure else set()
    intent = _likely(question, completed, SECOND_READING)
    if intent and (own or REFERS_BACK.search(question.text)):
        return replace(question, intent=intent, confidence=1.0)
    return question


# The rules


def _chosen(question: Question, frame: Frame) -> Question | None:
    """ "the second one", "do we need both": of the policies that were listed."""
    policies = _all_of_them(question, frame) or _pointed_at(question.text, frame)
    if not policies or _names(question) or question.words() > ELLIPSIS_WORDS:
        return None
    intent = question.intent if question.intent in OF_ONE_POLICY else frame.intent
    return replace(
        question,
        intent=intent if intent in OF_ONE_POLICY else "ask_policy",
        policies=policies,
        exposure=frame.exposure if intent == "ask_coverage" else None,
        subjects=(),
        follows=True,
    )


_PLACES = {"first": 0, "1st": 0, "second": 1, "2nd": 1, "third": 2, "3rd": 2, "last": -1}
_PLACE = rf"({'|'.join(_PLACES)}|other|right)"
_ONE = re.compile(rf"\b(?:the|that) {_PLACE} (?:one|policy)\b|\bthe ({'|'.join(_PLACES)})\W*$", re.IGNORECASE)
_BOTH = re.compile(
    r"\bboth\b|\bwhich (one|of (them|those|these|the two))('?s| is| costs?)? (cheap|less|more)", re.IGNORECASE
)
_ALL = re.compile(r"\ball (of )?(it|that|this|them|those|these)\b", re.IGNORECASE)


def _all_of_them(question: Question, frame: Frame) -> tuple[str, ...]:
    """Every policy of the list, where that many can be answered at once."""
    both = len(frame.options) == 2 and _BOTH.search(question.text)
    return frame.options if question.intent in OF_SEVERAL and (both or _ALL.search(question.text)) else ()


def _pointed_at(text: str, frame: Frame) -> tuple[str, ...]:
    """The policies of the list that words point at; "the right one" is the one that pays where the last did not."""
    said = _ONE.search(text)
    if said is None:
        return ()
    place = (said[1] or said[2]).lower()
    if place in _PLACES:
        return frame.options[_PLACES[place] :][:1]
    return tuple(p for p in frame.options if p not in frame.policies)[:1]


def _names(question: Question) -> bool:
    """Whether anything is named that a question can be about."""
    named = question.policies or question.exposures_named or question.terms or question.topic
    return bool(named or question.outside)


_IN_THIS_CASE = re.compile(r"\b(in|for) (this|that|our|my) (case|situation)\b", re.IGNORECASE)


def _in_this_case(question: Question, frame: Frame) -> Question | None:
    """ "would that pay in this case?" asks about the last incident, though a policy was talked about since."""
    asks = question.intent in ("follow_up", "ask_coverage") and _IN_THIS_CASE.search(question.text)
    policies = question.policies or frame.policies
    if not asks or not policies or not frame.incident or means_incident(question):
        return None
    return replace(question, intent="ask_coverage", policies=policies, exposure=frame.incident, follows=True)


def _law_on_that(question: Question, frame: Frame) -> Question | None:
    """ "do I have to have it by law?" """
    asks = question.intent == "ask_regulation" and not question.policies and REFERS_BACK.search(question.text)
    return replace(question, policies=frame.policies) if asks else None


_WHO_PAYS = re.compile(
    r"\b(who|what|which)\b.*\b(pays?|paying|covers?|picks? up)\b|\bwhich (one |policy )?(does|would|will)\W*$",
    re.IGNORECASE,
)


def _followed_up(question: Question, frame: Frame) -> Question | None:
    """One field of the last question changes; the others stay."""
    if question.intent != "follow_up":
        return None
    question = _with_meant_policy(question)
    # Beside a policy's name few words are left, which resemble some incident by chance: "so it includes comp?"
    few = question.policies and question.words() <= ELLIPSIS_WORDS
    own = bool(question.exposures_named) if few else means_incident(question)
    chosen_for_the_last = frame.intent == "ask_what_covers" and own and not REFERS_BACK.search(question.text)
    who_pays = (frame.exposure or own) and _WHO_PAYS.search(question.text)
    if chosen_for_the_last or (who_pays and not question.policies):
        # "what covers theft?" … "and a burst pipe?": the policy was the answer, and not asked about.
        frame = replace(frame, policies=())
    intent = "ask_what_covers" if who_pays else _intent_of_follow_up(question, frame, own)
    if intent == "ask_what_covers" and question.policies:
        intent = "ask_coverage"  # "what covers a hack?" … "and crime?"
    if intent == "ask_compare" and len(question.policies) == 1:
        question = replace(question, policies=(*frame.policies[:1], *question.policies))
    if intent == "ask_coverage" == frame.intent and not question.policies and not own:
        return _doubted(question, frame)
    return _changed(question, frame, intent, own)


def _with_meant_policy(question: Question) -> Question:
    """The policy that a few words mean without its whole name."""
    best = question.of_kind("policy")[:1]
    if question.policies or not best or best[0].score < MEANT_POLICY or best[0].nearest < OWN_SUBJECT:
        return question
    return replace(question, policies=(best[0].id,))


def _intent_of_follow_up(question: Question, frame: Frame, own: bool) -> str:
    """What a follow-up asks: what the last question asked, unless its words tell."""
    if question.terms and not question.policies and not own:
        return "ask_term"
    if own and frame.intent in THEN_OF_COVER and not question.terms:
        return "ask_coverage" if question.policies or frame.policies else "ask_what_covers"
    if not question.policies and question.confidence < UNSURE_FOLLOW_UP:
        # "what would that run us?": the verb says what is asked, the frame about what.
        return next((n for n, p in question.ranking[1:3] if n in TAKES_POLICY and p >= SECOND_READING), frame.intent)
    return frame.intent


_STAFF = re.compile(r"\b(employees?|staff|workers?|coworkers?)\b", re.IGNORECASE)
OF_STAFF = {"bodily_injury": "employee_injury", "medical_payments": "employee_injury"}


def _of_staff(question: Question, frame: Frame) -> str | None:
    """What a visitor's injury becomes where "what if it's one of our employees" says whose it is."""
    return OF_STAFF.get(frame.exposure or "") if _STAFF.search(question.text) else None


def _doubted(question: Question, frame: Frame) -> Question:
    """Something changes that is no name and no incident we know, so the old verdict may not hold."""
    if of_staff := _of_staff(question, frame):
        return _changed(replace(question, exposures_named=(of_staff,)), frame, "ask_coverage", own=True)
    resembling = [s.id for s in question.of_kind("exposure")[:2] if s.score >= SURE_SUBJECT]
    return replace(
        question,
        intent="ask_coverage",
        policies=frame.policies,
        doubted=(frame.exposure or "", *resembling),
        follows=True,
    )


def _changed(question: Question, frame: Frame, intent: str, own: bool) -> Question:
    """The frame's question, what the message has of its own put in place."""
    # Of another state the same is asked; whatever its name resembles.
    guidance = tuple(s for s in question.subjects if s.kind == "topic" and question.state == frame.state)
    keeps_topic = not question.policies and not own and not question.subjects
    return replace(
        question,
        intent=intent,
        policies=question.policies or frame.policies,
        exposure=None if own else frame.exposure,
        exposures_named=question.exposures_named or (() if own else tuple(filter(None, [frame.exposure]))),
        topic=question.topic or (frame.topic if keeps_topic else None),
        # Without an incident of its own, which one a few words resemble is chance; guidance they may well mean.
        subjects=question.subjects if own else guidance,
        follows=True,
    )


def _corrected(question: Question, frame: Frame) -> Question | None:
    """ "sorry, I meant cyber": the last question, with what is named or surely meant now in its place."""
    if question.intent != "correct":
        return None
    if of_staff := _of_staff(question, frame):
        question = replace(question, exposures_named=(of_staff,))
    own = means_incident(question, MEANING_WINS)
    others = tuple(p for p in question.policies if p not in frame.policies)  # "umbrella rather than GL"
    asked = next((n for n, p in question.ranking[1:3] if n in ASKED_PLAINLY and p >= ASKED_BESIDE), None)
    if others or own or question.terms:
        if own and frame.intent == "ask_what_covers":
            frame = replace(frame, policies=())  # they were the answer
        intent = frame.intent if frame.exposure or not asked else asked
        if own:
            intent = "ask_coverage" if others or frame.policies else "ask_what_covers"
        elif not others:
            intent = "ask_term"
        elif intent == "ask_what_covers":
            intent = "ask_coverage"
        return _changed(replace(question, policies=others), frame, intent, own)
    if asked and not question.policies:
        return replace(question, intent=asked, policies=frame.policies, follows=True)  # "no, I asked what it costs"
    if question.industry != frame.industry or question.state != frame.state:
        return _changed(replace(question, policies=(), subjects=()), frame, frame.intent, own=False)
    return replace(question, policies=())  # what was wrong is said, and not what is right


def _of_the_answer(question: Question, frame: Frame) -> Question | None:
    """More of the last answer, or it again: nothing to fill in."""
    return question if question.intent in OF_THE_ANSWER else None


_WHY_NOT = re.compile(r"\s*(so |but |and )?why (not|isn'?t it)\b", re.IGNORECASE)


def _why_not(question: Question, frame: Frame) -> Question | None:
    """ "why not GL?" asks whether it pays for what was talked about."""
    if not (_WHY_NOT.match(question.text) and question.policies and frame.exposure) or means_incident(question):
        return None
    return replace(question, intent="ask_coverage", exposure=frame.exposure, subjects=(), follows=True)


def _compared(question: Question, frame: Frame) -> Question | None:
    """ "how's that different from cyber?" compares with what was talked about."""
    if question.intent != "ask_compare" or not REFERS_BACK.search(question.text):
        return None
    if len(question.policies) == 1 and frame.policies[:1] not in ((), question.policies):
        return replace(question, policies=(*frame.policies[:1], *question.policies), follows=True)
    if len(question.terms) == 1 and frame.terms[:1] not in ((), question.terms):
        return replace(question, intent="ask_term", terms=(*frame.terms[:1], *question.terms), follows=True)
    return None


def _explained(question: Question, frame: Frame) -> Question | None:
    """ "meaning?", "example?" of the word that was just explained."""
    bare = question.words() <= A_FEW_WORDS and not _names(question)
    if bare and frame.terms and question.intent in ("ask_term", "ask_scenario"):
        return replace(question, intent="ask_term", terms=frame.terms, follows=True)
    return None


_ARE_WE_COVERED = re.compile(
    r"\b(are|r|am|is|would) (we|i|it|that) (be )?(covered|insured) (under|by|with)\b(?!.*\b(for|if|when|against)\b)",
    re.IGNORECASE,
)


def _with_the_other_half(question: Question, frame: Frame) -> Question | None:
    """ "does GL cover that?" takes over the incident, "does it cover ransomware?" the policy."""
    if question.intent not in ("ask_coverage", "ask_policy") or question.words() > ELLIPSIS_WORDS:
        return None
    refers = bool(REFERS_BACK.search(question.text) or _ARE_WE_COVERED.search(question.text))
    if not refers and (question.words() > A_FEW_WORDS or question.intent == "ask_policy"):
        return None
    own = means_incident(question)
    if question.policies and not own and frame.exposure:
        return replace(question, intent="ask_coverage", exposure=frame.exposure, subjects=())
    if own and not question.policies and len(frame.policies) == 1:
        return replace(question, policies=frame.policies)
    return None


def _left_out(question: Question, frame: Frame) -> Question | None:
    """ "how much is it?": the policy, the incident or both sides of a comparison are those of the frame."""
    own_subject = bool(question.policies or question.exposures_named or question.terms or question.outside)
    if own_subject or means_guidance(question) or question.words() > ELLIPSIS_WORDS:
        return None
    unsure = question.confidence < CLEARLY
    compares = question.intent == "ask_compare" or any(
        name == "ask_compare" for name, _ in question.ranking[: 2 * unsure]
    )
    if len(frame.policies) > 1 and compares:
        return replace(question, intent="ask_compare", policies=frame.policies)
    if question.intent == "ask_what_covers" and frame.exposure and not means_incident(question):
        return replace(question, exposure=frame.exposure, exposures_named=(frame.exposure,))
    return replace(question, policies=frame.policies) if question.intent in TAKES_POLICY else None


_RULES: tuple[Callable[[Question, Frame], Question | None], ...] = (
    _chosen,
    _in_this_case,
    _law_on_that,
    _followed_up,
    _corrected,
    _of_the_answer,
    _why_not,
    _compared,
    _explained,
    _with_the_other_half,
    _left_out,
)
