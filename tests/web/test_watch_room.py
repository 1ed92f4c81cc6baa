"""The watch room: its alarms, its line of votes, who may see it, and what it never shows."""

from dataclasses import replace

import pytest

from realtime.tally import Sign
from storage import watch
from storage.values_staff import Role
from storage.values_watch import NO_BUS, SLOT_MS, Heartbeat, MailLoad, Watch
from tests.storage.house import device
from tests.web.conftest import Site
from tests.web.staffed import colleague
from web.console import pace
from web.console.alarms import AlarmKind, alarms
from web.console.watch import bus_between

NOW = 1_800_000_000_000
HOUR = 3_600_000

NODE = Heartbeat("a", "1.0", NOW - HOUR, NOW - 1000, 3, 2, 0, 500, 4, 0, 0, 80, 5000, 100)
QUIET = Watch(NOW, (NODE,), {}, (), MailLoad(0, None, 0), 0, None, 0, 0, 3)


def test_nothing_is_wrong_where_nothing_is() -> None:
    assert alarms(QUIET) == []


@pytest.mark.parametrize(
    ("change", "least", "most"),
    [
        (AlarmKind.NODE_LOST, {"at": NOW - 10_001}, {"at": NOW - 10_000}),
        (AlarmKind.DATABASE_SLOW, {"write_ms": 1001}, {"write_ms": 1000}),
        (AlarmKind.VOTES_WAITING, {"waiting": 2001}, {"waiting": 2000}),
        (AlarmKind.DISK_LOW, {"disk_mib": 399}, {"disk_mib": 400}),
        (AlarmKind.COMPARISON_LATE, {"compared_ms": 10_001}, {"compared_ms": 10_000}),
        (AlarmKind.BUS_AWAY, {"bus_away": 1}, {"bus_away": 0}),
        (AlarmKind.BUS_AWAY, {"bus_away": 2}, {"bus_away": NO_BUS}),
        (AlarmKind.CLOCK_OFF, {"at": NOW + 5001}, {"at": NOW + 5000}),
    ],
)
def test_an_alarm_of_a_node_begins_at_its_threshold(
    change: AlarmKind, least: dict[str, int], most: dict[str, int]
) -> None:
    other = replace(NODE, node="b")
    wrong, right = (replace(NODE, **values) for values in (least, most))  # type: ignore[arg-type]
    assert [(one.kind, one.node) for one in alarms(replace(QUIET, nodes=(other, wrong)))] == [(change, "a")]
    assert alarms(replace(QUIET, nodes=(other, right))) == []


@pytest.mark.parametrize(
    ("kind", "wrong", "right"),
    [
        (AlarmKind.QUEUE_OLD, {"oldest_post": NOW - 24 * HOUR - 1}, {"oldest_post": NOW - 24 * HOUR}),
        (
            AlarmKind.OUTBOX_STUCK,
            {"mails": MailLoad(1, NOW - 900_001, 0)},
            {"mails": MailLoad(9, NOW - 900_000, 0)},
        ),
        (AlarmKind.OUTBOX_FAILING, {"mails": MailLoad(1, None, 1)}, {"mails": MailLoad(1, NOW, 0)}),
        (AlarmKind.NO_NODE, {"nodes": ()}, {}),
        (AlarmKind.DATABASE_SLOW, {"read_ms": 1001}, {"read_ms": 1000}),
    ],
)
def test_an_alarm_of_the_house_begins_at_its_threshold(
    kind: AlarmKind, wrong: dict[str, object], right: dict[str, object]
) -> None:
    assert [one.kind for one in alarms(replace(QUIET, **wrong))] == [kind]  # type: ignore[arg-type]
    assert alarms(replace(QUIET, **right)) == []  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("bus_away", "alive", "told"),
    [(0, 3, "there"), (0, 1, "there"), (1, 3, "away"), (NO_BUS, 1, "alone"), (NO_BUS, 2, "none")],
)
def test_of_a_bus_that_is_not_there_nobody_says_that_it_does_well(
    bus_away: int, alive: int, told: str
) -> None:
    assert bus_between(replace(NODE, bus_away=bus_away), alive) == told


def test_votes_a_second_are_those_of_the_last_whole_slots() -> None:
    last = NOW // SLOT_MS
    counted = {last: 1000, last - 1: 6, last - 5: 4, last - 6: 1000}
    assert pace.rate_now(counted, NOW) == 1.0


def test_a_vote_stands_once_in_the_line_and_once_in_its_table() -> None:
    for slot in range(NOW // SLOT_MS - 200, NOW // SLOT_MS - 20, 7):
        line = pace.steps({slot: 30}, NOW + 7000)
        assert [step.rate for step in line if step.rate] == [3.0]
        assert sum(step.rate for step in pace.minutes(line)) == pytest.approx(0.5)
    assert len(line) == 59 and line[-1].until <= NOW + 7000 < line[-1].until + pace.STEP_MS
    assert pace.points(line).split()[0] == "0.0,120.0"


async def test_the_watch_room_shows_what_happens_and_no_ratio(site: Site) -> None:
    someone = await colleague(site, Role.EDITOR)
    house = site.house
    topic = await house.topic()
    for number in range(4):
        await house.vote(topic, device(number), Sign.MINUS if number else Sign.PLUS)
    now = house.clock[0]
    beat = replace(NODE, node="metz-1", at=now, since=now - 3 * HOUR, watchers=1234, bus_away=1)
    await watch.beat(house.database, beat, now // SLOT_MS - 1, 450)
    for path in ("/console/veille", "/console/veille/etat"):
        page = (await someone.browser.get(path)).text
        assert 'data-figure="rate">45<' in page and "1\u202f234" in page
        assert f'href="/sujets/{topic}"' in page and "+\u00a04\u00a0votants" in page
        assert "metz-1" in page and "3\u00a0h" in page and "Redis injoignable" in page
        assert 'data-alarm="bus-away"' in page and "1 alarme" in page
        assert "%" not in page.split('id="watch"')[-1].split("<details")[0], "no ratio"
    house.clock[0] += 11_000
    assert "ne répond plus depuis 11\u00a0s" in (await someone.browser.get("/console/veille/etat")).text


async def test_the_watch_room_is_for_those_who_run_the_platform(site: Site) -> None:
    theme = "sport"
    someone = await colleague(site, Role.REFERENT, themes=theme)
    for path in ("/console/veille", "/console/veille/etat"):
        assert (await someone.browser.get(path)).status_code == 403
        assert (await site.browser().get(path)).status_code == 303


async def test_many_screens_cost_one_look(site: Site) -> None:
    board = site.services[0].watch
    first = await board.watch()
    assert await board.watch() is first
    site.house.clock[0] += 1000
    assert await board.watch() is not first
