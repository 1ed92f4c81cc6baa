"""Events at the console, as the browsers of editors ask for them: written, paired, moved."""

import re
from dataclasses import dataclass, replace
from html import unescape

import httpx2
import pytest

from realtime.tally import ONLINE, Hall
from storage.event_steps import event_steps
from storage.events import get_event
from storage.films import dress_film
from storage.screens import begin_screen, note_said, pair, paired_screens, waiting_screens
from storage.stages import get_stage
from storage.values_events import Step, StepContent, StepKind
from storage.values_news import Picture
from storage.values_screens import ABSENT_MS, CODE_MS, SILENT_MS, Screen, ScreenSaid
from storage.values_show import LEAD_MS, Mode
from storage.values_staff import Role
from tests.shows import METZ, QUESTION, REIMS, THANKS, WAITING, Launch, launch
from tests.web.conftest import Site
from tests.web.console.test_drafts import picture
from tests.web.staffed import Colleague, colleague
from tests.web.test_films import brought
from web.console.local_instant import write_instant
from web.pictures import MOST_BYTES

PATH = "/console/evenements"
OP = "abcdefghijklmnop"
EVENT = {
    "name": "Le <b>lancement</b>",
    "text": "Venez.",
    "starts": "2099-03-31T18:00",
    "hall": ["metz", "online"],
}
JSON = {"accept": "application/json"}


@dataclass
class Desk:
    """An editor in front of an event."""

    site: Site
    editor: Colleague
    show: Launch

    @property
    def now(self) -> int:
        return self.site.house.clock[0]

    @property
    def path(self) -> str:
        return f"{PATH}/{self.show.event}"

    async def get(self, rest: str = "") -> httpx2.Response:
        return await self.editor.browser.get(self.path + rest)

    async def post(self, rest: str, **form: str) -> httpx2.Response:
        return await self.editor.browser.post(self.path + rest, data=form)

    async def steps(self) -> list[Step]:
        return await event_steps(self.site.house.database, self.show.event)

    async def number(self) -> int:
        stage = await get_stage(self.site.house.database, self.show.event)
        assert stage is not None
        return stage.show.number

    async def press(
        self, gesture: str, upon: int, op: str = "", who: Colleague | None = None, **more: str
    ) -> httpx2.Response:
        form = {"gesture": gesture, "upon": str(upon), "op": op or f"page-upon-{upon}", **more}
        browser = (who or self.editor).browser
        return await browser.post(f"{self.path}/regie", data=form, headers=JSON)

    async def screen(self, hall: Hall = METZ, token: str = "t" * 16) -> Screen:
        return await begin_screen(self.site.house.database, hall, token, self.now)

    async def says(self, screen: Screen, number: int, step: int | None, ready: tuple[int, ...]) -> None:
        said = ScreenSaid(number, step, ready, offset=12, frames=60, width=1920, height=1080)
        await note_said(self.site.house.database, screen.id, said, self.now)


@pytest.fixture
async def desk(site: Site) -> Desk:
    house = site.house
    show = await launch(house.database, house.keys, house.clock[0], halls=(METZ, REIMS, ONLINE))
    return Desk(site, await colleague(site, Role.EDITOR), show)


async def test_an_event_is_written_once_and_changed(site: Site) -> None:
    editor = await colleague(site, Role.EDITOR)
    first = await editor.browser.post(PATH, data={**EVENT, "op": OP})
    again = await editor.browser.post(PATH, data={**EVENT, "op": OP})
    assert first.status_code == 303 and first.headers["location"] == again.headers["location"]
    number = int(re.findall(r"\d+", first.headers["location"])[0])
    page = (await editor.browser.get(f"{PATH}/{number}")).text
    assert "Le &lt;b&gt;lancement" in page and page.count(" checked") == 2
    changed = await editor.browser.post(
        f"{PATH}/{number}", data={**EVENT, "name": "La fête", "hall": "reims"}
    )
    assert changed.status_code == 303
    event = await get_event(site.house.database, number)
    assert event is not None and (event.name, event.halls) == ("La fête", (REIMS,))
    assert "La fête" in (await editor.browser.get(PATH)).text


