"""What waits for staff, in numbers."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from storage.values_staff import Role, Staff

ARGUMENTS = "arguments"
"""Where arguments are counted: they have no theme of their own."""


@dataclass(frozen=True, slots=True)
class DeskLoad:
    """``waiting`` posts, the first of them since ``oldest`` (ms since 1970), and how many in each theme (slug).

    ``reports`` counts topics that are reported, ``contact`` conversations that wait for an answer, and ``filed``
    these by theme (slug, or empty) and the number of who has them (0: nobody). ``mark`` is another whenever
    something of this changed.
    """

    mark: int
    waiting: int
    oldest: int | None
    themes: Mapping[str, int]
    reports: int
    contact: int
    filed: Mapping[tuple[str, int], int] = field(default_factory=dict)

    def seen_by(self, staff: Staff) -> "DeskLoad":
        """What somebody may open of it; of the rest no number, as if nothing waited."""
        if staff.is_any(Role.MODERATOR):
            return self
        theirs = 0
        if staff.is_any(Role.REFERENT):
            theirs = sum(
                many
                for (theme, assignee), many in self.filed.items()
                if theme in staff.themes or assignee == staff.id
            )
        return DeskLoad(self.mark, 0, None, {}, 0, theirs)
