"""Mails that say a letter could not be delivered (RFC 3464), read out of a file or of what is piped in."""

import mailbox
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.message import Message
from email.parser import BytesHeaderParser
from enum import StrEnum
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import BinaryIO

from storage.keys import Keys
from storage.letter_names import named_in
from storage.values_letter import Bounce

MOST_BYTES = 256 * 1024
"""Of one mail; a letter that came back with it is smaller."""

_BEGINS_MBOX = b"From "
_STATUS = re.compile(r"[245]\.[0-9]{1,3}\.[0-9]{1,3}")
_EVERY_MAIL_HAS = ("From", "Date", "Received", "Return-Path")


class Passed(StrEnum):
    """Why a mail counts for nothing: it reports no failure, is only late, or names no letter of ours."""

    NO_REPORT = "no-report"
    DELAYED = "delayed"
    NO_LETTER = "no-letter"


class NoMail(ValueError):
    """What was given holds no mail; the message says what it is instead."""


@contextmanager
def spooled(stream: BinaryIO) -> Iterator[Path]:
    """A file of all that a stream brings, gone with the block."""
    with NamedTemporaryFile(prefix="imaginest-", suffix=".mbox") as file:
        shutil.copyfileobj(stream, file)
        file.flush()
        yield Path(file.name)


def mails_in(path: Path) -> Iterator[bytes]:
    """Each mail of an mbox, or the one that the file is, up to MOST_BYTES of it. Raises NoMail and OSError."""
    with path.open("rb") as file:
        begin = file.read(MOST_BYTES)
    if not begin.strip():
        raise NoMail("it is empty")
    if not begin.startswith(_BEGINS_MBOX):
        headers = BytesHeaderParser().parsebytes(begin)
        if not any(name in headers for name in _EVERY_MAIL_HAS):
            raise NoMail("it is neither an mbox nor a mail")
        yield begin
        return
    box = mailbox.mbox(path, create=False)
    try:
        for key in box.iterkeys():
            with box.get_file(key) as one:
                yield one.read(MOST_BYTES)
    finally:
        box.close()


def read_bounce(keys: Keys, content: bytes) -> Bounce | Passed:
    """What a mail says of a letter; whoever sends it, only a letter's own name, which is signed, counts."""
    try:
        statuses = list(_statuses(message_from_bytes(content)))
    except RecursionError:  # mails in mails without end, which the parser follows
        return Passed.NO_REPORT
    if not statuses:
        return Passed.NO_REPORT
    failed = [status for action, status in statuses if action == "failed"]
    if not failed:
        return Passed.DELAYED if any(action == "delayed" for action, _ in statuses) else Passed.NO_REPORT
    named = named_in(keys, content)
    return Passed.NO_LETTER if named is None else Bounce(*named, failed[0])


def _statuses(message: Message) -> Iterator[tuple[str, str]]:
    """Action and status of each recipient that a report speaks of."""
    for part in message.walk():
        if part.get_content_type() != "message/delivery-status" or not part.is_multipart():
            continue
        for fields in part.get_payload():
            if not isinstance(fields, Message):
                continue
            action = str(fields.get("Action", "")).strip().lower()
            status = _STATUS.search(str(fields.get("Status", "")))
            if action and status:
                yield action, status[0]
