"""Deltas that came in and wait to be handed over: what follows on becomes one, and a few are kept (no I/O).

A delta has absolute values, so two that follow each other are one delta from the first's base to the second's
version; nobody can tell the difference. A reader that falls behind so holds about one delta a topic.
"""

from realtime.delta import Changes, Delta

MOST_A_TOPIC = 8
"""Deltas of one topic that do not follow on and are kept; then only the newest is."""


def joined(first: Delta, second: Delta) -> Delta:
    """One delta that does what both do. ValueError where the second does not follow the first."""
    if second.topic != first.topic or second.base != first.version:
        raise ValueError("the second does not follow the first")
    old, new = first.changes, second.changes
    changes = Changes(
        voters=old.voters if new.voters is None else new.voters,
        plus=old.plus if new.plus is None else new.plus,
        minus=old.minus if new.minus is None else new.minus,
        series={**old.series, **new.series},
    )
    return Delta(first.topic, first.base, second.version, changes)


class Backlog:
    """What waits, by topic."""

    def __init__(self) -> None:
        self._waiting: dict[int, list[Delta]] = {}
        self._overwhelmed: set[int] = set()

    def __bool__(self) -> bool:
        return bool(self._waiting)

    def add(self, delta: Delta) -> bool:
        """Keep a delta; whether it became one with what waits already."""
        waiting = self._waiting.setdefault(delta.topic, [])
        if waiting and waiting[-1].version == delta.base:
            waiting[-1] = joined(waiting[-1], delta)
            return True
        waiting.append(delta)
        if len(waiting) > MOST_A_TOPIC:
            self._waiting[delta.topic] = [max(waiting, key=lambda one: one.version)]
            self._overwhelmed.add(delta.topic)
        return False

    def take(self) -> tuple[list[Delta], frozenset[int]]:
        """What waits, in the order of its topics' arrival, and the topics of which something was let go."""
        deltas = [delta for waiting in self._waiting.values() for delta in waiting]
        overwhelmed = frozenset(self._overwhelmed)
        self._waiting.clear()
        self._overwhelmed.clear()
        return deltas, overwhelmed
