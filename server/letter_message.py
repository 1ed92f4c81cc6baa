"""An issue as a message: composed once, and filled in for each subscriber (pure).

Composing ten thousand times would take longer than sending does.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from storage.keys import Keys
from storage.letter import unsubscribe_token
from storage.letter_names import message_name
from storage.values_contact import PUBLIC
from web.letter_mail import TOKEN, LetterMail

_LINES = SMTP.clone(max_line_length=None)
_TO, _NAME = "zqtozq@imaginest.invalid", "zqnamezq"
_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9.-]{1,253}")
_IN_BODY = re.compile(rb"(?:=\r\n)?".join(re.escape(bytes([sign])) for sign in TOKEN.encode()))
"""Quoted-printable may break a line in the middle of it."""

SENDER_NAME = "Imagin'Est"


class BadAddress(ValueError):
    """No message can be addressed so."""


@dataclass(frozen=True, slots=True)
class Letter:
    """``head`` and ``body`` are bytes with places to be filled in."""

    number: int
    head: bytes
    body: bytes

    def to(self, keys: Keys, subscriber: bytes, address: str) -> bytes:
        """The whole message for one subscriber, always the same. Raises BadAddress."""
        if not _ADDRESS.fullmatch(address):
            raise BadAddress
        token = unsubscribe_token(keys, subscriber).encode()
        name = message_name(keys, self.number, subscriber).encode()
        head = self.head.replace(_TO.encode(), address.encode()).replace(_NAME.encode(), name)
        broken = b"=\r\n" + token + b"=\r\n"
        return head.replace(TOKEN.encode(), token) + _IN_BODY.sub(broken, self.body)


def letter_of(mail: LetterMail, number: int, *, sender: str, public: str, sent_at: int) -> Letter:
    host = sender.rpartition("@")[2]
    message = EmailMessage(policy=SMTP)
    message["From"] = Address(SENDER_NAME, addr_spec=sender)
    message["To"] = _TO
    message["Subject"] = mail.subject
    message["Date"] = format_datetime(datetime.fromtimestamp(sent_at / 1000, UTC))
    message["Message-ID"] = f"<{_NAME}@{host}>"
    message["Auto-Submitted"] = "auto-generated"
    message["Precedence"] = "bulk"
    message["List-Id"] = f"Imagin'Est <lettre.{host}>"
    message["List-Unsubscribe"] = f"<{public}/lettre/desabonnement/{TOKEN}>"
    message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message.set_content(mail.text.replace(PUBLIC, public), cte="quoted-printable")
    message.add_alternative(mail.html.replace(PUBLIC, public), subtype="html", cte="quoted-printable")
    message.set_boundary(f"imaginest-letter-{number}")
    head, gap, body = message.as_bytes(policy=_LINES).partition(b"\r\n\r\n")
    return Letter(number, head + gap, body)
