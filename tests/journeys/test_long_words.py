"""Words as long as a text may be, in every list and on every page: nothing scrolls sideways."""

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from realtime.disclosure import ResultPolicy
from realtime.notice import Severity
from realtime.tally import Sign
from server.app import SECRET_FILE, wall_ms
from server.identity import COOKIE, cookie_of
from storage import staff
from storage.keys import load_master
from storage.switches import turn_on
from storage.topics import create_topics
from storage.values import NewTopic, TopicKind, TopicRules
from storage.values_staff import NewAccount, Role, StaffFault
from storage.values_switches import LONGEST_BANNER, LONGEST_SENTENCE, NewSwitch, SwitchKind
from tests.journeys.test_accessibility import EVERYTHING, NARROW, TOO_WIDE
from tests.running import Running, running
from tests.storage.house import House, device, open_house
from tests.web.furnished import ME, furnish_house

WIDEST = "W" * 140
HOSTILE = (
    "Verkehrsinfrastrukturfinanzierungsgesellschaften und Donaudampfschifffahrtselektrizitätenhauptbetriebswerk",
    "👨‍👩‍👧‍👦" * 20,
    "هل يجب على منطقة غراند إست أن تدعم القطارات الليلية؟ " + "ـ" * 60,
    "Za\u0315\u0322\u0348lgo" + "a\u0301\u0328\u0324" * 40,
    "https://www.grandest.fr/" + "vos-aides-regionales/" * 5,
    "Faut-il que l'" + "infrastructure" * 6 + "-t-elle ?",
)
"""A compound, families of emoji, letters from right to left, signs with many marks, an address, an inversion."""

MORE = [
    "/lettre/archives",
    "/statistiques/representativite",
    f"/recherche?mots={WIDEST}",
]

PARTS = 4
"""Tests among which the addresses are dealt out."""

LOOKS = {"usual": "", "large": "large-type", "kiosk": "kiosk"}
"""What the page's element is called in letters of each size."""

WIDER = "* { letter-spacing: 0.06em !important; }"
"""As if another font stood in for ours, a tenth wider: what fits so fits in ours."""

TOO_WIDE_IN = f"""(look) => {{
    document.documentElement.className = look;
    document.querySelectorAll("details").forEach((each) => (each.open = true));
    document.head.appendChild(document.createElement("style")).textContent = "{WIDER}";
    return ({TOO_WIDE})();
}}"""


@dataclass(frozen=True)
class Written:
    """A server full of it, and the addresses of its pages."""

    server: Running
    addresses: list[str]


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Written]:
    data = tmp_path_factory.mktemp("written")
    with ThreadPoolExecutor(1) as apart:  # the browser's event loop may be running in this thread
        addresses = apart.submit(asyncio.run, _fill(data)).result()
    with running(data, IMAGINEST_PUBLIC_URL="http://127.0.0.1") as server:
        yield Written(server, addresses)


async def _fill(data: Path) -> list[str]:
    house = await open_house(data, [wall_ms()], load_master(data / SECRET_FILE))
    try:
        found = await furnish_house(house, WIDEST, WIDEST)
        rules = TopicRules(0, None, results=ResultPolicy.ALWAYS)
        new = [
            NewTopic(kind, text[:140], "vie-citoyenne", rules, text)
            for text in HOSTILE
            for kind in (TopicKind.QUESTION, TopicKind.IDEA)
        ]
        topics = await create_topics(house.database, house.keys, new, house.clock[0])
        signs = [Sign.PLUS if voter % 3 else Sign.MINUS for voter in range(24)]
        votes = [house.vote(one, device(at), sign) for one in topics for at, sign in enumerate(signs)]
        await asyncio.gather(*votes)
        await _announce(house, topics[0])
    finally:
        await house.close()
    return [*_chosen(found), *MORE, *(f"/sujets/{topic}" for topic in topics[1::2]), found["/borne"][1]]


ALIKE = frozenset(
    f"{path}{{id:int}}{what}"
    for path, whats in (("/sujets/", ("/arguments", "/partager", "/representativite")), ("/integrer/", ("",)))
    for what in whats
)
"""Paths whose pages are alike for all topics."""


def _chosen(found: dict[str, list[str]]) -> list[str]:
    """Every page there is; of those that are alike for all topics, the one of the idea with most on it."""
    chosen = [address for address in EVERYTHING if "{" not in address]
    for path, addresses in found.items():
        if path != "/borne":
            chosen += addresses[2:3] if path in ALIKE else addresses
    return chosen


async def _announce(house: House, paused: int) -> None:
    account = NewAccount("a@grandest.fr", "Ada", frozenset({Role.MODERATOR}))
    made = await staff.add(house.database, house.keys, account, by=None, op="a", now=house.clock[0])
    assert not isinstance(made, StaffFault)
    said, why = WIDEST[:LONGEST_SENTENCE], "essai"
    for new in (
        NewSwitch(SwitchKind.BANNER, "W" * LONGEST_BANNER, why, "op-banner", severity=Severity.INFO),
        NewSwitch(SwitchKind.VOTING, said, why, "op-voting", paused),
        NewSwitch(SwitchKind.POSTING, said, why, "op-posting"),
    ):
        assert isinstance(await turn_on(house.database, new, made[0], house.clock[0]), int)


@pytest.fixture
def reader(browser: Browser, written: Written) -> Iterator[Page]:
    """The narrowest screen of whoever wrote all this."""
    options: Any = {"viewport": NARROW, "bypass_csp": True, "reduced_motion": "reduce", "locale": "fr-FR"}
    context = browser.new_context(**options, service_workers="block")
    server = written.server
    context.add_cookies([{"name": COOKIE, "value": cookie_of(device(ME), server.keys), "url": server.url}])
    yield context.new_page()
    context.close()


@pytest.mark.parametrize("part", range(PARTS))
def test_the_longest_words_widen_no_page(written: Written, reader: Page, part: int) -> None:
    wide = {}
    for address in written.addresses[part::PARTS]:
        answer = reader.goto(written.server.url + address, wait_until="domcontentloaded")
        assert answer is not None and answer.status in {200, 404}, address
        wide[address] = too_wide(reader)
    assert {address: found for address, found in wide.items() if found} == {}


def test_the_longest_words_do_not_widen_the_preview_of_an_idea(written: Written, reader: Page) -> None:
    reader.goto(f"{written.server.url}/proposer?kind=idea&theme=sport&text={WIDEST}")
    reader.locator("main form button[value=preview]").click()
    reader.locator(".post-preview").wait_for()
    assert too_wide(reader) == {}


def too_wide(page: Page) -> dict[str, list[str]]:
    """By the look, what is wider than the screen."""
    found = {look: page.evaluate(TOO_WIDE_IN, name) for look, name in LOOKS.items()}
    return {look: elements for look, elements in found.items() if elements}