async def test_events_are_for_editors_and_administrators(site: Site) -> None:
    for role, may in ((Role.EDITOR, True), (Role.ADMINISTRATOR, True), (Role.MODERATOR, False)):
        someone = await colleague(site, role, email=f"{role}@grandest.fr")
        assert ((await someone.browser.get(PATH)).status_code == 200) is may
        assert (f'href="{PATH}"' in (await someone.browser.get("/console")).text) is may


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"name": " "}, "Donnez un nom"),
        ({"name": "n" * 141}, "plus de 140\u00a0signes"),
        ({"name": "a\x07b"}, "signes invisibles"),
        ({"text": "t" * 401}, "plus de 400\u00a0signes"),
        ({"hall": []}, "Cochez au moins une salle"),
        ({"hall": ["metz", "nancy"]}, "existe pas"),
        ({"hall": ["METZ !"]}, "existe pas"),
        ({"starts": ""}, "Choisissez le jour"),
        ({"starts": "demain"}, "par exemple"),
        ({"starts": "2027-03-28T02:30"}, "heure est sautée"),
        ({"starts": "2026-03-31T18:00"}, "déjà passé"),
        ({"starts": "1999-03-31T18:00"}, "Cette année n'est pas possible"),
        ({"starts": "20270-03-31T18:00"}, "Cette année n'est pas possible"),
        ({"op": "x"}, "incomplet"),
    ],
)
async def test_what_is_wrong_with_an_event_is_said_and_nothing_typed_is_lost(
    site: Site, wrong: dict[str, object], told: str
) -> None:
    editor = await colleague(site, Role.EDITOR)
    kept = {"text": "gardez-moi"} if "text" not in wrong else {}
    answer = await editor.browser.post(PATH, data={**EVENT, "op": OP, **kept, **wrong})
    assert answer.status_code == 400 and told.replace("'", "&#39;") in answer.text
    assert "text" in wrong or "gardez-moi" in answer.text


async def test_each_kind_of_step_has_just_the_fields_that_it_needs(desk: Desk) -> None:
    names: dict[StepKind, set[str]] = {}
    for kind in StepKind:
        page = (await desk.get(f"/etapes/nouvelle?sorte={kind}")).text
        names[kind] = set(re.findall(r'<(?:input|select|textarea)[^>]* name="(\w+)"', page)) - {"op", "kind"}
    assert names[StepKind.BLACK] == {"duration"}
    assert names[StepKind.COUNTDOWN] == {"at", "title", "text", "palette", "picture", "alt"}
    assert names[StepKind.RESULTS] == {"title", "question", "palette", "duration"}
    assert names[StepKind.TOPIC] >= {"title", "theme", "results", "again", "duration"}
    assert names[StepKind.STREAM] == {"stream", "title", "duration"}
    kinds = (await desk.get("/etapes/nouvelle")).text
    assert all(f"sorte={kind}" in kinds for kind in StepKind)


async def test_a_step_is_added_once_with_its_picture_and_changed(desk: Desk) -> None:
    form = {
        "kind": "reveal",
        "title": "Le nom",
        "palette": "sun",
        "duration": "12,5",
        "alt": "Un soleil",
        "op": OP,
    }
    file = {"picture": ("a.png", picture(), "image/png")}
    for _ in range(2):
        answer = await desk.editor.browser.post(f"{desk.path}/etapes", data=form, files=file)
        assert answer.status_code == 303, answer.text
    *_, step = steps = await desk.steps()
    assert len(steps) == 4
    content = step.content
    assert (content.title, content.palette, content.duration) == ("Le nom", "sun", 12_500)
    assert content.picture is not None and content.picture.alt == "Un soleil"
    page = (await desk.get(f"/etapes/{step.id}")).text
    assert 'value="12,5"' in page and f"/images/{content.picture.image}" in page
    answer = await desk.post(
        f"/etapes/{step.id}", title="Autrement", palette="sky", duration="", alt="Un soleil"
    )
    assert answer.status_code == 303
    (changed,) = [one.content for one in await desk.steps() if one.id == step.id]
    assert (changed.title, changed.duration, changed.picture) == ("Autrement", None, content.picture)
    await desk.post(f"/etapes/{step.id}", title="Autrement", palette="sky", remove="1")
    assert (await desk.steps())[-1].content.picture is None


