"""How the nursery of ``guide serve`` gets what answers."""

from __future__ import annotations

import asyncio
from pathlib import Path

from bot.edge.member import Open


def guide(model: Path) -> Open:
    """The trained guide, read and warm; to be called where nobody else needs Rasa.

    The open knowledge base goes along into every agent, for its file is only read, and never changed in place; the
    database of the records is opened by each agent for itself.
    """
    from bot.runtime import garbage, hush

    garbage.hold_back()
    hush()
    from bot.edge.agent import GuideAgent

    agent = GuideAgent.read(model)
    asyncio.run(agent.warm_up())
    return agent.open
