"""Ideas that are about the same, in real sentences, on both engines."""

import asyncio
import secrets

import pytest

from realtime.tally import Sign
from storage.posts import refuse, submit
from storage.similarity import similar
from storage.topics import create_topics
from storage.values import NewTopic, TopicKind, TopicRules
from storage.values_posts import NewPost, Post, PostingRules, PostKind
from storage.waiting_words import A_LOOK, ANEW_MS, WaitingWords
from tests.bench.queues import fill as fill_queue
from tests.storage.house import START, House, device

IDEAS = (
    "Et si les TER acceptaient les vélos sans réservation, même aux heures de pointe ?",
    "Un marché de producteurs locaux une fois par mois dans la cour de chaque lycée",
    "Planter une haie ou un verger partagé à l'entrée de chaque village",
    "Un pass musées à petit prix, de Reims à Colmar, pour les moins de 26 ans",
    "Des ateliers « mon téléphone et moi » pour les aînés, animés par des lycéens",
    "Relier les véloroutes de la Meuse, de la Moselle et du Rhin en une grande boucle",
    "Ouvrir les gymnases des lycées aux clubs sportifs pendant les vacances",
    "Des distributeurs de produits locaux dans les gares rurales",
    "Un train de nuit entre Strasbourg et Nice",
    "Rendre le TER gratuit pour les moins de 18 ans le week-end",
)
CASES = [
    ("prendre son velo dans le TER", 0),
    ("Autoriser les vélos à bord des TER aux heures de pointe", 0),
    ("Que chaque lycée accueille un marché avec des producteurs", 1),
    ("planter des vergers dans les villages", 2),
    ("Des musées moins chers pour les moins de 26 ans", 3),
    ("Apprendre le téléphone aux aînés avec des lycéens", 4),
    ("Une boucle de véloroutes le long du Rhin", 5),
    ("Les clubs sportifs dans les gymnases des lycées", 6),
    ("vendre des produits locaux dans les gares", 7),
    ("un train de nuit", 8),
]


async def fill(house: House, kind: TopicKind = TopicKind.IDEA, rules: TopicRules | None = None) -> list[int]:
    rules = rules or TopicRules(0, None)
    topics = [NewTopic(kind, title, "transports", rules) for title in IDEAS]
    return await create_topics(house.database, house.keys, topics, START)


async def test_who_writes_what_was_said_already_is_shown_it_first(house: House) -> None:
    await fill(house)
    for text, wanted in CASES:
        found = await similar(house.database, text, 5, START)
        assert [topic.title for topic in found][:1] == [IDEAS[wanted]], text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "de la",
        "%",
        "\0",
        "Des cours d'alsacien au collège",
        "Un hôpital vétérinaire à Troyes",
        "Deux fois par mois, un bus de nuit pour rentrer des discothèques de Nancy vers la campagne",
        "x" * 10_000,
    ],
)
async def test_what_nobody_said_is_like_nothing(house: House, text: str) -> None:
    await fill(house)
    assert await similar(house.database, text, 5, START) == []


async def test_ideas_one_may_vote_for_come_first_and_what_is_planned_does_not_come(house: House) -> None:
    planned = (await fill(house, rules=TopicRules(START + 1, None)))[8]
    open_one = (await fill(house))[8]
    closed = (await fill(house, rules=TopicRules(0, START)))[8]
    asked = (await fill(house, TopicKind.QUESTION))[8]
    found = [topic.id for topic in await similar(house.database, "un train de nuit", 5, START)]
    assert found == [open_one, asked, closed]
    assert planned not in found


async def test_of_the_same_the_one_with_more_voters_comes_first_and_no_more_than_asked(house: House) -> None:
    first, second = (await fill(house))[8], (await fill(house))[8]
    await house.vote(first, device(1), Sign.PLUS)
    found = await similar(house.database, "un train de nuit", 5, START)
    assert [topic.id for topic in found] == [first, second]
    assert len(await similar(house.database, "un train de nuit", 1, START)) == 1


async def wait(house: House, *texts: str, kind: PostKind = PostKind.IDEA) -> list[Post]:
    """What as many new citizens posted."""
    made = []
    for text in texts:
        author = secrets.token_bytes(16)
        new = NewPost(kind, text, author, secrets.token_urlsafe(12), "sport", None, None)
        made.append(await submit(house.database, house.keys, new, PostingRules(), START))
    return [post for post in made if isinstance(post, Post)]


async def test_waiting_posts_that_say_the_same_find_each_other_also_those_that_come_later(
    house: House,
) -> None:
    first, other = await wait(house, "Un train de nuit entre Strasbourg et Nice", IDEAS[1])
    words = WaitingWords()

    async def found(post: Post, limit: int = 5) -> list[int]:
        return [one.id for one in (await words.similar(house.database, post, limit)).posts]

    assert await found(first) == [] == await found(other)
    same, near = await wait(house, "UN TRAIN DE NUIT entre Strasbourg et Nice", "un train de nuit pour Nice")
    assert await found(first) == [same.id, near.id]
    assert await found(same) == [first.id, near.id] and await found(same, 1) == [first.id]
    assert await found(other) == []
    await refuse(house.database, first.id, "off-topic", START)
    assert await found(same) == [near.id]
    await words.keep(house.database, START + ANEW_MS)
    assert await found(first) == [same.id, near.id]  # read anew, without itself
    assert await found(same) == [near.id]


async def test_a_look_takes_in_no_more_than_it_may_and_the_next_one_goes_on(house: House) -> None:
    await fill_queue(house, A_LOOK)
    first, same = await wait(house, IDEAS[8], IDEAS[8])
    words = WaitingWords()
    looks = [await words.similar(house.database, first, 5) for _ in range(2)]
    assert [[one.id for one in look.posts] for look in looks] == [[], [same.id]]
    assert [look.is_whole for look in looks] == [False, True], "a look says whether it compared all"


async def test_a_node_that_has_read_what_waits_finds_all_at_the_first_look(house: House) -> None:
    await fill_queue(house, A_LOOK)
    first, same = await wait(house, IDEAS[8], IDEAS[8])
    words = WaitingWords()
    await words.keep(house.database, START)
    look = await words.similar(house.database, first, 5)
    assert look.is_whole and [one.id for one in look.posts] == [same.id]


async def test_while_it_is_read_anew_looks_find_all(house: House) -> None:
    await fill_queue(house, A_LOOK)
    first, same = await wait(house, IDEAS[8], IDEAS[8])
    words = WaitingWords()
    await words.keep(house.database, START)
    again = asyncio.create_task(words.keep(house.database, START + ANEW_MS))
    while not again.done():
        look = await words.similar(house.database, first, 5)
        assert look.is_whole and [one.id for one in look.posts] == [same.id]
    await again
