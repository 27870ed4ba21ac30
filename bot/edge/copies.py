"""A copy of the conversation by mail, to an address whose owner has confirmed it, and to no other."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from email_validator import EmailNotValidError, validate_email
from itsdangerous import BadSignature, URLSafeTimedSerializer
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bot.edge.intake import bearer_of, ip_of, read_json
from bot.edge.limits import ChatError, RateLimiter
from bot.edge.sessions import Sessions
from bot.handoff.courier import LETTER, copy_of
from bot.records.engine import Records
from bot.records.outbox import Outbox
from bot.settings import Rate, Settings

CODE_SECONDS = 15 * 60
CODES = Rate(3, 3600.0)  # that one conversation, or one receiver, may ask for
TRIES = Rate(5, 900.0)  # of a code
SENT = "If that address exists, a code of six digits is on its way to it."


class Copies:
    """What the browser asks for: first a code to an address, then, with the code, the copy.

    Args:
        sends: whether mail is set up.
    """

    def __init__(
        self, records: Callable[[], Records], sessions: Sessions, secret: str, settings: Settings, sends: bool
    ) -> None:
        self.sends = sends
        self._records = records
        self._sessions = sessions
        self._secret = secret
        self._signer = URLSafeTimedSerializer(secret, salt="insurance-guide.copy")
        self._proxies = settings.proxies
        self._by_ip = RateLimiter(settings.ip_rate)
        self._codes, self._tries = RateLimiter(CODES), RateLimiter(TRIES)

    async def ask(self, request: Request, origin: str) -> Response:
        """Send a code, or with it the copy."""
        data = await read_json(request)
        self._by_ip.take(ip_of(request, self._proxies))
        session = self._sessions.read(bearer_of(request), origin)
        if not self.sends:
            raise ChatError(404, "not_found", "No mail can be sent from here.")
        if data.get("code") is None:
            return await self._send_code(session, data.get("email"))
        return await self._send_copy(session, data.get("asked"), data.get("code"))

    async def _send_code(self, session: str, address: object) -> Response:
        email = _address(address)
        self._codes.take(session)
        self._codes.take(email)
        code = f"{secrets.randbelow(10**6):06}"
        asked = str(self._signer.dumps([session, email, self._sealed(session, email, code)]))
        text = (
            f"The code is {code}. It is good for {CODE_SECONDS // 60} minutes.\n\nSomebody asked in a chat for a copy "
            "of the conversation at this address. If that was not you, do nothing: without the code nothing is sent."
        )
        await self._post(session, {"to": email, "subject": "Your code", "text": text})
        return JSONResponse({"asked": asked, "message": SENT})

    async def _send_copy(self, session: str, asked: object, code: object) -> Response:
        self._tries.take(session)
        try:
            owner, email, sealed = self._signer.loads(str(asked), max_age=CODE_SECONDS)
        except (BadSignature, ValueError, TypeError):
            raise ChatError(400, "bad_code", "This code is not good any more. Please ask for a new one.") from None
        right = hmac.compare_digest(str(sealed), self._sealed(session, str(email), str(code)))
        if owner != session or not right:
            raise ChatError(400, "bad_code", "This is not the code. Please look again.")
        last = await self._records().read(lambda db: copy_of(db, f"web:{session}")[0])
        subject = f"Your conversation of {datetime.now(UTC):%B %-d, %Y}"
        await self._post(session, {"to": email, "subject": subject, "up_to": last})
        return JSONResponse({"sent": True})

    async def _post(self, session: str, letter: dict[str, Any]) -> None:
        await Outbox(self._records()).put(LETTER, letter, f"web:{session}")

    def _sealed(self, session: str, email: str, code: str) -> str:
        return hashlib.sha256(f"{self._secret}:{session}:{email}:{code}".encode()).hexdigest()


def _address(value: object) -> str:
    try:
        return str(validate_email(str(value)[:320], check_deliverability=False).normalized).lower()
    except EmailNotValidError:
        raise ChatError(400, "bad_email", "This is no e-mail address.") from None
