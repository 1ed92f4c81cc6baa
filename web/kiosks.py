"""The kiosks of the agencies: their cookie, and how fast one person may follow another (pure)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

COOKIE = "borne"
MAX_AGE = 400 * 86_400
"""Seconds; the longest that browsers keep a cookie."""

BETWEEN_MS = 20_000
AT_ONCE = 8

_NAME = re.compile(r"[a-z0-9-]{1,40}")


def is_kiosk_name(text: str) -> bool:
    return _NAME.fullmatch(text) is not None


@dataclass(frozen=True, slots=True)
class Kiosks:
    """When each kiosk will have rested from the visits it began, in ms; kiosks are few, their codes signed."""

    _rested: dict[str, int] = field(default_factory=dict)

    def begins(self, name: str, now: int) -> bool:
        """Whether a visit may begin, which is then counted."""
        rested = max(self._rested.get(name, 0), now)
        if rested + BETWEEN_MS > now + AT_ONCE * BETWEEN_MS:
            return False
        self._rested[name] = rested + BETWEEN_MS
        return True

    def again(self, name: str) -> int:
        """The instant from which a visit may begin."""
        return self._rested.get(name, 0) + BETWEEN_MS - AT_ONCE * BETWEEN_MS


def forgotten(cookies: Mapping[str, object]) -> list[str]:
    """The cookies that go with a visit: all but the one that says that this is a kiosk."""
    return [name for name in cookies if name != COOKIE]