@pytest.mark.parametrize(
    ("kind", "wrong", "told"),
    [
        ("reveal", {"title": ""}, "Écrivez un titre"),
        ("reveal", {"title": "t" * 141}, "plus de 140\u00a0signes"),
        ("reveal", {"title": "a\x07b"}, "signes invisibles"),
        ("reveal", {"text": "t" * 401}, "plus de 400\u00a0signes"),
        ("reveal", {"duration": "2"}, "de 3 à"),
        ("reveal", {"duration": "21601"}, "de 3 à"),
        ("reveal", {"duration": "une minute"}, "de 3 à"),
        ("reveal", {"palette": "pink"}, "Choisissez une des réponses"),
        ("reveal", {"op": "x"}, "incomplet"),
        ("countdown", {}, "Choisissez le jour"),
        ("countdown", {"at": "2020-03-31T18:00"}, "est passée"),
        ("countdown", {"at": "2099-02-30T18:00"}, "par exemple"),
        ("countdown", {"at": "1999-03-31T18:00"}, "Cette année n'est pas possible"),
        ("countdown", {"at": "2027-03-28T02:30"}, "heure est sautée"),
        ("topic", {"title": "", "theme": "sport"}, "Écrivez un titre"),
        ("topic", {"theme": ""}, "Choisissez une thématique"),
        ("topic", {"theme": "nowhere"}, "Choisissez une thématique"),
        ("topic", {"again": "99"}, "plus au déroulé"),
        ("topic", {"again": "x"}, "Choisissez une des réponses"),
        ("topic", {"theme": "sport", "results": "never"}, "Choisissez une des réponses"),
        ("results", {"question": "99"}, "plus au déroulé"),
        ("film", {}, "Choisissez un film"),
        ("film", {"film": "7"}, "Choisissez un film"),
        ("stream", {"stream": ""}, "commence par https"),
        ("stream", {"stream": "http://video.example/"}, "commence par https"),
        ("stream", {"stream": "https://a:b@video.example/"}, "commence par https"),
        ("stream", {"stream": "javascript:alert(1)"}, "commence par https"),
        ("stream", {"stream": "https://[::1"}, "commence par https"),
        ("stream", {"stream": "https://autre.example/direct"}, "pas ce site"),
        ("karaoke", {}, "Choisissez une des réponses"),
    ],
)
async def test_what_is_wrong_with_a_step_is_said_and_nothing_typed_is_lost(
    desk: Desk, kind: str, wrong: dict[str, str], told: str
) -> None:
    form = {"title": "gardez-moi", "palette": "night", "results": "always", "kind": kind, "op": OP, **wrong}
    answer = await desk.post("/etapes", **form)
    assert answer.status_code == 400 and told.replace("'", "&#39;") in answer.text, answer.text
    assert "title" in wrong or kind == "karaoke" or "gardez-moi" in answer.text
    assert len(await desk.steps()) == 3


@pytest.mark.parametrize(
    ("file", "alt", "status", "told"),
    [
        (b"no picture", "x", 400, "pas une image"),
        (picture(), "", 400, "ce que l&#39;image montre"),
        (b"x" * (MOST_BYTES + 80_000), "x", 413, "plus de 8"),
    ],
)
async def test_a_picture_that_is_none_is_refused(
    desk: Desk, file: bytes, alt: str, status: int, told: str
) -> None:
    form = {"kind": "thanks", "title": "Merci", "palette": "night", "alt": alt, "op": OP}
    answer = await desk.editor.browser.post(
        f"{desk.path}/etapes?sorte=thanks", data=form, files={"picture": ("a.png", file, "image/png")}
    )
    assert answer.status_code == status and told in answer.text


async def test_a_question_is_asked_again_without_its_words(desk: Desk) -> None:
    asked = desk.show.steps[1]
    answer = await desk.post(
        "/etapes", kind="topic", again=str(asked), palette="sky", results="always", op=OP
    )
    assert answer.status_code == 303, answer.text
    content = (await desk.steps())[-1].content
    assert (content.again, content.title, content.theme) == (asked, "", None)
    assert "posée encore une fois" in (await desk.get()).text


async def test_an_event_keeps_when_it_began_and_goes_to_no_other_day_that_has_passed(desk: Desk) -> None:
    event = await get_event(desk.site.house.database, desk.show.event)
    assert event is not None
    desk.site.house.clock[0] = event.starts_at + 86_400_000
    editor = await colleague(desk.site, Role.EDITOR, email="lendemain@grandest.fr")
    same = {**EVENT, "name": "La fête", "starts": write_instant(event.starts_at)}
    assert (await editor.browser.post(desk.path, data=same)).status_code == 303
    earlier = {**same, "starts": write_instant(event.starts_at - 3_600_000)}
    answer = await editor.browser.post(desk.path, data=earlier)
    assert answer.status_code == 400 and "déjà passé" in answer.text
    just_now = {**EVENT, "starts": write_instant(desk.now - 60_000), "op": OP}
    assert (await editor.browser.post(PATH, data=just_now)).status_code == 303


