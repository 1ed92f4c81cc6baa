"""The channel of staff: what waits for them, in numbers, told whenever they change, each what their roles may open.

Who follows it has shown a session at the handshake. Whenever a session ends, on whichever node, all are looked at
again, and the sockets of those that have ended are closed.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from channels import names, wire
from channels.framing import Framing, framed
from channels.wire import No
from realtime.refusals import Refusal
from realtime.watcher import Watcher
from storage import sessions
from storage.database import Database, StorageUnavailable
from storage.desk import desk_load
from storage.keys import Keys
from storage.values_desk import DeskLoad
from storage.values_staff import Role, SessionStage, Staff

log = logging.getLogger("imaginest.console")

CLOSING_SECONDS = 0.5
"""For so long a client may leave its closing unread."""

Close = Callable[[int, Refusal], Awaitable[None]]


@dataclass(eq=False, slots=True)
class Seat:
    """One socket of staff: the token of its session, whose it is, and how it is closed.

    Whoever's roles or themes change is signed out, so they are those of the session.
    """

    watcher: Watcher
    token: str
    staff: Staff
    close: Close
    owed: bool = field(default=False)


class Console:
    """``tell`` after each change of the desk, ``recheck`` after each end of a session; both may be asked again."""

    def __init__(self, database: Database, keys: Keys, wall: Callable[[], int]) -> None:
        self._database = database
        self._keys = keys
        self._wall = wall
        self._seats: dict[Watcher, Seat] = {}
        self._frames: dict[tuple[str, int], bytes] = {}
        self._load: DeskLoad | None = None

    def __len__(self) -> int:
        return len(self._seats)

    async def follow(self, watcher: Watcher, token: str, close: Close) -> No | None:
        """Let a socket follow the console; why not, where that is refused."""
        try:
            staff = await self._who(token)
            if staff is None:
                return No(Refusal.STAFF_ONLY, channel=names.CONSOLE)
            self._seats[watcher] = Seat(watcher, token, staff, close)
            if token not in await self._alive({token}):  # ended while nobody yet looked at this seat
                self.leave(watcher)
                return No(Refusal.STAFF_ONLY, channel=names.CONSOLE)
            load = self._load or await desk_load(self._database)
        except StorageUnavailable:
            self.leave(watcher)
            return No(Refusal.TRY_AGAIN, channel=names.CONSOLE)
        self._take(load)
        self._write(watcher)
        return None

    def leave(self, watcher: Watcher) -> None:
        self._seats.pop(watcher, None)

    def seats(self, watcher: Watcher) -> bool:
        """Whether a socket is one of staff who follow the console."""
        return watcher in self._seats

    async def tell(self) -> None:
        """Read the desk once, and tell it to all who follow. Raises StorageUnavailable."""
        if not self._seats:
            self._load = None  # whoever comes next reads it
            return
        self._take(await desk_load(self._database))
        for watcher in list(self._seats):
            self._write(watcher)

    async def settle(self) -> None:
        """Tell those who were slow when something changed, and have drained since."""
        for seat in list(self._seats.values()):
            if seat.owed and not seat.watcher.slow:
                self._write(seat.watcher)

    async def recheck(self) -> None:
        """Close the sockets whose session has ended. Raises StorageUnavailable."""
        alive = await self._alive({seat.token for seat in self._seats.values()})
        ended = [seat for seat in self._seats.values() if seat.token not in alive]
        for seat in ended:
            self.leave(seat.watcher)
        await asyncio.gather(*(_close(seat) for seat in ended))

    async def _who(self, token: str) -> Staff | None:
        async with self._database.read() as connection:
            session = await sessions.read(connection, self._keys, token, self._wall())
        return session.staff if session is not None and session.stage is SessionStage.OPEN else None

    async def _alive(self, tokens: set[str]) -> set[str]:
        if not tokens:
            return set()
        return await sessions.read_many(self._database, tokens, self._wall())

    def _take(self, load: DeskLoad) -> None:
        if self._load is None or load.mark >= self._load.mark:
            self._load = load
            self._frames.clear()

    def _write(self, watcher: Watcher) -> None:
        seat = self._seats.get(watcher)
        if seat is None or self._load is None:
            return
        seat.owed = watcher.slow
        if watcher.slow:
            return
        whose = 0 if seat.staff.is_any(Role.MODERATOR) else seat.staff.id  # moderators see the same
        frame = self._frames.get((watcher.format, whose))
        if frame is None:
            seen = self._load.seen_by(seat.staff)
            frame = framed(wire.Desk(seen), Framing(watcher.format))
            self._frames[watcher.format, whose] = frame
        watcher.write(frame)


async def _close(seat: Seat) -> None:
    """Say why, but not for long: a client that reads nothing is cut off."""
    try:
        async with asyncio.timeout(CLOSING_SECONDS):
            await seat.close(wire.CLOSE_SIGNED_OUT, Refusal.STAFF_ONLY)
    except Exception as error:  # it has gone by itself, or reads nothing
        log.info("a socket of staff was cut off: %r", error)
        seat.watcher.outlet.abort()
