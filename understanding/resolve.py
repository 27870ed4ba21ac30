"""The decided question: what the reading says, with what was being talked about filled in.  Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from understanding.decision import Do, decide
from understanding.features import ASKS_OPENLY, ASKS_YES_OR_NO, REFERS_BACK
from understanding.question import Frame, Question, asked_for
from understanding.reader import Reading
from understanding.targets import OUTSIDE, Target, intent_id
from understanding.vetoes import vetoed

FALLBACK = intent_id("nlu_fallback")
# Talk about the last answer: it needs one.
ABOUT_THE_ANSWER = ("ask_why", "ask_more", "simpler", "repeat")


def resolve(reading: Reading, targets: Mapping[str, Target]) -> Question:
    """What a message asks, or what to offer where that is not sure enough."""
    heard, frame = reading.heard, reading.heard.frame
    ranked = _possible(vetoed(reading, targets), frame, targets)
    decision = decide(ranked, reading.outside)
    question = Question(
        heard.text,
        "nlu_fallback",
        chance=decision.chance,
        policies=heard.policies,
        held=heard.held,
        terms=tuple(heard.links.get("term", ())),
        industry=_first(heard.links.get("industry")) or (frame.industry if frame else None),
        state=_first(heard.links.get("state")) or (frame.state if frame else None),
        outside=_first(heard.links.get("outside")),
        unknown_policy=_first(heard.links.get("unknown_policy")),
        happened=reading.happened > 0.5,
        frame=frame,
    )
    if decision.do is Do.REFUSE:
        return replace(question, intent="out_of_scope", target=OUTSIDE, chance=reading.outside)
    if decision.do is Do.CLOSEST:
        return replace(question, closest=decision.targets, certain=False)
    target = targets[decision.targets[0]]
    if target.intent == "report_claim" and not question.happened:  # a "what if" opens no ticket
        return replace(question, intent="ask_claims", certain=False)
    carried = _carried(target, question)
    asked = asked_for(target, replace(question, policies=carried, follows=carried != question.policies))
    return replace(asked, certain=decision.certain and _asks_for_verdict(heard.text))


def _possible(
    ranked: Sequence[tuple[str, float]], frame: Frame | None, targets: Mapping[str, Target]
) -> list[tuple[str, float]]:
    """Without what cannot be meant: nobody asks why, or for more, before anything was answered."""
    answered = bool(frame and frame.target)
    return [
        (name, chance)
        for name, chance in ranked
        if targets[name].intent != "nlu_fallback" and (answered or targets[name].intent not in ABOUT_THE_ANSWER)
    ]


def _carried(target: Target, question: Question) -> tuple[str, ...]:
    """The policies a question is about: those it names, else the one talked about where its words point back.

    "does it cover ransomware?" asks the policy of the last answer; "what about fire?" repeats the last question.
    """
    frame = question.frame
    if question.policies or frame is None or not frame.policies or target.kind != "exposure":
        return question.policies
    repeats = frame.intent in ("ask_coverage",) and not ASKS_OPENLY.search(question.text)
    points_back = bool(REFERS_BACK.search(question.text)) and bool(ASKS_YES_OR_NO.search(question.text))
    same_again = frame.exposure == target.entry
    return frame.policies if (repeats or points_back) and not same_again else question.policies


def _asks_for_verdict(text: str) -> bool:
    """Whether yes or no answers the words: "does it", or a bare statement, and not "how does it"."""
    return bool(ASKS_YES_OR_NO.search(text)) or not ASKS_OPENLY.search(text)


def _first(values: Sequence[str] | None) -> str | None:
    return values[0] if values else None
