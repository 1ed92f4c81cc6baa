"""What many ask for at once is made for all who wait, and not kept: none is older than a question."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(slots=True)
class _Line(Generic[T]):
    """Those who wait: ``making`` is had by one at a time, the ``next`` that is made is for all who came before."""

    making: asyncio.Lock = field(default_factory=asyncio.Lock)
    next: asyncio.Future[T] | None = None
    waiting: int = 0


class MadeTogether(Generic[T]):
    """Things by what they are asked for. Whoever asks while one is being made waits for the one after that."""

    def __init__(self) -> None:
        self._lines: dict[Hashable, _Line[T]] = {}

    async def get(self, key: Hashable, make: Callable[[], Awaitable[T]]) -> T:
        """What ``make`` makes, or another's ``make`` of the same; what it raises meets all who waited for it."""
        line = self._lines.setdefault(key, _Line())
        if line.next is None:
            line.next = asyncio.get_running_loop().create_future()
        mine = line.next
        line.waiting += 1
        try:
            async with line.making:
                if not mine.done():
                    if line.next is mine:
                        line.next = None
                    await _make(mine, make)
        finally:
            line.waiting -= 1
            if not line.waiting:
                del self._lines[key]
        return mine.result()


async def _make(future: asyncio.Future[T], make: Callable[[], Awaitable[T]]) -> None:
    """Where whoever makes goes away meanwhile, the next who waits for it makes it."""
    try:
        made = await make()
    except Exception as error:
        future.set_exception(error)
        future.exception()  # perhaps nobody waits for it any more
    else:
        future.set_result(made)
