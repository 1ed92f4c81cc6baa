"""A launch event on a telephone: before, in the middle of a vote, and the evening when it is over."""

import asyncio
import re
import secrets
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from realtime.delta import Delta
from realtime.tally import Counts, Hall, Sign
from server.app import open_keys, try_database, wall_ms
from server.settings import Settings
from storage.ballot_box import BallotBox
from storage.database import Database
from storage.event_steps import event_steps
from storage.keys import DEVICE_BYTES, Keys
from storage.tallies import standings
from storage.values import CastVote, Receipt
from storage.values_events import StepContent
from storage.values_show import Gesture
from tests.journeys.axe import Axe
from tests.journeys.test_accessibility import TOO_WIDE
from tests.running import Running, running, until_told
from tests.shows import METZ, QUESTION, REIMS, THANKS, WAITING, Launch, launch

HOUR = 3_600_000
VOTED_BEFORE = 9
"""One less than it takes for a hall to be told of."""

EVENING = [(METZ, Sign.PLUS)] * 20 + [(REIMS, Sign.MINUS)] * 6


@dataclass(frozen=True)
class Evenings:
    """Three events: one to come, one in which a vote is open, one that is over; and what the last two ask."""

    coming: int
    live: int
    over: int
    open_topic: int
    told_topic: int


@dataclass
class Regie:
    """Whoever leads the events, before the server starts."""

    database: Database
    keys: Keys
    clock: int

    async def event(self, name: str, began: int, *contents: StepContent) -> Launch:
        self.clock = began
        return await launch(self.database, self.keys, began, *contents, name=name)

    async def go(self, show: Launch, gesture: Gesture, upon: int) -> None:
        self.clock = (await show.goes(gesture, self.clock, upon=upon)).at

    async def vote(self, topic: int, votes: list[tuple[Hall, Sign]]) -> None:
        box = BallotBox(self.database, self.keys, _nobody_listens, lambda: self.clock)
        box.start()
        try:
            for hall, sign in votes:
                self.clock += 2_000
                device, op = secrets.token_bytes(DEVICE_BYTES), secrets.token_urlsafe(16)
                assert isinstance(await box.cast(CastVote(topic, device, sign, op, hall)), Receipt)
        finally:
            await box.stop()


async def _nobody_listens(_: Delta) -> None:
    """Nothing is served meanwhile."""


async def asked(show: Launch) -> int:
    (topic,) = [step.topic for step in await event_steps(show.database, show.event) if step.topic]
    return topic


async def held(data: Path) -> Evenings:
    settings = Settings(data=data)
    await try_database(settings)
    database = Database(settings.database)
    await database.open()
    try:
        regie, now = Regie(database, open_keys(settings), 0), wall_ms()
        over = await regie.event("La soirée d'hier", now - 5 * HOUR, QUESTION, THANKS)
        await regie.go(over, Gesture.LAUNCH, 0)
        told = await asked(over)
        await regie.vote(told, EVENING)
        await regie.go(over, Gesture.STOP, 1)
        live = await regie.event("La soirée d'aujourd'hui", now - HOUR, QUESTION, THANKS)
        await regie.go(live, Gesture.LAUNCH, 0)
        opened = await asked(live)
        await regie.vote(opened, [(METZ, Sign.PLUS)] * VOTED_BEFORE)
        coming = await regie.event("La soirée de demain", now + HOUR, WAITING)
        return Evenings(coming.event, live.event, over.event, opened, told)
    finally:
        await database.close()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("evenings")


@pytest.fixture(scope="module")
def evenings(folder: Path) -> Evenings:
    with ThreadPoolExecutor(1) as apart:  # the browser's event loop runs in this thread
        return apart.submit(asyncio.run, held(folder)).result()


@pytest.fixture(scope="module")
def server(folder: Path, evenings: Evenings) -> Iterator[Running]:
    with running(folder) as server:
        yield server


@pytest.fixture(scope="module")
def phone(browser: Browser) -> Iterator[Page]:
    """For page after page; Axe brings its own script, which ours forbid."""
    context = browser.new_context(
        viewport={"width": 360, "height": 780},
        bypass_csp=True,
        reduced_motion="reduce",
        locale="fr-FR",
        service_workers="block",
    )
    yield context.new_page()
    context.close()


PAGES = [
    "/salle/atlantide",
    "/evenements/{coming}",
    "/evenements/{live}",
    "/evenements/{over}",
    "/evenements/{over}/presse",
]


