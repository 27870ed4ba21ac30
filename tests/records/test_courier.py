"""Somebody is told: by mail and by signed webhook, again until it arrives, and nobody else."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp import web
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope
from click.testing import CliRunner
from sqlalchemy import select, update
from standardwebhooks import Webhook as Verifier

from bot.cli import main
from bot.handoff import asking
from bot.handoff.asking import Request, ask
from bot.handoff.courier import Courier, ways
from bot.handoff.mail import CannotSend, Letter, Mail
from bot.handoff.reports import undelivered
from bot.handoff.settings import HandoffSettings
from bot.handoff.webhook import Webhook, is_public
from bot.records import audit, outbox
from bot.records.engine import Records
from bot.records.tables import outbox as table
from bot.records.tickets import Ticket, Tickets

OLD, NEW = "whsec_" + "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_" + "C2FVsBQIhrscChlQIMV+b5sSYspob7oD"


class Box:
    """A real mail server's letters; ``says`` is its answer to the next."""

    def __init__(self) -> None:
        self.letters: list[Envelope] = []
        self.says = "250 OK"

    async def handle_DATA(self, server: SMTP, session: Any, envelope: Envelope) -> str:
        if self.says.startswith("250"):
            self.letters.append(envelope)
        return self.says

    def read(self) -> list[str]:
        return [bytes(each.content or b"").decode() for each in self.letters]


class AnyPort(Controller):
    """On a port that is free."""

    def _trigger_server(self) -> None:
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


@pytest.fixture
def box() -> Box:
    return Box()


@pytest.fixture
def server(box: Box) -> Iterator[str]:
    controller = AnyPort(box, hostname="127.0.0.1", port=0)
    controller.start()
    yield f"smtp://127.0.0.1:{controller.port}"
    controller.stop()


def by_mail(server: str, **more: Any) -> HandoffSettings:
    return HandoffSettings(smtp=server, mail_from="guide@agency.example", mail_to=("desk@agency.example",), **more)


def asked(records: Records, settings: HandoffSettings, reason: str = "asked", **more: Any) -> Ticket:
    priority = "urgent" if reason == "claim" else "normal"
    request = Request("web:1", reason, priority, "We were hacked, SSN 123-45-6789", [], **more)
    return ask(records, settings, request, lambda reference, met: f"{reference} {met.told()}")[0]


async def test_the_agency_gets_a_mail_once(records: Records, server: str, box: Box) -> None:
    settings = by_mail(server, desk="https://guide.agency.example/desk")
    ticket = asked(records, settings, facts={"Name": "Dee", "Contact": "202-555-0142"})
    courier = Courier(records, ways(settings))
    assert [await courier.once("mail") for _ in range(3)] == [True, False, False]
    (read,) = box.read()
    assert f"Subject: a visitor asks for a person ({ticket.reference})" in read
    assert "Name: Dee" in read and f"https://guide.agency.example/desk#{ticket.reference}" in read
    assert "123-45-6789" not in read and "[social security number removed]" in read
    assert "Auto-Submitted: auto-generated" in read
    told = records.read_now(lambda db: audit.of(db, ticket.reference))[-1]
    assert (told.what, told.detail) == ("told", {"way": "mail", "why": "new"})


async def test_asked_again_the_agency_is_not_told_twice_unless_it_got_urgent(records: Records, server: str) -> None:
    settings = by_mail(server)
    for reason in ("asked", "asked", "claim", "claim"):
        asked(records, settings, reason)
    whys = records.read_now(lambda db: [row.payload["why"] for row in db.execute(select(table))])
    assert whys == [asking.NEW, asking.URGENT]


async def test_what_is_urgent_reaches_more_people(records: Records, server: str, box: Box) -> None:
    settings = by_mail(server, mail_urgent=("owner@agency.example",))
    asked(records, settings, "claim")
    await Courier(records, ways(settings)).once("mail")
    assert box.letters[0].rcpt_tos == ["desk@agency.example", "owner@agency.example"]
    assert "Subject: URGENT: something has happened" in box.read()[0]


