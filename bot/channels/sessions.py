"""Who is talking: signed session tokens, the origins that may embed the chat, and how fast they may ask."""

from __future__ import annotations

import math
import os
import secrets
import time
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from itsdangerous import BadSignature, SignatureExpired, URLSafeTimedSerializer

SESSION_LIFETIME = 14 * 24 * 3600  # seconds; each visit renews it
SAME_ORIGIN = "self"


class ChatError(Exception):
    """A request that is refused, with what to tell the client."""

    def __init__(self, status: int, code: str, message: str, retry_after: int | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.retry_after = retry_after


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
            session, issued_to = self._signer.loads(token, max_age=SESSION_LIFETIME)
        except SignatureExpired:
            raise ChatError(401, "expired_token", "This conversation has expired.") from None
        except (BadSignature, ValueError, TypeError):
            raise ChatError(401, "bad_token", "This session token is not valid.") from None
        if issued_to != origin:
            raise ChatError(401, "bad_token", "This session token belongs to another site.")
        return str(session)


def persistent_secret(state: Path) -> str:
    """The signing secret of this installation, made on first use and readable by its user only."""
    path = state / "web_secret"
    if not path.exists():
        state.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = state / f"web_secret.{secrets.token_hex(4)}"
        with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(32))
        try:
            os.link(draft, path)  # whole or not at all, and the first of several processes wins
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text()


class Origins:
    """Which sites may talk to the chat: its own page, and those it was told of."""

    def __init__(self, allowed: Iterable[str] = ()) -> None:
        self._allowed = frozenset(origin.strip().rstrip("/") for origin in allowed if origin.strip())

    def admit(self, origin: str | None, host: str) -> str:
        """What tokens for this caller are bound to: the foreign origin, or ``SAME_ORIGIN``.

        Browsers send no Origin with same-origin GET requests. The scheme is not compared, because
        behind a proxy that ends TLS the server does not know it; the host is, and the proxy must pass it.
        """
        if origin is None or (host and urlsplit(origin).netloc == host):
            return SAME_ORIGIN
        if origin in self._allowed:
            return origin
        raise ChatError(403, "foreign_origin", "This site is not allowed to embed the chat.")


@dataclass(frozen=True)
class Rate:
    """``count`` requests at once, then as many again over ``seconds``."""

    count: int
    seconds: float

    @classmethod
    def parse(cls, text: str) -> Rate:
        """Read ``20/60`` (20 in 60 seconds); raises ValueError for what is no rate."""
        count, _, seconds = text.partition("/")
        rate = cls(int(count), float(seconds or 60))
        if rate.count < 1 or not 0 < rate.seconds < math.inf:
            raise ValueError(f"{text!r} is no rate")
        return rate


class RateLimiter:
    """A token bucket for each key; the longest unused ones are dropped, which only ever refills them."""

    def __init__(self, rate: Rate | None, clock: Callable[[], float] = time.monotonic, keys: int = 20_000) -> None:
        self._rate = rate
        self._clock = clock
        self._keys = keys
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()  # key -> tokens, when

    def take(self, key: str) -> None:
        """Take one token or refuse, saying when the next one is there."""
        if self._rate is None:
            return
        per_second = self._rate.count / self._rate.seconds
        now = self._clock()
        tokens, then = self._buckets.pop(key, (float(self._rate.count), now))
        tokens = min(self._rate.count, tokens + (now - then) * per_second)
        enough = tokens >= 1
        self._buckets[key] = (tokens - enough, now)
        if len(self._buckets) > self._keys:
            self._buckets.popitem(last=False)
        if not enough:
            wait = math.ceil((1 - tokens) / per_second)
            advice = f"Please try again in {wait} {'second' if wait == 1 else 'seconds'}."
            raise ChatError(429, "too_many", f"That was a lot at once. {advice}", retry_after=wait)


class Slots:
    """At most ``limit`` of something at a time for each key; without a limit, as many as come."""

    def __init__(self, limit: int | None) -> None:
        self._limit = limit
        self._taken: Counter[str] = Counter()

    @contextmanager
    def hold(self, key: str) -> Iterator[None]:
        """Take one for as long as the block lasts, or refuse."""
        if self._limit is not None and self._taken[key] >= self._limit:
            raise ChatError(429, "too_many", "Too many chats are open at this address.", retry_after=30)
        self._taken[key] += 1
        try:
            yield
        finally:
            self._taken[key] -= 1
            if not self._taken[key]:
                del self._taken[key]
