"""What waits for staff, in numbers."""

from collections.abc import Mapping
from dataclasses import dataclass

ARGUMENTS = "arguments"
"""Where arguments are counted: they have no theme of their own."""


@dataclass(frozen=True, slots=True)
class DeskLoad:
    """``waiting`` posts, the first of them since ``oldest`` (ms since 1970), and how many in each theme (slug).

    ``reports`` counts topics that are reported, ``contact`` conversations that wait for an answer. ``mark`` is
    another whenever something of this changed.
    """

    mark: int
    waiting: int
    oldest: int | None
    themes: Mapping[str, int]
    reports: int
    contact: int
