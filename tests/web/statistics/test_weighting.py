"""Weighting against crowds whose truth is known."""

from random import Random

import pytest

from realtime.tally import Cell, Counts, SeriesKind
from tests.web.statistics.crowd import TRUTH, published, voters
from web.statistics.population import margins, population
from web.statistics.weighting import (
    HEAVIEST,
    KINDS,
    Refused,
    Table,
    Unweighted,
    Weighted,
    fitted,
    weighted,
)

CROWDS = 50


@pytest.fixture(scope="module")
def skewed() -> list[Weighted]:
    """Many crowds of 1,500 in which the young come two or three times as often as the old."""
    found = [weighted(published(voters(1500, Random(seed)), bytes([seed]))) for seed in range(CROWDS)]
    return [one for one in found if isinstance(one, Weighted)]


def of_margins(voters_of: dict[str, int] | None = None, plus: float = 0.6) -> dict[str, Counts]:
    """A topic whose voters are as the residents are, but for the groups named."""
    series = {}
    for kind in KINDS:
        whole = sum(margins()[kind].values())
        for key, residents in margins()[kind].items():
            number = (voters_of or {}).get(key, round(2000 * residents / whole))
            series[key] = Counts(round(number * plus), number - round(number * plus))
    return series


def test_the_weighted_result_is_nearer_the_truth(skewed: list[Weighted]) -> None:
    assert len(skewed) == CROWDS
    nearer = sum(abs(one.plus - TRUTH) < abs(one.raw - TRUTH) for one in skewed)
    assert nearer >= 0.95 * CROWDS
    assert abs(sum(one.plus for one in skewed) / CROWDS - TRUTH) < 0.01
    assert abs(sum(one.raw for one in skewed) / CROWDS - TRUTH) > 0.04


def test_its_margin_holds_the_truth_about_as_often_as_it_says(skewed: list[Weighted]) -> None:
    held = sum(abs(one.plus - TRUTH) <= one.margin for one in skewed) / CROWDS
    assert held >= 0.9
    assert all(one.margin < 0.08 for one in skewed)  # and does not do so by being wide


def test_the_margin_of_the_raw_result_does_not(skewed: list[Weighted]) -> None:
    assert sum(abs(one.raw - TRUTH) <= one.raw_margin for one in skewed) < 0.1 * CROWDS


def test_weighting_costs_precision(skewed: list[Weighted]) -> None:
    assert all(one.design_effect > 1.05 and one.margin > one.raw_margin for one in skewed)


def test_a_crowd_like_the_residents_is_left_as_it_is() -> None:
    found = weighted(of_margins())
    assert isinstance(found, Weighted)
    assert found.plus == pytest.approx(found.raw, abs=0.002)
    assert found.design_effect == pytest.approx(1, abs=0.002)
    assert not found.trimmed


def test_a_group_that_publishes_nothing_is_named() -> None:
    series = {key: counts for key, counts in of_margins().items() if key != "dep:55"}
    assert weighted(series) == Refused(Unweighted.GROUP_MISSING, ("dep:55",))
    nothing = weighted({})
    assert isinstance(nothing, Refused)
    assert len(nothing.missing) == 17


def test_who_answers_otherwise_than_woman_or_man_changes_nothing() -> None:
    assert weighted(of_margins() | {"sex:X": Counts(50, 0), "hall:metz": Counts(10, 0)}) == weighted(
        of_margins()
    )


def test_a_heavy_weight_is_trimmed_and_said() -> None:
    found = weighted(of_margins({"dep:55": 10, "age:15-19": 30}))
    assert isinstance(found, Weighted)
    assert found.trimmed
    assert found.design_effect < HEAVIEST


def test_a_crowd_of_hardly_anybody_old_is_refused() -> None:
    found = weighted(of_margins({"age:75+": 10, "age:60-74": 10}))
    assert found == Refused(Unweighted.TOO_UNEVEN)


def test_few_voters_after_the_design_effect_are_refused() -> None:
    series = {key: Counts(5, 5) for kind in KINDS for key in margins()[kind]}
    found = weighted(series)
    assert isinstance(found, Refused)


@pytest.mark.parametrize("plus", [0.0, 1.0])
def test_everybody_of_one_mind(plus: float) -> None:
    found = weighted(of_margins(plus=plus))
    assert isinstance(found, Weighted)
    assert found.plus == pytest.approx(plus)


def test_raking_gives_the_margins_that_were_asked_for() -> None:
    seed: Table = {(f"dep:{d}", f"sex:{s}", f"age:{a}"): 1.0 for d, s, a in population()}
    wanted = {kind: {key: 1 / (n + 1) for n, key in enumerate(margins()[kind])} for kind in KINDS}
    wanted = {kind: {key: part / sum(of.values()) for key, part in of.items()} for kind, of in wanted.items()}
    table = fitted(seed, wanted)
    for axis, kind in enumerate(KINDS):
        for key, part in wanted[kind].items():
            assert sum(value for cell, value in table.items() if cell[axis] == key) == pytest.approx(part)


def test_the_residents_are_the_source_less_the_children() -> None:
    everybody = {kind: sum(margins()[kind].values()) for kind in KINDS}
    assert len(set(map(round, everybody.values()))) == 1
    assert round(everybody[SeriesKind.SEX]) == round(sum(population().values()))
    ages = margins()[SeriesKind.AGE]
    assert ages["age:15-19"] * 4 + sum(ages.values()) - ages["age:15-19"] == 5_562_262


def test_profiles_that_are_told_in_part_count_where_they_are_told() -> None:
    ballots = voters(1500, Random(7))
    part = [(Cell(cell.departement, None, cell.age), sign) for cell, sign in ballots[:300]] + ballots[300:]
    assert isinstance(weighted(published(part)), Weighted)
