"""How a browser is known in a hall: the cookie of the hall's link, and that of a big screen (pure)."""

import re
from collections.abc import Mapping

from realtime.tally import Hall
from web.pace import Pace

HALL_COOKIE = "salle"
MAX_AGE = 1 * 86_400
"""Seconds that the hall's cookie holds: an evening, and the night after it."""

SCREEN_COOKIE = "ecran-"
"""What the cookie of a hall's screen begins with; the hall follows: one browser may be the screen of several."""

SCREEN_SECONDS = 400 * 86_400
"""A screen comes back paired; the longest that browsers keep a cookie."""

MOST_SCREENS = 16
"""Screens that one browser is taken to be; more than any desk has."""

MOST_TOKEN = 64

_SLUG = re.compile(r"[a-z0-9-]{1,20}")


def hall_in(text: str | None) -> Hall | None:
    """The hall that a cookie or an address names, None where it cannot be one."""
    return Hall(text) if text is not None and _SLUG.fullmatch(text) else None


def screen_tokens(cookies: Mapping[str, str]) -> dict[Hall, str]:
    """What each hall's screen is known by, of a browser's cookies."""
    found: dict[Hall, str] = {}
    for name, token in cookies.items():
        hall = hall_in(name.removeprefix(SCREEN_COOKIE)) if name.startswith(SCREEN_COOKIE) else None
        if hall is not None and token and len(found) < MOST_SCREENS:
            found[hall] = token[:MOST_TOKEN]
    return found


def pairing_pace() -> Pace:
    """Codes that one member of staff may try: enough for a house full of screens, no way to a code by guessing."""
    return Pace(between_ms=6_000, at_once=10)
