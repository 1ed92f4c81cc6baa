"""What rose: this node looks at all marks twice a second and has everybody act who waits for one.

Why the database and not the bus is said in docs/decisions.md.
"""

import logging
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping

from storage.database import Database, StorageUnavailable
from storage.marks import Mark, read_marks

log = logging.getLogger("imaginest.marks")

LOOK_SECONDS = 0.5
"""From one look at the marks to the next."""

Act = Callable[[], Awaitable[None]]


class Marks:
    """``on`` says who acts; ``look`` is called again and again. What failed is done again with the next look."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._acts: dict[Mark, list[Act]] = defaultdict(list)
        self._done: dict[tuple[Mark, int], int] = {}
        self._is_blind = False

    def on(self, mark: Mark, act: Act) -> None:
        """Have ``act`` called whenever the mark is another than it was, and at the first look."""
        self._acts[mark].append(act)

    async def look(self) -> None:
        """One question for all marks; acts whose mark is another than when they last did."""
        numbers = await self._numbers()
        for mark, acts in self._acts.items() if numbers else ():
            for place, act in enumerate(acts):
                if self._done.get((mark, place)) == numbers[mark]:
                    continue
                try:
                    await act()
                except StorageUnavailable:
                    log.warning("what rose with %s waits: the database does not answer", mark)
                except Exception:
                    log.exception("what rose with %s was not done", mark)
                else:
                    self._done[mark, place] = numbers[mark]

    async def _numbers(self) -> Mapping[Mark, int]:
        """Empty where the database does not answer; that is told once."""
        try:
            async with self._database.read(urgent=True) as connection:
                numbers = await read_marks(connection)
        except StorageUnavailable:
            if not self._is_blind:
                log.warning("the marks cannot be read; the next look asks again")
            self._is_blind = True
            return {}
        if self._is_blind:
            log.info("the marks are read again")
        self._is_blind = False
        return numbers
