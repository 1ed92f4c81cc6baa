"""The home page is made for all who ask at once; the cards of one's own votes are put into it."""

import asyncio
import re

import pytest

from realtime.disclosure import ResultPolicy
from realtime.tally import NOWHERE, Sign
from storage.topics import create_topics, withdraw_topic
from storage.values import NewTopic, TopicKind, TopicRules
from tests.storage.house import device
from tests.web.conftest import Site
from web.citizen.card_texts import CardTexts

KINDS = (TopicKind.IDEA, TopicKind.QUESTION, TopicKind.IDEA, TopicKind.DEBATE, TopicKind.NEWS, TopicKind.IDEA)
VOTERS = (1, 2, 3)
COMERS = (None, 1, 40, 2, None, 41, 3, 1, 2)


async def stored(site: Site) -> list[int]:
    """Topics of which every other one hides its results until one has voted, with twelve voters each."""
    policies = (ResultPolicy.AFTER_VOTE, ResultPolicy.ALWAYS)
    new = [
        NewTopic(kind, f"Sujet {n}", "sport", TopicRules(0, None, results=policies[n % 2]))
        for n, kind in enumerate(KINDS)
    ]
    ids = await create_topics(site.house.database, site.house.keys, new, 0)
    for topic in ids:
        for voter in range(100, 112):
            await site.house.vote(topic, device(voter), Sign.PLUS)
    for voter in VOTERS:
        for topic in ids[:voter]:
            await site.house.vote(topic, device(voter), Sign.MINUS)
    return ids


async def asked(site: Site, number: int | None, path: str = "/") -> str:
    answer = await site.browser(number).get(path)
    assert answer.status_code == 200 and answer.headers["cache-control"] == "private, no-cache"
    assert ("set-cookie" in answer.headers) is (number is None)
    return answer.text


def cards(page: str) -> dict[int, str]:
    found = re.findall(r'(<article class="topic card.*? id="sujet-(\d+)".*?</article>)', page, re.S)
    return {int(topic): re.sub(r'name="op" value="[^"]+"', "", text) for text, topic in found}


def around(page: str) -> str:
    return re.sub(r'<article class="topic card.*?</article>', "", page, flags=re.S)


async def test_each_has_their_own_cards_and_nothing_of_anybody_else(site: Site) -> None:
    ids = await stored(site)
    newcomer = await asked(site, None)
    plain, frame = cards(newcomer), around(newcomer)
    assert set(plain) == set(ids)
    for _ in range(2):
        site.services[0].cards._kept.clear()
        together = await asyncio.gather(*(asked(site, number) for number in COMERS))
        one_by_one = [await asked(site, number) for number in COMERS]
        for number, page in zip(COMERS * 2, [*together, *one_by_one], strict=True):
            own = ids[: number or 0] if number in VOTERS else []
            assert around(page) == frame
            shown = cards(page)
            assert {topic for topic in ids if shown[topic] != plain[topic]} == set(own), number
            for topic in own:
                token = site.house.keys.seen_token(topic, device(number or 0))
                assert f'data-seen="{token}"' in shown[topic] and 'data-own="-1"' in shown[topic]
                assert 'data-view="results"' in shown[topic] and "&#34;plus&#34;: 12" in shown[topic]
            for topic in set(ids) - set(own):
                assert 'data-seen=""' in shown[topic] and 'data-own=""' in shown[topic]
                assert ('data-view="hidden"' in shown[topic]) is (ids.index(topic) % 2 == 0)


async def test_forms_have_ops_of_their_own(site: Site) -> None:
    ids = await stored(site)
    for number in (None, 40, 3):
        ops = re.findall(r'name="op" value="([^"]+)"', await asked(site, number))
        ops += re.findall(r'name="op" value="([^"]+)"', await asked(site, number))
        assert len(set(ops)) == len(ops) == 2 * len(ids)
        assert all(re.fullmatch(r"[A-Za-z0-9_-]{16}", op) for op in ops)


async def test_a_page_is_never_older_than_the_question(site: Site) -> None:
    """At one and the same instant: a vote, another's vote, a new topic, one that goes, and what one was asked."""
    ids = await stored(site)
    assert 'data-profile="none"' in await asked(site, 50)
    await site.house.vote(ids[1], device(50), Sign.PLUS)
    mine = cards(await asked(site, 50))[ids[1]]
    assert 'data-own="1"' in mine and "&#34;plus&#34;: 13" in mine
    assert "&#34;plus&#34;: 13" in cards(await asked(site, 51))[ids[1]]
    new = NewTopic(TopicKind.IDEA, "Toute neuve", "sport", TopicRules(0, None))
    (topic,) = await create_topics(site.house.database, site.house.keys, [new], 0)
    assert topic in cards(await asked(site, None))
    await site.house.database.write(lambda connection: withdraw_topic(connection, topic, site.house.clock[0]))
    assert topic not in cards(await asked(site, None))
    await site.house.tell(device(50), NOWHERE)
    assert 'data-profile="skipped"' in await asked(site, 50)
    assert 'data-profile="none"' in await asked(site, 51)


async def test_what_somebody_writes_is_no_part_of_the_page(site: Site) -> None:
    """Neither the place of the own profile nor that of a form's op."""
    wicked = 'x data-profile="none" name="op" value="</article>'
    new = [NewTopic(TopicKind.QUESTION, wicked, "sport", TopicRules(0, None)) for _ in range(2)]
    ids = await create_topics(site.house.database, site.house.keys, new, 0)
    await site.house.vote(ids[0], device(1), Sign.PLUS)
    await site.house.tell(device(1), NOWHERE)
    page = await asked(site, 1)
    assert page.count('data-profile="skipped"') == 1 and page.count('data-profile="none"') == 0
    assert 'data-own="1"' in cards(page)[ids[0]] and 'data-own=""' in cards(page)[ids[1]]
    assert page.count("data-profile=&#34;none&#34; name=&#34;op&#34; value=&#34;&lt;/article&gt;") >= 2


async def test_cards_that_are_kept_are_bounded(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    ids = await stored(site)
    monkeypatch.setattr("web.citizen.card_texts.MOST_KEPT", 4)
    texts: CardTexts = site.services[0].cards
    for _ in range(2):
        assert set(cards(await asked(site, None))) == set(ids)
        assert len(texts._kept) == 4
