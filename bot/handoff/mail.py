"""Mail: what the agency is told of a request, and a transcript for whoever asked for it."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formatdate, make_msgid
from urllib.parse import unquote, urlsplit

import aiosmtplib

SECONDS = 20.0  # for one mail


class CannotSend(Exception):
    """It has not arrived; the message says why, without what a visitor wrote.

    Attributes:
        for_good: trying again would change nothing.
    """

    def __init__(self, message: str, for_good: bool = False) -> None:
        super().__init__(message)
        self.for_good = for_good


@dataclass(frozen=True)
class Letter:
    """A mail in plain text.

    Attributes:
        name: the same at every attempt, so that a receiver can tell a repetition.
    """

    to: tuple[str, ...]
    subject: str
    text: str
    name: str


class Mail:
    """A mail server.

    Args:
        server: ``smtp://user:password@host:port``, with STARTTLS where it is offered, or ``smtps://``.
        sender: address that mail comes from.
    """

    def __init__(self, server: str, sender: str) -> None:
        self._server = urlsplit(server)
        self._sender = sender

    async def send(self, letter: Letter) -> None:
        """Hand a letter to the server, which has to take it for every receiver.

        Raises:
            CannotSend: it did not.
        """
        message = EmailMessage(policy=SMTP)
        message["From"], message["To"] = self._sender, ", ".join(letter.to)
        message["Subject"] = " ".join(letter.subject.split())
        message["Date"] = formatdate(localtime=False)
        message["Message-ID"] = make_msgid(letter.name, self._sender.rpartition("@")[2])
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(letter.text)
        over_tls = self._server.scheme == "smtps"
        try:
            refused, _ = await aiosmtplib.send(
                message,
                hostname=self._server.hostname,
                port=self._server.port or (465 if over_tls else 587),
                username=unquote(self._server.username) if self._server.username else None,
                password=unquote(self._server.password) if self._server.password else None,
                use_tls=over_tls,
                start_tls=False if over_tls else None,  # None: where it is offered
                tls_context=ssl.create_default_context(),
                timeout=SECONDS,
            )
        except aiosmtplib.SMTPRecipientsRefused as error:
            codes = [each.code for each in error.recipients]
            raise CannotSend(f"The mail server refuses the receiver ({codes[0]}).", min(codes) >= 500) from error
        except aiosmtplib.SMTPResponseException as error:
            raise CannotSend(f"The mail server says {error.code}.", error.code >= 500) from error
        except (aiosmtplib.SMTPException, OSError) as error:
            raise CannotSend(f"The mail server cannot be used: {type(error).__name__}.") from error
        if refused:
            raise CannotSend(f"The mail server refuses {len(refused)} of {len(letter.to)} receivers.")
