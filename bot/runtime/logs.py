"""Logs without what nobody should read in them.

Exceptions quote their input, and structlog's own renderer prints the local variables of every frame.  So identifiers
are masked in each record as it is made, whatever handler writes it, and structlog writes one plain line.
"""

from __future__ import annotations

import logging
import traceback
from typing import Any

import structlog

from bot.privacy import mask


class MaskedRecord(logging.LogRecord):
    """A log record that shows no personal identifier, in its message or in its traceback."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.exc_info and not self.exc_text:
            self.exc_text = mask("".join(traceback.format_exception(*self.exc_info)).rstrip())

    def getMessage(self) -> str:
        return mask(super().getMessage())


def mask_logs() -> None:
    """Mask what is logged from now on: warnings and worse of structlog, and every record of logging."""
    logging.setLogRecordFactory(MaskedRecord)
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING),
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            structlog.processors.format_exc_info,
            structlog.processors.KeyValueRenderer(key_order=["timestamp", "level", "event"]),
            _masked,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,  # Rasa logs ten lines a turn that nobody sees; each made a logger before
    )


def _masked(logger: Any, name: str, line: Any) -> str:
    return mask(str(line))
