"""What the remote says of screens and clocks: what each screen shows, whether it is ready, what comes (pure)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from realtime.tally import ONLINE, Hall
from storage.stages import Stage
from storage.values_events import Step
from storage.values_screens import Screen
from storage.values_show import Mode, Show, goes_on_at

SETTLED_MS = 1_000
"""A screen that speaks so long after the agreed instant should know of it and show what is on."""


class Lack(StrEnum):
    """Why a launch should wait."""

    NO_SCREEN = "no-screen"
    ABSENT = "absent"
    NOTHING_SAID = "nothing-said"
    SILENT = "silent"
    BEHIND = "behind"
    LOADING = "loading"


@dataclass(frozen=True, slots=True)
class ScreenState:
    """``shows`` is a step of this event, None: it shows none of them. ``loaded`` of ``wanted`` steps are ready.

    ``strays``: it shows something else than what is on. ``silent_ms`` is 0 where it speaks. One that is absent is
    counted apart: nothing waits for it.
    """

    screen: Screen
    place: int
    shows: Step | None
    loaded: int
    wanted: int
    lack: Lack | None
    silent_ms: int
    strays: bool

    @property
    def is_ready(self) -> bool:
        return self.lack is None

    @property
    def is_absent(self) -> bool:
        return self.lack is Lack.ABSENT

    @property
    def is_connected(self) -> bool:
        return self.silent_ms == 0


@dataclass(frozen=True, slots=True)
class HallBoard:
    """The paired screens of a hall. Nobody hangs one up « en ligne »."""

    hall: Hall
    screens: tuple[ScreenState, ...]

    @property
    def is_online(self) -> bool:
        return self.hall == ONLINE

    @property
    def present(self) -> tuple[ScreenState, ...]:
        return tuple(state for state in self.screens if not state.is_absent)

    @property
    def absent(self) -> tuple[ScreenState, ...]:
        """Those that were not seen for long, the last to be seen first."""
        gone = (state for state in self.screens if state.is_absent)
        return tuple(sorted(gone, key=lambda state: state.silent_ms))

    @property
    def is_connected(self) -> bool:
        return any(state.is_connected for state in self.screens)

    @property
    def straying(self) -> tuple[ScreenState, ...]:
        """Those that show something else than what is on, as far as they can be heard."""
        return tuple(state for state in self.screens if state.strays and state.is_connected)

    @property
    def lacks(self) -> list[tuple[Lack, ScreenState | None]]:
        if not self.present and self.is_online:
            return []
        if not self.present:
            return [(Lack.ABSENT, self.absent[0])] if self.absent else [(Lack.NO_SCREEN, None)]
        return [(state.lack, state) for state in self.present if state.lack is not None]


def boards(stage: Stage, screens: Iterable[Screen], now: int) -> list[HallBoard]:
    """The halls of an event with what their screens say."""
    found = list(screens)
    return [
        HallBoard(hall, _states(stage, [screen for screen in found if screen.hall == hall], now))
        for hall in stage.event.halls
    ]


def _states(stage: Stage, screens: Sequence[Screen], now: int) -> tuple[ScreenState, ...]:
    return tuple(_state(stage, screen, place, now) for place, screen in enumerate(screens, 1))


def _state(stage: Stage, screen: Screen, place: int, now: int) -> ScreenState:
    said, show = screen.said, stage.show
    wanted = {step.id for step in stage.steps if not step.is_removed}
    loaded = 0 if said is None else len(wanted & set(said.ready))
    is_silent = screen.is_silent(now)
    should_know = show.mode.is_on and screen.seen_at >= show.at + SETTLED_MS
    lack = None
    if screen.is_absent(now):
        lack = Lack.ABSENT
    elif said is None:
        lack = Lack.NOTHING_SAID
    elif is_silent:
        lack = Lack.SILENT
    elif should_know and said.number != show.number:
        lack = Lack.BEHIND
    elif loaded < len(wanted):
        lack = Lack.LOADING
    strays = said is not None and should_know and said.step != show.step
    return ScreenState(
        screen,
        place,
        None if said is None else stage.step(said.step),
        loaded,
        len(wanted),
        lack,
        now - screen.seen_at if is_silent else 0,
        strays,
    )


@dataclass(frozen=True, slots=True)
class Clock:
    """What is left ``until`` an instant, or has gone ``since`` one; it was ``stopped`` at one."""

    since: int
    until: int | None
    stopped: int | None

    def text(self, now: int) -> str:
        """« 1:05 », « 1:00:00 »."""
        seen = now if self.stopped is None else min(now, self.stopped)
        ms = seen - self.since if self.until is None else self.until - seen
        seconds = max(0, ms) // 1000 if self.until is None else -(-max(0, ms) // 1000)
        hours, minutes = seconds // 3600, seconds // 60 % 60
        return f"{hours}:{minutes:02}:{seconds % 60:02}" if hours else f"{minutes}:{seconds % 60:02}"


def clock_of(show: Show, step: Step | None) -> Clock | None:
    """What the remote counts beside what is on."""
    if step is None or not show.mode.is_on:
        return None
    beat = step.beat
    if beat.target is not None:
        return Clock(show.since, beat.target + show.late, show.paused_at)
    until = None if beat.duration is None else show.since + beat.duration
    return Clock(show.since, until, show.paused_at)


@dataclass(frozen=True, slots=True)
class Remote:
    """What can be pressed now, and what is before and behind the step that is on."""

    shown: Step | None
    coming: Step | None
    following: Step | None
    earlier: Step | None
    by_itself: int | None
    is_leading: bool

    @property
    def changes(self) -> bool:
        """Whether the agreed instant that is coming brings another step."""
        return self.is_leading and self.coming is not self.shown


def remote_of(stage: Stage, now: int) -> Remote:
    """``by_itself`` is the instant at which it goes on without a gesture."""
    show, order = stage.show, stage.running_order
    after = order.after(show.step) if show.mode.is_on else order.first
    ahead = order.ahead_of(show.step) if show.mode.is_on else None
    return Remote(
        shown=stage.step(show.shown(now)),
        coming=stage.step(show.step),
        following=None if after is None or show.mode is Mode.OVER else stage.step(after.id),
        earlier=None if ahead is None else stage.step(ahead.id),
        by_itself=goes_on_at(show, order),
        is_leading=now < show.at,
    )
