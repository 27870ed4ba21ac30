"""The address that the guide serves at, taken before anything slow begins."""

from __future__ import annotations

import socket


class CannotStart(Exception):
    """The guide did not come up; the message says why and what to do."""


def listen(port: int, interface: str) -> socket.socket:
    """The address to serve at, taken before anything is loaded.

    Raises:
        CannotStart: something has it already, or it is none of this machine.
    """
    # asyncio lets connections send at once only where the protocol is named; else an answer waits 40 ms for the
    # acknowledgement of its headers.
    family = socket.AF_INET6 if ":" in interface else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((interface, port))
    except OSError as error:
        listener.close()
        raise CannotStart(
            f"Port {port} on {interface} is taken ({error.strerror}): stop what uses it, or choose another "
            "with PORT=5006 or --port 5006."
        ) from error
    return listener
