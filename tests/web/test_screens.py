"""The big screens of the halls, as the server answers them."""

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from hashlib import sha256
from typing import Any

import httpx2
import pytest

from realtime.disclosure import ResultPolicy
from realtime.tally import ONLINE, Hall, Sign
from server.settings import BadSetting, Settings
from storage.event_steps import add_step, remove_step
from storage.posts import submit
from storage.screens import pair, paired_screens, unpair, waiting_screens
from storage.topics import create_topics, mark
from storage.values import NewTopic, Provenance, TopicKind, TopicRules
from storage.values_events import EventFault, StepContent, StepKind
from storage.values_news import Picture
from storage.values_posts import Moderation, NewPost, Post, PostingRules, PostKind
from storage.values_screens import CODE_MS, RENEWED_MS, SEEN_MS, Screen, ScreenSaid
from storage.values_show import LEAD_MS, Gesture
from tests.shows import METZ, QUESTION, REIMS, STRASBOURG, WAITING, Launch, launch
from tests.storage.house import device
from tests.storage.images import PNG
from tests.web.conftest import Site
from web.screens.pace import AT_ONCE, POLL_MS
from web.screens.said import said_in
from web.site import Site as Deployment

SAID: Mapping[str, Any] = {
    **{"number": 4, "step": 2, "ready": [1, 2], "offset": -3_600_000, "frames": 60},
    **{"width": 1920, "height": 1080, "sound": True},
}


async def begun(site: Site, *contents: StepContent) -> Launch:
    return await launch(site.house.database, site.house.keys, site.house.clock[0], *contents)


async def code_of(browser: httpx2.AsyncClient, hall: str = "metz") -> str:
    told = (await browser.get(f"/ecran/{hall}/etat")).json()
    assert told["paired"] is False
    return str(told["code"])


async def paired(site: Site, show: Launch, browser: httpx2.AsyncClient, hall: Hall = METZ) -> Screen:
    code = await code_of(browser, hall)
    found = await pair(site.house.database, hall, code, by=show.by, now=site.house.clock[0])
    assert isinstance(found, Screen), found
    return found


async def program(browser: httpx2.AsyncClient, show: Launch, hall: str = "metz") -> httpx2.Response:
    return await browser.get(f"/ecran/{hall}/programme?evenement={show.event}")


async def test_the_halls_are_listed_and_one_that_does_not_exist_is_no_page(site: Site) -> None:
    async with site.browser() as browser:
        assert 'href="/ecran/metz"' in (await browser.get("/ecran")).text
        for hall in ("nancy", "METZ", "x" * 30, "..%2Fmetz"):
            answer = await browser.get(f"/ecran/{hall}")
            assert answer.status_code == 404 and "ecran-" not in answer.headers.get("set-cookie", "")


async def test_a_screen_shows_its_hall_and_its_code_and_keeps_its_cookie_to_itself(site: Site) -> None:
    async with site.browser() as browser:
        answer = await browser.get("/ecran/metz", headers={"accept-language": "en"})
        cookie = next(
            line for line in answer.headers.get_list("set-cookie") if line.startswith("ecran-metz=")
        )
        assert {"HttpOnly", "SameSite=strict", "Max-Age=34560000"} <= set(cookie.split("; "))
        assert await code_of(browser) in answer.text
        assert '<html lang="fr">' in answer.text, "a hall reads French whatever the device speaks"


async def test_a_code_is_another_before_it_ends(site: Site) -> None:
    async with site.browser() as browser:
        first = await code_of(browser)
        site.house.clock[0] += CODE_MS - RENEWED_MS - 1
        assert await code_of(browser) == first
        site.house.clock[0] += 1
        assert await code_of(browser) != first


async def test_a_paired_screen_is_paired_again_when_it_comes_back(site: Site) -> None:
    show = await begun(site)
    async with site.browser() as browser:
        await paired(site, show, browser)
        assert (await browser.get("/ecran/metz/etat")).json() == {"paired": True}
        assert 'data-state="paired"' in (await browser.get("/ecran/metz")).text


