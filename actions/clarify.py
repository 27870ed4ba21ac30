"""Asking back: a few readable options that keep what was understood."""

from __future__ import annotations

from dataclasses import replace

from actions.answer import Answer, Button, Status
from actions.base import GuideAction
from actions.question import POSSIBLE_SUBJECT, Question
from actions.responding import TALK_TO_AGENT, answers, respond
from actions.routing import INFORMATIONAL, LIKELY_INTENT
from actions.wording import joined
from knowledge.base import KnowledgeBase
from knowledge.schema import Exposure

OPTIONS = 4
# bm25 of the words shared with an entry, its sign turned.  Of the development questions that are not
# understood no one out of scope comes nearer than 13.8; a wrong entry is only offered, so offering starts earlier.
CLOSEST_OFFERED = 12.0
CLOSEST_ANSWERS = 18.0

ABOUT_POLICY = {
    "ask_policy": "What {policy} covers",
    "ask_exclusions": "What {policy} does not cover",
    "ask_cost": "What {policy} costs",
    "ask_cost_factors": "What drives the price of {policy}",
    "ask_lower_cost": "How to lower the price of {policy}",
    "ask_need": "Who needs {policy}",
    "ask_limits": "How much {policy} to carry",
}
GENERAL = {
    "ask_recommendation": "Which policies a business like mine needs",
    "ask_proof": "How to get proof of insurance",
    "ask_how_to_buy": "How to buy coverage",
    "ask_choose_insurer": "How to choose an insurer or agent",
    "ask_regulation": "What the law requires",
    "ask_risks": "What risks a business like mine faces",
    "ask_cost": "What coverage costs",
    "ask_lower_cost": "How to lower the cost",
    "get_quote": "How to get a quote",
    "report_claim": "Something happened: what to do now",
}


def ask_which_exposure(question: Question, base: KnowledgeBase, candidates: tuple[str, ...]) -> Answer:
    """Several incidents fit: let the visitor choose, and keep the policy that was named."""
    exposures = [e for e in map(base.exposure, candidates[:OPTIONS]) if e]
    if not exposures:
        return did_you_mean(question, base)
    if len(exposures) == 1 and question.doubted:
        lead = (
            "I cannot tell whether that changes the answer. Is it still about this, or would you rather ask an agent?"
        )
    elif len(exposures) == 1:
        lead = f"Do you mean this: {exposures[0].name}? I want to be sure before I say yes or no."
    else:
        lead = "That can mean different things, and the answer differs. Which is closest?"
    return Answer(
        Status.CLARIFY,
        "ask_coverage" if question.policies else "ask_what_covers",
        lead,
        policies=list(question.policies),
        entries=[e.id for e in exposures],
        buttons=[*(incident_button(question, exposure) for exposure in exposures), TALK_TO_AGENT],
    )


def incident_button(question: Question, exposure: Exposure) -> Button:
    """The same question, about this incident."""
    intent = "ask_coverage" if question.policies else "ask_what_covers"
    return Button(exposure.name, {"intent": intent, "policies": list(question.policies), "exposure": exposure.id})


def which_policy_is_that(question: Question, base: KnowledgeBase) -> Answer:
    """The visitor named a policy that the guide does not know."""
    known = [p for p in map(base.policy, base.ids("policy")) if p]
    return Answer(
        Status.CLARIFY,
        question.intent,
        f'I do not know a policy called "{question.unknown_policy}". '
        f"I can tell you about {joined([p.short_name for p in known[:8]])}, among others.",
        buttons=[
            Button("Which policies a business like mine needs", {"intent": "ask_recommendation"}),
            TALK_TO_AGENT,
        ],
    )


