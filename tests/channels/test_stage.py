"""What is on in an event is told on every node, to whom it concerns, and goes on while the bus is away."""

import asyncio
import secrets
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx2
import pytest

from realtime.tally import ONLINE, Hall
from storage.database import Database
from storage.event_steps import event_steps
from storage.screens import begin_screen, pair, unpair
from storage.stages import get_stage
from storage.values_screens import Screen
from storage.values_show import LEAD_MS, Gesture
from storage.values_staff import Role
from tests.cluster import Cluster, Node, cluster
from tests.colleagues import signed_in
from tests.phones import Phone
from tests.running import DEADLINE, NO_TLS, Citizen, citizen, until
from tests.running_postgres import RunningPostgres
from tests.shows import METZ, QUESTION, REIMS, THANKS, WAITING, Launch, launch
from web.halls import HALL_COOKIE, SCREEN_COOKIE


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory, postgres: RunningPostgres) -> Iterator[Cluster]:
    with cluster(tmp_path_factory.mktemp("stage"), 2, postgres) as made:
        yield made


@pytest.fixture
async def database(two: Cluster) -> AsyncIterator[Database]:
    database = Database(str(two.settings.database))
    await database.open()
    yield database
    await database.close()


@pytest.fixture
async def show(two: Cluster, database: Database) -> AsyncIterator[Launch]:
    made = await launch(
        database,
        two.nodes[0].keys,
        now(),
        WAITING,
        QUESTION,
        THANKS,
        halls=(METZ, ONLINE),
        name=f"Soir {secrets.token_hex(3)}",
    )
    yield made
    stopped = await made.gesture(Gesture.STOP, now(), upon=await _number(made))
    assert stopped is not None  # the hall is free again for the next test


async def _number(show: Launch) -> int:
    stage = await get_stage(show.database, show.event)
    assert stage is not None
    return stage.show.number


def now() -> int:
    return time.time_ns() // 1_000_000


async def paired(database: Database, by: int, hall: Hall = METZ) -> tuple[Screen, str]:
    """A screen of this hall, and its Cookie header."""
    token = secrets.token_urlsafe(16)
    screen = await begin_screen(database, hall, token, now())
    found = await pair(database, hall, screen.code or "", by=by, now=now())
    assert isinstance(found, Screen), found
    return found, f"{SCREEN_COOKIE}{hall}={token}"


async def shown(watcher: Citizen, **wanted: Any) -> dict[str, Any]:
    """The first ``show`` that says all this."""
    async with asyncio.timeout(DEADLINE):
        while True:
            told = await watcher.hear_a("show")
            if all(told[name] == value for name, value in wanted.items()):
                return told


async def sub(watcher: Citizen, *channels: str) -> None:
    await watcher.say({"t": "sub", "subs": [{"channel": channel} for channel in channels]})


async def followed(watcher: Citizen, channel: str) -> None:
    """Until the answer is there; a node whose database is slow asks to try again."""
    await sub(watcher, channel)
    while (told := await watcher.hear())["t"] != "show":
        if told["t"] == "no" and told["retry"]:
            await sub(watcher, channel)


async def test_screens_and_everybody_hear_of_a_move_on_both_nodes_before_it_takes_effect(
    two: Cluster, database: Database, show: Launch
) -> None:
    here, there = two.nodes
    _, cookie = await paired(database, show.by)
    async with citizen(here, cookie) as screen, citizen(there, packs=True) as online:
        await sub(screen, "screen:metz")
        await sub(online, f"event:{show.event}")
        coming = await shown(screen, event=show.event)  # to make ready for
        assert (coming["mode"], coming["step"]) == ("off", None)
        assert (await online.hear_a("show"))["mode"] == "off"
        pressed = now()
        await show.goes(Gesture.LAUNCH, pressed, upon=0)
        told = await asyncio.gather(*(shown(each, step=show.steps[0]) for each in (screen, online)))
        assert now() < pressed + LEAD_MS, "nobody heard of it in time"
        assert {(one["at"], one["event"], one["mode"]) for one in told} == {
            (pressed + LEAD_MS, show.event, "live")
        }


async def test_a_rehearsal_is_told_to_screens_and_to_staff_who_follow_the_console_only(
    two: Cluster, database: Database, show: Launch
) -> None:
    here, there = two.nodes
    _, cookie = await paired(database, show.by)
    email = f"{secrets.token_hex(4)}@grandest.fr"
    _, staff = await signed_in(str(two.settings.database), here.keys, email, now(), Role.EDITOR)
    channel = f"event:{show.event}"
    async with citizen(here, cookie) as screen, citizen(there) as online, citizen(there, staff) as remote:
        await sub(screen, "screen:metz")
        await sub(online, channel)
        await sub(remote, "console", channel, "screen:metz")
        await show.goes(Gesture.REHEARSE, now(), upon=0)
        await shown(screen, mode="rehearsal", step=show.steps[0])
        await shown(remote, mode="rehearsal", channel=channel)
        await show.goes(Gesture.LAUNCH, now(), upon=1)
        while (told := await online.hear_a("show"))["mode"] != "live":
            assert (told["mode"], told["step"], told["before"]) == ("off", None, None)


