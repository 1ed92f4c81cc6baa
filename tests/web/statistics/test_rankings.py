"""Which topics stand first."""

from realtime.disclosure import JUDGED_FROM, SHARED_UNDER
from realtime.tally import Counts
from storage.tallies import gap
from storage.values import Provenance, TopicKind
from storage.values_statistics import TopicFigures
from web.citizen.weather import Weather, weather
from web.statistics.rankings import divided, loved


def topic(number: int, counts: Counts | None, voters: int | None = None) -> TopicFigures:
    many = voters if voters is not None else counts.voters if counts else 0
    return TopicFigures(number, f"Sujet {number}", TopicKind.IDEA, Provenance.REAL, many, counts)


ONE, TWO, THREE = topic(1, Counts(36, 4)), topic(2, Counts(880, 120)), topic(3, Counts(50, 50))
FOUR, HIDDEN = topic(4, Counts(505, 495)), topic(5, None, 900)


def test_few_voices_of_one_mind_do_not_beat_many() -> None:
    assert loved([ONE, TWO, HIDDEN], 5) == [TWO, ONE]


def test_what_half_dislike_is_not_loved() -> None:
    assert loved([ONE, THREE, topic(6, Counts(60, 40))], 5) == [ONE, topic(6, Counts(60, 40))]


def test_the_most_divided_is_nearest_to_half() -> None:
    assert divided([ONE, FOUR, HIDDEN, THREE], 5) == [THREE, FOUR]


def test_what_is_divided_has_the_weather_that_is_called_so() -> None:
    """The list, the weather's word and the order of a search know one rule."""
    topics = [
        topic(plus, Counts(plus, voters - plus)) for voters in (29, 30, 100) for plus in range(voters + 1)
    ]
    listed = divided(topics, len(topics))
    assert sorted(one.id for one in listed) == sorted(
        one.id for one in topics if one.counts and weather(one.counts) is Weather.CLOUDS
    )
    for one in topics:
        assert one.counts is not None
        is_found = (gap(one.counts) or 0) < SHARED_UNDER and one.voters >= JUDGED_FROM
        assert (one in listed) == is_found


def test_lists_are_cut() -> None:
    assert loved([ONE, TWO], 1) == [TWO]
    assert divided([THREE, FOUR], 1) == [THREE]
