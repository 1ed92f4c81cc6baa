"""What is on, and how one gesture moves it: the pure part of a show."""

import pytest

from storage.values_show import (
    LEAD_MS,
    Beat,
    Gesture,
    Mode,
    Program,
    Show,
    ShowFault,
    goes_on_at,
    moved,
)

PROGRAM = Program([Beat(1, 0), Beat(2, 1, duration=10_000), Beat(3, 2, target=90_000), Beat(4, 3)])
LIVE = Show(5, Mode.LIVE, step=2, since=50_000, at=50_000, before=1)


def go(show: Show, gesture: Gesture, at: int = 60_000, step: int | None = None) -> Show:
    after = moved(show, PROGRAM, gesture, at - LEAD_MS, at, step)
    assert isinstance(after, Show), after
    return after


def test_a_launch_begins_with_the_first_step_at_the_agreed_instant() -> None:
    after = go(Show(), Gesture.LAUNCH, 1_500)
    assert after == Show(1, Mode.LIVE, step=1, since=1_500, at=1_500, before=None)
    assert after.shown(1_499) is None
    assert after.shown(1_500) == 1


def test_what_was_on_stays_until_the_agreed_instant() -> None:
    after = go(LIVE, Gesture.NEXT)
    assert (after.shown(59_999), after.shown(60_000)) == (2, 3)


@pytest.mark.parametrize(
    "gesture, step, found", [(Gesture.NEXT, None, 3), (Gesture.BACK, None, 1), (Gesture.JUMP, 4, 4)]
)
def test_next_back_and_jump_lead_where_they_say(gesture: Gesture, step: int | None, found: int) -> None:
    after = go(LIVE, gesture, step=step)
    assert (after.step, after.since, after.number) == (found, 60_000, 6)


def test_a_second_gesture_before_the_first_has_taken_effect_goes_on_from_it() -> None:
    first = go(LIVE, Gesture.NEXT, 60_000)
    second = go(first, Gesture.NEXT, 60_300)
    assert second.step == 4
    assert second.shown(60_299) == 2, "what was on when it was pressed: nothing is told early"


def test_a_launch_out_of_a_rehearsal_shows_nobody_what_was_rehearsed() -> None:
    rehearsal = go(go(Show(), Gesture.REHEARSE, 10_000), Gesture.JUMP, 20_000, step=4)
    launched = go(rehearsal, Gesture.LAUNCH, 30_000)
    assert (launched.mode, launched.shown(29_999), launched.shown(30_000)) == (Mode.LIVE, None, 1)


def test_a_pause_stops_the_clock_of_a_step_and_resuming_goes_on_where_it_stood() -> None:
    paused = go(LIVE, Gesture.PAUSE, 55_000)
    assert paused.elapsed(70_000) == 5_000
    resumed = go(paused, Gesture.RESUME, 80_000)
    assert resumed.elapsed(80_000) == 5_000
    assert resumed.elapsed(81_000) == 6_000


def test_a_pause_before_the_step_has_begun_stops_it_at_its_beginning() -> None:
    soon = go(LIVE, Gesture.NEXT, 60_000)
    assert go(soon, Gesture.PAUSE, 59_000).elapsed(70_000) == 0


def test_a_step_that_lasts_goes_on_by_itself_unless_it_is_held_or_paused() -> None:
    assert goes_on_at(LIVE, PROGRAM) == 60_000
    assert goes_on_at(go(LIVE, Gesture.HOLD), PROGRAM) is None
    assert goes_on_at(go(LIVE, Gesture.PAUSE), PROGRAM) is None
    assert goes_on_at(go(go(LIVE, Gesture.HOLD), Gesture.RELEASE), PROGRAM) == 60_000


def test_a_countdown_ends_at_its_time_and_one_that_began_late_waits() -> None:
    counting = go(LIVE, Gesture.NEXT, 60_000)
    assert goes_on_at(counting, PROGRAM) == 90_000
    late = go(LIVE, Gesture.NEXT, 95_000)
    assert goes_on_at(late, PROGRAM) is None


def test_a_countdown_that_was_paused_stands_and_ends_by_so_much_later() -> None:
    counting = go(LIVE, Gesture.NEXT, 60_000)
    paused = go(counting, Gesture.PAUSE, 70_000)
    assert [paused.left(90_000, now) for now in (69_000, 70_000, 85_000)] == [21_000, 20_000, 20_000]
    assert goes_on_at(paused, PROGRAM) is None
    resumed = go(paused, Gesture.RESUME, 85_000)
    assert [resumed.left(90_000, now) for now in (85_000, 95_000, 120_000)] == [20_000, 10_000, 0]
    assert goes_on_at(resumed, PROGRAM) == 105_000
    again = go(go(resumed, Gesture.PAUSE, 90_000), Gesture.RESUME, 91_000)
    assert goes_on_at(again, PROGRAM) == 106_000
    assert go(go(again, Gesture.BACK, 92_000), Gesture.NEXT, 93_000).left(90_000, 80_000) == 10_000


def test_the_last_step_waits_for_a_gesture() -> None:
    program = Program([Beat(1, 0), Beat(2, 1, duration=10_000)])
    assert goes_on_at(LIVE, program) is None
    assert moved(LIVE, program, Gesture.NEXT, 0, 60_000) is ShowFault.NO_NEXT


def test_a_step_that_was_removed_while_shown_is_shown_on_and_next_leads_behind_it() -> None:
    program = Program([Beat(1, 0), Beat(2, 1, is_removed=True), Beat(3, 2)])
    assert LIVE.shown(55_000) == 2
    after = moved(LIVE, program, Gesture.NEXT, 0, 60_000)
    assert isinstance(after, Show)
    assert after.step == 3
    assert moved(after, program, Gesture.JUMP, 0, 61_000, 2) is ShowFault.UNKNOWN_STEP
    back = moved(after, program, Gesture.BACK, 0, 61_000)
    assert isinstance(back, Show)
    assert back.step == 1


def test_a_rehearsal_ends_as_if_nothing_had_been_and_a_launch_is_over_for_good() -> None:
    rehearsal = go(Show(), Gesture.REHEARSE)
    assert go(rehearsal, Gesture.STOP).mode is Mode.OFF
    launched = go(rehearsal, Gesture.LAUNCH)
    over = go(launched, Gesture.STOP)
    assert (over.mode, over.step) == (Mode.OVER, None)
    assert moved(over, PROGRAM, Gesture.LAUNCH, 0, 70_000) is ShowFault.IS_OVER


@pytest.mark.parametrize(
    "show, gesture, fault",
    [
        (Show(), Gesture.NEXT, ShowFault.NOT_ON),
        (Show(), Gesture.PAUSE, ShowFault.NOT_ON),
        (LIVE, Gesture.REHEARSE, ShowFault.IS_ON),
        (LIVE, Gesture.LAUNCH, ShowFault.IS_ON),
        (LIVE, Gesture.RESUME, ShowFault.ALREADY),
        (LIVE, Gesture.RELEASE, ShowFault.ALREADY),
    ],
)
def test_a_gesture_that_makes_no_sense_is_told_so(show: Show, gesture: Gesture, fault: ShowFault) -> None:
    assert moved(show, PROGRAM, gesture, 0, 60_000) is fault


def test_a_show_without_steps_is_not_begun() -> None:
    assert moved(Show(), Program([]), Gesture.LAUNCH, 0, 1) is ShowFault.NO_STEPS
    assert moved(Show(), Program([Beat(1, 0, is_removed=True)]), Gesture.LAUNCH, 0, 1) is ShowFault.NO_STEPS