async def test_the_visitor_of_a_claim_reads_when_the_agency_was_told_and_only_then(
    records: Records, server: str, box: Box
) -> None:
    from bot.records import transcript

    settings = by_mail(server)
    asked(records, settings, "claim")
    courier = Courier(records, ways(settings))
    box.says = "451 try later"
    await courier.once("mail")
    assert records.read_now(lambda db: transcript.since(db, "web:1")) == []
    due_now(records)
    box.says = "250 OK"
    await courier.once("mail")
    (said,) = records.read_now(lambda db: transcript.since(db, "web:1"))
    assert said.body["text"].startswith("The agency was told of this by e-mail on ")
    assert said.body["text"].endswith("It is still no notice to your insurer.")


def due_now(records: Records) -> None:
    records.run_now(lambda db: db.execute(update(table).values(due=time.time() - 1)))


@pytest.mark.parametrize("fault", ["451 greylisted", "554 no", "gone"])
async def test_a_mail_server_that_fails_is_tried_again_and_the_failure_is_seen(
    records: Records, server: str, box: Box, fault: str
) -> None:
    settings = by_mail("smtp://127.0.0.1:9" if fault == "gone" else server)
    ticket = asked(records, settings)
    courier = Courier(records, ways(settings))
    box.says = fault
    await courier.once("mail")
    (failed,) = records.read_now(undelivered)
    assert (failed.reference, failed.way, failed.attempts) == (ticket.reference, "mail", 1)
    assert failed.error and "hacked" not in failed.error and failed.next_try > time.time()
    assert courier.failing == 1 and not await courier.once("mail")  # not before its time
    due_now(records)
    box.says = "250 OK"
    await Courier(records, ways(by_mail(server))).once("mail")  # another process
    assert len(box.letters) == 1 and records.read_now(undelivered) == []


async def test_a_process_that_dies_while_it_sends_leaves_it_to_the_next(
    records: Records, server: str, box: Box
) -> None:
    settings = by_mail(server)
    asked(records, settings)
    assert await outbox.Outbox(records).claim("notice:mail", 0.0) is not None  # and dies
    await asyncio.sleep(0.01)
    await Courier(records, ways(settings)).once("mail")
    assert len(box.letters) == 1


async def test_what_was_erased_is_not_told(records: Records, server: str, box: Box) -> None:
    settings = by_mail(server)
    asked(records, settings)
    records.run_now(lambda db: Tickets(db).forget("web:1"))
    await Courier(records, ways(settings)).once("mail")
    assert box.letters == []


async def test_a_receiver_that_bounces_is_said(server: str, box: Box) -> None:
    async def refuse(*_: Any) -> str:
        return "550 no such user"

    box.handle_RCPT = refuse  # type: ignore[attr-defined]
    with pytest.raises(CannotSend, match="refuses the receiver") as caught:
        await Mail(server, "guide@agency.example").send(Letter(("nobody@agency.example",), "s", "t", "1"))
    assert caught.value.for_good


async def test_a_line_break_in_a_subject_is_no_header(server: str, box: Box) -> None:
    letter = Letter(("desk@agency.example",), "hello\r\nBcc: everybody@example.com", "t", "1")
    await Mail(server, "guide@agency.example").send(letter)
    assert "\r\nBcc:" not in box.read()[0].partition("\r\n\r\n")[0]


# Webhooks


@asynccontextmanager
async def hook(*statuses: int) -> AsyncIterator[tuple[str, list[tuple[dict[str, str], bytes]]]]:
    """A receiver that answers with these one after the other, and then with 200."""
    got: list[tuple[dict[str, str], bytes]] = []
    answers = list(statuses)

    async def take(request: web.Request) -> web.Response:
        got.append(({name.lower(): value for name, value in request.headers.items()}, await request.read()))
        status = answers.pop(0) if answers else 200
        return web.Response(status=status, headers={"Location": "/elsewhere"} if 300 <= status < 400 else {})

    app = web.Application()
    app.router.add_post("/{any:.*}", take)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    assert site._server
    try:
        yield f"http://127.0.0.1:{site._server.sockets[0].getsockname()[1]}/hook", got  # type: ignore[attr-defined]
    finally:
        await runner.cleanup()


