"""What visitors read when people come and go.  Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bot.handoff.people import Agent
from bot.records.states import WITH_PEOPLE, Step
from bot.records.steps import Move

Body = dict[str, Any]


def of_step(move: Move, step: Step, agent: Agent | None, before: Agent | None) -> Body | None:
    """The line in the chat for a step; None where the visitor need not know.

    Args:
        agent: who has the conversation after it.
        before: who had it before.
    """
    was, now = move.before.state in WITH_PEOPLE, move.after.state in WITH_PEOPLE
    if not (was or now):
        return None
    if now and agent and (agent != before or not was):
        does = f"takes over from {before.name}" if before and was else "joined"
        return _line(f"{introduced(agent)} {does}.", "joined", agent)
    if step is Step.RELEASE and before:
        return _line(f"{before.name} had to leave. You are in the queue again.", "left", before)
    if step is Step.REOPEN:
        return _line("Your request is open again. An agent will be with you here.", "reopened")
    if now:
        return None
    if step is Step.RESOLVE and before:
        return _line(f"{before.name} has closed this request.", "left", before)
    if step in (Step.GIVE_BACK, Step.ABANDON) and before:
        return _line(f"{before.name} has left the chat.", "left", before)
    if step in (Step.GIVE_BACK, Step.ABANDON):
        return _line("You have left the queue.", "left")
    if step is Step.SCHEDULE and before:
        return _line(f"{before.name} has left the chat and will call you back.", "left", before)
    return None


def introduced(agent: Agent) -> str:
    """ "Dana Reyes, license CA 0X12345" """
    return f"{agent.name}, license {agent.licence}" if agent.licence else agent.name


def said_by(agent: Agent, text: str, cites: Sequence[Mapping[str, Any]] = ()) -> Body:
    """A message of an agent, as it stands in the transcript."""
    body = {"from": "agent", "text": text, "name": agent.name, "licence": agent.licence}
    return {**body, "cites": [dict(each) for each in cites]} if cites else body


def _line(text: str, event: str, agent: Agent | None = None) -> Body:
    who = {"name": agent.name, "licence": agent.licence} if agent else {}
    return {"from": "system", "text": text, "person": {"event": event, **who}}
