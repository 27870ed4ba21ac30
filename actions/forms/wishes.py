"""What a message wants of a form besides answering its question: to skip, to stop, to know why, a person.  Pure.

The words that everybody uses count by themselves, so that "cancel" works whatever the classifier makes of it;
the rest goes by the intent and how sure it is.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from actions.contact import read_way
from actions.forms.fields import ABOUT_CLAIMS
from actions.forms.filling import Filling
from actions.forms.said import Read, Refusal, Value, classified
from knowledge.schema import ProfileField
from understanding.text.questions import SENTENCE_END, begins_asking

SURE_QUESTION = 0.6  # confidence from which an intent makes a question of a sentence without a question mark
SURE_CHAT = 0.8  # from which longer thanks and greetings are no try to answer
SURE_STEER = 0.7  # from which it steers the form ("back", "cancel") or leaves it (an agent, a claim)
SURE_SKIP = 0.5  # from which words that answer nothing skip a question
SURE_SKIP_ANYWAY = 0.9  # from which words that could be an answer do ("we don't keep any" is one)
SURE_QUOTE = 0.85  # from which a quote is asked for in the middle of a form
LIKELIER = 0.5  # chance from which on words that answer nothing are likelier to ask something
A_FEW_WORDS = 3  # from which on words that answer nothing may ask something
SHORT = 4  # words; a longer "hello" says something more
A_NAME = 2  # words at most that may name a trade or work without saying anything of it
NUMBERS = ("count", "money", "year")
WORDS = ("text", "industry", "name")  # kinds that nearly any words can answer

COMES_FIRST = {"report_claim", "delete_my_data"}  # the form waits until it is spoken to again
# Never an answer to a question of a form, unless the words could be one and are not meant for the guide.
ALWAYS_ANSWERED = {
    "talk_to_agent",
    "report_claim",
    "delete_my_data",
    "bot_challenge",
    "complain",
    "ask_to_bind",
    "ask_guarantee",
    "ask_legal_advice",
    "ask_tax_advice",
    "ask_medical_advice",
}
_GREETINGS = {"greet", "thank", "goodbye", "help"}
_CHAT = _GREETINGS | {"other_language", "simpler", "ask_more"}
_ANSWERS = {
    "inform",
    "affirm",
    "deny",
    "correct",
    "nlu_fallback",
}  # intents of an answer that ends in "?" ("20 or so?")

_TRIES = _ANSWERS | {"follow_up", "out_of_scope", "skip", "unreadable"}  # of a try to answer

_POLITE = r"(?:\s*,?\s*(?:please|pls|thanks?|then|for now|ok(?:ay)?|sorry))*\W*"
_STOP = re.compile(
    r"\W*(?:(?:no|no thanks?|please|ok(?:ay)?|just|sorry|wait|actually)\W+)*"
    r"(?:cancel|stop|exit|quit|abort|end|nvm|never ?mind|forget (?:it|this|that))(?: (?:it|this|that|now))?"
    rf"{_POLITE}",
    re.I,
)
_RESTART = re.compile(
    r"\W*(?:(?:no|please|ok(?:ay)?|just|sorry|wait|actually|let['’]?s|can we|can i)\W+)*"
    r"(?:start (?:all )?over|restart|(?:start|begin) (?:again|afresh|anew|from scratch))"
    rf"{_POLITE}",
    re.I,
)
_SKIP = re.compile(
    r"\W*(?:ok(?:ay)?\W+)?(?:(?:can (?:we|i) |let'?s |i'?ll |please )?(?:skip|pass)(?: (?:it|this|that))?"
    r"(?: (?:one|question))?"
    r"|n/?a|not applicable|idk|dunno|unsure|unknown|(?:i )?(?:really )?(?:don['’]?t|do not) (?:really )?"
    r"(?:know|remember|recall)(?: (?:that|it|yet))?|(?:i am |i'?m |we'?re )?not (?:really )?sure(?: yet)?"
    r"|(?:i )?(?:have )?no (?:idea|clue)|no comment|next(?: (?:one|question))?|move on|none of your business"
    rf"|(?:i'?d )?(?:rather|prefer) not(?: (?:to )?say)?){_POLITE}",
    re.I,
)
_BACK = re.compile(rf"\W*(?:go |one )?back(?: one)?(?: step)?{_POLITE}", re.I)
_GO_ON = re.compile(
    r"(?:ok(?:ay)?,? )?(?:let'?s )?(?:continue|go on|carry on|resume|proceed)\b.{0,25}"
    r"|\W*(?:what was (?:the|your) (?:last )?question|where were we|come again)\W*",
    re.I,
)
_HOW_LONG = re.compile(
    r"\W*(?:(?:ok(?:ay)?|k|so|and|but|wait|hm+)\W+)*(?:how many (?:more )?(?:questions|q['’]?s)\b.*"
    r"|how (?:much longer|many more|long (?:is|does|will) (?:this|it))\b.*"
    r"|(?:are we|is (?:this|it|that)) (?:almost |nearly )?(?:done|over|the last (?:one|question))(?: yet)?)\W*",
    re.I,
)
_GOT_IT = re.compile(
    r"\W*(?:(?:ok(?:ay)?|k|got it|i see|cool|great|good|alright|all right|fine|understood|makes sense|gotcha)\b\W*)+",
    re.I,
)
_KEEP = re.compile(
    r"\W*(?:keep(?: it| that)?|same|no changes?|as (?:it )?(?:is|was)|leave (?:it|that)(?: as (?:it )?is)?"
    r"|(?:it|that)(?:['’]?s| is| was) (?:right|fine|correct))\W*",
    re.I,
)
_WHY = re.compile(
    r"\b(?:why|how come)\b.*\b(?:you|that|this|it|these|me)\b"
    r"|\bwhat(?:['’]?s| is| do(?:es)? you need)? (?:that|this|it) for\b"
    r"|\b(?:is|are) (?:that|this|it|these)(?: really| all)? (?:necessary|needed|required|relevant)\b"
    r"|\bdo (?:i|we) (?:really )?(?:have|need) to (?:answer|tell|say|give)\b|\bwhy u (?:ask|need|want)\b",
    re.I,
)
_BESIDE_THE_POINT = re.compile(r"\b(?:have|has|got|is)(?: that)?(?: got)? to do (?:with\b|w/?(?=\s))", re.I)
_OF_THE_ANSWER = re.compile(r"\bwhy (?:that|this|those|these|the) (?:one|first|policy|ones)\b", re.I)
_WHY_ALONE = re.compile(r"\W*(?:but |and |ok |sorry )?(?:why|what for|how come|why not|how so)\W*\??\W*", re.I)
_PUZZLED = re.compile(
    r"^\W*(?:sorry,? )?(?:what|huh|hm+|pardon)\?+|\b(?:don['’]?t|do not) (?:understand|get) (?:it|that|this|the q\w*)\b"
    r"|\bwhat do you mean\b|\bconfus(?:ed|ing)\b",
    re.I,
)
_QUOTE = re.compile(r"\bquot", re.I)
_HOW_TO = re.compile(r"\W*(?:how|what|where|which|when|who|why|do i)\b", re.I)
_HOW_AT_LAST = re.compile(r"[.,;]\s*how\b[^.,;]*$", re.I)
_INVERTED = (
    r"(?:do|does|did|is|are|was|can|could|would|will|should|must|may)(?:n['’]?t)? "
    r"(?:i|we|you|u|it|they|that|this|these|those|there|my|our|the)\b"
)
# After "hold on" or a sentence of its own; behind a comma "which" and "who" only go on telling.
_ASKS_AFTER_ALL = re.compile(
    r"^\W*(?:(?:hold on|hang on|wait|sorry|actually|quick question|one (?:sec|second|moment|question)"
    r"|before (?:that|i answer)|first|um+|hm+|hey|hi|well)\b[\s,:.;-]*)+"
    r"(?:what|whats|how|who|which|where|when|why|does|do|did|is|are|can|could|would|will|should|must)\b"
    r"|\b(?:ask(?:s|ed|ing)?|wants? to know|wonder(?:s|ing)?)\s+(?:if|whether|what|how|who|why|when|which|where)\b"
    rf"|(?:[.!;]\s+(?:(?:and|so|but|then|or) )*(?:wh(?:ich|o|ere|en)\b|what|how|why|{_INVERTED})"
    rf"|,\s+(?:(?:and|so|but|then) )*(?:what|how|why|{_INVERTED}))",
    re.I,
)
# What begins so is imagined, and no answer: "and if they steal one".
_SUPPOSES = re.compile(
    r"^\W*(?:(?:ok|okay|so|also|and|but)\W+)*?(?:(?:and|n|but|or)\W+if|(?:what|how)\W+(?:if|about))\b", re.I
)
_ASKING_WORD = re.compile(r"\b(?:whats?|how|why|which|difference|means?|meaning)\b", re.I)
_DEMANDS = re.compile(
    r"^\W*(?:please )?(?:tell|explain|define|compare|describe|show|remind|(?:send|give|get) (?:me|us))\b"
    r"|\bmean(?:s|ing)?\W*$|^\W*(?:the )?(?:meaning|definition) of\b",
    re.I,
)
_TO_THE_GUIDE = re.compile(r"\b(?:i|i['’]m|i['’]d|im|me|my|you|your|ur|u|this|that|please|let)\b", re.I)
_TALK = re.compile(r"\W*(?:talk|speak|chat)\b", re.I)
_TOLD_OF_A_CLAIM = re.compile(
    r"\b(?:just|now|today|tonight|yesterday|morning|last night|ago|help|happened|suing|sued|was|were|got|had|is|has"
    r"|have|i need)\b",
    re.I,
)
_URGENT = re.compile(
    r"\b(?:just|now|today|tonight|yesterday|this morning|last night|(?:minutes?|hours?) ago|help|suing|i need to)\b",
    re.I,
)
_CALL_ME = re.compile(
    r"\W*(?:you can |just |please )?(?:call me|ask for) (?!(?:an?|the|some\w*)\b)"
    r"(?!(?:at|on|back|now|later|when|if|please|tomorrow|today)\b)\w",
    re.I,
)
_LIKE_A_NAME = re.compile(r"(?:[A-Z][\w'’.-]*\s*){1,4}")


@dataclass(frozen=True)
class Heard:
    """A message as far as it steers a form."""

    text: str
    intent: str
    confidence: float
    asks: bool  # begins as a question does, after "hold on" and the like
    names_subject: bool  # a policy, an incident, a term or guidance: it asks about that
    decided: tuple[str, float] = ("", 0.0)  # the intent as it would be taken outside a form, and its chance
    answered: bool = False  # outside a form an entry would answer it
    happened: bool = False  # something has happened to the visitor
    points_back: bool = False  # at a policy that was listed

    @classmethod
    def of(cls, message: Mapping[str, Any]) -> Heard:
        """From Rasa's parse data."""
        intent = classified(message)
        decided, question = message.get("intent") or {}, message.get("question") or {}
        named = {entity["entity"] for entity in message.get("entities") or []}
        text = str(message.get("text") or "").strip()
        points_back = bool(question.get("follows") and question.get("policies"))
        return cls(
            text,
            str(intent.get("name") or ""),
            float(intent.get("confidence") or 0.0),
            bool(message.get("begins_asking") or _ASKS_AFTER_ALL.search(text)) or _asks_at_last(text),
            bool(named & {"policy", "exposure", "term", "topic"}),
            (str(decided.get("name") or ""), float(decided.get("confidence") or 0.0)),
            any(question.get(kind) for kind in ("exposure", "topic", "terms")) or points_back,
            bool(question.get("happened")),
            points_back,
        )

    def is_surely(self, *intents: str, at_least: float = SURE_STEER) -> bool:
        return self.intent in intents and self.confidence >= at_least

    def is_either_way(self, intent: str, at_least: float) -> bool:
        """Whether the classifier or the whole reading is so sure of an intent that is no answer to any question."""
        return self.is_surely(intent, at_least=at_least) or (self.decided[0] == intent and self.decided[1] >= at_least)


