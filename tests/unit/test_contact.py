"""How to reach a visitor: read wherever and however it is written, put right, refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actions.contact import (
    Contact,
    asks_to_be_reached,
    bare_name,
    has_waited,
    heard,
    only_reaches,
    only_when_or_how,
    problem_with,
    read_contact,
    refuses,
)

LEE = Contact("Lee", "(415) 555-0133", None, "after 3 pm")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("415 555 01 33 after 3", "(415) 555-0133, after 3 pm"),
        ("you can reach Lee at lee(at)firm.com", "Lee, lee@firm.com"),
        ("call Lee at 415-555-0133 after 3", "Lee, (415) 555-0133, after 3 pm"),
        ("Lee, 415-555-0133, after 3 pm", "Lee, (415) 555-0133, after 3 pm"),
        ("202 555 0142 - Jo", "Jo, (202) 555-0142"),
        ("please set up a call with Omar, 202-555-0142", "Omar, (202) 555-0142"),
        ("have somebody phone Omar at 202-555-0142", "Omar, (202) 555-0142"),
        ("no phone calls, just e-mail jo@x.example", "jo@x.example, e-mail preferred"),
        ("my name is Dee, 202-555-0142 mornings", "Dee, (202) 555-0142, mornings"),
        ("lee [at] firm [dot] com", "lee@firm.com"),
        ("call me back on 202-555-0142 tomorrow afternoon please", "(202) 555-0142, tomorrow afternoon"),
        ("please email me at jo@x.example, don't call", "jo@x.example, e-mail preferred"),
        ("12 people in Reno, call 202-555-0142", "(202) 555-0142"),
        ("202-555-0142 between 9 and 11", "(202) 555-0142, between 9 and 11"),
        ("ask for priya, (202) 555-0142", "priya, (202) 555-0142"),
        ("we are a call center, 202-555-0142", "(202) 555-0142"),
        ("reach us at 202-555-0142 or office@firm.com, ask for Ann Lee", "Ann Lee, office@firm.com, (202) 555-0142"),
        ("Ada Quist here, 202-555-0142 weekdays before noon", "Ada Quist, (202) 555-0142, weekdays before noon"),
        ("Please do. Imre, imre@x.example", "Imre, imre@x.example"),
        ("Dr. Osei, 202-555-0142", "Osei, (202) 555-0142"),
        ("rose 202 555 0142", "rose, (202) 555-0142"),
        ("can somebody phone me about a van. imre stone 202 555 0142", "imre stone, (202) 555-0142"),
        ("use 202 555 0142", "(202) 555-0142"),
        ("please text me at 202-555-0142, not a call", "(202) 555-0142, text message preferred"),
        ("I'm worried about a claim", ""),
        ("we take 500 calls after 3 pm", ""),
        ("ok ring 202 555 0142, name is nick", "nick, (202) 555-0142"),
        ("name's petra moon 202 555 0142, evenings", "petra moon, (202) 555-0142, evenings"),
        ("202-555-0142 and ask for grant please", "grant, (202) 555-0142"),
        ("202-555-0142, ask for the manager", "(202) 555-0142"),
        ("202 555 0142 im carl", "carl, (202) 555-0142"),
        ("202-555-0142. abe", "abe, (202) 555-0142"),
        ("business name is blue moon, 202 555 0142", "(202) 555-0142"),
    ],
)
def test_contact_is_read_in_any_order_and_spelling(text: str, shown: str) -> None:
    assert read_contact(text).shown() == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("no, 0134", "Lee, (415) 555-0134, after 3 pm"),
        ("oh typo, ends in 0134", "Lee, (415) 555-0134, after 3 pm"),
        ("k, evenings pls", "Lee, (415) 555-0133, evenings"),
        ("it's 0134", "Lee, (415) 555-0134, after 3 pm"),
        ("actually 555-0199", "Lee, (415) 555-0199, after 3 pm"),
        ("use the email rather than the phone", "Lee, (415) 555-0133, after 3 pm, e-mail preferred"),
        ("after 5 instead", "Lee, (415) 555-0133, after 5 pm"),
        ("mornings are better", "Lee, (415) 555-0133, mornings"),
        ("tuesdays, I teach on all other days", "Lee, (415) 555-0133, tuesdays"),
        ("sms is better", "Lee, (415) 555-0133, after 3 pm, text message preferred"),
        ("my name is spelled Leigh", "Leigh, (415) 555-0133, after 3 pm"),
        ("lee@firm.com", "Lee, lee@firm.com, (415) 555-0133, after 3 pm"),
    ],
)
def test_what_is_known_is_put_right_by_few_words(text: str, shown: str) -> None:
    now = heard(LEE, text)
    assert now is not None and now.shown() == shown


@pytest.mark.parametrize(
    "text",
    ["what does cyber cost?", "why after 3?", "we close at 5 pm", "after 3 claims they left", "12 people", "no", ""],
)
def test_other_words_change_nothing(text: str) -> None:
    assert heard(LEE, text) is None


@pytest.mark.parametrize(
    ("text", "own"),
    [
        ("Ada Quist, (202) 555-0142, best between 10 and 12, many thanks", True),
        ("the man who called about our late invoice was at 202-555-0142 all day", False),
        ("hey, this is Ondine of Brook Tiles ondine@brooktiles.com and a forklift went through our shutter", True),
        ("and this is what the other side wrote: pay up, lawyer@firm.com, within ten days or else", False),
    ],
)
def test_only_the_words_beside_a_number_tell_whose_it_is(text: str, own: bool) -> None:
    assert (heard(Contact(), text) is not None) is own


@pytest.mark.parametrize("text", ["after 3", "email is best", "no, 0134"])
def test_a_time_or_a_way_alone_is_about_nobody_who_is_unknown(text: str) -> None:
    assert heard(Contact(), text) is None


@pytest.mark.parametrize(
    ("text", "refused"),
    [
        ("no contact", True), ("no contact please", True), ("I don't want to give my number", True),
        ("I won't share my email", True), ("not sharing my cell number", True), ("don't contact me", True),
        ("do not call me", True),
        ("I'd rather nobody called me", True), ("please no phone calls", True), ("don't let anyone ring me", True),
        ("I do not want a call", True), ("nobody should contact me", True), ("better don't call", True),
        ("no calls either", True), ("please remove my phone number", True),
        ("forget that address", True),
        ("can I remove a phone from the policy", False),
        ("why don't you call me", False), ("we don't call consumers", False), ("nobody called me", False),
        ("I don't know when you can call me", False), 
        ("we don't want anybody calling us", True), ("I don't want to call you", False),
        ("we have no contact with clients", False), ("don't call, email lee@firm.com", False), ("call me", False),
    ],
)  # fmt: skip
def test_a_refusal_to_be_reached_is_known_as_one(text: str, refused: bool) -> None:
    assert refuses(text) is refused


@pytest.mark.parametrize("text", ["4one5 555 0133", "415-555-01E3", "555-0142", "lee@firm"])
def test_a_garbled_way_is_asked_about(text: str) -> None:
    assert not read_contact(text).reachable
    assert problem_with(text)


@given(st.text(max_size=120))
def test_what_is_shown_is_read_back(text: str) -> None:
    found = read_contact(text)
    assert not found.reachable or read_contact(found.shown_ways()).phone == found.phone
    heard(LEE, text)
    refuses(text)


NAMES = st.sampled_from(["Lee", "Ann Lee", "Priya", "José Ortiz"])
PHONES = st.integers(100, 199).map(lambda line: f"415-555-0{line}")
ORDERS = st.sampled_from(
    ["{0}, {1}, after 3", "call {0} at {1} after 3", "{1} after 3, ask for {0}", "{0} {1} after 3"]
)


@given(NAMES, PHONES, ORDERS)
def test_name_number_and_time_are_read_in_any_order(name: str, phone: str, order: str) -> None:
    found = read_contact(order.format(name, phone))
    assert (found.name, found.phone, found.time) == (name, f"(415) {phone[4:]}", "after 3 pm")


@pytest.mark.parametrize(
    ("text", "waited"),
    [
        ("I asked on Monday, nobody called", True), ("you never got back to me", True), ("no one has answered", True),
        ("we haven't heard back", True), ("I'd rather nobody called me", False), ("nobody called 911", False),
        ("a client never called us", False), ("call me back", False),
    ],
)  # fmt: skip
def test_who_was_not_called_back_is_heard(text: str, waited: bool) -> None:
    assert has_waited(text) is waited


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Maria", "Maria"), ("Mei-Ling Wu", "Mei-Ling Wu"), ("Fresno", None), ("thanks", None), ("next week", None),
        ("I am busy", None), ("", None),
    ],
)  # fmt: skip
def test_a_name_may_be_all_that_is_said(text: str, name: str | None) -> None:
    assert bare_name(text) == name


@pytest.mark.parametrize(
    ("text", "changed"),
    [
        ("that one is disconnected, my nephew broke it last week. use 415-555-0142", True),
        ("a reporter who asks about the fire calls every hour from 415-555-0142 and writes to our clients", False),
    ],
)
def test_a_new_number_in_a_sentence_of_its_own_replaces_the_one_known(text: str, changed: bool) -> None:
    known = read_contact("I am Lee Wong, 415-555-0133")
    after = heard(known, text)
    assert (after is not None and after.phone == "(415) 555-0142") is changed


@pytest.mark.parametrize(
    ("text", "only"),
    [("a text is best", True), ("after 5 please", True), ("text of the policy", False), ("how long after 5", False)],
)
def test_a_time_or_a_way_may_be_all_that_is_said(text: str, only: bool) -> None:
    assert only_when_or_how(text) is only


@pytest.mark.parametrize(
    ("text", "asks"),
    [
        ("have somebody ring me on 415 555 0133 about a truck", True), ("text me, 415 555 0133", True),
        ("415 555 0133", False), ("call me about a truck", False),
    ],
)  # fmt: skip
def test_who_wants_to_be_reached_says_so_beside_a_number(text: str, asks: bool) -> None:
    assert asks_to_be_reached(text) is asks


@pytest.mark.parametrize(
    ("text", "only"),
    [
        ("415 555 0133", True), ("415-555-0133 please", True), ("lee@wong.example", True),
        ("the roof fell in, 415 555 0133", False), ("415 555 0133?", False), ("call me", False),
    ],
)  # fmt: skip
def test_a_number_alone_is_nothing_but_a_way_to_be_reached(text: str, only: bool) -> None:
    assert only_reaches(text) is only
