"""In which language a text is written, and how pages mark it."""

import pytest

from storage.topics import create_topics
from storage.values import NewTopic, TopicKind, TopicRules
from tests.web.conftest import Site
from web.catalogue import Language
from web.written import language_written

ENGLISH = "I think we should support the referendum result."


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("I voted to Leave.", Language.ENGLISH),
        (ENGLISH, Language.ENGLISH),
        ("Mehr Nachtzüge nach Straßburg und Basel, auch für Pendler", Language.GERMAN),
        ("Die Züge sind oft zu voll", Language.GERMAN),
        ("Faut-il un billet unique pour le train, le car et le tram ?", Language.FRENCH),
        ("Un pass musées à petit prix, de Reims à Colmar", Language.FRENCH),
        ("Plus de TER le soir", Language.FRENCH),
        (
            "Un festival « the best of the East » à Metz, pour tous les lycées et les familles",
            Language.FRENCH,
        ),
        ("TER 2030", Language.FRENCH),
        ("Hello.", Language.FRENCH),
        ("", Language.FRENCH),
    ],
)
def test_a_language_is_known_by_its_small_words(text: str, language: Language) -> None:
    assert language_written(text) is language


@pytest.mark.parametrize(("language", "mark"), [("fr", ' lang="en"'), ("de", ' lang="en"'), ("en", "")])
async def test_a_title_in_another_language_than_the_pages_is_marked(
    site: Site, language: str, mark: str
) -> None:
    new = NewTopic(TopicKind.IDEA, ENGLISH, "sport", TopicRules(0, None), ENGLISH)
    (topic,) = await create_topics(site.house.database, site.house.keys, [new], 0)
    async with site.browser() as browser:
        browser.cookies.set("langue", language)
        page = (await browser.get(f"/sujets/{topic}")).text
        home = (await browser.get("/")).text
    assert f"<h1{mark}>{ENGLISH}</h1>" in page
    assert f'<p class="topic-body"{mark}>{ENGLISH}</p>' in page
    assert f'<a href="/sujets/{topic}"{mark}>{ENGLISH}</a>' in home
