"""Masking: which identifiers go, what stays, and that no text can break it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.privacy import PLACEHOLDERS, Identifier, Kind, found, mask, without_placeholders

SSN, ITIN, CARD, BANK, BIRTH = (PLACEHOLDERS[kind] for kind in Kind)
FRAGMENTS = (  # names, numbers, signs and placeholders in any order: what could make a mask depend on another
    *(
        "ssn",
        "social security",
        "my itin",
        "card",
        "account number",
        "checking",
        "routing",
        "iban",
        "dob",
        "DOBs",
        "born",
    ),
    *("536-22-1847", "536221847", "912-74-3321", "4111 1111 1111 1111", "123456780", "000123456789", "4/7/1985"),
    *("April 7, 1985", "GB82 WEST 1234 5698 7654 32", "3/14/2025", "1,000,000", "EIN 12-3456789", "order", "12"),
    *(" ", " ", " ", "\n", ", ", ": ", ".", "-", "/", " and ", " is ", "(", ")", "[", "]", "🙂", "\ud800"),
    *PLACEHOLDERS.values(),
)


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("my ssn is 536-22-1847, ok?", f"my ssn is {SSN}, ok?"),
        ("SSN#536221847", f"SSN#{SSN}"),
        ("MY SOCIAL IS 536 22 1847", f"MY SOCIAL IS {SSN}"),
        ("here: 536.22.1847", f"here: {SSN}"),
        ("536221847 is my social", f"{SSN} is my social"),
        ("our SSNs are 536221847 and 536221848", f"our SSNs are {SSN} and {SSN}"),
        ("no EIN, ITIN 912743321", f"no EIN, ITIN {ITIN}"),
        ("912-74-3321", ITIN),
        ("pay with 4111 1111 1111 1111 exp 09/27", f"pay with {CARD} exp 09/27"),
        ("4111-1111-1111-1111", CARD),
        ("amex 3782 822463 10005", f"amex {CARD}"),
        ("card number: 4111 1111 1111 1112", f"card number: {CARD}"),  # a typo; the rest is real
        ("routing 123456780 account 000123456789", f"routing {BANK} account {BANK}"),
        ("account number with Wells is 8812-4490-17", f"account number with Wells is {BANK}"),
        ("9988776655 (checking acct)", f"{BANK} (checking acct)"),
        ("wire it to GB82 WEST 1234 5698 7654 32 today", f"wire it to {BANK} today"),
        ("iban gb82west12345698765432", f"iban {BANK}"),
        (
            "IBAN ES91 2100 0418 4502 0005 1332 2025 refund",
            f"IBAN {BANK} 2025 refund",
        ),  # as far as the check digits hold
        ("dob 4/7/1985", f"dob {BIRTH}"),
        ("born on April 7, 1985 in Fresno", f"born on {BIRTH} in Fresno"),
        ("date of birth: 07.04.85", f"date of birth: {BIRTH}"),
        ("D.O.B. 1985-04-07", f"D.O.B. {BIRTH}"),
        ("birthday 04071985", f"birthday {BIRTH}"),
        ("the 9th of October, 1968 is my birthday", f"the {BIRTH} is my birthday"),
        ("DOBs: 1/5/1980, 7/19/1992", f"DOBs: {BIRTH}, {BIRTH}"),
        ("DOBs: 1/5/1980, retroactive date 1/1/2001", f"DOBs: {BIRTH}, retroactive date 1/1/2001"),
        ("536-22-1847.4111111111111111", f"{SSN}.{CARD}"),
        ("born 4/7/1985\n🙂 ssn\n536-22-1847", f"born {BIRTH}\n🙂 ssn\n{SSN}"),
    ],
)
def test_identifiers_are_replaced_by_what_they_were(text: str, masked: str) -> None:
    assert mask(text) == masked


@pytest.mark.parametrize(
    "text",
    [
        "Dana Whitlow, 559-555-0142, +1 209 555 0188, dana@whitlow.example, 88 Alder St, Clovis CA 93612-1042",
        "limits 1,000,000/2,000,000 and a deductible of 2500",
        "order number 536221847, claim 00482211937, policy 7730041295",
        "EIN 12-3456789, FEIN 471234567",
        "no social, only EIN 843300217",
        "I have no SSN. EIN: 843300217",
        "lost my account number, the order number is 4410028837",
        "policy 7730041295 (bank account on file)",
        "date of birth unknown, hired 03/01/1999",
        "bank account statement: 01-02-2025; checking account: 01-02-2025",
        "ask for Dave about the account number: 559-555-0142",
        "date of loss 03/14/2025, retroactive date 1/1/2019, hired 04/07/1985",
        "DOB of 12,400 patients leaked on 3/14/2025",
        "the last four of my social are 1847 and the card ends in 4242",
        "reference A7QX-3KPD, version 12.4.1, 192.168.10.24, 1,200,000 calls",
        "lost my account number, call 559-555-0142",
        "fraud on our checking account on 01-02-2025, balance of the bank account: $125000",
        "social engineering, order 536221847",
        "serial 4111 1111 1111 1112",  # wrong check digit, and nobody calls it a card
        "IMEI 356938035643809",  # right check digit, but no card is that long
        "born in 1985, birthday on april 7",
    ],
)
def test_what_is_no_identifier_stays(text: str) -> None:
    assert mask(text) is text


def test_the_day_of_birth_goes_and_the_day_of_the_injury_stays() -> None:
    text = "Worker DOB 04/07/1985, injured 3/12/2005. Dates of birth of our callers leaked on 1/3/2025."
    assert mask(text) == text.replace("04/07/1985", BIRTH)


def test_a_placeholder_is_no_name_of_the_number_behind_it() -> None:
    text = f"{SSN} 536 22 1848, {BIRTH} or 3/3/1999, {BANK}: 000123456789"
    assert mask(text) is text


def test_an_identifier_is_what_the_visitor_calls_it() -> None:
    assert mask("social security number 987-65-4321, itin 536-22-1847") == f"social security number {SSN}, itin {ITIN}"


def test_a_masked_text_can_be_read_without_the_words_of_the_mask() -> None:
    text = "delete my ssn 536-22-1847 and dob 4/7/1985 from [your] system"
    assert without_placeholders(mask(text)) == "delete my ssn  and dob  from [your] system"


def test_identifiers_are_found_in_their_order_with_their_place() -> None:
    text = "dob 4/7/1985, visa 4111111111111111"
    assert found(text) == [Identifier(Kind.BIRTH, 4, 12), Identifier(Kind.CARD, 19, 35)]


@given(st.text(st.characters(), max_size=300) | st.lists(st.sampled_from(FRAGMENTS), max_size=30).map("".join))
def test_any_text_can_be_masked_and_masking_it_twice_changes_nothing_more(text: str) -> None:
    masked = mask(text)
    assert mask(masked) == masked
    assert found(masked) == []


@given(st.lists(st.sampled_from(FRAGMENTS), max_size=30).map("".join))
def test_identifiers_are_parts_of_the_text_that_do_not_overlap(text: str) -> None:
    places = [place for each in found(text) for place in (each.start, each.end)]
    assert places == sorted(places)
    assert all(0 <= place <= len(text) for place in places)
    assert all(text[each.start : each.end].strip(" -.") for each in found(text))


@given(st.lists(st.from_regex(r"[a-zé'’]{1,12}[.,!?:]?", fullmatch=True) | st.integers(0, 999).map(str)).map(" ".join))
def test_words_and_small_numbers_are_left_alone(text: str) -> None:
    assert mask(text) == text
