"""Screens: their codes, and how they are paired, on both engines."""

import pytest

from realtime.tally import Hall
from storage import audit
from storage.screens import (
    begin_screen,
    note_said,
    pair,
    paired_screens,
    screen_of,
    unpair,
    unpair_absent,
)
from storage.values_audit import Action, AuditSearch
from storage.values_screens import ABSENT_MS, CODE_MS, MOST_UNPAIRED, Screen, ScreenFault, ScreenSaid
from tests.shows import METZ, REIMS, colleague
from tests.storage.house import House


async def opened(house: House, token: str = "cookie", hall: Hall = METZ) -> Screen:
    return await begin_screen(house.database, hall, token, house.clock[0])


async def confirm(house: House, code: str | None, by: int, hall: Hall = METZ) -> Screen | ScreenFault:
    return await pair(house.database, hall, code or "", by=by, now=house.clock[0])


async def test_a_screen_is_paired_by_the_code_that_it_shows_and_comes_back_paired(house: House) -> None:
    by, screen = await colleague(house.database, house.keys, 1), await opened(house)
    paired = await confirm(house, screen.code, by)
    assert isinstance(paired, Screen) and paired.id == screen.id
    again = await opened(house)
    assert (again.id, again.is_paired, again.code) == (screen.id, True, None)
    assert [one.id for one in await paired_screens(house.database, (METZ, REIMS))] == [screen.id]


async def test_a_code_pairs_once(house: House) -> None:
    by, screen = await colleague(house.database, house.keys, 1), await opened(house)
    assert isinstance(await confirm(house, screen.code, by), Screen)
    assert await confirm(house, screen.code, by) is ScreenFault.UNKNOWN_CODE


async def test_a_code_holds_for_ten_minutes_and_the_screen_then_shows_another(house: House) -> None:
    by, screen = await colleague(house.database, house.keys, 1), await opened(house)
    house.clock[0] += CODE_MS
    assert await confirm(house, screen.code, by) is ScreenFault.UNKNOWN_CODE
    renewed = await opened(house)
    assert renewed.id == screen.id and renewed.code != screen.code
    assert isinstance(await confirm(house, renewed.code, by), Screen)


@pytest.mark.parametrize("code", ["", "12345", "1234567", "abcdef", "١٢٣٤٥٦", "12 456"])
async def test_what_is_no_code_is_told_so(house: House, code: str) -> None:
    assert await confirm(house, code, 1) is ScreenFault.BAD_CODE


async def test_a_guessed_code_and_that_of_another_hall_pair_nothing(house: House) -> None:
    by, screen = await colleague(house.database, house.keys, 1), await opened(house)
    guess = f"{(int(screen.code or 0) + 1) % 1_000_000:06}"
    assert await confirm(house, guess, by) is ScreenFault.UNKNOWN_CODE
    assert await confirm(house, screen.code, by, REIMS) is ScreenFault.OTHER_HALL
    assert await paired_screens(house.database, (METZ, REIMS)) == []


async def test_a_cookie_is_the_screen_of_one_hall_for_good(house: House) -> None:
    by, screen = await colleague(house.database, house.keys, 1), await opened(house)
    assert isinstance(await confirm(house, screen.code, by), Screen)
    elsewhere = await opened(house, hall=REIMS)
    assert (elsewhere.id, elsewhere.hall, elsewhere.is_paired) == (screen.id, METZ, True)


async def test_a_screen_that_is_sent_away_shows_a_code_again(house: House) -> None:
    by, screen = await colleague(house.database, house.keys, 1), await opened(house)
    assert isinstance(await confirm(house, screen.code, by), Screen)
    assert await unpair(house.database, screen.id, by=by, now=2) is None
    assert await unpair(house.database, screen.id, by=by, now=2) is ScreenFault.UNKNOWN
    assert (await opened(house)).code is not None


async def test_the_absent_screens_of_a_hall_are_sent_away_together_and_noted(house: House) -> None:
    by, said = await colleague(house.database, house.keys, 1), ScreenSaid(1, None, (), 0, 60, 1920, 1080)
    halls = {"gone": METZ, "gone too": METZ, "back": METZ, "elsewhere": REIMS}
    screens = {token: await opened(house, token, hall) for token, hall in halls.items()}
    for screen in screens.values():
        assert isinstance(await confirm(house, screen.code, by, screen.hall), Screen)
    now = house.clock[0] + ABSENT_MS
    await note_said(house.database, screens["back"].id, said, now - 1)
    assert await unpair_absent(house.database, METZ, by=by, now=now) == 2
    assert await unpair_absent(house.database, METZ, by=by, now=now) == 0
    left = await paired_screens(house.database, (METZ, REIMS))
    assert {one.id for one in left} == {screens["back"].id, screens["elsewhere"].id}
    lines = await audit.search(house.database, AuditSearch(staff=by, action=Action.SCREEN_UNPAIRED), 9)
    assert {line.subject_id for line in lines} == {str(screens[name].id) for name in ("gone", "gone too")}
    house.clock[0] = now
    assert (await opened(house, "gone")).code is not None


async def test_screens_that_wait_are_bounded_and_none_that_is_paired_is_forgotten(house: House) -> None:
    by, screen = await colleague(house.database, house.keys, 1), await opened(house)
    assert isinstance(await confirm(house, screen.code, by), Screen)
    first = await opened(house, "first")
    for number in range(MOST_UNPAIRED):
        house.clock[0] += 1
        await opened(house, f"browser {number}")
    assert await screen_of(house.database, "first") is None, first
    assert await screen_of(house.database, "cookie") is not None
    assert await screen_of(house.database, f"browser {MOST_UNPAIRED - 1}") is not None


async def test_what_a_screen_says_of_itself_is_kept(house: House) -> None:
    screen = await opened(house)
    said = ScreenSaid(4, 7, (7, 8), -12, 60, 1920, 1080)
    await note_said(house.database, screen.id, said, house.clock[0] + 5)
    kept = await screen_of(house.database, "cookie")
    assert kept is not None and (kept.said, kept.seen_at) == (said, house.clock[0] + 5)
