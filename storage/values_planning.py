"""What the calendar of the console shows (pure)."""

from dataclasses import dataclass
from enum import StrEnum

from storage.values_drafts import DraftState


class PlannedSort(StrEnum):
    QUESTION = "question"
    QUESTIONNAIRE = "questionnaire"
    CAMPAIGN = "campaign"
    LETTER = "letter"

    @property
    def is_asked(self) -> bool:
        """Whether citizens are asked to vote."""
        return self in (PlannedSort.QUESTION, PlannedSort.QUESTIONNAIRE)


@dataclass(frozen=True, slots=True)
class Planned:
    """What opens and closes, or, of a letter, is sent at ``opens_at``.

    ``draft`` is None for what was not written in the console, ``made`` is the number of what it became; a letter
    has its own number as ``draft``.
    """

    sort: PlannedSort
    state: DraftState
    title: str
    opens_at: int
    closes_at: int | None = None
    draft: int | None = None
    made: int | None = None
