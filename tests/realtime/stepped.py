"""Runs a coroutine and lets a test act at each point where it waits."""

from collections.abc import Awaitable, Callable, Coroutine, Generator
from typing import Any, TypeVar

T = TypeVar("T")

Act = Callable[[int], Coroutine[Any, Any, None]]


class Stepped(Awaitable[T]):
    """Awaits ``coroutine``; at each of its awaits ``act`` runs to its end, before the wait and after it.

    The points are numbered from 0: 2n stands before the coroutine's n-th wait (it has asked for what it waits for),
    2n + 1 behind it (the answer is there, the coroutine has not gone on yet). ``points`` is how many there were.
    """

    def __init__(self, coroutine: Coroutine[Any, Any, T], act: Act) -> None:
        self._coroutine = coroutine
        self._act = act
        self.points = 0

    def __await__(self) -> Generator[Any, Any, T]:
        sent: Any = None
        thrown: BaseException | None = None
        while True:
            try:
                if thrown is None:
                    waited_for = self._coroutine.send(sent)
                else:
                    waited_for = self._coroutine.throw(thrown)
            except StopIteration as ended:
                result: T = ended.value
                return result
            sent = thrown = None
            yield from self._pause()
            try:
                sent = yield waited_for
            except BaseException as error:  # a cancellation goes on into the coroutine
                thrown = error
                continue
            yield from self._pause()

    def _pause(self) -> Generator[Any, Any, None]:
        point, self.points = self.points, self.points + 1
        yield from self._act(point).__await__()
