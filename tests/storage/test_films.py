"""Films: what is one, and how it is kept in parts, on both engines."""

import hashlib

import pytest

from storage.event_steps import add_step, remove_step
from storage.film_header import read_film
from storage.films import (
    begin_film,
    dress_film,
    drop_film,
    finish_film,
    get_film,
    keep_part,
    parts_of,
    read_part,
)
from storage.stages import shown_to_all
from storage.values_events import StepContent, StepKind
from storage.values_films import LARGEST_FILM, PART_BYTES, Film, FilmFault, FilmFormat, FilmHeader
from storage.values_show import Gesture
from tests.films import box, mp4, webm
from tests.shows import colleague, launch
from tests.storage.house import House


def looked_at(content: bytes) -> FilmHeader | FilmFault:
    return read_film(lambda offset, most: content[offset : offset + most], len(content))


@pytest.mark.parametrize("late", [False, True])
def test_an_mp4_is_a_film_wherever_it_tells_of_itself(late: bool) -> None:
    assert looked_at(mp4(late=late)) == FilmHeader(FilmFormat.MP4, 5_000)


def test_a_webm_is_a_film_and_another_matroska_is_none() -> None:
    assert looked_at(webm()) == FilmHeader(FilmFormat.WEBM)
    assert looked_at(webm(b"matroska")) is FilmFault.NO_FILM


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"GIF89a" + bytes(100),
        b"<html>" * 30,
        b"PK\x03\x04" + bytes(100),
        box(b"ftyp", b"heic", bytes(4), b"mif1heic") + bytes(100),
        b"\x1a\x45\xdf\xa3" + bytes(100),
    ],
)
def test_what_is_no_film_is_told_so(content: bytes) -> None:
    assert looked_at(content) is FilmFault.NO_FILM


def test_a_film_whose_end_is_missing_is_told_so() -> None:
    for late in (False, True):
        assert looked_at(mp4(late=late)[:-40]) is FilmFault.CUT_OFF


def test_boxes_that_lie_about_their_length_end_the_look() -> None:
    head = mp4()[:24]
    for wrong in (bytes(3) + b"\x01" + b"moov" + bytes(8), b"\xff" * 8 + bytes(8), bytes(3) + b"\x04moov"):
        assert looked_at(head + wrong) is FilmFault.CUT_OFF


async def brought(house: House, content: bytes, op: str = "op-of-a-film") -> Film | FilmFault:
    by = await colleague(house.database, house.keys, 1, f"{op}@grandest.fr")
    made = await begin_film(house.database, "Le film", len(content), op=op, by=by, now=1)
    if isinstance(made, FilmFault):
        return made
    for number in range(made.parts):
        part = content[number * PART_BYTES : (number + 1) * PART_BYTES]
        assert await keep_part(house.database, made.id, number, part) is None
    return await finish_film(house.database, made.id, by=by, now=2)


async def test_a_film_comes_in_parts_and_is_whole(house: House) -> None:
    content = mp4(bytes_of_media=2 * PART_BYTES + 5_000, late=True)
    film = await brought(house, content)
    assert isinstance(film, Film) and film.is_whole
    assert (film.format, film.length, film.parts) == (FilmFormat.MP4, 5_000, 3)
    assert film.hash == hashlib.sha256(content).hexdigest()
    kept = b"".join([await read_part(house.database, film.id, number) for number in range(film.parts)])
    assert kept == content


async def test_a_film_whose_sending_was_interrupted_goes_on_with_what_is_missing(house: House) -> None:
    content, by = mp4(bytes_of_media=PART_BYTES), await colleague(house.database, house.keys, 1)
    begun = await begin_film(house.database, "Le film", len(content), op="same-file", by=by, now=1)
    assert isinstance(begun, Film)
    await keep_part(house.database, begun.id, 0, content[:PART_BYTES])
    assert await finish_film(house.database, begun.id, by=by, now=2) is FilmFault.MISSING_PART
    again = await begin_film(house.database, "Le film", len(content), op="same-file", by=by, now=3)
    assert again == begun and await parts_of(house.database, begun.id) == {0}
    await keep_part(house.database, begun.id, 1, content[PART_BYTES:])
    assert isinstance(await finish_film(house.database, begun.id, by=by, now=4), Film)


