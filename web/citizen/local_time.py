"""Instants as the Région's clocks show them (pure)."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

_HERE = ZoneInfo("Europe/Paris")


def here(at: int) -> datetime:
    """``at`` is in milliseconds since 1970 UTC."""
    return datetime.fromtimestamp(at / 1000, UTC).astimezone(_HERE)
