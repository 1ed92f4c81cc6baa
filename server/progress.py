"""How far a long command is: a bar on a terminal, lines elsewhere."""

import os
import sys
from typing import TextIO

WIDEST_BAR = 40
NARROWEST_BAR = 10
"""A narrower bar says nothing that the number beside it does not."""

LINES = 10
"""So many lines at most tell a file or a pipe how far it is."""

REDRAWS = 1000


def counted(number: int, one: str, many: str = "") -> str:
    """``1 vote``, ``1,200 votes``: a count with its noun."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def duration(seconds: float) -> str:
    """``45 s``, ``12 min 5 s``, ``3 h 7 min``."""
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {rest} s" if minutes else f"{rest} s"
    return f"{minutes // 60:,} h {minutes % 60} min"


def counts(done: int, total: int, noun: str) -> str:
    """`` 50 %    600 of 1,200 votes``: of one width whatever is done; 100 % is said at the very end only."""
    percent = 100 if total == 0 else done * 100 // total
    return f"{percent:3} %  {done:>{len(f'{total:,}')},} of {counted(total, noun)}"


def bar(done: int, total: int, noun: str, columns: int) -> str:
    """The bar and its counts in at most ``columns``; as much of them as has room."""
    text = counts(done, total, noun)
    width = min(WIDEST_BAR, columns - len(text) - 3)
    if width < NARROWEST_BAR:
        return text if len(text) <= columns else text[:5]
    full = width if total == 0 else done * width // total
    return f"[{'█' * full}{'·' * (width - full)}] {text}"


class Progress:
    """Counts steps of ``total`` and shows them; the block that uses it leaves the cursor on a new line."""

    def __init__(self, total: int, noun: str, output: TextIO | None = None) -> None:
        self._total = total
        self._noun = noun
        self._output = output or sys.stdout
        self._live = self._output.isatty()
        self._done = 0
        self._shown = 0

    def __enter__(self) -> "Progress":
        if self._live:
            self._draw()
        return self

    def __exit__(self, *_: object) -> None:
        if self._live:
            self._draw()
            print(file=self._output, flush=True)

    def step(self) -> None:
        """One more is done."""
        self._done += 1
        reached = self._done * (REDRAWS if self._live else LINES) // self._total
        if reached == self._shown:
            return
        self._shown = reached
        if self._live:
            self._draw()
        else:
            print(counts(self._done, self._total, self._noun), file=self._output, flush=True)

    def _draw(self) -> None:
        # a full line would wrap on some terminals: one column stays free; a longer line before is erased
        line = bar(self._done, self._total, self._noun, columns_of(self._output) - 1)
        print(f"\r{line}\033[K", end="", file=self._output, flush=True)


def columns_of(output: TextIO) -> int:
    """The width of the terminal as it is now; 80 where it does not say."""
    try:
        return os.get_terminal_size(output.fileno()).columns or 80
    except (OSError, ValueError):
        return 80
