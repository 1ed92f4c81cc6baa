"""Best first, also where few have voted."""

import json
from pathlib import Path
from typing import Any

import pytest

from realtime.ranking import Contender, best_first, newest_first, wilson
from realtime.tally import Counts

GOLDEN = json.loads((Path(__file__).parent / "golden" / "ranking.json").read_text())


@pytest.mark.parametrize(
    ("plus", "minus", "bound"),
    [(1, 0, 0.2065), (9, 1, 0.5958), (90, 10, 0.8256), (50, 50, 0.4038), (0, 7, 0.0), (0, 0, 0.0)],
)
def test_the_bound_is_that_of_the_published_tables(plus: int, minus: int, bound: float) -> None:
    assert wilson(Counts(plus, minus)) == pytest.approx(bound, abs=1e-4)


def test_many_agree_before_one_agrees() -> None:
    one, few, many = Contender(1, Counts(1, 0)), Contender(2, Counts(9, 1)), Contender(3, Counts(90, 10))
    assert best_first([one, few, many]) == [many, few, one]


def test_what_is_new_stands_before_what_is_disliked_and_the_older_first() -> None:
    disliked, new, newer = Contender(1, Counts(0, 5)), Contender(2, Counts(0, 0)), Contender(3, Counts(0, 0))
    assert best_first([newer, disliked, new]) == [new, newer, disliked]


def test_the_neutral_order_looks_at_no_vote() -> None:
    loved, new = Contender(1, Counts(50, 0)), Contender(2, Counts(0, 9))
    assert newest_first([loved, new]) == [new, loved]


@pytest.mark.parametrize("case", GOLDEN)
def test_the_order_is_the_one_that_the_browser_finds(case: dict[str, Any]) -> None:
    contenders = [Contender(id, Counts(plus, minus)) for id, plus, minus in case["contenders"]]
    assert [one.id for one in best_first(contenders)] == case["best"]
