"""The channels of launch events: what is on for everybody, and on the big screens of a hall.

What is on is read from the database whenever it moves and kept here, so that a show goes on while the bus or the
database is away. Everybody may follow an event and sees its launch; what is rehearsed is for paired screens and for
staff alone.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from types import MappingProxyType

from channels import names, wire
from channels.console import Console
from channels.framing import Framing, framed
from channels.wire import No
from realtime.refusals import Refusal
from realtime.tally import Hall
from realtime.watcher import Watcher
from storage.database import Database, StorageUnavailable
from storage.screens import paired_tokens, screen_of
from storage.stages import Stage, get_stages, stages_near
from storage.values_show import Mode, Show

WRITES_A_TURN = 500
"""Writes after which the loop gets a turn for everything else."""

RACING_MS = 5_000
"""Looks that begin within this time of each other may be overtaken."""

MOST_FOLLOWED = 16
"""Events and halls that one connection follows; a page needs one, the console's remote its event and its halls."""


NO_SCREENS: Mapping[Hall, str] = MappingProxyType({})


@dataclass(eq=False, slots=True)
class _Seat:
    """One watcher of one channel: what it was told last, and what it is owed since it was slow.

    ``sees_all``: rehearsals too. ``token`` is a screen's.
    """

    watcher: Watcher
    channel: str
    event: int | None = None
    hall: Hall | None = None
    sees_all: bool = False
    token: str = ""
    told: wire.Showing | None = None
    owed: bool = field(default=False)
    watching: int | None = None