async def test_questions_of_the_same_words_are_told_apart_and_one_that_was_asked_is_only_read(
    desk: Desk,
) -> None:
    first = desk.show.steps[1]
    words = {
        "kind": "topic",
        "title": QUESTION.title,
        "theme": "sport",
        "results": "always",
        "palette": "night",
    }
    assert (await desk.post("/etapes", **words, op=OP)).status_code == 303
    again = {"kind": "topic", "again": str(first), "results": "always", "palette": "night"}
    assert (await desk.post("/etapes", **again, op=OP + "2")).status_code == 303

    async def offered() -> list[str]:
        page = (await desk.get("/etapes/nouvelle?sorte=results")).text
        (listed,) = re.findall(r'<select id="question".*?</select>', page, re.S)
        told = re.findall(r"<option[^>]*>(.*?)</option>", listed, re.S)[1:]
        return [" ".join(one.replace("\xa0", " ").split()) for one in told]

    ahead = "Faut-il des trains la nuit ?"
    unasked = [f"{ahead} · étape {n} · pas encore posée" for n in (2, 4)]
    once_more = f"{ahead} (encore une fois) · étape 5 · pas encore posée"
    assert await offered() == [*unasked, once_more]
    fields = re.findall(r'name="(\w+)"', (await desk.get(f"/etapes/{first}")).text)
    assert {"title", "theme", "results"} <= set(fields)
    await desk.press("launch", 0, anyway="1")
    await desk.press("next", 1)
    desk.site.house.clock[0] += LEAD_MS
    told = (await offered())[0]
    assert told.startswith(f"{ahead} · étape 2 · posée le ") and told.endswith(", vote ouvert")
    page = (await desk.get(f"/etapes/{first}")).text
    assert not {"title", "text", "theme", "results", "again"} & set(re.findall(r'name="(\w+)"', page))
    assert "Question posée" in page and "ses mots, sa thématique" in page and "Transports" in page
    assert (await desk.post(f"/etapes/{first}", palette="sun", duration="20")).status_code == 303
    (kept,) = [step.content for step in await desk.steps() if step.id == first]
    assert (kept.title, kept.theme, kept.palette) == (QUESTION.title, QUESTION.theme, "sun")
    await desk.press("next", 2)
    desk.site.house.clock[0] += LEAD_MS
    await desk.press("stop", 3)


async def test_steps_are_put_in_order_and_taken_out(desk: Desk) -> None:
    first, second, third = desk.show.steps

    async def order() -> list[int]:
        return [step.id for step in await desk.steps()]

    for step, into, wanted in (
        (first, "up", [first, second, third]),
        (first, "down", [second, first, third]),
        (first, "down", [second, third, first]),
        (first, "down", [second, third, first]),
        (third, "up", [third, second, first]),
    ):
        answer = await desk.post(f"/etapes/{step}/rang", into=into)
        assert answer.headers["location"].endswith(f"#etape-{step}")
        assert await order() == wanted
    assert (await desk.post(f"/etapes/{second}/retrait")).status_code == 303
    assert await order() == [third, first]
    for rest in (f"/etapes/{second}", "/etapes/99", f"/etapes/{10**20}"):
        assert (await desk.get(rest)).status_code == 404
        assert (await desk.post(rest, title="x")).status_code == 404
    assert (await desk.post("/etapes/99/rang", into="up")).status_code == 404
    assert (await desk.post("/etapes/99/retrait")).status_code == 404


async def test_a_run_of_show_has_sixty_steps_at_most(desk: Desk) -> None:
    for number in range(57):
        made = await desk.post("/etapes", kind="black", op=f"step-number-{number}")
        assert made.status_code == 303
    full = await desk.post("/etapes", kind="black", op=OP)
    assert full.status_code == 400 and "soixante étapes" in full.text


async def test_what_is_on_keeps_its_halls_and_what_is_over_stays(desk: Desk) -> None:
    await desk.press("launch", 0, anyway="1")
    form = {**EVENT, "hall": ["metz", "reims", "online"]}
    assert (await desk.editor.browser.post(desk.path, data=form)).status_code == 303
    elsewhere = await desk.editor.browser.post(desk.path, data=EVENT)
    assert elsewhere.status_code == 409 and "ses salles ne changent pas" in elsewhere.text
    await desk.press("next", 1)
    changed = {"title": "Autre question ?", "theme": "sport", "palette": "night", "results": "always"}
    refused = await desk.post(f"/etapes/{desk.show.steps[1]}", **changed)
    assert refused.status_code == 409 and "ses mots" in refused.text
    await desk.press("stop", 2)
    late = await desk.post("/etapes", kind="black", op=OP)
    assert late.status_code == 409 and "ne change plus" in late.text
    assert (await desk.editor.browser.post(desk.path, data=form)).status_code == 409
    assert "Ajouter une étape" not in (await desk.get()).text


async def test_what_is_not_there_is_said_on_every_page(desk: Desk) -> None:
    browser = desk.editor.browser
    for path in (f"{PATH}/99", f"{PATH}/{10**20}"):
        for rest in ("", "/etapes/nouvelle", "/ecrans", "/ecrans/etat", "/regie", "/regie/etat"):
            assert (await browser.get(path + rest)).status_code == 404, rest
        for rest in ("", "/etapes", "/ecrans", "/ecrans/1/retrait", "/regie", "/etapes/1/rang"):
            form = {**EVENT, "kind": "black", "op": OP, "gesture": "next", "upon": "0"}
            assert (await browser.post(path + rest, data=form)).status_code == 404, rest


