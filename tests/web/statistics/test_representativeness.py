"""Who is called over- and under-represented, and who is not."""

from random import Random

import pytest

from realtime.tally import AgeBand, Counts, SeriesKind
from storage.values_statistics import Pool
from tests.web.statistics.crowd import published, voters
from web.statistics.population import margins
from web.statistics.representativeness import (
    LEAST_VOTERS,
    Comparison,
    Verdict,
    independent_voters,
    of_pool,
    of_topic,
    wilson,
)

KINDS = (SeriesKind.DEPARTEMENT, SeriesKind.SEX, SeriesKind.AGE)


def verdicts(comparison: Comparison) -> dict[str, Verdict]:
    return {group.key: group.verdict for group in comparison.groups}


def like_residents(kind: SeriesKind, number: int, **others: int) -> dict[str, int]:
    whole = sum(margins()[kind].values())
    return {key: others.get(key, round(number * part / whole)) for key, part in margins()[kind].items()}


def test_a_crowd_drawn_from_the_residents_is_called_alike() -> None:
    accused = 0
    for seed in range(60):
        series = published(voters(700, Random(seed), skew=0))
        accused += sum(any(g.stands_out for g in of_topic(kind, series).groups) for kind in KINDS)
    assert accused <= 60 * len(KINDS) * 0.05


def test_a_skewed_crowd_is_seen_through() -> None:
    found = verdicts(of_topic(SeriesKind.AGE, published(voters(3000, Random(1), skew=1))))
    assert found[f"age:{AgeBand.FROM_75}"] in {Verdict.HALF, Verdict.FAR_FEWER}
    assert found[f"age:{AgeBand.FROM_20}"] is Verdict.MORE
    sexes = verdicts(of_topic(SeriesKind.SEX, published(voters(3000, Random(1), skew=1))))
    assert sexes == {"sex:F": Verdict.FEWER, "sex:H": Verdict.MORE}


@pytest.mark.parametrize(
    ("times", "verdict"),
    [
        (0.2, Verdict.FAR_FEWER),
        (0.5, Verdict.HALF),
        (0.75, Verdict.FEWER),
        (1.0, Verdict.ALIKE),
        (1.5, Verdict.MORE),
        (2.0, Verdict.DOUBLE),
        (3.0, Verdict.FAR_MORE),
    ],
)
def test_words_follow_the_proportion(times: float, verdict: Verdict) -> None:
    whole = like_residents(SeriesKind.AGE, 100_000)
    key = "age:15-19"
    part = whole[key] / sum(whole.values()) * times
    rest = sum(whole.values()) - whole[key]
    number = round(part * rest / (1 - part))
    pool = Pool(SeriesKind.AGE, {rest + number: 1}, whole | {key: number})
    assert verdicts(of_pool(pool))[key] is verdict


def test_a_difference_that_does_not_matter_is_not_told() -> None:
    whole = like_residents(SeriesKind.AGE, 1_000_000)
    pool = Pool(SeriesKind.AGE, {1_000_000: 1}, whole | {"age:75+": round(whole["age:75+"] * 1.05)})
    assert not any(group.stands_out for group in of_pool(pool).groups)


def test_under_a_hundred_voters_nothing_is_said() -> None:
    series = {"sex:F": Counts(0, LEAST_VOTERS - 5)}
    comparison = of_topic(SeriesKind.SEX, series)
    assert not comparison.is_enough
    assert set(verdicts(comparison).values()) == {Verdict.TOO_FEW}
    assert of_topic(SeriesKind.SEX, {}).voters == 0


def test_what_may_only_be_pending_accuses_nobody() -> None:
    """Meuse has 3 % of the residents: of 500 voters nine may wait for their block, and four be rounded off."""
    series = {
        key: Counts(number, 0)
        for key, number in like_residents(SeriesKind.DEPARTEMENT, 500).items()
        if key != "dep:55"
    }
    assert verdicts(of_topic(SeriesKind.DEPARTEMENT, series))["dep:55"] is Verdict.ALIKE


def test_the_same_people_on_ten_topics_are_not_ten_times_as_many() -> None:
    assert independent_voters({1000: 10}) == pytest.approx(1000)
    assert independent_voters({}) == 0.0
    assert independent_voters({1000: 1, 10: 100}) < 1000


def test_wilsons_interval_is_that_of_the_books() -> None:
    """Newcombe (1998), table I: 15 of 148."""
    low, high = wilson(15 / 148, 148, 1.959964)
    assert (round(low, 4), round(high, 4)) == (0.0624, 0.1605)
