"""What citizens say, for a hall: ranked by what everybody may see, and by nothing else."""

from realtime.disclosure import ResultPolicy
from realtime.tally import ONLINE, Hall, Sign
from storage.ballots import DAY_MS
from storage.citizens_words import (
    InHall,
    authors_in,
    busiest_ideas,
    loved_ideas,
    newest_ideas,
    newest_texts,
    newest_texts_by_author,
)
from storage.forgetting import forget_device
from storage.posts import publish, submit
from storage.retention import HALL_DAYS, forget_citizens
from storage.topics import create_topics
from storage.values import NewTopic, Provenance, TopicKind, TopicRules
from storage.values_posts import Moderation, NewPost, Post, PostingRules, PostKind
from storage.values_show import LEAD_MS, Gesture
from tests.shows import METZ, REIMS, STRASBOURG, WAITING, launch
from tests.storage.house import START, House, beside, device

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


AT_ONCE = PostingRules(Moderation.AFTER)
IN_METZ = InHall(METZ, START)


async def sent(
    house: House,
    who: int,
    text: str,
    hall: Hall | None,
    rules: PostingRules = AT_ONCE,
    kind: PostKind = PostKind.IDEA,
) -> Post:
    """What a person sent whose browser followed a hall's link."""
    parent = await idea(house, "Sur quoi argumenter") if kind is PostKind.ARGUMENT else None
    theme, side = ("sport", None) if parent is None else (None, Sign.PLUS)
    author, op = house.keys.author(device(who)), f"op {who} {text}"[:40]
    new = NewPost(kind, text, author, op, theme, parent=parent, side=side, hall=hall)
    made = await submit(house.database, house.keys, new, rules, house.clock[0])
    assert isinstance(made, Post), made
    return made


async def ideas_in(house: House, of: InHall) -> list[str]:
    return [topic.title for topic in await newest_ideas(house.database, REAL, 9, of)]


async def test_a_text_bears_the_hall_in_which_a_launch_is_on_and_no_other(house: House) -> None:
    show = await launch(house.database, house.keys, START, WAITING, halls=(METZ, REIMS, ONLINE))
    await sent(house, 1, "Avant", METZ)
    await show.goes(Gesture.REHEARSE, START, upon=0)
    await sent(house, 2, "Répétition", METZ)
    await show.goes(Gesture.STOP, START, upon=1)
    await show.goes(Gesture.LAUNCH, START + LEAD_MS, upon=2)
    house.clock[0] += 2 * LEAD_MS
    for who, (text, hall) in enumerate(
        [
            ("À Metz", METZ),
            ("À Reims", REIMS),
            ("Ailleurs", STRASBOURG),
            ("En ligne", ONLINE),
            ("Nulle part", None),
        ],
        3,
    ):
        await sent(house, who, text, hall)
    assert await ideas_in(house, IN_METZ) == ["À Metz"]
    assert await ideas_in(house, InHall(REIMS, START)) == ["À Reims"]
    assert await ideas_in(house, InHall(METZ, house.clock[0] + 1)) == [], "another evening"
    halls = [hall for (hall,) in beside(house.url, "SELECT hall FROM post ORDER BY id")]
    assert halls == [None, None, "metz", "reims", None, None, None]


async def test_of_a_hall_only_what_is_published_is_told_and_each_person_once(house: House) -> None:
    show = await launch(house.database, house.keys, START, WAITING)
    await show.goes(Gesture.LAUNCH, START, upon=0)
    waiting = await sent(house, 1, "Encore à lire", METZ, PostingRules())
    await sent(house, 2, "Des bancs", METZ)
    await sent(house, 2, "Des bancs partout", METZ)
    await sent(house, 3, "Des arbres", METZ, kind=PostKind.ARGUMENT)
    assert await ideas_in(house, IN_METZ) == ["Des bancs partout", "Des bancs"]
    assert await authors_in(house.database, REAL, IN_METZ) == 1
    texts = await newest_texts_by_author(house.database, REAL, 9, IN_METZ)
    assert texts == ["Des arbres\n", "Des bancs partout\n\nDes bancs\n"]
    await publish(house.database, house.keys, waiting.id, AT_ONCE, house.clock[0])
    assert await authors_in(house.database, REAL, IN_METZ) == 2, "it was sent there, whenever it was read"


async def test_the_hall_of_a_text_goes_with_its_author_and_after_a_while(house: House) -> None:
    show = await launch(house.database, house.keys, START, WAITING)
    await show.goes(Gesture.LAUNCH, START, upon=0)
    for who in (1, 2):
        await sent(house, who, f"Idée {who}", METZ)
    await forget_device(house.database, house.keys, device(1))
    assert await ideas_in(house, IN_METZ) == ["Idée 2"]
    await forget_citizens(house.database, START + HALL_DAYS * DAY_MS)
    assert await ideas_in(house, IN_METZ) == ["Idée 2"], "not before its time"
    await forget_citizens(house.database, START + HALL_DAYS * DAY_MS + 1)
    assert await ideas_in(house, IN_METZ) == []
    assert len(await newest_ideas(house.database, REAL, 9)) == 2
