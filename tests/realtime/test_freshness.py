"""When the watchers are told that what they see may be old."""

from realtime.freshness import APART_SECONDS, STALE_SECONDS, Freshness, Telling


def test_while_the_database_answers_everything_is_fresh() -> None:
    freshness = Freshness()
    for now in range(0, 100, 2):
        freshness.asked(now)
        assert not freshness.turned(now + 1)
        freshness.answered()
    assert freshness.telling is Telling.FRESH


def test_a_question_unanswered_for_more_than_three_seconds_is_told_once() -> None:
    freshness = Freshness()
    freshness.asked(10.0)
    assert not freshness.turned(10.0 + STALE_SECONDS)
    assert freshness.turned(10.1 + STALE_SECONDS)
    assert freshness.telling is Telling.STALE
    assert not freshness.turned(60.0)


def test_asking_again_and_again_does_not_make_it_younger() -> None:
    freshness = Freshness()
    for now in (0.0, 2.0, 3.0):
        freshness.asked(now)
    assert freshness.turned(3.5)


def test_an_answer_makes_it_fresh_and_that_is_told_once() -> None:
    freshness = Freshness()
    freshness.asked(0.0)
    assert freshness.turned(4.0)
    freshness.answered()
    assert freshness.turned(4.5)
    assert freshness.telling is Telling.FRESH
    assert not freshness.turned(5.0)


def test_after_an_answer_the_next_question_counts_from_its_own_time() -> None:
    freshness = Freshness()
    freshness.asked(0.0)
    freshness.answered()
    freshness.asked(100.0)
    assert not freshness.turned(102.0)


def test_a_bus_that_is_away_for_more_than_a_second_is_told_and_so_is_its_return() -> None:
    freshness = Freshness()
    freshness.joined(10.0, by_the_bus=False)
    assert not freshness.turned(10.0 + APART_SECONDS)
    freshness.joined(10.5 + APART_SECONDS, by_the_bus=False)
    assert freshness.turned(10.5 + APART_SECONDS)
    assert freshness.telling is Telling.STALE
    freshness.joined(60.0, by_the_bus=True)
    assert freshness.turned(60.0)
    assert [freshness.telling] == [Telling.FRESH]


def test_a_bus_that_comes_back_within_a_second_is_not_worth_a_word() -> None:
    freshness = Freshness()
    for start in range(10):
        freshness.joined(start, by_the_bus=False)
        assert not freshness.turned(start + 0.9)
        freshness.joined(start + 0.95, by_the_bus=True)


def test_a_bus_that_is_back_hides_no_database_that_does_not_answer() -> None:
    freshness = Freshness()
    freshness.asked(0.0)
    freshness.joined(0.0, by_the_bus=False)
    assert freshness.turned(4.0)
    freshness.joined(5.0, by_the_bus=True)
    assert not freshness.turned(5.0)
    assert freshness.telling is Telling.STALE
