import pytest

from realtime.disclosure import (
    BLOCK,
    ROUNDING,
    HeadlinePolicy,
    ResultPolicy,
    SeriesState,
    View,
    recorded,
    rounded,
    sealed,
    seen_through,
    view_for,
)
from realtime.ledger import published
from realtime.tally import Counts, PublicTally, Sign

SECRET = b"s" * 32


def sealing(state: SeriesState, seq: int) -> SeriesState:
    return sealed(state, seq=seq, topic=1, series="dep:55", secret=SECRET)


def after_voters(number: int) -> SeriesState:
    state = SeriesState()
    for seq in range(1, number + 1):
        state = sealing(recorded(state, Sign.WITHDRAWN, Sign.PLUS, old_seq=0), seq)
    return state


def test_a_series_publishes_nothing_until_it_holds_a_block() -> None:
    assert after_voters(BLOCK - 1).public is None


def test_a_full_block_is_published_at_once() -> None:
    assert after_voters(BLOCK).public == Counts(10, 0)


def test_only_whole_blocks_move_what_is_published() -> None:
    assert [after_voters(n).releases for n in (10, 11, 19, 20)] == [1, 1, 1, 2]


def test_a_voter_who_changes_again_and_again_is_pending_once() -> None:
    state = recorded(SeriesState(), Sign.WITHDRAWN, Sign.PLUS, old_seq=0)
    for seq in range(1, 30):
        old, new = (Sign.PLUS, Sign.MINUS) if seq % 2 else (Sign.MINUS, Sign.PLUS)
        state = sealing(recorded(state, old, new, old_seq=seq), seq + 1)
    assert (state.pending, state.releases) == (1, 0)


def test_a_voter_of_a_sealed_block_who_changes_is_pending_again() -> None:
    state = recorded(after_voters(BLOCK), Sign.PLUS, Sign.MINUS, old_seq=3)
    assert state.pending == 1


def test_a_block_that_leaves_fewer_than_ten_voters_shows_nothing() -> None:
    state = after_voters(BLOCK)
    for seq in range(11, 21):
        state = sealing(recorded(state, Sign.PLUS, Sign.WITHDRAWN, old_seq=seq - 10), seq)
    assert (state.releases, state.public) == (2, None)


@pytest.mark.parametrize("plus", range(0, 34))
def test_published_numbers_are_rounded_to_five_and_never_exceed_the_voters(plus: int) -> None:
    for drawn in (0.0, 0.19, 0.5, 0.99):
        shown = rounded(Counts(plus, 33 - plus), drawn)
        assert shown.voters == 30
        assert shown.plus % ROUNDING == 0
        assert 0 <= shown.plus <= 30
        assert abs(shown.plus - min(plus, 30)) < ROUNDING


def test_rounding_up_happens_as_often_as_the_remainder_says() -> None:
    ups = sum(rounded(Counts(12, 8), drawn / 1000).plus == 15 for drawn in range(1000))
    assert ups == 400


@pytest.mark.parametrize(
    ("policy", "voted", "closed", "view"),
    [
        (ResultPolicy.ALWAYS, False, False, View.RESULTS),
        (ResultPolicy.AFTER_VOTE, False, False, View.HIDDEN),
        (ResultPolicy.AFTER_VOTE, True, False, View.RESULTS),
        (ResultPolicy.AFTER_VOTE, False, True, View.RESULTS),
        (ResultPolicy.AT_CLOSE, True, False, View.HIDDEN),
        (ResultPolicy.AT_CLOSE, False, True, View.RESULTS),
    ],
)
def test_results_are_shown_to_whom_the_policy_says(
    policy: ResultPolicy, voted: bool, closed: bool, view: View
) -> None:
    assert view_for(policy, voted=voted, closed=closed) is view


def test_a_hidden_tally_tells_the_number_of_voters_only() -> None:
    tally = PublicTally(30, Counts(20, 10), {"dep:55": Counts(5, 5)})
    assert seen_through(tally, View.HIDDEN) == PublicTally(30, None, {})


def test_a_sealed_headline_is_published_like_a_series() -> None:
    series = {"all": Counts(10, 5), "dep:55": None}
    assert published(HeadlinePolicy.SEALED, Counts(14, 5), series) == PublicTally(15, Counts(10, 5), {})
    assert published(HeadlinePolicy.LIVE, Counts(14, 5), {}).headline == Counts(14, 5)
