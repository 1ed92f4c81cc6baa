"""The halls that are offered: added by name, retired, back again."""

import pytest

from realtime.tally import ONLINE, Hall
from storage.halls import add_hall, get_hall, list_halls, retire_hall
from storage.values_events import LONGEST_HALL, MOST_OFFERED, HallFault
from storage.values_show import Gesture
from tests.shows import METZ, launch
from tests.storage.house import House


async def offered(house: House) -> list[str]:
    return [place.hall for place in await list_halls(house.database)]


async def added(house: House, name: str) -> Hall | HallFault:
    return await add_hall(house.database, name, by=None, now=house.clock[0])


async def retired(house: House, hall: Hall) -> HallFault | None:
    return await retire_hall(house.database, hall, by=None, now=house.clock[0])


async def test_a_hall_is_offered_behind_the_others_under_an_address_of_its_own(house: House) -> None:
    before = await offered(house)
    assert await added(house, "Épinal") == "epinal"
    assert await added(house, "Centre des congrès de Troyes") == "centre-des-congres-d"
    assert await added(house, "Centre des congrès de Nancy") == "centre-des-congres-2"
    assert await offered(house) == [*before, "epinal", "centre-des-congres-d", "centre-des-congres-2"]


async def test_a_retired_hall_is_offered_no_more_and_comes_back_under_its_name(house: House) -> None:
    assert await added(house, "Épinal") == "epinal"
    assert await retired(house, Hall("epinal")) is None
    assert "epinal" not in await offered(house)
    assert (place := await get_hall(house.database, "epinal")) is not None and place.retired_at
    assert await retired(house, Hall("epinal")) is HallFault.UNKNOWN
    assert await added(house, "ÉPINAL") == "epinal"
    assert "epinal" in await offered(house)


@pytest.mark.parametrize(
    "name, fault",
    [
        ("", HallFault.NO_NAME),
        ("…", HallFault.NO_NAME),
        ("Na\u200bncy", HallFault.NO_NAME),
        ("N" * (LONGEST_HALL + 1), HallFault.LONG_NAME),
        ("metz", HallFault.TAKEN),
    ],
)
async def test_a_name_that_makes_no_sense_is_refused(house: House, name: str, fault: HallFault) -> None:
    assert await added(house, name) is fault


async def test_no_more_are_offered_than_fit(house: House) -> None:
    for number in range(MOST_OFFERED - len(await offered(house))):
        assert isinstance(await added(house, f"Salle {number}"), str)
    assert await added(house, "Une de plus") is HallFault.TOO_MANY


async def test_whoever_is_online_stays_and_a_hall_in_which_a_show_is_on(house: House) -> None:
    assert await retired(house, ONLINE) is HallFault.KEPT
    show = await launch(house.database, house.keys, house.clock[0])
    await show.goes(Gesture.REHEARSE, house.clock[0], upon=0)
    assert await retired(house, METZ) is HallFault.IS_ON
    await show.goes(Gesture.STOP, house.clock[0], upon=1)
    assert await retired(house, METZ) is None
