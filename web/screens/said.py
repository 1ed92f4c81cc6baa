"""What a screen says of itself, as it comes from its browser (pure)."""

import json
from typing import Any

from channels.parsing import MAX_INTEGER
from storage.values_events import MOST_STEPS
from storage.values_screens import ScreenSaid

MOST_BYTES = 4096
MOST_READY = 4 * MOST_STEPS
"""Steps that were removed may be loaded too."""

MOST_FRAMES = 1000
MOST_PIXELS = 100_000


def said_in(body: bytes) -> ScreenSaid | None:
    """None where the body is not what our own page says."""
    try:
        plain = json.loads(body)
    except (ValueError, RecursionError):
        return None
    if not isinstance(plain, dict) or not isinstance(plain.get("ready"), list):
        return None
    ready, step = plain["ready"], plain.get("step")
    fits = (
        len(ready) <= MOST_READY
        and all(_is_within(one, 1, MAX_INTEGER) for one in ready)
        and (step is None or _is_within(step, 1, MAX_INTEGER))
        and _is_within(plain.get("number"), 0, MAX_INTEGER)
        and _is_within(plain.get("offset"), -MAX_INTEGER, MAX_INTEGER)
        and _is_within(plain.get("frames"), 0, MOST_FRAMES)
        and _is_within(plain.get("width"), 0, MOST_PIXELS)
        and _is_within(plain.get("height"), 0, MOST_PIXELS)
        and type(plain.get("sound")) is bool
    )
    if not fits:
        return None
    numbers = {name: plain[name] for name in ("number", "offset", "frames", "width", "height")}
    return ScreenSaid(step=step, ready=tuple(ready), sound=plain["sound"], **numbers)


def _is_within(value: Any, least: int, most: int) -> bool:
    return type(value) is int and least <= value <= most
