"""The time a vote still lasts, in words."""

import pytest

from storage.values import TopicRules
from web.catalogue import load_catalogue
from web.citizen.time_left import DAY, HOUR, MINUTE, time_left

NOW = 1_800_000_000_000


def words(rules: TopicRules) -> str:
    left = time_left(rules, NOW)
    return load_catalogue().say("time", left.phrase, left.n)


@pytest.mark.parametrize(
    ("span", "said"),
    [
        (3 * DAY + HOUR, "encore 3\u00a0jours"),
        (DAY, "encore 1\u00a0jour"),
        (DAY - 1, "se termine dans 23\u00a0h"),
        (2 * HOUR, "se termine dans 2\u00a0h"),
        (HOUR - 1, "se termine dans 59\u00a0min"),
        (MINUTE - 1, "se termine dans un instant"),
        (0, "vote terminé"),
        (-DAY, "vote terminé"),
    ],
)
def test_it_is_told_in_the_largest_whole_unit(span: int, said: str) -> None:
    assert words(TopicRules(0, NOW + span)) == said


def test_a_vote_may_have_no_end() -> None:
    assert words(TopicRules(0, None)) == "sans date de fin"


def test_a_planned_vote_says_when_it_opens() -> None:
    assert words(TopicRules(NOW + 2 * DAY, None)) == "ouvre dans 2\u00a0jours"
