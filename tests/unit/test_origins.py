"""Sites are the same where browsers mean the same, and only there."""

from __future__ import annotations

import pytest

from bot.edge.limits import ChatError
from bot.edge.origins import SAME_ORIGIN, Origins, normal

SITE = "https://agency.example"


@pytest.mark.parametrize(
    ("origin", "hosts"),
    [
        (None, ["guide.example"]),
        ("https://guide.example", ["guide.example"]),
        ("http://guide.example", ["guide.example"]),  # a proxy ended TLS
        ("https://Guide.Example", ["guide.example"]),
        ("https://guide.example", ["GUIDE.EXAMPLE"]),
        ("https://guide.example", ["guide.example:443"]),
        ("https://guide.example:443", ["guide.example"]),
        ("http://guide.example", ["guide.example:80"]),
        ("https://guide.example.", ["guide.example"]),
        ("https://guide.example", ["guide.example."]),
        ("https://guide.example", ["guide.example, guide.example"]),
        ("https://guide.example", ["guide.example", "guide.example"]),
        ("http://127.0.0.1:5005", ["127.0.0.1:5005"]),
        ("http://[::1]:5005", ["[::1]:5005"]),
        ("http://[::1]", ["[::1]"]),
    ],
)
def test_its_own_page_is_admitted_however_it_is_written(origin: str | None, hosts: list[str]) -> None:
    assert Origins().admit(origin, hosts) == SAME_ORIGIN


@pytest.mark.parametrize(
    "origin", [SITE, "HTTPS://AGENCY.EXAMPLE", f"{SITE}/", f"{SITE}:443", "https://agency.example.", f" {SITE} "]
)
def test_an_allowed_site_is_admitted_under_one_name(origin: str) -> None:
    assert Origins([SITE]).admit(origin, ["guide.example"]) == SITE
    assert Origins([origin]).admit(SITE, ["guide.example"]) == SITE


@pytest.mark.parametrize(
    ("origin", "hosts"),
    [
        ("null", ["null"]),
        ("", [""]),
        ("x", ["x"]),
        ("file://", [""]),
        ("https://", [""]),
        ("https://evil.example", ["guide.example"]),
        ("https://guide.example.evil.example", ["guide.example"]),
        ("https://evil.example", ["guide.example, evil.example"]),  # two hosts: one of them is a lie
        ("https://evil.example", ["guide.example", "evil.example"]),
        ("https://guide.example:8443", ["guide.example"]),
        ("https://guide.example:80", ["guide.example"]),
        ("https://guide.example/path", ["guide.example"]),
        ("https://user@guide.example", ["guide.example"]),
        ("https://[", ["guide.example"]),
        ("http://agency.example", ["guide.example"]),  # allowed with TLS only
        ("https://agency.example:444", ["guide.example"]),
    ],
)
def test_any_other_site_is_refused(origin: str, hosts: list[str]) -> None:
    with pytest.raises(ChatError) as refused:
        Origins([SITE]).admit(origin, hosts)
    assert refused.value.code == "foreign_origin"


def test_what_is_no_origin_has_no_name() -> None:
    assert [normal(text) for text in ("null", "", "ftp://a", "https://a/b", "javascript:alert(1)")] == [""] * 5
