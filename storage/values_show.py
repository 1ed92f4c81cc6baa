"""The show of an event: what is on, since which instant, and how one gesture moves it (pure).

A move takes effect at an agreed instant a little ahead, so that every screen and telephone has heard of it by then
and acts at the same time, whatever its network. All instants are ms since 1970 of the server's clock.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

LEAD_MS = 2000
"""From a gesture to its effect: the longest way to a screen (look of a node, network, a packet lost once)."""

SHORTEST_LEAD_MS = 500
"""For what the clock moves, where its own instant has nearly come."""


class Mode(StrEnum):
    """OFF: nothing was begun. REHEARSAL: only the screens show it, and no vote opens. LIVE, and then OVER."""

    OFF = "off"
    REHEARSAL = "rehearsal"
    LIVE = "live"
    OVER = "over"

    @property
    def is_on(self) -> bool:
        return self in {Mode.REHEARSAL, Mode.LIVE}


class Gesture(StrEnum):
    """What is pressed at the console."""

    REHEARSE = "rehearse"
    LAUNCH = "launch"
    NEXT = "next"
    BACK = "back"
    JUMP = "jump"
    PAUSE = "pause"
    RESUME = "resume"
    HOLD = "hold"
    RELEASE = "release"
    STOP = "stop"


class ShowFault(StrEnum):
    """Why a gesture moved nothing."""

    UNKNOWN = "unknown"
    MOVED = "moved"
    BAD_OP = "bad-op"
    IS_ON = "is-on"
    IS_OVER = "is-over"
    NOT_ON = "not-on"
    NO_STEPS = "no-steps"
    UNKNOWN_STEP = "unknown-step"
    NO_NEXT = "no-next"
    NO_BEFORE = "no-before"
    ALREADY = "already"
    HALL_TAKEN = "hall-taken"
    NOT_READY = "not-ready"


@dataclass(frozen=True, slots=True)
class Beat:
    """A step as the show sees it: where it stands, how long it lasts, until when it counts down."""

    id: int
    position: int
    duration: int | None = None
    target: int | None = None
    is_removed: bool = False


@dataclass(frozen=True, slots=True)
class Show:
    """What is on. ``at`` is the instant at which this takes effect; before it ``before`` is shown.

    ``since`` is when the step began on its own clock, ``paused_at`` when that clock was stopped, ``late`` how long
    it has stood still: by so much a countdown ends later. ``is_held``: the clock moves nothing on by itself.
    """

    number: int = 0
    mode: Mode = Mode.OFF
    step: int | None = None
    since: int = 0
    at: int = 0
    before: int | None = None
    paused_at: int | None = None
    late: int = 0
    is_held: bool = False

    def shown(self, now: int) -> int | None:
        """The step on the screens at ``now``."""
        return self.step if now >= self.at else self.before

    def elapsed(self, now: int) -> int:
        """How far the step's own clock is, in ms; negative before it begins."""
        return self._reads(now) - self.since

    def left(self, target: int, now: int) -> int:
        """What a countdown to ``target`` has left, in ms; while it is paused it stands."""
        return max(0, target + self.late - self._reads(now))

    def _reads(self, now: int) -> int:
        return now if self.paused_at is None else min(now, self.paused_at)


NOTHING_ON = Show()


@dataclass(frozen=True, slots=True)
class Program:
    """The steps in their order, the removed ones too."""

    beats: tuple[Beat, ...]

    def __init__(self, beats: Iterable[Beat]) -> None:
        ordered = sorted(beats, key=lambda beat: (beat.position, beat.id))
        object.__setattr__(self, "beats", tuple(ordered))

    def beat(self, step: int | None) -> Beat | None:
        return next((beat for beat in self.beats if beat.id == step), None)

    @property
    def first(self) -> Beat | None:
        return next((beat for beat in self.beats if not beat.is_removed), None)

    def after(self, step: int | None) -> Beat | None:
        """What follows a step, be it removed or not."""
        found = self._found(step)
        later = self.beats[found + 1 :] if found is not None else ()
        return next((beat for beat in later if not beat.is_removed), None)

    def ahead_of(self, step: int | None) -> Beat | None:
        """What stands before a step."""
        found = self._found(step)
        earlier = self.beats[:found][::-1] if found is not None else ()
        return next((beat for beat in earlier if not beat.is_removed), None)

    def _found(self, step: int | None) -> int | None:
        return next((place for place, beat in enumerate(self.beats) if beat.id == step), None)


