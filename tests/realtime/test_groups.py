"""Groups whose numbers are known exactly: what sums and differences of them are about."""

from itertools import product

import numpy as np
import pytest

from realtime.groups import tells_of_few

LEAST = 30


def is_few(_: int, number: int) -> bool:
    return number < LEAST


@pytest.mark.parametrize(
    ("parts", "tells"),
    [
        ({0b1: 40}, False),
        ({0b1: 29}, True),
        ({0b11: 40, 0b10: 1}, True),  # two groups that differ by one
        ({0b11: 40}, False),  # the same group twice
        ({0b01: 40, 0b10: 40, 0b11: 1}, False),  # one is in both: no sum is about that one alone
        ({0b101: 40, 0b110: 40, 0b100: 1}, True),  # two groups, and one that is both and one more
        ({0b101: 40, 0b110: 40}, False),
        ({}, False),
    ],
)
def test_a_sum_about_few_is_found(parts: dict[int, int], tells: bool) -> None:
    assert tells_of_few(parts, is_few) is tells


def test_every_small_sum_of_groups_that_pass_is_about_many() -> None:
    """Three groups with every pattern of empty, small and large parts, and all sums with factors up to two."""
    factors = np.array([sum_ for sum_ in product((-2, -1, 0, 1, 2), repeat=3) if any(sum_)])
    passed = 0
    for sizes in product((0, 1, LEAST), repeat=7):
        parts = dict(zip(range(1, 8), sizes, strict=True))
        if tells_of_few(parts, is_few):
            continue
        passed += 1
        members = np.array([[key >> group & 1 for key in parts] for group in range(3)])
        people = ((factors @ members) != 0) @ np.array(sizes)
        assert all(number == 0 or number >= LEAST for number in people), parts
    assert passed > 100
