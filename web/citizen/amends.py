"""What became of a subject of the Région after it was published, as its page says it (pure)."""

from storage.values_drafts import Amends
from web.citizen.local_time import here


def told(found: Amends) -> dict[str, object] | None:
    """When its text was corrected, and why its vote ended early; None where there is nothing to tell."""
    corrected = None if found.corrected_at is None else here(found.corrected_at)
    return {"corrected": corrected, "ended": found.ended_reason} if corrected or found.ended_reason else None
