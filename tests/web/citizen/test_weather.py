"""Weather, shares and lean."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from realtime.disclosure import RATIO_FROM
from realtime.tally import Counts
from web.citizen.weather import Weather, share, weather


@pytest.mark.parametrize(
    ("plus", "kind"),
    [
        (100, Weather.SUN),
        (75, Weather.SUN),
        (74, Weather.BRIGHT),
        (60, Weather.BRIGHT),
        (59, Weather.CLOUDS),
        (41, Weather.CLOUDS),
        (40, Weather.RAIN),
        (26, Weather.RAIN),
        (25, Weather.STORM),
        (0, Weather.STORM),
    ],
)
def test_the_weather_follows_the_share_of_plus(plus: int, kind: Weather) -> None:
    assert weather(Counts(plus, 100 - plus)) is kind


def test_there_is_fog_under_thirty_voters() -> None:
    assert weather(Counts(29, 0)) is Weather.FOG
    assert weather(Counts(30, 0)) is Weather.SUN


@given(st.integers(0, 10**7), st.integers(0, 10**7))
def test_per_cents_always_make_a_hundred(plus: int, minus: int) -> None:
    shown = share(Counts(plus, minus))
    assert shown.plus + shown.minus == 100
    assert 0 <= shown.plus <= 100


def test_the_horizon_is_level_at_half_and_half_and_with_nobody() -> None:
    assert share(Counts(5, 5)).lean == share(Counts(0, 0)).lean == 0


def test_the_horizon_leans_at_most_four_degrees_to_the_leaders_side() -> None:
    assert share(Counts(9, 0)).lean == -4
    assert share(Counts(0, 9)).lean == 4


GOLDEN = Path(__file__).parents[1] / "golden" / "weather.json"
"""The page's program is held to the same table, in web/frontend/tests/reading.test.ts."""


@pytest.mark.parametrize("row", json.loads(GOLDEN.read_text()), ids=lambda row: row["voters"])
def test_every_ratio_looks_as_the_page_draws_it(row: dict[str, object]) -> None:
    """A word comes later than a ratio: with 12 voters the gauge is open, and the weather is fog."""
    voters = int(str(row["voters"]))
    all_counts = [Counts(plus, voters - plus) for plus in range(voters + 1)]
    shares = [share(counts) for counts in all_counts]
    assert row == {
        "voters": voters,
        "gauge": voters >= RATIO_FROM,
        "weather": " ".join(weather(counts) for counts in all_counts),
        "plus": [one.plus for one in shares],
        "ratio": [one.ratio for one in shares],
        "lean": [one.lean for one in shares],
    }
