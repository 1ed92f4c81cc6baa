"""Large type: a choice kept in a cookie that says nothing else (pure)."""

from collections.abc import Mapping
from enum import StrEnum

COOKIE = "caracteres"
MAX_AGE = 400 * 86_400
"""Seconds; the longest that browsers keep a cookie."""


class TypeSize(StrEnum):
    """As it stands in the address and in the cookie."""

    USUAL = "normaux"
    LARGE = "grands"


def read_type_size(text: str) -> TypeSize | None:
    return TypeSize(text) if text in {str(size) for size in TypeSize} else None


def is_large(cookies: Mapping[str, str]) -> bool:
    return cookies.get(COOKIE) == TypeSize.LARGE
