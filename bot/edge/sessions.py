"""Who is talking: signed session tokens, and the secret that signs them."""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Callable
from pathlib import Path

from itsdangerous import BadSignature, URLSafeTimedSerializer

from bot.edge.limits import ChatError

SESSION_LIFETIME = 14 * 24 * 3600  # seconds; each visit renews it
LINK_LIFETIME = 7 * 24 * 3600  # seconds


class Sessions:
    """Issues and reads session tokens.

    Knowing a token is owning the conversation, so the id inside is random (128 bit) and signed, and
    good only on the site it was issued to.
    """

    def __init__(self, secret: str) -> None:
        self._signer = URLSafeTimedSerializer(secret, salt="insurance-guide.web-session")

    def issue(self, origin: str, session: str | None = None) -> tuple[str, str]:
        """The token of a session, new unless named, and the session's id."""
        session = session or secrets.token_hex(16)
        return str(self._signer.dumps([session, origin])), session

    def read(self, token: object, origin: str) -> str:
        """The session a token stands for."""
        if not isinstance(token, str):
            raise ChatError(401, "bad_token", "A session token is required.")
        try:
            (session, issued_to), issued_at = self._signer.loads(token, return_timestamp=True)
        except (BadSignature, ValueError, TypeError):
            raise ChatError(401, "bad_token", "This session token is not valid.") from None
        # One "from the future" is as good as new: the clock was put back, or another machine's is ahead.
        if time.time() - issued_at.timestamp() > SESSION_LIFETIME:
            raise ChatError(401, "expired_token", "This conversation has expired.")
        if issued_to != origin:
            raise ChatError(401, "bad_token", "This session token belongs to another site.")
        return str(session)


class FileLinks:
    """Signs links to files for the agency, each for one file and a week."""

    def __init__(self, secret: str) -> None:
        self._signer = URLSafeTimedSerializer(secret, salt="insurance-guide.file")

    def address(self, key: str) -> str:
        """Where the agency opens a file, below the guide's own address."""
        return f"/chat/file/{key}?agency={self._signer.dumps(key)}"

    def check(self, signature: str, key: str) -> None:
        """Raises ChatError for what was not signed for this file, or too long ago."""
        try:
            signed_for = self._signer.loads(signature, max_age=LINK_LIFETIME)
        except BadSignature:
            signed_for = None
        if signed_for != key:
            raise ChatError(401, "bad_link", "This link is not valid, or not any more.")


def persistent_secret(
    state: Path, name: str = "web_secret", make: Callable[[], str] = lambda: secrets.token_urlsafe(32)
) -> str:
    """A secret of this installation, made on first use and readable by its user only."""
    path = state / name
    if not path.exists():
        state.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = state / f"{name}.{secrets.token_hex(4)}"
        with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(make())
        try:
            os.link(draft, path)  # whole or not at all, and the first of several processes wins
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text()
