"""Halls' screens on two nodes over Redis: in step, through a slow or cut network, a restart and a wrong clock."""

import re
import secrets
import signal
import time
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, Route, expect

from realtime.tally import Hall
from storage.event_steps import add_step
from storage.screens import paired_screens, unpair
from storage.stages import get_stage
from storage.values_events import StepContent, StepKind
from storage.values_news import Picture
from storage.values_show import Gesture, Show
from storage.values_staff import Role
from tests.cluster import cluster
from tests.colleagues import signed_in_beside
from tests.journeys.axe import Axe
from tests.journeys.booth import Booth, now
from tests.journeys.conftest import FLAGS, SPEAKS_FRENCH, chromium
from tests.journeys.waiting import until
from tests.running import DEADLINE, until_told
from tests.running_postgres import RunningPostgres
from tests.shows import METZ, QUESTION, REIMS, STRASBOURG, THANKS, WAITING, Launch
from tests.tcp_proxy import tcp_proxy
from web.installable import ICONS

HOUR = 3_600_000
REVEAL = StepContent(StepKind.REVEAL, "Imagin'Est")
AN_HOUR_AHEAD = """{
  const Real = Date;
  const ahead = () => Real.now() + 3600000;
  Date = class extends Real {
    constructor(...given) { given.length ? super(...given) : super(ahead()); }
    static now() { return ahead(); }
  };
}"""


@pytest.fixture(scope="module")
def booth(tmp_path_factory: pytest.TempPathFactory, postgres: RunningPostgres) -> Iterator[Booth]:
    with cluster(tmp_path_factory.mktemp("halls"), 2, postgres) as two:
        made = Booth(two)
        yield made
        made.close()


@pytest.fixture(autouse=True)
def free_halls(booth: Booth) -> Iterator[None]:
    yield
    booth.stop()