async def test_the_screens_of_three_halls_stand_in_one_browser(site: Site) -> None:
    show = await begun(site)
    halls = (METZ, REIMS, STRASBOURG)
    async with site.browser() as browser:
        screens = [await paired(site, show, browser, hall) for hall in halls]
        for hall in halls:
            assert (await browser.get(f"/ecran/{hall}/etat")).json() == {"paired": True}
            said = await browser.post(f"/ecran/{hall}/etat", content=json.dumps(SAID))
            assert said.status_code == 204
        found = await paired_screens(site.house.database, halls)
        assert {one.id for one in found} == {one.id for one in screens} and all(one.said for one in found)


async def test_a_hall_is_not_opened_by_the_cookie_of_another(site: Site) -> None:
    show = await begun(site)
    async with site.browser() as browser:
        await paired(site, show, browser)
        stolen = browser.cookies["ecran-metz"]
    async with site.browser() as thief:
        thief.cookies.set("ecran-reims", stolen)
        answer = await thief.get("/ecran/reims/etat")
        assert answer.json()["paired"] is False
        (cookie,) = answer.headers.get_list("set-cookie")
        assert cookie.startswith("ecran-reims=") and stolen not in cookie, "it is a screen of its own"
    assert await paired_screens(site.house.database, (METZ,))


async def test_a_screen_that_waits_is_looked_at_and_written_only_now_and_then(site: Site) -> None:
    async def seen() -> int:
        (screen,) = await waiting_screens(site.house.database, (METZ,))
        return screen.seen_at

    begun_at = site.house.clock[0]
    async with site.browser() as browser:
        code = await code_of(browser)
        site.house.clock[0] = begun_at + SEEN_MS - 1
        assert await code_of(browser) == code and await seen() == begun_at
        site.house.clock[0] = begun_at + SEEN_MS
        assert await code_of(browser) == code and await seen() == begun_at + SEEN_MS


async def test_a_screen_that_waits_asks_no_faster_than_its_pace_and_one_that_is_paired_as_it_likes(
    site: Site,
) -> None:
    show = await begun(site)
    async with site.browser() as browser:
        screen = await paired(site, show, browser)
        for _ in range(AT_ONCE + 2):
            assert (await browser.get("/ecran/metz/etat")).status_code == 200
        await unpair(site.house.database, screen.id, by=show.by, now=site.house.clock[0])
        statuses = [(await browser.get("/ecran/metz/etat")).status_code for _ in range(AT_ONCE + 2)]
        assert statuses[-1] == 429 and set(statuses[:-1]) == {200}
        site.house.clock[0] += POLL_MS
        assert (await browser.get("/ecran/metz/etat")).status_code == 200


async def test_one_network_opens_new_screens_slowly_and_known_ones_as_often_as_it_likes(site: Site) -> None:
    async with site.browser() as known:
        await known.get("/ecran/metz")
        for _ in range(AT_ONCE - 1):
            async with site.browser() as another:
                assert (await another.get("/ecran/metz")).status_code == 200
        async with site.browser() as late:
            refused = await late.get("/ecran/metz")
            assert refused.status_code == 429 and int(refused.headers["retry-after"]) > 0
            assert (await late.get("/ecran/metz/etat")).json()["code"] == "too-fast"
        assert (await known.get("/ecran/metz")).status_code == 200


