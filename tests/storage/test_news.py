"""What the Région tells: pictures and campaigns."""

import hashlib

import pytest

from storage.image_header import ImageFormat
from storage.news import (
    BadPicture,
    NotTheRegions,
    UnknownCampaign,
    campaign_of,
    create_campaign,
    create_news,
    get_campaign,
    get_image,
    pictures_of,
    running_campaigns,
)
from storage.topics import list_topics
from storage.values import NewTopic, TopicKind, TopicRules
from storage.values_news import Image, NewCampaign, NewNews, NewPicture, Picture
from tests.storage.house import START, House
from tests.storage.images import PNG

PICTURE = NewPicture(PNG, "Un train dans une vallée")


def told(kind: TopicKind = TopicKind.NEWS) -> NewTopic:
    return NewTopic(kind, "La ligne rouvre", "transports", TopicRules(0, None))


async def test_news_hangs_its_picture_and_the_same_file_is_kept_once(house: House) -> None:
    one = await create_news(house.database, house.keys, NewNews(told(), PICTURE), START)
    other = await create_news(house.database, house.keys, NewNews(told(), PICTURE), START)
    name = hashlib.sha256(PNG).hexdigest()
    picture = Picture(name, PICTURE.alt, 640, 360)
    assert await pictures_of(house.database, [one, other, 999]) == {one: picture, other: picture}
    assert await get_image(house.database, name) == Image(ImageFormat.PNG, PNG, is_public=True)
    assert await get_image(house.database, "0" * 64) is None


@pytest.mark.parametrize(
    "picture",
    [NewPicture(b"<svg/>", "Un dessin"), NewPicture(PNG, "  "), NewPicture(PNG, "x" * 301)],
)
async def test_a_picture_that_cannot_be_taken_leaves_no_news(house: House, picture: NewPicture) -> None:
    with pytest.raises(BadPicture):
        await create_news(house.database, house.keys, NewNews(told(), picture), START)
    assert await list_topics(house.database) == []


async def test_an_idea_is_never_told_by_the_region(house: House) -> None:
    with pytest.raises(NotTheRegions):
        await create_news(house.database, house.keys, NewNews(told(TopicKind.IDEA)), START)


async def test_a_campaign_groups_topics_while_it_runs(house: House) -> None:
    new = NewCampaign("Le mois du vélo", "Deux roues.", START, START + 10)
    campaign = await create_campaign(house.database, new, START)
    first, second = [
        await create_news(house.database, house.keys, NewNews(told(), campaign=campaign), START)
        for _ in range(2)
    ]
    found = await get_campaign(house.database, campaign)
    assert found is not None and found.topics == (second, first)
    assert await campaign_of(house.database, first) == found
    assert await campaign_of(house.database, 999) is None
    assert await running_campaigns(house.database, START) == [found]
    assert await running_campaigns(house.database, START + 10) == []


async def test_news_of_no_campaign_leaves_nothing(house: House) -> None:
    with pytest.raises(UnknownCampaign):
        await create_news(house.database, house.keys, NewNews(told(), campaign=7), START)
    assert await list_topics(house.database) == []
