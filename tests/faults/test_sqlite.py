"""SQLite locked, full, read-only, torn by a kill: nothing acknowledged is lost, and it resumes by itself."""

import asyncio
import os
import random
import resource
import secrets
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from realtime.refusals import Refusal
from realtime.tally import Sign
from server.settings import Settings
from storage.tallies import discrepancies
from storage.values import Receipt
from tests.command import imaginest
from tests.faults.voters import voters
from tests.running import Running, citizen, until
from tests.storage.house import House, beside, device, open_house

TEARS = 25


@pytest.mark.fault("another process locks the SQLite file", "nothing: votes wait or are answered “try again”")
async def test_another_process_that_locks_the_file_only_delays_votes(tmp_path: Path) -> None:
    house = await open_house(tmp_path)
    topic = await house.topic()
    async with voters([house], [topic]) as crowd:
        await until(lambda: len(crowd.acknowledged) > 50)
        with _another_process_locks(tmp_path / "imaginest.db"):
            await until(lambda: crowd.refused > 0)
        enough = len(crowd.acknowledged) + 50
        await until(lambda: len(crowd.acknowledged) > enough)
    await house.close()


@contextmanager
def _another_process_locks(file: Path) -> Iterator[None]:
    script = (
        "import sqlite3, sys; c = sqlite3.connect(sys.argv[1], isolation_level=None);"
        "c.execute('BEGIN IMMEDIATE'); print('locked', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script, str(file)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        assert other.stdin is not None and other.stdout is not None
        other.stdout.readline()
        try:
            yield
        finally:
            other.stdin.close()


@contextmanager
def _small_disk(folder: Path) -> Iterator[Path]:
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", str(folder)], capture_output=True, text=True
    )
    if mounted.returncode:
        pytest.skip(f"a small disk cannot be mounted here: {mounted.stderr.strip()}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


@pytest.mark.fault(
    "the disk is full (a small tmpfs)", "nothing: votes are answered “try again”, nothing is half-written"
)
async def test_a_full_disk_refuses_clearly_and_votes_resume_when_there_is_room(tmp_path: Path) -> None:
    if os.geteuid() != 0 or shutil.which("mount") is None:
        pytest.skip("mounting a small disk needs root")
    with _small_disk(tmp_path) as folder:
        ballast = folder / "ballast"
        ballast.write_bytes(bytes(1024 * 1024))
        house = await open_house(folder)
        topic = await house.topic()
        async with voters([house], [topic]) as crowd:
            await until(lambda: crowd.refused > 20)
            enough = len(crowd.acknowledged) + 50
            assert await house.standing(topic), "reads go on"
            ballast.unlink()
            await until(lambda: len(crowd.acknowledged) > enough)
        assert await discrepancies(house.database) == []
        await house.close()


async def test_a_file_that_may_not_grow_refuses_clearly_and_resumes(tmp_path: Path) -> None:
    house = await open_house(tmp_path)
    topic = await house.topic()
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    try:
        async with voters([house], [topic]) as crowd:
            await until(lambda: len(crowd.acknowledged) > 50)
            room = (tmp_path / "imaginest.db-wal").stat().st_size + 16 * 1024
            resource.setrlimit(resource.RLIMIT_FSIZE, (room, limits[1]))
            await until(lambda: crowd.refused > 20)
            resource.setrlimit(resource.RLIMIT_FSIZE, limits)
            enough = len(crowd.acknowledged) + 50
            await until(lambda: len(crowd.acknowledged) > enough)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, ignored)
    await house.close()


def _serve(folder: Path) -> subprocess.CompletedProcess[str]:
    return imaginest(folder, "serve", "--port", "0")


@contextmanager
def _read_only(folder: Path) -> Iterator[None]:
    """Nothing in the folder can be written: by permissions or, as they do not hold root, by the system."""
    if os.geteuid() != 0:
        for place in (*folder.iterdir(), folder):
            place.chmod(0o555 if place.is_dir() else 0o444)
        yield
        folder.chmod(0o755)
        return
    subprocess.run(["mount", "-o", "remount,ro", str(folder)], check=True)
    yield
    subprocess.run(["mount", "-o", "remount,rw", str(folder)], check=True)


@contextmanager
def _disk_of_its_own(folder: Path) -> Iterator[Path]:
    if os.geteuid() != 0:
        yield folder
    else:
        with _small_disk(folder):
            yield folder


