"""The kiosks of the agencies: their cookie, and how fast one person may follow another (pure)."""

import re
from collections.abc import Mapping

from web.halls import SCREEN_COOKIE
from web.pace import Pace

COOKIE = "borne"
ENDED_COOKIE = "borne-fin"
"""What the page writes when a visit ends, for as long as the server could not be told."""
MAX_AGE = 400 * 86_400
"""Seconds; the longest that browsers keep a cookie."""

BETWEEN_MS = 20_000
AT_ONCE = 8

_BETWEEN = re.compile(
    r"/borne(/commencer|/terminer)?|/efface|/hors-connexion|/(langue|caracteres|static|icons|console)/.*|/console"
    r"|/favicon\.(svg|ico)|/apple-touch-icon\.png|/apercu\.png|/manifest\.webmanifest|/sw\.js|/livez|/readyz"
)

_NAME = re.compile(r"[a-z0-9-]{1,40}")


def is_kiosk_name(text: str) -> bool:
    return _NAME.fullmatch(text) is not None


def is_open_between(path: str) -> bool:
    """Whether a kiosk may be asked for this while nobody has begun a visit: nothing there is a citizen's."""
    return _BETWEEN.fullmatch(path) is not None


def kiosk_pace() -> Pace:
    """Of the visits that a kiosk begins; kiosks are few, their codes signed."""
    return Pace(BETWEEN_MS, AT_ONCE)


def forgotten(cookies: Mapping[str, object]) -> list[str]:
    """The cookies that go with a visit: all but those that say what this browser is, a kiosk or a hall's screen."""
    return [name for name in cookies if name != COOKIE and not name.startswith(SCREEN_COOKIE)]
