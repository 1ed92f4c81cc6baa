"""The lists of the home page, beside what sorting everything would give."""

import random

import pytest
import sqlalchemy as sa

from realtime.disclosure import ResultPolicy
from storage import listing
from storage.listing import COUNTED_MS, FIRST_TO_LAST, Ideas, region_topics
from storage.tables import THEME, TOPIC
from storage.tables_questionnaires import QUESTIONNAIRE, QUESTIONNAIRE_STEP
from storage.topics import withdraw_topic
from storage.values import TopicKind, TopicRules
from tests.storage.house import START, House, beside

Rows = list[dict[str, object]]


async def filled(
    house: House, seed: int, number: int, kinds: list[TopicKind], ends: list[int | None]
) -> Rows:
    """So many topics, with one theme, whose votes begin and end around now in all ways."""
    chance = random.Random(seed)
    rows: Rows = []
    for topic in range(1, number + 1):
        rows.append(
            {
                "id": topic, "kind": str(chance.choice(kinds)), "title": f"{topic}", "body": "", "theme_id": 1,
                "opens_at": START + chance.choice((-9, -1, 0, 0, 1, 5)), "closes_at": chance.choice(ends),
                "results": str(ResultPolicy.ALWAYS), "headline": "live", "profile_required": False,
                "provenance": "demonstration", "created_at": START,
                "withdrawn_at": chance.choice((None, None, None, START)),
            }
        )  # fmt: skip

    def store(connection: sa.Connection) -> None:
        theme = connection.scalar(sa.select(sa.func.min(THEME.c.id)))
        connection.execute(sa.insert(TOPIC), [{**row, "theme_id": theme} for row in rows])

    await house.database.write(store)
    return rows


def in_order(rows: Rows, kinds: list[str], but: set[object]) -> list[object]:
    """Every listed topic of these kinds, sorted as the rule says."""
    listed = [
        row for row in rows if row["kind"] in kinds and row["withdrawn_at"] is None and row["id"] not in but
    ]

    def place(row: dict[str, object]) -> tuple[int, int]:
        rules = TopicRules(int(str(row["opens_at"])), row["closes_at"])  # type: ignore[arg-type]
        return FIRST_TO_LAST.index(rules.state(START)), -int(str(row["id"]))

    return [row["id"] for row in sorted(listed, key=place)]


@pytest.mark.parametrize("most_sorted", [0, 4, 1_000])
async def test_pages_are_what_sorting_everything_would_give(
    house: House, monkeypatch: pytest.MonkeyPatch, most_sorted: int
) -> None:
    """Where few topics are in a state, where many are, and where the ways meet within a page."""
    monkeypatch.setattr(listing, "MOST_SORTED", most_sorted)
    ends = [None, START - 3, START, START + 1, START + 9]
    rows = await filled(house, 7 + most_sorted, 120, list(TopicKind), ends)
    asked = {row["id"] for row in rows[::9]}

    def ask(connection: sa.Connection) -> None:
        times = {"opens_at": 0, "closes_at": START, "created_at": 0}
        made = connection.execute(
            sa.insert(QUESTIONNAIRE).values(title="", body="", provenance="real", **times)
        )
        (questionnaire,) = made.inserted_primary_key or (0,)
        steps = [
            {"questionnaire_id": questionnaire, "number": number, "topic_id": topic}
            for number, topic in enumerate(sorted(asked, key=str))
        ]
        connection.execute(sa.insert(QUESTIONNAIRE_STEP), steps)

    await house.database.write(ask)
    ideas = in_order(rows, listing.CITIZENS, set())
    for size in (1, 7, 25, len(ideas), 500):
        pages = -(-len(ideas) // size)
        found: list[object] = []
        for number in range(1, pages + 1):
            part = await Ideas(house.database).page(START, number, size)
            assert (part.page, part.pages) == (number, pages)
            found += [topic.id for topic in part.topics]
        assert found == ideas, size
    region = in_order(rows, listing.REGION, asked)
    for most in (0, 1, 3, 10, 500):
        assert [topic.id for topic in await region_topics(house.database, START, most)] == region[:most]


async def test_without_any_topic_there_is_one_page_with_nothing(house: House) -> None:
    for number in (1, 5):
        part = await Ideas(house.database).page(START, number, 10)
        assert (part.topics, part.page, part.pages) == ([], 1, 1)


async def test_pages_are_counted_anew_after_a_while_and_where_the_last_has_gone(house: House) -> None:
    rows = await filled(house, 1, 40, [TopicKind.IDEA], [None])
    ids = in_order(rows, listing.CITIZENS, set())
    ideas = Ideas(house.database)
    pages = (await ideas.page(START, 1, 1)).pages
    assert pages == len(ids)
    gone = int(str(ids[-1]))
    await house.database.write(lambda connection: withdraw_topic(connection, gone, START))
    first = await ideas.page(START, 1, 1)
    assert [topic.id for topic in first.topics] == ids[:1]
    last = await ideas.page(START, pages, 1)
    assert ([topic.id for topic in last.topics], last.page, last.pages) == (ids[-2:-1], pages - 1, pages - 1)
    beside(house.url, "UPDATE topic SET withdrawn_at = NULL WHERE id = :gone", gone=gone)
    assert (await ideas.page(START + COUNTED_MS - 1, 1, 1)).pages == pages - 1
    assert (await ideas.page(START + COUNTED_MS, pages, 1)).page == pages
