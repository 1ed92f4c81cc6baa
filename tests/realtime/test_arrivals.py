"""Marks of where votes come from: only what a crowd bears leaves memory."""

from realtime.arrivals import (
    MOST_REMEMBERED,
    NEW_DEVICE,
    SLOT_MS,
    Arrivals,
    Arrived,
    Crowd,
    Turnout,
    is_new,
)

NOW = 3 * SLOT_MS


def votes(numbers: range, *marks: int, topic: int = 1) -> list[Arrived]:
    return [Arrived(topic, number, marks) for number in numbers]


def test_fewer_than_ten_of_one_network_are_told_to_nobody() -> None:
    arrivals = Arrivals()
    arrivals.note(votes(range(9), 7), NOW)
    assert arrivals.due(NOW) == ([], [])
    assert arrivals.due(NOW + SLOT_MS) == ([], []), "and forgotten with their ten minutes"
    assert arrivals.remembered == 0


def test_a_crowd_of_one_network_is_told_whole_and_goes_on_being_told() -> None:
    arrivals = Arrivals()
    arrivals.note(votes(range(9), 7), NOW)
    arrivals.note(votes(range(9, 12), 7), NOW + 1)
    assert arrivals.due(NOW + 2) == ([Crowd(1, 3, 7, tuple(range(12)))], [])
    arrivals.note(votes(range(12, 14), 7), NOW + 3)
    assert arrivals.due(NOW + 4) == ([Crowd(1, 3, 7, (12, 13))], [])
    assert arrivals.due(NOW + SLOT_MS) == ([], [Turnout(1, 3, 14, 0)])


def test_ten_among_hundreds_are_no_crowd() -> None:
    arrivals = Arrivals()
    arrivals.note([*votes(range(10), 7), *votes(range(10, 120), 8), *votes(range(120, 160), 9)], NOW)
    assert [crowd.mark for crowd in arrivals.due(NOW)[0]] == [8, 9]


def test_new_devices_are_told_where_they_are_half_of_all_and_counted_anyway() -> None:
    arrivals = Arrivals()
    arrivals.note([*votes(range(20), NEW_DEVICE), *votes(range(20, 41))], NOW)
    assert arrivals.due(NOW) == ([], [])
    arrivals.note(votes(range(41, 43), NEW_DEVICE), NOW)
    assert [len(crowd.numbers) for crowd in arrivals.due(NOW)[0]] == [22]
    assert arrivals.due(NOW + SLOT_MS)[1] == [Turnout(1, 3, 43, 22)]


def test_topics_and_ten_minutes_are_told_apart() -> None:
    arrivals = Arrivals()
    arrivals.note(votes(range(6), 7), NOW)
    arrivals.note(votes(range(6), 7, topic=2), NOW)
    arrivals.note(votes(range(6, 12), 7), NOW + SLOT_MS)
    assert arrivals.due(NOW + SLOT_MS) == ([], [])


def test_memory_is_bounded() -> None:
    arrivals = Arrivals()
    arrivals.note((Arrived(number, 1, (7,)) for number in range(MOST_REMEMBERED + 10)), NOW)
    assert arrivals.remembered == MOST_REMEMBERED
    arrivals.due(NOW + SLOT_MS)
    assert arrivals.remembered == 0


def test_a_device_is_new_in_its_first_ten_minutes_and_the_ten_after() -> None:
    assert [is_new(3, at * SLOT_MS) for at in (2, 3, 4, 5)] == [False, True, True, False]
    assert not is_new(None, NOW)
