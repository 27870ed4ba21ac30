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

from starlette.requests import Request
from starlette.responses import Response

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


# Lines of a script that are nothing but a comment.  Their ends stay, so that a browser tells the line of the file.
_COMMENTS = re.compile(r"^[ \t]*(?://.*|/\*\*[\s\S]*?\*/)[ \t]*$", re.MULTILINE)


def without_comments(script: str) -> str:
    """A script of ours as it is sent: comments that stand on lines of their own are for us, and a seventh of it."""
    return _COMMENTS.sub(lambda found: "\n" * found[0].count("\n"), script)


def page_handler(
    name: str, fill: Mapping[str, str] | None = None
) -> Callable[[Request], Coroutine[Any, Any, Response]]:
    """What answers with a file of the web folder; browsers keep it and ask whether it is still the same.

    Args:
        fill: plain texts for the ``$names`` in the file.
    """
    path = FOLDER / name
    plain = path.read_bytes()
    if fill is not None:
        shown = {key: html.escape(text) for key, text in fill.items()}
        plain = Template(plain.decode()).substitute(shown).encode()
    if path.suffix == ".js":
        plain = without_comments(plain.decode()).encode()
    packed = gzip.compress(plain, 9, mtime=0)
    digest = hashlib.sha256(plain).hexdigest()[:20]
    policy = _PAGE_POLICY if path.suffix == ".html" else _EMBEDDABLE
    headers = {**_SECURITY, **policy, "Cache-Control": "no-cache", "Vary": "Accept-Encoding"}
    content_type = _TYPES[path.suffix]

    async def send(request: Request) -> Response:
        zipped = takes_gzip(request.headers.get("accept-encoding", ""))
        # Each form has its own tag: a cache in between must not take one for the other.
        etag = f'"{digest}-gzip"' if zipped else f'"{digest}"'
        tagged = {**headers, "ETag": etag}
        if request.headers.get("if-none-match") == etag:
            return Response(status_code=304, headers=tagged)
        if zipped:
            return Response(packed, headers={**tagged, "Content-Encoding": "gzip"}, media_type=content_type)
        return Response(plain, headers=tagged, media_type=content_type)

    return send
