"""What an agent can put into a chat: passages of the knowledge base, and answers kept ready."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from starlette.responses import JSONResponse, Response

from bot.desk import canned
from bot.desk.guard import Asked
from bot.desk.knowledge import passages
from bot.edge.limits import ChatError
from bot.records.engine import Records
from knowledge.base import KnowledgeUnavailable
from knowledge.live import in_service

LONGEST_QUERY = 200  # characters
NO_KNOWLEDGE = "The knowledge base cannot be read just now."


class Answers:
    """Answers what the page asks of ready texts."""

    def __init__(self, records: Callable[[], Records]) -> None:
        self._records = records

    async def search(self, asked: Asked) -> Response:
        """Passages about what the agent has typed."""
        words = asked.text("q", LONGEST_QUERY)
        try:
            found = await asyncio.to_thread(lambda: passages(in_service(), words))
        except KnowledgeUnavailable:
            raise ChatError(503, "no_knowledge", NO_KNOWLEDGE) from None
        return JSONResponse({"passages": [each.as_dict() for each in found]})

    async def list_(self, asked: Asked) -> Response:
        """The answers kept ready, and the names that may stand in them."""
        found = await self._records().read(canned.listed)
        return JSONResponse({"canned": [each.__dict__ for each in found], "names": list(canned.NAMES)})

    async def keep(self, asked: Asked) -> Response:
        """Keep an answer ready, for every agent."""
        try:
            each = canned.checked(asked.text("name"), asked.text("text"))
        except canned.CannedError as error:
            raise ChatError(400, "bad_canned", str(error)) from None
        await self._records().run(lambda connection: canned.keep(connection, each, asked.agent.login))
        return await self.list_(asked)

    async def forget(self, asked: Asked) -> Response:
        """Keep it no longer."""
        name = asked.text("name", canned.LONGEST_NAME)
        await self._records().run(lambda connection: canned.forget(connection, name))
        return await self.list_(asked)