# --- screens


async def test_another_hall_is_added_offered_and_retired(desk: Desk) -> None:
    salles = f"{PATH}/salles"
    browser = desk.editor.browser
    assert (await browser.post(salles, data={"name": "Épinal"})).status_code == 303
    assert "imaginest.test/ecran/epinal" in (await browser.get(salles)).text
    assert 'value="epinal"' in (await browser.get(f"{PATH}/nouveau")).text
    again = await browser.post(salles, data={"name": "épinal"})
    assert again.status_code == 409 and "déjà offerte" in again.text
    assert (await browser.post(f"{salles}/epinal/retirer")).status_code == 303
    assert 'value="epinal"' not in (await browser.get(f"{PATH}/nouveau")).text
    assert (await browser.post(f"{salles}/epinal/retirer")).status_code == 409


async def test_a_screen_is_paired_by_its_code_and_sent_away(desk: Desk) -> None:
    screen = await desk.screen()
    assert screen.code is not None
    spaced = f" {screen.code[:3]} {screen.code[3:]} "
    answer = await desk.post("/ecrans", hall="metz", code=spaced)
    assert answer.status_code == 303
    page = (await desk.get("/ecrans?fait=relie")).text
    assert "relié" in page and f'data-screen="{screen.id}"' in page and "imaginest.test/ecran/metz" in page
    twice = await desk.post("/ecrans", hall="metz", code=screen.code)
    assert twice.status_code == 400 and "Aucun écran ne montre ce code" in twice.text
    assert (await desk.post(f"/ecrans/{screen.id}/retrait")).status_code == 303
    assert await paired_screens(desk.site.house.database, (METZ,)) == []
    assert (await desk.post(f"/ecrans/{screen.id}/retrait")).status_code == 404


async def test_what_is_wrong_with_a_code_is_said(desk: Desk) -> None:
    screen = await desk.screen()
    assert screen.code is not None
    other = "".join(str((int(digit) + 1) % 10) for digit in screen.code)
    for form, status, told in (
        ({"hall": "metz", "code": "12345"}, 400, "six chiffres"),
        ({"hall": "metz", "code": "١٢٣٤٥٦"}, 400, "six chiffres"),
        ({"hall": "metz", "code": other}, 400, "Aucun écran"),
        ({"hall": "reims", "code": screen.code}, 400, "une autre salle"),
        ({"hall": "strasbourg", "code": screen.code}, 404, "pas de cet événement"),
        ({"hall": "<b>", "code": screen.code}, 404, "pas de cet événement"),
    ):
        answer = await desk.post("/ecrans", **form)
        assert answer.status_code == status and told in answer.text
    desk.site.house.clock[0] += CODE_MS
    late = await desk.post("/ecrans", hall="metz", code=screen.code)
    assert "Aucun écran" in late.text


async def test_who_guesses_codes_is_slowed_down_and_nobody_else(desk: Desk) -> None:
    other = await colleague(desk.site, Role.EDITOR, email="other@grandest.fr")
    statuses = [(await desk.post("/ecrans", hall="metz", code=f"{n:06}")).status_code for n in range(12)]
    assert statuses[0] == 400 and statuses[-1] == 429
    screen = await desk.screen()
    slow = await desk.post("/ecrans", hall="metz", code=screen.code or "")
    assert slow.status_code == 429 and "Recommencez dans 6" in slow.text
    form = {"hall": "metz", "code": screen.code or ""}
    assert (await other.browser.post(f"{desk.path}/ecrans", data=form)).status_code == 303


async def test_a_screen_of_another_events_hall_is_not_sent_away_here(desk: Desk) -> None:
    elsewhere = await desk.screen(Hall("strasbourg"))
    await pair(
        desk.site.house.database, elsewhere.hall, elsewhere.code or "", by=desk.editor.id, now=desk.now
    )
    assert (await desk.post(f"/ecrans/{elsewhere.id}/retrait")).status_code == 404
    assert await paired_screens(desk.site.house.database, (elsewhere.hall,))


async def test_a_screen_is_ready_once_it_speaks_follows_and_has_loaded_all(desk: Desk) -> None:
    first, second, third = desk.show.steps
    screen = await desk.screen()
    await desk.post("/ecrans", hall="metz", code=screen.code or "")

    async def state() -> str:
        return " ".join((await desk.get("/ecrans/etat")).text.split())

    assert "pas encore prêt" in await state() and "0 étapes chargées sur 3" in await state()
    await desk.says(screen, 0, None, (first, second))
    assert "2 étapes chargées sur 3" in await state() and "1920 × 1080" in await state()
    await desk.says(screen, 0, None, (first, second, third))
    assert ">prêt<" in await state() and "60 images/s" in await state()
    desk.site.house.clock[0] += SILENT_MS + 1000
    assert "silencieux depuis 16" in await state() and "is-silent" in await state()


