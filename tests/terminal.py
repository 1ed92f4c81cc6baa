"""A terminal for programs that draw on one: what they wrote, and what a person sees of it."""

import fcntl
import os
import pty
import select
import struct
import subprocess
import termios
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tests.running import DEADLINE, ROOT

ERASE_TO_THE_END = "\033[K"
WHOLE_RUN = 4 * DEADLINE
"""Seconds for a program from its start to its end."""


@dataclass(frozen=True)
class Session:
    """One program from its start to its end on a terminal of ``columns``."""

    status: int
    written: str
    columns: int

    @property
    def screen(self) -> list[str]:
        """The lines as they stand in the end; fails where something else than \\r, \\n and erasing is used."""
        lines, column = [""], 0
        for part in self.written.replace(ERASE_TO_THE_END, "\0"):
            if part == "\r":
                column = 0
            elif part == "\n":
                lines.append("")
            elif part == "\0":
                lines[-1] = lines[-1][:column]
            else:
                assert part.isprintable(), repr(part)
                if column == self.columns:
                    lines.append("")
                    column = 0
                lines[-1] = lines[-1][:column] + part + lines[-1][column + 1 :]
                column += 1
        return lines


def on_a_terminal(command: Sequence[str], *, columns: int, environment: Mapping[str, str]) -> Session:
    """Run a program with all its output on a terminal; killed at the deadline."""
    ours, its = pty.openpty()
    fcntl.ioctl(its, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    with subprocess.Popen(
        command, cwd=ROOT, env=environment, stdin=its, stdout=its, stderr=its, start_new_session=True
    ) as process:
        os.close(its)
        try:
            written = _read_all(ours)
            return Session(process.wait(DEADLINE), written.decode(), columns)
        finally:
            process.kill()
            os.close(ours)


def _read_all(terminal: int) -> bytes:
    """Everything until nobody has the terminal open any more."""
    written, end = bytearray(), time.monotonic() + WHOLE_RUN
    while select.select([terminal], [], [], max(0.0, end - time.monotonic()))[0]:
        try:
            written += os.read(terminal, 65536)
        except OSError:  # Linux says so when the last program has closed it
            return bytes(written)
    raise AssertionError(f"it did not end; it wrote {bytes(written)!r}")
