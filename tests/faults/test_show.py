"""The database goes away while a show is on: what is on stays on, nothing is half moved, the press works later."""

import secrets
import signal
import time
from collections.abc import Callable, Iterator
from typing import Any

import httpx2
import pytest

from storage.database import Database
from storage.event_steps import event_steps
from storage.screens import begin_screen, pair
from storage.stages import get_stage
from storage.tallies import discrepancies
from storage.values_screens import Screen
from storage.values_show import Gesture
from storage.values_staff import Role
from tests.cluster import Cluster, Node, cluster
from tests.colleagues import signed_in
from tests.running import NO_TLS, Citizen, citizen, until
from tests.running_postgres import RunningPostgres, running_postgres
from tests.shows import METZ, QUESTION, THANKS, WAITING, Launch, launch
from web.halls import SCREEN_COOKIE

PATIENCE = 8.0
"""Seconds after which the remote gives up waiting for an answer (web/frontend/src/remote.ts)."""

LOST = (
    "nothing: what is on stays on, a gesture is answered “try again” and moves nothing; "
    "pressed again it counts once"
)

STOPPED = pytest.param(
    lambda server: server.end(signal.SIGQUIT),
    lambda server: server.start(),
    id="stopped",
    marks=pytest.mark.fault("PostgreSQL is stopped while a show is on", LOST),
)
FROZEN = pytest.param(
    lambda server: server.freeze(frozen=True),
    lambda server: server.freeze(frozen=False),
    id="frozen",
    marks=pytest.mark.fault("PostgreSQL is frozen while a show is on", LOST),
)


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """Two nodes on a server of their own, to be ended and frozen."""
    with running_postgres() as fragile, cluster(tmp_path_factory.mktemp("show"), 2, fragile) as made:
        yield made


def now() -> int:
    return time.time_ns() // 1_000_000


async def screen_cookie(database: Database, by: int) -> str:
    token = secrets.token_urlsafe(16)
    screen = await begin_screen(database, METZ, token, now())
    assert isinstance(await pair(database, METZ, screen.code or "", by=by, now=now()), Screen)
    return f"{SCREEN_COOKIE}{METZ}={token}"


async def shows(watcher: Citizen, step: int) -> dict[str, Any]:
    while (told := await watcher.hear_a("show"))["step"] != step:
        pass
    return told


async def press(node: Node, cookie: str, show: Launch, upon: int, op: str) -> httpx2.Response:
    """« Suivant », as the remote's page presses it."""
    headers = {"cookie": cookie, "origin": node.url, "accept": "application/json"}
    async with httpx2.AsyncClient(
        base_url=node.url, headers=headers, timeout=PATIENCE, verify=NO_TLS
    ) as http:
        body = {"gesture": "next", "upon": str(upon), "op": op}
        return await http.post(f"/console/evenements/{show.event}/regie", data=body)


@pytest.mark.parametrize(("breaks", "mends"), [STOPPED, FROZEN])
async def test_a_press_while_the_database_is_away_moves_nothing_and_works_once_it_is_back(
    two: Cluster, breaks: Callable[[RunningPostgres], None], mends: Callable[[RunningPostgres], None]
) -> None:
    here, there = two.nodes
    database = Database(str(two.settings.database))
    await database.open()
    name = secrets.token_hex(3)
    show = await launch(database, here.keys, now(), WAITING, QUESTION, THANKS, halls=(METZ,), name=name)
    _, staff = await signed_in(
        str(two.settings.database), here.keys, f"{name}@grandest.fr", now(), Role.EDITOR
    )
    cookie = await screen_cookie(database, show.by)
    await show.goes(Gesture.LAUNCH, now(), upon=0)
    asked = await show.goes(Gesture.NEXT, now(), upon=1)
    topic = next(step.topic for step in await event_steps(database, show.event) if step.topic)
    await until(lambda: now() >= asked.at)
    channel, op = f"event:{show.event}", secrets.token_hex(8)
    async with (
        citizen(here, cookie) as screen,
        citizen(there, there.cookie()) as phone,
        citizen(there) as late,
    ):
        await screen.say({"t": "sub", "subs": [{"channel": "screen:metz"}]})
        await phone.say({"t": "sub", "subs": [{"channel": channel}]})
        for each in (screen, phone):
            await shows(each, show.steps[1])
        breaks(two.postgres)
        try:
            refused = await press(here, staff, show, asked.number, op)
            assert (refused.status_code, refused.json()["code"]) == (503, "try-again")
            answer = await phone.vote(topic, 1, op)
            assert (answer["code"], answer["retry"]) == ("try-again", True)
            await late.say({"t": "sub", "subs": [{"channel": channel}]})
            assert (await shows(late, show.steps[1]))["number"] == asked.number, "told from memory"
            for each in (screen, phone):
                sent = now()
                await each.say({"t": "clock", "sent": sent})
                while (told := await each.hear())["t"] != "time":
                    assert told["t"] != "show", "nothing moved"
                assert told["sent"] == sent and told["time"] >= sent
        finally:
            mends(two.postgres)
        while (pressed := await press(there, staff, show, asked.number, op)).status_code == 503:
            pass
        assert (pressed.status_code, pressed.json()["number"]) == (200, asked.number + 1)
        for each in (screen, phone, late):
            assert (await shows(each, show.steps[2]))["number"] == asked.number + 1
        again = await press(here, staff, show, asked.number, op)
        assert again.json()["number"] == asked.number + 1, "counted once"
        while (answer := await phone.vote(topic, 1, op))["t"] == "no":
            assert answer["code"] == "try-again"
        assert await discrepancies(database) == []
        assert (await phone.follow(topic))["tally"]["voters"] == 1
    await show.goes(Gesture.STOP, now(), upon=asked.number + 1)
    stage = await get_stage(database, show.event)
    assert stage is not None and not stage.show.mode.is_on
    await database.close()
