"""The files of the demo page and the widget, served from memory under a strict content policy."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

from sanic import response
from sanic.request import Request
from sanic.response import HTTPResponse

FOLDER = Path(__file__).resolve().parents[1] / "web"

_TYPES = {".html": "text/html; charset=utf-8", ".js": "text/javascript; charset=utf-8",
          ".css": "text/css; charset=utf-8", ".svg": "image/svg+xml"}  # fmt: skip

_SECURITY = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}
_PAGE_POLICY = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "X-Frame-Options": "DENY",
}
# Scripts carry no secret and other sites' pages import them as modules, which asks for CORS.
_EMBEDDABLE = {"Access-Control-Allow-Origin": "*", "Cross-Origin-Resource-Policy": "cross-origin"}


def page_handler(name: str) -> Callable[[Request], Coroutine[Any, Any, HTTPResponse]]:
    """What answers with a file of the web folder; browsers keep it and ask whether it is still the same."""
    path = FOLDER / name
    body = path.read_bytes()
    policy = _PAGE_POLICY if path.suffix == ".html" else _EMBEDDABLE
    etag = f'"{hashlib.sha256(body).hexdigest()[:20]}"'
    headers = {**_SECURITY, **policy, "ETag": etag, "Cache-Control": "no-cache"}
    content_type = _TYPES[path.suffix]

    async def send(request: Request) -> HTTPResponse:
        if request.headers.get("if-none-match") == etag:
            return response.empty(304, headers=headers)
        return response.raw(body, headers=headers, content_type=content_type)

    return send
