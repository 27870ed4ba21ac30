"""What visitors say of an answer instead of asking: doubt, anger, mockery, too long, not meant, none of these."""

from __future__ import annotations

from dataclasses import replace

from actions.answer import Answer, Status
from actions.clarify import other_questions, understood
from actions.phrasing import phrase
from actions.responding import HELP, TALK_TO_AGENT, answers, respond
from actions.wording import joined, listed, without_verdict
from bot.agency import Agency
from knowledge.base import KnowledgeBase
from knowledge.notices import spoken
from understanding.question import Question
from understanding.targets import AGENT
from understanding.text.questions import SENTENCE_END

NAMED = 5  # sources told by name


def said_again(question: Question, base: KnowledgeBase) -> Answer | None:
    """The last answer, without a yes or no where it said none; None where there is none."""
    asked, frame = _again(question), question.frame
    if asked is None or frame is None:
        return None
    answer = respond(asked, base)
    last = next((each for each in frame.given if each.target == frame.target), None)
    if last and last.verdict is None:
        without_verdict(answer)
    return answer


def _again(question: Question) -> Question | None:
    """The last answered question, to be answered again."""
    frame = question.frame
    if frame is None or not frame.target or not (frame.intent.startswith("ask_") or frame.intent == "get_quote"):
        return None
    return replace(
        question,
        intent=frame.intent,
        target=frame.target,
        policies=frame.policies,
        exposure=frame.exposure,
        topic=frame.topic,
        terms=frame.terms,
        industry=frame.industry,
        bound=True,
        excluded=False,
    )


def written_by(base: KnowledgeBase) -> str:
    """Who wrote the answers, and whether licensed agents have signed any."""
    signed = "signed_by" if base.signed_last(1) else "signed_by_nobody"
    return f"{spoken(base.notices, 'written_by')} {spoken(base.notices, signed)}"


def _nothing_yet(intent: str) -> Answer:
    text = "I have not answered anything yet. Ask me about business insurance, in your own words."
    return Answer(Status.CHITCHAT, intent, text, buttons=[HELP, TALK_TO_AGENT])


@answers("ask_source")
def where_from(question: Question, base: KnowledgeBase) -> Answer:
    """The sources of the last answer, with who publishes them and where."""
    last = said_again(question, base)
    if last is None:
        return _nothing_yet("ask_source")
    if not last.sources:
        text = "My last answer states nothing that would have a source."
        return Answer(Status.CHITCHAT, "ask_source", text, buttons=last.buttons)
    named = [base.source(each) for each in last.sources[:NAMED]]
    lines = [", ".join(str(part) for part in (s.title, s.publisher, s.year, s.url) if part) for s in named]
    answer = Answer(Status.CHITCHAT, "ask_source", "My last answer comes from:", [listed(lines)], buttons=last.buttons)
    if len(last.sources) > NAMED:
        answer.paragraphs.append(f"And from {len(last.sources) - NAMED} more.")
    return answer


@answers("ask_certain")
def how_sure(question: Question, base: KnowledgeBase) -> Answer:
    """What the last answer rests on, and what it cannot know."""
    last = said_again(question, base)
    if last is None or not last.lead:
        return Answer(Status.CHITCHAT, "ask_certain", written_by(base), buttons=[HELP, TALK_TO_AGENT])
    publishers = list(dict.fromkeys(base.source(each).publisher for each in last.sources))[:3]
    signed = base.signature(last.entries)
    lead = f"It is what {joined(publishers)} says." if len(publishers) == 1 else ""
    if len(publishers) > 1:
        lead = f"It is what {joined(publishers)} say."
    reviewed = f"{signed.by} ({signed.licence}) reviewed it." if signed else "No licensed agent has signed it yet."
    rule = "Your own policy's wording decides, and I have not read it."
    parts = [part for part in (lead, reviewed, rule) if part]
    rule_itself = SENTENCE_END.split(last.lead)[0]
    said = (
        "As a general rule it stands." if rule_itself.endswith(":") else f"As a general rule it stands: {rule_itself}"
    )
    return Answer(Status.CHITCHAT, "ask_certain", said, [" ".join(parts)], buttons=[TALK_TO_AGENT])


@answers("shorter")
def shorter(question: Question, base: KnowledgeBase) -> Answer:
    """The last answer in its first words alone; "more" tells what stands behind it."""
    last = said_again(question, base)
    if last is None:
        return _nothing_yet("shorter")
    if last.status is Status.ANSWERED:
        last.paragraphs = [] if not last.lead.endswith(":") else last.paragraphs[:1]
        last.more, last.table = [], None
    return last


@answers("not_asked")
def something_else(question: Question, base: KnowledgeBase) -> Answer:
    """What the question was taken for, so that the visitor sees what went wrong, and other ways to take it."""
    heard = understood(_of_frame(question), base)
    taken = f" I took it to be about {heard}." if heard else ""
    return Answer(
        Status.CLARIFY,
        "not_asked",
        f"{phrase('not_asked')}{taken} What did you want to know?",
        buttons=[*other_questions(question, base), TALK_TO_AGENT],
    )


@answers("none_of_these")
def none_fits(question: Question, base: KnowledgeBase) -> Answer:
    """The options that were shown do not fit: they are dropped, and what was understood stays."""
    if not (question.frame and question.frame.shown):
        return something_else(question, base)
    heard = understood(_of_frame(question), base)
    kept = f"I keep in mind that it is about {heard}. " if heard else ""
    return Answer(
        Status.CLARIFY,
        "none_of_these",
        f"None of them, then. {kept}Tell me what happened, or which policy you mean; or an agent takes your question "
        "as it is. Shall I pass it on?",
        buttons=[TALK_TO_AGENT, HELP],
        offers=AGENT,
    )


def _of_frame(question: Question) -> Question:
    """The subject of the last answer, where the message names none."""
    frame = question.frame
    if frame is None or question.policies or question.exposure:
        return question
    return replace(question, policies=frame.policies, exposure=frame.exposure, industry=frame.industry)


@answers("sarcasm")
def mocked(question: Question, base: KnowledgeBase) -> Answer:
    """Praise that means the opposite is taken for what it means."""
    return Answer(
        Status.CLARIFY,
        "sarcasm",
        phrase("no_help"),
        buttons=[*other_questions(question, base)[:2], TALK_TO_AGENT],
        offers=AGENT,
    )


@answers("complain")
def complained(question: Question, base: KnowledgeBase) -> Answer:
    """Anger is answered with a person."""
    return Answer(
        Status.HANDOFF,
        "complain",
        f"{phrase('complained')} {Agency.from_environment().reached_by()}".strip(),
        buttons=[TALK_TO_AGENT, *other_questions(question, base)],
        offers=AGENT,
    )
