"""How fast one network may open new screens, a hall has a few behind one address; and how fast one asks (pure)."""

from web.pace import Pace

POLL_MS = 2000
"""Between two questions of a screen that waits to be paired."""

BETWEEN_MS = 15_000
AT_ONCE = 20


def screen_pace() -> Pace:
    return Pace(BETWEEN_MS, AT_ONCE)


def poll_pace() -> Pace:
    """For a screen that shows its code: twice as fast as its page asks, and a few visits at once."""
    return Pace(POLL_MS // 2, AT_ONCE)