@pytest.mark.parametrize("address", PAGES)
def test_a_page_of_an_evening_is_for_everybody(
    server: Running, evenings: Evenings, phone: Page, address: str
) -> None:
    phone.emulate_media(color_scheme="light")
    phone.goto(server.url + address.format(**vars(evenings)))
    if address.endswith("{live}"):
        phone.locator(".vote-plus").wait_for()
    elif address.endswith("{over}"):
        phone.locator(f'.replay[data-replay="{evenings.told_topic}"]').wait_for()
    assert phone.evaluate(TOO_WIDE) == []
    assert Axe().faults(phone, whole=False) == ""
    assert phone.evaluate(TOO_WIDE) == []


def test_from_a_halls_link_to_a_counted_vote_it_is_two_taps(
    server: Running, evenings: Evenings, folder: Path, page: Page
) -> None:
    page.goto(f"{server.url}/salle/metz")
    assert page.url == f"{server.url}/evenements/{evenings.live}"
    expect(page.locator("body")).to_have_attribute("data-connected", "true")
    loads: list[str] = []
    page.on("framenavigated", lambda frame: loads.append(frame.url))
    page.locator(".vote-plus").click()
    page.get_by_role("button", name="Passer et voter").click()
    expect(page.locator(".vote-plus")).to_have_attribute("aria-pressed", "true")
    expect(page.locator('main [data-roll="voters"]').first).to_contain_text(str(VOTED_BEFORE + 1))
    assert loads == [], "the page stays as it is"
    counted_in(folder, evenings.open_topic, METZ, Counts(VOTED_BEFORE + 1, 0))


def counted_in(folder: Path, topic: int, hall: Hall, wanted: Counts) -> None:
    """Wait until this is told of the hall: a page shows the own vote before it is counted."""
    series = f"hall:{hall}"

    async def read() -> None:
        database = Database(Settings(data=folder).database)

        async def told() -> Counts | None:
            return (await standings(database, [topic]))[topic].tally.series.get(series)

        try:
            await until_told(told, wanted)
        finally:
            await database.close()

    with ThreadPoolExecutor(1) as apart:
        apart.submit(asyncio.run, read()).result()


def test_a_vote_is_watched_again_and_ends_at_its_exact_result(
    server: Running, evenings: Evenings, page: Page
) -> None:
    page.goto(f"{server.url}/evenements/{evenings.over}")
    section = page.locator(f'.round-standing[data-topic="{evenings.told_topic}"]')
    voters, share = section.locator('[data-roll="voters"]'), section.locator('[data-roll="plus-share"]')
    track, gauge = page.locator(".replay [data-track]"), section.locator(".gauge-bar")
    expect(voters).to_contain_text("26")
    expect(share).to_contain_text("77")
    metz = section.locator('[data-series="hall:metz"]')
    expect(metz).not_to_have_attribute("data-empty", "")
    track.fill("0")
    expect(metz).to_have_attribute("data-empty", "")
    track.fill("600")
    expect(metz.locator(".t-plus")).to_have_text(re.compile("[12]0"))
    expect(share).to_contain_text("100")
    expect(voters).not_to_contain_text("26")
    ratio = "bar => getComputedStyle(bar).getPropertyValue('--plus').trim()"
    assert float(gauge.evaluate(ratio)) == 1
    track.fill("1000")
    expect(voters).to_contain_text("26")
    expect(share).to_contain_text("77")
    assert abs(float(gauge.evaluate(ratio)) - 20 / 26) < 0.01


def test_a_replay_that_is_played_ends_by_itself_at_the_result(
    server: Running, evenings: Evenings, page: Page
) -> None:
    page.goto(f"{server.url}/evenements/{evenings.over}")
    player = page.locator(f'.replay[data-replay="{evenings.told_topic}"]')
    player.locator("[data-speed]").select_option("600")
    player.locator("[data-track]").fill("0")
    player.locator("[data-play]").click()
    expect(player.locator("[data-track]")).to_have_value("1000")
    expect(player.locator("[data-play]")).to_have_text("Revoir le vote")
    expect(page.locator('.round-standing [data-roll="voters"]')).to_contain_text("26")


def test_the_press_takes_a_chart_along_as_png(server: Running, evenings: Evenings, page: Page) -> None:
    page.goto(f"{server.url}/evenements/{evenings.over}/presse")
    with page.expect_download() as coming:
        page.get_by_role("button", name="Graphique en PNG").click()
    assert coming.value.suggested_filename == f"question-{evenings.told_topic}.png"
    content = coming.value.path().read_bytes()
    width, height = (int.from_bytes(content[at : at + 4]) for at in (16, 20))
    assert content[:4] == b"\x89PNG" and (width, height) > (1200, 0)
