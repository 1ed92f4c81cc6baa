"""A topic in other sites' frames, as the server answers."""

import pytest

from realtime.disclosure import ResultPolicy
from realtime.tally import Sign
from server.settings import BadSetting, Settings
from storage.values import TopicRules
from tests.storage.house import device
from tests.web.conftest import Site

ME = 1


async def policy(site: Site, path: str) -> str:
    return str((await site.browser().get(path)).headers["content-security-policy"])


async def test_an_embedded_topic_sets_no_cookie(site: Site) -> None:
    topic = await site.house.topic()
    for path in (f"/integrer/{topic}", "/integrer/999"):
        assert "set-cookie" not in (await site.browser().get(path)).headers
    assert "set-cookie" in (await site.browser().get(f"/sujets/{topic}")).headers


async def test_whoever_has_voted_shows_nobody_there_what_the_others_may_not_see(site: Site) -> None:
    topic = await site.house.topic()
    for voter in range(ME, 20):
        await site.house.vote(topic, device(voter), Sign.PLUS)
    page = (await site.browser(ME).get(f"/integrer/{topic}")).text
    assert 'data-view="hidden"' in page and 'data-own=""' in page and 'data-seen=""' in page
    assert "19\u00a0votants" in page and "100\u202f%" not in page


async def test_a_public_topic_shows_its_ratio_there(site: Site) -> None:
    topic = await site.house.topic(TopicRules(0, None, results=ResultPolicy.ALWAYS))
    for voter in range(10):
        await site.house.vote(topic, device(voter), Sign.PLUS)
    assert "100\u202f%" in (await site.browser().get(f"/integrer/{topic}")).text


async def test_without_a_list_nobody_may_show_anything(site: Site) -> None:
    topic = await site.house.topic()
    for path in ("/", f"/sujets/{topic}", f"/integrer/{topic}"):
        assert "frame-ancestors 'none';" in await policy(site, path)


@pytest.mark.parametrize(
    "wrong",
    ["grandest.example", "https://a.example/path", "https://a b", "https://a.example; script-src *", "*"],
)
def test_what_is_no_origin_is_refused_at_start(wrong: str) -> None:
    with pytest.raises(BadSetting):
        Settings.of({"IMAGINEST_EMBED_SITES": wrong})
    with pytest.raises(BadSetting):
        Settings.of({"IMAGINEST_PUBLIC_URL": wrong})
