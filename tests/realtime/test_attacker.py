"""Crowds of 300 against an attacker who knows all but the votes, on what the application really publishes of them.

Every crowd here is divided (30 to 70 % for, ± 15 in a département): near-unanimity betrays by itself, which
no rounding prevents and DESIGN.md says. The numbers 5, 10 and 20 stand here once more:
a weaker rule is seen.
"""

import asyncio
from collections import defaultdict
from itertools import pairwise

import pytest

from realtime.disclosure import HeadlinePolicy, rounded
from realtime.tally import HEADLINE_SERIES, Counts, Sign, series_of
from tests.conftest import is_deep
from tests.realtime.attacker import members_of, possible_plus, read_all, story, watch_every_vote
from tests.realtime.crowd import Crowd, crowd
from tests.realtime.published import Published, publications

BOTH = list(HeadlinePolicy)


CROWDS, CROWDS_DEEP = (3, 4), range(6)
"""Without moderators and with them, of each way to come."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "voters" in metafunc.fixturenames:
        crowds = CROWDS_DEEP if is_deep(metafunc.config) else CROWDS
        names = [f"crowd {seed}" for seed in crowds]
        metafunc.parametrize("voters", crowds, indirect=True, scope="module", ids=names)


@pytest.fixture(scope="module")
def voters(request: pytest.FixtureRequest) -> Crowd:
    return crowd(request.param)


@pytest.fixture(scope="module")
def published(voters: Crowd, tmp_path_factory: pytest.TempPathFactory) -> dict[HeadlinePolicy, Published]:
    return asyncio.run(publications(voters, tmp_path_factory.mktemp("data")))


@pytest.mark.parametrize("number", range(10, 31))
def test_the_attacker_reads_a_published_number_exactly(number: int) -> None:
    origins: dict[Counts, set[int]] = {}
    for plus in range(number + 1):
        for fifth in range(5):
            origins.setdefault(rounded(Counts(plus, number - plus), fifth / 5), set()).add(plus)
    for shown, possible in origins.items():
        least, most = possible_plus(shown, number)
        assert possible == set(range(least, most + 1))


def test_all_that_is_published_and_the_exact_final_headline_determine_no_vote(
    voters: Crowd, published: dict[HeadlinePolicy, Published]
) -> None:
    assert read_all(voters, published[HeadlinePolicy.LIVE], HeadlinePolicy.LIVE).determined() == []


def test_whoever_watches_a_live_headline_step_learns_no_vote_that_did_not_move_meanwhile(
    voters: Crowd, published: dict[HeadlinePolicy, Published]
) -> None:
    """As little as can be told where numbers are exact at once: who moves is seen then, or when ballots return."""
    if not voters.spans:
        pytest.skip("nobody sets votes aside here")
    notebook = read_all(voters, published[HeadlinePolicy.LIVE], HeadlinePolicy.LIVE, watches=True)
    assert set(notebook.determined()) <= notebook.unseen


def test_with_a_sealed_headline_everything_ever_published_determines_no_vote(
    voters: Crowd, published: dict[HeadlinePolicy, Published]
) -> None:
    assert read_all(voters, published[HeadlinePolicy.SEALED], HeadlinePolicy.SEALED).determined() == []


def test_the_same_attacker_determines_nearly_all_votes_where_each_pushes_its_splits(voters: Crowd) -> None:
    notebook = watch_every_vote(voters)
    assert len(notebook.determined()) >= 0.95 * len(notebook.truth)


@pytest.mark.parametrize("policy", BOTH)
def test_a_number_of_a_group_stands_for_ten_voters_and_ten_have_moved_since_the_last(
    voters: Crowd, published: dict[HeadlinePolicy, Published], policy: HeadlinePolicy
) -> None:
    standing: dict[str, set[int]] = defaultdict(set)
    moved: dict[str, set[int]] = defaultdict(set)
    aside: set[int] = set()
    for move in story(voters, published[policy], policy):
        if isinstance(move, int):
            continue
        voter = voters.voters[move.voter]
        if move.step is None:
            (aside.discard if move.counts else aside.add)(move.voter)
        if move.event is not None:
            (aside.difference_update if move.counts else aside.update)(move.event.others)
        for series in [*series_of(voter.cell, voter.hall), HEADLINE_SERIES]:
            if move.step is not None:
                stands = move.step.new is not Sign.WITHDRAWN
                (standing[series].add if stands else standing[series].discard)(move.voter)
            if move.step is None or move.voter not in aside:
                moved[series].add(move.voter)
        for series, shown in move.released:
            assert len(moved[series]) >= 10
            moved[series].clear()
            if shown is None:
                continue
            assert len(standing[series] - aside) >= 10
            assert shown.voters == len(standing[series] - aside) // 5 * 5
            assert shown.plus % 5 == 0


@pytest.mark.parametrize("policy", BOTH)
def test_a_cell_of_the_cross_table_is_told_from_twenty_voters(
    voters: Crowd, published: dict[HeadlinePolicy, Published], policy: HeadlinePolicy
) -> None:
    stand: set[int] = set()
    for step in voters.steps:
        (stand.discard if step.new is Sign.WITHDRAWN else stand.add)(step.voter)
    late: list[set[int]] = []
    for event in published[policy].events:
        (stand.update if event.is_return else stand.difference_update)(event.voters)
        late += [set(event.voters)] if event.after >= len(voters.steps) else []
    sizes = {
        (cell.sex, cell.age): len(members_of(voters, cell.sex, cell.age) & stand)
        for cell in (voter.cell for voter in voters.voters)
        if cell.sex is not None and cell.age is not None
    }
    moved = {
        cell: [len(members_of(voters, *cell) & event) for event in late] for cell in sizes
    }  # after the close: a block of the cell, or nobody
    told = published[policy].cross
    assert {cell: counts.voters for cell, counts in told.items()} == {
        cell: size // 5 * 5
        for cell, size in sizes.items()
        if size >= 20 and all(number == 0 or number >= 10 for number in moved[cell])
    }


@pytest.mark.parametrize("policy", BOTH)
def test_statistics_and_what_stands_are_the_newest_releases_and_nothing_else(
    voters: Crowd, published: dict[HeadlinePolicy, Published], policy: HeadlinePolicy
) -> None:
    seen = published[policy]
    told: dict[str, Counts | None] = {}
    for move in story(voters, seen, policy):
        told.update([] if isinstance(move, int) else move.released)
    newest = {series: shown for series, shown in told.items() if shown is not None}
    headline = newest.pop(HEADLINE_SERIES, None)
    assert seen.series == newest
    assert seen.sums == {key: counts for key, counts in newest.items() if not key.startswith("hall:")}
    if policy is HeadlinePolicy.SEALED:
        assert seen.headline == headline


@pytest.mark.parametrize("policy", BOTH)
def test_the_time_line_is_rounded_and_moves_by_ten_voters(
    published: dict[HeadlinePolicy, Published], policy: HeadlinePolicy
) -> None:
    """While the same quarantines stand: between these it steps, and coming back it goes on where it was left."""
    told: dict[frozenset[int], list[Counts]] = defaultdict(list)
    for number, counts in sorted(published[policy].moments.items()):
        standing: set[int] = set()
        for event in published[policy].events:
            if event.after <= number:
                (standing.discard if event.is_return else standing.add)(event.quarantine)
        told[frozenset(standing)].append(counts)
    steps = [now.voters - before.voters for chain in told.values() for before, now in pairwise(chain)]
    assert len(steps) > 10
    assert min(steps) >= 10
    assert all(counts.plus % 5 == counts.minus % 5 == 0 for chain in told.values() for counts in chain)


def test_a_crowd_publishes_enough_to_be_attacked(
    voters: Crowd, published: dict[HeadlinePolicy, Published]
) -> None:
    live, hidden = (len(read_all(voters, published[policy], policy).bounds) for policy in BOTH)
    assert live > 100
    assert hidden > 100
    assert all(published[policy].at_close[1] and published[policy].sums for policy in BOTH)
