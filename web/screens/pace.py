"""How fast one network may open new screens; a hall has a few, behind one address (pure)."""

from web.pace import Pace

BETWEEN_MS = 15_000
AT_ONCE = 20


def screen_pace() -> Pace:
    return Pace(BETWEEN_MS, AT_ONCE)
