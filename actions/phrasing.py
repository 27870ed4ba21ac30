"""What the guide says of its own at many a turn, each with the wordings that take its place once it has been said."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from knowledge.base import KnowledgeBase

# Name -> what is said the first time, then the others in turn; {names} are filled in.
PHRASES: Mapping[str, tuple[str, ...]] = {
    # Talk.
    "greet": (
        "Hello! Ask me anything about business insurance, in your own words.",
        "Hello again. What is it about?",
        "I am still here: just ask.",
    ),
    "goodbye": (
        "Goodbye, and thank you for stopping by. Come back any time.",
        "Goodbye for now.",
        "Until next time.",
    ),
    "thank": (
        "You are welcome. Is there anything else you would like to know?",
        "Gladly. What else?",
        "My pleasure. Ask on, if there is more.",
    ),
    "affirm": ("Good. What would you like to know next?", "Fine. And what comes next?", "All right. Go ahead."),
    "deny": (
        "All right. Tell me what you are looking for, or ask for an agent.",
        "No, then. What is it that you need?",
        "As you like. An agent is there, too.",
    ),
    "outside": (
        "That is outside what I can help with: I know insurance for businesses.",
        "That, too, is not about insuring a business.",
        "Nor can I help with that one.",
    ),
    "may_be_outside": (
        "That may be outside what I know, which is insurance for businesses. "
        "If it is about yours, please put it in other words.",
        "That looks like something beside insurance for businesses. Is it about yours? Then tell me what happened, or "
        "which policy you mean.",
    ),
    "whom_to_ask": (
        "For anything else, an agent can point you the right way.",
        "An agent may know whom to ask.",
        "A person at the agency may know more.",
    ),
    "in_english": (
        "I answer in English; an agent can help you in another language if one is available.",
        "I write English alone; the agent may write yours.",
        "English is still all I have; an agent may have more.",
    ),
    "no_words": (
        "I can only read words. Please put your question in a sentence, for example: what does cyber insurance cover?",
        "I found no words in that one either.",
        "Words are all I can read: type a short question.",
    ),
    "kept": (
        "Thank you for telling me. I have no rule that turns on it; an agent you ask for will read it as you wrote it.",
        "That, too, is for the agent to weigh: it stays with this conversation.",
        "It stays with what you have told. What would you like to know about it?",
    ),
    "kept_first": (
        "Noted, in your words. What would you like to know: which policies fit, what they cost, or what they cover?",
        "Noted as well. What is it that you would like to know?",
        "I keep that, too. What is your question?",
    ),
    "kept_near": (
        "Thank you for telling me. It may touch on one of these:",
        "I keep that with the rest. What I have near it:",
    ),
    # Repair.
    "misread": (
        "I am sorry, I misread that. Which of these did you want to know, or what else?",
        "Wrong again, I am sorry. Is it one of these?",
        "Still not it, then. Say it in other words, or let an agent answer.",
    ),
    "not_asked": (
        "Sorry, I answered another question than yours.",
        "That was not it either, I am sorry.",
        "I missed your question again.",
    ),
    "no_help": (
        "That did not help, I see. Tell me in a few words what you need to know, or let an agent answer it.",
        "I still do not help, I gather. An agent can answer it: shall I pass it on?",
        "Say yes, and an agent answers instead of me.",
    ),
    "complained": (
        "I am sorry I was not more help. A licensed agent can take it from here: say the word and I will pass this "
        "conversation on.",
        "I understand that this is no use to you. Say yes, and a licensed agent takes over.",
        "Let a licensed agent take over: a yes is enough.",
    ),
    "same_answer": (
        "That is what I have on it; what your own case changes, a licensed agent can tell you.",
        "It stays at that as far as I know, and the rest is for an agent to say.",
        "I have no more on that one than this. An agent can look at your case.",
    ),
    # Prices, and what has happened.
    "no_promise": (
        "These are published figures, not a quote. Your price depends on your business.",
        "Published figures again, and no quote.",
        "That, too, is what was published, and no quote.",
        "As with the others, only a quote tells your own price.",
    ),
    "offer_quote": (
        "For a price of your own: shall I take down what an agent needs for a quote?",
        "Shall I take it down for a quote?",
        "A quote would tell: shall I begin one?",
    ),
    "concerns": (
        "In general {incident} is a matter for {policies}.",
        "Such a case is looked at under {policies}.",
        "So the place to report it is {policies}, if you have it.",
    ),
    "told_of_loss": (
        "Please tell your insurer that, too: such details can matter, and the insurer decides what is paid, not I.",
        "That belongs in your report as well. Say what you know and leave open what you do not: the insurer decides.",
        "The adjuster will want to hear that, in your own words. What comes of it I cannot say; the insurer decides.",
    ),
    # A person.
    "whether_paid": (
        "If you want to hear that it will be paid: only your insurer can decide that, and I cannot say it. For "
        "anything else, try other words; or a licensed agent can take over now.",
        "Whether it is paid, nobody here can tell you: the adjuster decides. Ask me something else about it, or take "
        "an agent.",
    ),
    "a_person": (
        "Is it a person you want? Say yes, and I pass this conversation to a licensed agent.",
        "If you want a licensed agent to take over, say yes.",
        "Just say yes if a person should answer that.",
    ),
    "passed_on": (
        "Of course. I have stored this conversation for a licensed agent.",
        "A licensed agent has this conversation, and now what you told since.",
        "It lies with the agent, with all you have told.",
    ),
    "invitation": (
        'To be called back, write your name and number, like "call Dee at 202-555-0142 after 3".',
        "Your name and number are all an agent needs to call.",
        "Do you want a call? A name and a number will do.",
    ),
    # Forms.
    "quote_opening": (
        "I can take down what a licensed agent needs to get you a quote. I cannot price or bind coverage myself. "
        'Say "skip", "back", "why do you ask?" or "cancel" whenever you like.',
        "On with the quote request.",
        "Back to the quote request.",
    ),
    "recommendation_opening": (
        'A few questions, and I can tell you which policies fit. Say "skip" to leave one out.',
        "On with the questions that tell which policies fit.",
        "Back to the list of policies.",
    ),
    "sharpen": (
        'A few questions can sharpen this list. Say "skip" to leave one out, or "cancel" to leave it at that.',
        "Here is what would sharpen it.",
        "To sharpen it, I go on asking.",
    ),
    "summary": ("This is what I would pass on:", "It now reads:", "So the agent would get:", "As it stands:"),
    "may_i_send": (
        "May I send it to a licensed agent, who will contact you about it? Nothing is sent before you say yes.",
        "May it go to the agent like this? It waits for your yes.",
        "Is it right so, and may I send it?",
        "Shall I send it? Without your yes it stays here.",
    ),
    "not_taken": (
        "That I cannot take as the answer either.",
        "Nor that, I am afraid.",
        "That does not answer it.",
        "I could write down nothing of that.",
    ),
    "way_out": (
        "You can {way}, or ask for a person.",
        "As I said, you can {way}.",
        "You are free to {way}.",
        "It is fine to {way}.",
    ),
    "left_out": ("All right, that is left out.", "Left out as well.", "Skipped, too.", "That one is skipped."),
    "needed": (
        "Without this no agent can answer you. You can also cancel, or ask for a person.",
        "An agent cannot do without it, but you can cancel.",
        "It is the one thing that cannot be left out.",
    ),
    "keep": (
        'Say "keep it", or what is right.',
        'With "keep it" it stays.',
        '"Keep it" leaves it as it is.',
        'Is it right? Then say "keep it".',
    ),
    "change": (
        "What should I change? Choose it, or just write what is right.",
        "What else should I change?",
        "Which one is not right yet?",
    ),
    "dropped": (
        "All right, I have dropped the {form}. Nothing was passed on. What else can I do for you?",
        "The {form} is dropped again, and nobody has it.",
        "Dropped once more: the {form} stays unsent.",
    ),
}
ASKED_AGAIN = (
    "Once more: {question}",
    "Still open: {question}",
    "To go on, tell me: {question}",
    "What I need next is this: {question}",
    "My question stands: {question}",
    "I ask again: {question}",
)


def phrase(name: str, **values: str) -> str:
    """A phrase as it is said the first time."""
    return PHRASES[name][0].format(**values)


@lru_cache(maxsize=1)  # of the base in service
def wordings(base: KnowledgeBase) -> dict[str, tuple[str, ...]]:
    """All that is said word for word at many a turn, by name: phrases, standing texts, and what forms ask."""
    told: dict[str, tuple[str, ...]] = dict(PHRASES)
    for name, again in (base.notices.get("again") or {}).items():
        told[name] = (str(base.notices.get(name, "")), *([again] if isinstance(again, str) else again))
    for field in (*base.profile_fields(), *base.quote_fields()):
        question = field.question[:1].lower() + field.question[1:]
        told[f"question {field.id}"] = (field.question, *(each.replace("{question}", question) for each in ASKED_AGAIN))
    return told
