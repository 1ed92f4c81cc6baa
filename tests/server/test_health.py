"""Whether a node says when it should be asked, and tells details only where operators are."""

import asyncio
import signal
import sqlite3
import threading
from pathlib import Path

import pytest

from server.health import (
    COMPARED_SECONDS,
    WRITE_EVERY_SECONDS,
    WRITE_SECONDS,
    Condition,
    Health,
    WriteCheck,
    bus_check,
    comparison_check,
    disk_check,
    is_ready,
)
from server.settings import BadSetting, Settings
from storage.database import StorageUnavailable
from tests.operated import Operated, get
from tests.running import DEADLINE, citizen, running, until
from tests.running_redis import running_redis


def test_the_public_port_tells_one_word_and_no_metrics(server: Operated) -> None:
    assert get(server.url + "/livez") == (200, "alive")
    assert get(server.url + "/readyz") == (200, "ready")
    assert get(server.url + "/metrics")[0] == 404
    status, checks = server.findings()
    assert status == 200
    assert {name: check["condition"] for name, check in checks.items()} == dict.fromkeys(
        ("draining", "database", "comparison", "disk", "bus"), "ok"
    )


def test_a_node_without_an_operators_port_opens_none(tmp_path: Path) -> None:
    with running(tmp_path) as server:
        assert server.process is not None
        listening = Path(f"/proc/{server.process.pid}/net/tcp").read_text()
        mine = {str(link.readlink()) for link in Path(f"/proc/{server.process.pid}/fd").iterdir()}
        inodes = {line.split()[9] for line in listening.splitlines()[1:] if line.split()[3] == "0A"}
        assert sum(f"socket:[{inode}]" in mine for inode in inodes) == 1


async def test_a_database_that_takes_no_writes_makes_a_node_unready_and_it_comes_back(
    server: Operated,
) -> None:
    with sqlite3.connect(server.data / "imaginest.db", isolation_level=None) as other:
        other.execute("BEGIN IMMEDIATE")
        await until(lambda: get(server.url + "/readyz") == (503, "not ready"))
        assert get(server.url + "/livez") == (200, "alive")
        status, checks = server.findings()
        assert (status, checks["database"]["condition"]) == (503, "failed")
        assert checks["comparison"]["condition"] == "ok"
        other.execute("ROLLBACK")
    other.close()
    await until(lambda: get(server.url + "/readyz") == (200, "ready"))


async def test_a_node_that_drains_is_alive_and_not_ready(server: Operated) -> None:
    assert server.process is not None
    async with citizen(server):  # who does not leave makes the node wait for them
        server.process.send_signal(signal.SIGTERM)
        await asyncio.to_thread(_wait_until_draining, server)
        assert (await asyncio.to_thread(server.tell, "/livez"))[0] == 200
        assert "imaginest_draining 1.0" in (await asyncio.to_thread(server.tell, "/metrics"))[1]
    assert await asyncio.to_thread(server.process.wait, DEADLINE) in {0, -signal.SIGTERM}


def _wait_until_draining(server: Operated) -> None:
    ended = threading.Event()
    timer = threading.Timer(DEADLINE, ended.set)
    timer.start()
    try:
        while True:
            assert not ended.is_set(), "the node was never seen to drain"
            status, checks = server.findings()
            if status == 503:
                assert checks["draining"]["condition"] == "failed"
                return
    finally:
        timer.cancel()


async def test_a_bus_that_is_away_is_told_and_no_reason_to_ask_another_node(tmp_path: Path) -> None:
    server = Operated(tmp_path / "node")
    server.data.mkdir()
    with running_redis(tmp_path / "redis") as redis:
        server.start(IMAGINEST_BUS_URL=redis.url)
        try:
            await until(lambda: server.findings()[1]["bus"]["condition"] == "ok")
            assert 'imaginest_bus_connected{shard="' in server.tell("/metrics")[1]
            redis.kill()
            await until(lambda: server.findings()[1]["bus"]["condition"] == "degraded")
            assert server.findings()[0] == 200
            assert get(server.url + "/readyz") == (200, "ready")
        finally:
            server.end(signal.SIGKILL)


@pytest.mark.parametrize("setting", ["9464", "127.0.0.1:x", ":9464", "127.0.0.1:99999"])
def test_an_operators_port_that_is_none_is_refused(tmp_path: Path, setting: str) -> None:
    with pytest.raises(BadSetting, match=r"127\.0\.0\.1:9464"):
        Settings.of({"IMAGINEST_METRICS": setting})


# --- the checks by themselves


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


class Disk:
    """A database whose writes are counted, and wait while it is held."""

    def __init__(self) -> None:
        self.writes = 0
        self.free = asyncio.Event()
        self.free.set()
        self.refuses = False

    async def write(self) -> None:
        self.writes += 1
        await self.free.wait()
        if self.refuses:
            raise StorageUnavailable("the disk is full")


async def test_however_often_it_is_asked_it_writes_once_in_a_while() -> None:
    clock, disk = Clock(), Disk()
    check = WriteCheck(disk.write, clock)
    found = await asyncio.gather(*(check() for _ in range(100)))
    assert {finding.condition for finding in found} == {Condition.OK}
    clock.now += WRITE_EVERY_SECONDS - 0.1
    await check()
    assert disk.writes == 1
    disk.refuses = True
    clock.now += 0.2
    assert (await check()).condition is Condition.FAILED
    assert disk.writes == 2


async def test_a_write_that_never_ends_is_a_failure_and_is_not_tried_beside_itself() -> None:
    clock, disk = Clock(), Disk()
    disk.free.clear()
    check = WriteCheck(disk.write, clock)
    first = asyncio.create_task(check())
    await until(lambda: disk.writes == 1)
    clock.now += WRITE_SECONDS + 60
    assert (await check()).condition is Condition.FAILED
    assert disk.writes == 1
    disk.free.set()
    assert (await first).condition is Condition.OK
    await check.stop()


async def test_an_old_comparison_makes_a_node_unready_and_one_that_never_came_does_so_later() -> None:
    clock = Clock()
    times: list[float | None] = [None]
    check = comparison_check(lambda: times[0], clock)
    assert (await check()).condition is Condition.OK
    clock.now += COMPARED_SECONDS + 1
    assert (await check()).condition is Condition.FAILED
    times[0] = clock.now
    assert (await check()).condition is Condition.OK


async def test_a_full_disk_makes_a_node_unready_and_a_dead_shard_does_not(tmp_path: Path) -> None:
    full = Health({"disk": disk_check(tmp_path, least=10**12)})
    assert not is_ready(await full.examine())
    alone = Health({"bus": bus_check(lambda: {"redis://one": True, "redis://two": False})})
    found = await alone.examine()
    assert found["bus"].condition is Condition.DEGRADED
    assert is_ready(found)
