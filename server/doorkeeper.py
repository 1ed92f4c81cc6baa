"""Who may be connected, and how much they may send (pure): caps by address and in all, and a budget of bytes.

A hall of 500 people shares one address, so the cap of an address is far above a hall; what one connection may send
is bounded for each by itself.
"""

from collections import Counter
from collections.abc import Iterable
from enum import StrEnum
from functools import partial
from ipaddress import IPv6Address, ip_address
from typing import Protocol

BYTES_A_SECOND = 16 * 1024
BYTES_AT_ONCE = 32 * 1024
"""What one websocket may send: a second, and at once after a pause."""

FRAME_BYTES = 64
"""What a frame costs at least beside its bytes: an empty one is work too."""


MOST_HEARD_OUT = 50
"""So many for whom there is no room may say what they want before they are told so."""


class Cut(StrEnum):
    """Why a connection was refused or cut off."""

    FULL = "full"
    ADDRESS_FULL = "address-full"
    HEAD_LATE = "head-late"
    HEAD_LARGE = "head-large"
    BODY_LATE = "body-late"
    STALLED = "stalled"
    TOO_MUCH = "too-much"
    FRAGMENTS = "fragments"


class Allowance:
    """A budget of bytes that refills; ``now`` is in monotonic seconds."""

    __slots__ = ("_at", "_left")

    def __init__(self) -> None:
        self._left = float(BYTES_AT_ONCE)
        self._at = 0.0

    def take(self, number: int, now: float) -> bool:
        """Whether ``number`` more bytes may come."""
        self._left = min(float(BYTES_AT_ONCE), self._left + (now - self._at) * BYTES_A_SECOND) - number
        self._at = now
        return self._left >= 0


class Leave(Protocol):
    """Called once, when the connection has ended."""

    def __call__(self) -> None: ...


class Doorkeeper:
    """Counts connections; ``cuts`` says how many were refused or cut off, and why."""

    def __init__(self, most: int, most_an_address: int, proxies: Iterable[str] = ()) -> None:
        """``proxies`` are the addresses of our own reverse proxies: they bring many people each."""
        self.cuts: Counter[Cut] = Counter()
        self.inside = 0
        self._most = most
        self._most_an_address = most_an_address
        self._proxies = frozenset(proxies)
        self._by_address: Counter[str] = Counter()
        self._heard_out = 0

    def is_proxy(self, address: str) -> bool:
        return address in self._proxies

    def enter(self, address: str) -> Leave | Cut:
        """A connection from ``address``: what to call at its end, or why it may not be."""
        if self.inside >= self._most:
            return self._refuse(Cut.FULL)
        place = self.share(address)
        if isinstance(place, Cut):
            return place
        self.inside += 1
        return partial(self._leave, place)

    def share(self, address: str) -> Leave | Cut:
        """A place among those of ``address``, for a connection that is counted in all already."""
        if not address or self.is_proxy(address):
            return _nothing
        key = network_of(address)
        if self._by_address[key] >= self._most_an_address:
            return self._refuse(Cut.ADDRESS_FULL)
        self._by_address[key] += 1
        return partial(self._give_back, key)

    def hear_out(self) -> Leave | None:
        """For a connection that was refused: what to call at its end, None where it is to end at once."""
        if self._heard_out >= MOST_HEARD_OUT:
            return None
        self._heard_out += 1
        return self._heard

    def _heard(self) -> None:
        self._heard_out -= 1

    def _refuse(self, why: Cut) -> Cut:
        self.cuts[why] += 1
        return why

    def _leave(self, place: Leave) -> None:
        self.inside -= 1
        place()

    def _give_back(self, key: str) -> None:
        self._by_address[key] -= 1
        if not self._by_address[key]:
            del self._by_address[key]


def network_of(address: str) -> str:
    """What counts as one place: an IPv4 address, or the /64 in which an IPv6 client may choose its own."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if not isinstance(parsed, IPv6Address):
        return address
    if parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    return f"{IPv6Address(int(parsed) >> 64 << 64)}/64"


def _nothing() -> None:
    """A place that needs no giving back."""
