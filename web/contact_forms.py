"""Reads what is written to the Région (pure): the values, or what is wrong field by field."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

import regex

from channels.wire import is_op
from storage.values_contact import ContactFault, ContactSubject
from web.addresses import AddressFault, read_address

LONGEST_TEXT = 2000
"""Signs as a reader counts them: grapheme clusters (UAX 29)."""

_MOST_CODE_POINTS = 10 * LONGEST_TEXT
"""A sign may be many code points; a text of stacked marks is not one that anybody reads."""

_GRAPHEME = regex.compile(r"\X")
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
    return Typed(*(_field(form, name) for name in ("subject", "text", "email")))


def read_message(form: Mapping[str, object], *, begins: bool) -> Message | Mapping[str, Fault]:
    """The message of a form; one that ``begins`` a conversation has a subject, and perhaps an e-mail."""
    typed, op = read_typed(form), _field(form, "op")
    text, email = read_text(typed.text), ""
    faults: dict[str, Fault] = {}
    if begins:
        if typed.subject not in {str(subject) for subject in ContactSubject}:
            faults["subject"] = ContactFault.NO_SUBJECT
        address = read_address(typed.email)
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
    return Message(ContactSubject(typed.subject) if begins else None, text, email, op)


def read_text(text: str) -> str | ContactFault:
    """A text as it is kept: line ends as one sign, composed, nothing around it."""
    plain = unicodedata.normalize("NFC", re.sub(r"\r\n?", "\n", text)).strip()
    if not any(unicodedata.category(sign)[0] in _SEEN for sign in plain):
        return ContactFault.NO_TEXT
    if any(unicodedata.category(sign) in ("Cc", "Cs") and sign not in _OWN_CONTROLS for sign in plain):
        return ContactFault.BAD_SIGNS
    if len(plain) > _MOST_CODE_POINTS or signs_of(plain) > LONGEST_TEXT:
        return ContactFault.TOO_LONG
    return plain


def signs_of(text: str) -> int:
    """As many as a reader counts."""
    return sum(1 for _ in _GRAPHEME.finditer(text))


def _field(form: Mapping[str, object], name: str) -> str:
    value = form.get(name)
    return value if isinstance(value, str) else ""
