"""Passwords and codes of the second factor: made, hashed and checked.  Argon2 is slow on purpose."""

from __future__ import annotations

import hmac
import time

import pyotp
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

SHORTEST, LONGEST = 12, 200  # characters
STEP = 30  # seconds that a code is shown
DRIFT = 1  # steps by which a phone's clock may be wrong, either way

_hasher = PasswordHasher()
NOBODY = _hasher.hash("nobody has this password")  # is checked where there is no agent, so that both take as long


class WeakPassword(ValueError):
    """A password that must not be used; the message says why."""


def hashed(password: str) -> str:
    """The hash to store.

    Raises:
        WeakPassword: it is too short, too long, or one letter over and over.
    """
    if len(password) < SHORTEST:
        raise WeakPassword(f"A password has at least {SHORTEST} characters: several words are easy to remember.")
    if len(password) > LONGEST:
        raise WeakPassword(f"A password has at most {LONGEST} characters.")
    if len(set(password)) < 5:
        raise WeakPassword("This password repeats too few characters.")
    return _hasher.hash(password)


def matches(stored: str, password: str) -> bool:
    """Whether this is the password behind a hash."""
    try:
        return _hasher.verify(stored, password[: LONGEST + 1])
    except (VerificationError, InvalidHashError):
        return False


def new_totp_secret() -> str:
    """A secret for an authenticator app."""
    return pyotp.random_base32()


def totp_address(secret: str, email: str, issuer: str) -> str:
    """The secret as authenticator apps take it."""
    return pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name=issuer)


def step_of(secret: str, code: str, now: float | None = None) -> int | None:
    """The step for which a code is right, if it is for any that counts now; a step may be used once."""
    current = int((time.time() if now is None else now) // STEP)
    totp = pyotp.TOTP(secret)
    given = code.replace(" ", "")
    for step in range(current - DRIFT, current + DRIFT + 1):
        if hmac.compare_digest(totp.at(step * STEP).encode(), given.encode()):
            return step
    return None
