"""The decided question: what the reading says, with what was being talked about filled in.  Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from understanding.decision import SHOWN, Decision, Do, decide, verdict_is_worth_it
from understanding.features import ASKS_OPENLY, ASKS_YES_OR_NO, REFERS_BACK, Heard
from understanding.question import Frame, Question, asked_for
from understanding.reader import Reading
from understanding.targets import FACET_OF, OUTSIDE, Target, facet, intent_id
from understanding.vetoes import forbids_verdict, vetoed

# Talk about the last answer: it needs one.
ABOUT_THE_ANSWER = ("ask_why", "ask_more", "simpler", "repeat")
REPORT, EXAMPLE, AGENT = intent_id("report_claim"), intent_id("ask_scenario"), intent_id("talk_to_agent")
FOLLOWS = "follow_up"
# Chance from which on something is taken to have happened: to miss a loss is twice as bad as to speak of reporting
# where nothing happened.
HAPPENED = 0.33
WISHED = 0.6  # chance from which on an agent is asked for, or a report wished whatever happened
TO_REPORT = 0.2  # chance of a report beside the entry on what to do, from which on it is taken down

Says = Callable[[str, Sequence[str]], str | None]  # target, policies: the yes or no its answer says


def resolve(reading: Reading, targets: Mapping[str, Target], says: Says) -> Question:
    """What a message asks, or what to offer where that is not sure enough."""
    heard, frame = reading.heard, reading.heard.frame
    allowed = vetoed(reading, targets)
    ranked = _possible(allowed, heard, targets)
    nothing_to_follow = bool(allowed) and targets[allowed[0][0]].intent in ABOUT_THE_ANSWER and not _answered(frame)
    decision = decide(ranked, 0.0 if nothing_to_follow else reading.outside)
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
        happened=reading.happened > HAPPENED,
        frame=frame,
    )
    if decision.do is Do.REFUSE and not heard.is_readable:  # nothing was asked that could be outside
        return replace(question, certain=False)
    if decision.do is Do.REFUSE:
        return replace(question, intent="out_of_scope", target=OUTSIDE, chance=reading.outside)
    # No request that nobody made, and no other policy in place of one that nobody sells.
    must_be_sure = decision.targets[0] == AGENT or (question.unknown_policy and not question.policies)
    if decision.do is Do.CLOSEST or (must_be_sure and decision.chance < WISHED):
        # Likelier to be one of them than none of ours: nobody is shown mold for a word that does not exist.
        near = ranked[:SHOWN]
        likely = sum(chance for _, chance in near) > reading.outside
        closest = tuple(name for name, _ in near) if likely and not nothing_to_follow else ()
        return replace(question, closest=closest, certain=False)
    decision = _second_thoughts(decision, ranked, question, targets)
    question = replace(question, chance=decision.chance)
    target = _meant(targets[decision.targets[0]], question, targets)
    if target.id == REPORT and not _is_reported(question, decision.chance):
        return replace(question, intent="ask_claims", certain=False)
    if question.happened and target.intent == "ask_claims" and dict(ranked).get(REPORT, 0.0) >= TO_REPORT:
        return replace(question, intent=targets[REPORT].intent, target=REPORT, topic=target.entry)
    carried = _carried(target, question, heard.intents)
    asked = asked_for(target, replace(question, policies=carried, follows=carried != question.policies))
    certain = _asks_for_verdict(heard.text, asked) and not forbids_verdict(heard.words, len(heard.policies))
    if target.kind == "relation":  # a policy that the visitor only has is none of the two asked about
        certain = certain and set(target.policies) <= set(heard.policies)
    if target.kind == "topic":  # its yes or no says nothing of a policy that it does not speak of
        certain = certain and set(heard.policies) <= set(target.policies)
    return replace(asked, certain=certain and _certain(target, ranked, asked, says))


def _is_reported(question: Question, chance: float) -> bool:
    """Whether a report is meant: it has happened, was told before, or is wished for sure.  A "what if" is none."""
    return question.happened or bool(question.frame and question.frame.happened) or chance >= WISHED


def _second_thoughts(
    decision: Decision, ranked: Sequence[tuple[str, float]], question: Question, targets: Mapping[str, Target]
) -> Decision:
    """The next best where the likeliest says too little of what is wanted.

    A correction may say what was meant ("no, I want to know who needs it"), and what has not happened is not reported
    but asked about.
    """
    first = targets[decision.targets[0]]
    if first.intent == "correct" and not question.policies:
        others = [pair for pair in ranked[1:] if targets[pair[0]].kind == "facet"]
    elif first.id == REPORT and not _is_reported(question, decision.chance):
        others = [pair for pair in ranked if pair[0] != REPORT]
    else:
        return decision
    other = decide(others, 0.0)
    return other if other.do is Do.ANSWER else decision


def _possible(
    ranked: Sequence[tuple[str, float]], heard: Heard, targets: Mapping[str, Target]
) -> list[tuple[str, float]]:
    """Without what cannot be meant.

    That is: why, or more, before anything was answered; a comparison of no policy; a mere fact that ends in "?".
    """
    answered = _answered(heard.frame)
    talked_about = heard.frame.policies if heard.frame else ()
    comparable = bool({*heard.policies, *heard.held, *talked_about})

    def possible(intent: str) -> bool:
        if intent == "inform":
            return "?" not in heard.text
        return (answered or intent not in ABOUT_THE_ANSWER) and (comparable or intent != "ask_compare")

    return [
        (name, chance) for name, chance in ranked if targets[name].kind != "intent" or possible(targets[name].intent)
    ]


def _answered(frame: Frame | None) -> bool:
    return bool(frame and frame.target)


def _meant(target: Target, question: Question, targets: Mapping[str, Target]) -> Target:
    """What a message means in its conversation.

    "Yes" is what was offered; "an example", after a word was explained, is that word's own; a policy that the visitor
    says was meant asks the last question again.
    """
    frame = question.frame
    if target.intent == "affirm" and frame and frame.offered:
        return targets.get(frame.offered, target)
    if target.id == EXAMPLE and frame and frame.terms and not question.policies:
        return targets.get(frame.target, target)
    if target.intent != "correct" or not question.policies or frame is None:
        return target
    again = facet(question.policies[0], FACET_OF[frame.intent]) if frame.intent in FACET_OF else frame.exposure
    return targets.get(again or "", target)


def _carried(target: Target, question: Question, intents: Mapping[str, float]) -> tuple[str, ...]:
    """The policies a question is about: those it names, else the one talked about where it follows the last answer.

    "does it cover ransomware?" asks the policy of the last answer; "what about fire?" repeats the last question.
    """
    frame = question.frame
    if frame is None or not frame.policies:
        return question.policies
    if target.intent == "ask_compare" and len(question.policies) < 2:  # "and D&O?" after a comparison
        return tuple(dict.fromkeys([*frame.policies, *question.policies]))
    if question.policies or not (target.kind == "exposure" or target.id == EXAMPLE):
        return question.policies
    if target.id == EXAMPLE:
        return frame.policies
    # After "what covers it?" no policy was asked about.
    follows = frame.intent != "ask_what_covers" and max(intents, key=lambda name: intents[name], default="") == FOLLOWS
    openly = bool(ASKS_OPENLY.search(question.text))
    if openly and frame.exposure == target.entry:  # "so what does cover it?"
        return question.policies
    points_back = bool(REFERS_BACK.search(question.text)) and not openly
    return frame.policies if follows or points_back else question.policies


def _certain(target: Target, ranked: Sequence[tuple[str, float]], asked: Question, says: Says) -> bool:
    """Whether yes or no may be said: how sure it is that what was meant is a target which says the same."""
    said = says(target.id, asked.policies)
    others = [(name, chance) for name, chance in ranked if name != target.id]
    same = [chance for name, chance in others if said and says(name, asked.policies) == said]
    return verdict_is_worth_it([dict(ranked).get(target.id, asked.chance), *same])


def _asks_for_verdict(text: str, asked: Question) -> bool:
    """Whether yes or no answers the words: "does it", or an incident barely told, and not "how does it".

    What asks the last question again, of another policy, asks for what that did: "what about cyber?".
    """
    frame = asked.frame
    again = frame is not None and frame.intent == "ask_coverage" and frame.exposure == asked.exposure is not None
    bare = asked.exposure is not None and not ASKS_OPENLY.search(text)
    return again or bare or bool(ASKS_YES_OR_NO.search(text))


def _first(values: Sequence[str] | None) -> str | None:
    return values[0] if values else None
