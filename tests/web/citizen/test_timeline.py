"""The time line."""

from realtime.tally import Counts
from storage.values import Moment
from web.citizen.timeline import MOST_ROWS, ended, timeline


def test_one_moment_makes_no_line() -> None:
    assert timeline([Moment(0, Counts(30, 0))]) is None


def test_plus_is_up_and_time_goes_right() -> None:
    drawn = timeline(
        [Moment(1000, Counts(30, 0)), Moment(2000, Counts(30, 30)), Moment(3000, Counts(30, 90))]
    )
    assert drawn is not None
    assert drawn.line == "0,0 300,100 600,150"
    assert drawn.last == (600.0, 150.0)


def test_no_two_instants_of_a_line_read_alike() -> None:
    def in_seconds(*instants: int) -> bool:
        drawn = timeline([Moment(at, Counts(30, 0)) for at in instants])
        assert drawn is not None
        return drawn.in_seconds

    assert in_seconds(10_000, 40_000)
    assert in_seconds(0, 10_000, 86_400_000)
    assert not in_seconds(0, 60_000, 120_000)
    assert not in_seconds(0, 60_000, 60_000, 120_000)  # a step is told twice


def test_moments_in_the_fog_are_not_drawn() -> None:
    drawn = timeline([Moment(n * 1000, Counts(n, 0)) for n in range(1, 33)])
    assert drawn is not None
    assert [point[1] for point in drawn.data] == [30, 31, 32]


def test_the_line_of_a_closed_topic_ends_at_its_end_with_its_result() -> None:
    past = [Moment(1000, Counts(10, 0)), Moment(2000, Counts(10, 10))]
    assert ended(past, 9000, Counts(13, 11)) == [*past, Moment(9000, Counts(13, 11))]
    assert ended(past, 1999, Counts(13, 11)) == [past[0], Moment(2000, Counts(13, 11))]


def test_a_topic_that_closed_within_its_first_moment_has_no_line() -> None:
    assert timeline(ended([Moment(1000, Counts(30, 0))], 999, Counts(33, 0))) is None


def test_the_table_is_short_and_begins_with_the_newest() -> None:
    drawn = timeline([Moment(n * 1000, Counts(30 + n, 0)) for n in range(200)])
    assert drawn is not None
    assert len(drawn.rows) <= MOST_ROWS
    assert drawn.rows[0].share.counts.plus == 229
