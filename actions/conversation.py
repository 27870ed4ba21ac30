"""The talk around the questions: greetings, follow-ups, repair, and what is not the guide's business."""

from __future__ import annotations

from dataclasses import replace

from rasa_sdk import Tracker
from rasa_sdk.events import EventType, Restarted, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.answer import Answer, Button, Status
from actions.base import GuideAction
from actions.clarify import closest, other_questions
from actions.forms.filling import Filling
from actions.forms.wishes import Heard, wants_to_hear_it
from actions.handing_over import waiting
from actions.known import known
from actions.noting import MATCH
from actions.phrasing import phrase
from actions.repair import said_again, written_by
from actions.responding import TALK_TO_AGENT, Reply, answers
from actions.standing import Standing
from actions.under_way import starts_over
from actions.wording import joined
from bot.agency import UNNAMED, Agency
from knowledge.base import KnowledgeBase
from knowledge.named import EXAMPLE_EXPOSURE, EXAMPLE_POLICY
from knowledge.notices import spoken
from understanding.question import Question
from understanding.text.foreign import language_of

EXAMPLES = [
    Button(
        "Does general liability cover call center mistakes?",
        {"intent": "ask_coverage", "policies": [EXAMPLE_POLICY], "exposure": EXAMPLE_EXPOSURE},
    ),
    Button("Which policies do I need?", {"intent": "ask_recommendation"}),
    Button("How do I get a quote?", {"intent": "get_quote"}),
]
START_OVER = Button("Start over", {"intent": "restart"})


def _chat(intent: str, text: str, buttons: list[Button] | None = None) -> Answer:
    return Answer(Status.CHITCHAT, intent, text, buttons=EXAMPLES if buttons is None else buttons)


@answers("greet")
def greet(question: Question, base: KnowledgeBase) -> Answer:
    return _chat("greet", phrase("greet"))


@answers("goodbye")
def goodbye(question: Question, base: KnowledgeBase) -> Answer:
    return _chat("goodbye", phrase("goodbye"), [])


@answers("thank")
def thank(question: Question, base: KnowledgeBase) -> Answer:
    return _chat("thank", phrase("thank"), [TALK_TO_AGENT])


@answers("affirm")
def affirm(question: Question, base: KnowledgeBase) -> Answer:
    return _chat("affirm", phrase("affirm"))


@answers("deny", "skip")
def deny(question: Question, base: KnowledgeBase) -> Answer:
    return _chat("deny", phrase("deny"), [TALK_TO_AGENT])


@answers("help")
def help_(question: Question, base: KnowledgeBase) -> Answer:
    return _chat(
        "help",
        "I answer questions about insurance for small businesses of any trade: whether a policy "
        "covers something, what does, what it costs, what the law or a client asks for, and how to buy. Every answer "
        "names its source, and a licensed agent can take over at any time.",
    )


@answers("bot_challenge")
def bot_challenge(question: Question, base: KnowledgeBase) -> Answer:
    """What the guide is, who runs it, and what becomes of the talk."""
    parts = [spoken(base.notices, "bot_identity"), _run_by(), spoken(base.notices, "recorded")]
    return _chat("bot_challenge", " ".join(parts), [TALK_TO_AGENT])


@answers("ask_credentials")
def credentials(question: Question, base: KnowledgeBase) -> Answer:
    """Whether a license stands behind the answers: none of the guide's, the agency's as it has set it."""
    text = f"{spoken(base.notices, 'credentials')} {written_by(base)} {_run_by()}"
    return _chat("ask_credentials", text, [TALK_TO_AGENT])


def _run_by() -> str:
    """Whose guide this is and with which license, as far as the agency has said so."""
    agency = Agency.from_environment()
    named = "an insurance agency, which has not told me its name" if agency.name == UNNAMED else agency.name
    number = f"Its insurance license is {agency.licence}." if agency.licence else "Ask an agent for its license number."
    return f"I am run by {named}. {number}"


@answers("other_language", "ask_language")
def other_language(question: Question, base: KnowledgeBase) -> Answer:
    """Two lines in the visitor's language, where it is one of those we have, and an agent.

    The language is that of the message, or the one it names: "in Spanish please".
    """
    languages = base.notices["other_languages"]
    words = question.text.lower()
    found = next((each for each in languages if any(name in words for name in each["names"])), None)
    if found is None and question.intent == "other_language":
        code = question.topic or language_of(question.text)
        found = next((each for each in languages if each["code"] == code), None)
    parts = [found["text"].strip()] if found else []
    parts.append(phrase("in_english"))
    if told := Agency.from_environment().fact("languages"):
        parts.append(f"Languages at the agency: {told}.")
    # What is of no language that we know may be nothing that anybody could read: a miss, as any other.
    status = Status.HANDOFF if found or question.intent == "ask_language" else Status.FALLBACK
    return Answer(status, question.intent, parts[0], parts[1:], buttons=[TALK_TO_AGENT])


def _in_the_language_of(standing: Standing) -> Question:
    """The question with its language; of few words what was written before tells it, too."""
    question = standing.question
    written = " ".join([*standing.written, question.text])
    code = question.topic or language_of(question.text) or language_of(written)
    return replace(question, topic=code)


@answers("out_of_scope")
def out_of_scope(question: Question, base: KnowledgeBase) -> Answer:
    named = base.outside(question.outside)
    pointer = named.pointer if named else phrase("whom_to_ask")
    return Answer(
        Status.OUT_OF_SCOPE,
        "out_of_scope",
        f"{phrase('outside')} {pointer}",
        buttons=[*EXAMPLES[:2], TALK_TO_AGENT],
    )


