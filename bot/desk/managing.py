"""Accounts as whoever sets them up by hand makes and changes them: everything checked, every refusal a sentence."""

from __future__ import annotations

import re
from dataclasses import dataclass

from email_validator import EmailNotValidError, validate_email

from bot.desk import accounts, passwords
from bot.desk.accounts import ROLES, Account
from bot.records.engine import Records

LONGEST_NAME = 80  # characters, of a name and of a licence

_LOGIN = re.compile(r"[a-z][a-z0-9_.-]{1,31}", re.ASCII)


class AccountError(ValueError):
    """An account that cannot be made or changed so; the message says why."""


@dataclass(frozen=True)
class Opened:
    """A new account.

    Attributes:
        totp: the address for the authenticator app, where a second factor was asked for; it is not shown again.
    """

    account: Account
    totp: str | None


class Managing:
    """Accounts for commands, which may wait.  Every method may raise RecordsUnavailable and AccountError.

    Args:
        issuer: what the authenticator app calls the desk.
    """

    def __init__(self, records: Records, issuer: str) -> None:
        self._records = records
        self._issuer = issuer

    def add(
        self, login: str, name: str, licence: str, password: str, email: str | None, role: str, totp: bool
    ) -> Opened:
        """Make an account."""
        if role not in ROLES:
            raise AccountError(f"A role is one of: {', '.join(ROLES)}.")
        account = Account(_login(login), _line(name, "name"), _line(licence, "license number"), role, _address(email))
        hashed, secret = _hashed(password), passwords.new_totp_secret() if totp else None
        taken = self._records.run_now(lambda connection: accounts.add(connection, account, hashed, secret))
        if taken:
            raise AccountError(f"Somebody else has {taken} already.")
        return Opened(account, self._shown(secret, account.login))

    def all(self) -> list[Account]:
        """Every account by name."""
        return self._records.read_now(accounts.listed)

    def set_enabled(self, login: str, enabled: bool) -> None:
        """Let somebody in, or out of every browser at once."""
        login = self._known(login)
        self._records.run_now(lambda connection: accounts.set_enabled(connection, login, enabled))

    def set_password(self, login: str, password: str) -> None:
        """Give a new password; whoever is signed in with the old one is not any more."""
        login, hashed = self._known(login), _hashed(password)
        self._records.run_now(lambda connection: accounts.set_password(connection, login, hashed))

    def set_totp(self, login: str, wanted: bool) -> str | None:
        """Ask for a second factor from now on, or for none; the address for the app, which is not shown again."""
        login, secret = self._known(login), passwords.new_totp_secret() if wanted else None
        self._records.run_now(lambda connection: accounts.set_totp(connection, login, secret))
        return self._shown(secret, login)

    def _known(self, login: str) -> str:
        found = self._records.read_now(lambda connection: accounts.named_so(connection, login))
        if found is None:
            raise AccountError(f"There is no account {login}.")
        return found.login

    def _shown(self, secret: str | None, login: str) -> str | None:
        return passwords.totp_address(secret, login, self._issuer) if secret else None


def _hashed(password: str) -> str:
    try:
        return passwords.hashed(password)
    except passwords.WeakPassword as error:
        raise AccountError(str(error)) from None


def _login(text: str) -> str:
    if not _LOGIN.fullmatch(text.strip().lower()):
        raise AccountError(f"{text!r} is no login: it has 2 to 32 letters and digits, a letter first.")
    return text.strip().lower()


def _line(text: str, what: str) -> str:
    line = " ".join(text.split())
    if not line or len(line) > LONGEST_NAME or not line.isprintable():
        raise AccountError(f"A {what} is one line of 1 to {LONGEST_NAME} characters.")
    return line


def _address(text: str | None) -> str | None:
    try:
        found = validate_email(text.strip(), check_deliverability=False, test_environment=True) if text else None
    except EmailNotValidError:
        raise AccountError(f"{text!r} is no e-mail address.") from None
    return found.normalized.lower() if found else None