@answers("nlu_fallback")
def did_you_mean(question: Question, base: KnowledgeBase) -> Answer:
    """Not sure enough: the likeliest readings as buttons, or an honest "I do not know"."""
    if question.unknown_policy:
        return which_policy_is_that(question, base)
    buttons = _readings(question, base)
    closest = _closest(question, base)
    if closest and closest[1] >= CLOSEST_ANSWERS:
        answer = respond(closest[0], base)
        answer.lead = f"I am not sure I understood. The closest entry I have says: {answer.lead}"
        answer.verdict = None  # the words of a question that only resembles this one decide nothing
        return answer
    if closest and len(buttons) < OPTIONS:
        entry = base.entry(closest[0].topic or closest[0].terms[0])
        assert entry is not None  # found by its id
        ask = {"intent": closest[0].intent, "topic": closest[0].topic, "terms": list(closest[0].terms)}
        buttons.append(Button(entry.name, ask))
    if not buttons:
        return Answer(
            Status.FALLBACK,
            "nlu_fallback",
            "I am not sure what you are asking. I know business insurance for call centers, outsourcers and IT "
            "firms. Please put it in other words, or ask for an agent.",
            buttons=[
                Button("What can you do?", {"intent": "help"}),
                TALK_TO_AGENT,
            ],
        )
    return Answer(
        Status.CLARIFY,
        "nlu_fallback",
        "I am not sure I understood. Did you mean one of these?",
        policies=list(question.policies),
        buttons=[*buttons[:OPTIONS], TALK_TO_AGENT],
    )


def _closest(question: Question, base: KnowledgeBase) -> tuple[Question, float] | None:
    """The question for the guidance or term that shares the most telling words, and how well it fits.

    The fit is FTS5's bm25 with its sign turned: more is better.
    """
    for hit in base.search(question.text, limit=3):
        topic = base.topic(hit.entry_id)
        if -hit.rank < CLOSEST_OFFERED:
            break
        if topic:
            return replace(question, intent=topic.intent, topic=topic.id), -hit.rank
        if base.term(hit.entry_id):
            return replace(question, intent="ask_term", terms=(hit.entry_id,)), -hit.rank
    return None


def _readings(question: Question, base: KnowledgeBase) -> list[Button]:
    buttons: list[Button] = []
    policy = base.policy(question.policies[0]) if question.policies else None
    for intent, probability in question.ranking[:4]:
        if probability < LIKELY_INTENT:
            break
        if policy and intent in ABOUT_POLICY:
            buttons.append(
                Button(
                    ABOUT_POLICY[intent].format(policy=policy.short_name),
                    {"intent": intent, "policies": [policy.id]},
                )
            )
        elif intent in GENERAL:
            buttons.append(Button(GENERAL[intent], {"intent": intent, "policies": list(question.policies)}))
    asks_cover = any(name in ("ask_coverage", "ask_what_covers") for name, _ in question.ranking[:2])
    if asks_cover or not buttons:
        for subject in question.of_kind("exposure")[:2]:
            exposure = base.exposure(subject.id)
            if exposure and subject.score >= POSSIBLE_SUBJECT:
                buttons.append(incident_button(question, exposure))
    likely_inside = question.ranking and question.ranking[0][0] in INFORMATIONAL | set(GENERAL)
    return buttons if likely_inside or policy else []


def other_questions(question: Question, base: KnowledgeBase) -> list[Button]:
    """What else can be asked about the policy that was talked about, where the last answer was not wanted."""
    frame = question.frame
    policy = base.policy(frame.policies[0]) if frame and frame.policies else None
    if frame is None or policy is None:
        return []
    return [
        Button(title.format(policy=policy.short_name), {"intent": intent, "policies": [policy.id]})
        for intent, title in ABOUT_POLICY.items()
        if intent != frame.intent
    ][: OPTIONS - 1]


@answers("unreadable")
def unreadable(question: Question, base: KnowledgeBase) -> Answer:
    """What the input gate could not pass on; the topic says why."""
    reasons = {
        "empty": "I did not get any text. What would you like to know?",
        "too_long": "That is longer than I can read at once. Please send the question in a few sentences "
        "(up to 4,000 characters).",
        "no_words": "I can only read words. Please put your question in a sentence.",
        "command": "Commands do not work here. Please ask in your own words, for example "
        '"does E&O cover a data breach?"',
    }
    return Answer(
        Status.FALLBACK,
        "unreadable",
        reasons.get(question.topic or "", reasons["empty"]),
        buttons=[Button("What can you do?", {"intent": "help"}), TALK_TO_AGENT],
    )


class AskBack(GuideAction):
    def name(self) -> str:
        return "action_ask_back"
