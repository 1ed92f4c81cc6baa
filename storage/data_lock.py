"""One process at a time uses a data folder that holds a database."""

import fcntl
from pathlib import Path
from typing import IO

LOCK_FILE = "server.lock"


class DataInUse(Exception):
    """Another process serves this data directory; the message holds its address where it told one."""


def address_told(folder: Path) -> str:
    """Where the process that serves this folder can be reached; empty where none has told."""
    try:
        return (folder / LOCK_FILE).read_text(encoding="utf-8").strip()
    except OSError:
        return ""


class DataLock:
    """One process at a time serves a data directory; the lock's file tells the others its address.

    ``shared``: the database is elsewhere, and any number of nodes may use the folder side by side.
    """

    def __init__(self, folder: Path, *, shared: bool = False) -> None:
        self.told = ""
        """The address that this process has told."""
        self._path = folder / LOCK_FILE
        self._how = fcntl.LOCK_SH if shared else fcntl.LOCK_EX
        self._file: IO[str] | None = None

    def take(self) -> None:
        """Raises DataInUse while another process holds it."""
        file = open(self._path, "a+", encoding="utf-8")
        try:
            fcntl.flock(file, self._how | fcntl.LOCK_NB)
        except OSError as error:
            file.seek(0)
            address = file.read().strip()
            file.close()
            raise DataInUse(address) from error
        if self._how == fcntl.LOCK_EX:  # a node beside this process keeps its address
            file.truncate(0)
        self._file = file

    def tell(self, address: str) -> None:
        """Write down where this process can be reached."""
        if self._file is not None:
            self._file.truncate(0)
            self._file.write(address + "\n")
            self._file.flush()
            self.told = address

    def release(self) -> None:
        if self._file is not None:
            if self.told or self._how == fcntl.LOCK_EX:
                self._file.truncate(0)
            self._file.close()
            self._file, self.told = None, ""
