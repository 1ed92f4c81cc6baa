"""Films over HTTP: stretches of them, who may see one, and how the console takes them."""

from io import BytesIO

import httpx2
import pytest
from PIL import Image

from storage.films import begin_film, finish_film, keep_part
from storage.screens import begin_screen, pair
from storage.values_films import PART_BYTES, Film
from storage.values_screens import Screen
from storage.values_staff import Role
from tests.films import mp4
from tests.shows import METZ, colleague
from tests.web.conftest import Site
from tests.web.staffed import colleague as staff_colleague
from web.films import stretch_of
from web.halls import SCREEN_COOKIE


async def staff_browser(site: Site, *roles: Role) -> httpx2.AsyncClient:
    return (await staff_colleague(site, *roles, email="films@grandest.fr")).browser


def drawn_picture() -> bytes:
    written = BytesIO()
    Image.new("RGB", (64, 36), "navy").save(written, "PNG")
    return written.getvalue()


CONTENT = mp4(bytes_of_media=PART_BYTES + 3_000)


async def brought(site: Site, by: int | None = None, *, finished: bool = True) -> int:
    """A whole film that no launch has shown yet."""
    database = site.house.database
    by = by or await colleague(database, site.house.keys, 1)
    made = await begin_film(database, "Le film", len(CONTENT), op="op-film-1", by=by, now=1)
    assert isinstance(made, Film)
    for number in range(made.parts):
        await keep_part(database, made.id, number, CONTENT[number * PART_BYTES : (number + 1) * PART_BYTES])
    if finished:
        assert isinstance(await finish_film(database, made.id, by=by, now=2), Film)
    return made.id


@pytest.mark.parametrize(
    "asked, found",
    [
        ("bytes=0-", (0, 99)),
        ("bytes=10-19", (10, 19)),
        ("bytes=90-200", (90, 99)),
        ("bytes=-5", (95, 99)),
        ("bytes=-500", (0, 99)),
        ("bytes=100-", None),
        ("bytes=20-10", None),
        ("bytes=-0", None),
        ("bytes=-", None),
        ("bytes=0-1,5-6", None),
        ("lines=0-1", None),
    ],
)
def test_a_stretch_is_the_bytes_that_were_asked_for(asked: str, found: tuple[int, int] | None) -> None:
    assert stretch_of(asked, 100) == found


async def test_staff_and_paired_screens_read_a_film_before_its_launch_and_nobody_else(site: Site) -> None:
    film = await brought(site)
    path = f"/films/{film}"
    assert (await site.browser(1).get(path)).status_code == 404
    desk = await staff_browser(site, Role.EDITOR)
    assert (await desk.get(path)).content == CONTENT
    waiting = await begin_screen(site.house.database, METZ, "cookie", site.house.clock[0])
    screen = site.browser()
    screen.cookies.set(SCREEN_COOKIE + METZ, "cookie")
    assert (await screen.get(path)).status_code == 404
    by = await colleague(site.house.database, site.house.keys, 1, "b@grandest.fr")
    paired = await pair(site.house.database, METZ, waiting.code or "", by=by, now=site.house.clock[0])
    assert isinstance(paired, Screen)
    assert (await screen.get(path)).content == CONTENT


async def test_a_stretch_of_a_film_is_its_bytes_over_the_border_of_two_parts(site: Site) -> None:
    film, desk = await brought(site), await staff_browser(site, Role.EDITOR)
    first, last = PART_BYTES - 10, PART_BYTES + 9
    answer = await desk.get(f"/films/{film}", headers={"range": f"bytes={first}-{last}"})
    assert answer.status_code == 206 and answer.content == CONTENT[first : last + 1]
    assert answer.headers["content-range"] == f"bytes {first}-{last}/{len(CONTENT)}"
    assert answer.headers["content-length"] == "20" and answer.headers["accept-ranges"] == "bytes"
    whole = await desk.get(f"/films/{film}")
    assert whole.status_code == 200 and whole.headers["content-type"] == "video/mp4"
    beyond = await desk.get(f"/films/{film}", headers={"range": f"bytes={len(CONTENT)}-"})
    assert beyond.status_code == 416 and beyond.headers["content-range"] == f"bytes */{len(CONTENT)}"
    another = await desk.get(f"/films/{film}", headers={"range": "bytes=0-9", "if-range": '"another"'})
    assert another.status_code == 200 and another.content == CONTENT
    same = await desk.get(f"/films/{film}", headers={"if-none-match": whole.headers["etag"]})
    assert same.status_code == 304 and not same.content


