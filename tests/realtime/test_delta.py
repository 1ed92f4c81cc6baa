import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.encoding import encode
from channels.wire import Format, Snap
from realtime.delta import apply, diff
from realtime.tally import Counts, PublicTally, Version, public_tally

counts = st.builds(Counts, st.integers(0, 500), st.integers(0, 500))
keys = st.sampled_from(["dep:55", "dep:57", "sex:F", "sex:H", "age:20-39", "hall:metz"])
tallies = st.builds(public_tally, counts, st.dictionaries(keys, counts))


@given(tallies, tallies, st.sampled_from(Format))
def test_the_old_snapshot_and_the_delta_give_the_new_snapshot_byte_for_byte(
    old: PublicTally, new: PublicTally, format: Format
) -> None:
    def snapshot(tally: PublicTally) -> bytes:
        return encode(Snap("topic:1", Version(1, 1), tally), format)

    assert snapshot(apply(old, diff(old, new))) == snapshot(new)


@given(tallies)
def test_equal_tallies_have_no_difference(tally: PublicTally) -> None:
    assert not diff(tally, tally)


def test_a_series_that_publishes_nothing_any_more_is_told() -> None:
    old = public_tally(Counts(1, 1), {"sex:F": Counts(5, 5)})
    assert diff(old, public_tally(Counts(1, 1), {})).series == {"sex:F": None}


def test_a_hidden_and_an_open_tally_are_never_compared() -> None:
    with pytest.raises(ValueError, match="hidden"):
        diff(PublicTally(2, None, {}), public_tally(Counts(1, 1), {}))
