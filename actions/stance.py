"""What the guide will not say however often it is asked, and what it says each time instead.

Whether a live claim is paid, a promise, cover in force: once one of them was asked for, a message that presses the same
point gets the same stand in other words.  What only tells more of what has happened is pointed to the report.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from actions.answer import Answer, Button, Status
from actions.phrasing import phrase
from actions.responding import REPORT, TALK_TO_AGENT
from actions.verdicts import one_policy
from actions.wording import joined, shortened, without_verdict
from knowledge.base import KnowledgeBase
from knowledge.notices import spoken
from knowledge.schema import Verdict
from understanding.decision import DEFLECTION
from understanding.features import REFERS_BACK, asks_yes_or_no
from understanding.question import Frame, Question, Stance
from understanding.targets import intent_id
from understanding.text.questions import begins_asking, only_states

TAKEN_BY = {"report_claim": "claim", "ask_guarantee": "promise", "ask_to_bind": "bind"}
DECLINED = {"claim": "ask_guarantee", "promise": "ask_guarantee", "bind": "ask_to_bind"}  # the answer's intent
# By which intents a point is pressed: to buy cover today is no question about a claim.
PRESSES = {
    "claim": {"ask_guarantee", "complain"},
    "promise": {"ask_guarantee", "ask_to_bind", "complain"},
    "bind": {"ask_guarantee", "ask_to_bind", "complain"},
}
# The others of what is not sure: what is told of the loss, or asked about the last answer, which was the stand.
LIKELY = ("affirm", "deny", "report_claim", "ask_why", "ask_certain", "repeat")
HOW_MUCH = intent_id("ask_cost")  # of nothing in particular: in a claim, what it will bring
PROMISE = intent_id("ask_guarantee")
TELLS = {"inform", "correct"}  # of a statement that names nothing to answer
_SUPPOSING = frozenset(("if", "different", "instead", "suppose"))
LIVE = 3  # messages of the visitor's after which a point that nobody pressed is over
CONCERNED = 2  # policies named for what happened
_TOLD_OF_A_POLICY = {"what", "excludes", "includes"}  # facets that tell what it covers, and not whether it pays here
_SUBJECTS = {"policy", "exposure", "term", "topic", "industry", "outside", "state"}


def pressed(question: Question, message: Mapping[str, Any], turn: int, base: KnowledgeBase) -> Answer | None:
    """The stand in other words, where a message presses a point that was declined; None where it asks for more."""
    stance = question.frame.stance if question.frame else None
    if stance is None or question.bound or turn - stance.turn > LIVE:
        return None
    if question.happened and not (question.intent == "report_claim" and only_states(question.text)):
        return None
    named = {e["value"] for e in message.get("entities") or [] if e["entity"] in _SUBJECTS}
    if stance.on == "claim" and not _SUPPOSING.isdisjoint(re.findall(r"[a-z]+", question.text.lower())):
        return _stand(stance, base) if question.intent in PRESSES["claim"] else None  # another case, only imagined
    if stance.on == "claim" and _whether_it_pays(question, stance):
        return _in_general(question, named, stance, base) or _stand(stance, base)
    if {*named, question.exposure, question.topic, *question.terms} - {stance.exposure, None}:
        return None
    if stance.on == "claim" and _tells_more(question):
        return Answer(Status.CHITCHAT, "inform", phrase("told_of_loss"), buttons=[REPORT, TALK_TO_AGENT])
    return _stand(stance, base) if _presses(question, message, stance) else None


def _stand(stance: Stance, base: KnowledgeBase) -> Answer:
    """The stand that was taken, in the words whose turn it is."""
    texts = base.notices[f"stance_{stance.on}"]
    text = str(texts[stance.pressed % len(texts)]).strip()
    paragraphs = [concerns(stance.exposure, base)] if stance.on == "claim" and stance.exposure else []
    buttons: list[Button] = [REPORT, TALK_TO_AGENT] if stance.on == "claim" else [TALK_TO_AGENT]
    return Answer(Status.HANDOFF, DECLINED[stance.on], text, paragraphs, buttons=buttons)


def _in_general(question: Question, named: set[str], stance: Stance, base: KnowledgeBase) -> Answer | None:
    """What a policy that is named says of such a thing in general, without a yes or no; None where none is known."""
    policy = next((each for each in question.policies if each in named), None)
    decision = base.decide(policy, stance.exposure) if policy and stance.exposure else None
    if decision is None:
        return None
    answer = one_policy(decision, base, certain=False)
    answer.paragraphs.append(str(base.notices["stance_claim"][0]).strip())
    answer.buttons = [REPORT, TALK_TO_AGENT]
    return answer


def _whether_it_pays(question: Question, stance: Stance) -> bool:
    """Whether a message asks for the yes or no of cover of a policy, and nothing that an entry tells."""
    subjects = {question.exposure, question.topic, *question.terms} - {stance.exposure, None}
    of_policy = question.target.partition("#")[2] in _TOLD_OF_A_POLICY and not _points_at_it(question.text)
    return question.asks_cover and bool(question.policies) and not of_policy and not subjects


def _points_at_it(text: str) -> bool:
    """Whether a yes or no is asked of what was spoken of: "does GL pay for that", but not "what is in it"."""
    return asks_yes_or_no(text) and bool(REFERS_BACK.search(text))


def _presses(question: Question, message: Mapping[str, Any], stance: Stance) -> bool:
    """Whether a message asks again for what was declined: as it was decided, or likelier than what else it may ask."""
    on = stance.on
    if question.intent in PRESSES[on] or (on == "claim" and question.target == HOW_MUCH and not question.policies):
        return True
    likely = {intent_id(name) for name in (*PRESSES[on], *LIKELY)}
    candidates = message.get("candidates") or []
    if question.intent == "nlu_fallback":  # it may be nearest to what has happened, of which nothing more is asked
        return next((name for name, _ in candidates), "") in {*likely, stance.exposure}
    return sum(chance for name, chance in candidates if name in likely) > question.chance


def _tells_more(question: Question) -> bool:
    """Whether a message only tells more of what has happened: it asks nothing, and names nothing else to answer."""
    asks = question.text.rstrip().endswith("?") or begins_asking(question.text)
    return (question.intent in TELLS or question.happened) and not asks


def concerns(exposure_id: str, base: KnowledgeBase) -> str:
    """Which policies such a thing is a matter of, in general."""
    exposure = base.exposure(exposure_id)
    found = base.responders(exposure_id)
    likely = [d for d in found if d.verdict is Verdict.YES] or found
    if exposure is None or not likely:
        return ""
    names = joined([d.policy.short_name for d in likely[:CONCERNED]], "or")
    return phrase("concerns", incident=exposure.short_name, policies=names)


def unpromised(question: Question, answer: Answer, message: Mapping[str, Any], base: KnowledgeBase) -> None:
    """An answer to words that are likely enough to ask for a promise says no yes or no, and that it is none."""
    wished = dict(message.get("candidates") or []).get(PROMISE, 0.0) >= 1 - DEFLECTION
    if answer.status is Status.ANSWERED and wished and not question.happened and not question.bound:
        without_verdict(answer)
        answer.notes.append(spoken(base.notices, "no_guarantee"))
        shortened(answer)


def taken(frame: Frame, question: Question, answer: Answer, message: Mapping[str, Any], turn: int) -> Frame:
    """The frame with the stand that an answer took, or took again."""
    on = TAKEN_BY.get(answer.intent) or ("claim" if question.happened else None)
    stance = frame.stance
    if on is None and stance and answer.status is Status.HANDOFF and turn - stance.turn <= LIVE:
        return replace(frame, stance=replace(stance, turn=turn))  # another thing declined keeps it alive
    if on is None or (answer.status is not Status.HANDOFF and not question.happened):
        return frame
    named = next((e["value"] for e in message.get("entities") or [] if e["entity"] == "exposure"), None)
    if stance and (stance.on == on or stance.on == "claim") and turn - stance.turn <= LIVE and not question.happened:
        return replace(frame, stance=replace(stance, turn=turn, pressed=stance.pressed + 1))
    return replace(frame, stance=Stance(on, question.exposure or named, turn))


def held_back(question: Question, answer: Answer, turn: int, base: KnowledgeBase) -> None:
    """No yes or no while a loss is spoken of: the general answer stays, with whose decision it is.

    Later on, none about the very thing that has happened.  Who tells more of what was just answered hears what there
    is on that, and where it belongs.
    """
    frame = question.frame
    stance = frame.stance if frame else None
    if frame is None or stance is None or stance.on != "claim":
        return
    if turn - stance.turn <= LIVE and answer.status is Status.FALLBACK:
        answer.lead = phrase("whether_paid")  # likelier than not that is what unread words want
    if turn - stance.turn <= LIVE and question.target == frame.target != "" and only_states(question.text):
        answer.notes.append(phrase("told_of_loss"))
    if (turn - stance.turn <= LIVE or answer.exposure == stance.exposure) and without_verdict(answer):
        answer.paragraphs.append(str(base.notices["stance_claim"][0]).strip())
