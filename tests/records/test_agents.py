"""Accounts and sessions of agents, answers kept ready, and figures, on both databases."""

from __future__ import annotations

import time
from collections import Counter

import pyotp
import pytest
from sqlalchemy import select, update

from bot.desk import accounts, canned, figures, passwords, sessions, spreadsheet
from bot.desk.accounts import Account
from bot.desk.canned import Canned, CannedError
from bot.desk.managing import AccountError, Managing
from bot.records import transcript
from bot.records.engine import Records
from bot.records.feedback import Feedback, Opinion
from bot.records.tables import agent, agent_session, ticket
from bot.records.ticket_store import TicketStore

PASSWORD = "correct horse battery"


@pytest.fixture
def managing(records: Records) -> Managing:
    return Managing(records, "Larkfield desk")


def dana(managing: Managing, totp: bool = False) -> str | None:
    return managing.add("dana", "Dana Reyes", "CA 0X12345", PASSWORD, "Dana@Agency.example", "agent", totp).totp


def test_an_account_is_kept_without_its_password(managing: Managing, records: Records) -> None:
    dana(managing)
    assert managing.all() == [Account("dana", "Dana Reyes", "CA 0X12345", "agent", "dana@agency.example")]
    row = str(records.read_now(lambda connection: connection.execute(select(agent)).all()))
    assert PASSWORD not in row and "$argon2id$" in row


@pytest.mark.parametrize("name", ["dana", "DANA ", "dana@agency.example", " Dana@Agency.Example"])
def test_an_account_is_known_by_login_and_address(managing: Managing, records: Records, name: str) -> None:
    dana(managing)
    found = records.read_now(lambda connection: accounts.named_so(connection, name))
    assert found is not None and found.login == "dana"


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"login": "x"}, "login"),
        ({"login": "a b"}, "login"),
        ({"name": " "}, "name"),
        ({"name": "Dana\x07"}, "name"),
        ({"licence": "9" * 81}, "license number"),
        ({"email": "nowhere"}, "e-mail address"),
        ({"role": "owner"}, "role"),
        ({"password": "short"}, "12 characters"),
        ({"password": "x" * 201}, "200 characters"),
        ({"password": "abababababab"}, "repeats"),
    ],
)
def test_an_account_that_cannot_be_is_refused_with_a_reason(
    managing: Managing, change: dict[str, str], says: str
) -> None:
    given = {"login": "lee", "name": "Lee", "licence": "CA 1", "password": PASSWORD, "email": None, "role": "agent"}
    with pytest.raises(AccountError, match=says):
        managing.add(**{**given, **change}, totp=False)
    assert managing.all() == []


@pytest.mark.parametrize(("login", "email"), [("dana", "other@agency.example"), ("lee", "DANA@agency.example")])
def test_nobody_takes_the_login_or_address_of_another(managing: Managing, login: str, email: str) -> None:
    dana(managing)
    with pytest.raises(AccountError, match="already"):
        managing.add(login, "Lee", "CA 1", PASSWORD, email, "agent", False)


@pytest.mark.parametrize("end", ["disable", "password", "totp"])
def test_who_is_disabled_or_has_new_secrets_is_signed_out_everywhere(
    managing: Managing, records: Records, end: str
) -> None:
    dana(managing)
    tokens = [records.run_now(lambda connection: sessions.begin(connection, "dana", "a browser")) for _ in range(2)]
    if end == "disable":
        managing.set_enabled("dana", False)
    elif end == "password":
        managing.set_password("dana", "another long password")
    else:
        managing.set_totp("dana", True)
    assert [records.read_now(lambda c, t=token: sessions.find(c, t)) for token in tokens] == [None, None]  # type: ignore[misc]


def test_a_token_is_stored_as_its_hash_alone(managing: Managing, records: Records) -> None:
    dana(managing)
    token = records.run_now(lambda connection: sessions.begin(connection, "dana", "a browser"))
    assert token not in str(records.read_now(lambda connection: connection.execute(select(agent_session)).all()))
    found = records.read_now(lambda connection: sessions.find(connection, token))
    assert found is not None and found.account.login == "dana"
    assert records.read_now(lambda connection: sessions.find(connection, found.digest)) is None


@pytest.mark.parametrize(
    "values",
    [{"seen": time.time() - sessions.IDLE_SECONDS - 60}, {"expires": time.time() - 60}],
    ids=["idle", "absolute"],
)
def test_a_session_ends_by_itself(managing: Managing, records: Records, values: dict[str, float]) -> None:
    dana(managing)
    token = records.run_now(lambda connection: sessions.begin(connection, "dana", "a browser"))
    records.run_now(lambda connection: connection.execute(update(agent_session).values(**values)))
    assert records.read_now(lambda connection: sessions.find(connection, token)) is None
    records.run_now(sessions.forget_ended)
    assert records.read_now(lambda connection: connection.execute(select(agent_session)).all()) == []


def test_two_sessions_of_one_agent_have_each_their_own_token_for_changes(managing: Managing, records: Records) -> None:
    dana(managing)
    tokens = [records.run_now(lambda connection: sessions.begin(connection, "dana", "a browser")) for _ in range(2)]
    found = [records.read_now(lambda c, t=token: sessions.find(c, t)) for token in tokens]  # type: ignore[misc]
    assert len({each.csrf for each in found if each}) == 2