async def test_a_browser_that_is_no_paired_screen_of_the_hall_is_refused(
    two: Cluster, database: Database, show: Launch
) -> None:
    _, elsewhere = await paired(database, show.by, REIMS)
    stolen = elsewhere.replace(REIMS, METZ)
    for cookie in (None, f"{SCREEN_COOKIE}metz=guessed", elsewhere, stolen):
        async with citizen(two.nodes[0], cookie) as screen:
            await sub(screen, "screen:metz")
            refused = await screen.hear_a("no")
            assert (refused["code"], refused["channel"]) == ("not-paired", "screen:metz")


async def test_one_browser_follows_each_hall_whose_paired_screen_it_is(
    two: Cluster, database: Database, show: Launch
) -> None:
    cookies = [(await paired(database, show.by, hall))[1] for hall in (REIMS, METZ)]
    async with citizen(two.nodes[0], "; ".join(cookies)) as browser:
        await sub(browser, "screen:metz", "screen:reims", "screen:strasbourg")
        wanted = {("show", "screen:metz"), ("show", "screen:reims"), ("no", "screen:strasbourg")}
        async with asyncio.timeout(DEADLINE):
            while wanted:
                told = await browser.hear_anything()
                assert told["t"] != "no" or told["channel"] == "screen:strasbourg"
                wanted.discard((told["t"], told.get("channel")))


async def test_a_screen_that_is_sent_away_is_told_so(two: Cluster, database: Database, show: Launch) -> None:
    screen, cookie = await paired(database, show.by)
    async with citizen(two.nodes[1], cookie) as watcher:
        await sub(watcher, "screen:metz")
        await watcher.hear_a("show")
        await unpair(database, screen.id, by=show.by, now=now())
        assert (await watcher.hear_a("no"))["code"] == "not-paired"


async def test_an_event_that_does_not_exist_is_refused(two: Cluster) -> None:
    async with citizen(two.nodes[0]) as watcher:
        await sub(watcher, "event:999999")
        assert (await watcher.hear_a("no"))["code"] == "unknown-event"


async def test_a_vote_through_the_socket_bears_the_hall_of_its_link(
    two: Cluster, database: Database, show: Launch
) -> None:
    here = two.nodes[0]
    await show.goes(Gesture.LAUNCH, now(), upon=0)
    after = await show.goes(Gesture.NEXT, now(), upon=1)
    topic = await _topic(database, show)
    await until(lambda: now() >= after.at)
    for _ in range(10):
        async with citizen(here, f"{here.cookie()}; {HALL_COOKIE}=metz") as voter:
            assert (await voter.vote(topic, 1))["t"] == "ack"
    async with citizen(two.nodes[1], here.cookie()) as watcher:
        tally = (await watcher.follow(topic))["tally"]
        assert tally["series"]["hall:metz"] == {"plus": 10, "minus": 0}


async def _topic(database: Database, show: Launch) -> int:
    step = next(one for one in await event_steps(database, show.event) if one.topic is not None)
    assert step.topic is not None
    return step.topic


PEOPLE = 500
SLACK_MS = 250
"""A node tells the database's time, as well as it could read it on a machine that is busy."""


async def joined_and_voted(node: Node, show: Launch, topic: int, number: int) -> tuple[object, ...]:
    """What one of a hall is answered, from the code on the screen to the vote; every tenth votes by the form."""
    phone = Phone(node)
    entered = await phone.get(f"/salle/metz?e={show.event}")
    page, _, told = await phone.get(entered[1])
    scene, _, _ = await phone.get(f"/evenements/{show.event}/scene?n=2")
    if number % 10 == 0:
        await phone.post("/profil", skip="1", next="/")
        vote: object = (await phone.post(f"/sujets/{topic}/vote", op=f"op-{number:08}", sign="1"))[0]
    else:
        async with citizen(node, phone.cookie, open_timeout=DEADLINE, ping_interval=None) as voter:
            await sub(voter, f"event:{show.event}", f"topic:{topic}")
            answer = await voter.vote(topic, 1)
            vote = answer.get("code", answer["t"])
    return *entered[:2], page, QUESTION.title[:10] in told, scene, vote