def _asks_at_last(text: str) -> bool:
    """Whether a later sentence begins as a question does: "lol fair. do tree guys need more"."""
    return any(map(begins_asking, SENTENCE_END.split(text)[1:]))


def stops(heard: Heard) -> bool:
    """Whether the form is to end: said plainly, with or without a reason behind it, or surely meant.

    "Stop, it's 12" puts something right.
    """
    first, _, reason = heard.text.partition(", ")
    plainly = _STOP.fullmatch(heard.text) or (_STOP.fullmatch(first) and not re.search(r"\d", reason))
    return bool(plainly) or (heard.is_either_way("cancel", SURE_CHAT) and not keeps(heard))


def restarts(heard: Heard) -> bool:
    """Whether all is to begin anew: said plainly, with or without a reason behind it ("start over, wrong shop")."""
    return bool(_RESTART.fullmatch(re.split(r"[,;.]", heard.text, maxsplit=1)[0]))


def skips(heard: Heard, read: Read, asked: ProfileField | None) -> bool:
    """Whether the question is to stay without an answer."""
    if _SKIP.fullmatch(heard.text):
        return True
    if isinstance(read, Value):
        needed = SURE_STEER if asked and asked.kind in WORDS else SURE_SKIP_ANYWAY
    else:
        needed = SURE_STEER if re.search(r"\d", heard.text) else SURE_SKIP
    return heard.is_surely("skip", at_least=needed)


