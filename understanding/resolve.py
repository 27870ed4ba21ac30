"""The decided question: what the reading says, with what was being talked about filled in.  Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from knowledge.schema import Verdict
from understanding.decision import DEFLECTION, SHOWN, Decision, Do, decide, verdict_is_worth_it
from understanding.features import ASKS_OPENLY, REFERS_BACK, Heard, asks_yes_or_no
from understanding.persons import instead
from understanding.question import Frame, Question, asked_for
from understanding.reader import Reading
from understanding.targets import AGENT, COMPARISON, FACET_OF, OUTSIDE, Target, facet, intent_id
from understanding.text.questions import denies_and_asks, ends_asking
from understanding.text.towns import names_abroad
from understanding.vetoes import forbids_verdict, only_imagined, vetoed

# Talk about the last answer: it needs one.
ABOUT_THE_ANSWER = ("ask_why", "ask_more", "simpler", "repeat")
REPORT, EXAMPLE = intent_id("report_claim"), intent_id("ask_scenario")
TELLS = intent_id("inform")
FOLLOWS, LAW = "follow_up", "ask_regulation"
# Chance from which on something is taken to have happened: to miss a loss is twice as bad as to speak of reporting
# where nothing happened.
HAPPENED = 0.33
THAT_ONE = ("that one", "this one", "that policy", "this policy", "the other", "the other one")
WISHED = 0.6  # chance from which on an agent is asked for, or a report wished whatever happened
TO_REPORT = 0.2  # chance of a report beside the entry on what to do, from which on it is taken down

# What an incident's yes or no denies: who is told no does not even ask, so it denies that it depends as well.
_DENIED_BY = {Verdict.YES.value: (Verdict.NO.value,), Verdict.NO.value: (Verdict.YES.value, Verdict.DEPENDS.value)}

Says = Callable[[str, Sequence[str]], str | None]  # target, policies: the yes or no its answer says


def resolve(reading: Reading, targets: Mapping[str, Target], says: Says) -> Question:
    """What a message asks, or what to offer where that is not sure enough."""
    heard = reading.heard
    allowed = [pair for pair in vetoed(reading, targets) if not (pair[0] == REPORT and _only_tells(reading))]
    ranked = _possible(allowed, heard, targets)
    baseless = _asks_about_no_answer(allowed, heard.frame, targets)
    decision = decide(ranked, 0.0 if baseless else reading.outside, reading.happened)
    if decision.do is Do.CLOSEST:
        decision = _of_one_kind(ranked, targets) or _of_one_state(ranked, heard, targets) or decision
    question = _as_heard(reading, decision.chance)
    if decision.do is Do.REFUSE:
        return _refused(question, heard, reading.outside)
    if decision.do is Do.CLOSEST or _is_too_unsure(decision, question):
        wished = decision.targets[:1] if decision.do is Do.ANSWER and decision.targets[0] == AGENT else None
        near = wished or (() if baseless else _closest(ranked, reading.outside))
        in_a_claim = question.happened or bool(heard.frame and heard.frame.happened)
        likely_outside = ranked and heard.is_readable and not (near or baseless or in_a_claim)
        return replace(question, certain=False, closest=near, target=OUTSIDE if likely_outside else "")
    decision = _second_thoughts(decision, ranked, question, _follows(heard.intents), targets)
    question = replace(question, chance=decision.chance)
    target = _meant(targets[decision.targets[0]], question, targets)
    target = _with_another(target, reading.heard, targets)
    if target.id == TELLS and _answered(question.frame):
        question = replace(question, closest=_touched(ranked, targets))
    asked = _about_a_loss(target, question, ranked, targets)
    return _told_of(asked or _answered_by(target, question, reading, ranked, says, targets), ranked, targets)


def _of_one_kind(ranked: Sequence[tuple[str, float]], targets: Mapping[str, Target]) -> Decision | None:
    """The bare question, where it is likelier than not what is asked, and only of which policy is not sure."""
    if not ranked:
        return None
    intent = targets[ranked[0][0]].intent
    chance = sum(chance for name, chance in ranked if targets[name].intent == intent and _is_of_policies(name, targets))
    bare = intent_id(intent)
    sure = intent in FACET_OF and bare in targets and _is_of_policies(ranked[0][0], targets) and chance > 1 - chance
    return Decision(Do.ANSWER, (bare,), min(chance, 1.0)) if sure else None


def _of_one_state(ranked: Sequence[tuple[str, float]], heard: Heard, targets: Mapping[str, Target]) -> Decision | None:
    """The likeliest law, where a state is named and some law or other is likelier than not what is asked."""
    laws = [(name, chance) for name, chance in ranked if targets[name].intent == LAW]
    chance = sum(chance for _, chance in laws)
    sure = laws and laws[0] == ranked[0] and _only(heard.links.get("state")) and chance > 1 - chance
    return Decision(Do.ANSWER, (laws[0][0],), min(chance, 1.0)) if sure else None


def _is_of_policies(name: str, targets: Mapping[str, Target]) -> bool:
    return targets[name].kind in ("facet", "intent")


def _with_another(target: Target, heard: Heard, targets: Mapping[str, Target]) -> Target:
    """What answers where the incident just answered is meant again, with another person in it."""
    frame = heard.frame
    if frame is None or target.kind != "exposure" or target.entry != frame.exposure:
        return target
    return targets.get(instead(target.otherwise, heard.words, frame.text) or "", target)


def _asks_about_no_answer(
    allowed: Sequence[tuple[str, float]], frame: Frame | None, targets: Mapping[str, Target]
) -> bool:
    """Whether a message most likely speaks of the last answer, and there is none."""
    return bool(allowed) and targets[allowed[0][0]].intent in ABOUT_THE_ANSWER and not _answered(frame)


def _as_heard(reading: Reading, chance: float) -> Question:
    """The question before its target is known: what the message names, trade and state of earlier filled in."""
    heard, frame = reading.heard, reading.heard.frame
    return Question(
        heard.text,
        "nlu_fallback",
        chance=chance,
        policies=heard.policies,
        held=heard.held,
        terms=tuple(heard.links.get("term", ())),
        industry=_first(heard.links.get("industry")) or (frame.industry if frame else None),
        state=_only(heard.links.get("state")) or (frame.state if frame else None),
        outside=_first(heard.links.get("outside")),
        unknown_policy=_first(heard.links.get("unknown_policy")),
        happened=_has_happened(reading),
        asks_cover=reading.cover > 1 - reading.cover,
        frame=frame,
    )


def _has_happened(reading: Reading) -> bool:
    return reading.happened > HAPPENED and not _only_tells(reading) and not only_imagined(reading.heard.text)


def _only_tells(reading: Reading) -> bool:
    """Whether a message is likelier to tell what the business is or does than of a loss: "we're a dry cleaner"."""
    return dict(reading.ranked).get(TELLS, 0.0) > max(HAPPENED, reading.happened)


def _refused(question: Question, heard: Heard, outside: float) -> Question:
    """Said to be none of ours; what holds no word asks nothing that could be outside, and is not understood."""
    if not heard.is_readable:
        return replace(question, certain=False)
    return replace(question, intent="out_of_scope", target=OUTSIDE, chance=outside)


def _is_too_unsure(decision: Decision, question: Question) -> bool:
    """Whether more chance is asked for than there is.

    No request is made for an agent that nobody wished, and no other policy is told in place of one that nobody sells.
    """
    must_be_sure = decision.targets[0] == AGENT or (question.unknown_policy and not question.policies)
    return bool(must_be_sure) and decision.chance < WISHED


def _closest(ranked: Sequence[tuple[str, float]], outside: float) -> tuple[str, ...]:
    """What to offer: none where it is likelier outside than one of them, so no mold for a word that does not exist.

    Unless one of them is likely enough to be what is meant.
    """
    near = ranked[:SHOWN]
    chance = sum(chance for _, chance in near)
    return tuple(name for name, _ in near) if chance > outside or chance >= 1 - DEFLECTION else ()


def _touched(ranked: Sequence[tuple[str, float]], targets: Mapping[str, Target]) -> tuple[str, ...]:
    """What a mere statement behind an answer may touch on: the next entries, where one of them is likely enough."""
    near = [(name, chance) for name, chance in ranked if targets[name].kind != "intent"][:SHOWN]
    return tuple(name for name, _ in near) if sum(chance for _, chance in near) >= 1 - DEFLECTION else ()


def _about_a_loss(
    target: Target, question: Question, ranked: Sequence[tuple[str, float]], targets: Mapping[str, Target]
) -> Question | None:
    """Where a loss is told: it is taken down once it has happened, and asked about before.  None for all else."""
    if target.id == REPORT and not _is_reported(question, question.chance):
        return replace(question, intent="ask_claims", certain=False)
    if question.happened and target.intent == "ask_claims" and dict(ranked).get(REPORT, 0.0) >= TO_REPORT:
        return replace(question, intent=targets[REPORT].intent, target=REPORT, topic=target.entry)
    return None


def _told_of(question: Question, ranked: Sequence[tuple[str, float]], targets: Mapping[str, Target]) -> Question:
    """A report with the incident and the first steps that are likely enough to be those of what happened."""
    if question.intent != targets[REPORT].intent:
        return question

    def likeliest(kind: str, intents: Sequence[str]) -> str | None:
        found = [pair for pair in ranked if targets[pair[0]].kind == kind and targets[pair[0]].intent in intents]
        decision = decide(found, 0.0)
        return targets[decision.targets[0]].entry if decision.do is Do.ANSWER else None

    exposure = question.exposure or likeliest("exposure", ("ask_what_covers",))
    return replace(question, exposure=exposure, topic=question.topic or likeliest("topic", ("ask_claims",)))


def _answered_by(
    target: Target,
    question: Question,
    reading: Reading,
    ranked: Sequence[tuple[str, float]],
    says: Says,
    targets: Mapping[str, Target],
) -> Question:
    """The question that a target answers, and whether yes or no may be said."""
    heard = reading.heard
    carried = _carried(target, question, heard.intents, says, targets)
    asked = asked_for(target, replace(question, policies=carried, follows=carried != question.policies))
    excluded = reading.excluded > reading.cover
    certain = (
        not forbids_verdict(heard.words, len(heard.policies))
        and not denies_and_asks(heard.text)
        and not (target.state and _is_elsewhere(heard, target.state))
        and _speaks_of(target, heard.policies, _incidents(ranked, targets), says)
        and not _is_another_case_of_the_last(target, asked, heard)
        and _asks_for_verdict(target, reading)
        and _certain(target, ranked, asked, says)
    )
    return replace(asked, certain=certain, excluded=excluded)


def _is_elsewhere(heard: Heard, state: str) -> bool:
    """Whether a message names another place than a state whose law is told: another state, or a country."""
    return not set(heard.links.get("state", ())) <= {state} or names_abroad(heard.text)


def _is_another_case_of_the_last(target: Target, asked: Question, heard: Heard) -> bool:
    """Whether a message supposes something else of the incident just answered, and is answered by that again.

    Either that was misread, or what was said holds: to say it once more as a yes or no would decide the new case.
    """
    frame = heard.frame
    again = frame is not None and frame.target == target.id and set(asked.policies) <= set(frame.policies)
    return again and target.kind == "exposure" and "if" in heard.words


def _speaks_of(target: Target, policies: Sequence[str], incidents: Sequence[str], says: Says) -> bool:
    """Whether a yes or no of the target would be one about the policies named.

    Of two policies, one may be named by the incident that it is for ("does a BOP cover flood?"), where the other says
    the same of that.

    Args:
        incidents: those that may be meant.
    """
    if target.kind == "relation":  # a policy that the visitor only has is none of the two asked about
        said, named = says(target.id, policies), set(target.policies) & set(policies)
        of_incident = bool(named) and any(says(incident, sorted(named)) == said for incident in incidents)
        return set(target.policies) <= set(policies) or (of_incident and set(policies) <= set(target.policies))
    return target.kind != "topic" or set(policies) <= set(target.policies)


def _incidents(ranked: Sequence[tuple[str, float]], targets: Mapping[str, Target]) -> list[str]:
    """The incidents among the likeliest targets."""
    return [name for name, _ in ranked[:SHOWN] if targets[name].kind == "exposure"]


def _is_reported(question: Question, chance: float) -> bool:
    """Whether a report is meant: it has happened, was told before, or is wished for sure.  A "what if" is none."""
    return question.happened or bool(question.frame and question.frame.happened) or chance >= WISHED


def _follows(intents: Mapping[str, float]) -> bool:
    """Whether the classifier takes a message for a mere follow-up: "and EPLI?"."""
    return max(intents, key=lambda name: intents[name], default="") == FOLLOWS


def _second_thoughts(
    decision: Decision,
    ranked: Sequence[tuple[str, float]],
    question: Question,
    follows: bool,
    targets: Mapping[str, Target],
) -> Decision:
    """The next best where the likeliest says too little of what is wanted.

    A correction may say what was meant ("no, I want to know who needs it"), what has not happened is not reported but
    asked about, and a comparison of one policy with something else may be a question about either.  What is told
    behind an answer ("they are volunteers") is answered where something is likely enough to turn on it, and a state
    told behind the law of another with its own.  The law of the state spoken of comes before that of another, and on
    a policy that is named before the law in general.  What to do now is asked of what was talked about.  "And EPLI?"
    behind an incident asks that of another policy, and not how two policies stand to each other.
    """
    first = targets[decision.targets[0]]
    of_content = [pair for pair in ranked if targets[pair[0]].kind != "intent"]
    if first.intent == "correct" and not question.policies:
        others = [pair for pair in ranked[1:] if targets[pair[0]].kind == "facet"]
    elif first.id == TELLS and _answered(question.frame):
        others = of_content
        if decide(others, 0.0).do is not Do.ANSWER:
            others = _same_law(ranked, question, targets)
    elif first.intent == "help" and question.frame and question.frame.text:  # "what do I do first?"
        others = of_content
        if question.frame.happened and decide(others, 0.0).do is not Do.ANSWER:
            others = [(REPORT, 1.0)]
    elif first.intent == "skip":  # what can be skipped is a question of a form, which listens for it itself
        others = [pair for pair in ranked if targets[pair[0]].intent != "skip"]
    elif first.id == REPORT and not _is_reported(question, decision.chance):
        others = [pair for pair in ranked if pair[0] != REPORT]
    elif question.state and first.state not in (None, question.state):
        others = [pair for pair in ranked if targets[pair[0]].state == question.state]
    elif question.state and first.intent == LAW and first.state is None:
        there = [name for name, _ in ranked if targets[name].state == question.state and targets[name].intent == LAW]
        of = set(question.policies or first.policies)
        others = [(name, 1.0) for name in there if set(targets[name].policies) & of]
        others = others or _same_law(ranked, question, targets)
    elif first.kind == "relation" and follows and question.policies and question.frame and question.frame.exposure:
        others = [pair for pair in ranked if targets[pair[0]].kind != "relation"]
    elif first.id == COMPARISON and len({*question.policies, *question.held, *_talked_about(question, targets)}) < 2:
        others = [pair for pair in ranked if pair[0] != COMPARISON]
    else:
        return decision
    other = decide(others, 0.0)
    return other if other.do is Do.ANSWER else decision


def _same_law(
    ranked: Sequence[tuple[str, float]], question: Question, targets: Mapping[str, Target]
) -> list[tuple[str, float]]:
    """What the law just told for another state is in the one spoken of now; none where no candidate tells that."""
    last = targets.get(question.frame.target) if question.frame else None
    if last is None or last.state in (None, question.state):
        return []
    there = [(name, 1.0) for name, _ in ranked if targets[name].state == question.state]
    return [
        pair for pair in there if (targets[pair[0]].intent, targets[pair[0]].policies) == (last.intent, last.policies)
    ]


def _possible(
    ranked: Sequence[tuple[str, float]], heard: Heard, targets: Mapping[str, Target]
) -> list[tuple[str, float]]:
    """Without what cannot be meant.

    That is: why, or more, before anything was answered; a comparison of no policy, or of one where an incident is
    spoken of ("is that GL or the other one"); a mere fact that ends as a question or holds no word.
    """
    frame = heard.frame or Frame()
    answered = _answered(frame)
    compared = {*heard.policies, *heard.held, *frame.policies}
    comparable = len(compared) > 1 or bool(compared and not frame.exposure)

    def possible(intent: str) -> bool:
        if intent == "inform":
            return "?" not in heard.text and not ends_asking(heard.text) and heard.is_readable
        if intent == "correct":
            return not ends_asking(heard.text)
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
    if related := _related(question.policies[0], frame, targets):
        return related
    again = facet(question.policies[0], FACET_OF[frame.intent]) if frame.intent in FACET_OF else frame.exposure
    return targets.get(again or "", target)


def _related(policy: str, frame: Frame, targets: Mapping[str, Target]) -> Target | None:
    """How a policy stands to that one of the two last spoken of which it is not put in place of; None for no two.

    "I meant cyber", after "does an umbrella go over E&O?", asks whether it goes over cyber.
    """
    last = targets.get(frame.target)
    if last is None or last.kind != "relation":
        return None
    stays = set(last.policies) - set(frame.policies) or set(last.policies)
    pairs = (each for each in targets.values() if each.kind == "relation" and policy in each.policies)
    return next((each for each in pairs if stays & set(each.policies) - {policy}), None)


def _talked_about(question: Question, targets: Mapping[str, Target]) -> tuple[str, ...]:
    """The policies of the last answer: both, where it was how one stands to another."""
    frame = question.frame
    last = targets.get(frame.target) if frame else None
    both = last.policies if last and last.kind == "relation" else ()
    return tuple(dict.fromkeys([*(frame.policies if frame else ()), *both]))


def _carried(
    target: Target, question: Question, intents: Mapping[str, float], says: Says, targets: Mapping[str, Target]
) -> tuple[str, ...]:
    """The policies a question is about: those it names, else the one talked about where it follows the last answer.

    "does it cover ransomware?" asks the policy of the last answer; "what about fire?" repeats the last question.  "Is
    my sign insured?" is a question of its own, and not asked of a policy that has nothing to do with signs.
    """
    frame = question.frame
    if frame is None or not frame.policies:
        return question.policies
    if target.intent == "ask_compare" and len(question.policies) < 2:  # "and D&O?" after a comparison
        talked_about = frame.policies if question.policies else _talked_about(question, targets)
        return tuple(dict.fromkeys([*talked_about, *question.policies]))
    if question.policies or not (target.kind == "exposure" or target.id == EXAMPLE):
        return question.policies
    if frame.intent == "ask_recommendation":  # the guide named those, not the visitor
        return question.policies
    if target.id == EXAMPLE:
        return frame.policies
    # After "what covers it?" no policy was asked about.
    follows = frame.intent != "ask_what_covers" and _follows(intents)
    openly = bool(ASKS_OPENLY.search(question.text))
    if openly and frame.exposure == target.entry:  # "so what does cover it?"
        return question.policies
    # "is that covered?" behind something that has happened points at what happened.
    points_back = bool(REFERS_BACK.search(question.text)) and not openly and not question.happened
    if (
        frame.intent == "ask_what_covers"
    ):  # the guide named it: "does it cover theft?", but not "the lake is right there"
        points_back = points_back and asks_yes_or_no(question.text)
    if points_back and (other := _put_in_its_place(question, frame, targets)):
        return other
    asks_anew = asks_yes_or_no(question.text) and says(target.id, frame.policies) == Verdict.NO.value
    return frame.policies if points_back or (follows and not asks_anew) else question.policies


def _put_in_its_place(question: Question, frame: Frame, targets: Mapping[str, Target]) -> tuple[str, ...]:
    """The policy told instead of one that does not pay, where a message means that one; empty for all else.

    "GL does not pay, cyber does", and then "would that one pay for the letters?"
    """
    denied = bool(frame.given) and frame.given[0].verdict == Verdict.NO.value
    told = targets.get(frame.options[0]) if denied and frame.options else None
    means_it = any(f" {words} " in f" {question.text.lower()} " for words in THAT_ONE)
    return told.policies[:1] if told and told.kind == "facet" and means_it else ()


def _certain(target: Target, ranked: Sequence[tuple[str, float]], asked: Question, says: Says) -> bool:
    """Whether yes or no may be said: how sure it is that what was meant is a target which says the same."""
    said = says(target.id, asked.policies)
    others = [(chance, says(name, asked.policies)) for name, chance in ranked if name != target.id]
    same = [chance for chance, told in others if said and told == said]
    denied = _DENIED_BY.get(said or "", ()) if target.kind == "exposure" else ()
    otherwise = [chance for chance, told in others if told in denied]
    return verdict_is_worth_it([dict(ranked).get(target.id, asked.chance), *same], otherwise)


def _asks_for_verdict(target: Target, reading: Reading) -> bool:
    """Whether the words are likelier to ask for the yes or no which the target says than for something else.

    An incident and a relation of two policies say one of cover, or turned round the opposite.  Guidance says whatever
    its own question asks for, and no more than that.
    """
    if target.kind == "topic":
        return asks_yes_or_no(reading.heard.text) and reading.excluded <= 1 - reading.excluded
    asked = reading.cover + reading.excluded
    return asked >= 1 - asked


def _first(values: Sequence[str] | None) -> str | None:
    return values[0] if values else None


def _only(values: Sequence[str] | None) -> str | None:
    """None of several: "we go to Nevada and Arizona" says not where the business is."""
    return _first(values) if len(set(values or ())) == 1 else None
