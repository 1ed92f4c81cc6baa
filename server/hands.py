"""Threads that talk to a mail server, one connection each; a server that is silent keeps no process from ending."""

import asyncio
import queue
import threading
from collections.abc import Callable
from functools import partial
from typing import TypeVar

from server.mail_server import Conversation, MailServer

T = TypeVar("T")


class Hand:
    """``conversation`` is None where mails become files."""

    def __init__(self, server: MailServer | None) -> None:
        self.conversation = None if server is None else Conversation(server)
        self._calls: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None

    async def do(self, call: Callable[[], T]) -> T:
        """Have the thread do this, and wait for what comes of it."""
        loop = asyncio.get_running_loop()
        done: asyncio.Future[T] = loop.create_future()

        def run() -> None:
            try:
                result = call()
            except BaseException as error:
                _tell(loop, done, partial(done.set_exception, error))
            else:
                _tell(loop, done, partial(done.set_result, result))

        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name="imaginest-letter", daemon=True)
            self._thread.start()
        self._calls.put(run)
        return await done

    def rest(self) -> None:
        """Let go of the connection; whoever waits for the server is woken."""
        if self.conversation is not None:
            self.conversation.end()

    def stop(self) -> None:
        self.rest()
        self._calls.put(None)

    def _work(self) -> None:
        while (call := self._calls.get()) is not None:
            call()


def _tell(loop: asyncio.AbstractEventLoop, done: "asyncio.Future[T]", tell: Callable[[], None]) -> None:
    def now() -> None:
        if not done.done():
            tell()

    try:
        loop.call_soon_threadsafe(now)
    except RuntimeError:
        pass  # the loop has ended, and nobody waits