def goes_back(heard: Heard) -> bool:
    return bool(_BACK.fullmatch(heard.text)) or heard.is_surely("go_back")


def goes_on(heard: Heard, asked: ProfileField | None) -> bool:
    """Whether the form is to go on with what it waits for."""
    if asked and asked.kind not in ("yes_no", "choice") and _GOT_IT.fullmatch(heard.text):
        return True  # of what was said before; "ok" answers nothing but yes or no
    return bool(_GO_ON.fullmatch(heard.text))


def asks_how_long(heard: Heard) -> bool:
    """Whether it asks how many questions are left."""
    return bool(_HOW_LONG.fullmatch(heard.text))


def keeps(heard: Heard) -> bool:
    """Whether what was said before shall stand."""
    return bool(_KEEP.fullmatch(heard.text) or _GO_ON.fullmatch(heard.text))


def asks_why(heard: Heard, aside: bool) -> bool:
    """Whether it asks why the form asks.

    Args:
        aside: the last message asked something of its own, so that a mere "why?" is about its answer.
    """
    if _BESIDE_THE_POINT.search(heard.text):
        return True
    if heard.names_subject or heard.points_back:
        return False
    if _WHY.search(heard.text) and not (aside and _OF_THE_ANSWER.search(heard.text)):
        return True
    puzzled = _WHY_ALONE.fullmatch(heard.text) or _PUZZLED.search(heard.text)
    return not aside and bool(puzzled or heard.is_surely("ask_why", at_least=SURE_QUESTION))


