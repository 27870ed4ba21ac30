"""How the nursery of ``guide serve`` gets what answers."""

from __future__ import annotations

import asyncio
from pathlib import Path

from bot.edge.member import Open


def guide(model: Path) -> Open:
    """The trained guide, read and warm; to be called where nobody else needs Rasa."""
    from bot.runtime import garbage, hush

    garbage.hold_back()
    hush()
    from bot.edge.agent import GuideAgent

    agent = GuideAgent.read(model)
    asyncio.run(agent.warm_up())
    return agent.open
