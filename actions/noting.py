"""What is said to a plain statement about the business: that it is noted, and what it changes.  Pure.

The list of policies last given is given anew; of a policy last spoken of, what now holds is said, or what is missing to
say it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any

from actions.answer import Answer, Button, Status
from actions.facts import doubt_in, phrase, recorded, stated_in, told_in
from actions.forms.filling import Filling
from actions.forms.recommending import (
    NEED_WORDS,
    NOT_ADVICE,
    Profile,
    Recommended,
    holds,
    recommend,
    recommendation_answer,
    short_name,
    what_changes,
)
from actions.forms.said import Refusal, Value
from actions.responding import TALK_TO_AGENT
from actions.wording import listed, sentence
from knowledge.base import KnowledgeBase
from knowledge.schema import ProfileField, Statement
from understanding.question import Frame

MOST_CHANGES = 3  # policies spoken of because of one statement
MATCH = Button("Which policies fit my business?", {"intent": "ask_recommendation", "start": "recommendation"})


@dataclass(frozen=True)
class Noted:
    """A statement heard.

    Attributes:
        filling: the facts from now on.
        answer: what is said to it.
        lead: the facts told back.
        asks: the fact that is asked for.
    """

    filling: Filling
    answer: Answer
    lead: str = ""
    asks: str | None = None

    @property
    def changes_something(self) -> bool:
        """Whether anything follows from it, or has to be asked, beyond that it is noted."""
        return self.answer.intent != "inform"


def noted(
    known: Filling | None, frame: Frame | None, message: Mapping[str, Any], base: KnowledgeBase, now: float
) -> Noted | None:
    """What a message that only states something about the business brings; None where it tells nothing new.

    A trade told for the first time is answered with its policies.
    """
    before = replace(known, at=now) if known else Filling(None, at=now)
    told, doubt = stated_in(message, frame, before, base), doubt_in(message, frame, before, base)
    about_list = frame is not None and frame.intent == "ask_recommendation"
    first_told = "industry" in told and not about_list
    if not (told or doubt) or (first_told and (message.get("intent") or {}).get("name") == "ask_recommendation"):
        return None
    after = before.knowing(told)
    lead = _told_back(told, before, recorded(frame, before, after, message, 0, base), base) if told else ""
    was, now_is = profile_of(before, frame), profile_of(after, frame)
    if doubt:
        return Noted(after, _which_is_meant(lead, *doubt), lead, doubt[0])
    if first_told:
        return Noted(after, _list_of_trade(lead, now_is, base), lead)
    if about_list:
        return Noted(after, _list_anew(lead, was, now_is, base), lead)
    return _what_follows(lead, after, frame, was, now_is, set(told), base)


def _which_is_meant(lead: str, field: str, doubt: Refusal) -> Answer:
    """The question which of several values is meant, to be answered by button or in words."""
    buttons = [
        Button(
            each.shown, {"intent": "inform", "form_value": {"field": field, "value": each.value, "shown": each.shown}}
        )
        for each in doubt.choices
    ]
    return Answer(Status.CLARIFY, "inform", f"{lead} {doubt.message}".strip(), buttons=buttons)


def in_passing(
    known: Filling | None, frame: Frame | None, message: Mapping[str, Any], base: KnowledgeBase, now: float
) -> Filling | None:
    """The facts known after a message that asks something and tells some beside it; None where it tells none.

    What is told of something that has happened is about that, and not about the business.
    """
    if message.get("ask") or (message.get("question") or {}).get("happened"):
        return None
    before = replace(known, at=now) if known else Filling(None, at=now)
    told = told_in(message, frame, before, base)
    return before.knowing(told) if told else None


def profile_of(filling: Filling, frame: Frame | None) -> Profile:
    """All that is known of the business, as the rules for policies read it."""
    talked = {"industry": frame.industry, "state": frame.state} if frame else {}
    return {**{name: value for name, value in talked.items() if value}, **filling.facts()}


def _told_back(told: Mapping[str, Value], before: Filling, frame: Frame, base: KnowledgeBase) -> str:
    """ "Noted: 15 employees (before: 12); Oregon." """
    parts = []
    for field in _fields(told, base):
        fact, old = frame.facts.get(field.id), before.values.get(field.id)
        now = phrase(field, told[field.id].shown, fact.unit if fact else "")
        was = old.shown[:1].lower() + old.shown[1:] if old and field.kind != "state" else old.shown if old else ""
        parts.append(f"{now} (before: {was})" if was else now)
    return f"Noted: {'; '.join(parts)}."


def _fields(names: Collection[str], base: KnowledgeBase) -> list[ProfileField]:
    return [each for each in [*base.profile_fields(), *base.quote_fields()] if each.id in names]


def _list_of_trade(lead: str, profile: Profile, base: KnowledgeBase) -> Answer:
    answer = recommendation_answer(profile, base)
    answer.lead = f"{lead}\n\n{answer.lead}"
    return answer


def _list_anew(lead: str, was: Profile, now_is: Profile, base: KnowledgeBase) -> Answer:
    """The list for the business as it is now, with what has changed on it."""
    said = what_changes(was, now_is, base) or "The policies on the list stay the same."
    answer = recommendation_answer(now_is, base)
    answer.lead = f"{lead} {said}\n\n{answer.lead}"
    return answer


def _what_follows(
    lead: str, after: Filling, frame: Frame | None, was: Profile, now_is: Profile, told: set[str], base: KnowledgeBase
) -> Noted:
    """What the rules and points say of the new fact, the policy last spoken of first; else only that it is noted."""
    spoken_of = frame.policies if frame else ()
    known = recommend(was, base)
    changed = [each for each in recommend(now_is, base) if each not in known]
    changed = sorted(changed, key=lambda each: each.policy not in spoken_of)[:MOST_CHANGES]
    points = _points(told, was, now_is, base)[: MOST_CHANGES - len(changed)]
    missing = _missing(spoken_of, told, now_is, base)
    answer = Answer(Status.ANSWERED, "ask_need", lead, policies=[each.policy for each in changed])
    if changed or points:
        lines = dict.fromkeys([*(_line(each, base) for each in changed), *(point.text for point in points)])
        answer.paragraphs = [f"What follows from it:\n{listed(lines)}", NOT_ADVICE]
        answer.entries = [each.policy for each in changed]
        answer.cite(*(each.sources for each in changed), *(point.source for point in points))
    else:
        answer.status, answer.intent = Status.CHITCHAT, "inform"
        answer.lead += " I will use it for your list of policies and for a quote request."
    if open_verdict := _still_open(frame, base):
        answer.paragraphs.append(open_verdict)
    if missing:
        answer.paragraphs.append(f"To say more about {short_name(spoken_of[0], base)}: {missing.question}")
    answer.buttons = [MATCH, TALK_TO_AGENT]
    return Noted(after, answer, lead, missing.id if missing else None)


def _line(each: Recommended, base: KnowledgeBase) -> str:
    return f"{sentence(short_name(each.policy, base))[:-1]} ({NEED_WORDS[each.need]}): {each.why}"


def _points(told: set[str], was: Profile, now_is: Profile, base: KnowledgeBase) -> list[Statement]:
    """What to bring up with an agent because of the new fact, and not before."""
    points = [point for point in base.profile_points() if told & point.when.keys()]
    return [p for p in points if holds(p.when, now_is, base) and not holds(p.when, was, base)]


def _missing(policies: Collection[str], told: set[str], now_is: Profile, base: KnowledgeBase) -> ProfileField | None:
    """The first fact on which it still turns whether the policies spoken of are needed, now that this one is known."""
    turns_on = {
        name
        for rule in base.profile_rules()
        if rule.policy in policies and told & rule.when.keys() and holds(rule.when, now_is, base) is None
        for name in rule.when
    }
    return next((each for each in base.profile_fields() if each.id in turns_on and each.id not in now_is), None)


def _still_open(frame: Frame | None, base: KnowledgeBase) -> str:
    """What the last verdict still depends on, where it was "it depends": a fact alone decides no cover."""
    last = frame.given[0] if frame and frame.given else None
    if last is None or last.verdict != "depends" or not last.policies or not last.exposure:
        return ""
    decision = base.decide(last.policies[0], last.exposure)
    if decision is None or not decision.depends_on:
        return ""
    what = f"{decision.policy.short_name} pays for {decision.exposure.short_name}"
    return f"Whether {what} still depends on {decision.depends_on.rstrip('.')}."