async def test_a_webhook_is_signed_with_every_key() -> None:
    async with hook() as (url, got):
        await Webhook(url, [NEW, OLD], lambda _: True).send("notice-1", {"reference": "K3RMQT"})
    headers, body = got[0]
    for key in (OLD, NEW):
        assert Verifier(key).verify(body, headers) == {"reference": "K3RMQT"}
    with pytest.raises(Exception, match="signature"):
        Verifier(NEW).verify(body + b" ", headers)


async def test_a_webhook_tried_again_is_signed_anew_under_the_same_name() -> None:
    async with hook(500) as (url, got):
        target = Webhook(url, [NEW], lambda _: True)
        with pytest.raises(CannotSend, match="answers 500"):
            await target.send("notice-1", {})
        await target.send("notice-1", {})
    assert [headers["webhook-id"] for headers, _ in got] == ["notice-1"] * 2


async def test_a_webhook_is_not_led_elsewhere() -> None:
    async with hook(302) as (url, got):
        with pytest.raises(CannotSend, match="answers 302"):
            await Webhook(url, [NEW], lambda _: True).send("notice-1", {})
    assert len(got) == 1


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "10.0.0.8", "169.254.169.254", "0.0.0.0"])
async def test_a_webhook_never_calls_a_host_inside(host: str) -> None:
    async with hook() as (url, got):
        port = url.split(":")[2]
        with pytest.raises(CannotSend):
            await Webhook(f"http://{host}:{port}", [NEW]).send("notice-1", {})
        assert got == []


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("8.8.8.8", True),
        ("2606:4700::1111", True),
        ("192.168.1.1", False),
        ("172.16.0.1", False),
        ("100.64.0.1", False),
        ("::ffff:127.0.0.1", False),
        ("::ffff:10.0.0.1", False),
        ("fe80::1", False),
        ("fc00::1", False),
        ("224.0.0.1", False),
        ("2002:7f00:1::", False),
        ("nowhere", False),
    ],
)
def test_addresses_inside_are_known(address: str, public: bool) -> None:
    assert is_public(address) == public


# ``guide handoff test``


def test_the_command_sends_one_through_each_way(server: str, box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GUIDE_SMTP", server)
    monkeypatch.setenv("GUIDE_MAIL_FROM", "guide@agency.example")
    monkeypatch.setenv("GUIDE_HANDOFF_MAIL", "desk@agency.example, owner@agency.example")
    result = CliRunner().invoke(main, ["handoff", "test"])
    assert (result.exit_code, result.output) == (0, "mail: sent.\n")
    assert "This is a test of the guide's alerts." in box.read()[0]
    monkeypatch.setenv("GUIDE_SMTP", "smtp://127.0.0.1:9")
    result = CliRunner().invoke(main, ["handoff", "test"])
    assert result.exit_code == 1 and "mail: failed. The mail server cannot be used" in result.output


def test_the_command_says_that_nothing_is_set_up() -> None:
    result = CliRunner().invoke(main, ["handoff", "test"])
    assert result.exit_code == 1 and "Nothing tells the agency" in result.output


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("GUIDE_SMTP", "mail.agency.example"),
        ("GUIDE_MAIL_FROM", "guide"),
        ("GUIDE_HANDOFF_MAIL", "desk@agency.example,nobody"),
        ("GUIDE_HANDOFF_WEBHOOK", "http://hooks.agency.example"),
        ("GUIDE_HANDOFF_WEBHOOK_KEYS", "whsec_"),
        ("GUIDE_HANDOFF_HOURS", "Mon-Fri 9-5"),
        ("GUIDE_HANDOFF_HOURS", "Mon-Xyz 09:00-17:00"),
        ("GUIDE_HANDOFF_ZONE", "Mars/Olympus"),
        ("GUIDE_HANDOFF_HOLIDAYS", "US-ZZ"),
        ("GUIDE_HANDOFF_CLOSED", "tomorrow"),
        ("GUIDE_HANDOFF_GIVE_UP", "0"),
    ],
)
def test_a_setting_that_cannot_be_used_is_refused_by_its_name(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)
    result = CliRunner().invoke(main, ["handoff", "test"])
    shown = (
        "used as it is set" if name in ("GUIDE_SMTP", "GUIDE_HANDOFF_WEBHOOK_KEYS") else repr(value)
    )  # it may hold a secret
    assert result.exit_code == 1 and f"{name} cannot be {shown}: write, for example, " in result.output
