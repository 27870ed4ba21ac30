"""Law and figures that nobody has signed: an agent answers instead, where the agency has set it so.  Pure."""

from __future__ import annotations

from actions.answer import Answer, Status
from actions.responding import TALK_TO_AGENT
from bot.agency import Agency
from knowledge.base import KnowledgeBase
from knowledge.check.grounds import LAW
from knowledge.check.prose import FIGURE, UNIT
from knowledge.notices import spoken
from knowledge.schema import OF_LAW
from understanding.targets import AGENT


def released(answer: Answer, base: KnowledgeBase, agency: Agency) -> Answer:
    """The answer, if it may leave; what an agency wants signed and nobody has signed is left to an agent.

    Of answers to choose from, only the choice is kept: the lines of each go.
    """
    if not agency.signed_only or base.signature(answer.entries) or not _of_law_or_figures(answer, base):
        return answer
    if answer.status is Status.CLARIFY:
        answer.paragraphs = []
        return answer
    if answer.status is not Status.ANSWERED:
        return answer
    return Answer(
        Status.HANDOFF,
        answer.intent,
        spoken(base.notices, "unsigned"),
        policies=answer.policies[:1],
        buttons=[TALK_TO_AGENT],
        offers=AGENT,
    )


def _of_law_or_figures(answer: Answer, base: KnowledgeBase) -> bool:
    cells = [cell for row in answer.table.rows for cell in row.cells] if answer.table else []
    said = " ".join([answer.lead, *answer.paragraphs, *answer.more, *cells])
    on_law = any(base.source(source).kind in OF_LAW for source in answer.sources)
    return on_law or answer.intent == "ask_regulation" or bool(LAW.search(said) or FIGURE.search(UNIT.sub("", said)))
