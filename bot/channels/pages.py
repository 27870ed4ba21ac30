"""The files of the widget and the page around it, served from memory under a strict content policy."""

from __future__ import annotations

import gzip
import hashlib
import html
import re
from collections.abc import Callable, Coroutine, Mapping
from pathlib import Path
from string import Template
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


# "gzip", but not "gzip;q=0", which refuses it.
_TAKES_GZIP = re.compile(r"(?:^|[,\s])(?:gzip|\*)(?!\s*;\s*q=0(?:\.0*)?\s*(?:,|$))\s*(?:[,;]|$)", re.IGNORECASE)


def takes_gzip(accepted: str) -> bool:
    """Whether a client that sends this Accept-Encoding reads what is compressed."""
    return bool(_TAKES_GZIP.search(accepted))


def page_handler(
    name: str, fill: Mapping[str, str] | None = None
) -> Callable[[Request], Coroutine[Any, Any, HTTPResponse]]:
    """What answers with a file of the web folder; browsers keep it and ask whether it is still the same.

    Args:
        fill: plain texts for the ``$names`` in the file.
    """
    path = FOLDER / name
    plain = path.read_bytes()
    if fill is not None:
        shown = {key: html.escape(text) for key, text in fill.items()}
        plain = Template(plain.decode()).substitute(shown).encode()
    packed = gzip.compress(plain, 9, mtime=0)
    digest = hashlib.sha256(plain).hexdigest()[:20]
    policy = _PAGE_POLICY if path.suffix == ".html" else _EMBEDDABLE
    headers = {**_SECURITY, **policy, "Cache-Control": "no-cache", "Vary": "Accept-Encoding"}
    content_type = _TYPES[path.suffix]

    async def send(request: Request) -> HTTPResponse:
        zipped = takes_gzip(request.headers.get("accept-encoding", ""))
        # Each form has its own tag: a cache in between must not take one for the other.
        etag = f'"{digest}-gzip"' if zipped else f'"{digest}"'
        tagged = {**headers, "ETag": etag}
        if request.headers.get("if-none-match") == etag:
            return response.empty(304, headers=tagged)
        if zipped:
            return response.raw(packed, headers={**tagged, "Content-Encoding": "gzip"}, content_type=content_type)
        return response.raw(plain, headers=tagged, content_type=content_type)

    return send
