"""The talk around the questions: greetings, follow-ups, repair, and what is not the guide's business."""

from __future__ import annotations

from dataclasses import replace

from rasa_sdk import Tracker
from rasa_sdk.events import EventType, Restarted, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.answer import Answer, Button, Status
from actions.base import GuideAction, starts_over
from actions.clarify import did_you_mean, other_questions
from actions.question import Question
from actions.responding import TALK_TO_AGENT, answers, respond
from actions.routing import INFORMATIONAL
from actions.settings import Agency
from knowledge.base import KnowledgeBase

EXAMPLES = [
    Button(
        "Does general liability cover call center mistakes?",
        {"intent": "ask_coverage", "policies": ["general_liability"], "exposure": "wrong_information"},
    ),
    Button("Which policies do I need?", {"intent": "ask_recommendation"}),
    Button("How do I get a quote?", {"intent": "get_quote"}),
]


def _chat(intent: str, text: str, buttons: list[Button] | None = None) -> Answer:
    return Answer(Status.CHITCHAT, intent, text, buttons=EXAMPLES if buttons is None else buttons)


@answers("greet")
def greet(question: Question, base: KnowledgeBase) -> Answer:
    return _chat("greet", "Hello! Ask me anything about business insurance, in your own words.")


@answers("goodbye")
def goodbye(question: Question, base: KnowledgeBase) -> Answer:
    return _chat("goodbye", "Goodbye, and thank you for stopping by. Come back any time.", [])


@answers("thank")
def thank(question: Question, base: KnowledgeBase) -> Answer:
    return _chat("thank", "You are welcome. Is there anything else you would like to know?", [TALK_TO_AGENT])


@answers("affirm")
def affirm(question: Question, base: KnowledgeBase) -> Answer:
    return _chat("affirm", "Good. What would you like to know next?")


@answers("deny", "skip")
def deny(question: Question, base: KnowledgeBase) -> Answer:
    return _chat("deny", "All right. Tell me what you are looking for, or ask for an agent.", [TALK_TO_AGENT])


@answers("help")
def help_(question: Question, base: KnowledgeBase) -> Answer:
    return _chat(
        "help",
        "I answer questions about business insurance for call centers, outsourcers and IT firms: whether a policy "
        "covers something, what does, what it costs, what the law or a client asks for, and how to buy. Every answer "
        "names its source, and a licensed agent can take over at any time.",
    )


@answers("bot_challenge")
def bot_challenge(question: Question, base: KnowledgeBase) -> Answer:
    parts = [str(base.notices.get(key, "")).strip() for key in ("bot_identity", "recorded")]
    return _chat("bot_challenge", " ".join(parts), [TALK_TO_AGENT])


@answers("other_language")
def other_language(question: Question, base: KnowledgeBase) -> Answer:
    pointer = str(base.notices.get("spanish_pointer", "")).strip()
    return Answer(
        Status.HANDOFF,
        "other_language",
        f"{pointer} I answer in English; an agent can help you in another language if one is available.",
        buttons=[TALK_TO_AGENT],
    )


@answers("out_of_scope")
def out_of_scope(question: Question, base: KnowledgeBase) -> Answer:
    named = base.outside(question.outside[0]) if question.outside else None
    pointer = named.pointer if named else "For anything else, an agent can point you the right way."
    return Answer(
        Status.OUT_OF_SCOPE,
        "out_of_scope",
        "That is outside what I can help with: I know business insurance for call centers, outsourcers and IT "
        f"firms. {pointer}",
        buttons=[*EXAMPLES[:2], TALK_TO_AGENT],
    )


@answers("complain")
def complain(question: Question, base: KnowledgeBase) -> Answer:
    return Answer(
        Status.HANDOFF,
        "complain",
        "I am sorry I was not more help. A licensed agent can take it from here: say the word and I will pass this "
        f"conversation on. {Agency.from_environment().reached_by()}".strip(),
        buttons=[TALK_TO_AGENT, *other_questions(question, base)],
    )


AGAIN = INFORMATIONAL | {"get_quote"}


def _again(question: Question) -> Question | None:
    """The last answered question, to be answered again."""
    frame = question.frame
    if frame is None or frame.intent not in AGAIN:
        return None
    return replace(
        question,
        intent=frame.intent,
        policies=frame.policies,
        exposure=frame.exposure,
        topic=frame.topic,
        terms=frame.terms,
        industry=frame.industry,
        subjects=(),
        exposures_named=(),
    )


@answers("repeat", "go_back")
def repeat(question: Question, base: KnowledgeBase) -> Answer:
    again = _again(question)
    return respond(again, base) if again else did_you_mean(question, base)


@answers("ask_why", "ask_more")
def more(question: Question, base: KnowledgeBase) -> Answer:
    """What stands behind the last answer."""
    again = _again(question)
    if again is None:
        return did_you_mean(question, base)
    answer = respond(again, base)
    if answer.more:
        answer.lead, *answer.paragraphs = answer.more
        answer.more, answer.verdict, answer.table = [], None, None
    elif question.intent == "ask_more":
        return _chat("ask_more", "That is all I have on this. A licensed agent can tell you more.", answer.buttons)
    return answer


@answers("simpler")
def simpler(question: Question, base: KnowledgeBase) -> Answer:
    """The last answer without a word of the trade, where the content has one."""
    again = _again(question)
    if again is None:
        return did_you_mean(question, base)
    answer = respond(again, base)
    if answer.simpler:
        answer.paragraphs, answer.table = [f"In plain words: {answer.simpler}"], None
    return answer


@answers("follow_up", "inform", "correct")
def follow_up(question: Question, base: KnowledgeBase) -> Answer:
    """A follow-up that found nothing to follow: names may still make a question of it."""
    if question.policies and question.exposures_named:
        return respond(replace(question, intent="ask_coverage"), base)
    if len(question.policies) == 1:
        return respond(replace(question, intent="ask_policy"), base)
    if question.exposures_named:
        return respond(replace(question, intent="ask_what_covers"), base)
    if question.terms:
        return respond(replace(question, intent="ask_term"), base)
    if question.industry and question.intent in ("inform", "correct"):
        return respond(replace(question, intent="ask_recommendation"), base)
    if question.intent == "correct" and (others := other_questions(question, base)):
        return Answer(
            Status.CLARIFY,
            "correct",
            "I am sorry, I misread that. Which of these did you want to know, or what else?",
            buttons=[*others, TALK_TO_AGENT],
        )
    return did_you_mean(question, base)


@answers("restart", "cancel")
def restart(question: Question, base: KnowledgeBase) -> Answer:
    return _chat(question.intent, "All right, we start afresh. What would you like to know?")


class Converse(GuideAction):
    def name(self) -> str:
        return "action_converse"


class StartOver(GuideAction):
    """Forgets what was being talked about; the notice was given and stands."""

    def name(self) -> str:
        return "action_restart"

    def take_turn(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> list[EventType]:
        if not starts_over(tracker):
            return super().take_turn(dispatcher, tracker)
        super().take_turn(dispatcher, tracker)
        return [Restarted(), SlotSet("notice_given", True)]
