"""What the mails of an issue are named by, so that one that comes back is known (pure).

Both hold the issue, the subscriber and one proof of both. Whoever receives a letter can read its own names and make
none of another's, so what is forged ends nobody else's letter.
"""

import base64
import binascii
import hmac
import re
from collections.abc import Iterator

from storage.keys import Keys

MOST_LOCAL = 18
"""Signs that the mailbox's own name may have: 64 are all that stand before an @ (RFC 5321, 4.5.3.1.1)."""

_MAC_BYTES = 8
_NUMBER_BYTES = 4
_MESSAGE = re.compile(rb"lettre\.([0-9]{1,9})\.([0-9a-f]{32})\.([0-9a-f]{16})@")
_RETURN = re.compile(rb"\+([a-z2-7]{45})@")


def message_name(keys: Keys, number: int, subscriber: bytes) -> str:
    """The name of the message that brings an issue to a subscriber: always the same, and made by nobody else."""
    return f"lettre.{number}.{subscriber.hex()}.{_mac(keys, number, subscriber).hex()}"


def return_path(keys: Keys, mailbox: str, number: int, subscriber: bytes) -> str:
    """Where the mail comes back to: the mailbox, with the mail's name behind a “+”.

    In base 32, since some servers write addresses in small letters.
    """
    local, _, host = mailbox.rpartition("@")
    name = number.to_bytes(_NUMBER_BYTES) + subscriber + _mac(keys, number, subscriber)
    return f"{local}+{base64.b32encode(name).rstrip(b'=').decode().lower()}@{host}"


def named_in(keys: Keys, content: bytes) -> tuple[int, bytes] | None:
    """The issue and the subscriber of the first name in a text that is ours; None where there is none."""
    for number, subscriber, mac in _names(content.lower()):
        if hmac.compare_digest(mac, _mac(keys, number, subscriber)):
            return number, subscriber
    return None


def _names(text: bytes) -> Iterator[tuple[int, bytes, bytes]]:
    for found in _RETURN.finditer(text):
        try:
            name = base64.b32decode(found[1].upper() + b"===")
        except binascii.Error:
            continue
        subscriber = name[_NUMBER_BYTES:-_MAC_BYTES]
        yield int.from_bytes(name[:_NUMBER_BYTES]), subscriber, name[-_MAC_BYTES:]
    for found in _MESSAGE.finditer(text):
        yield int(found[1]), bytes.fromhex(found[2].decode()), bytes.fromhex(found[3].decode())


def _mac(keys: Keys, number: int, subscriber: bytes) -> bytes:
    return keys.unsubscribe_mac(b"message" + number.to_bytes(8) + subscriber)[:_MAC_BYTES]