async def test_what_is_no_film_is_not_kept(house: House) -> None:
    assert await brought(house, b"%PDF-1.7" + bytes(5_000)) is FilmFault.NO_FILM
    assert await get_film(house.database, 1) is None
    assert await read_part(house.database, 1, 0) == b""


@pytest.mark.parametrize(
    "name, size, fault",
    [
        ("", 1, FilmFault.NO_NAME),
        ("x" * 141, 1, FilmFault.LONG_NAME),
        ("Un film", 0, FilmFault.EMPTY),
        ("Un film", LARGEST_FILM + 1, FilmFault.HEAVY),
        ("Un film", 4 * 1024**3, FilmFault.HEAVY),
    ],
)
async def test_a_film_that_cannot_be_taken_is_refused_before_it_comes(
    house: House, name: str, size: int, fault: FilmFault
) -> None:
    assert await begin_film(house.database, name, size, op="op-film-1", by=1, now=1) is fault


async def test_a_part_of_another_length_or_number_is_refused(house: House) -> None:
    by = await colleague(house.database, house.keys, 1)
    made = await begin_film(house.database, "Le film", PART_BYTES + 10, op="op-film-1", by=by, now=1)
    assert isinstance(made, Film)
    for number, content in ((0, b"short"), (1, bytes(11)), (2, bytes(10)), (-1, bytes(10))):
        assert await keep_part(house.database, made.id, number, content) is FilmFault.BAD_PART
    assert await keep_part(house.database, 99, 0, b"") is FilmFault.UNKNOWN


async def test_captions_are_webvtt(house: House) -> None:
    film = await brought(house, mp4())
    assert isinstance(film, Film)
    by = await colleague(house.database, house.keys, 1)
    told = "WEBVTT\n\n00:00.000 --> 00:02.000\nBonjour\n"
    assert await dress_film(house.database, film.id, captions=told, by=by, now=3) is None
    kept = await get_film(house.database, film.id)
    assert kept is not None and kept.captions == told
    wrong = await dress_film(house.database, film.id, captions="1\n00:00", by=by, now=3)
    assert wrong is FilmFault.NO_CAPTIONS


async def test_a_film_that_a_step_shows_stays_and_is_everybodys_once_it_was_launched(house: House) -> None:
    film, now = await brought(house, mp4()), house.clock[0]
    assert isinstance(film, Film)
    show = await launch(house.database, house.keys, now, StepContent(StepKind.BLACK))
    step = StepContent(StepKind.FILM, film=film.id)
    added = await add_step(house.database, show.event, step, op="op-film-step", by=show.by, now=now)
    assert isinstance(added, int)
    assert await drop_film(house.database, film.id, by=show.by, now=now) is FilmFault.IS_USED
    await show.goes(Gesture.REHEARSE, now, upon=0)
    await show.goes(Gesture.NEXT, now, upon=1)
    assert await shown_to_all(house.database, now + 60_000) == []
    await show.goes(Gesture.LAUNCH, now, upon=2)
    await show.goes(Gesture.NEXT, now, upon=3)
    assert [one.film for one in await shown_to_all(house.database, now) if one.film] == [film.id]
    assert await remove_step(house.database, show.event, added, by=show.by, now=now) is None
    assert await drop_film(house.database, film.id, by=show.by, now=now) is FilmFault.IS_USED, "it is on"
    await show.goes(Gesture.STOP, now, upon=4)
    assert await drop_film(house.database, film.id, by=show.by, now=now) is None
    assert await get_film(house.database, film.id) is None
