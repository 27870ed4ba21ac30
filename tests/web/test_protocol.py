"""The server does what docs/protocol.yml says, whatever is sent: right requests, wrong ones, and nonsense."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from serving import serve_in_thread

PROTOCOL = Path(__file__).resolve().parents[2] / "docs" / "protocol.yml"
EXAMPLES = 60  # of each operation

protocol = schemathesis.openapi.from_path(PROTOCOL)


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server in a thread of its own."""
    with serve_in_thread(tmp_path_factory.mktemp("protocol"), waiting=100_000, files=True) as url:
        yield url


@pytest.fixture(scope="module")
def token(url: str) -> str:
    request = urllib.request.Request(f"{url}/chat/session", b"{}", {"Content-Type": "application/json"}, method="POST")
    with urllib.request.urlopen(request, timeout=60) as reply:
        return str(json.load(reply)["token"])


@protocol.parametrize()
@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
def test_the_server_keeps_to_its_protocol(case: schemathesis.Case, url: str, token: str) -> None:
    case.headers = {**(case.headers or {}), "Authorization": f"Bearer {token}"}
    reply = case.call(base_url=url)
    assert reply.status_code < 500, reply.text
    assert reply.elapsed < 5
    case.validate_response(
        reply, checks=[status_code_conformance, content_type_conformance, response_schema_conformance]
    )
