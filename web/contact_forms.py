"""Reads what is written to the Région (pure): the values, or what is wrong field by field."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

from channels.names import is_op
from storage.values_contact import ContactFault, ContactSubject
from web.addresses import AddressFault, read_address
from web.forms import typed
from web.post_text import count_signs, without_hidden

LONGEST_TEXT = 2000
"""Signs as a reader counts them: grapheme clusters (UAX 29)."""

_MOST_CODE_POINTS = 10 * LONGEST_TEXT
"""A sign may be many code points; a text of stacked marks is not one that anybody reads."""

_TURNING = re.compile("[\u202a-\u202e\u2066-\u2069]")
_SEEN = frozenset("LNPS")
_OWN_CONTROLS = frozenset("\n\t")

Fault = ContactFault | AddressFault


@dataclass(frozen=True, slots=True)
class Typed:
    """What was typed, as it was, so that nothing is lost when something is wrong."""

    subject: str = ""
    text: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True)
class Message:
    """``subject`` is None in a conversation that has one already; ``email`` may be empty."""

    subject: ContactSubject | None
    text: str
    email: str
    op: str


def read_typed(form: Mapping[str, object]) -> Typed:
    return Typed(*(typed(form, name) for name in ("subject", "text", "email")))


def read_message(form: Mapping[str, object], *, begins: bool) -> Message | Mapping[str, Fault]:
    """The message of a form; one that ``begins`` a conversation has a subject, and perhaps an e-mail."""
    told, op = read_typed(form), typed(form, "op")
    text, email = read_text(told.text), ""
    faults: dict[str, Fault] = {}
    if begins:
        if told.subject not in {str(subject) for subject in ContactSubject}:
            faults["subject"] = ContactFault.NO_SUBJECT
        address = read_address(told.email)
        if isinstance(address, AddressFault):
            if address is not AddressFault.MISSING:
                faults["email"] = address
        else:
            email = address
    if isinstance(text, ContactFault):
        faults["text"] = text
    if not is_op(op):
        faults["form"] = ContactFault.BAD_OP
    if faults or isinstance(text, ContactFault):
        return faults
    return Message(ContactSubject(told.subject) if begins else None, text, email, op)


def read_text(text: str) -> str | ContactFault:
    """A text as it is kept: line ends as one sign, composed, nothing around it.

    What turns the direction of reading goes: those who answer read letters in the order in which they were typed.
    """
    lines = re.sub(r"\r\n?", "\n", _TURNING.sub("", without_hidden(text)))
    plain = unicodedata.normalize("NFC", lines).strip()
    if not any(unicodedata.category(sign)[0] in _SEEN for sign in plain):
        return ContactFault.NO_TEXT
    if any(unicodedata.category(sign) in ("Cc", "Cs") and sign not in _OWN_CONTROLS for sign in plain):
        return ContactFault.BAD_SIGNS
    if len(plain) > _MOST_CODE_POINTS or count_signs(plain) > LONGEST_TEXT:
        return ContactFault.TOO_LONG
    return plain