def wants_quote(heard: Heard) -> bool:
    """ "just get me a quote", but not how that is done"""
    surely = heard.is_either_way("get_quote", SURE_QUOTE)
    return surely and bool(_QUOTE.search(heard.text)) and not asks_how(heard.text)


def speaks_of_quotes(text: str) -> bool:
    """Whether a text has the word."""
    return bool(_QUOTE.search(text))


def wants_to_hear_it(heard: Heard, aside: bool) -> bool:
    """ "what have you got so far?", or, where nothing else was just answered, "sum it up" and "repeat it all to me".

    Args:
        aside: the last message asked something of its own.
    """
    again = heard.is_either_way("repeat", SURE_CHAT) and len(heard.text.split()) > SHORT  # fewer: the question again
    summed_up = not aside and (again or heard.is_either_way("shorter", SURE_CHAT))
    return summed_up or heard.is_either_way("ask_known", SURE_STEER)


def asks_how(text: str) -> bool:
    """Whether a message about a quote asks how one is had, and does not ask for it."""
    return bool(_HOW_TO.match(text) or _HOW_AT_LAST.search(text))


def greets(heard: Heard) -> bool:
    return heard.is_surely(*_GREETINGS) and len(heard.text.split()) <= SHORT


def is_never_an_answer(heard: Heard, read: Read, asked: ProfileField | None) -> bool:
    """Whether the message wants what no question of a form asks for: a person, a claim reported, its data erased.

    Where the words could answer the question ("we transfer callers to a person" tells of a service), they must be
    meant for the guide.
    """
    if not heard.is_surely(*ALWAYS_ANSWERED) or _GO_ON.fullmatch(heard.text):
        return False
    if heard.intent == "complain" and _WHY.search(heard.text):
        return False
    if asked is None:
        return True
    if asked.kind == "reach" and (read_way(heard.text) or re.search(r"[\d@]", heard.text)):
        return False
    if asked.kind == "name" and _CALL_ME.match(heard.text):
        return False
    if heard.intent == "report_claim" and asked.id in ABOUT_CLAIMS:
        return bool(_URGENT.search(heard.text))
    if not isinstance(read, Value) or heard.asks or heard.text.endswith("?"):
        return True
    if heard.intent == "report_claim":
        return bool(_TOLD_OF_A_CLAIM.search(heard.text))
    named_trade = asked.kind == "industry" and read.value is not None  # "call centre"
    if (
        heard.intent == "talk_to_agent"
        and not named_trade
        and (_TALK.match(heard.text) or len(heard.text.split()) < SHORT)
    ):
        return not re.search(r"\d", heard.text)
    return bool(_TO_THE_GUIDE.search(heard.text))


