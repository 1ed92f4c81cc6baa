"""How fast one caller may ask for what costs work, counted by this node in memory only (pure)."""

from dataclasses import dataclass, field

MOST_CALLERS = 20_000


@dataclass(frozen=True, slots=True)
class Pace:
    """``at_once`` requests after a pause, then one every ``between_ms``; times are in ms since 1970.

    Of more than ``most`` callers those that were not heard for longest are forgotten: it costs a limit, no request.
    """

    between_ms: int
    at_once: int
    most: int = MOST_CALLERS
    _rested: dict[str, int] = field(default_factory=dict)
    """When each will have rested from all it was given."""

    def take(self, caller: str, now: int) -> bool:
        """Whether the caller may go on, which is then counted."""
        full = self.at_once * self.between_ms
        rested = max(
            min(self._rested.pop(caller, 0), now + full), now
        )  # a clock that went back holds nobody up
        goes = rested + self.between_ms <= now + full
        self._rested[caller] = rested + self.between_ms if goes else rested
        if len(self._rested) > self.most:
            del self._rested[next(iter(self._rested))]
        return goes

    def again(self, caller: str) -> int:
        """The instant from which the caller may go on."""
        return self._rested.get(caller, 0) - (self.at_once - 1) * self.between_ms