async def test_a_screen_that_shows_something_else_is_marked_once_it_should_know(desk: Desk) -> None:
    first, second, third = desk.show.steps
    screen = await desk.screen()
    await desk.post("/ecrans", hall="metz", code=screen.code or "")
    await desk.press("rehearse", 0)
    await desk.press("next", 1)
    await desk.says(screen, 1, first, (first, second, third))
    before = await desk.get("/regie/etat")
    assert before.status_code == 200 and "is-straying" not in before.text, "the agreed instant is to come"
    assert ">prêt<" in before.text and "dernier geste" not in before.text, "nor does it lag behind"
    desk.site.house.clock[0] += LEAD_MS + 1000
    await desk.says(screen, 1, first, (first, second, third))
    page = (await desk.get("/regie/etat")).text
    assert "is-straying" in page and "autre chose que prévu" in page and ">prêt<" not in page
    await desk.says(screen, 2, second, (first, second, third))
    assert "is-straying" not in (await desk.get("/regie/etat")).text


async def test_an_absent_screen_is_counted_apart_holds_no_show_up_and_comes_back(desk: Desk) -> None:
    screens = {}
    for hall, token in ((METZ, "m" * 16), (METZ, "n" * 16), (REIMS, "r" * 16)):
        screens[token[0]] = screen = await desk.screen(hall, token)
        await desk.post("/ecrans", hall=str(hall), code=screen.code or "")
        await desk.says(screen, 0, None, tuple(desk.show.steps))
    desk.site.house.clock[0] += ABSENT_MS
    for name in "mr":
        await desk.says(screens[name], 0, None, tuple(desk.show.steps))
    remote = " ".join((await desk.get("/regie")).text.split())
    assert "2 écrans prêts sur 2 · 1 écran absent" in remote
    assert "absent depuis 3 min · <a" in remote
    assert "Tous les écrans présents sont prêts" in remote
    assert "absent depuis 3" in (await desk.get("/ecrans/etat")).text
    assert (await desk.press("launch", 0)).status_code == 200
    await desk.says(screens["n"], 1, None, tuple(desk.show.steps))
    back = " ".join((await desk.get("/regie/etat")).text.split())
    assert "sur 3" in back and "absent" not in back


async def test_a_hall_whose_screens_are_all_absent_has_a_launch_ask(desk: Desk) -> None:
    screen = await desk.screen()
    await desk.post("/ecrans", hall="metz", code=screen.code or "")
    desk.site.house.clock[0] += ABSENT_MS
    asked = await desk.post("/regie", gesture="launch", upon="0", op=OP)
    page = unescape(asked.text)
    assert asked.status_code == 409 and "aucun écran n'est là, le dernier est absent depuis 3" in page
    assert page.count("Aucun écran n'est connecté") == 2


async def test_the_absent_screens_of_a_hall_are_sent_away_in_one_press(desk: Desk) -> None:
    for token in ("m" * 16, "n" * 16):
        screen = await desk.screen(METZ, token)
        await desk.post("/ecrans", hall="metz", code=screen.code or "")
    present = await desk.post("/ecrans/absents", hall="metz")
    assert present.status_code == 409 and "Aucun écran de cette salle" in present.text
    desk.site.house.clock[0] += ABSENT_MS
    assert "Retirer les 2 écrans absents" in (await desk.get("/ecrans")).text
    assert (await desk.post("/ecrans/absents", hall="strasbourg")).status_code == 404
    gone = await desk.post("/ecrans/absents", hall="metz")
    assert gone.status_code == 303 and gone.headers["location"].endswith("/ecrans?fait=retires")
    assert "sont retirés" in (await desk.editor.browser.get(gone.headers["location"])).text
    assert await paired_screens(desk.site.house.database, (METZ,)) == []


# --- the pictures of the halls

PICTURES = f"{PATH}/salles"


