"""Sums over all topics against ballots that were cast, on both engines."""

from itertools import pairwise

import pytest

from realtime.disclosure import HeadlinePolicy, ResultPolicy
from realtime.tally import NOWHERE, AgeBand, Cell, Counts, Departement, SeriesKind, Sex, Sign
from storage import statistics
from storage.statistics import figures, rising, voters_won
from storage.topics import create_topics
from storage.values import NewTopic, Provenance, TopicKind, TopicRules
from storage.values_statistics import GroupFigures
from tests.storage.house import START, House, device

HOUR_MS = 3_600_000
WOMAN = Cell(Departement.MEUSE, Sex.WOMAN, AgeBand.FROM_75)
OPEN = TopicRules(0, None)
SHOWN = TopicRules(0, None, results=ResultPolicy.ALWAYS)


async def topic(house: House, rules: TopicRules, theme: str = "sport", title: str = "Une question ?") -> int:
    new = NewTopic(TopicKind.QUESTION, title, theme, rules, provenance=Provenance.SIMULATED)
    return (await create_topics(house.database, house.keys, [new], house.clock[0]))[0]


async def votes(
    house: House, where: int, plus: int, minus: int, cell: Cell = NOWHERE, first: int = 0
) -> None:
    for number in range(plus + minus):
        if cell is not NOWHERE:
            await house.tell(device(first + number), cell)
        await house.vote(where, device(first + number), Sign.PLUS if number < plus else Sign.MINUS)


async def test_themes_count_everything_and_tell_ratios_of_what_everybody_may_see(house: House) -> None:
    await votes(house, await topic(house, OPEN), 5, 1)
    await votes(house, await topic(house, SHOWN), 3, 2)
    await votes(house, await topic(house, SHOWN, "culture"), 1, 0)
    ending = TopicRules(0, START + HOUR_MS, results=ResultPolicy.AT_CLOSE)
    await votes(house, await topic(house, ending), 2, 0)
    found = {t.theme.slug: t for t in (await figures(house.database, START, listed=5)).themes}
    assert len(found) == 16
    sport = found["sport"]
    assert (sport.topics, sport.voters, sport.shown_topics, sport.counts) == (3, 13, 1, Counts(3, 2))
    assert (found["culture"].voters, found["culture"].counts) == (1, Counts(1, 0))
    assert (found["sante"].topics, found["sante"].voters) == (0, 0)
    after = await figures(house.database, START + HOUR_MS, listed=5)
    sport = next(t for t in after.themes if t.theme.slug == "sport")
    assert (sport.shown_topics, sport.counts) == (2, Counts(5, 2))
    assert (after.topics, after.open_topics) == (4, 3)
    assert after.provenances == {Provenance.SIMULATED}


async def test_groups_are_sealed_blocks_only(house: House) -> None:
    shown, hidden = await topic(house, SHOWN), await topic(house, OPEN)
    await votes(house, shown, 9, 0, WOMAN)
    assert (await figures(house.database, START, listed=5)).groups == ()
    await votes(house, shown, 0, 1, WOMAN, first=9)
    await votes(house, hidden, 10, 0, WOMAN)
    groups = (await figures(house.database, START, listed=5)).groups
    assert {group.series for group in groups} == {"dep:55", "sex:F", "age:75+"}
    public = (await house.standing(shown)).tally.series
    assert [group for group in groups if group.series == "dep:55"] == [
        GroupFigures("sport", "dep:55", 20, public["dep:55"])
    ]


async def test_a_sealed_headline_counts_as_it_is_sealed(house: House) -> None:
    rules = TopicRules(0, None, results=ResultPolicy.ALWAYS, headline=HeadlinePolicy.SEALED)
    where = await topic(house, rules)
    await votes(house, where, 4, 5)
    before = await figures(house.database, START, listed=5)
    assert (before.most_voted, before.themes[6].voters) == ((), 0)
    await votes(house, where, 1, 0, first=9)
    (only,) = (await figures(house.database, START, listed=5)).most_voted
    assert only.voters == 10
    assert only.counts == (await house.standing(where)).tally.headline


async def test_lists_hold_titles_and_hide_what_is_hidden(house: House) -> None:
    hidden, shown = await topic(house, OPEN, title="Cachée"), await topic(house, SHOWN, title="Montrée")
    await votes(house, hidden, 40, 0)
    await votes(house, shown, 20, 10)
    found = await figures(house.database, START, listed=5)
    assert [(t.id, t.title, t.voters, t.counts) for t in found.most_voted] == [
        (hidden, "Cachée", 40, None),
        (shown, "Montrée", 30, Counts(20, 10)),
    ]
    assert [t.id for t in found.shown] == [shown]
    assert len((await figures(house.database, START, listed=1)).most_voted) == 1


async def test_a_ratio_enters_no_list_under_thirty_voters(house: House) -> None:
    await votes(house, await topic(house, SHOWN), 29, 0)
    assert (await figures(house.database, START, listed=5)).shown == ()


async def test_voters_are_counted_on_the_day_they_came_and_taken_off_when_they_went(house: House) -> None:
    where, other = await topic(house, OPEN), await topic(house, OPEN)
    await votes(house, where, 3, 0)
    house.clock[0] = START + 24 * HOUR_MS
    await votes(house, where, 0, 2, first=3)
    await votes(house, other, 4, 0)
    await house.vote(where, device(0), Sign.WITHDRAWN)
    house.clock[0] = START + 48 * HOUR_MS
    await house.vote(other, device(0), Sign.MINUS)
    days = [START + day * 24 * HOUR_MS for day in range(4)]
    won = [await voters_won(house.database, since, until) for since, until in pairwise(days)]
    assert won == [3, 5, 0]
    rises = await rising(house.database, days[1], days[2] - 1, listed=5)
    assert [(rise.topic.id, rise.voters, rise.topic.counts) for rise in rises] == [
        (other, 4, None),
        (where, 1, None),
    ]


async def test_what_lost_voters_does_not_rise(house: House) -> None:
    where = await topic(house, OPEN)
    await votes(house, where, 2, 0)
    house.clock[0] = START + HOUR_MS
    await house.vote(where, device(0), Sign.WITHDRAWN)
    assert await voters_won(house.database, START + HOUR_MS, START + 2 * HOUR_MS) == -1
    assert await rising(house.database, START + HOUR_MS, START + HOUR_MS, listed=5) == []


async def test_only_topics_that_publish_many_are_pooled(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(statistics, "POOLED_FROM", 20)
    small, large = await topic(house, OPEN), await topic(house, OPEN)
    await votes(house, small, 10, 0, WOMAN)
    await votes(house, large, 10, 0, WOMAN)
    await votes(house, large, 10, 0, Cell(None, Sex.MAN, None), first=10)
    pools = (await figures(house.database, START, listed=5)).pools
    sex = pools[SeriesKind.SEX]
    assert (sex.topics, sex.sizes, sex.voters) == (1, {20: 1}, {"sex:F": 10, "sex:H": 10})
    assert pools[SeriesKind.DEPARTEMENT].topics == 0
