"""What a file is, by what is in it and not by what it is called.  Pure.

Pictures and PDF alone: no kind that browsers run.  Nothing is unpacked or drawn here, so a small file cannot become a
large one; what is served is what came, and browsers are told to keep it and not to show it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from io import BytesIO
from pathlib import PurePosixPath

from PIL import Image, UnidentifiedImageError

from bot.edge.limits import ChatError
from bot.runtime.input_gate import clean

LARGEST = 10 * 1024 * 1024  # bytes
MOST_PIXELS = 60_000_000  # what a telephone takes, and no more than a viewer can draw
LONGEST_NAME = 80  # characters
ENDINGS = {
    "image/png": (".png",),
    "image/jpeg": (".jpg", ".jpeg"),
    "image/webp": (".webp",),
    "application/pdf": (".pdf",),
}
KINDS = tuple(ENDINGS)
_BY_FORMAT = {"PNG": "image/png", "JPEG": "image/jpeg", "WEBP": "image/webp"}
_END_OF_PDF = 2048  # bytes in which a PDF says that it is whole

WRONG_KIND = "Only pictures (PNG, JPEG, WebP) and PDF files can be sent here."
NOT_WHOLE = "This file cannot be read as what it is: it may be damaged. Please save it again and send that."
MISNAMED = "What is in this file is not what its name says. Please give it its right name, or save it again."
TOO_LARGE = f"This file is too large: please keep it under {LARGEST // 1024 // 1024} MB."
TOO_MANY_PIXELS = "This picture is too large to be looked at: please make it smaller."


@dataclass(frozen=True)
class Attachment:
    """A file that may be kept: its name, made safe, and its media type."""

    name: str
    kind: str


def inspect(content: bytes, name: str) -> Attachment:
    """What may be kept.

    Raises:
        ChatError: it is none of the kinds, damaged, or not what its name says.
    """
    if len(content) > LARGEST:
        raise ChatError(413, "too_large", TOO_LARGE)
    kind = "application/pdf" if content.startswith(b"%PDF-") else _picture(content)
    if kind == "application/pdf" and b"%%EOF" not in content[-_END_OF_PDF:]:
        raise ChatError(400, "damaged_file", NOT_WHOLE)
    plain = _plain(name)
    ending = PurePosixPath(plain).suffix.lower()
    if ending in {each for endings in ENDINGS.values() for each in endings} and ending not in ENDINGS[kind]:
        raise ChatError(400, "wrong_kind", MISNAMED)
    stem = plain[: -len(ending)] if ending in ENDINGS[kind] else plain.replace(".", "_")
    return Attachment(f"{stem[:LONGEST_NAME].strip() or 'file'}{ENDINGS[kind][0]}", kind)


def _picture(content: bytes) -> str:
    try:
        with Image.open(BytesIO(content), formats=tuple(_BY_FORMAT)) as picture:
            width, height = picture.size
            kind = _BY_FORMAT[picture.format or ""]
            if width * height > MOST_PIXELS:
                raise ChatError(413, "too_large", TOO_MANY_PIXELS)
            picture.verify()
    except UnidentifiedImageError:
        raise ChatError(415, "wrong_kind", WRONG_KIND) from None
    except Image.DecompressionBombError:
        raise ChatError(413, "too_large", TOO_MANY_PIXELS) from None
    except (OSError, SyntaxError, ValueError, KeyError, IndexError, OverflowError, MemoryError):
        raise ChatError(400, "damaged_file", NOT_WHOLE) from None  # as Pillow says it
    return kind


def _plain(name: str) -> str:
    """A name in one line, without folders and without what files must not be called anywhere."""
    last = re.split(r"[/\\]", clean(name).replace("\n", " "))[-1]
    return re.sub(r'[<>:"|?*\x00-\x1f]', "_", last).strip(". ")
