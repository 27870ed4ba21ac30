"""What is said where nothing is sure enough: the closest answers, each with a line of what it says, and an agent."""

from __future__ import annotations

from actions.answer import Answer, Button, Status
from actions.base import GuideAction
from actions.phrasing import phrase
from actions.responding import HELP, TALK_TO_AGENT, answers
from actions.verdicts import responds
from actions.wording import cut, joined, listed
from knowledge.base import KnowledgeBase
from knowledge.notices import spoken
from knowledge.schema import Exposure, Industry, Policy, Relation, Term, Topic
from understanding.question import Question
from understanding.targets import AGENT, FACETS, OUTSIDE

OPTIONS = 3
PASS_ON = "Shall I pass this conversation to a licensed agent, who can get in touch with you?"
LONGEST_LINE = 170  # characters of an answer's first words beside its name

OF_A_POLICY = {
    "what": "What {policy} covers",
    "excludes": "What {policy} does not cover",
    "cost": "What {policy} costs",
    "cost_factors": "What drives the price of {policy}",
    "lower_cost": "How to lower the price of {policy}",
    "need": "Who needs {policy}",
    "limits": "How much {policy} to carry",
    "trigger": "When {policy} must be in force",
    "includes": "What {policy} includes and what can be added",
}
GENERAL = {
    "ask_recommendation": "Which policies a business like mine needs",
    "ask_proof": "How to get proof of insurance",
    "ask_how_to_buy": "How to buy coverage",
    "ask_cost": "What coverage costs",
    "ask_lower_cost": "How to lower the cost",
    "get_quote": "How to get a quote",
    "report_claim": "Something happened: what to do now",
}


@answers("nlu_fallback")
def closest(question: Question, base: KnowledgeBase) -> Answer:
    """The two or three answers that come closest, each with what it says; an honest "I do not know" without any."""
    if question.unknown_policy and not question.policies:
        return which_policy_is_that(question, base)
    if question.closest == (AGENT,):  # not sure enough to store a request that nobody may have made
        return Answer(Status.CLARIFY, "nlu_fallback", phrase("a_person"), buttons=[TALK_TO_AGENT, HELP], offers=AGENT)
    told = {target: found for target in question.closest if (found := _offer(target, question, base))}
    targets, offered = list(told)[:OPTIONS], list(told.values())[:OPTIONS]
    misses = question.frame.misses if question.frame else 0
    again = misses > 0
    if not offered:
        outside = question.target == OUTSIDE
        first = phrase("may_be_outside") if outside else spoken(base.notices, "not_understood")
        second = f"I am sorry, I cannot place that one either. {PASS_ON}"
        return Answer(
            Status.FALLBACK,
            "nlu_fallback",
            _missed(misses, question, base, first, second),
            buttons=[HELP, TALK_TO_AGENT],
            offers=AGENT if again else None,
        )
    lines = [f"{button.title}: {_begins(text)}" if text else button.title for button, text in offered]
    return Answer(
        Status.CLARIFY,
        "nlu_fallback",
        _missed(misses, question, base, "The closest I have:", "That one I cannot place either. Nearest to it:"),
        [listed(lines), _none_of_these(misses)],
        offers=AGENT if again else targets[0] if len(targets) == 1 else None,
        policies=list(question.policies),
        entries=[each for button, _ in offered for each in _entries(button)],
        buttons=[*(button for button, _ in offered), TALK_TO_AGENT],
    )


def understood(question: Question, base: KnowledgeBase) -> str:
    """What a message was seen to be about: incident, policies, words and trade; empty where nothing was."""
    entries = [question.exposure, *question.policies, *question.terms, question.industry]
    found = [base.entry(each) for each in entries if each]
    names = [each.short_name if isinstance(each, Policy | Exposure) else each.name for each in found if each]
    return joined(list(dict.fromkeys(names)))


def _missed(misses: int, question: Question, base: KnowledgeBase, first: str, second: str) -> str:
    """How a miss begins, each unlike the one before: from the second on it says what was understood."""
    heard = understood(question, base)
    if misses == 0:
        return first
    if misses == 1:
        return f"I did understand that it is about {heard}. {second}" if heard else second
    if misses == 2:
        return f"I keep missing it{f', beyond {heard}' if heard else ''}. A licensed agent will not."
    return "A person is the surer way now: say yes, and an agent has it."


def _none_of_these(misses: int) -> str:
    """What is said below the closest answers: from the second miss on, an agent is offered."""
    if misses == 0:
        return "None of these? Put it in other words."
    return f"None of these? {PASS_ON}" if misses == 1 else "Or is it one of these after all?"


def _offer(target: str, question: Question, base: KnowledgeBase) -> tuple[Button, str] | None:
    """A target as a button and how its answer begins; None for what is not offered (talk, refusals)."""
    if target.startswith("intent:"):
        intent = target.removeprefix("intent:")
        return (Button(GENERAL[intent], {"intent": intent}), "") if intent in GENERAL else None
    if "#" in target:
        policy_id, _, of = target.partition("#")
        policy = base.policy(policy_id)
        if policy is None:
            return None
        title = OF_A_POLICY[of].format(policy=policy.short_name)
        text = policy.summary.text if of == "what" else ""
        return Button(title, {"intent": FACETS[of], "policies": [policy_id]}), text
    entry = base.entry(target)
    match entry:
        case Topic():
            return Button(entry.name, {"intent": entry.intent, "topic": target}), entry.answer.text
        case Relation():
            return Button(entry.name, {"intent": "ask_included", "topic": target}), entry.answer.text
        case Term():
            return Button(entry.name, {"intent": "ask_term", "terms": [target]}), entry.definition.text
        case Industry():
            return Button(entry.name, {"intent": "ask_recommendation", "industry": target}), entry.summary.text
        case Exposure():
            return incident_button(question, entry), responds(entry, base)
        case Policy():
            return None
    return None


def _begins(text: str) -> str:
    """The first sentence of an answer, cut at a word where it is long."""
    first = text.split(". ")[0].rstrip(".") + "."
    return cut(first, LONGEST_LINE)


def _entries(button: Button) -> list[str]:
    ask = button.ask
    return [each for each in (ask.get("topic"), ask.get("exposure"), *(ask.get("terms") or [])) if each]


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


def other_questions(question: Question, base: KnowledgeBase) -> list[Button]:
    """What else can be asked about the policy that was talked about, where the last answer was not wanted."""
    frame = question.frame
    policy = base.policy(frame.policies[0]) if frame and frame.policies else None
    if frame is None or policy is None:
        return []
    return [
        Button(title.format(policy=policy.short_name), {"intent": FACETS[of], "policies": [policy.id]})
        for of, title in OF_A_POLICY.items()
        if FACETS[of] != frame.intent
    ][:OPTIONS]


@answers("unreadable")
def unreadable(question: Question, base: KnowledgeBase) -> Answer:
    """What the input gate could not pass on; the topic says why."""
    reasons = {
        "empty": "I did not get any text. What would you like to know?",
        "too_long": "That is longer than I can read at once. Please send the question in a few sentences "
        "(up to 4,000 characters).",
        "no_words": phrase("no_words"),
        "command": "Commands do not work here. Please ask in your own words, for example "
        '"does E&O cover a data breach?"',
    }
    return Answer(
        Status.FALLBACK,
        "unreadable",
        reasons.get(question.topic or "", reasons["empty"]),
        buttons=[HELP, TALK_TO_AGENT],
    )


class AskBack(GuideAction):
    """Where nothing was understood, or nothing could be read."""

    intents = frozenset(("nlu_fallback", "unreadable"))

    def name(self) -> str:
        return "action_ask_back"
