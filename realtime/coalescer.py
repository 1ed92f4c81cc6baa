"""When a node sends what changed (pure).

The first change after silence leaves at once; then one tick every T, which grows with the time that writing
takes so that sending never eats the whole of a core. What the loop does between two turns is not writing.
"""

SHORTEST_TICK = 0.1
LONGEST_TICK = 1.0
WRITING_SHARE = 2
"""T is at least this many times what the last flush spent writing."""


class Coalescer:
    """Remembers which topics changed and says when they are due. Times are monotonic seconds."""

    def __init__(self) -> None:
        self._dirty: dict[int, None] = {}
        self._not_before = float("-inf")

    def changed(self, topic: int) -> None:
        self._dirty[topic] = None

    def due_at(self, now: float) -> float | None:
        """When the next tick may leave (``now`` or later), None while nothing changed."""
        if not self._dirty:
            return None
        return max(now, self._not_before)

    def take(self) -> list[int]:
        """The topics of this tick, the longest waiting first; they are clean again."""
        topics = list(self._dirty)
        self._dirty.clear()
        return topics

    def flushed(self, started: float, writing: float) -> None:
        """A tick was sent, which took ``writing`` seconds of writing; the next leaves one T after it started."""
        self._not_before = started + min(max(SHORTEST_TICK, WRITING_SHARE * writing), LONGEST_TICK)