class Stages:
    """``look`` after each change of a show, ``settle`` now and then for those who were slow."""

    def __init__(self, database: Database, console: Console, wall: Callable[[], int]) -> None:
        self._database = database
        self._console = console
        self._wall = wall
        self._seats: dict[Watcher, dict[str, _Seat]] = {}
        self._stages: dict[int, Stage] = {}
        self._watching: dict[str, int] = {}
        self._looked_at = 0

    async def follow(
        self, watcher: Watcher, sub: wire.Subscription, screens: Mapping[Hall, str] = NO_SCREENS
    ) -> No | None:
        """Let a watcher follow an event or a hall's screens; why not, where that is refused.

        ``screens`` are the tokens of its screens' cookies by their halls. Where it has what is on (``at``) nothing
        is said.
        """
        mine = self._seats.get(watcher, {})
        if len(mine) >= MOST_FOLLOWED and sub.channel not in mine:
            return No(Refusal.TOO_MANY_SUBSCRIPTIONS, channel=sub.channel)
        event, hall = names.event_of(sub.channel), names.hall_of(sub.channel)
        is_staff, token = self._console.seats(watcher), "" if hall is None else screens.get(hall, "")
        try:
            if hall is not None and not is_staff and not await self._is_paired(token, hall):
                return No(Refusal.NOT_PAIRED, channel=sub.channel)
            if event is not None and event not in self._stages:
                found = await get_stages(self._database, {event})
                if not found:
                    return No(Refusal.UNKNOWN_EVENT, channel=sub.channel)
                self._stages[event] = self._newer(found[0])
        except StorageUnavailable:
            return No(Refusal.TRY_AGAIN, channel=sub.channel)
        seat = _Seat(watcher, sub.channel, event, hall, sees_all=is_staff or hall is not None)
        seat.token = "" if is_staff else token
        self._seats.setdefault(watcher, {})[sub.channel] = seat
        showing = self._showing(seat)
        if sub.at is not None and tuple(sub.at) == (showing.program, showing.show.number):
            seat.told = showing
        self._write(seat)
        self._write_watching(seat)
        return None

    def unfollow(self, watcher: Watcher, channel: str) -> None:
        self._seats.get(watcher, {}).pop(channel, None)

    def leave(self, watcher: Watcher) -> None:
        self._seats.pop(watcher, None)

    async def look(self) -> None:
        """Read what is on and tell whoever follows it. Raises StorageUnavailable."""
        await self._read({seat.event for seat in self._all() if seat.event is not None})
        await self._send_away()
        seats = sorted(self._all(), key=lambda seat: not seat.sees_all)  # screens and the console first
        for number, seat in enumerate(seats):
            if seat.watcher in self._seats:
                self._write(seat)
            if number % WRITES_A_TURN == WRITES_A_TURN - 1:
                await asyncio.sleep(0)

    async def settle(self) -> None:
        """Tell those who were slow when something moved, and have drained since."""
        for seat in self._all():
            if seat.owed and not seat.watcher.slow:
                self._write(seat)

    def headcount(self) -> dict[str, int]:
        """How many follow each event here; screens and staff are not counted."""
        return Counter(seat.channel for seat in self._all() if seat.event is not None and not seat.sees_all)

    def told_of(self) -> set[str]:
        """The channels whose headcount somebody here is to be told."""
        return {channel for seat in self._all() if (channel := self._counted(seat)) is not None}

    def show_watching(self, channel: str, watching: int) -> None:
        """Tell how many follow an event, on all nodes."""
        self._watching[channel] = watching
        for seat in self._all():
            if self._counted(seat) == channel:
                self._write_watching(seat)

    # ---

    def _all(self) -> list[_Seat]:
        return [seat for seats in self._seats.values() for seat in seats.values()]

    async def _is_paired(self, token: str, hall: Hall) -> bool:
        screen = await screen_of(self._database, token) if token else None
        return screen is not None and screen.is_paired and screen.hall == hall

    async def _read(self, followed: set[int]) -> None:
        """What is on, was until now or comes soon, and what is followed though nothing of it is on."""
        found = {stage.event.id: stage for stage in await stages_near(self._database, self._wall())}
        found |= {
            stage.event.id: stage for stage in await get_stages(self._database, followed - found.keys())
        }
        self._stages = {event: self._newer(stage) for event, stage in found.items()}
        self._looked_at = self._wall()

    def _newer(self, stage: Stage) -> Stage:
        """Two looks may end in another order than they began; a database that was restored goes back for good."""
        known = self._stages.get(stage.event.id)
        if known is None or self._wall() - self._looked_at > RACING_MS:
            return stage
        newest = max((known, stage), key=lambda one: (one.show.number, one.program))
        return known if newest is known else stage

    async def _send_away(self) -> None:
        """Those whose screen is paired no more."""
        screens = [seat for seat in self._all() if seat.token]
        if not screens:
            return
        paired = await paired_tokens(self._database, {seat.token for seat in screens})
        for seat in screens:
            if seat.token not in paired:
                self.unfollow(seat.watcher, seat.channel)
                gone = No(Refusal.NOT_PAIRED, channel=seat.channel)
                seat.watcher.write(framed(gone, Framing(seat.watcher.format)))

    def _stage(self, seat: _Seat) -> Stage | None:
        if seat.event is not None:
            return self._stages.get(seat.event)
        here = [one for one in self._stages.values() if seat.hall in one.event.halls]
        return max(here, key=lambda one: _nearness(one, self._wall()), default=None)

    def _showing(self, seat: _Seat) -> wire.Showing:
        stage = self._stage(seat)
        if stage is None:
            return wire.Showing(seat.channel)
        if not seat.sees_all and stage.show.mode is Mode.REHEARSAL:
            return wire.Showing(seat.channel, stage.event.id, stage.program, unseen(stage.show))
        return wire.Showing(seat.channel, stage.event.id, stage.program, stage.show)

    def _counted(self, seat: _Seat) -> str | None:
        """The channel whose headcount a seat is told: the event's own."""
        stage = self._stage(seat)
        return None if stage is None else names.event_channel(stage.event.id)

    def _write(self, seat: _Seat) -> None:
        showing = self._showing(seat)
        if showing == seat.told:
            seat.owed = False
            return
        seat.owed = seat.watcher.slow
        if seat.watcher.slow:
            return
        seat.told = showing
        seat.watcher.write(_frame(showing, seat.watcher.format))

    def _write_watching(self, seat: _Seat) -> None:
        channel = self._counted(seat)
        watching = None if channel is None else self._watching.get(channel)
        if watching is None or watching == seat.watching or seat.watcher.slow:
            return
        seat.watching = watching
        seat.watcher.write(_frame(wire.Watching(seat.channel, watching), seat.watcher.format))


@lru_cache(maxsize=64)
def _frame(message: wire.Showing | wire.Watching, format: str) -> bytes:
    """Encoded once for all who are told the same."""
    return framed(message, Framing(format))


def _nearness(stage: Stage, now: int) -> tuple[int, int]:
    """What a hall's screens are told of: what is on, else what ends just now, else the event that is nearest."""
    show = stage.show
    if show.mode.is_on:
        return 3, show.at
    if now < show.at:
        return 2, show.at
    is_coming = show.mode is Mode.OFF
    return (1 if is_coming else 0), -abs(stage.event.starts_at - now)


def unseen(show: Show) -> Show:
    """A rehearsal as everybody else sees it: nothing has begun."""
    return replace(Show(), number=show.number)