@pytest.fixture
def hall(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(viewport={"width": 1280, "height": 720}, service_workers="block")
    yield context
    context.close()


@pytest.fixture
def other_hall(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(viewport={"width": 1024, "height": 768}, service_workers="block")
    yield context
    context.close()


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


def test_three_halls_on_two_nodes_turn_over_at_the_agreed_instant_and_one_that_was_away_catches_up(
    booth: Booth, hall: BrowserContext, other_hall: BrowserContext
) -> None:
    here, there = booth.two.nodes
    show = booth.event(WAITING, REVEAL, QUESTION)
    with tcp_proxy(here.port) as slow, tcp_proxy(there.port) as away:
        slow.delay = (0.2, 0.4)
        strasbourg = screen(hall, here.url, STRASBOURG, booth, show.by)
        metz = screen(other_hall, f"http://127.0.0.1:{slow.port}", METZ, booth, show.by)
        reims = screen(other_hall, f"http://127.0.0.1:{away.port}", REIMS, booth, show.by)

        def goes(gesture: Gesture, step: int, *pages: Page) -> Show:
            agreed = booth.go(show, gesture)
            acted = [shown(page, step) for page in pages]
            assert all(at >= agreed.at for at in acted), "nobody is ahead of the others"
            assert max(acted) - min(acted) < 10_000
            return agreed

        goes(Gesture.LAUNCH, show.steps[0], strasbourg, metz, reims)
        away.cut(everything=True)
        agreed = goes(Gesture.NEXT, show.steps[1], strasbourg, metz)
        assert reims.locator("body").get_attribute("data-step") == str(show.steps[0])
        away.cut(everything=False)
        assert shown(reims, show.steps[1]) > agreed.at
        goes(Gesture.NEXT, show.steps[2], strasbourg, metz, reims)
        for page, address in (
            (strasbourg, "/salle/strasbourg"),
            (metz, "/salle/metz"),
            (reims, "/salle/reims"),
        ):
            expect(page.locator(".is-on .question")).to_contain_text("Faut-il des trains la nuit")
            expect(page.locator(".is-on .join-address")).to_contain_text(address)
        booth.stop()
        expect(metz.locator("#idle")).to_be_visible()


AT_ITS_SECOND = """at => {
    const seconds = Math.ceil((at - Date.now()) / 1000);
    const told = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
    return document.querySelector(".is-on .digits").textContent === told;
}"""
"""Whether a countdown of less than an hour tells what it is to; the clock of this machine is the server's."""


def test_a_countdown_goes_on_without_a_network_and_is_at_its_second_when_it_comes_back(
    booth: Booth, hall: BrowserContext
) -> None:
    ends = now() + HOUR
    show = booth.event(StepContent(StepKind.COUNTDOWN, at=ends), REVEAL)
    with tcp_proxy(booth.two.nodes[0].port) as proxy:
        page = screen(hall, f"http://127.0.0.1:{proxy.port}", METZ, booth, show.by)
        booth.go(show, Gesture.LAUNCH)
        shown(page, show.steps[0])
        proxy.cut(everything=True)
        expect(page.locator("#lost")).to_be_visible()
        before = page.locator(".is-on .digits").text_content() or ""
        expect(page.locator(".is-on .digits")).not_to_have_text(before)
        proxy.cut(everything=False)
        expect(page.locator("#lost")).to_be_hidden()
        until(page, AT_ITS_SECOND, ends)
        booth.go(show, Gesture.NEXT)
        shown(page, show.steps[1])
        expect(page.locator(".is-on .name")).to_have_text("Imagin'Est")


def test_a_countdown_that_is_paused_stands_and_goes_on_where_it_stood(
    booth: Booth, hall: BrowserContext
) -> None:
    ends = now() + HOUR
    show = booth.event(StepContent(StepKind.COUNTDOWN, at=ends), REVEAL)
    url = booth.two.nodes[0].url
    page, phone = screen(hall, url, METZ, booth, show.by), hall.new_page()
    phone.goto(f"{url}/evenements/{show.event}")
    booth.go(show, Gesture.LAUNCH)
    shown(page, show.steps[0])
    paused = booth.go(show, Gesture.PAUSE)
    assert paused.paused_at is not None
    left = -(-(ends - paused.paused_at) // 1000)
    stands = f"{left // 60}:{left % 60:02}"
    both = page.locator(".is-on .digits"), phone.locator("p.act-countdown")
    until(page, "instant => Date.now() > instant", paused.paused_at + 1500)
    for digits in both:
        expect(digits).to_have_text(stands)
    resumed = booth.go(show, Gesture.RESUME)
    for digits in both:
        expect(digits).not_to_have_text(stands)
        minutes, seconds = map(int, (digits.text_content() or "").split(":"))
        late = 60 * minutes + seconds - (ends - now()) / 1000
        assert 1000 * late > resumed.late - 1000, "it ends later by the time that it stood"
    phone.close()


def voters(page: Page) -> Locator:
    return page.locator('.is-on .duel-voters [data-figure="voters"]')


def test_a_vote_keeps_its_numbers_without_a_network_and_catches_up_by_itself(
    booth: Booth, hall: BrowserContext
) -> None:
    show, node = booth.event(QUESTION), booth.two.nodes[0]
    with tcp_proxy(node.port) as proxy:
        page = screen(hall, f"http://127.0.0.1:{proxy.port}", METZ, booth, show.by)
        booth.go(show, Gesture.LAUNCH)
        shown(page, show.steps[0])
        booth.vote(node.url, show, 10)
        expect(voters(page)).to_have_text("10")
        proxy.cut(everything=True)
        expect(page.locator("#lost")).to_be_visible()
        booth.vote(node.url, show, 2)
        assert voters(page).text_content() == "10"
        expect(page.locator('.is-on .duel-figures [data-figure="plus"]')).to_have_text("100")
        proxy.cut(everything=False)
        expect(voters(page)).to_have_text("12")
        expect(page.locator("#lost")).to_be_hidden()


def remote(context: BrowserContext, url: str, show: Launch, booth: Booth) -> Page:
    """The remote of a show, as an editor opens it at this address."""
    email, data = f"{secrets.token_hex(4)}@grandest.fr", str(booth.two.settings.database)
    cookie = signed_in_beside(data, booth.two.nodes[0].keys, email, now(), Role.EDITOR)
    name, _, value = cookie.partition("=")
    context.add_cookies([{"name": name, "value": value, "url": url}])
    page = context.new_page()
    page.goto(f"{url}/console/evenements/{show.event}/regie")
    return page


def test_a_show_whose_database_is_stopped_stays_on_and_goes_on_once_it_is_back(
    booth: Booth, hall: BrowserContext, other_hall: BrowserContext
) -> None:
    here, there = booth.two.nodes
    show = booth.event(StepContent(StepKind.COUNTDOWN, at=now() + HOUR), REVEAL)
    metz = screen(hall, here.url, METZ, booth, show.by)
    phone = other_hall.new_page()
    phone.goto(f"{there.url}/evenements/{show.event}")
    desk = remote(other_hall, there.url, show, booth)
    booth.go(show, Gesture.LAUNCH)
    shown(metz, show.steps[0])
    digits = (metz.locator(".is-on .digits"), phone.locator("[data-countdown]"))
    expect(desk.locator("[data-lead]")).to_be_hidden()
    before = [each.text_content() or "" for each in digits]
    booth.two.postgres.end(signal.SIGINT)
    try:
        desk.locator("[data-press=next]").click()
        expect(desk.locator("#remote-told")).to_contain_text("rien n'a bougé")
        for each, told in zip(digits, before, strict=True):
            expect(each).not_to_have_text(told)
            expect(each).to_be_visible()
    finally:
        booth.two.postgres.start()
    until(
        desk,
        """() => {
        if (document.getElementById("remote-told").textContent.includes("Étape suivante")) return true;
        document.querySelector("[data-press=next]").click();
    }""",
    )
    shown(metz, show.steps[1])
    expect(phone.locator("#scene")).to_contain_text("Imagin'Est")
    stage = booth.do(get_stage(booth.database, show.event))
    assert stage.show.step == show.steps[1] and stage.show.number == 2, "moved once"


def test_a_screen_catches_up_by_itself_once_its_killed_node_is_there_again(
    booth: Booth, hall: BrowserContext
) -> None:
    show = booth.event(QUESTION)
    other, killed = booth.two.nodes
    page = screen(hall, killed.url, METZ, booth, show.by)
    booth.go(show, Gesture.LAUNCH)
    shown(page, show.steps[0])
    booth.vote(other.url, show, 10)
    expect(voters(page)).to_have_text("10")
    killed.end(signal.SIGKILL)
    try:
        expect(page.locator("#lost")).to_be_visible()
        booth.vote(other.url, show, 2)
        assert voters(page).text_content() == "10"
    finally:
        killed.start()
    expect(voters(page)).to_have_text("12")
    expect(page.locator("#lost")).to_be_hidden()


def test_a_remote_whose_node_dies_goes_on_at_another_one_and_counts_a_press_once(
    booth: Booth, hall: BrowserContext
) -> None:
    show = booth.event(WAITING, REVEAL, THANKS)
    other, killed = booth.two.nodes
    with tcp_proxy(killed.port) as proxy:
        booth.go(show, Gesture.LAUNCH)
        desk = remote(hall, f"http://127.0.0.1:{proxy.port}", show, booth)
        heard: list[str] = []
        desk.on("websocket", lambda line: line.on("framereceived", lambda frame: heard.append(str(frame))))
        expect(desk.locator(".remote-on")).to_contain_text("Bienvenue")
        expect(desk.locator("[data-lead]")).to_be_hidden()

        def lose(route: Route) -> None:
            """The press arrives, and its answer does not."""
            if route.request.method == "POST":
                route.fetch()
            route.abort()

        desk.route("**/regie*", lose)
        desk.route("**/regie/etat", lambda route: route.abort())
        desk.locator("[data-press=next]").click()
        expect(desk.locator("#remote-told")).to_contain_text("Appuyez de nouveau")
        killed.end(signal.SIGKILL)
        try:
            proxy.lead_to(other.port)
            desk.unroute("**/regie*")
            desk.locator("[data-press=next]").click()
            expect(desk.locator("#remote-told")).to_contain_text("Étape suivante")
            assert booth.do(get_stage(booth.database, show.event)).show.number == 2, "counted once"
            desk.unroute("**/regie/etat")
            expect(desk.locator(".remote-on")).to_contain_text("Imagin'Est")
            until(desk, "() => document.querySelector('[data-lead]').hidden")
            booth.go(show, Gesture.NEXT)
            expect(desk.locator(".remote-on")).to_contain_text("Merci")
            end = time.monotonic() + DEADLINE
            while not any('"t":"show"' in frame and '"number":3' in frame for frame in heard):
                assert time.monotonic() < end, "its connection did not come back"
                desk.wait_for_timeout(20)
        finally:
            killed.start()


OFF = """since => {
    const film = document.querySelector(".is-on video");
    const wanted = Math.min(Math.max(0, (Date.now() - since) / 1000), film.duration);
    return Math.abs(film.currentTime - wanted);
}"""
"""By how many seconds a film is not where it is to be; the clock of this machine is the server's."""


def test_a_film_that_was_fetched_ahead_plays_on_without_a_network(booth: Booth, hall: BrowserContext) -> None:
    show = booth.event(WAITING, StepContent(StepKind.FILM, film=booth.film()))
    with tcp_proxy(booth.two.nodes[0].port) as proxy:
        page = screen(hall, f"http://127.0.0.1:{proxy.port}", METZ, booth, show.by)
        booth.go(show, Gesture.LAUNCH)
        shown(page, show.steps[0])
        film = page.locator(".scene-film video")
        expect(film).to_have_attribute("src", re.compile("^blob:"))
        agreed = booth.go(show, Gesture.NEXT)
        shown(page, show.steps[1])
        proxy.cut(everything=True)
        begun = film.evaluate("film => film.currentTime")
        until(page, "begun => document.querySelector('.is-on video').currentTime > begun + 1", begun)
        expect(page.locator("#lost")).to_be_visible()
        proxy.cut(everything=False)
        expect(page.locator("#lost")).to_be_hidden()
        until(page, f"since => ({OFF})(since) < 1", agreed.since)


def test_a_film_that_was_paused_while_the_network_was_cut_stands_at_its_second(
    booth: Booth, hall: BrowserContext
) -> None:
    show = booth.event(StepContent(StepKind.FILM, film=booth.film()))
    with tcp_proxy(booth.two.nodes[0].port) as proxy:
        page = screen(hall, f"http://127.0.0.1:{proxy.port}", METZ, booth, show.by)
        booth.go(show, Gesture.LAUNCH)
        shown(page, show.steps[0])
        proxy.cut(everything=True)
        paused = booth.go(show, Gesture.PAUSE)
        assert paused.paused_at is not None
        second = (paused.paused_at - paused.since) / 1000
        until(page, "second => document.querySelector('.is-on video').currentTime > second + 1", second)
        proxy.cut(everything=False)
        until(
            page,
            """second => {
            const film = document.querySelector(".is-on video");
            return film.paused && Math.abs(film.currentTime - second) < 0.5;
        }""",
            second,
        )


NOTES_MOTION = """{
    window.moved = [];
    const note = (event) => moved.push(event.animationName || event.propertyName);
    for (const kind of ["animationstart", "transitionrun"]) addEventListener(kind, note, true);
}"""


def test_a_screen_of_whoever_wants_no_motion_stands_still(
    booth: Booth, hall: BrowserContext, other_hall: BrowserContext
) -> None:
    show, node = booth.event(REVEAL, QUESTION), booth.two.nodes[0]
    for context in (hall, other_hall):
        context.add_init_script(NOTES_MOTION)
    still = screen(hall, node.url, METZ, booth, show.by)
    moving = screen(other_hall, node.url, REIMS, booth, show.by)
    still.emulate_media(reduced_motion="reduce")
    still.evaluate("moved.length = 0")
    for gesture, step in zip((Gesture.LAUNCH, Gesture.NEXT), show.steps, strict=True):
        booth.go(show, gesture)
        for page in (still, moving):
            shown(page, step)
        until(moving, "() => moved.length > 0")
        assert still.evaluate("document.getAnimations().length") == 0
    assert still.evaluate("moved") == []


KEPT = """async hall => {
    const kept = await caches.open(`imaginest-screen-${hall}`);
    const said = await kept.match(`/ecran/${hall}/moment`);
    const moment = said && (await said.json());
    return moment && (await kept.match(`/ecran/${hall}`)) ? moment.show.step : null;
}"""
"""The step that the device would show without a network."""

FORGOTTEN = "async hall => !(await caches.has(`imaginest-screen-${hall}`))"


@pytest.fixture
def restart(browser: Browser, tmp_path: Path) -> Iterator[Callable[[], BrowserContext]]:
    """Starts a hall's own browser, which keeps what it holds as long as the test."""
    contexts: list[BrowserContext] = []

    def start() -> BrowserContext:
        if contexts:
            contexts.pop().close()
        arguments = [*FLAGS, SPEAKS_FRENCH]
        contexts.append(
            browser.browser_type.launch_persistent_context(
                tmp_path, executable_path=chromium(), args=arguments
            )
        )
        return contexts[0]

    yield start
    contexts.pop().close()


def pictured(booth: Booth, show: Launch) -> int:
    """A countdown with a picture, at the end of the run of show."""
    image = (ICONS / "icon-512.png").read_bytes()
    picture = Picture(sha256(image).hexdigest(), "Une place", 512, 512)
    content = StepContent(StepKind.COUNTDOWN, "Bientôt", at=now() + HOUR, picture=picture)
    step = booth.do(
        add_step(booth.database, show.event, content, op="pictured", by=show.by, now=now(), image=image)
    )
    assert isinstance(step, int), step
    return step


def test_a_browser_that_is_started_without_a_network_shows_the_last_step_and_catches_up(
    booth: Booth, restart: Callable[[], BrowserContext]
) -> None:
    show = booth.event(REVEAL)
    step = pictured(booth, show)
    with tcp_proxy(booth.two.nodes[1].port) as proxy:
        url = f"http://127.0.0.1:{proxy.port}"
        page = screen(restart(), url, METZ, booth, show.by)
        booth.go(show, Gesture.LAUNCH)
        booth.go(show, Gesture.NEXT)
        until(page, f"async step => (await ({KEPT})('metz')) === step", step)
        page.evaluate("navigator.serviceWorker.ready.then(() => undefined)")
        proxy.cut(everything=True)
        page = restart().new_page()
        page.goto(f"{url}/ecran/metz")
        expect(page.locator("#lost")).to_be_visible()
        shown(page, step)
        digits = page.locator(".is-on .digits")
        expect(digits).to_have_text(re.compile(r"^(59|1:00):\d\d"))
        expect(digits).not_to_have_text(digits.text_content() or "")
        until(page, "() => document.querySelector('.is-on .picture').naturalWidth > 0")
        booth.go(show, Gesture.BACK)
        proxy.cut(everything=False)
        shown(page, show.steps[0])
        expect(page.locator("#lost")).to_be_hidden()
        mine = booth.do(paired_screens(booth.database, (METZ,)))[-1]
        booth.do(unpair(booth.database, mine.id, by=show.by, now=now()))
        expect(page.locator("#code")).to_be_visible()
        until(page, FORGOTTEN, "metz")
        page.close()


def test_a_screen_whose_browser_is_closed_comes_back_paired_and_at_the_right_step(
    booth: Booth, restart: Callable[[], BrowserContext]
) -> None:
    url = booth.two.nodes[1].url
    show = booth.event(WAITING, REVEAL)
    screen(restart(), url, METZ, booth, show.by)
    booth.go(show, Gesture.LAUNCH)
    again = restart()
    booth.go(show, Gesture.NEXT)
    page = again.new_page()
    page.goto(f"{url}/ecran/metz")
    shown(page, show.steps[1])


def test_a_screen_whose_clock_is_an_hour_wrong_follows_the_servers(
    booth: Booth, hall: BrowserContext
) -> None:
    show = booth.event(WAITING, StepContent(StepKind.COUNTDOWN, at=now() + 2 * HOUR))
    hall.add_init_script(AN_HOUR_AHEAD)
    page = screen(hall, booth.two.nodes[0].url, METZ, booth, show.by)
    booth.go(show, Gesture.LAUNCH)
    agreed = booth.go(show, Gesture.NEXT)
    assert agreed.at <= shown(page, show.steps[1]) < agreed.at + HOUR / 2
    expect(page.locator(".is-on .digits")).to_contain_text("1:5")

    async def hours_ahead() -> set[int]:
        screens = await paired_screens(booth.database, (METZ,))
        return {
            round(one.said.offset / HOUR) for one in screens if one.said and one.said.step == show.steps[1]
        }

    booth.do(until_told(hours_ahead, {1}))


def test_a_screen_says_what_it_shows_and_shows_a_code_again_once_it_is_sent_away(
    booth: Booth, hall: BrowserContext
) -> None:
    show = booth.event(WAITING, REVEAL)
    page = hall.new_page()
    page.goto(f"{booth.two.nodes[0].url}/ecran/reims")
    mine = booth.confirm(page, REIMS, show.by)
    booth.go(show, Gesture.REHEARSE)
    shown(page, show.steps[0])
    expect(page.locator("#rehearsal")).to_be_visible()

    async def said() -> tuple[int | None, set[int]] | None:
        screens = await paired_screens(booth.database, (REIMS,))
        found = next(one.said for one in screens if one.id == mine.id)
        return None if found is None else (found.step, set(found.ready))

    booth.do(until_told(said, (show.steps[0], set(show.steps))))
    booth.do(unpair(booth.database, mine.id, by=show.by, now=now()))
    expect(page.locator("#code")).to_be_visible()
    expect(page.locator("#digits")).to_have_text(re.compile(r"\d{3} \d{3}"))


def test_nothing_is_in_the_way_of_whoever_sets_a_screen_up(booth: Booth, hall: BrowserContext) -> None:
    page = hall.new_page()
    for path in ("/ecran", "/ecran/metz"):
        page.goto(booth.two.nodes[0].url + path)
        assert Axe().run(page).violations_count == 0
