"""How fast one caller may ask."""

from web.pace import Pace

NOW = 1_000_000


def test_so_many_at_once_then_one_by_one_and_each_caller_alone() -> None:
    pace = Pace(between_ms=100, at_once=3)
    assert [pace.take("a", NOW) for _ in range(5)] == [True] * 3 + [False] * 2
    assert pace.take("b", NOW)
    assert not pace.take("a", NOW + 99)
    assert pace.again("a") == NOW + 100
    assert pace.take("a", NOW + 100) and not pace.take("a", NOW + 100)
    assert [pace.take("a", NOW + 10_000) for _ in range(4)] == [True] * 3 + [False]


def test_a_clock_that_goes_back_holds_nobody_up_for_longer_than_a_pause() -> None:
    pace = Pace(between_ms=100, at_once=3)
    assert pace.take("a", NOW)
    assert not pace.take("a", 0)
    assert pace.take("a", 100)


def test_who_was_not_heard_for_longest_is_forgotten() -> None:
    pace = Pace(between_ms=100, at_once=1, most=2)
    for caller in ("a", "b", "c"):
        assert pace.take(caller, NOW)
    assert not pace.take("c", NOW)
    assert pace.take("a", NOW)
