"""How fast one caller may search: a device by itself, whoever brings no cookie with all others of their address."""

from dataclasses import dataclass, field

from web.pace import Pace

DEVICE = (1_000, 60)
ADDRESS = (100, 300)
"""Ms from one search to the next, and how many at once after a pause. A hall of 500 people shares an address, but
each of them has a cookie after the first page; searches without one are a first page, or a program."""


@dataclass(frozen=True, slots=True)
class Searches:
    _devices: Pace = field(default_factory=lambda: Pace(*DEVICE))
    _addresses: Pace = field(default_factory=lambda: Pace(*ADDRESS))

    def wait(self, device: bytes | None, address: str, now: int) -> int | None:
        """Count a search; None, or the instant (ms since 1970) from which the caller may search again."""
        pace, caller = (self._addresses, address) if device is None else (self._devices, device.hex())
        return None if pace.take(caller, now) else pace.again(caller)
