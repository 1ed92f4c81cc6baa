"""What citizens say, for a hall: ranked by what everybody may see, and by nothing else."""

from realtime.disclosure import ResultPolicy
from realtime.tally import Sign
from storage.citizens_words import busiest_ideas, loved_ideas, newest_ideas, newest_texts
from storage.topics import create_topics
from storage.values import NewTopic, Provenance, TopicKind, TopicRules
from tests.storage.house import House, device

REAL = frozenset({Provenance.REAL})


async def idea(
    house: House,
    title: str,
    results: ResultPolicy = ResultPolicy.ALWAYS,
    provenance: Provenance = Provenance.REAL,
    kind: TopicKind = TopicKind.IDEA,
) -> int:
    new = NewTopic(kind, title, "sport", TopicRules(0, None, results=results), provenance=provenance)
    return (await create_topics(house.database, house.keys, [new], house.clock[0]))[0]


async def votes(house: House, topic: int, plus: int, minus: int) -> None:
    for number in range(plus + minus):
        await house.vote(topic, device(number), Sign.PLUS if number < plus else Sign.MINUS)


async def test_what_is_liked_best_stands_before_what_most_have_voted_on(house: House) -> None:
    crowded, loved, few = [await idea(house, title) for title in ("Foule", "Aimée", "Presque personne")]
    await votes(house, crowded, 10, 20)
    await votes(house, loved, 11, 1)
    await votes(house, few, 9, 0)
    assert [one.id for one in await loved_ideas(house.database, REAL, house.clock[0], 5)] == [loved, crowded]


async def test_an_idea_whose_results_only_voters_see_is_ranked_nowhere(house: House) -> None:
    hidden = await idea(house, "Cachée", ResultPolicy.AFTER_VOTE)
    await votes(house, hidden, 12, 0)
    assert await loved_ideas(house.database, REAL, house.clock[0], 5) == []
    assert [one.id for one in await newest_ideas(house.database, REAL, 5)] == [hidden]


async def test_what_most_have_voted_on_stands_first_whatever_they_said(house: House) -> None:
    (quiet, liked, disliked) = [
        await idea(house, title, ResultPolicy.AFTER_VOTE) for title in ("Calme", "Aimée", "Peu aimée")
    ]
    await votes(house, quiet, 9, 0)
    await votes(house, liked, 10, 0)
    await votes(house, disliked, 1, 11)
    assert [one.id for one in await busiest_ideas(house.database, REAL, 5)] == [disliked, liked]


async def test_only_what_citizens_wrote_in_earnest_is_read(house: House) -> None:
    await idea(house, "Essai", provenance=Provenance.DEMONSTRATION)
    await idea(house, "De la Région", kind=TopicKind.QUESTION)
    await idea(house, "Un banc")
    assert await newest_texts(house.database, REAL, 5) == ["Un banc\n"]
