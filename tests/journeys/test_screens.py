"""Halls' screens on two nodes over Redis: in step on a slow network, with a film, a wrong clock, kept awake."""

import re
from dataclasses import replace

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from storage.screens import paired_screens, unpair
from storage.values import Provenance
from storage.values_events import LONGEST_NAME, LONGEST_TEXT, StepContent, StepKind
from storage.values_show import Gesture, Show
from tests.journeys.axe import Axe
from tests.journeys.booth import HOUR, REVEAL, Booth, now, screen, shown
from tests.journeys.waiting import until
from tests.running import until_told
from tests.shows import METZ, QUESTION, REIMS, STRASBOURG, WAITING
from tests.tcp_proxy import tcp_proxy

pytestmark = pytest.mark.usefixtures("free_halls")

AN_HOUR_AHEAD = """{
  const Real = Date;
  const ahead = () => Real.now() + 3600000;
  Date = class extends Real {
    constructor(...given) { given.length ? super(...given) : super(ahead()); }
    static now() { return ahead(); }
  };
}"""


SHARE_OF_THE_SCREEN = (
    "told => parseFloat(getComputedStyle(told).fontSize) / Math.min(innerWidth, innerHeight)"
)
"""A letter's height; what has but a few words is large however long the address below the code is."""


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
            expect(page.locator(".is-on .vote-join .join-address")).to_contain_text(address)
            assert page.locator(".is-on .question").evaluate(SHARE_OF_THE_SCREEN) > 0.06
        booth.stop()
        expect(metz.locator("#idle")).to_be_visible()


