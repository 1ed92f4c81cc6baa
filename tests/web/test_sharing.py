"""A topic passed on: what stands beside its link, its QR code, its short address."""

import re
from html import unescape

import pytest

from realtime.disclosure import RATIO_FROM, ResultPolicy
from realtime.tally import Sign
from storage.topics import create_topics
from storage.values import NewTopic, Provenance, TopicKind, TopicRules
from tests.storage.house import device
from tests.web.conftest import ORIGIN, Site
from web.citizen.sharing import drawn
from web.site import Site as Deployment
from web.static import PREVIEW

ME = 1
PNG = b"\x89PNG\r\n\x1a\n"


def previewed(page: str) -> dict[str, str]:
    """The page's Open Graph by name."""
    found = re.findall(r'<meta (?:property|name)="((?:og|twitter):[\w:]+)" content="([^"]*)"', page)
    return {name: unescape(content).replace("\u202f", " ").replace("\u00a0", " ") for name, content in found}


async def voted(site: Site, topic: int, number: int) -> None:
    """Every fourth says minus."""
    for voter in range(number):
        sign = Sign.MINUS if voter % 4 == 0 else Sign.PLUS
        await site.house.vote(topic, device(100 + voter), sign)


async def preview_of(site: Site, topic: int, number: int | None = None) -> dict[str, str]:
    return previewed((await site.browser(number).get(f"/sujets/{topic}")).text)


async def test_every_page_has_a_preview_with_whole_addresses(site: Site) -> None:
    for path in ("/", "/comment-ca-marche", "/profil"):
        told = previewed((await site.browser().get(path)).text)
        assert told["og:url"] == ORIGIN + path
        assert told["og:title"] and told["og:description"]
        assert told["twitter:card"] == "summary_large_image"
        picture = await site.browser().get(told["og:image"])
        assert picture.content.startswith(PNG)


def test_the_picture_has_the_size_that_is_told_and_is_light() -> None:
    content = PREVIEW.read_bytes()
    assert [int.from_bytes(content[at : at + 4]) for at in (16, 20)] == [1200, 630]
    assert len(content) < 80_000


async def test_a_preview_tells_the_question_and_the_ratio_that_everybody_may_see(site: Site) -> None:
    topic = await site.house.topic(TopicRules(0, None, results=ResultPolicy.ALWAYS))
    await voted(site, topic, 20)
    told = await preview_of(site, topic)
    assert "75 % de plus, 25 % de moins, 20 votants" in told["og:description"]


async def test_a_preview_of_few_voters_has_no_ratio(site: Site) -> None:
    topic = await site.house.topic(TopicRules(0, None, results=ResultPolicy.ALWAYS))
    await voted(site, topic, RATIO_FROM - 1)
    assert "%" not in (await preview_of(site, topic))["og:description"]


@pytest.mark.parametrize("policy", [ResultPolicy.AFTER_VOTE, ResultPolicy.AT_CLOSE])
async def test_a_preview_of_a_hidden_topic_has_no_ratio_even_for_those_who_voted(
    site: Site, policy: ResultPolicy
) -> None:
    end = site.house.clock[0] + 1000
    topic = await site.house.topic(TopicRules(0, end, results=policy))
    await voted(site, topic, 20)
    await site.house.vote(topic, device(ME), Sign.PLUS)
    for someone in (None, ME):
        told = await preview_of(site, topic, someone)
        assert "%" not in told["og:description"] and "21 votants" in told["og:description"]
    site.house.clock[0] = end
    assert "Vote terminé : 76 % de plus" in (await preview_of(site, topic))["og:description"]


async def test_a_preview_of_a_simulated_topic_says_so(site: Site) -> None:
    new = NewTopic(
        TopicKind.IDEA, "Un « essai »", "sport", TopicRules(0, None), provenance=Provenance.SIMULATED
    )
    (topic,) = await create_topics(site.house.database, site.house.keys, [new], 0)
    told = await preview_of(site, topic)
    assert "Un « essai »" in told["og:title"]
    assert "simulés" in told["og:description"] and "pour la démonstration" in told["og:description"]


async def test_a_title_stays_inside_its_attribute(site: Site) -> None:
    new = NewTopic(TopicKind.IDEA, '"><script>alert(1)</script>', "sport", TopicRules(0, None))
    (topic,) = await create_topics(site.house.database, site.house.keys, [new], 0)
    page = (await site.browser().get(f"/sujets/{topic}")).text
    assert "<script>alert" not in page
    assert previewed(page)["og:title"] == '"><script>alert(1)</script>'


async def test_a_short_address_leads_to_its_topic(site: Site) -> None:
    topic = await site.house.topic()
    answer = await site.browser().get(f"/s/{topic}")
    assert (answer.status_code, answer.headers["location"]) == (302, f"/sujets/{topic}")
    assert (await site.browser().get("/s/999")).status_code == 404


async def test_a_code_is_a_picture_of_the_short_address(site: Site) -> None:
    topic = await site.house.topic()
    answer = await site.browser().get(f"/sujets/{topic}/qr.svg")
    assert answer.headers["content-type"] == "image/svg+xml"
    assert answer.content == drawn(f"{ORIGIN}/s/{topic}") != drawn(f"{ORIGIN}/s/{topic + 1}")
    assert (
        f"{ORIGIN.removeprefix('http://')}/s/{topic}"
        in (await site.browser().get(f"/sujets/{topic}/partager")).text
    )
    assert (await site.browser().get("/sujets/999/qr.svg")).status_code == 404


async def test_a_host_that_is_no_hosts_name_stands_in_no_page(site: Site) -> None:
    topic = await site.house.topic()
    async with site.browser() as browser:
        browser.headers["host"] = "a.example/<b>"
        assert not previewed((await browser.get("/")).text)
        assert (await browser.get(f"/sujets/{topic}/qr.svg")).status_code == 400


@pytest.mark.parametrize(
    ("deployment", "address"),
    [
        (Deployment(), "http://asked.example"),
        (Deployment("https://public.example"), "https://public.example"),
        (Deployment(origins=("https://a.example", "https://asked.example")), "https://asked.example"),
        (Deployment(origins=("https://a.example", "https://b.example")), "https://a.example"),
    ],
)
def test_the_address_from_outside_is_never_a_strangers(deployment: Deployment, address: str) -> None:
    assert deployment.address("http", "asked.example") == address
