"""Instants as editors type them, by the Région's clocks (pure)."""

import re
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from storage.values_drafts import DraftFault
from web.citizen.local_time import here

_HERE = ZoneInfo("Europe/Paris")
_EARLIEST = datetime(2020, 1, 1, tzinfo=UTC)
_LATEST = datetime(2100, 1, 1, tzinfo=UTC)
_FAR = re.compile(r"\d{5,6}-\d\d-\d\dT|\d\d/\d\d/\d{5,6} ")
"""A year of more than four signs, which a browser's field takes too."""


def read_instant(text: str) -> int | DraftFault | None:
    """Ms since 1970 of « 2027-03-31T18:00 » (what a browser's field sends) or « 31/03/2027 18:00 »; None: empty.

    In autumn an hour comes twice: the first one counts. In spring an hour is skipped: a time in it is a fault.
    """
    if not text:
        return None
    for form in ("%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%d/%m/%Y %H:%M"):
        try:
            typed = datetime.strptime(text, form).replace(tzinfo=_HERE)
        except ValueError:
            continue
        if not _EARLIEST < typed < _LATEST:
            return DraftFault.BAD_YEAR
        back = typed.astimezone(UTC).astimezone(_HERE)
        if back.replace(tzinfo=None) != typed.replace(tzinfo=None):
            return DraftFault.SKIPPED_TIME
        return int(typed.timestamp() * 1000)
    return DraftFault.BAD_YEAR if _FAR.match(text) else DraftFault.BAD_TIME


def write_instant(at: int | None) -> str:
    """The same as a browser's field takes it."""
    if at is None:
        return ""
    local = here(at)
    return local.strftime("%Y-%m-%dT%H:%M:%S" if local.second else "%Y-%m-%dT%H:%M")
