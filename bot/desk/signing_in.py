"""Signing in, counted before anything is computed: ten thousand tries cost no more than the first few."""

from __future__ import annotations

import asyncio

from sqlalchemy.engine import Connection

from bot.desk import accounts, passwords, sessions
from bot.edge.limits import ChatError, RateLimiter
from bot.records.engine import Records
from bot.settings import Rate

BY_IP = Rate(24, 15 * 60)
BY_BOTH = Rate(8, 15 * 60)  # from one address for one login
BY_LOGIN = Rate(60, 15 * 60)  # wide: strangers must not lock an agent out easily
HASHES_AT_ONCE = 2  # each takes 64 MiB and a fifth of a second
HASHES_WAITING = 8
WRONG = "Login, password or code are not right."
CODE_NEEDED = "Please give the code of your authenticator app as well."
CODE_USED = "This code was used before. Please wait for the next one."
LOCKED = "That was tried too often."


class SigningIn:
    """Lets agents in, and keeps guessers out."""

    def __init__(self, records: Records) -> None:
        self._records = records
        self._by_ip, self._by_both, self._by_login = map(RateLimiter, (BY_IP, BY_BOTH, BY_LOGIN))
        self._hashing = asyncio.Semaphore(HASHES_AT_ONCE)
        self._waiting = 0

    async def sign_in(self, login: str, password: str, code: str, ip: str, device: str) -> str:
        """The token of a new session.

        Args:
            login: or the e-mail address.
            code: of the authenticator app; empty where none was asked for.

        Raises:
            ChatError: it is not right, a code is missing, or this was tried too often.
        """
        name = login.strip().lower()[:200]
        both = f"{ip} {name}"
        for limiter, key in ((self._by_ip, ip), (self._by_both, both), (self._by_login, name)):
            _take(limiter, key)
        account = await self._records.read(lambda connection: accounts.named_so(connection, name))
        known = await self._records.read(lambda c: accounts.secrets_of(c, account.login)) if account else None
        # Somebody unknown costs as much time as somebody known.
        right = await self._matches(known.password if known else passwords.NOBODY, password)
        if not (account and known and right and account.enabled):
            raise ChatError(401, "wrong", WRONG)
        step = _step(known.totp, code) if known.totp else None
        token = await self._records.run(lambda connection: _begin(connection, account.login, step, device))
        if token is None:
            raise ChatError(401, "code_used", CODE_USED)
        self._by_both.forget(both)
        return token

    async def _matches(self, stored: str, password: str) -> bool:
        if self._waiting >= HASHES_WAITING:
            raise ChatError(429, "locked", f"{LOCKED} Please try again in a few seconds.", retry_after=5)
        self._waiting += 1
        try:
            async with self._hashing:
                return await asyncio.to_thread(passwords.matches, stored, password)
        finally:
            self._waiting -= 1


def _step(secret: str, code: str) -> int:
    if not code.strip():
        raise ChatError(401, "code_needed", CODE_NEEDED)
    step = passwords.step_of(secret, code)
    if step is None:
        raise ChatError(401, "wrong", WRONG)
    return step


def _begin(connection: Connection, login: str, step: int | None, device: str) -> str | None:
    """A session; None where the code was used meanwhile."""
    if step is not None and not accounts.use_step(connection, login, step):
        return None
    sessions.forget_ended(connection)
    return sessions.begin(connection, login, device)


def _take(limiter: RateLimiter, key: str) -> None:
    try:
        limiter.take(key)
    except ChatError as refusal:
        minutes = max(1, round((refusal.retry_after or 60) / 60))
        when = f"Please try again in {minutes} minute{'' if minutes == 1 else 's'}."
        raise ChatError(429, "locked", f"{LOCKED} {when}", refusal.retry_after) from None
