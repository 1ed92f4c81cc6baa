"""What thousands ask for in the same moment is made once, and given to all of them for a moment."""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

T = TypeVar("T")

HOLDS_MS = 1_000
MOST_KEPT = 256


@dataclass(slots=True)
class MadeOnce(Generic[T]):
    """Things by what they are asked for; of more than ``MOST_KEPT`` the one made longest ago is forgotten."""

    _made: OrderedDict[Hashable, tuple[int, asyncio.Future[T]]] = field(default_factory=OrderedDict)

    async def get(self, key: Hashable, now: int, make: Callable[[], Awaitable[T]]) -> T:
        """What ``make`` makes, or made for another within the last second; what it raises meets all who wait."""
        kept = self._made.get(key)
        if kept is not None and now - kept[0] < HOLDS_MS:
            return await asyncio.shield(kept[1])
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._made[key] = (now, future)
        self._made.move_to_end(key)
        while len(self._made) > MOST_KEPT:
            self._made.popitem(last=False)
        try:
            made = await make()
        except BaseException as error:
            if self._made.get(key, (0, None))[1] is future:
                del self._made[key]
            wrong = error if isinstance(error, Exception) else RuntimeError("whoever made it went away")
            future.set_exception(wrong)
            future.exception()  # perhaps nobody else waits for it
            raise
        future.set_result(made)
        return made
