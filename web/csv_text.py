"""Tables as spreadsheets here open them (pure): UTF-8 with a byte order mark, semicolons, CRLF.

A text that a spreadsheet would take for a formula begins with an apostrophe (OWASP, « CSV Injection »).
"""

import csv
from collections.abc import Iterable, Sequence
from io import StringIO

Value = str | int | float | None

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""The full-width signs too: some spreadsheets take them for the narrow ones."""


def csv_bytes(head: Sequence[str], rows: Iterable[Sequence[Value]]) -> bytes:
    written = StringIO()
    writer = csv.writer(written, delimiter=";", lineterminator="\r\n")
    writer.writerow([harmless(name) for name in head])
    writer.writerows([[harmless(value) for value in row] for row in rows])
    return ("\ufeff" + written.getvalue()).encode()


def harmless(value: Value) -> str | int:
    """As it is written: numbers with a comma, texts so that they stay texts."""
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.1f}".replace(".", ",")
    if isinstance(value, str) and value.lstrip(" \u00a0\u202f\n").startswith(_FORMULA):
        return "'" + value
    return value
