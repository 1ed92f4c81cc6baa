"""Secrets: everything is derived from one master secret that is not in the database."""

import base64
import hmac
import os
import secrets
import string
from itertools import pairwise
from pathlib import Path

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.hmac import HMAC
from cryptography.hazmat.primitives.keywrap import aes_key_unwrap, aes_key_wrap

from realtime.arrivals import NETWORKS
from storage.sealing import Sealing

MASTER_BYTES = 32
DEVICE_BYTES = 16
_KEY_BYTES = 16

_LEAST_DIFFERENT = 16
"""Bytes among 32, and steps from each to the next: chance falls below it less than once in 10^12 times."""


class BadSecret(ValueError):
    """What should be the master secret is none; the message does not repeat it."""


class Names:
    """The names of 16 bytes that devices have under one key.

    The key is taken in once and the state copied for each name, which takes a third of the time of a whole HMAC.
    """

    def __init__(self, key: bytes) -> None:
        self._keyed = HMAC(key, SHA256())

    def of(self, device: bytes) -> bytes:
        """Without the key it leads nowhere."""
        mac = self._keyed.copy()
        mac.update(device)
        return mac.finalize()[:_KEY_BYTES]


class Keys:
    """Derives what the application needs of the master secret; equal masters give equal keys."""

    def __init__(self, master: bytes) -> None:
        """``master`` has at least 32 bytes; ValueError otherwise."""
        if len(master) < MASTER_BYTES:
            raise ValueError(f"the master secret has {len(master)} bytes, at least {MASTER_BYTES} are needed")
        self._wrapping = _derive(master, "topic keys")
        self._voters = Names(_derive(master, "voters"))
        self._authors = _derive(master, "authors")
        self._reporters = _derive(master, "reporters")
        self._seen = _derive(master, "seen tokens")
        self._networks = _derive(master, "networks")
        self._questionnaires = _derive(master, "questionnaires")
        self.sealing = _derive(master, "disclosure")
        self.cookies = _derive(master, "cookies")
        self.bus = _derive(master, "bus")
        self.operator = _derive(master, "operator").hex()
        self.check = _derive(master, "check")
        self._correspondents = _derive(master, "contact authors")
        self._addresses = _derive(master, "addresses")
        self._unsubscribe = _derive(master, "unsubscribe tokens")
        self.contact = Sealing(_derive(master, "contact"))
        self.mail = Sealing(_derive(master, "mail"))
        self.letter = Sealing(_derive(master, "letter"))
        self._kiosks = _derive(master, "kiosks")
        self._staff = _derive(master, "staff names")
        self.staff = Sealing(_derive(master, "staff"))

    def new_topic_key(self) -> bytes:
        """A fresh random topic key, wrapped (AES key wrap, RFC 3394) as it may be stored."""
        return aes_key_wrap(self._wrapping, secrets.token_bytes(MASTER_BYTES))

    def unwrap(self, wrapped: bytes) -> bytes:
        """The topic key; raises ``cryptography``'s InvalidUnwrap where the master secret is another."""
        return aes_key_unwrap(self._wrapping, wrapped)

    def pseudonym(self, device: bytes) -> bytes:
        """The name under which a voter's profile is stored (16 bytes); unrelated to any voter key."""
        return self._voters.of(device)

    def author(self, device: bytes) -> bytes:
        """The name under which a device's posts are stored (16 bytes); unrelated to its profile and ballots."""
        return hmac.digest(self._authors, device, "sha256")[:_KEY_BYTES]

    def correspondent(self, device: bytes) -> bytes:
        """The name of who writes to the Région (16 bytes); unrelated to posts, profile and ballots."""
        return hmac.digest(self._correspondents, device, "sha256")[:_KEY_BYTES]

    def address_key(self, address: str) -> bytes:
        """The name of an e-mail address (16 bytes), by which it is found without being written down."""
        return hmac.digest(self._addresses, address.casefold().encode(), "sha256")[:_KEY_BYTES]

    def staff_key(self, kind: str, text: str) -> bytes:
        """What something of staff is found by without being written down (32 bytes): an address, a code."""
        return hmac.digest(self._staff, f"{kind}\0{text}".encode(), "sha256")

    def unsubscribe_mac(self, subscriber: bytes) -> bytes:
        """What proves that a link was written for this subscriber (16 bytes)."""
        return hmac.digest(self._unsubscribe, subscriber, "sha256")[:_KEY_BYTES]

    def reporter(self, device: bytes) -> bytes:
        """The name under which a device's reports are stored (16 bytes); unrelated to its posts."""
        return hmac.digest(self._reporters, device, "sha256")[:_KEY_BYTES]

    def questionnaire_pseudonym(self, questionnaire: int, device: bytes) -> bytes:
        """The name under which someone takes part in one questionnaire (16 bytes); another in every other."""
        told = questionnaire.to_bytes(8) + device
        return hmac.digest(self._questionnaires, told, "sha256")[:_KEY_BYTES]

    def network_mark(self, topic: int, day: int, network: str) -> int:
        """A number from 1 to ``NETWORKS`` for a network, another for each topic and day (since 1970)."""
        told = topic.to_bytes(8) + day.to_bytes(8) + network.encode()
        return 1 + int.from_bytes(hmac.digest(self._networks, told, "sha256")[:8]) % NETWORKS

    def seen_token(self, topic: int, device: bytes) -> str:
        """What proves that this device has voted on a topic and may see its results."""
        mac = hmac.digest(self._seen, topic.to_bytes(8) + device, "sha256")[:_KEY_BYTES]
        return base64.urlsafe_b64encode(mac).rstrip(b"=").decode()

    def has_seen(self, topic: int, device: bytes | None, token: str | None) -> bool:
        """Whether ``token`` is this device's for this topic."""
        if device is None or token is None or not token.isascii():
            return False
        return hmac.compare_digest(self.seen_token(topic, device), token)

    def kiosk_code(self, name: str) -> str:
        """What makes a browser the kiosk of this name; ``name`` has no dot."""
        mac = hmac.digest(self._kiosks, name.encode(), "sha256")[:_KEY_BYTES]
        return f"{name}.{base64.urlsafe_b64encode(mac).rstrip(b'=').decode()}"

    def kiosk_of(self, code: str) -> str | None:
        """The kiosk that a code was made for, None where it was not made here."""
        name, _, mac = code.partition(".")
        made = name and mac and code.isascii() and hmac.compare_digest(self.kiosk_code(name), code)
        return name if made else None


