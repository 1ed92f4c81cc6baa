"""Posts: each once, a few an hour, and what a moderator and its author make of it."""

import asyncio
import secrets
from dataclasses import replace

import pytest

from realtime.disclosure import ResultPolicy
from realtime.refusals import Refusal
from realtime.tally import Departement, Sign
from storage.ballots import DAY_MS
from storage.forgetting import forget_device
from storage.posts import (
    HOUR_MS,
    POSTS_A_DAY,
    POSTS_AN_HOUR,
    PostTooLong,
    posts_of,
    publish,
    refuse,
    submit,
    waiting,
    withdraw,
)
from storage.search import find
from storage.topics import close_topic, get_topic, list_themes, list_topics
from storage.values import Receipt, Topic, TopicKind
from storage.values_posts import (
    Moderation,
    NewPost,
    Post,
    PostingRules,
    PostKind,
    PostReason,
    PostRefusal,
    PostStatus,
)
from storage.values_search import Query
from tests.storage.house import House, beside, device, open_house

RULES = PostingRules(idea_days=30)
IN_MEUSE = Query(departement=Departement.MEUSE)


def author(house: House, number: int = 1) -> bytes:
    return house.keys.author(device(number))


def idea(house: House, number: int = 1, text: str = "Des vélos dans tous les TER") -> NewPost:
    return NewPost(PostKind.IDEA, text, author(house, number), secrets.token_urlsafe(12), "transports")


def argument(house: House, topic: int, side: Sign = Sign.PLUS) -> NewPost:
    op = secrets.token_urlsafe(12)
    return NewPost(PostKind.ARGUMENT, "Moins de voitures", author(house), op, parent=topic, side=side)


async def send(house: House, post: NewPost, rules: PostingRules = RULES) -> Post:
    made = await submit(house.database, house.keys, post, rules, house.clock[0])
    assert isinstance(made, Post)
    return made


async def refused(house: House, post: NewPost) -> PostRefusal:
    made = await submit(house.database, house.keys, post, RULES, house.clock[0])
    assert isinstance(made, PostRefusal)
    return made


async def accept(house: House, post: Post) -> Topic:
    done = await publish(house.database, house.keys, post.id, RULES, house.clock[0])
    assert isinstance(done, Post) and done.topic is not None
    topic = await get_topic(house.database, done.topic)
    assert topic is not None
    return topic


async def test_a_post_keeps_the_departement_that_it_is_about_through_publication(house: House) -> None:
    about = replace(idea(house), departement=Departement.MEUSE)
    post = await send(house, about)
    assert post.departement is Departement.MEUSE
    assert await send(house, about) == post
    assert await refused(house, replace(about, departement=None)) is PostRefusal.OP_REUSED
    topic = await accept(house, post)
    assert topic.departement is Departement.MEUSE
    assert [found.id for found in (await find(house.database, IN_MEUSE, house.clock[0])).topics] == [topic.id]
    assert (await accept(house, await send(house, idea(house)))).departement is None


async def test_a_post_waits_and_only_its_author_finds_it(house: House) -> None:
    post = await send(house, idea(house))
    assert (post.status, post.topic, post.theme and post.theme.slug) == (
        PostStatus.WAITING,
        None,
        "transports",
    )
    assert await waiting(house.database) == await posts_of(house.database, author(house)) == [post]
    assert await posts_of(house.database, author(house, 2)) == []
    assert await list_topics(house.database) == []


async def test_posts_are_listed_in_pages(house: House) -> None:
    posts = [await send(house, idea(house, text=f"Idée {n}")) for n in range(POSTS_AN_HOUR)]
    assert await waiting(house.database, limit=2) == posts[:2]
    assert await waiting(house.database, after=posts[1].id) == posts[2:]
    assert await posts_of(house.database, author(house), before=posts[2].id, limit=1) == [posts[1]]


async def test_a_double_tap_makes_one_post(house: House) -> None:
    new = idea(house)
    made = await asyncio.gather(*(send(house, new) for _ in range(5)))
    assert {post.id for post in made} == {made[0].id}
    assert len(await waiting(house.database)) == 1


async def test_an_op_that_has_made_another_post_is_refused(house: House) -> None:
    new = idea(house)
    await send(house, new)
    assert await refused(house, replace(new, text="Une autre idée")) is PostRefusal.OP_REUSED
    assert (await send(house, replace(new, author=author(house, 2)))).text == new.text


