import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from realtime.bus_backlog import MOST_A_TOPIC, Backlog, joined
from realtime.delta import Delta, apply, diff
from realtime.tally import Counts, PublicTally, Version, public_tally
from tests.listening import delta

counts = st.builds(Counts, st.integers(0, 500), st.integers(0, 500))
keys = st.sampled_from(["dep:55", "dep:57", "sex:F", "sex:H"])
tallies = st.builds(public_tally, counts, st.dictionaries(keys, counts))


@given(st.lists(tallies, min_size=3, max_size=8))
def test_what_follows_on_becomes_one_delta_that_does_the_same(states: list[PublicTally]) -> None:
    backlog = Backlog()
    for number, (old, new) in enumerate(itertools.pairwise(states)):
        backlog.add(Delta(7, Version(1, number), Version(1, number + 1), diff(old, new)))
    [one], _ = backlog.take()
    assert (one.base, one.version) == (Version(1, 0), Version(1, len(states) - 1))
    assert apply(states[0], one.changes) == states[-1]


def test_what_does_not_follow_is_not_joined() -> None:
    with pytest.raises(ValueError, match="follow"):
        joined(delta(7, 1), delta(7, 3))
    with pytest.raises(ValueError, match="follow"):
        joined(delta(7, 1), delta(8, 2))


def test_topics_are_handed_over_apart_and_once() -> None:
    backlog = Backlog()
    backlog.add(delta(8, 1))
    backlog.add(delta(7, 1))
    backlog.add(delta(8, 2))
    deltas, _ = backlog.take()
    assert [(one.topic, one.version.number) for one in deltas] == [(8, 2), (7, 1)]
    assert not backlog
    assert backlog.take() == ([], frozenset())


def test_of_deltas_that_do_not_follow_a_few_are_kept_then_only_the_newest() -> None:
    backlog = Backlog()
    numbers = [3, *range(100, 100 + 2 * MOST_A_TOPIC - 2, 2), 5]
    for number in numbers:
        backlog.add(delta(7, number))
    deltas, overwhelmed = backlog.take()
    assert [one.version.number for one in deltas] == [max(numbers)]
    assert overwhelmed == {7}
    for number in range(10, 10 + 2 * MOST_A_TOPIC, 2):
        backlog.add(delta(7, number))
    deltas, overwhelmed = backlog.take()
    assert len(deltas) == MOST_A_TOPIC
    assert overwhelmed == frozenset()
