"""What a process has said to the end: a file of its own, by which the next one knows what it was killed over.

A line is written the moment after a mail's last byte was given to the system, which passes it on even where the
process is killed; so is the line. The file is locked while its process lives, and emptied when the database knows.
"""

import fcntl
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

FOLDER = "letter"
_SUFFIX = ".handed"
_NAME_SIGNS = 32


class Handed:
    """``token`` names the process in what it claims."""

    def __init__(self, data: Path) -> None:
        self.token = secrets.token_hex(12)
        folder = data / FOLDER
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._path = folder / f"{self.token}{_SUFFIX}"
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND
        self._file = os.open(self._path, flags, 0o600)
        fcntl.flock(self._file, fcntl.LOCK_EX)

    def note(self, subscriber: bytes) -> None:
        """From any thread: a line is one write, and added at the end."""
        os.write(self._file, subscriber.hex().encode() + b"\n")

    def unsay(self, subscriber: bytes) -> None:
        """The server did not take it."""
        os.write(self._file, b"-" + subscriber.hex().encode() + b"\n")

    def clear(self) -> None:
        """The database knows all of it."""
        os.ftruncate(self._file, 0)

    def close(self) -> None:
        self._path.unlink(missing_ok=True)
        os.close(self._file)

    def leave(self) -> None:
        """Let go of the file and keep it: something in it is not known to the database."""
        os.close(self._file)


@contextmanager
def _taken(path: Path) -> Iterator[bool]:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield True
    except BlockingIOError:
        yield False
    finally:
        os.close(descriptor)


def left_behind(data: Path) -> Iterator[tuple[str, set[bytes]]]:
    """The token of each process that ended without closing its file, and whose mails it had said to the end.

    Whoever iterates on has dealt with the one before, and its file goes.
    """
    for path in sorted((data / FOLDER).glob(f"*{_SUFFIX}")):
        try:
            with _taken(path) as is_ours:
                if is_ours:
                    yield path.name.removesuffix(_SUFFIX), _read(path.read_text())
                    path.unlink(missing_ok=True)
        except FileNotFoundError:
            continue  # another process has dealt with it


def _read(text: str) -> set[bytes]:
    """A line that was cut off is none."""
    said: set[bytes] = set()
    for line in text.splitlines(keepends=True):
        name = line.strip().removeprefix("-")
        if line.endswith("\n") and len(name) == _NAME_SIGNS:
            (said.discard if line.startswith("-") else said.add)(bytes.fromhex(name))
    return said
