"""What waits for moderators, as citizens sent it."""

from realtime.tally import Sign
from storage.posts import submit
from storage.topics import create_topics
from storage.values import NewTopic, TopicKind, TopicRules
from storage.values_posts import NewPost, Post, PostingRules, PostKind
from tests.storage.house import device
from tests.web.conftest import Site

DAY_MS = 86_400_000


async def waiting_post(
    site: Site, text: str = "Des bancs à l'ombre", number: int = 40, parent: int | None = None
) -> int:
    """What device ``number`` posted; with a ``parent`` an argument for it."""
    house = site.house
    kind = PostKind.IDEA if parent is None else PostKind.ARGUMENT
    theme, side = ("sport", None) if parent is None else (None, Sign.PLUS)
    new = NewPost(kind, text, house.keys.author(device(number)), f"op-{number:016d}", theme, parent, side)
    made = await submit(house.database, house.keys, new, PostingRules(), house.clock[0])
    assert isinstance(made, Post), made
    return made.id


async def open_ideas(site: Site, *titles: str) -> list[int]:
    house = site.house
    rules = TopicRules(0, house.clock[0] + 60 * DAY_MS)
    new = [NewTopic(TopicKind.IDEA, title, "sport", rules) for title in titles]
    return await create_topics(house.database, house.keys, new, house.clock[0])
