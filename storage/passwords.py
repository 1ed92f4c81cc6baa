"""Passwords of staff: argon2id in a thread, few at once, because each takes 64 MiB and a tenth of a second."""

import asyncio
from collections.abc import Callable
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

from storage.values_staff import PasswordFault

T = TypeVar("T")

LEAST_SIGNS = 12
MOST_SIGNS = 200
AT_ONCE = 2
MOST_WAITING = 20


class PasswordsBusy(Exception):
    """Too many wait already: try again in a moment."""


class Passwords:
    """Hashes and compares. ``memory`` is in KiB."""

    def __init__(self, memory: int = 65_536, time: int = 3) -> None:
        self._hasher = PasswordHasher(time_cost=time, memory_cost=memory, parallelism=1)
        self._turn = asyncio.Semaphore(AT_ONCE)
        self._waiting = 0

    async def hash(self, password: str) -> str:
        """Raises PasswordsBusy."""
        return await self._in_turn(lambda: self._hasher.hash(password))

    async def is_right(self, hashed: str | None, password: str) -> bool:
        """Takes as long where there is nothing to compare with. Raises PasswordsBusy."""
        return await self._in_turn(lambda: self._compare(hashed, password[: MOST_SIGNS + 1]))

    def _compare(self, hashed: str | None, password: str) -> bool:
        if hashed is None:
            self._hasher.hash(password)
            return False
        try:
            return self._hasher.verify(hashed, password)
        except (VerifyMismatchError, InvalidHashError):
            return False

    async def _in_turn(self, work: Callable[[], T]) -> T:
        if self._waiting >= MOST_WAITING:
            raise PasswordsBusy
        self._waiting += 1
        try:
            async with self._turn:
                return await asyncio.to_thread(work)
        finally:
            self._waiting -= 1


def password_fault(password: str, email: str) -> PasswordFault | None:
    """Twelve signs, and not the e-mail: nothing else makes a password better."""
    if len(password) < LEAST_SIGNS:
        return PasswordFault.SHORT
    if len(password) > MOST_SIGNS:
        return PasswordFault.LONG
    if password.casefold() == email.casefold():
        return PasswordFault.EMAIL
    return None
