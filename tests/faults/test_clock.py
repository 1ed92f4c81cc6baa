"""The machine's clock jumps, or is wrong: order is by version, timers are monotonic, halls keep in step."""

import secrets
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from realtime.disclosure import ResultPolicy
from storage.database import Database
from storage.event_steps import event_steps
from storage.values import TopicRules
from storage.values_show import LEAD_MS
from storage.values_staff import Role
from tests.cluster import Node, cluster
from tests.colleagues import signed_in
from tests.reliability import Tell
from tests.running import NO_TLS, Citizen, Running, citizen, until
from tests.running_postgres import RunningPostgres
from tests.shows import METZ, QUESTION, THANKS, launch

OPEN = TopicRules(0, None, results=ResultPolicy.ALWAYS)
HOUR_MS = 3_600_000
SLACK_MS = 250
"""By so much a node may have read the database's clock wrong on a busy machine: far less than the seconds here."""


class WrongClock(Running):
    """A server whose clock can be set wrong, and is by ``off`` ms from the start."""

    off = 0

    def start(self, *arguments: str, **environment: str) -> None:
        self.set(self.off)
        self.launch(
            ["-m", "tests.faults.wrong_clock", str(self.data), str(self._file), *arguments], environment
        )

    def set(self, off: int) -> None:
        """Be wrong by ``off`` ms."""
        self._file.write_text(str(off))

    @property
    def _file(self) -> Path:
        return self.data / "clock"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[WrongClock]:
    server = WrongClock(tmp_path)
    server.start()
    yield server
    server.end()


@pytest.mark.parametrize(
    ("jump", "said"), [(-HOUR_MS, "an hour back"), (24 * HOUR_MS, "a day forward")], ids=["back", "forward"]
)
async def test_votes_and_watchers_go_on_when_the_clock_jumps(
    server: WrongClock, jump: int, said: str, tell: Tell
) -> None:
    topic = server.topic(OPEN)
    first, second = server.cookie(), server.cookie()
    async with (
        citizen(server) as watcher,
        citizen(server, first) as early,
        citizen(server, second) as late,
    ):
        version = (await watcher.follow(topic))["version"]
        assert (await early.vote(topic, 1))["t"] == "ack"
        before = await watcher.hear_a("delta")
        assert before["base"] == version
        server.set(jump)
        assert (await late.vote(topic, -1))["t"] == "ack"
        after = await watcher.hear_a("delta")
        assert after["base"] == before["version"] < after["version"]
        assert after["changed"] == {"minus": 1, "voters": 2}
        assert (await early.vote(topic, -1))["t"] == "ack"
        assert (await watcher.hear_a("delta"))["changed"] == {"plus": 0, "minus": 2}
    tell(f"the clock jumps {said}", "nothing: order is by version", "not at all")


class WrongNode(WrongClock, Node):
    """One of a cluster."""

    def start(self, *arguments: str, **environment: str) -> None:
        super().start(*arguments, **(self.environment | environment))


def now() -> int:
    return time.time_ns() // 1_000_000


async def time_of(watcher: Citizen) -> tuple[int, int, int]:
    """What a node says that it is, and this machine's time before and after."""
    before = now()
    await watcher.say({"t": "clock", "sent": 1})
    told: dict[str, Any] = await watcher.hear_a("time")
    return before, told["time"], now()


@pytest.mark.fault(
    "the clocks of two nodes are 12 s apart while a show is on",
    "nothing: both tell the database's time, and votes open on both in the same moment",
)
async def test_screens_of_nodes_whose_clocks_differ_are_told_the_same_instant(
    tmp_path: Path, postgres: RunningPostgres
) -> None:
    with cluster(tmp_path, 0, postgres) as two:
        for off in (7_000, -5_000):
            node = WrongNode(tmp_path / f"wrong{off}", two.environment)
            node.off = off
            node.data.mkdir()
            two.nodes.append(node)
            node.start()
        ahead, behind = two.nodes
        url = str(two.settings.database)
        _, staff = await signed_in(url, ahead.keys, "regie@grandest.fr", now(), Role.EDITOR)
        database = Database(url)
        await database.open()
        show = await launch(database, ahead.keys, now(), QUESTION, THANKS, halls=(METZ,))
        async with citizen(ahead, ahead.cookie()) as here, citizen(behind, behind.cookie()) as there:
            for each in (here, there):
                before, told, after = await time_of(each)
                assert before - SLACK_MS <= told <= after + SLACK_MS, "the database's time, not the node's"
                await each.say({"t": "sub", "subs": [{"channel": f"event:{show.event}"}]})
            headers = {"cookie": staff, "origin": ahead.url, "accept": "application/json"}
            async with httpx2.AsyncClient(
                base_url=ahead.url, headers=headers, timeout=60, verify=NO_TLS
            ) as http:
                pressed = now()
                body = {"gesture": "launch", "upon": "0", "op": secrets.token_hex(8), "anyway": "1"}
                answer = await http.post(f"/console/evenements/{show.event}/regie", data=body)
                assert answer.status_code == 200
            agreed = await shown(here, show.steps[0])
            assert agreed == await shown(there, show.steps[0])
            assert pressed + LEAD_MS - SLACK_MS <= agreed <= now() + LEAD_MS + SLACK_MS
            (topic,) = [step.topic for step in await event_steps(database, show.event) if step.topic]
            early = await here.vote(topic, 1)
            assert early.get("code") == "not-open-yet" or now() >= agreed - SLACK_MS
            await until(lambda: now() >= agreed + SLACK_MS)
            for each in (here, there):
                assert (await each.vote(topic, 1))["t"] == "ack"
        await database.close()


async def shown(watcher: Citizen, step: int) -> int:
    """The instant at which a step is on."""
    while (told := await watcher.hear_a("show"))["step"] != step:
        pass
    return int(told["at"])
