"""The time on which the nodes agree: that of the database's clock, whatever their own clocks say.

A show's instants are made by whichever node handles the press, and halls on other nodes act on them by their own
node's clock: what lies between two nodes' clocks would lie between two halls.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from math import copysign

from server.health import Check, Condition, Finding
from storage.clock import Reading, read_clock
from storage.database import Database, StorageUnavailable

log = logging.getLogger("imaginest.clock")

LOOK_MS = 10_000
"""From one look at the database's clock to the next: a quartz drifts by less than a ms meanwhile."""

HOLDS_MS = 60_000
"""For so long a good reading is preferred to those after it, whose answers came more slowly."""

NOTICED_MS = 50
"""What two halls would notice: a node's clock that is wrong by more is told of."""

LARGEST_MS = 30_000
"""Who is further from the database's clock keeps the own one: one of the two is broken, and sign-in codes (30 s)
would fail by the wrong one."""

SLEWED_MS = 1_000
"""A correction up to this is made gradually, so that no second is skipped or repeated; a larger one at once."""

SLEW = 0.1
"""How much faster or slower time passes meanwhile."""


@dataclass(frozen=True, slots=True)
class _Course:
    """What is added to the monotonic clock: ``begun`` at ``since``, and from then on towards ``aim`` (ms)."""

    aim: float
    begun: float
    since: float

    def at(self, now: float) -> float:
        gap, reach = self.aim - self.begun, (now - self.since) * SLEW
        return self.aim if abs(gap) <= reach else self.begun + copysign(reach, gap)


class AgreedClock:
    """``now`` is asked from any thread, ``take`` and ``look`` by one. ``wall`` gives ms, ``monotonic`` seconds.

    Between two readings it runs by the monotonic clock, which no change of the machine's time moves. While the
    database is away it goes on.
    """

    def __init__(self, wall: Callable[[], int], monotonic: Callable[[], float]) -> None:
        self._wall = wall
        self._monotonic = monotonic
        self._course: _Course | None = None
        self._readings: list[Reading] = []
        self._looked_at: float | None = None
        self._own = self._own_offset()
        self._is_told = False
        self.apart = 0.0
        """By how many ms the node's own clock is ahead of the database's; 0 before it was asked."""
        self.error = 0.0
        """By how many ms ``apart`` may be wrong."""

    @property
    def follows(self) -> bool:
        """Whether it tells the database's time; else the node's own."""
        return self._course is not None

    @property
    def is_noticed(self) -> bool:
        """Whether the node's own clock is so wrong that halls would notice."""
        return abs(self.apart) - self.error > NOTICED_MS

    def now(self) -> int:
        """Milliseconds since 1970 UTC."""
        course = self._course
        if course is None:
            return self._wall()
        now = self._monotonic() * 1000
        return round(now + course.at(now))

    async def look(self, database: Database) -> None:
        """Ask the database, where that is due or the machine slept; nothing changes where it does not answer."""
        now, own = self._monotonic() * 1000, self._own_offset()
        is_shaken = abs(own - self._own) > SLEWED_MS
        if self._looked_at is not None and now - self._looked_at < LOOK_MS and not is_shaken:
            return
        self._looked_at, self._own = now, own
        try:
            reading = await read_clock(database, self._monotonic)
        except StorageUnavailable:
            return
        self.take(reading)

    def take(self, reading: Reading) -> None:
        """Believe the best of what was read within ``HOLDS_MS``, as long as nothing newer speaks against it."""
        kept = [
            one
            for one in self._readings
            if reading.answered - one.answered < HOLDS_MS
            and abs(one.offset - reading.offset) <= one.error + reading.error + 1
        ]
        self._readings = [*kept, reading]
        best = min(self._readings, key=lambda one: one.error)
        self.apart, self.error = self._own_offset() - best.offset, best.error
        self._steer(best.offset)
        self._tell()

    def _steer(self, offset: float) -> None:
        now, course = self._monotonic() * 1000, self._course
        begun = offset if course is None else course.at(now)
        goes_on = course is not None and abs(offset - begun) <= SLEWED_MS
        if not goes_on and abs(self.apart) > LARGEST_MS:
            self._course = None
            return
        self._course = _Course(offset, begun if goes_on else offset, now)

    def _own_offset(self) -> float:
        """The node's own clock minus the monotonic one."""
        return self._wall() - self._monotonic() * 1000

    def _tell(self) -> None:
        if self.is_noticed is self._is_told:
            return
        self._is_told = self.is_noticed
        if not self.is_noticed:
            log.info("this node's clock is the database's again")
        elif self.follows:
            log.warning("this node's clock is %+.0f ms from the database's, which it follows", self.apart)
        else:
            log.error(
                "this node's clock is %+.0f s from the database's: one of the two is broken, it keeps its own",
                self.apart / 1000,
            )


def clock_check(clock: AgreedClock) -> Check:
    """Degraded where the own clock is wrong, or the database's: another node would not be better off."""

    async def check() -> Finding:
        condition = Condition.DEGRADED if clock.is_noticed else Condition.OK
        told = {
            "apart_ms": round(clock.apart, 1),
            "error_ms": round(clock.error, 1),
            "follows": clock.follows,
        }
        return Finding(condition, told)

    return check