def voter_key(topic_key: bytes, device: bytes) -> bytes:
    """The name of a voter within one topic (16 bytes); without the topic key it leads nowhere."""
    return Names(topic_key).of(device)


def load_master(path: Path) -> bytes:
    """The master secret kept in ``path``, made at the first start, readable by its owner only.

    Raises BadSecret where the file holds none.
    """
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        try:
            return read_master(path.read_text())
        except (BadSecret, UnicodeDecodeError) as error:
            raise BadSecret(
                f"{path} holds no master secret ({error}): put it back from where it is kept"
            ) from None
    with os.fdopen(descriptor, "w") as file:
        file.write(secrets.token_bytes(MASTER_BYTES).hex() + "\n")
        file.flush()
        os.fsync(file.fileno())
    return load_master(path)


def read_master(text: str) -> bytes:
    """The master secret that ``text`` writes in hexadecimal digits; raises BadSecret where it is a poor one."""
    digits = text.strip()
    if len(digits) < 2 * MASTER_BYTES or len(digits) % 2 or set(digits) - set(string.hexdigits):
        raise BadSecret(f"at least {2 * MASTER_BYTES} hexadecimal digits, an even number, are needed")
    master = bytes.fromhex(digits)
    steps = {(after - before) % 256 for before, after in pairwise(master)}
    if len(set(master)) < _LEAST_DIFFERENT or len(steps) < _LEAST_DIFFERENT:
        raise BadSecret("it follows a pattern, a random one is needed")
    return master


def _derive(master: bytes, purpose: str) -> bytes:
    return hmac.digest(master, b"imaginest/1/" + purpose.encode(), "sha256")