async def test_an_editor_brings_a_film_in_parts(site: Site) -> None:
    desk = await staff_browser(site, Role.EDITOR)
    form = {"op": "film-of-a-test", "name": "Le film", "size": str(len(CONTENT))}
    begun = (await desk.post("/console/films", data=form)).json()
    assert begun["came"] == [] and begun["part"] == PART_BYTES
    for number in (0, 1):
        part = CONTENT[number * PART_BYTES : (number + 1) * PART_BYTES]
        answer = await desk.put(f"/console/films/{begun['id']}/parties/{number}", content=part)
        assert answer.status_code == 204
    assert (await desk.post("/console/films", data=form)).json()["came"] == [0, 1]
    assert (await desk.post(f"/console/films/{begun['id']}/fin")).json()["id"] == begun["id"]
    assert (await desk.get(f"/films/{begun['id']}")).content == CONTENT
    assert "Le film" in (await desk.get("/console/films")).text


async def test_what_is_no_film_or_too_heavy_is_refused_in_words(site: Site) -> None:
    desk = await staff_browser(site, Role.EDITOR)
    heavy = {"op": "film-of-a-test", "name": "Le film", "size": str(4 * 1024**3)}
    answer = await desk.post("/console/films", data=heavy)
    assert answer.status_code == 400 and "600 Mo" in answer.json()["message"]
    for size in ("", "-1", "1e9", "٣", "9" * 20):
        assert (await desk.post("/console/films", data=heavy | {"size": size})).status_code == 400
    content = b"%PDF-1.7" + bytes(1_000)
    begun = (await desk.post("/console/films", data=heavy | {"size": str(len(content))})).json()
    await desk.put(f"/console/films/{begun['id']}/parties/0", content=content)
    refused = await desk.post(f"/console/films/{begun['id']}/fin")
    assert refused.status_code == 400 and "MP4 ou WebM" in refused.json()["message"]
    long = await desk.put(f"/console/films/{begun['id']}/parties/0", content=bytes(PART_BYTES + 1))
    assert long.status_code == 413


async def test_captions_and_a_picture_dress_a_film(site: Site) -> None:
    film, desk = await brought(site), await staff_browser(site, Role.EDITOR)
    told = "WEBVTT\r\n\r\n00:00.000 --> 00:02.000\r\nBonjour\r\n".encode("utf-8-sig")
    files = {"captions": ("a.vtt", told), "poster": ("a.png", drawn_picture())}
    assert (await desk.post(f"/console/films/{film}/habits", files=files)).status_code == 303
    captions = await desk.get(f"/films/{film}/sous-titres")
    assert captions.headers["content-type"].startswith("text/vtt") and captions.text.startswith("WEBVTT\n")
    assert (await desk.get(f"/films/{film}/affiche")).headers["content-type"] == "image/webp"
    for wrong in ({"captions": ("a.vtt", b"\xff\xfe")}, {"poster": ("a.png", b"no picture")}):
        assert (await desk.post(f"/console/films/{film}/habits", files=wrong)).status_code == 400


async def test_moderators_bring_no_films(site: Site) -> None:
    desk = await staff_browser(site, Role.MODERATOR)
    assert (await desk.get("/console/films")).status_code == 403


@pytest.mark.parametrize("film", [404, 10**40])
async def test_a_film_that_is_not_there_is_not_found_however_large_its_number(site: Site, film: int) -> None:
    desk = await staff_browser(site, Role.EDITOR)
    path = f"/console/films/{film}"
    files = {"captions": ("a.vtt", b"WEBVTT\n")}
    answers = [
        await desk.put(f"{path}/parties/0", content=b"x"),
        await desk.post(f"{path}/fin"),
        await desk.post(f"{path}/habits", files=files),
        await desk.post(f"{path}/supprimer"),
        *[await desk.get(f"/films/{film}{rest}") for rest in ("", "/sous-titres", "/affiche")],
    ]
    assert {answer.status_code for answer in answers} == {404}


async def test_a_part_beyond_all_is_refused(site: Site) -> None:
    desk = await staff_browser(site, Role.EDITOR)
    form = {"op": "film-of-a-test", "name": "Le film", "size": str(len(CONTENT))}
    film = (await desk.post("/console/films", data=form)).json()["id"]
    for number in (2, 10**40):
        answer = await desk.put(f"/console/films/{film}/parties/{number}", content=bytes(PART_BYTES))
        assert answer.status_code == 400
    assert (await desk.post("/console/films", data=form)).json()["came"] == []


async def test_a_film_that_nothing_shows_goes(site: Site) -> None:
    film, desk = await brought(site), await staff_browser(site, Role.EDITOR)
    assert (await desk.post(f"/console/films/{film}/supprimer")).status_code == 303
    assert (await desk.get(f"/films/{film}")).status_code == 404