def test_a_code_works_once_and_only_near_its_time(managing: Managing, records: Records) -> None:
    address = dana(managing, totp=True)
    assert address is not None and address.startswith("otpauth://totp/Larkfield%20desk:dana?")
    known = records.read_now(lambda connection: accounts.secrets_of(connection, "dana"))
    assert known is not None and known.totp is not None
    now = 1_800_000_000.0
    code = pyotp.TOTP(known.totp).at(int(now))
    step = passwords.step_of(known.totp, code, now)
    assert step == int(now // passwords.STEP)
    assert passwords.step_of(known.totp, code, now + passwords.STEP) == step
    assert passwords.step_of(known.totp, code, now + 2 * passwords.STEP) is None
    assert passwords.step_of(known.totp, "not a code ²", now) is None
    assert [records.run_now(lambda c: accounts.use_step(c, "dana", step)) for _ in range(2)] == [True, False]
    assert not records.run_now(lambda connection: accounts.use_step(connection, "dana", step - 1))


def test_answers_are_kept_ready_under_their_names(records: Records) -> None:
    for text in ("Hello, I am {agent}.", "Hello {visitor|there}, I am {agent}."):
        records.run_now(lambda connection, t=text: canned.keep(connection, canned.checked(" Hi ", t), "dana"))  # type: ignore[misc]
    assert records.read_now(canned.listed) == [Canned("Hi", "Hello {visitor|there}, I am {agent}.")]
    records.run_now(lambda connection: canned.forget(connection, "Hi"))
    assert records.read_now(canned.listed) == []


@pytest.mark.parametrize(("name", "text"), [("", "a"), ("a", " "), ("a", "{password}"), ("a", "x" * 2001)])
def test_an_answer_that_cannot_be_kept_is_refused(name: str, text: str) -> None:
    with pytest.raises(CannedError):
        canned.checked(name, text)


def test_names_in_braces_are_filled_in_when_it_is_sent() -> None:
    known = {"agent": "Dana Reyes", "visitor": None}
    assert canned.resolved("{visitor|there}: {agent} {or else} {Agent}", known) == "there: Dana Reyes {or else} {Agent}"
    assert canned.resolved("{visitor|}!", {}) == "!"
    assert (
        canned.resolved("Hi {visitor}", {"visitor": "{agent}"}) == "Hi {agent}"
    )  # what visitors write fills in nothing
    with pytest.raises(CannedError, match="visitor"):
        canned.resolved("Dear {visitor},", known)


def test_what_the_guide_could_not_do_is_counted_by_topic(records: Records) -> None:
    missed = {"from": "bot", "text": "?", "answer": {"status": "fallback", "intent": "ask_cost", "policies": ["cyber"]}}
    for number, body in enumerate(
        [
            missed,
            missed,
            {"from": "visitor", "text": '"status": "fallback"'},
            {"from": "bot", "text": "!", "answer": {}},
        ]
    ):
        records.run_now(lambda c, n=number, b=body: transcript.append(c, f"web:{n}", b))  # type: ignore[misc]
    now = time.time()
    assert records.read_now(lambda c: figures.missed(c, now - 60, now + 60)) == Counter({"cyber": 2})
    assert not records.read_now(lambda c: figures.missed(c, now - 120, now - 60))


async def test_answers_rated_down_are_counted_by_entry(records: Records) -> None:
    for number, (vote, entries) in enumerate(
        [("down", ["cyber", "cyber"]), ("down", ["cyber", "bonds"]), ("up", ["x"])]
    ):
        await Feedback(records).give(Opinion(str(number), 2, vote, entries=entries))
    now = time.time()
    counted = records.read_now(lambda connection: figures.rated_down(connection, now - 60, now + 60))
    assert counted == Counter({"cyber": 2, "bonds": 1})


@pytest.mark.parametrize(
    "cell", ['=HYPERLINK("x")', "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", " =1", "\ufeff=1", "%00", "|x"]
)
def test_no_cell_of_a_spreadsheet_is_a_formula(cell: str) -> None:
    assert spreadsheet.safe(cell) == f"'{cell}"


def test_cells_that_are_no_formula_stay_as_they_are() -> None:
    assert [spreadsheet.safe(each) for each in ("a=b", "call -1", None, -5, 2.5)] == ["a=b", "call -1", "", "-5", "2.5"]


def test_requests_are_saved_as_a_table_of_those_of_the_time_asked_for(records: Records, managing: Managing) -> None:
    dana(managing)
    reference = TicketStore(records).open("web:1", "asked", "normal", "an agent", []).reference
    records.run_now(lambda c: c.execute(update(ticket).values(owner="dana", rating_note='=cmd|"/c calc"!A1')))
    now = time.time()
    head, line, *rest = records.read_now(lambda c: spreadsheet.requests(c, now - 60, now + 60)).splitlines()
    assert head.startswith("reference,created_at,channel") and not rest
    assert line.startswith(f"{reference},") and ",Dana Reyes," in line and "'=cmd|" in line
    assert len(records.read_now(lambda c: spreadsheet.requests(c, now - 120, now - 60)).splitlines()) == 1
