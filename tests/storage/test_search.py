"""Finding topics, on both engines."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from realtime.disclosure import HeadlinePolicy, ResultPolicy
from realtime.tally import Departement, Sign
from storage.follow_up import tell_follow_up
from storage.listing import Ideas, region_topics
from storage.search import find
from storage.topics import create_topics
from storage.values import NewTopic, TopicKind, TopicRules, TopicState
from storage.values_follow_up import FollowUp, FollowUpStep
from storage.values_search import A_PAGE, MOST_COUNTED, Answer, Order, Query, Who
from tests.storage.house import START, House, beside, device

OPEN = TopicRules(0, None)
SEEN = replace(OPEN, results=ResultPolicy.ALWAYS)
CLOSED = TopicRules(0, START)
PLANNED = TopicRules(START + 1, None)


def idea(title: str, rules: TopicRules = OPEN, *, theme: str = "sport", **more: object) -> NewTopic:
    return NewTopic(TopicKind.IDEA, title, theme, rules, **more)  # type: ignore[arg-type]


async def store(house: House, *topics: NewTopic) -> list[int]:
    return await create_topics(house.database, house.keys, list(topics), START)


async def titles(house: House, words: str = "", **more: object) -> list[str]:
    page = await find(house.database, Query(words, **more), START)  # type: ignore[arg-type]
    return [topic.title for topic in page.topics]


async def votes(house: House, topic: int, plus: int, minus: int) -> None:
    for voter, sign in enumerate([Sign.PLUS] * plus + [Sign.MINUS] * minus):
        await house.vote(topic, device(100 + voter), sign)


async def test_all_words_must_be_there_whatever_their_form_and_order(house: House) -> None:
    await store(house, idea("Une piste cyclable vers le lycée"), idea("Un lycée neuf"), idea("Des pistes"))
    assert await titles(house, "LYCEES piste") == ["Une piste cyclable vers le lycée"]
    assert await titles(house, "lycée") == ["Un lycée neuf", "Une piste cyclable vers le lycée"]
    assert await titles(house, "lycée dinosaure") == []


async def test_the_text_below_the_title_counts_too(house: House) -> None:
    await store(house, idea("Une idée", body="Il s'agit des éoliennes."))
    assert await titles(house, "éolienne") == ["Une idée"]


async def test_the_last_word_may_be_a_beginning_and_only_the_last(house: House) -> None:
    await store(house, idea("Des étudiants en médecine"))
    assert await titles(house, "médecine étudian") == ["Des étudiants en médecine"]
    assert await titles(house, "étud médecine") == []
    assert await titles(house, "en") != await titles(house, "ud") == []


@pytest.mark.parametrize(
    "words",
    [
        "100% bio",
        "aa_bb",
        'l\'"école"',
        "vélo\0",
        "(vélo|.*)",
        "vélo' OR 1=1 --",
        "é" * 10_000,
        "vélo\\",
        "💥 vélo",
    ],
)
async def test_signs_that_mean_something_elsewhere_mean_nothing_here(house: House, words: str) -> None:
    await store(house, idea("Tout autre chose"), idea("Du vélo"))
    found = await find(house.database, Query(words), START)
    assert "Tout autre chose" not in [topic.title for topic in found.topics]


async def test_words_that_are_none_are_not_understood(house: House) -> None:
    await store(house, idea("Du vélo"))
    assert not (await find(house.database, Query("% de la"), START)).understood
    assert (await find(house.database, Query("vélo"), START)).understood
    assert (await find(house.database, Query("   "), START)).understood


async def test_each_filter_leaves_what_it_says(house: House) -> None:
    await store(
        house,
        idea("en Meuse", departement=Departement.MEUSE),
        idea("la culture", theme="culture"),
        idea("close", CLOSED),
        idea("planned", PLANNED),
        NewTopic(TopicKind.QUESTION, "asked", "sport", OPEN),
    )
    assert await titles(house, departement=Departement.MEUSE) == ["en Meuse"]
    assert await titles(house, theme="culture") == ["la culture"]
    assert await titles(house, theme="nowhere") == []
    assert await titles(house, state=TopicState.CLOSED) == ["close"]
    assert await titles(house, state=TopicState.PLANNED) == ["planned"]
    assert await titles(house, state=TopicState.OPEN) == ["asked", "la culture", "en Meuse"]
    assert await titles(house, who=Who.REGION) == ["asked"]
    assert await titles(house, "meuse", who=Who.REGION) == []
    assert len(await titles(house, who=Who.CITIZENS)) == 4


async def test_what_the_region_has_answered_is_found_and_nothing_that_is_only_handed_on(house: House) -> None:
    first, second, _ = await store(house, idea("answered vélo"), idea("handed vélo"), idea("none vélo"))
    await tell_follow_up(house.database, FollowUp(first, FollowUpStep.ANSWERED, START, "Oui."))
    await tell_follow_up(house.database, FollowUp(second, FollowUpStep.HANDED, START, "", "Sports"))
    assert await titles(house, answer=Answer.GIVEN) == ["answered vélo"]
    assert await titles(house, "vélo", answer=Answer.GIVEN, order=Order.POPULAR) == ["answered vélo"]
    assert await titles(house, answer=Answer.GIVEN, theme="culture") == []
    assert len(await titles(house)) == 3


async def test_what_is_no_subject_of_its_own_is_found_nowhere(house: House) -> None:
    (topic,) = await store(house, idea("Du vélo"))
    beside(house.url, "UPDATE topic SET kind = 'argument' WHERE id = :topic", topic=topic)
    assert await titles(house, "vélo") == await titles(house) == []
    assert (await Ideas(house.database).page(START, 1, 10)).topics == []


async def test_closing_soon_is_what_is_open_and_ends(house: House) -> None:
    later, soon = TopicRules(0, START + 2), TopicRules(0, START + 1)
    await store(house, idea("later", later), idea("soon", soon), idea("endless"), idea("close", CLOSED))
    assert await titles(house, order=Order.CLOSING) == ["soon", "later"]
    assert await titles(house, order=Order.CLOSING, state=TopicState.OPEN) == ["soon", "later"]


async def test_popular_is_most_voters_hidden_or_not(house: House) -> None:
    few, many, _ = await store(house, idea("few"), idea("many"), idea("nobody"))
    await votes(house, few, 1, 0)
    await votes(house, many, 0, 2)
    assert await titles(house, order=Order.POPULAR) == ["many", "few", "nobody"]
    await house.vote(many, device(100), Sign.WITHDRAWN)
    await house.vote(many, device(101), Sign.WITHDRAWN)
    assert await titles(house, order=Order.POPULAR) == ["few", "nobody", "many"]


async def test_a_sealed_number_of_voters_puts_nothing_in_order_before_it_is_published(house: House) -> None:
    sealed = replace(OPEN, headline=HeadlinePolicy.SEALED)
    quiet, loud = await store(house, idea("sealed", sealed), idea("live"))
    await votes(house, quiet, 9, 0)
    await votes(house, loud, 1, 0)
    assert await titles(house, order=Order.POPULAR) == ["live", "sealed"]
    await house.vote(quiet, device(500), Sign.PLUS)
    assert await titles(house, order=Order.POPULAR) == ["sealed", "live"]


async def test_divided_tells_nothing_of_what_is_hidden(house: House) -> None:
    even, sure, hidden, few = await store(
        house,
        idea("even", SEEN),
        idea("sure", SEEN),
        idea("hidden", TopicRules(0, START + 1)),
        idea("few", SEEN),
    )
    await votes(house, even, 16, 15)
    await votes(house, sure, 18, 12)
    await votes(house, hidden, 15, 15)
    await votes(house, few, 14, 15)
    assert await titles(house, order=Order.DIVIDED) == ["even"]
    after = await find(house.database, Query(order=Order.DIVIDED), START + 1)
    assert [topic.title for topic in after.topics] == ["hidden", "even"]


async def test_pages_follow_each_other_and_the_last_is_the_last(house: House) -> None:
    await store(house, *(idea(f"Vélo {n:03}") for n in range(2 * A_PAGE + 1)))
    for words in ("", "vélo"):
        shown: list[str] = []
        for page in (1, 2, 3):
            shown += await titles(house, words, page=page)
        assert shown == [f"Vélo {n:03}" for n in reversed(range(2 * A_PAGE + 1))]
    found = await find(house.database, Query("vélo", page=99), START)
    assert (found.page, found.pages, found.count, found.has_more) == (3, 3, 2 * A_PAGE + 1, False)


@pytest.mark.parametrize("order", [Order.RECENT, Order.POPULAR, Order.CLOSING, Order.DIVIDED])
async def test_very_many_are_counted_to_a_bound_and_stay_in_order(house: House, order: Order) -> None:
    first = (await store(house, idea("Vélo 0", TopicRules(0, START + 5000, results=ResultPolicy.ALWAYS))))[0]
    copies = MOST_COUNTED + 5
    for table, columns in _COPIED.items():
        beside(house.url, columns.format(table=table), first=first, copies=copies)
    found = await find(house.database, Query("vélo", order=order, page=2), START)
    assert (found.count, found.has_more, len(found.topics)) == (MOST_COUNTED, True, A_PAGE)
    newest = [first + copies - n for n in range(A_PAGE, 2 * A_PAGE)]
    oldest = [first + 1 + n for n in range(A_PAGE, 2 * A_PAGE)]
    wanted = {Order.RECENT: newest, Order.POPULAR: newest, Order.CLOSING: newest, Order.DIVIDED: oldest}
    assert [topic.id for topic in found.topics] == wanted[order]


_NUMBERS = (
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < CAST(:copies AS INTEGER)) "
)
_COPIED = {
    "topic": "INSERT INTO topic (id, kind, title, body, theme_id, opens_at, closes_at, results, headline, "
    "profile_required, provenance, created_at) " + _NUMBERS + "SELECT id + i, kind, title, body, theme_id, "
    "opens_at, closes_at - i, results, headline, profile_required, provenance, created_at FROM {table}, n "
    "WHERE id = :first",
    "tally": "INSERT INTO tally (topic_id, number, seq, plus, minus, voters, gap) " + _NUMBERS
    + "SELECT topic_id + i, 0, 0, plus, minus, 30 + i, i FROM {table}, n WHERE topic_id = :first",
    "topic_word": "INSERT INTO topic_word (stem, topic_id) " + _NUMBERS
    + "SELECT stem, topic_id + i FROM {table}, n WHERE topic_id = :first",
}  # fmt: skip
"""Copies of one topic: each closes earlier, has more voters and is less divided than the one before."""


async def test_the_home_page_reads_each_state_in_turn(house: House) -> None:
    region = NewTopic(TopicKind.QUESTION, "asked", "sport", OPEN)
    made = await store(
        house, idea("open 1"), idea("close 1", CLOSED), idea("planned", PLANNED), region, idea("open 2"),
        idea("close 2", CLOSED),
    )  # fmt: skip
    assert len(made) == 6
    pages: list[Sequence[str]] = []
    for number in (1, 2, 3, 4):
        part = await Ideas(house.database).page(START, number, 2)
        pages.append([topic.title for topic in part.topics])
        assert (part.page, part.pages) == (min(number, 3), 3)
    assert pages == [["open 2", "open 1"], ["planned", "close 2"], ["close 1"], ["close 1"]]
    assert [topic.title for topic in await region_topics(house.database, START, 5)] == ["asked"]