def test_a_countdown_that_is_paused_stands_and_goes_on_where_it_stood(
    booth: Booth, hall: BrowserContext
) -> None:
    ends = now() + HOUR
    show = booth.event(StepContent(StepKind.COUNTDOWN, text="Éteignez vos lampes.", at=ends), REVEAL)
    url = booth.two.nodes[0].url
    page, phone = screen(hall, url, METZ, booth, show.by), hall.new_page()
    phone.goto(f"{url}/evenements/{show.event}")
    expect(phone.locator("body")).to_have_attribute("data-connected", "true")
    expect(phone.locator(".kicker")).to_contain_text("Bientôt en direct", use_inner_text=True)
    booth.go(show, Gesture.LAUNCH)
    shown(page, show.steps[0])
    expect(phone.locator(".kicker")).to_contain_text("En direct dans plusieurs salles", use_inner_text=True)
    paused = booth.go(show, Gesture.PAUSE)
    assert paused.paused_at is not None
    left = -(-(ends - paused.paused_at) // 1000)
    stands = f"{left // 60}:{left % 60:02}"
    both = page.locator(".is-on .digits"), phone.locator("p.act-digits")
    until(page, "instant => Date.now() > instant", paused.paused_at + 1500)
    for digits in both:
        expect(digits).to_have_text(stands)
    resumed = booth.go(show, Gesture.RESUME)
    for digits in both:
        expect(digits).not_to_have_text(stands)
        minutes, seconds = map(int, (digits.text_content() or "").split(":"))
        late = 60 * minutes + seconds - (ends - now()) / 1000
        assert 1000 * late > resumed.late - 1000, "it ends later by the time that it stood"
    assert size_of(phone, ".act-text") < size_of(phone, "h1") < size_of(phone, ".act-digits")
    booth.go(show, Gesture.NEXT)
    expect(phone.locator(".act-reveal")).to_be_visible()
    assert size_of(phone, "h1") < size_of(phone, ".act-title"), "the name is the largest thing"
    phone.close()


def size_of(page: Page, what: str) -> float:
    return float(page.locator(what).evaluate("told => parseFloat(getComputedStyle(told).fontSize)"))


SAVES_DATA = "Object.defineProperty(navigator, 'connection', { value: { saveData: true } })"

OFF = """since => {
    const film = document.querySelector(".is-on video, .act video");
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
        until(page, "() => document.querySelector('.is-on video').textTracks[0].cues?.length > 0")
        lines = "film => [...film.textTracks[0].cues].map(({ line }) => line)"
        assert set(film.evaluate(lines)) == {-3}, "captions stand above what a projector may cut off"
        begun = film.evaluate("film => film.currentTime")
        until(page, "begun => document.querySelector('.is-on video').currentTime > begun + 1", begun)
        expect(page.locator("#lost")).to_be_visible()
        proxy.cut(everything=False)
        expect(page.locator("#lost")).to_be_hidden()
        until(page, f"since => ({OFF})(since) < 1", agreed.since)


def test_a_phone_that_follows_plays_the_film_at_the_halls_second_without_its_sound(
    booth: Booth, hall: BrowserContext
) -> None:
    show = booth.event(WAITING, StepContent(StepKind.FILM, film=booth.film()))
    booth.go(show, Gesture.LAUNCH)
    phone, still, saving = hall.new_page(), hall.new_page(), hall.new_page()
    still.emulate_media(reduced_motion="reduce")
    saving.add_init_script(SAVES_DATA)
    fetched: list[str] = []
    saving.on("request", lambda request: fetched.append(request.url))
    for page in (phone, still, saving):
        page.goto(f"{booth.two.nodes[0].url}/evenements/{show.event}")
        expect(page.locator("body")).to_have_attribute("data-connected", "true")
    agreed = booth.go(show, Gesture.NEXT)
    film = "document.querySelector('.act video')"
    until(phone, f"() => {film}?.readyState >= 2 && {film}.currentTime > 1")
    assert phone.evaluate(f"[{film}.error, {film}.paused, {film}.muted]") == [None, False, True]
    until(phone, f"since => ({OFF})(since) < 1", agreed.since)
    until(still, f"() => {film}?.readyState >= 1")
    assert still.evaluate(f"[{film}.error, {film}.paused, {film}.controls]") == [None, True, True]
    until(saving, f"() => {film}?.isConnected")
    assert saving.evaluate(f"[{film}.paused, {film}.controls, {film}.readyState]") == [True, True, 0]
    assert not [url for url in fetched if re.search(r"/films/\d+$", url)], (
        "where data is saved no film is fetched"
    )
    phone.locator(".act video").evaluate("film => film.pause()")
    until(phone, "at => Date.now() > at", now() + 1000)
    assert phone.evaluate(f"{film}.paused"), "whoever stops it has it stand"
    saving.locator(".act video").evaluate("film => void film.play()")
    until(saving, f"since => {film}.readyState >= 2 && ({OFF})(since) < 1", agreed.since)
    for page in (phone, still, saving):
        page.close()


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


BEYOND_THE_EDGE = """() => [...document.querySelectorAll(".is-on *")]
    .filter(one => one.childElementCount === 0 && one.getClientRects().length && one.textContent.trim())
    .filter(one => {
        const words = document.createRange();
        words.selectNodeContents(one);
        const { left, top, right, bottom } = words.getBoundingClientRect();
        const [x, y] = [innerWidth / 20 - 1, Math.min(innerWidth, innerHeight) / 24]; // fonts overhang
        return left < x || top < y || right > innerWidth - x || bottom > innerHeight - y;
    })
    .map(one => one.textContent)"""
SIZES = ((3840, 2160), (1280, 720), (1024, 768))


def test_nothing_is_cut_off_whatever_size_and_shape_a_screen_has(booth: Booth, hall: BrowserContext) -> None:
    longest = (
        "Faut-il ouvrir des trains de nuit quotidiens entre Strasbourg, Metz, Reims, Mulhouse et la mer du Nord, "
        "même s'ils coûtent plus cher ?"
    )
    kinds = (StepKind.WAITING, StepKind.COUNTDOWN, StepKind.REVEAL, StepKind.THANKS)
    name, text = (longest * 2)[:LONGEST_NAME], (longest * 4)[:LONGEST_TEXT]
    ends = {StepKind.COUNTDOWN: now() + 12 * HOUR}
    steps = [StepContent(kind, name, text, at=ends.get(kind)) for kind in kinds]
    show = booth.event(*steps, replace(QUESTION, title=longest), provenance=Provenance.SIMULATED)
    page = screen(hall, booth.two.nodes[0].url, METZ, booth, show.by)
    for number, step in enumerate(show.steps):
        booth.go(show, Gesture.NEXT if number else Gesture.REHEARSE)
        shown(page, step)
        for width, height in SIZES:
            page.set_viewport_size({"width": width, "height": height})
            page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
            assert page.evaluate(BEYOND_THE_EDGE) == [], (step, width, height)
    page.evaluate("document.querySelector('.is-on .duel-figures').style.fontSize = '90vw'")
    assert page.evaluate(BEYOND_THE_EDGE) != [], "it would be seen"


SPIES_ON_THE_LOCK = """{
    window.asked = [];
    window.refuses = false;
    const request = async kind => {
        asked.push({ kind, released: refuses });
        if (refuses) throw new DOMException("the battery is low", "NotAllowedError");
        return asked.at(-1);
    };
    Object.defineProperty(navigator, "wakeLock", { value: { request } });
    window.look = isSeen => {
        if (!isSeen) for (const lock of asked) lock.released = true;  // as browsers do
        const value = isSeen ? "visible" : "hidden";
        Object.defineProperty(document, "visibilityState", { value, configurable: true });
        document.dispatchEvent(new Event("visibilitychange"));
    };
}"""


def test_a_screen_is_kept_awake_again_after_it_was_hidden_and_goes_on_where_that_is_refused(
    booth: Booth, hall: BrowserContext
) -> None:
    hall.add_init_script(SPIES_ON_THE_LOCK)
    show = booth.event(WAITING, REVEAL)
    page = screen(hall, booth.two.nodes[0].url, METZ, booth, show.by)
    faults: list[object] = []
    page.on("pageerror", lambda fault: faults.append(fault))
    booth.go(show, Gesture.LAUNCH)
    shown(page, show.steps[0])
    assert [lock["kind"] for lock in page.evaluate("asked")] == ["screen"]
    page.evaluate("look(true)")
    assert len(page.evaluate("asked")) == 1, "it is held"
    page.evaluate("look(false)")
    assert len(page.evaluate("asked")) == 1, "nobody looks"
    page.evaluate("look(true)")
    assert [lock["released"] for lock in page.evaluate("asked")] == [True, False]
    page.evaluate("refuses = true; look(false); look(true)")
    assert len(page.evaluate("asked")) == 3
    booth.go(show, Gesture.NEXT)
    shown(page, show.steps[1])
    assert faults == []


def test_three_windows_of_one_browser_are_the_screens_of_three_halls(booth: Booth, browser: Browser) -> None:
    show = booth.event(WAITING, QUESTION)
    context, url = browser.new_context(), booth.two.nodes[0].url
    pages = {hall: screen(context, url, hall, booth, show.by) for hall in (METZ, REIMS, STRASBOURG)}
    assert len([one for one in context.cookies() if one["name"].startswith("ecran-")]) == 3
    booth.go(show, Gesture.LAUNCH)
    booth.go(show, Gesture.NEXT)
    for hall, page in pages.items():
        shown(page, show.steps[1])
        expect(page.locator(".is-on .vote-join .join-address")).to_contain_text(f"/salle/{hall}")
    for page in pages.values():
        page.reload()
        shown(page, show.steps[1])
    away = booth.do(paired_screens(booth.database, (REIMS,)))[-1]
    booth.do(unpair(booth.database, away.id, by=show.by, now=now()))
    expect(pages[REIMS].locator("#code")).to_be_visible()
    booth.go(show, Gesture.BACK)
    for hall in (METZ, STRASBOURG):
        shown(pages[hall], show.steps[0])
    expect(pages[REIMS].locator("#code")).to_be_visible()
    context.close()


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