def reads_as_else(heard: Heard, asked: ProfileField, filling: Filling) -> bool:
    """Whether words that a question cannot take ask or wish something else, by the whole reading.

    A word or two, and figures where a number is asked for, are rather a try to answer.  Who is not understood twice is
    no longer held to the question, nor who was answered already, by words too many for a try.
    """
    if filling.only_sharpens and len(heard.text.split()) > SHORT:
        return True
    intent, chance = heard.decided
    figures = asked.kind in (*NUMBERS, "reach") and bool(re.search(r"\d", heard.text))
    if not intent or intent in _TRIES or figures or len(heard.text.split()) < A_FEW_WORDS:
        return False
    return filling.misses > 0 or chance >= LIKELIER


def speaks_past(heard: Heard, read: Read, told: bool) -> bool:
    """Whether words that do not answer a question which only sharpens are what an entry answers.

    Args:
        told: they tell of other fields; then the entry must be likelier than not.
    """
    if isinstance(read, Value) or len(heard.text.split()) < A_FEW_WORDS:
        return False
    return heard.answered and (not told or heard.decided[1] >= LIKELIER)


def _speaks_of_else(heard: Heard) -> bool:
    """Whether words that could be anything tell of what an entry answers, surely or as something that has happened.

    A word or two that name nothing known are a trade or work for which there is no entry: "falconry".
    """
    says_more = heard.names_subject or len(heard.text.split()) > A_NAME
    return heard.answered and (heard.happened or (says_more and heard.decided[1] >= LIKELIER))


def asks_something(heard: Heard, read: Read, asked: ProfileField) -> bool:
    """Whether the message asks something instead of answering."""
    if _SUPPOSES.match(heard.text):
        return True
    question = heard.intent.startswith("ask_") or heard.intent in _CHAT | {"out_of_scope"}
    surely = question and heard.confidence >= (SURE_CHAT if heard.intent in _GREETINGS else SURE_QUESTION)
    marked = heard.text.endswith("?")
    answers = isinstance(read, Value) or (isinstance(read, Refusal) and bool(read.choices))  # "80": thousands, or not
    if asked.kind in NUMBERS and answers:
        return heard.asks and (surely or heard.answered)  # "maybe 12?", "may 2015"
    if asked.kind == "reach" and isinstance(read, Value):
        return False  # "will@example.com"
    if asked.kind == "name" and isinstance(read, Value) and _LIKE_A_NAME.fullmatch(heard.text):
        return False  # "Will Price"
    if heard.asks or (surely and bool(_DEMANDS.search(heard.text))):
        return True
    if isinstance(read, Value) and asked.kind == "industry" and read.value is None:
        # Words that name no trade known: what an entry answers tells of something else ("a caller got wrong advice").
        return (marked and heard.intent not in _ANSWERS) or _speaks_of_else(heard)
    if isinstance(read, Value):
        in_words = asked.kind == "text" and bool(_ASKING_WORD.search(heard.text))  # which takes any
        asks = in_words and question and _speaks_of_else(heard)
        return asks or (marked and (heard.intent not in _ANSWERS or heard.decided[0] not in _TRIES | {""}))
    # What is out of scope and no question is a try to answer: saying what would be an answer helps more.
    return marked or (surely and heard.intent != "out_of_scope")
