"""What is flagged and what is not, on crowds that are drawn at random but always alike."""

import random

import pytest

from realtime.arrivals import NEW_DEVICE, Turnout
from realtime.tally import Counts
from realtime.unusual import (
    WARM_UP,
    Alike,
    Burst,
    Slot,
    bursts,
    from_new_devices,
    from_one_network,
    one_way,
)

MINUTES = 360
OLD = 10_000


def crowd(seed: int, mean: float, minutes: int = MINUTES) -> list[int]:
    """Voters of each minute: by chance, in waves of an hour that halve and double the mean."""
    dice = random.Random(seed)
    waves = [mean * (1.5 if minute % 60 < 30 else 0.5) for minute in range(minutes)]
    return [sum(1 for _ in range(400) if dice.random() < wave / 400) for wave in waves]


@pytest.mark.parametrize("mean", [0.05, 1, 8, 40, 100])
def test_a_crowd_that_comes_in_waves_is_not_flagged(mean: float) -> None:
    for seed in range(20):
        assert bursts(crowd(seed, mean), crowd(seed + 100, mean), OLD) == []


@pytest.mark.parametrize(("mean", "more"), [(0.05, 40), (1, 60), (8, 120), (40, 300)])
def test_a_burst_on_one_topic_is_flagged_once_with_its_minutes(mean: float, more: int) -> None:
    won = crowd(1, mean)
    for minute in (200, 201, 202):
        won[minute] += more
    [found] = bursts(won, crowd(2, mean), OLD)
    assert (found.first, found.last) == (200, 202)
    assert found.voters == sum(won[200:203]) and found.usual < found.voters / 4


def test_a_rush_on_everything_is_nobodys_attack() -> None:
    """A launch: ten times the votes everywhere; and what is more than the rush is seen within it."""
    won, others = crowd(3, 5), crowd(4, 50)
    for minute in range(200, 260):
        won[minute], others[minute] = won[minute] * 10, others[minute] * 10
    assert bursts(won, others, OLD) == []
    won[230] += 1500
    assert [one.first for one in bursts(won, others, OLD)] == [230]


def test_an_opening_is_no_burst() -> None:
    won = [0] * (MINUTES - 40) + [300, 200, 150, *([50] * 37)]
    assert bursts(won, [0] * MINUTES, age=40) == []
    assert WARM_UP > 40 and bursts(won, [0] * MINUTES, age=OLD) != []


def test_a_hall_of_500_on_an_old_topic_is_shown_to_somebody() -> None:
    """Who looks knows of the hall; nothing happens by itself."""
    won = crowd(5, 2)
    won[300] += 350
    won[301] += 150
    assert [(one.first, one.last) for one in bursts(won, crowd(6, 20), OLD)] == [(300, 301)]


def test_a_burst_that_goes_on_is_not_usual_at_once() -> None:
    won = crowd(7, 1)
    for minute in range(200, 215):
        won[minute] += 200
    [found] = bursts(won, crowd(8, 10), OLD)
    assert found == Burst(200, 214, found.voters, found.usual)


def line(seed: int, *stretches: tuple[int, float]) -> list[tuple[int, Counts]]:
    """A point each minute; of each stretch so many voters, so many of them for it."""
    dice, counts, points = random.Random(seed), Counts(0, 0), []
    for at, (voters, share) in enumerate(stretches):
        plus = sum(1 for _ in range(voters) if dice.random() < share)
        counts = Counts(counts.plus + plus, counts.minus + voters - plus)
        points.append((at * 60_000, counts))
    return points


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_a_crowd_of_its_usual_mind_is_not_flagged(share: float) -> None:
    for seed in range(20):
        assert one_way(line(seed, *[(20, share)] * 120)) == []


@pytest.mark.parametrize(("usual", "share"), [(0.5, 1.0), (0.3, 0.95), (0.7, 0.0)])
def test_votes_all_one_way_are_flagged(usual: float, share: float) -> None:
    quiet = [(12, usual)] * 60
    [found] = one_way(line(9, *quiet, *[(60, share)] * 3, *quiet))
    assert abs(found.usual - usual) < 0.1 and abs(found.share - share) < 0.3
    assert 60 <= found.at // 60_000 <= 69


def test_a_first_hundred_of_one_mind_is_a_beginning() -> None:
    assert one_way(line(10, *[(30, 1.0)] * 3, *[(30, 0.9)] * 3)) == []


PAST = [Turnout(1, at, 50, 10) for at in range(94, 100)]
"""Three hundred votes, a fifth of them from new devices."""


def test_many_new_devices_where_few_are_usual_are_flagged() -> None:
    [found] = from_new_devices([Slot(100, 60, {NEW_DEVICE: 50})], PAST)
    assert (found.at, found.voters, round(found.share, 2), round(found.usual or 0, 1)) == (100, 50, 0.83, 0.2)


@pytest.mark.parametrize(
    ("slot", "past"),
    [
        (Slot(100, 60, {NEW_DEVICE: 20}), PAST),  # a little more than usual
        (Slot(100, 29, {NEW_DEVICE: 29}), PAST),  # too few
        (Slot(100, 60, {NEW_DEVICE: 60}), PAST[:1]),  # nothing is usual yet
        (Slot(100, 60, {NEW_DEVICE: 60}), [Turnout(1, at, 50, 45) for at in range(94, 100)]),  # a launch
        (Slot(100, 60, {NEW_DEVICE: 60}), [Turnout(1, at, 50, 10) for at in range(101, 109)]),  # only later
    ],
)
def test_new_devices_as_usual_are_not_flagged(slot: Slot, past: list[Turnout]) -> None:
    assert from_new_devices([slot], past) == []


def test_a_network_is_flagged_from_thirty_votes_and_a_quarter_of_all() -> None:
    slots = [Slot(100, 100, {NEW_DEVICE: 90, 7: 30, 8: 29}), Slot(101, 200, {7: 49}), Slot(102, 29, {7: 29})]
    assert from_one_network(slots) == [Alike(100, 7, 30, 0.3, None)]