def moved(
    show: Show, program: Program, gesture: Gesture, now: int, at: int, step: int | None = None
) -> Show | ShowFault:
    """The show after a gesture at ``now`` that takes effect at ``at``; ``step`` is where a jump leads.

    Whoever comes before ``at`` is shown what is on now: a move that has not taken effect yet is told nobody early.
    """
    match gesture:
        case Gesture.REHEARSE | Gesture.LAUNCH:
            return _begun(show, program, gesture, now, at)
    if not show.mode.is_on:
        return ShowFault.NOT_ON
    match gesture:
        case Gesture.NEXT:
            following = program.after(show.step)
            return ShowFault.NO_NEXT if following is None else _on(show, following.id, now, at)
        case Gesture.BACK:
            earlier = program.ahead_of(show.step)
            return ShowFault.NO_BEFORE if earlier is None else _on(show, earlier.id, now, at)
        case Gesture.JUMP:
            there = program.beat(step)
            return (
                ShowFault.UNKNOWN_STEP if there is None or there.is_removed else _on(show, there.id, now, at)
            )
        case Gesture.STOP:
            over = Mode.OVER if show.mode is Mode.LIVE else Mode.OFF
            return replace(_on(show, None, now, at), mode=over)
    return _stopped(show, gesture, now, at)


def _begun(show: Show, program: Program, gesture: Gesture, now: int, at: int) -> Show | ShowFault:
    if show.mode is Mode.OVER:
        return ShowFault.IS_OVER
    if show.mode is Mode.LIVE or (show.mode is Mode.REHEARSAL and gesture is Gesture.REHEARSE):
        return ShowFault.IS_ON
    if program.first is None:
        return ShowFault.NO_STEPS
    mode = Mode.LIVE if gesture is Gesture.LAUNCH else Mode.REHEARSAL
    # What was rehearsed is nothing that everybody may see until the launch takes effect.
    return replace(_on(show, program.first.id, now, at), mode=mode, before=None)


def _stopped(show: Show, gesture: Gesture, now: int, at: int) -> Show | ShowFault:
    """Its clock stopped or going on, or its going on by itself held up; the step stays."""
    still = replace(show, number=show.number + 1, at=at, before=show.shown(now))
    match gesture:
        case Gesture.PAUSE if show.paused_at is None:
            return replace(still, paused_at=max(at, show.since))
        case Gesture.RESUME if show.paused_at is not None:
            later = max(at, show.paused_at)
            stood = later - show.paused_at
            return replace(still, since=show.since + stood, late=show.late + stood, paused_at=None)
        case Gesture.HOLD if not show.is_held:
            return replace(still, is_held=True)
        case Gesture.RELEASE if show.is_held:
            return replace(still, is_held=False)
    return ShowFault.ALREADY


def _on(show: Show, step: int | None, now: int, at: int) -> Show:
    """The show with another step on, whose clock begins."""
    return replace(
        show,
        number=show.number + 1,
        step=step,
        since=at,
        at=at,
        before=show.shown(now),
        paused_at=None,
        late=0,
        is_held=False,
    )


def goes_on_at(show: Show, program: Program) -> int | None:
    """The instant at which the show goes on to the next step by itself; None where it waits for a gesture.

    A step with a duration lasts that long. A countdown ends at its time; one that was late from the start waits.
    """
    beat = program.beat(show.step)
    if not show.mode.is_on or show.is_held or show.paused_at is not None or beat is None:
        return None
    if program.after(show.step) is None:
        return None
    if beat.target is not None:
        return beat.target + show.late if beat.target + show.late > show.since else None
    return None if beat.duration is None else show.since + beat.duration
