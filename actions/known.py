"""What is known of the visitor: the facts with where they come from, the answers given, and what is still open.

Told back on asking, and given to the agent who takes over.  Pure.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from actions.answer import Answer, Button, Status
from actions.facts import LIKENED, LONGEST_WORDS
from actions.forms import quoting
from actions.forms.asking import PLANS
from actions.forms.correcting import put_right_in
from actions.forms.fields import mentioned
from actions.forms.filling import CONFIRM, Filling
from actions.forms.numbers import read_amounts
from actions.forms.said import Said
from actions.forms.wishes import NUMBERS
from actions.responding import TALK_TO_AGENT, answers
from actions.wording import cut, listed
from bot.records.tickets import Ticket
from knowledge.base import KnowledgeBase
from knowledge.named import CONTACT
from knowledge.schema import ProfileField
from understanding.question import Fact, Frame, Given, Question
from understanding.text.questions import statements

ERASE = Button("Delete my data", {"intent": "delete_my_data"})
QUOTED = 5  # of the visitor's own messages told back
VERDICTS = {"yes": "yes", "no": "no", "depends": "it depends"}


@dataclass(frozen=True)
class Summary:
    """Lines for people: facts with where they come from, answers given (the latest first), and what is open."""

    facts: tuple[str, ...] = ()
    given: tuple[str, ...] = ()
    still_open: tuple[str, ...] = ()

    def as_lists(self) -> dict[str, tuple[str, ...]]:
        """The same, by names, for programs."""
        return {"told": self.facts, "given": self.given, "open": self.still_open}

    def as_text(self) -> str:
        """The parts that there are, each under its title."""
        parts = (("Told so far:", self.facts), ("Answers given:", self.given), ("Still open:", self.still_open))
        return "\n\n".join(f"{title}\n{listed(lines)}" for title, lines in parts if lines)


def summary_of(
    filling: Filling | None, frame: Frame | None, base: KnowledgeBase, ticket: Ticket | None = None
) -> Summary:
    """All that a conversation has brought.

    Args:
        ticket: the request of the conversation that waits for an agent.
    """
    told = _told(filling, base) if filling else []
    stands = {each.low for _, shown in told for each in read_amounts(shown)}
    facts = [_with_origin(field, shown, frame.facts.get(field.id) if frame else None, stands) for field, shown in told]
    if frame and not any(field.kind == "industry" for field, _ in told) and (trade := base.industry(frame.industry)):
        facts.insert(0, f"Business: {trade.name}")
    given = [line for each in (frame.given if frame else ()) if (line := _answered(each, base))]
    return Summary(tuple(facts), tuple(dict.fromkeys(given)), tuple(_open(filling, frame, base, ticket)))


def known(
    filling: Filling | None,
    frame: Frame | None,
    base: KnowledgeBase,
    ticket: Ticket | None = None,
    written: Sequence[str] = (),
) -> Answer:
    """What has been noted, told back.

    Args:
        written: the visitor's messages before this one, identifiers masked.
    """
    summary = summary_of(filling, frame, base, ticket)
    quoted = in_own_words(written, filling, base)
    answer = Answer(Status.CHITCHAT, "ask_known", "This is what I have noted:", buttons=[TALK_TO_AGENT])
    if summary.facts:
        answer.paragraphs += [listed(summary.facts), "If something is not right, tell me what it should be."]
        answer.buttons = [TALK_TO_AGENT, ERASE]
    else:
        answer.lead = "I have not noted anything about you or your business yet."
    if quoted:
        answer.paragraphs.append(f"You also wrote:\n{listed(quoted)}" if summary.facts else listed(quoted))
        answer.lead = answer.lead if summary.facts else "This is what you wrote, in your own words:"
        answer.buttons = [TALK_TO_AGENT, ERASE]
    if summary.given:
        answer.paragraphs.append(f"We have spoken about:\n{listed(summary.given)}")
    if summary.still_open:
        answer.paragraphs.append(f"Still open:\n{listed(summary.still_open)}")
    return answer


def in_own_words(written: Sequence[str], filling: Filling | None, base: KnowledgeBase) -> list[str]:
    """The latest statements with a number in them that no fact tells, as they were written.

    A number of what a fact is known of ("3 people", of whom there are 30 by now) was put right since.
    """
    told = _told(filling, base) if filling else []
    facts = {each.low for _, shown in told for each in read_amounts(shown)}

    def is_news(text: str) -> bool:
        said = Said(text, "", date.min)
        known = [each for field, _ in told if field.kind in NUMBERS and (each := mentioned(field, said, base))]
        as_told = {each.value[0] for each in known} | {one.low for each in known for one in read_amounts(each.shown)}
        numbers = {each.low for each in read_amounts(text) if each.low != 1}
        if put_right_in(text) and (known or numbers & facts):
            return False  # what is right of it stands among the facts
        return bool(numbers - facts - as_told)

    words = (cut(" ".join(" ".join(statements(text)).split()), LONGEST_WORDS) for text in written)
    return [f'"{text}"' for text in dict.fromkeys(words) if is_news(text)][-QUOTED:]


def _told(filling: Filling, base: KnowledgeBase) -> list[tuple[ProfileField, str]]:
    """Every fact with its value, those of a form in its order, then what was told beside."""
    told = quoting.told(filling, base)
    ids = {field.id for field, _ in told}
    beside = [
        (field, filling.values[field.id].shown)
        for field in base.quote_fields()
        if field.id in filling.values and field.id not in ids
    ]
    return [*told, *((field, shown) for field, shown in beside if shown)]


def _with_origin(field: ProfileField, shown: str, fact: Fact | None, stands: Collection[float]) -> str:
    """ "Employees: 12 (you wrote: "twelve of us in Reno")"

    Args:
        stands: the numbers that hold; words with another are not repeated, for it was put right or is no fact.
    """
    line = f"{field.label}: {shown}"
    if fact is None or fact.shown != shown or field.id in CONTACT:
        return line
    if not fact.words:
        return f"{line} (your choice)"
    doubt = ", if I read that right" if fact.confidence <= LIKENED else ""
    outdated = any(each.low not in stands for each in read_amounts(fact.words))
    if outdated or (not doubt and shown.lower() in fact.words.lower()):
        return f"{line} (you wrote so{doubt})"  # the words would only repeat it, beside what was put right with them
    return f'{line} (you wrote: "{fact.words}"{doubt})'


def _answered(given: Given, base: KnowledgeBase) -> str:
    """ "Ransomware, for cyber liability: yes"; empty for what has no subject."""
    target, _, of = given.target.partition("#")
    entry = base.entry(target)
    if entry is None:
        return ""
    policies = [policy.short_name for policy in map(base.policy, given.policies) if policy and policy.id != target]
    name = f"{entry.name}, for {policies[0]}" if given.verdict and policies else entry.name
    what = of.replace("_", " ")
    name += f" ({what})" if what and what != "what" else ""
    return f"{name}: {VERDICTS[given.verdict]}" if given.verdict in VERDICTS else name


def _open(filling: Filling | None, frame: Frame | None, base: KnowledgeBase, ticket: Ticket | None) -> list[str]:
    lines = []
    if filling and filling.form:
        plan = PLANS[filling.form]
        asked = next((each.label for each in plan.fields(filling, base) if each.id == filling.asking), "")
        waits_for = "your yes to send it" if filling.asking == CONFIRM else asked
        lines.append(f"Your {plan.name}, which waits for: {waits_for}")
    if frame and frame.asked_back:
        asked_back = next((each for each in base.profile_fields() if each.id == frame.asked_back), None)
        lines += [f"My question: {asked_back.question}"] if asked_back else []
    if frame and frame.unanswered:
        lines.append(f'Your question that I had no answer to: "{frame.unanswered}"')
    if ticket:
        lines.append(f"Your request for a licensed agent, reference {ticket.reference}")
    return lines


@answers("ask_known")
def nothing_known(question: Question, base: KnowledgeBase) -> Answer:
    """Where only the question is at hand: what was spoken about."""
    return known(None, question.frame, base)
