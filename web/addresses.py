"""Reads e-mail addresses that people type (pure), before anything else of the program sees them."""

import re
import unicodedata
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from email_validator import ValidatedEmail

LONGEST = 254
"""RFC 5321: what a mail server takes, angle brackets aside."""

_ENCODED = re.compile(r"%0[ad]|=0[ad]|=\?|\\[rn0]", re.IGNORECASE)
"""Line ends as addresses of pages, quoted printable, encoded words and programs write them."""


class AddressFault(StrEnum):
    """Why what was typed is not taken as an e-mail address."""

    MISSING = "missing"
    TOO_LONG = "too-long"
    BAD_SIGNS = "bad-signs"
    SEVERAL = "several"
    NAMED = "named"
    ACCENTED = "accented"
    UNREADABLE = "unreadable"


def read_address(text: str) -> str | AddressFault:
    """One address in the form in which mail is sent to it (the domain in ASCII), or what is wrong."""
    typed = text.strip(" \t\r\n")
    if not typed:
        return AddressFault.MISSING
    if len(typed) > LONGEST:
        return AddressFault.TOO_LONG
    if _ENCODED.search(typed) or any(unicodedata.category(sign).startswith("C") for sign in typed):
        return AddressFault.BAD_SIGNS
    if re.search(r"[,;]", typed) or typed.count("@") > 1:
        return AddressFault.SEVERAL
    if re.search(r"[<>()\"\[\]:\\]|mailto", typed, re.IGNORECASE):
        return AddressFault.NAMED
    if not typed.partition("@")[0].isascii():
        return AddressFault.ACCENTED
    try:
        found = parsed_address(typed, strict=True)
    except ValueError:
        return AddressFault.UNREADABLE
    return found.ascii_email or AddressFault.ACCENTED


def parsed_address(text: str, *, strict: bool = False) -> "ValidatedEmail":
    """An address by the rules of mail; raises ValueError. They are loaded when the first one is read."""
    from email_validator import validate_email

    return validate_email(text, check_deliverability=False, allow_smtputf8=False, strict=strict)
