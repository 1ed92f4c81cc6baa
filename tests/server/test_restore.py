"""The restore drill of docs/backup.md, on both engines, with real servers."""

import asyncio
import os
import secrets
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from realtime.tally import Sign
from server.settings import Settings
from storage.database import Database
from storage.tallies import discrepancies
from tests.command import imaginest
from tests.running import ROOT, Running, citizen, until
from tests.running_postgres import RunningPostgres
from tests.storage.house import beside, device, open_house

SECRET = secrets.token_hex(32)


@dataclass
class Site:
    """A data folder, its settings, and the database that they name."""

    folder: Path
    settings: dict[str, str]
    url: str

    def imaginest(self, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
        return imaginest(self.folder, *arguments, environment=os.environ | self.settings | more)

    async def done(self, *arguments: str) -> str:
        done = await asyncio.to_thread(self.imaginest, *arguments)
        assert done.returncode == 0, done.stderr
        return done.stdout

    async def refused(self, *arguments: str) -> str:
        done = await asyncio.to_thread(self.imaginest, *arguments)
        assert done.returncode == 1, done.stdout
        assert done.stderr.count("\n") == 1, done.stderr
        return done.stderr

    def headlines(self) -> list[Any]:
        return beside(self.url, "SELECT topic_id, plus, minus FROM tally ORDER BY topic_id")

    async def vote(self, *numbers: int) -> None:
        """One vote on every topic for each of these voters, with no server running."""
        house = await open_house(self.url, master=bytes.fromhex(SECRET))
        topics = [topic for topic, _, _ in self.headlines()] or [await house.topic() for _ in range(2)]
        for number in numbers:
            for topic in topics:
                await house.vote(topic, device(number), Sign.PLUS)
        await house.close()

    async def exact(self) -> bool:
        database = Database(self.url)
        found = await discrepancies(database)
        await database.close()
        return found == []


@pytest.fixture(params=["sqlite", "postgres"])
def site(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    settings = {"IMAGINEST_SECRET": SECRET}
    if request.param == "postgres":
        server: RunningPostgres = request.getfixturevalue("postgres")
        settings["IMAGINEST_DATABASE_URL"] = server.url(server.create_database())
    for name, value in settings.items():
        monkeypatch.setenv(name, value)  # for the servers that the test starts
    folder = tmp_path / "data"
    folder.mkdir()
    return Site(folder, settings, Settings.of(settings, data=folder).database)


@pytest.fixture
def server(site: Site) -> Iterator[Running]:
    server = Running(site.folder, secret=SECRET)
    yield server
    if server.process is not None:
        server.end(signal.SIGKILL)


async def test_the_drill_restores_the_tallies_and_versions_only_rise(
    site: Site, server: Running, tmp_path: Path
) -> None:
    backup = tmp_path / "one.backup"
    server.start()
    topics = [server.topic() for _ in range(2)]
    voting = asyncio.create_task(_vote_on(server, topics))
    await until(lambda: sum(plus for _, plus, _ in site.headlines()) > 20)
    said = await site.done("backup", str(backup))  # while votes come in
    assert str(backup) in said and "master secret is not in a backup" in said
    assert backup.stat().st_mode & 0o777 == 0o600
    enough = sum(plus for _, plus, _ in site.headlines()) + 20
    await until(lambda: sum(plus for _, plus, _ in site.headlines()) > enough)
    assert "stop" in await site.refused("restore", str(backup)), "not while a server runs"
    voting.cancel()
    await asyncio.gather(voting, return_exceptions=True)
    async with citizen(server) as watcher:
        seen = {topic: (await watcher.follow(topic))["version"] for topic in topics}
    server.end(signal.SIGTERM)
    after = site.headlines()

    said = await site.done("restore", str(backup))
    restored = site.headlines()
    assert await site.exact()
    assert 20 < sum(plus for _, plus, _ in restored) < sum(plus for _, plus, _ in after)
    aside = next(line for line in said.splitlines() if "is kept as" in line).split()[-1]
    assert _headlines_aside(site, aside) == after, "what was replaced is whole"

    server.start()
    async with citizen(server, server.cookie()) as voter:
        for topic in topics:
            snap = await voter.follow(topic, at=seen[topic])
            assert snap["version"] > seen[topic], "nobody takes the restored numbers for old ones"
            assert (await voter.vote(topic, 1))["t"] == "ack"
    async with citizen(server) as watcher:
        for topic in topics:
            assert (await watcher.follow(topic))["version"] > seen[topic]
    server.end(signal.SIGTERM)
    assert await site.exact()


def _headlines_aside(site: Site, aside: str) -> list[Any]:
    if site.url.startswith("sqlite"):
        return Site(site.folder, {}, f"sqlite:///{aside}").headlines()
    return beside(site.url, f"SELECT topic_id, plus, minus FROM {aside}.tally ORDER BY topic_id")


async def _vote_on(server: Running, topics: list[int]) -> None:
    while True:
        async with citizen(server, server.cookie()) as voter:
            for topic in topics:
                assert (await voter.vote(topic, 1))["t"] == "ack"


async def test_a_backup_can_be_restored_again_and_again(site: Site, tmp_path: Path) -> None:
    await site.vote(1, 2, 3)
    await site.done("backup", str(tmp_path / "one"))
    before = site.headlines()
    epochs = []
    for number in range(4, 7):
        await site.vote(number)
        assert site.headlines() != before
        await site.done("restore", str(tmp_path / "one"))
        assert site.headlines() == before
        epochs.append(beside(site.url, "SELECT epoch FROM installation")[0][0])
    assert epochs == sorted(set(epochs))
    await site.vote(8)
    assert await site.exact()


async def test_a_backup_is_restored_where_there_is_no_database_yet(site: Site, tmp_path: Path) -> None:
    await site.vote(1, 2, 3)
    await site.done("backup", str(tmp_path / "one"))
    before = site.headlines()
    if site.url.startswith("sqlite"):
        (site.folder / "imaginest.db").unlink()
    else:
        for (table,) in beside(site.url, "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"):
            beside(site.url, f'DROP TABLE "{table}" CASCADE')
    said = await site.done("restore", str(tmp_path / "one"))
    assert "is kept as" not in said
    assert site.headlines() == before


async def test_a_backup_whose_tallies_are_wrong_is_refused_and_nothing_changes(
    site: Site, tmp_path: Path
) -> None:
    await site.vote(1, 2, 3)
    beside(site.url, "UPDATE tally SET plus = plus + 1")
    await site.done("backup", str(tmp_path / "wrong"))
    beside(site.url, "UPDATE tally SET plus = plus - 1")
    before = site.headlines(), beside(site.url, "SELECT epoch FROM installation")
    assert "differ from a recount" in await site.refused("restore", str(tmp_path / "wrong"))
    assert (site.headlines(), beside(site.url, "SELECT epoch FROM installation")) == before
    await site.vote(4)
    assert await site.exact()


async def test_a_file_that_is_no_backup_is_refused_and_nothing_changes(site: Site, tmp_path: Path) -> None:
    await site.vote(1, 2, 3)
    before = site.headlines()
    await site.done("backup", str(tmp_path / "one"))
    whole = (tmp_path / "one").read_bytes()
    (tmp_path / "torn").write_bytes(whole[: len(whole) // 2])
    (tmp_path / "noise").write_bytes(b"PGDMP" + secrets.token_bytes(1000))
    (tmp_path / "empty").touch()
    for name in ("torn", "noise", "empty", "missing"):
        await site.refused("restore", str(tmp_path / name))
        assert site.headlines() == before
    await site.vote(4)
    assert await site.exact()


async def test_a_backup_never_replaces_a_file_and_leaves_none_where_it_fails(
    site: Site, tmp_path: Path
) -> None:
    await site.vote(1)
    (tmp_path / "one").write_text("dear")
    assert "exists already" in await site.refused("backup", str(tmp_path / "one"))
    assert (tmp_path / "one").read_text() == "dear"
    assert "cannot be written" in await site.refused("backup", str(tmp_path / "nowhere" / "one"))
    assert sorted(os.listdir(tmp_path)) == ["data", "one"]


async def test_a_machine_without_pg_dump_says_what_to_install(tmp_path: Path, postgres_url: str) -> None:
    hide = (
        "import sys, storage.backup as b; from pathlib import Path; b.PROGRAMS = (); b.find_spec = lambda _: None;"
        "from server.cli import main; sys.exit(main(sys.argv[1:]))"
    )
    done = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-c", hide, "--data", str(tmp_path), "backup", str(tmp_path / "one")],
        cwd=ROOT, env=os.environ | {"PATH": "/nowhere", "IMAGINEST_DATABASE_URL": postgres_url},
        capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert done.returncode == 1
    assert "install PostgreSQL's client programs" in done.stderr and done.stderr.count("\n") == 1


def test_a_backup_of_a_folder_without_a_database_is_refused(tmp_path: Path) -> None:
    site = Site(tmp_path, {}, "")
    assert "there is no database" in site.imaginest("backup", str(tmp_path / "one")).stderr
    assert not list(tmp_path.iterdir())


async def test_a_damaged_database_is_kept_aside_with_its_log(tmp_path: Path) -> None:
    settings = {"IMAGINEST_SECRET": SECRET}
    site = Site(tmp_path / "data", settings, Settings.of(settings, data=tmp_path / "data").database)
    os.mkdir(site.folder)
    await site.vote(1, 2, 3)
    await site.done("backup", str(tmp_path / "one"))
    before = site.headlines()
    (site.folder / "imaginest.db").write_bytes(b"damaged" * 1000)
    (site.folder / "imaginest.db-wal").write_bytes(b"its log")
    await site.done("restore", str(tmp_path / "one"))
    assert site.headlines() == before
    kept = {p.name.split("replaced-")[-1].lstrip("0123456789"): p for p in site.folder.glob("*replaced-*")}
    assert kept[""].read_bytes() == b"damaged" * 1000
    assert kept["-wal"].read_bytes() == b"its log"
    with closing(sqlite3.connect(site.folder / "imaginest.db")) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