async def test_the_run_of_show_is_for_the_paired_screens_of_its_halls(site: Site) -> None:
    show = await begun(site)
    async with site.browser() as browser:
        assert (await program(browser, show)).status_code == 403
        screen = await paired(site, show, browser)
        told = (await program(browser, show)).json()
        assert told["event"] == show.event
        assert [step["kind"] for step in told["steps"]] == ["waiting", "topic", "thanks"]
        assert (await program(browser, show, "reims")).status_code == 403
        for event in ("999", "", "x", "9" * 30):
            assert (await browser.get(f"/ecran/metz/programme?evenement={event}")).status_code == 404
        await unpair(site.house.database, screen.id, by=show.by, now=site.house.clock[0])
        assert (await program(browser, show)).status_code == 403


async def test_a_vote_is_joined_by_the_halls_own_address(site: Site) -> None:
    site.deploy(Deployment("http://imaginest.example"))
    show = await begun(site)
    async with site.browser() as browser:
        await paired(site, show, browser)
        asked = (await program(browser, show)).json()["steps"][1]
        assert "imaginest.example/<wbr>salle/metz" in asked["html"]
        assert 'src="data:image/svg+xml;base64,' in asked["html"]
        assert asked["topic"] is None and "trains la nuit" in asked["html"]


async def test_a_step_that_was_removed_stays_as_long_as_it_is_shown(site: Site) -> None:
    show = await begun(site)
    now = site.house.clock[0]
    await show.goes(Gesture.REHEARSE, now, upon=0)
    await show.goes(Gesture.NEXT, now, upon=1)
    for step in (show.steps[1], show.steps[2]):
        await remove_step(site.house.database, show.event, step, by=show.by, now=now)
    async with site.browser() as browser:
        await paired(site, show, browser)
        steps = (await program(browser, show)).json()["steps"]
        assert [(step["step"], step["removed"]) for step in steps] == [
            (show.steps[0], False),
            (show.steps[1], True),
        ]


async def test_a_question_asked_again_is_shown_before_and_after(site: Site) -> None:
    show = await begun(site, QUESTION, WAITING)
    now = site.house.clock[0]
    again = StepContent(StepKind.TOPIC, again=show.steps[0])
    for number, content in enumerate((again, StepContent(StepKind.RESULTS))):
        step = await add_step(
            site.house.database, show.event, content, op=f"more {number}", by=show.by, now=now
        )
        assert not isinstance(step, EventFault)
    await show.goes(Gesture.LAUNCH, now, upon=0)
    site.house.clock[0] += LEAD_MS
    async with site.browser() as browser:
        await paired(site, show, browser)
        steps = (await program(browser, show)).json()["steps"]
        results = steps[-1]
        assert 'data-tally="before"' in results["html"] and results["before"] == steps[0]["topic"] is not None
        assert 'data-tally="before"' not in steps[0]["html"]
        assert ["On vote à nouveau" in step["html"] for step in steps] == [False, False, True, False]


async def test_results_of_a_third_vote_show_the_second_before_it(site: Site) -> None:
    show = await begun(site, QUESTION)
    again = StepContent(StepKind.TOPIC, again=show.steps[0])
    for number, content in enumerate((again, again, StepContent(StepKind.RESULTS))):
        step = await add_step(
            site.house.database, show.event, content, op=f"more {number}", by=show.by, now=site.house.clock[0]
        )
        assert not isinstance(step, EventFault)
    for upon, gesture in enumerate((Gesture.LAUNCH, Gesture.NEXT, Gesture.NEXT, Gesture.NEXT)):
        site.house.clock[0] = (await show.goes(gesture, site.house.clock[0], upon=upon)).at
    async with site.browser() as browser:
        await paired(site, show, browser)
        first, second, third, results = (await program(browser, show)).json()["steps"]
        assert (results["before"], results["topic"]) == (second["topic"], third["topic"])
        assert second["before"] == first["topic"] is not None and 'data-tally="before"' in results["html"]