async def test_a_few_posts_an_hour_and_a_day_are_taken(house: House) -> None:
    for _ in range(POSTS_AN_HOUR):
        await send(house, idea(house))
    assert await refused(house, idea(house)) is PostRefusal.TOO_MANY_THIS_HOUR
    await send(house, idea(house, 2))
    for _ in range(POSTS_A_DAY - POSTS_AN_HOUR):
        house.clock[0] += HOUR_MS
        await send(house, idea(house))
    house.clock[0] += HOUR_MS
    assert await refused(house, idea(house)) is PostRefusal.TOO_MANY_TODAY
    house.clock[0] += DAY_MS
    await send(house, idea(house))


async def test_of_many_posts_at_once_no_more_than_an_hours_are_taken(house: House) -> None:
    posts = [submit(house.database, house.keys, idea(house), RULES, house.clock[0]) for _ in range(8)]
    taken = [one for one in await asyncio.gather(*posts) if isinstance(one, Post)]
    assert len(taken) == POSTS_AN_HOUR


async def test_what_was_withdrawn_counts_in_the_hour(house: House) -> None:
    for _ in range(POSTS_AN_HOUR):
        post = await send(house, idea(house))
        await withdraw(house.database, post.id, author(house), house.clock[0])
    assert await refused(house, idea(house)) is PostRefusal.TOO_MANY_THIS_HOUR


async def test_a_theme_that_does_not_exist_is_refused(house: House) -> None:
    assert await refused(house, replace(idea(house), theme="magie")) is PostRefusal.UNKNOWN_THEME


async def test_an_endless_text_or_reason_is_no_post(house: House) -> None:
    with pytest.raises(PostTooLong):
        await send(house, idea(house, text="x" * 2001))
    post = await send(house, idea(house, text="👨‍👩‍👧‍👦" * 140))
    with pytest.raises(PostTooLong):
        await refuse(house.database, post.id, "x" * 401, house.clock[0])
    assert (await accept(house, post)).title == "👨‍👩‍👧‍👦" * 140


@pytest.mark.parametrize("kind", [PostKind.IDEA, PostKind.DEBATE])
async def test_a_published_post_is_a_topic_with_a_vote_that_ends(house: House, kind: PostKind) -> None:
    post = await send(house, replace(idea(house), kind=kind))
    house.clock[0] += HOUR_MS
    topic = await accept(house, post)
    assert (topic.kind, topic.title, topic.theme.slug) == (TopicKind(kind), post.text, "transports")
    assert topic.rules.opens_at == house.clock[0]
    assert topic.rules.closes_at == house.clock[0] + 30 * DAY_MS
    assert topic.rules.results is ResultPolicy.AFTER_VOTE
    assert await list_topics(house.database) == [topic]
    assert isinstance(await house.vote(topic.id, device(2), Sign.PLUS), Receipt)
    assert await accept(house, post) == topic, "publishing twice is publishing once"
    assert await waiting(house.database) == []


async def test_two_moderators_at_once_make_one_topic(house: House) -> None:
    post = await send(house, idea(house))
    topics = await asyncio.gather(*(accept(house, post) for _ in range(4)))
    assert len({topic.id for topic in topics}) == 1
    assert beside(house.url, "SELECT count(*) FROM topic") == [(1,)]


async def test_where_moderation_comes_after_a_post_is_published_at_once(house: House) -> None:
    post = await send(house, idea(house), PostingRules(Moderation.AFTER))
    assert post.status is PostStatus.PUBLISHED
    assert [topic.id for topic in await list_topics(house.database)] == [post.topic]


async def test_a_refusal_tells_its_reason_and_is_final(house: House) -> None:
    post = await send(house, idea(house))
    done = await refuse(house.database, post.id, PostReason.DUPLICATE, house.clock[0])
    assert isinstance(done, Post)
    assert (done.status, done.reason, done.decided_at) == (PostStatus.REFUSED, "duplicate", house.clock[0])
    again = await publish(house.database, house.keys, post.id, RULES, house.clock[0])
    assert again is PostRefusal.ALREADY_DECIDED
    assert await withdraw(house.database, post.id, author(house), 0) is PostRefusal.ALREADY_DECIDED


async def test_a_published_post_that_is_refused_or_withdrawn_ends_and_leaves_the_lists(house: House) -> None:
    for how in (PostStatus.REFUSED, PostStatus.WITHDRAWN):
        post = await send(house, idea(house))
        topic = await accept(house, post)
        reply = await send(house, argument(house, topic.id))
        under = await accept(house, reply)
        house.clock[0] += HOUR_MS
        if how is PostStatus.REFUSED:
            await refuse(house.database, post.id, "Non", house.clock[0])
        else:
            await withdraw(house.database, post.id, author(house), house.clock[0])
        assert await list_topics(house.database) == []
        for one in (topic.id, under.id):
            assert await house.vote(one, device(2), Sign.PLUS) is Refusal.CLOSED
        found = await get_topic(house.database, topic.id)
        assert found is not None and found.withdrawn_at == house.clock[0]


