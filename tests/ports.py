"""Ports that nobody listens on."""

import random
import socket
from contextlib import ExitStack

BELOW_WHAT_SYSTEMS_GIVE_OUT = range(12_000, 32_000)
"""A port that the system chose may be given to anybody's connection before it is taken here."""


def free_port() -> int:
    [port] = free_ports(1)
    return port


def free_ports(number: int) -> list[int]:
    """Different ones."""
    found: list[int] = []
    with ExitStack() as held:
        while len(found) < number:
            port = random.choice(BELOW_WHAT_SYSTEMS_GIVE_OUT)
            probe = held.enter_context(socket.socket())
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            found.append(port)
    return found
