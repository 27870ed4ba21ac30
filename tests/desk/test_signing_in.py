"""Signing in: who gets in, who is kept out, and what it costs to try."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import aiohttp
import pyotp
import pytest
from desking import PASSWORD, AtDesk
from serving import Server, Start
from sqlalchemy import select

from bot.desk import accounts, passwords, signing_in
from bot.desk.guard import COOKIE
from bot.records.tables import agent


async def sign_in(server: Server, http: aiohttp.ClientSession, **given: Any) -> tuple[int, Any, aiohttp.ClientResponse]:
    body = {"login": "dana", "password": PASSWORD, **given}
    url = f"{server.url}/desk/api/sign-in"
    async with http.post(url, json=body, headers={"Origin": server.url}) as reply:
        return reply.status, await reply.json(), reply


async def test_a_session_is_a_cookie_that_no_script_and_no_other_site_gets(
    server: Server, http: aiohttp.ClientSession
) -> None:
    status, _, reply = await sign_in(server, http)
    cookie = reply.cookies[COOKIE]
    assert status == 200
    assert cookie["httponly"] and cookie["samesite"] == "strict" and cookie["path"] == "/desk"
    assert not cookie["secure"]  # on this machine alone
    headers = {"Cookie": f"{COOKIE}={cookie.value}"}
    async with http.get(f"{server.url}/desk/api/me", headers=headers) as me:
        assert (await me.json())["name"] == "Dana Reyes"


async def test_away_from_this_machine_the_cookie_travels_over_tls_alone(
    server: Server, http: aiohttp.ClientSession
) -> None:
    headers = {"Origin": "https://desk.agency.example", "Host": "desk.agency.example"}
    body = {"login": "dana", "password": PASSWORD}
    async with http.post(f"{server.url}/desk/api/sign-in", json=body, headers=headers) as reply:
        assert reply.status == 200 and reply.cookies[COOKIE]["secure"]


@pytest.mark.parametrize(
    "given",
    [{"password": "wrong horse battery"}, {"login": "nobody"}, {"login": "' or 1=1 --"}, {"password": ""}],
)
async def test_whoever_is_not_right_reads_no_more_than_that(
    server: Server, http: aiohttp.ClientSession, given: dict[str, str]
) -> None:
    status, body, reply = await sign_in(server, http, **given)
    assert (status, body["error"]["code"], body["error"]["message"]) == (401, "wrong", signing_in.WRONG)
    assert COOKIE not in reply.cookies


async def test_whoever_is_disabled_stays_out(server: Server, http: aiohttp.ClientSession) -> None:
    server.edge.stores.records.run_now(lambda connection: accounts.set_enabled(connection, "dana", False))
    assert (await sign_in(server, http))[0] == 401


@pytest.mark.parametrize("given", [{"login": 5}, {"password": None}, {"code": ["1"]}])
async def test_what_is_no_text_is_refused(server: Server, http: aiohttp.ClientSession, given: dict[str, Any]) -> None:
    status, body, _ = await sign_in(server, http, **given)
    assert (status, body["error"]["code"]) == (400, "bad_text")


async def test_the_second_factor_is_asked_for_and_takes_a_code_once(
    server: Server, http: aiohttp.ClientSession
) -> None:
    records, secret = server.edge.stores.records, passwords.new_totp_secret()
    records.run_now(lambda connection: accounts.set_totp(connection, "dana", secret))
    assert (await sign_in(server, http))[1]["error"]["code"] == "code_needed"
    assert (await sign_in(server, http, code="000000x"))[1]["error"]["code"] == "wrong"
    code = pyotp.TOTP(secret).now()
    assert (await sign_in(server, http, code=f"{code[:3]} {code[3:]}"))[0] == 200
    again = (await sign_in(server, http, code=code))[1]["error"]["code"]
    assert again in ("code_used", "wrong")  # wrong where its time is over meanwhile


async def test_a_code_that_two_use_at_once_lets_one_of_them_in(server: Server, http: aiohttp.ClientSession) -> None:
    records, secret = server.edge.stores.records, passwords.new_totp_secret()
    records.run_now(lambda connection: accounts.set_totp(connection, "dana", secret))
    code = pyotp.TOTP(secret).at(int(time.time()) + passwords.STEP)  # good for a while yet
    replies = await asyncio.gather(*(sign_in(server, http, code=code) for _ in range(4)))
    assert sorted(status for status, _, _ in replies) == [200, 401, 401, 401]


async def test_ten_thousand_tries_are_refused_before_a_password_is_looked_at(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked_at = []
    monkeypatch.setattr(passwords, "matches", lambda stored, password: bool(looked_at.append(password)))
    door = signing_in.SigningIn(server.edge.stores.records)
    refused = 0
    for number in range(10_000):
        try:
            await door.sign_in(f"agent{number % 50}", "guess", "", "192.0.2.7", "a robot")
        except signing_in.ChatError as error:
            refused += error.code == "locked"
    assert len(looked_at) <= signing_in.BY_IP.count + 1 and refused >= 9_970


async def test_many_addresses_do_not_get_more_tries_at_one_login(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked_at = []
    monkeypatch.setattr(passwords, "matches", lambda stored, password: bool(looked_at.append(password)))
    door = signing_in.SigningIn(server.edge.stores.records)
    for number in range(300):
        with pytest.raises(signing_in.ChatError):
            await door.sign_in("dana", "guess", "", f"192.0.2.{number}", "a robot")
    assert len(looked_at) <= signing_in.BY_LOGIN.count + 1


async def test_who_signs_in_rightly_is_not_locked_out_by_slips_of_before(
    server: Server, http: aiohttp.ClientSession
) -> None:
    for _ in range(2):
        for _ in range(signing_in.BY_BOTH.count - 1):
            assert (await sign_in(server, http, password="a slip of the pen"))[1]["error"]["code"] == "wrong"
        assert (await sign_in(server, http))[0] == 200


async def test_too_many_tries_say_when_to_come_back(server: Server, http: aiohttp.ClientSession) -> None:
    replies = [await sign_in(server, http, password="wrong") for _ in range(signing_in.BY_BOTH.count + 1)]
    status, body, reply = replies[-1]
    assert (status, body["error"]["code"]) == (429, "locked")
    assert "minute" in body["error"]["message"] and int(reply.headers["Retry-After"]) > 0


async def test_no_more_passwords_are_hashed_at_once_than_the_machine_bears(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_once = most = 0
    going_on = asyncio.Event()
    loop = asyncio.get_running_loop()

    async def hash_slowly() -> bool:
        nonlocal at_once, most
        at_once += 1
        most = max(most, at_once)
        await going_on.wait()
        at_once -= 1
        return False

    monkeypatch.setattr(passwords, "matches", lambda *_: asyncio.run_coroutine_threadsafe(hash_slowly(), loop).result())
    door = signing_in.SigningIn(server.edge.stores.records)
    tries = [asyncio.create_task(door.sign_in(f"a{n}", "guess", "", f"192.0.2.{n}", "")) for n in range(40)]
    while sum(each.done() for each in tries) < 40 - signing_in.HASHES_WAITING:
        await asyncio.sleep(0.01)
    going_on.set()
    refused = [error.code for error in await asyncio.gather(*tries, return_exceptions=True)]  # type: ignore[union-attr]
    assert most <= signing_in.HASHES_AT_ONCE
    assert refused.count("locked") == 40 - signing_in.HASHES_WAITING


async def test_signing_out_ends_this_browser_and_no_other(server: Server, http: aiohttp.ClientSession) -> None:
    one, other = AtDesk(server, http, "dana"), AtDesk(server, http, "dana")
    assert (await one.post("sign-out"))[0] == 200
    assert (await one.get("me"))[0] == 401
    assert (await other.get("me"))[0] == 200


async def test_sessions_outlive_a_restart(start: Start, server: Server, http: aiohttp.ClientSession) -> None:
    dana = AtDesk(server, http, "dana")
    dana.server = await start()
    assert (await dana.get("me"))[0] == 200


def test_the_password_of_an_account_is_nowhere_in_the_records(server: Server) -> None:
    rows = server.edge.stores.records.read_now(lambda connection: connection.execute(select(agent)).all())
    assert PASSWORD not in str(rows)