async def test_a_picture_of_a_hall_is_framed_by_our_own_pages_and_is_no_screen(desk: Desk) -> None:
    page = await desk.editor.browser.get(f"{PICTURES}/metz/image")
    assert page.status_code == 200 and "Metz" in page.text and page.headers["cache-control"] == "no-store"
    policy = page.headers["content-security-policy"]
    assert "frame-ancestors 'self'" in policy and "frame-src 'self';" in policy
    assert "frame-ancestors 'none'" in (await desk.get("/regie")).headers["content-security-policy"]
    assert await waiting_screens(desk.site.house.database, (METZ,)) == []
    assert not any(name.startswith("ecran") for name in desk.editor.browser.cookies)
    assert f'data-picture="{PICTURES}/metz/image"' in (await desk.get("/regie")).text
    for path in (f"{PICTURES}/nancy/image", f"{PICTURES}/nancy/programme?evenement={desk.show.event}"):
        assert (await desk.editor.browser.get(path)).status_code == 404, path
    for asked in ("", "?evenement=99", "?evenement=x", f"?evenement={10**20}"):
        assert (await desk.editor.browser.get(f"{PICTURES}/metz/programme{asked}")).status_code == 404


async def test_a_picture_fetches_no_film_no_stream_and_what_is_on_later_only_then(site: Site) -> None:
    site.deploy(replace(site.services[0].site, stream_sites=("https://video.example",)))
    house, film = site.house, await brought(site)
    poster = ("a" * 64, b"RIFF")
    await dress_film(house.database, film, poster=poster, by=None, now=3)
    contents = (
        StepContent(StepKind.FILM, film=film),
        StepContent(StepKind.STREAM, "La table ronde", stream="https://video.example/direct?id=4"),
        StepContent(StepKind.WAITING, "Bonsoir", picture=Picture("a" * 64, "La salle", 640, 360)),
    )
    show = await launch(house.database, house.keys, house.clock[0], *contents)
    editor = await colleague(site, Role.EDITOR)
    told = (await editor.browser.get(f"{PICTURES}/metz/programme?evenement={show.event}")).json()
    film_step, stream_step, picture_step = told["steps"]
    assert film_step["film"] is None and "<video" not in film_step["html"]
    assert f'src="/films/{film}/affiche"' in film_step["html"] and "data-second" in film_step["html"]
    assert "video.example" not in stream_step["html"] and "La table ronde" in stream_step["html"]
    assert 'loading="lazy"' in picture_step["html"]
    assert 'loading="lazy"' not in str(await _on_the_screen(site, show))


async def _on_the_screen(site: Site, show: Launch) -> object:
    """The run of show as a paired screen of Metz has it."""
    async with site.browser() as browser:
        code = (await browser.get("/ecran/metz/etat")).json()["code"]
        await pair(site.house.database, METZ, code, by=show.by, now=site.house.clock[0])
        told = (await browser.get(f"/ecran/metz/programme?evenement={show.event}")).json()
        assert "<video" in told["steps"][0]["html"] and "video.example" in told["steps"][1]["html"]
        return told


# --- the remote


async def test_a_show_is_rehearsed_launched_and_moved(desk: Desk) -> None:
    assert (await desk.press("rehearse", 0)).json()["number"] == 1
    page = (await desk.get("/regie")).text
    assert "Répétition" in page and "Bienvenue" in page
    assert (await desk.press("stop", 1)).status_code == 200
    assert (await desk.press("launch", 2, anyway="1")).json()["told"] == "C'est lancé."
    for upon, gesture in enumerate(("next", "pause", "resume", "hold", "release", "back"), 3):
        assert (await desk.press(gesture, upon)).json()["number"] == upon + 1, gesture
    jumped = await desk.press(f"jump-{desk.show.steps[2]}", 9)
    assert jumped.json()["number"] == 10
    stage = await get_stage(desk.site.house.database, desk.show.event)
    assert stage is not None and stage.show.step == desk.show.steps[2] and stage.show.mode is Mode.LIVE
    assert (await desk.press("stop", 10)).status_code == 200
    assert "ne change plus" in (await desk.get("/regie")).text


async def test_two_who_press_together_move_it_once_and_the_second_reads_who_did(desk: Desk) -> None:
    other = await colleague(desk.site, Role.ADMINISTRATOR, email="claire@grandest.fr")
    await desk.press("rehearse", 0)
    assert (await desk.press("next", 1, who=other)).status_code == 200
    late = await desk.press("next", 1)
    assert late.status_code == 409 and late.json()["code"] == "moved"
    assert "Agent claire@grandest.fr a appuyé" in late.json()["fault"] and "Suivant" in late.json()["fault"]
    own = await desk.press("next", 1, op="another-operation", who=other)
    assert "Votre geste d'avant" in own.json()["fault"]
    assert await desk.number() == 2


async def test_a_press_whose_answer_was_lost_counts_once(desk: Desk) -> None:
    await desk.press("rehearse", 0)
    first, again = [(await desk.press("next", 1)).json() for _ in range(2)]
    assert first == again and await desk.number() == 2


