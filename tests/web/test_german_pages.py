"""No French is left on a page in another language, but what citizens and the Région wrote."""

import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

import pytest
from starlette.routing import Route

from realtime.disclosure import ResultPolicy
from realtime.tally import Sign
from storage.tallies import SETTLING_MS
from storage.topics import create_topics
from storage.values import NewTopic, Provenance, TopicKind, TopicRules
from tests.storage.house import device
from tests.web.conftest import Site
from web.catalogue import FOLDER, Catalogue, Language, load_catalogue
from web.citizen.routes import routes
from web.translation import parsed

OTHERS = [Language.GERMAN, Language.ENGLISH]
TITLE = "TER 2030"
"""As citizens write; stands in labels too, where no language can be marked."""

FRENCH = re.compile(
    r"\b(?:le|la|les|une|et|avec|vous|votre|vos|nous|dans|qui|que|aux|cette|sont|pour|par|sur|moins|voix|votez)\b"
    r"|\b(?:[cdjlmnst]|qu)['’]\w",
    re.IGNORECASE,
)
NAMES = ("Meurthe-et-Moselle", "Région Grand Est", "minus")
NO_PAGES = ("/langue/", "/caracteres/", "/images/", "/assets/", "/favicon")
EMPTY = {"meta", "link", "input", "br", "img", "hr", "source", "use", "wbr"}
SPOKEN = ("aria-label", "aria-description", "title", "alt", "placeholder", "content")


class Reader(HTMLParser):
    """Gathers what a page says in its own language: texts and labels outside of ``lang="fr"``."""

    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []
        self._apart: list[bool] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        apart = told.get("lang") == "fr" or tag in {"script", "style"} or any(self._apart[-1:])
        if tag not in EMPTY:
            self._apart.append(apart)
        if (
            not apart and told.get("property") != "og:title"
        ):  # a topic's title, where no language can be marked
            self.said += [value for name, value in attrs if name in SPOKEN and value]

    def handle_endtag(self, tag: str) -> None:
        if tag not in EMPTY:
            self._apart.pop()

    def handle_data(self, data: str) -> None:
        if not any(self._apart[-1:]) and data.strip():
            self.said.append(" ".join(data.split()))


def french_in(texts: list[str]) -> list[str]:
    return [text for text in texts if FRENCH.search(_without_names(text))]


def _without_names(text: str) -> str:
    for name in NAMES:
        text = text.replace(name, "")
    return text


def french_on(page: str) -> list[str]:
    reader = Reader()
    reader.feed(page)
    assert reader.said
    return french_in(reader.said)


async def topics(site: Site) -> list[int]:
    """Everything that a topic's page may say: open, shown, hidden, closed, planned, of each kind."""
    now = site.house.clock[0]
    soon = now + 10 * SETTLING_MS
    every = [
        TopicRules(0, None),
        TopicRules(0, soon, results=ResultPolicy.ALWAYS),
        TopicRules(0, soon, results=ResultPolicy.AT_CLOSE),
        TopicRules(0, now + 1, results=ResultPolicy.ALWAYS),
        TopicRules(soon, None),
    ]
    new = [
        NewTopic(kind, TITLE, "sante", rules, TITLE, provenance)
        for kind in TopicKind
        for rules, provenance in zip(every, [*Provenance, *Provenance], strict=False)
    ]
    ids = await create_topics(site.house.database, site.house.keys, new, 0)
    for topic in ids[:2]:
        for voter in range(100, 112):
            await site.house.vote(topic, device(voter), Sign.PLUS)
    site.house.clock[0] += 2 * SETTLING_MS
    return list(ids)


def addresses(ids: list[int]) -> Iterator[str]:
    """Of all pages that are read; those of a topic for each topic."""
    for route in routes():
        if not isinstance(route, Route) or "GET" not in (route.methods or ()):
            continue
        if route.path.startswith(NO_PAGES) or route.path.endswith((".csv", ".json", ".svg", "/fil")):
            continue
        path = route.path.replace("{token}", "abc").replace("{number:int}", "1")
        yield from ([path.replace("{id:int}", str(n)) for n in ids] if "{" in path else [path])