@pytest.mark.parametrize(
    ("event", "topic", "told"),
    [
        (Provenance.REAL, Provenance.REAL, None),
        (Provenance.REAL, Provenance.SIMULATED, "Démonstration · Votes simulés"),
        (Provenance.DEMONSTRATION, Provenance.DEMONSTRATION, "Démonstration"),
        (Provenance.SIMULATED, Provenance.SIMULATED, "Démonstration · Votes simulés"),
    ],
)
async def test_what_is_not_real_stands_by_every_figure_of_a_vote(
    site: Site, event: Provenance, topic: Provenance, told: str | None
) -> None:
    kinds, now = (StepKind.RESULTS, StepKind.HALLS), site.house.clock[0]
    show = await launch(
        site.house.database,
        site.house.keys,
        now,
        *(QUESTION, WAITING, *(StepContent(kind) for kind in kinds)),
        provenance=event,
    )
    await show.goes(Gesture.LAUNCH, now, upon=0)
    async with site.browser() as browser:
        await paired(site, show, browser)
        (asked,) = {step["topic"] for step in (await program(browser, show)).json()["steps"]} - {None}
        await mark(site.house.database, [asked], topic)
        steps = (await program(browser, show)).json()["steps"]
        found = [re.findall('class="caveats">(.*)</p>', step["html"]) for step in steps]
        assert found == [
            [] if told is None or kind == "waiting" else [told] for kind in (s["kind"] for s in steps)
        ]


@pytest.mark.parametrize(
    ("sites", "is_shown"),
    [((), False), (("https://video.example",), True), (("https://other.example",), False)],
)
async def test_a_stream_is_shown_only_from_a_site_that_the_settings_name(
    site: Site, sites: tuple[str, ...], is_shown: bool
) -> None:
    site.deploy(replace(Deployment(), stream_sites=sites))
    show = await begun(site, StepContent(StepKind.STREAM, stream="https://video.example/direct?id=4"))
    async with site.browser() as browser:
        await paired(site, show, browser)
        html = (await program(browser, show)).json()["steps"][0]["html"]
        assert ("video.example" in html) is is_shown
        assert ("ne peut pas être montré" in html) is not is_shown


@pytest.mark.parametrize("site", ["video.example", "https://video.example/direct"])
def test_a_site_that_is_no_origin_is_refused_at_the_start(site: str) -> None:
    with pytest.raises(BadSetting, match="origin"):
        Settings.of({"IMAGINEST_STREAM_SITES": site})


async def test_only_a_screen_may_play_what_it_keeps_and_show_what_stands_in_a_frame(site: Site) -> None:
    async with site.browser() as browser:
        screen = (await browser.get("/ecran/metz")).headers["content-security-policy"]
        assert (
            "media-src 'self' blob:;" in screen
            and "frame-src 'self';" in screen
            and "frame-ancestors 'none'" in screen
        )
        assert "blob:" not in (await browser.get("/ecran")).headers["content-security-policy"]


async def test_what_a_screen_says_of_itself_is_kept_once_it_is_paired(site: Site) -> None:
    show = await begun(site)
    async with site.browser() as browser:
        await browser.get("/ecran/metz")
        body = json.dumps(SAID)
        assert (await browser.post("/ecran/metz/etat", content=body)).json()["code"] == "not-paired"
        await paired(site, show, browser)
        assert (await browser.post("/ecran/metz/etat", content=body)).status_code == 204
        assert (await browser.post("/ecran/reims/etat", content=body)).status_code == 403
        (screen,) = await paired_screens(site.house.database, (METZ, REIMS))
        assert screen.said == ScreenSaid(4, 2, (1, 2), -3_600_000, 60, 1920, 1080, sound=True)
        assert (await browser.post("/ecran/metz/etat", content="x" * 5000)).status_code == 413
        assert (await browser.post("/ecran/metz/etat", content="{}")).status_code == 400