async def test_without_a_program_a_press_leads_back_and_a_refusal_shows_the_new_state(desk: Desk) -> None:
    done = await desk.post("/regie", gesture="rehearse", upon="0", op=OP)
    assert done.headers["location"] == f"{desk.path}/regie?fait=rehearse"
    assert "La répétition commence" in (await desk.editor.browser.get(done.headers["location"])).text
    late = await desk.post("/regie", gesture="next", upon="0", op=OP)
    assert late.status_code == 409 and 'role="alert"' in late.text
    assert 'name="upon" value="1"' in late.text


async def test_a_launch_says_which_screens_are_not_ready_and_lets_one_go_on(desk: Desk) -> None:
    screen = await desk.screen()
    await desk.post("/ecrans", hall="metz", code=screen.code or "")
    asked = await desk.post("/regie", gesture="launch", upon="0", op=OP)
    assert asked.status_code == 409
    assert "Metz, écran 1" in asked.text and "Reims\u202f: aucun écran" in asked.text
    assert "Lancer quand même" in asked.text and await desk.number() == 0
    assert (await desk.press("launch", 0)).json()["code"] == "not-ready"
    assert (await desk.press("launch", 0, anyway="1")).status_code == 200


async def test_a_launch_with_screens_that_are_ready_asks_nothing_more(desk: Desk) -> None:
    for hall, token in ((METZ, "m" * 16), (REIMS, "r" * 16)):
        screen = await desk.screen(hall, token)
        await desk.post("/ecrans", hall=str(hall), code=screen.code or "")
        await desk.says(screen, 0, None, tuple(desk.show.steps))
    assert "Oui, lancer" in (await desk.get("/regie")).text
    assert (await desk.press("launch", 0)).status_code == 200


@pytest.mark.parametrize(
    ("presses", "told"),
    [
        (["next"], "Rien n'est en cours"),
        (["rehearse", "rehearse"], "déjà en cours"),
        (["rehearse", "back"], "première étape"),
        (["rehearse", "next", "next", "next"], "dernière étape"),
        (["rehearse", "jump-99"], "plus au déroulé"),
        (["rehearse", "resume"], "déjà fait"),
        (["rehearse", "release"], "déjà fait"),
        (["launch", "stop", "launch"], "ne se relance pas"),
        (["dance"], "Rechargez la page"),
        (["jump-x"], "Rechargez la page"),
    ],
)
async def test_a_press_that_moves_nothing_says_why(desk: Desk, presses: list[str], told: str) -> None:
    *before, last = presses
    for upon, gesture in enumerate(before):
        await desk.press(gesture, upon, op=f"operation-{upon}", anyway="1")
    answer = await desk.press(last, len(before), op="the-last-one", anyway="1")
    if last == "next" and len(before) == 3:
        answer = await desk.press("next", 3, op="the-very-last")
    assert answer.status_code >= 400 and told in answer.json()["fault"]


async def test_an_event_without_steps_or_in_a_hall_that_is_taken_does_not_begin(desk: Desk) -> None:
    made = await desk.editor.browser.post(PATH, data={**EVENT, "hall": "metz", "op": OP})
    other = made.headers["location"].partition("?")[0]
    form = {"gesture": "rehearse", "upon": "0", "op": OP}
    empty = await desk.editor.browser.post(f"{other}/regie", data=form, headers=JSON)
    assert empty.json()["code"] == "no-steps"
    await desk.editor.browser.post(f"{other}/etapes", data={"kind": "black", "op": OP})
    await desk.press("rehearse", 0)
    taken = await desk.editor.browser.post(f"{other}/regie", data={**form, "op": "another-one"}, headers=JSON)
    assert taken.json()["code"] == "hall-taken" and "une de ces salles" in taken.json()["fault"]


async def test_a_press_that_is_no_form_of_ours_is_refused(desk: Desk) -> None:
    whole = {"gesture": "next", "upon": "0", "op": OP}
    for wrong in (
        {"gesture": ""},
        {"upon": "-1"},
        {"upon": ""},
        {"upon": "9" * 20},
        {"op": "x"},
        {"op": "x" * 99},
    ):
        assert (await desk.post("/regie", **{**whole, **wrong})).status_code == 400, wrong


async def test_the_remote_counts_down_to_a_time_and_tells_what_comes_by_itself(site: Site) -> None:
    house = site.house
    end = house.clock[0] + 60_000
    contents = (StepContent(StepKind.COUNTDOWN, "Bientôt", at=end), WAITING, QUESTION, THANKS)
    show = await launch(house.database, house.keys, house.clock[0], *contents)
    desk = Desk(site, await colleague(site, Role.EDITOR), show)
    await desk.press("rehearse", 0)
    page = (await desk.get("/regie/etat")).text
    assert f'data-until="{end}">1:00<' in page and "tout seul dans" in page
    assert write_instant(end)[-5:] in (await desk.get()).text or "jusqu" in (await desk.get()).text