@pytest.mark.parametrize("language", OTHERS)
async def test_no_french_is_left_on_any_page(site: Site, language: Language) -> None:
    ids = await topics(site)
    pages = {}
    async with site.browser(1) as browser:
        browser.cookies.set("langue", str(language))
        await browser.post(f"/sujets/{ids[1]}/vote", data={"sign": "1", "op": "abcdefgh-1"})
        for address in [
            *addresses(ids),
            f"/profil?next=/&topic={ids[0]}&sign=1&op=abcdefgh-2",
            "/nulle-part",
        ]:
            answer = await browser.get(address)
            if answer.headers.get("content-type", "").startswith("text/html"):
                pages[address] = answer.text
        for address, form in (
            ("/profil", {"departement": "75", "sex": "Z", "age": "1"}),
            (f"/sujets/{ids[3]}/vote", {"sign": "1", "op": "abcdefgh-3"}),
            (f"/sujets/{ids[0]}/vote", {"sign": "7", "op": "abcdefgh-4"}),
        ):
            pages[f"POST {address}"] = (await browser.post(address, data=form)).text
        browser.headers.update({"origin": "http://elsewhere.test", "accept": "text/html"})
        pages["POST from elsewhere"] = (await browser.post("/profil")).text
    assert len(pages) > len(ids)
    assert all(f'<html lang="{language}">' in page for page in pages.values())
    assert {address: found for address, page in pages.items() if (found := french_on(page))} == {}


@pytest.mark.parametrize("language", OTHERS)
async def test_what_citizens_and_the_region_wrote_is_marked_as_french(site: Site, language: Language) -> None:
    new = NewTopic(TopicKind.IDEA, "Ouvrir les musées", "sante", TopicRules(0, None), "Et pour les lycéens ?")
    (topic,) = await create_topics(site.house.database, site.house.keys, [new], 0)
    async with site.browser(1) as browser:
        browser.cookies.set("langue", str(language))
        pages = [(await browser.get(address)).text for address in ("/", f"/sujets/{topic}")]
    spoken = [text for page in pages for text in french_on(page)]
    labels = ("Ihre Stimme:", "Your vote:", "Ouvrir les musées ·")
    assert [text for text in spoken if not text.startswith(labels)] == []
    assert (
        'lang="fr"'
        not in (await site.browser(1).get(f"/sujets/{topic}")).text.split("<main")[1].split("<footer")[0]
    )


def words_of(sections: dict[str, dict[str, Any]]) -> list[str]:
    return [
        text
        for section in sections.values()
        for words in section.values()
        for text in (words.values() if isinstance(words, dict) else [words])
    ]


@pytest.mark.parametrize("language", OTHERS)
def test_no_catalogue_of_another_language_speaks_french(language: Language) -> None:
    said = words_of(json.loads((FOLDER / f"{language}.json").read_text()))
    said += [str(message.string) for message in parsed(language) if message.id]
    assert french_in([re.sub(r"<[^>]*>|%\(\w+\)s", "", text) for text in said]) == []


def test_french_is_noticed() -> None:
    french = load_catalogue()
    for text in (french.say("live", "counted"), french.say("error-told", "404"), "l'âge", "Par département"):
        assert french_in([text]) == [text]


@pytest.fixture(scope="module")
def german() -> Catalogue:
    return load_catalogue(Language.GERMAN)


def test_german_addresses_people_formally(german: Catalogue) -> None:
    said = words_of(json.loads((FOLDER / "de.json").read_text()))
    said += [str(message.string) for message in parsed(Language.GERMAN) if message.id]
    assert [text for text in said if re.search(r"\b(?:[Dd]u|[Dd]ein\w*|[Dd]ich|[Dd]ir)\b|!", text)] == []
