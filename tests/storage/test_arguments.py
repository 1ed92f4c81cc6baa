"""Arguments: which stand under a topic, with what is public of each, and when their vote ends."""

import asyncio
import secrets

import pytest

from realtime.disclosure import BLOCK, HeadlinePolicy, ResultPolicy, View
from realtime.refusals import Refusal
from realtime.tally import Counts, Sign
from storage.arguments import arguments_of, arguments_since
from storage.ballots import DAY_MS
from storage.posts import HOUR_MS, publish, submit, withdraw
from storage.tallies import marks
from storage.topics import close_topic, get_topic, topics_of
from storage.values import Topic, TopicRules
from storage.values_posts import NewPost, Post, PostingRules, PostKind, PostRefusal
from tests.storage.house import House, device, open_house

RULES = PostingRules()


async def sent(house: House, parent: int, side: Sign = Sign.PLUS, number: int = 1) -> Post:
    author = house.keys.author(device(number))
    new = NewPost(
        PostKind.ARGUMENT, "Moins de voitures", author, secrets.token_urlsafe(12), None, parent, side
    )
    made = await submit(house.database, house.keys, new, RULES, house.clock[0])
    assert isinstance(made, Post)
    return made


async def published(house: House, post: Post) -> int:
    done = await publish(house.database, house.keys, post.id, RULES, house.clock[0])
    assert isinstance(done, Post) and done.topic is not None
    return done.topic


async def argument(house: House, parent: int, side: Sign = Sign.PLUS, number: int = 1) -> int:
    return await published(house, await sent(house, parent, side, number))


async def topic_of(house: House, topic_id: int) -> Topic:
    topic = await get_topic(house.database, topic_id)
    assert topic is not None
    return topic


async def test_arguments_stand_on_their_side_with_their_votes(house: House) -> None:
    parent, other = await house.topic(), await house.topic()
    plus = [await argument(house, parent, number=n) for n in (1, 2)]
    minus = await argument(house, parent, Sign.MINUS)
    await argument(house, other)
    for voter, sign in ((1, Sign.PLUS), (2, Sign.PLUS), (3, Sign.MINUS)):
        await house.vote(plus[1], device(voter), sign)
    found = await arguments_of(house.database, parent)
    assert {side: [(one.id, one.counts) for one in ones] for side, ones in found.items()} == {
        Sign.PLUS: [(plus[0], Counts(0, 0)), (plus[1], Counts(2, 1))],
        Sign.MINUS: [(minus, Counts(0, 0))],
    }
    assert set(await topics_of(house.database, [*plus, minus, 999])) == {*plus, minus}


async def test_what_was_withdrawn_is_no_argument_any_more(house: House) -> None:
    parent = await house.topic()
    post = await sent(house, parent)
    await published(house, post)
    await withdraw(house.database, post.id, house.keys.author(device(1)), house.clock[0])
    assert await arguments_of(house.database, parent) == {Sign.PLUS: [], Sign.MINUS: []}
    assert await arguments_since(house.database, parent, 0) == 0


async def test_those_that_came_after_another_are_counted_for_their_topic_alone(house: House) -> None:
    parent, other = await house.topic(), await house.topic()
    first = await argument(house, parent)
    await argument(house, other)
    second = await argument(house, parent, Sign.MINUS, number=2)
    since = [await arguments_since(house.database, parent, newest) for newest in (0, first, second)]
    assert since == [2, 1, 0]


async def test_under_a_sealed_topic_arguments_are_sealed_and_ranked_by_what_is_published(
    house: House,
) -> None:
    rules = TopicRules(0, None, ResultPolicy.ALWAYS, HeadlinePolicy.SEALED)
    parent = await house.topic(rules)
    under = await argument(house, parent)
    assert (await topic_of(house, under)).rules.headline is HeadlinePolicy.SEALED
    for voter in range(BLOCK - 1):
        await house.vote(under, device(voter), Sign.PLUS)
    assert (await arguments_of(house.database, parent))[Sign.PLUS][0].counts == Counts(0, 0)
    await house.vote(under, device(BLOCK), Sign.PLUS)
    assert (await arguments_of(house.database, parent))[Sign.PLUS][0].counts == Counts(BLOCK, 0)


@pytest.mark.parametrize("policy", list(ResultPolicy))
async def test_an_arguments_figures_open_with_those_of_its_topic(house: House, policy: ResultPolicy) -> None:
    parent = await house.topic(TopicRules(0, house.clock[0] + DAY_MS, policy))
    topic = await topic_of(house, await argument(house, parent))
    above = await topic_of(house, parent)
    assert (topic.gate, above.gate) == (parent, parent)
    for voted in (False, True):
        for now in (house.clock[0], house.clock[0] + DAY_MS):
            assert topic.rules.view(voted=voted, now=now) is above.rules.view(voted=voted, now=now)
    mark = (await marks(house.database, [topic.id]))[topic.id]
    assert mark.rules == topic.rules, "a node finds no change where there is none"
    assert topic.rules.view(voted=True, now=house.clock[0]) in View


async def test_an_argument_closes_when_its_topic_does_whenever_that_is(house: House) -> None:
    parent = await house.topic()
    under = await argument(house, parent)
    for end in (house.clock[0] + DAY_MS, house.clock[0] + 2 * DAY_MS, house.clock[0] + HOUR_MS):
        await close_topic(house.database, parent, end)
        assert (await topic_of(house, under)).rules.closes_at == end
    house.clock[0] += HOUR_MS
    assert await house.vote(under, device(1), Sign.PLUS) is Refusal.CLOSED


async def test_an_argument_that_was_withdrawn_does_not_open_again_with_its_topic(house: House) -> None:
    parent = await house.topic()
    post = await sent(house, parent)
    under = await published(house, post)
    await withdraw(house.database, post.id, house.keys.author(device(1)), house.clock[0])
    await close_topic(house.database, parent, house.clock[0] + DAY_MS)
    assert await house.vote(under, device(2), Sign.PLUS) is Refusal.CLOSED


async def test_an_argument_published_while_its_topic_is_closed_ends_with_it(postgres_url: str) -> None:
    """Two nodes, again and again: whichever comes first, no argument outlives its topic."""
    one, other = await open_house(postgres_url), await open_house(postgres_url)
    for number in range(12):
        parent = await one.topic()
        post = await sent(one, parent, number=number)
        end = one.clock[0] + HOUR_MS + number
        done, _ = await asyncio.gather(
            publish(one.database, one.keys, post.id, RULES, one.clock[0]),
            close_topic(other.database, parent, end),
        )
        assert not isinstance(done, PostRefusal) and done.topic is not None
        assert (await topic_of(one, done.topic)).rules.closes_at == end
    await one.close()
    await other.close()