async def test_a_hall_of_500_behind_one_address_joins_and_votes_at_once(
    two: Cluster, database: Database, show: Launch
) -> None:
    node = two.nodes[0]
    await show.goes(Gesture.LAUNCH, now(), upon=0)
    asked = await show.goes(Gesture.NEXT, now(), upon=1)
    topic = await _topic(database, show)
    await until(lambda: now() >= asked.at)
    told = Counter(
        await asyncio.gather(*(joined_and_voted(node, show, topic, number) for number in range(PEOPLE)))
    )
    led = (303, f"/evenements/{show.event}", 200, True, 200)
    assert told == {(*led, "ack"): PEOPLE - PEOPLE // 10, (*led, 303): PEOPLE // 10}
    async with citizen(node) as watcher:
        await watcher.say({"t": "sub", "subs": [{"channel": f"topic:{topic}"}]})
        assert (await watcher.hear_a("snap"))["tally"]["voters"] == PEOPLE


async def test_where_no_websocket_passes_a_poll_is_answered_with_the_next_move(
    two: Cluster, show: Launch
) -> None:
    node = two.nodes[1]
    async with httpx2.AsyncClient(
        base_url=node.url, headers={"origin": node.url}, timeout=DEADLINE, verify=NO_TLS
    ) as http:
        first = (await http.get(f"/live/poll?sub=event:{show.event}")).text
        assert '"mode":"off"' in first
        program = first.split('"program":')[1].split(",")[0]
        at = f"sub=event:{show.event}@{program}.0"
        waiting = asyncio.create_task(http.get(f"/live/poll?{at}&wait=25&notice=999999999"))
        await show.goes(Gesture.LAUNCH, now(), upon=0)
        while '"mode":"live"' not in (text := (await waiting).text):
            assert '"t":"show"' not in text, text
            waiting = asyncio.create_task(http.get(f"/live/poll?{at}&wait=25&notice=999999999"))


async def test_the_clock_is_told_through_each_door(two: Cluster) -> None:
    node = two.nodes[0]
    async with citizen(node) as watcher:
        before = now()
        await watcher.say({"t": "clock", "sent": 123})
        told = await watcher.hear_a("time")
        assert told["sent"] == 123 and before - SLACK_MS <= told["time"] <= now() + SLACK_MS
    async with httpx2.AsyncClient(base_url=node.url, headers={"origin": node.url}, verify=NO_TLS) as http:
        answer = await http.get("/live/time?sent=45")
        assert answer.json()["sent"] == 45
        assert before - SLACK_MS <= answer.json()["time"] <= now() + SLACK_MS
        assert (await http.get("/live/time?sent=x")).status_code == 400


async def test_those_connected_on_all_nodes_are_counted_for_screens(
    two: Cluster, database: Database, show: Launch
) -> None:
    here, there = two.nodes
    _, cookie = await paired(database, show.by)
    await show.goes(Gesture.LAUNCH, now(), upon=0)
    async with citizen(here, cookie) as screen, citizen(here) as one, citizen(there) as other:
        await followed(screen, "screen:metz")
        for each in (one, other):
            await followed(each, f"event:{show.event}")
        async with asyncio.timeout(DEADLINE):
            while (told := await screen.hear_anything()) != {
                "t": "watching",
                "channel": "screen:metz",
                "watching": 2,
            }:
                assert told["t"] in {"watching", "show", "notice", "ping", "stale", "fresh"}


async def test_a_show_goes_on_without_redis(
    tmp_path_factory: pytest.TempPathFactory, postgres: RunningPostgres
) -> None:
    with cluster(tmp_path_factory.mktemp("without"), 2, postgres) as nodes:
        database = Database(str(nodes.settings.database))
        await database.open()
        try:
            show = await launch(database, nodes.nodes[0].keys, now(), halls=(METZ, ONLINE))
            _, cookie = await paired(database, show.by)
            async with citizen(nodes.nodes[0], cookie) as one, citizen(nodes.nodes[1], cookie) as other:
                for each in (one, other):
                    await sub(each, "screen:metz")
                nodes.redis.kill()
                pressed = now()
                await show.goes(Gesture.LAUNCH, pressed, upon=0)
                await asyncio.gather(*(shown(each, step=show.steps[0]) for each in (one, other)))
                assert now() < pressed + LEAD_MS
        finally:
            await database.close()


async def test_an_evening_that_ends_is_told_to_screens_until_its_last_instant(
    two: Cluster, database: Database, show: Launch
) -> None:
    _, cookie = await paired(database, show.by)
    async with citizen(two.nodes[1], cookie) as screen:
        await sub(screen, "screen:metz")
        launched = await show.goes(Gesture.LAUNCH, now(), upon=0)
        await shown(screen, mode="live")
        await until(lambda: now() >= launched.at)
        over = await show.goes(Gesture.STOP, now(), upon=1)
        told = await shown(screen, mode="over")
        assert (told["event"], told["before"], told["at"]) == (show.event, show.steps[0], over.at)
