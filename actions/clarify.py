"""What is said where nothing is sure enough: the closest answers, each with a line of what it says, and an agent."""

from __future__ import annotations

from actions.answer import Answer, Button, Status
from actions.base import GuideAction
from actions.responding import TALK_TO_AGENT, answers
from actions.wording import joined, listed
from knowledge.base import KnowledgeBase
from knowledge.schema import Exposure, Industry, Policy, Relation, Term, Topic
from understanding.question import Question
from understanding.targets import FACETS, intent_id

OPTIONS = 3
AGENT = intent_id("talk_to_agent")
NOT_UNDERSTOOD = (
    "I am sorry, I have no answer to that or did not understand it. Could you put it in other words? I know business "
    "insurance: what policies cover and cost, who needs them, and what the law or a client asks for."
)
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
    told = {target: found for target in question.closest if (found := _offer(target, question, base))}
    targets, offered = list(told)[:OPTIONS], list(told.values())[:OPTIONS]
    again = question.frame is not None and question.frame.misses > 0
    if not offered:
        return Answer(
            Status.FALLBACK,
            "nlu_fallback",
            f"I am sorry, I cannot place that one either. {PASS_ON}" if again else NOT_UNDERSTOOD,
            buttons=[Button("What can you do?", {"intent": "help"}), TALK_TO_AGENT],
            offers=AGENT if again else None,
        )
    lines = [f"{button.title}: {_begins(text)}" if text else button.title for button, text in offered]
    return Answer(
        Status.CLARIFY,
        "nlu_fallback",
        "That one I cannot place either. Nearest to it:" if again else "The closest I have:",
        [listed(lines), f"None of these? {PASS_ON}" if again else "None of these? Put it in other words."],
        offers=AGENT if again else targets[0] if len(targets) == 1 else None,
        policies=list(question.policies),
        entries=[each for button, _ in offered for each in _entries(button)],
        buttons=[*(button for button, _ in offered), TALK_TO_AGENT],
    )


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
            return incident_button(question, entry), entry.summary.text
        case Policy():
            return None
    return None


def _begins(text: str) -> str:
    """The first sentence of an answer, cut at a word where it is long."""
    first = text.split(". ")[0].rstrip(".") + "."
    return first if len(first) <= LONGEST_LINE else first[:LONGEST_LINE].rsplit(" ", 1)[0] + " …"


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
