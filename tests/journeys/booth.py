"""Whoever leads an evening on two nodes: moves its show, brings its film, has people vote, pairs its screens."""

import asyncio
import secrets
import threading
import time
from collections.abc import Coroutine
from typing import Any

from playwright.sync_api import BrowserContext, Page, expect

from realtime.tally import Hall, Sign
from server.demonstration_launch import CAPTIONS, FILM
from server.simulated import Door, SimulatedCitizen
from storage.database import Database
from storage.event_steps import event_steps
from storage.films import begin_film, dress_film, finish_film, keep_part
from storage.screens import pair
from storage.stages import get_stage
from storage.values import Provenance
from storage.values_events import StepContent, StepKind
from storage.values_films import Film
from storage.values_screens import Screen
from storage.values_show import Gesture, Show
from storage.values_staff import Role
from tests.cluster import Cluster
from tests.colleagues import signed_in_beside
from tests.running import DEADLINE
from tests.shows import METZ, Launch, launch


def now() -> int:
    return time.time_ns() // 1_000_000


HOUR = 3_600_000
REVEAL = StepContent(StepKind.REVEAL, "Imagin'Est")


class Booth:
    """Whoever drives the show; what it does to the database runs beside the browser's own loop."""

    def __init__(self, two: Cluster) -> None:
        self.two = two
        self._begun: Launch | None = None
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="booth")
        self._thread.start()
        self.database = Database(str(two.settings.database))
        self.do(self.database.open())

    def do(self, work: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(2 * DEADLINE)

    def close(self) -> None:
        self.do(self.database.close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def event(self, *contents: StepContent, provenance: Provenance = Provenance.REAL) -> Launch:
        keys, name = self.two.nodes[0].keys, f"Soir {secrets.token_hex(3)}"
        made = launch(self.database, keys, now(), *contents, name=name, provenance=provenance)
        show: Launch = self.do(made)
        self._begun = show
        return show

    def stop(self) -> None:
        """End what was begun last: its halls are free for the next."""
        if self._begun is None:
            return
        stage = self.do(get_stage(self.database, self._begun.event))
        if stage.show.mode.is_on:
            self.go(self._begun, Gesture.STOP)

    def go(self, show: Launch, gesture: Gesture, step: int | None = None) -> Show:
        """``step`` is where a jump goes."""
        stage = self.do(get_stage(self.database, show.event))
        moved: Show = self.do(show.goes(gesture, now(), upon=stage.show.number, step=step))
        return moved

    def vote(self, url: str, show: Launch, number: int) -> None:
        """So many people of Metz vote + on what the event asks, at this address."""

        async def all_vote() -> None:
            (topic,) = [step.topic for step in await event_steps(self.database, show.event) if step.topic]
            for _ in range(number):
                citizen = SimulatedCitizen(Door(url), None, asyncio.Semaphore(), hall=METZ)
                assert await citizen.vote(topic, Sign.PLUS) is None
                await citizen.leave()

        self.do(all_vote())

    def film(self) -> int:
        """A film of 16 s that an editor brought."""

        async def bring() -> int:
            content = FILM.read_bytes()
            op = secrets.token_hex(8)
            film = await begin_film(
                self.database, "Le soleil se lève", len(content), op=op, by=None, now=now()
            )
            assert isinstance(film, Film)
            await keep_part(self.database, film.id, 0, content)
            captions = CAPTIONS.read_text(encoding="utf-8")
            await dress_film(self.database, film.id, captions=captions, by=None, now=now())
            whole = await finish_film(self.database, film.id, by=None, now=now())
            assert isinstance(whole, Film) and whole.is_whole
            return whole.id

        brought: int = self.do(bring())
        return brought

    def confirm(self, page: Page, hall: Hall, by: int) -> Screen:
        """Type in the code that this screen shows."""
        code = (page.locator("#digits").text_content() or "").replace(" ", "").strip()
        found = self.do(pair(self.database, hall, code, by=by, now=now()))
        assert isinstance(found, Screen), found
        return found


def screen(context: BrowserContext, url: str, hall: Hall, booth: Booth, by: int) -> Page:
    """A screen of this hall that was just paired."""
    page = context.new_page()
    page.goto(f"{url}/ecran/{hall}")
    booth.confirm(page, hall, by)
    expect(page.locator("body[data-state=paired]")).to_be_attached()
    return page


def shown(page: Page, step: int) -> int:
    """Wait until a step is on; the instant at which it was put on, by the server's clock."""
    page.locator(f'body[data-step="{step}"]').wait_for(timeout=DEADLINE * 1000)
    return int(page.evaluate("document.body.dataset.acted"))


def remote(context: BrowserContext, url: str, show: Launch, booth: Booth) -> Page:
    """The remote of a show, as an editor opens it at this address."""
    email, data = f"{secrets.token_hex(4)}@grandest.fr", str(booth.two.settings.database)
    cookie = signed_in_beside(data, booth.two.nodes[0].keys, email, now(), Role.EDITOR)
    name, _, value = cookie.partition("=")
    context.add_cookies([{"name": name, "value": value, "url": url}])
    page = context.new_page()
    page.goto(f"{url}/console/evenements/{show.event}/regie")
    return page
