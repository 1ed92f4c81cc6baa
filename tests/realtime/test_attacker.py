"""Crowds of 300 against an attacker who knows all but the votes.

Every crowd here is divided (30 to 70 % for, ± 15 in a département): near-unanimity betrays by itself, which
no rounding prevents and DESIGN.md says.
"""

import pytest

from realtime.disclosure import HeadlinePolicy, rounded
from realtime.tally import Counts
from tests.realtime.attacker import crowd, possible_plus, watch_every_vote, watch_releases

SEEDS = range(6)


@pytest.mark.parametrize("voters", range(10, 31))
def test_the_attacker_reads_a_published_number_exactly(voters: int) -> None:
    origins: dict[Counts, set[int]] = {}
    for plus in range(voters + 1):
        for fifth in range(5):
            origins.setdefault(rounded(Counts(plus, voters - plus), fifth / 5), set()).add(plus)
    for shown, possible in origins.items():
        least, most = possible_plus(shown, voters)
        assert possible == set(range(least, most + 1))


@pytest.mark.parametrize("seed", SEEDS)
def test_every_release_and_the_exact_final_headline_determine_no_vote(seed: int) -> None:
    assert watch_releases(crowd(seed), HeadlinePolicy.LIVE).determined() == []


@pytest.mark.parametrize("seed", SEEDS)
def test_with_a_sealed_headline_everything_ever_published_determines_no_vote(seed: int) -> None:
    assert watch_releases(crowd(seed), HeadlinePolicy.SEALED).determined() == []


@pytest.mark.parametrize("seed", SEEDS)
def test_the_same_attacker_determines_nearly_all_votes_where_each_pushes_its_splits(seed: int) -> None:
    notebook = watch_every_vote(crowd(seed))
    assert len(notebook.determined()) >= 0.95 * len(notebook.truth)


def test_a_crowd_publishes_enough_to_be_attacked() -> None:
    live, hidden = (watch_releases(crowd(0), policy) for policy in HeadlinePolicy)
    assert len(live.bounds) > 80
    assert len(hidden.bounds) > len(live.bounds), "the sealed headline is one series more"
