"""How a browser is known in a hall: the cookie of the hall's link, and that of a big screen (pure)."""

import re

from realtime.tally import Hall
from web.pace import Pace

HALL_COOKIE = "salle"
MAX_AGE = 1 * 86_400
"""Seconds that the hall's cookie holds: an evening, and the night after it."""

SCREEN_COOKIE = "ecran"
SCREEN_SECONDS = 400 * 86_400
"""A screen comes back paired; the longest that browsers keep a cookie."""

_SLUG = re.compile(r"[a-z0-9-]{1,20}")


def hall_in(text: str | None) -> Hall | None:
    """The hall that a cookie or an address names, None where it cannot be one."""
    return Hall(text) if text is not None and _SLUG.fullmatch(text) else None


def pairing_pace() -> Pace:
    """Codes that one member of staff may try: enough for a house full of screens, no way to a code by guessing."""
    return Pace(between_ms=6_000, at_once=10)
