"""The endpoints of files for an agent: sent by a visitor, opened by that visitor and by the agency."""

from __future__ import annotations

import asyncio
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bot.edge.attachments import LARGEST, TOO_LARGE, inspect
from bot.edge.chat import CHANNEL, Chat
from bot.edge.intake import bearer_of, client_id_of, read_body
from bot.edge.limits import Busy, ChatError
from bot.edge.sessions import FileLinks, Sessions
from bot.edge.streams import Rooms
from bot.records.files import TooMany

UPLOAD_SECONDS = 120.0  # what a slow line may take
AT_ONCE = 4  # uploads in hand, each in memory until it is known what it is
BUSY = "Several files are being sent just now. Please try again in a few seconds."
NO_ROOM = "This file could not be stored. Please try again later, or send it to the agency another way."
TOO_MANY = "There are as many files in this conversation as there may be. Please send the others another way."
NO_FILE = "There is no such file, or it was erased."

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cross-Origin-Resource-Policy": "same-origin",
}


class Uploads:
    """What a browser asks for about files, once the origin of the request is known."""

    def __init__(self, chat: Chat, sessions: Sessions, links: FileLinks, rooms: Rooms) -> None:
        self._chat = chat
        self._sessions = sessions
        self._links = links
        self._rooms = rooms
        self._in_hand = 0

    async def take(self, request: Request, origin: str) -> Response:
        """Store a file, if it is what it claims to be; sent again under its id, it changes nothing."""
        session = self._sessions.read(bearer_of(request), origin)
        client_id = client_id_of(dict(request.query_params))
        await self._chat.admit(request, session)
        if self._in_hand >= AT_ONCE:
            raise Busy(BUSY)
        self._in_hand += 1
        try:
            content = await read_body(request, LARGEST, UPLOAD_SECONDS, TOO_LARGE)
            found = await asyncio.to_thread(inspect, content, request.query_params.get("name", ""))
            files = self._rooms.stores.files
            seq = await files.keep(f"{CHANNEL}:{session}", client_id, found.name, found.kind, content)
        except TooMany:
            raise ChatError(409, "too_many_files", TOO_MANY) from None
        except OSError:
            raise ChatError(507, "no_room", NO_ROOM) from None
        finally:
            self._in_hand -= 1
        self._rooms.wake(session)
        return JSONResponse({"seq": seq}, 201)

    async def show(self, request: Request, origin: str) -> Response:
        """A file, for the session that sent it and for whoever has a link of the agency's."""
        key = request.path_params["key"]
        if "agency" in request.query_params:
            self._links.check(request.query_params["agency"], key)
            session = None
        else:
            session = self._sessions.read(bearer_of(request), origin)
        found = await self._rooms.stores.files.get(key)
        if found is None or (session is not None and found[0].conversation != f"{CHANNEL}:{session}"):
            raise ChatError(404, "no_file", NO_FILE)
        sent, content = found
        name = {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(sent.name)}"}
        return Response(content, headers={**HEADERS, **name}, media_type=sent.kind)