@answers("ask_agency")
def of_the_agency(question: Question, base: KnowledgeBase) -> Answer:
    """What the agency says of itself in its settings; where it is silent, how to find out."""
    fact = base.agency_fact(question.topic)
    if fact is None:
        return closest(question, base)
    agency = Agency.from_environment()
    value = agency.fact(fact.setting)
    text = fact.told.format(value=value, agency=agency.name) if value else fact.unset.format(agency=agency.name)
    ways = "" if value else agency.reached_by()
    said = [ways] if ways else []
    return Answer(Status.CHITCHAT, "ask_agency", text, said, entries=[fact.id], buttons=[TALK_TO_AGENT])


@answers("repeat", "go_back")
def repeat(question: Question, base: KnowledgeBase) -> Answer:
    return said_again(question, base) or closest(question, base)


@answers("ask_why", "ask_more")
def more(question: Question, base: KnowledgeBase) -> Answer:
    """What stands behind the last answer."""
    answer = said_again(question, base)
    if answer is None:
        return closest(question, base)
    if answer.more:
        answer.lead, *answer.paragraphs = answer.more
        answer.more, answer.verdict, answer.table = [], None, None
    elif question.intent == "ask_more":
        return _chat("ask_more", "That is all I have on this. A licensed agent can tell you more.", answer.buttons)
    return answer


@answers("simpler")
def simpler(question: Question, base: KnowledgeBase) -> Answer:
    """The last answer without a word of the trade, where the content has one."""
    answer = said_again(question, base)
    if answer is None:
        return closest(question, base)
    if answer.simpler:
        answer.paragraphs, answer.table = [f"In plain words: {answer.simpler}"], None
    return answer


@answers("follow_up", "inform", "correct")
def told(question: Question, base: KnowledgeBase) -> Answer:
    """A fact, or a correction, that names nothing to answer: what it names is asked about before (completion)."""
    if question.intent == "correct" and (others := other_questions(question, base)):
        return Answer(
            Status.CLARIFY,
            "correct",
            phrase("misread"),
            buttons=[*others, TALK_TO_AGENT],
        )
    if question.intent == "inform" and any(map(str.isalpha, question.text)):  # told, and nothing that changes an answer
        near = closest(question, base) if question.closest else None
        if near and near.entries:
            return replace(near, intent="inform", lead=phrase("kept_near"), paragraphs=near.paragraphs[:1], offers=None)
        opens = question.frame is None or not question.frame.target
        return _chat("inform", phrase("kept_first" if opens else "kept"), [MATCH, TALK_TO_AGENT])
    return closest(question, base)


@answers("restart", "cancel")
def restart(question: Question, base: KnowledgeBase) -> Answer:
    """Says what is let go, where everything is."""
    frame = question.frame
    entries = [base.entry(target.partition("#")[0]) for target in (frame.target, *frame.earlier)] if frame else []
    dropped = list(dict.fromkeys(each.name for each in entries if each))
    if question.intent == "cancel" or not dropped:
        return _chat(question.intent, "All right, we start afresh. What would you like to know?")
    return _chat(question.intent, f"Dropped: {joined(dropped)}. We start afresh: what would you like to know?")


class Converse(GuideAction):
    """The talk around the questions, and what is known of the visitor."""

    intents = frozenset(
        (
            *("greet", "goodbye", "thank", "affirm", "deny", "help", "bot_challenge", "complain"),
            *("ask_known", "ask_agency", "other_language", "out_of_scope"),
            *("repeat", "go_back", "ask_why", "ask_more", "simpler", "shorter"),
            *("ask_source", "ask_certain", "ask_credentials", "ask_language"),
            *("sarcasm", "not_asked", "none_of_these"),
            *("follow_up", "inform", "correct", "cancel", "skip"),
        )
    )

    def name(self) -> str:
        return "action_converse"

    def answered(self, standing: Standing) -> list[Reply]:
        if standing.question.intent == "other_language":
            return [(standing.question, other_language(_in_the_language_of(standing), standing.base))]
        if standing.question.intent == "ask_known" or _sums_up(standing):
            ticket = waiting(standing.tracker)
            told = known(standing.filling, standing.frame, standing.base, ticket, standing.written)
            return [(standing.question, told)]
        return super().answered(standing)


def _sums_up(standing: Standing) -> bool:
    """Whether "sum it up" is said in a form, where nothing else was just answered that it could be about."""
    form = standing.kept
    return bool(form and form.form) and wants_to_hear_it(Heard.of(standing.message), bool(form and form.aside))


class StartOver(GuideAction):
    """Forgets what was being talked about; the notice was given and stands."""

    intents = frozenset(("restart",))

    def name(self) -> str:
        return "action_restart"

    def answered(self, standing: Standing) -> list[Reply]:
        if starts_over(standing.message, standing.filling):
            return super().answered(standing)
        text = 'To begin afresh, say "start over": what you have told me is dropped then.'
        return [(standing.question, _chat("restart", text, [START_OVER]))]

    def take_turn(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> list[EventType]:
        if not starts_over(tracker.latest_message, Filling.from_slot(tracker.get_slot("form"))):
            return super().take_turn(dispatcher, tracker)
        super().take_turn(dispatcher, tracker)
        return [Restarted(), SlotSet("notice_given", True)]