@pytest.mark.fault("the database is read-only", "nothing: refused at start, in one sentence")
async def test_a_read_only_database_is_refused_at_start_with_one_sentence(tmp_path: Path) -> None:
    with _disk_of_its_own(tmp_path) as folder:
        house = await open_house(folder)
        topic = await house.topic()
        await house.vote(topic, device(1), Sign.PLUS)
        await house.close()
        (folder / "secret").write_text(secrets.token_hex(32))
        (folder / "server.lock").touch()
        with _read_only(folder):
            done = await asyncio.to_thread(_serve, folder)
        assert done.returncode == 1, done.stdout
        assert done.stderr.count("\n") == 1 and "writable" in done.stderr, done.stderr
        assert beside(house.url, "SELECT plus FROM tally") == [(1,)]


async def test_a_read_only_file_in_a_writable_folder_is_refused_too(tmp_path: Path) -> None:
    if os.geteuid() == 0:
        pytest.skip("permissions do not hold root")
    house = await open_house(tmp_path)
    await house.close()
    (tmp_path / "imaginest.db").chmod(0o444)
    done = await asyncio.to_thread(_serve, tmp_path)
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1 and "writable" in done.stderr


@pytest.mark.fault("a second server is started on one SQLite file", "nothing: refused at start")
async def test_a_second_server_on_the_same_file_is_refused_and_told_where_the_first_is(
    tmp_path: Path,
) -> None:
    server = Running(tmp_path)
    server.start()
    done = await asyncio.to_thread(_serve, tmp_path)
    server.end()
    assert done.returncode == 1
    assert done.stderr == f"imaginest: {tmp_path} is already served at {server.url}\n"


@pytest.mark.fault(
    "the write-ahead log is torn at random places after a kill",
    "what stood behind the tear; every tally equals its ballots",
)
async def test_a_torn_log_opens_and_every_tally_equals_a_recount(tmp_path: Path) -> None:
    """After kill −9 the log is cut at random places, as a disk does that wrote half of it."""
    server = Running(tmp_path / "data")
    server.start()
    topics = [server.topic() for _ in range(3)]
    acknowledged: list[str] = []
    async with asyncio.TaskGroup() as group:
        for _ in range(6):
            group.create_task(_vote_until_killed(server, topics, acknowledged))
        await until(lambda: len(acknowledged) > 150)
        server.end(signal.SIGKILL)
    log = (tmp_path / "data" / "imaginest.db-wal").read_bytes()
    assert len(log) > 100_000
    for tear in range(TEARS):
        torn = tmp_path / f"torn-{tear}"
        shutil.copytree(tmp_path / "data", torn)
        (torn / "imaginest.db-shm").unlink()
        place = len(log) if tear == 0 else random.randrange(40_000, len(log))
        (torn / "imaginest.db-wal").write_bytes(log[:place])
        await _opens(torn, whole=set(acknowledged) if tear == 0 else set())


async def _vote_until_killed(server: Running, topics: list[int], acknowledged: list[str]) -> None:
    from websockets.exceptions import ConnectionClosed, InvalidHandshake

    try:
        while True:
            async with citizen(server, server.cookie()) as voter:
                for topic in topics:
                    answer = await voter.vote(topic, 1)
                    assert answer["t"] == "ack"
                    acknowledged.append(answer["op"])
    except (OSError, EOFError, ConnectionClosed, InvalidHandshake):
        return


async def _opens(folder: Path, whole: set[str]) -> None:
    house = await open_house_of(folder)
    kept = {op for (op,) in beside(house.url, "SELECT op FROM op")}
    assert kept >= whole, "an untorn log holds every acknowledged vote"
    assert await discrepancies(house.database) == []
    topic = await house.topic()
    assert isinstance(await house.vote(topic, device(1), Sign.PLUS), Receipt)
    await house.close()


async def open_house_of(folder: Path) -> House:
    """With the secret that the server made."""
    master = bytes.fromhex((folder / "secret").read_text())
    return await open_house(folder, master=master)


async def test_a_file_locked_by_an_administrator_answers_try_again_and_reads_go_on(tmp_path: Path) -> None:
    house = await open_house(tmp_path)
    topic = await house.topic()
    with closing(sqlite3.connect(Settings(data=tmp_path).database[10:], isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        assert await house.vote(topic, device(1), Sign.PLUS, "op-number-1") is Refusal.TRY_AGAIN
        assert (await house.standing(topic)).version.number == 0
    assert isinstance(await house.vote(topic, device(1), Sign.PLUS, "op-number-1"), Receipt)
    assert await discrepancies(house.database) == []
    await house.close()
