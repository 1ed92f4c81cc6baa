"""No French is left on a page in another language, but what citizens and the Région wrote."""

import json
import re
from collections.abc import Iterable
from html.parser import HTMLParser
from typing import Any

import httpx2
import pytest
from starlette.routing import Route

from realtime.disclosure import ResultPolicy
from realtime.tally import Sign
from storage.tallies import SETTLING_MS
from storage.topics import create_topics
from storage.values import NewTopic, Provenance, TopicKind, TopicRules
from tests.storage.house import device
from tests.web.conftest import Site
from tests.web.furnished import ME, WRITTEN, furnish
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
NO_PAGES = (
    *("/langue/", "/caracteres/", "/images/", "/icons/", "/assets/", "/favicon", "/s/", "/films/"),
    "/ecran",  # what stands in a hall is French
)
NO_ENDINGS = (
    "/etat",
    "/nouveaux",
    ".csv",
    ".json",
    ".js",
    ".png",
    ".svg",
    ".webmanifest",
    "/fil",
    "/direct",
    "/participation",
    "/similaires",
    "/suivi",
    "/scene",
)
NOTHING_WRITTEN = (
    "/borne",
    "/contact/{id:int}",
    "/salle/{hall}",
    "/lettre/confirmation/{token}",
    "/lettre/desabonnement/{token}",
)
START_OF_WRITTEN = WRITTEN.partition(" ?")[0]
NOTHING_THERE = (
    "/nulle-part",
    "/sujets/99999",
    "/contact/99999",
    "/lettre/99999",
    "/lettre/confirmation/abc",
)
EMPTY = {"meta", "link", "input", "br", "img", "hr", "source", "use", "wbr"}
SPOKEN = ("aria-label", "aria-description", "title", "alt", "placeholder", "content")


class Reader(HTMLParser):
    """Gathers what a page says in its own language: texts and labels outside of ``lang="fr"``."""

    def __init__(self, written: str = "") -> None:
        """``written`` is what people wrote, which labels and the window's title repeat and cannot mark."""
        super().__init__()
        self.said: list[str] = []
        self._written = written
        self._apart: list[bool] = []
        self._in_title = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        apart = told.get("lang") == "fr" or tag in {"script", "style"} or any(self._apart[-1:])
        if tag not in EMPTY:
            self._apart.append(apart)
        self._in_title = tag == "title"
        if not apart:
            label = str if tag == "img" else self._label  # a picture can mark the language of its words
            self.said += [label(value) for name, value in attrs if name in SPOKEN and value]

    def handle_endtag(self, tag: str) -> None:
        if tag not in EMPTY:
            self._apart.pop()

    def handle_data(self, data: str) -> None:
        if not any(self._apart[-1:]) and data.strip():
            text = " ".join(data.split())
            self.said.append(self._label(text) if self._in_title else text)

    def _label(self, text: str) -> str:
        return text.replace(self._written, "") if self._written else text


def french_in(texts: list[str]) -> list[str]:
    return [text for text in texts if FRENCH.search(_without_names(text))]


def _without_names(text: str) -> str:
    for name in NAMES:
        text = text.replace(name, "")
    return text


def french_on(page: str, written: str = "") -> list[str]:
    reader = Reader(written)
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


def page_routes() -> list[str]:
    """The paths of all pages that are read, at the end the one that makes a kiosk of the browser."""
    found = [route for route in routes() if isinstance(route, Route) and "GET" in (route.methods or ())]
    paths = {
        route.path
        for route in found
        if not route.path.startswith(NO_PAGES) and not route.path.endswith(NO_ENDINGS)
    }
    return sorted(paths, key=lambda path: (path == "/borne", path))


async def read(browser: httpx2.AsyncClient, addresses: Iterable[str]) -> dict[str, str]:
    """The pages there by address, without what is no page."""
    answers = {address: await browser.get(address) for address in addresses}
    return {
        address: answer.text
        for address, answer in answers.items()
        if answer.headers.get("content-type", "").startswith("text/html")
    }


@pytest.mark.parametrize("language", OTHERS)
async def test_no_french_is_left_on_a_topic_in_any_state_nor_where_something_is_refused(
    site: Site, language: Language
) -> None:
    ids = await topics(site)
    async with site.browser(1) as browser:
        browser.cookies.set("langue", str(language))
        await browser.post(f"/sujets/{ids[1]}/vote", data={"sign": "1", "op": "abcdefgh-1"})
        asked = f"/profil?next=/&topic={ids[0]}&sign=1&op=abcdefgh-2"
        pages = await read(browser, ["/", asked, *(f"/sujets/{topic}" for topic in ids)])
        for address, form in refused(ids):
            answer = await browser.post(address, data=form)
            assert answer.status_code >= 400, address
            pages[f"POST {address} {form}"] = answer.text
        pages |= await read(browser, NOTHING_THERE)
        browser.headers.update({"origin": "http://elsewhere.test", "accept": "text/html"})
        pages["POST from elsewhere"] = (await browser.post("/profil")).text
    assert len(pages) > len(ids)
    assert all(f'<html lang="{language}">' in page for page in pages.values())
    assert {address: found for address, page in pages.items() if (found := french_on(page))} == {}


def refused(ids: list[int]) -> list[tuple[str, dict[str, str]]]:
    return [
        ("/profil", {"departement": "75", "sex": "Z", "age": "1"}),
        (f"/sujets/{ids[3]}/vote", {"sign": "1", "op": "abcdefgh-3"}),
        (f"/sujets/{ids[0]}/vote", {"sign": "7", "op": "abcdefgh-4"}),
        (f"/sujets/{ids[0]}/arguments", {"side": "", "text": "", "op": "abcdefgh-5"}),
        (f"/sujets/{ids[-10]}/signaler", {"reason": "", "text": TITLE * 40}),
        ("/proposer", {"kind": "", "text": "www.a.test", "theme": "magie", "op": "?"}),
        ("/contact", {"subject": "", "text": "", "email": "a@b.fr, c@d.fr", "op": "abcdefgh-6"}),
        ("/lettre", {"email": "a", "op": "abcdefgh-7"}),
        ("/lettre/confirmation/abc", {}),
    ]


@pytest.mark.parametrize("language", OTHERS)
async def test_what_people_wrote_is_marked_as_french_and_nothing_else_is_french(
    site: Site, language: Language
) -> None:
    by_path = await furnish(site)
    async with site.browser(ME) as browser:
        browser.cookies.set("langue", str(language))
        every = (address for path in page_routes() for address in by_path.get(path, [path]))
        form = {"kind": "idea", "text": WRITTEN, "theme": "economie", "op": "operation-10", "step": "preview"}
        pages = {"preview": (await browser.post("/proposer", data=form)).text}
        pages |= await read(browser, every)
    assert {at: found for at, page in pages.items() if (found := french_on(page, WRITTEN))} == {}
    assert all(f'<html lang="{language}"' in page for page in pages.values())


async def test_every_page_is_among_those_that_are_read(site: Site) -> None:
    """And shows there what people wrote, which in French stands unmarked."""
    by_path = await furnish(site)
    async with site.browser(ME) as browser:
        for path in page_routes():
            answers = [await browser.get(address) for address in by_path.get(path, [path])]
            shown = [answer.text for answer in answers if answer.status_code == 200]
            assert shown, path
            shown = [page.split("<main")[1].split("</main>")[0] for page in shown]
            assert not any('lang="fr"' in page for page in shown), path
            if path in by_path and path not in NOTHING_WRITTEN:
                assert any(START_OF_WRITTEN in page for page in shown), path


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
