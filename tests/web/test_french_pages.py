"""French signs stay with their words, units and months with their numbers, on every page that is read."""

import re

import pytest

from tests.web.conftest import Site
from tests.web.furnished import ME, furnish
from tests.web.test_german_pages import Reader, page_routes, read
from web.catalogue import typography

APART = re.compile(
    r"[ \u00a0][?!;:»](?![\w/])|(?<=\d) %|« |\d(?:er)? (?:janvier|février|mars|avril|mai|juin|juillet|août)\b"
    r"|\d(?:er)? (?:septembre|octobre|novembre|décembre|votants?|votes|ans|jours)\b"
)
"""What a line may break at; a no-break space of full width before a sign is wide, and stands nowhere here."""


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("Le 29 novembre 2026", "Le 29\u00a0novembre 2026"),
        ("Le 1er mai", "Le 1er\u00a0mai"),
        ("12 votants : 3 avis", "12\u00a0votants\u202f: 3\u00a0avis"),
        ("{n} votants", "{n}\u00a0votants"),
        ("« Oui ; non »", "«\u202fOui\u202f; non\u202f»"),
        ("3 maisons", "3 maisons"),
    ],
)
def test_what_belongs_together_stays_on_a_line(typed: str, shown: str) -> None:
    assert typography(typed) == shown


class SpacedReader(Reader):
    """Keeps the spaces of texts as they are, but for those of the page's source."""

    def handle_data(self, data: str) -> None:
        if not any(self._apart[-1:]):
            self.said.append(re.sub(r"[ \n]+", " ", data))


async def test_no_sign_unit_or_month_begins_a_line_of_a_french_page(site: Site) -> None:
    by_path = await furnish(site)
    apart: list[str] = []
    async with site.browser(ME) as browser:
        every = [address for path in page_routes() for address in by_path.get(path, [path])]
        pages = await read(browser, every)
    for address, page in pages.items():
        reader = SpacedReader()
        reader.feed(page)
        apart += [f"{address}: {text}" for text in reader.said if APART.search(text)]
    assert apart == []