@pytest.mark.parametrize(
    "wrong",
    [
        {"number": -1},
        {"number": True},
        {"step": "2"},
        {"ready": "12"},
        {"ready": [0]},
        {"ready": list(range(1, 1000))},
        {"offset": 1.5},
        {"frames": 10**9},
        {"sound": 1},
    ],
)
def test_what_no_screen_says_is_not_taken(wrong: dict[str, Any]) -> None:
    assert said_in(json.dumps({**SAID, **wrong}).encode()) is None
    assert said_in(json.dumps(SAID).encode()) is not None


@pytest.mark.parametrize("body", [b"", b"[]", b"\xff", b"[" * 4000, b'{"ready": []}'])
def test_what_is_no_json_of_ours_is_not_taken(body: bytes) -> None:
    assert said_in(body) is None


async def test_a_vote_is_joined_from_every_step_while_it_is_open(site: Site) -> None:
    site.deploy(Deployment("http://imaginest.example"))
    kinds = (StepKind.HALLS, StepKind.IDEAS, StepKind.WORDS, StepKind.THANKS)
    others = [StepContent(StepKind.REVEAL, "Imagin'Est"), *(StepContent(kind) for kind in kinds)]
    show = await begun(site, QUESTION, *others, StepContent(StepKind.RESULTS))

    async def corner() -> bool:
        told = (await program(browser, show)).json()
        assert all('class="corner' in step["html"] for step in told["steps"][1:-1]), "each has a place for it"
        return "salle/metz" in told["corner"]

    async with site.browser() as browser:
        await paired(site, show, browser)
        assert not await corner(), "nothing is asked yet"
        await show.goes(Gesture.LAUNCH, site.house.clock[0], upon=0)
        site.house.clock[0] += LEAD_MS
        assert await corner()
        before = (await program(browser, show)).json()["program"]
        await show.goes(Gesture.JUMP, site.house.clock[0], upon=1, step=show.steps[-1])
        assert not await corner(), "it has ended"
        ended = (await program(browser, show)).json()["steps"][0]
        assert "Le vote est terminé" in ended["html"] and ended["closes"] == site.house.clock[0] + LEAD_MS
        assert (await program(browser, show)).json()["program"] > before, "screens lay it out anew"


async def test_what_an_editor_says_of_a_vote_and_of_its_results_is_shown(site: Site) -> None:
    about = (StepContent(StepKind.RESULTS, "Le résultat"), StepContent(StepKind.HALLS, "Salle par salle"))
    show = await begun(site, StepContent(StepKind.HALLS), replace(QUESTION, text="Votez + ou −"), *about)
    async with site.browser() as browser:
        await paired(site, show, browser)
        steps = [step["html"] for step in (await program(browser, show)).json()["steps"]]
        for html, said in zip(
            steps, ("Aucune question", "Votez + ou −", "Le résultat", "Salle par salle"), strict=True
        ):
            assert said in html
        assert all("trains la nuit" in html for html in steps[1:])


async def test_ideas_are_shown_by_what_everybody_may_know_of_them(site: Site) -> None:
    """Their results are mostly for voters only: how many have voted is for all."""
    show = await begun(site, StepContent(StepKind.IDEAS))

    async def board() -> str:
        (step,) = (await program(browser, show)).json()["steps"]
        return str(step["html"])

    async def ideas(results: ResultPolicy) -> None:
        rules, titles = TopicRules(0, None, results=results), ("Un banc", "Un pont", "Un bal")
        new = [NewTopic(TopicKind.IDEA, f"{title} {results}", "sport", rules) for title in titles]
        for topic in await create_topics(site.house.database, site.house.keys, new, site.house.clock[0]):
            for number in range(10):
                await site.house.vote(topic, device(number), Sign.PLUS)

    async with site.browser() as browser:
        await paired(site, show, browser)
        assert "Idées de tous" in (told := await board()) and "les plus récentes" in told
        await ideas(ResultPolicy.AFTER_VOTE)
        told = await board()
        assert "le plus de votants" in told and "10\xa0votants" in told
        assert "idea-share" not in told, "their results are for voters only"
        await ideas(ResultPolicy.ALWAYS)
        told = await board()
        assert "les plus aimées" in told and told.count("idea-share") == 3