async def test_only_its_author_withdraws_a_post(house: House) -> None:
    post = await send(house, idea(house))
    stranger = author(house, 2)
    assert await withdraw(house.database, post.id, stranger, 0) is PostRefusal.UNKNOWN_POST
    assert await withdraw(house.database, 999, stranger, 0) is PostRefusal.UNKNOWN_POST
    done = await withdraw(house.database, post.id, author(house), house.clock[0])
    assert isinstance(done, Post) and done.status is PostStatus.WITHDRAWN
    assert await withdraw(house.database, post.id, author(house), house.clock[0] + 1) == done
    assert await publish(house.database, house.keys, post.id, RULES, 0) is PostRefusal.ALREADY_DECIDED


async def test_an_argument_stands_under_an_open_topic_and_ends_with_it(house: House) -> None:
    parent = await house.topic()
    await close_topic(house.database, parent, house.clock[0] + DAY_MS)
    topic = await accept(house, await send(house, argument(house, parent, Sign.MINUS)))
    assert (topic.kind, topic.parent, topic.side) == (TopicKind.ARGUMENT, parent, Sign.MINUS)
    assert topic.rules.closes_at == house.clock[0] + DAY_MS
    assert topic.rules.results is ResultPolicy.AFTER_VOTE, "its figures open with those of its topic"
    assert topic.gate == parent
    assert [one.id for one in await list_topics(house.database)] == [parent]
    assert await refused(house, argument(house, topic.id)) is PostRefusal.UNKNOWN_TOPIC
    assert await refused(house, argument(house, 999)) is PostRefusal.UNKNOWN_TOPIC


async def test_no_argument_comes_to_a_topic_that_has_closed(house: House) -> None:
    parent = await house.topic()
    late = await send(house, argument(house, parent))
    await close_topic(house.database, parent, house.clock[0])
    assert await refused(house, argument(house, parent)) is PostRefusal.CLOSED
    done = await publish(house.database, house.keys, late.id, RULES, house.clock[0])
    assert done is PostRefusal.CLOSED
    assert [post.id for post in await waiting(house.database)] == [late.id]


async def test_arguments_count_apart_from_ideas(house: House) -> None:
    parent = await house.topic()
    for _ in range(POSTS_AN_HOUR):
        await send(house, argument(house, parent))
    assert await refused(house, argument(house, parent)) is PostRefusal.TOO_MANY_THIS_HOUR
    await send(house, idea(house))


async def test_a_forgotten_author_leaves_what_was_published_and_nothing_else(house: House) -> None:
    topic = await accept(house, await send(house, idea(house)))
    await send(house, idea(house, text="En attente"))
    other = await send(house, idea(house, 2))
    await forget_device(house.database, house.keys, device(1))
    assert await posts_of(house.database, author(house)) == []
    assert [one.id for one in await list_topics(house.database)] == [topic.id]
    assert await waiting(house.database) == [other]
    assert beside(house.url, "SELECT author FROM post WHERE topic_id IS NOT NULL") == [(None,)]


async def test_an_author_is_neither_the_device_nor_its_other_pseudonym(house: House) -> None:
    assert len(author(house)) == 16
    assert author(house) not in {device(1), house.keys.pseudonym(device(1))}


async def test_every_theme_of_the_region_is_there(house: House) -> None:
    themes = {theme.slug for theme in await list_themes(house.database)}
    assert {
        "economie",
        "transports",
        "lycees",
        "formation",
        "sport",
        "sante",
        "tourisme",
        "environnement",
    } <= themes
    assert {"culture", "agriculture", "numerique", "jeunesse", "europe", "amenagement", "recherche"} <= themes


async def test_two_nodes_take_and_decide_each_thing_once(postgres_url: str) -> None:
    one, other = await open_house(postgres_url), await open_house(postgres_url)
    both = [one, other] * 4
    new = idea(one)
    made = await asyncio.gather(*(send(house, new) for house in both))
    topics = await asyncio.gather(*(accept(house, made[0]) for house in both))
    assert (len({post.id for post in made}), len({topic.id for topic in topics})) == (1, 1)
    more = [submit(house.database, house.keys, idea(house), RULES, house.clock[0]) for house in both]
    taken = [post for post in await asyncio.gather(*more) if isinstance(post, Post)]
    assert len(taken) == POSTS_AN_HOUR - 1
    await one.close()
    await other.close()
