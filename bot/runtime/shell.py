"""Rasa's shell shows buttons as a menu for the arrow keys, where no answer can be typed.

Here they are numbered lines below the answer, as ``guide ask`` shows them: a number, a title or any other words may
be typed, as on every other channel.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import rasa.core.channels.console as console
import rasa.shared.utils.cli as terminal
from rasa.shared.utils.io import bcolors


def print_answer(message: Mapping[str, Any], is_latest_message: bool = False, color: str = "") -> None:
    """Print an answer and its numbered buttons; nothing is returned, so the shell asks for typed text."""
    if message.get("text"):
        terminal.print_color(message["text"], color=bcolors.OKBLUE)
    for number, button in enumerate(message.get("buttons") or [], 1):
        terminal.print_color(f"  {number}. {button['title']}", color=bcolors.OKBLUE)


def install() -> None:
    """Put it where the shell prints."""
    console._print_bot_output = print_answer