async def test_a_hall_reads_its_own_ideas_and_words_once_enough_people_there_have_written(site: Site) -> None:
    show = await begun(site, StepContent(StepKind.IDEAS), StepContent(StepKind.WORDS))
    await show.goes(Gesture.LAUNCH, site.house.clock[0], upon=0)
    site.house.clock[0] += LEAD_MS
    rules = PostingRules(Moderation.AFTER)

    async def boards(hall: str) -> tuple[str, str]:
        ideas, words = (await program(browser, show, hall)).json()["steps"]
        return str(ideas["html"]), str(words["html"])

    async def writes(who: int, hall: Hall | None, text: str) -> None:
        author = site.house.keys.author(device(who))
        new = NewPost(PostKind.IDEA, text, author, f"operation-{who}", "sport", hall=hall)
        assert isinstance(
            await submit(site.house.database, site.house.keys, new, rules, site.house.clock[0]), Post
        )

    async with site.browser() as browser:
        for hall in (METZ, ONLINE):
            await paired(site, show, browser, hall)
        for who in range(2):
            await writes(who, METZ, f"Ouvrir la piscine le soir, numéro {who}")
        for who in range(20, 23):
            await writes(who, None, f"Ouvrir la bibliothèque, numéro {who}")
        ideas, words = await boards("metz")
        assert "Idées de tous" in ideas and "bibliothèque" in ideas, "two people are no hall"
        assert "Les mots de tous" in words and "bibliothèque" in words
        for who in range(2, 9):
            await writes(who, METZ, f"Ouvrir la piscine le soir, numéro {who}")
        ideas, words = await boards("metz")
        assert "Idées de la salle" in ideas and "piscine" in ideas and "bibliothèque" not in ideas
        assert "Les mots de tous" in words, "nine people could be told apart"
        await writes(9, METZ, "Fermer la piscine")
        _, words = await boards("metz")
        assert "Les mots de la salle" in words and "piscine" in words and "bibliothèque" not in words
        ideas, words = await boards("online")
        assert "Idées de tous" in ideas and "Les mots de tous" in words and "bibliothèque" in words


async def test_a_picture_is_shown_with_each_kind_of_step_that_may_have_one(site: Site) -> None:
    picture = Picture(sha256(PNG).hexdigest(), "Une place", 1, 1)
    show = await begun(site, WAITING)
    now = site.house.clock[0]
    contents = (
        StepContent(StepKind.COUNTDOWN, at=now + 3_600_000, picture=picture),
        StepContent(StepKind.REVEAL, "Imagin'Est", picture=picture),
        replace(QUESTION, picture=picture),
    )
    for content in contents:
        step = await add_step(
            site.house.database, show.event, content, op=str(content.kind), by=show.by, now=now, image=PNG
        )
        assert not isinstance(step, EventFault), step
    async with site.browser() as browser:
        await paired(site, show, browser)
        steps = (await program(browser, show)).json()["steps"]
        assert [f"/images/{picture.image}" in step["html"] for step in steps] == [False, True, True, True]


async def test_a_picture_of_a_step_is_for_staff_and_paired_screens(site: Site) -> None:
    show = await begun(site)
    name = sha256(PNG).hexdigest()
    content = StepContent(StepKind.THANKS, picture=Picture(name, "Une place", 1, 1))
    step = await add_step(
        site.house.database, show.event, content, op="p", by=show.by, now=site.house.clock[0], image=PNG
    )
    assert not isinstance(step, EventFault), step
    async with site.browser() as browser:
        assert (await browser.get(f"/images/{name}")).status_code == 404
        await paired(site, show, browser)
        assert (await browser.get(f"/images/{name}")).status_code == 200
        assert f"/images/{name}" in (await program(browser, show)).json()["steps"][-1]["html"]
