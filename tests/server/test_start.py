"""What keeps a node from starting is said in one sentence, with what to do, and never with a secret."""

import os
import secrets
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.command import imaginest
from tests.ports import free_port
from tests.running import ROOT
from tests.running_postgres import ESCAPED, PASSWORD, RunningPostgres
from tests.storage.house import MASTER, beside, open_house
from tests.tcp_proxy import TcpProxy, tcp_proxy

SECRET = secrets.token_hex(32)


def start(folder: Path, *arguments: str, **settings: str) -> tuple[int, str]:
    """Exit status and what was said, of ``imaginest``."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("IMAGINEST_")}
    environment |= {f"IMAGINEST_{name.upper()}": value for name, value in settings.items()}
    done = imaginest(folder, *(arguments or ("serve", "--port", "0")), environment=environment)
    return done.returncode, done.stderr


def refused(folder: Path, *arguments: str, **settings: str) -> str:
    """The one sentence."""
    status, said = start(folder, *arguments, **settings)
    assert status == 1, said
    assert said.startswith("imaginest: ") and said.count("\n") == 1, said
    for secret in (settings.get("secret"), PASSWORD, ESCAPED, "s3cret"):
        assert not secret or secret not in said
    return said


@pytest.mark.parametrize(
    "url", ["mysql://a:s3cret@h/d", "sqlite:///s3cret.db", "postgresql://a:s3cret@h:x/d"]
)
def test_a_database_url_that_cannot_be_used(tmp_path: Path, url: str) -> None:
    assert "postgresql://user:password@host" in refused(tmp_path, database_url=url, secret=SECRET)


@pytest.mark.parametrize(
    ("name", "value", "advice"),
    [
        ("origins", "*", "“*” would let every site vote"),
        ("origins", "https://a.fr,b.fr", "origins are needed"),
        ("busurl", "redis://127.0.0.1", "did you mean IMAGINEST_BUS_URL?"),
        ("proxies", "10.0.0.0/8", "each proxy's own address is needed"),
        ("proxies", "nonsense", "each proxy's own address is needed"),
        ("origins", "https://Example.org", "in small letters"),
        ("origins", "https://example.org:99999", "in small letters"),
        ("head_seconds", "0", "a number from 1 to 3600 is needed"),
        ("most_connections", "0", "a number from 1 to"),
        ("appeal_days", "99999999999", "a number from 0 to 3650 is needed"),
        ("block", "1", "is no setting"),
        ("k", "7", "is no setting"),
    ],
)
def test_a_setting_that_is_none_or_opens_too_much(tmp_path: Path, name: str, value: str, advice: str) -> None:
    assert advice in refused(tmp_path, **{name: value})


POOR = {"a word": "changeme", "zeros": "0" * 64, "too short": secrets.token_hex(16), "not hex": "x" * 64}


@pytest.mark.parametrize("secret", POOR.values(), ids=POOR)
def test_a_poor_master_secret(tmp_path: Path, secret: str) -> None:
    assert "IMAGINEST_SECRET" in refused(tmp_path, secret=secret)


def test_a_file_without_a_secret(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("changeme\n")
    assert "put it back" in refused(tmp_path)


def test_postgresql_without_a_master_secret(tmp_path: Path, postgres_url: str) -> None:
    assert "openssl rand -hex 32" in refused(tmp_path, database_url=postgres_url)


def test_a_wrong_password(tmp_path: Path, postgres_url: str) -> None:
    url = postgres_url.replace(ESCAPED, "s3cret")
    assert "refuses the user or the password" in refused(tmp_path, database_url=url, secret=SECRET)


def test_an_unknown_host(tmp_path: Path) -> None:
    url = f"postgresql://anna:{ESCAPED}@nowhere.invalid/votes"
    assert "unknown host name" in refused(tmp_path, database_url=url, secret=SECRET)


def test_a_port_where_nobody_listens(tmp_path: Path, postgres: RunningPostgres) -> None:
    url = postgres.url("votes", free_port())
    assert "does not listen" in refused(tmp_path, database_url=url, secret=SECRET)


def test_a_database_that_does_not_exist(tmp_path: Path, postgres: RunningPostgres) -> None:
    said = refused(tmp_path, database_url=postgres.url("nothing_here"), secret=SECRET)
    assert "does not exist: create it" in said


def test_an_option_that_does_not_exist(tmp_path: Path, postgres_url: str) -> None:
    said = refused(tmp_path, database_url=postgres_url + "?colour=s3cret", secret=SECRET)
    assert "unknown option" in said


@pytest.fixture
def proxy(postgres: RunningPostgres) -> Iterator[TcpProxy]:
    with tcp_proxy(postgres.port) as proxy:
        yield proxy


def test_a_server_that_does_not_answer(tmp_path: Path, postgres: RunningPostgres, proxy: TcpProxy) -> None:
    proxy.swallow(everything=True)
    said = refused(tmp_path, database_url=postgres.url("postgres", proxy.port), secret=SECRET)
    assert "does not answer" in said
    proxy.swallow(everything=False)


def test_a_server_that_is_too_old(tmp_path: Path, postgres: RunningPostgres, proxy: TcpProxy) -> None:
    with postgres.connect("postgres") as connection:
        version = connection.info.parameter_status("server_version") or ""
    old = "12.1".ljust(len(version)).encode()
    proxy.rewrites[f"server_version\0{version}\0".encode()] = b"server_version\0" + old + b"\0"
    said = refused(tmp_path, database_url=postgres.url("postgres", proxy.port), secret=SECRET)
    assert "is PostgreSQL 12: 14 or newer is needed" in said


LATER = {"alembic", "email_validator", "phonenumbers", "PIL", "psycopg", "redis", "snowballstemmer"}
"""Packages that a node on SQLite loads when they are first needed."""

LOADED = """
import asyncio, sys
from pathlib import Path
from server import serving
from server.app import check_bus, try_database
from server.settings import Settings
settings = Settings(data=Path(sys.argv[1]), port=0)
asyncio.run(try_database(settings))
asyncio.run(check_bus(settings))
serving.make_server(settings, serving.listen(settings))
print(*{name.partition(".")[0] for name in sys.modules})
"""


def test_a_second_start_loads_nothing_that_it_does_not_need_yet(tmp_path: Path) -> None:
    assert start(tmp_path, "migrate")[0] == 0
    command = [sys.executable, "-c", LOADED, str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=True)
    assert LATER.isdisjoint(done.stdout.split())
    assert {"sqlalchemy", "starlette"} <= set(done.stdout.split())


@pytest.mark.parametrize("command", ["serve", "migrate"])
async def test_tables_of_a_newer_program(tmp_path: Path, fresh_url: str, command: str) -> None:
    house = await open_house(fresh_url, master=bytes.fromhex(SECRET))
    beside(fresh_url, "UPDATE alembic_version SET version_num = '9999'")
    await house.close()
    given = {"database_url": fresh_url} if fresh_url.startswith("postgresql") else {}
    assert "start the newer program" in refused(tmp_path, command, secret=SECRET, **given)


async def test_another_master_secret_than_the_databases(tmp_path: Path, fresh_url: str) -> None:
    house = await open_house(fresh_url, master=MASTER)
    await house.close()
    given = {"database_url": fresh_url} if fresh_url.startswith("postgresql") else {}
    assert "the one that this database was made with" in refused(tmp_path, secret=SECRET, **given)


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    (tmp_path / "imaginest.db").write_bytes(b"no database" * 100)
    assert "is no SQLite database" in refused(tmp_path)


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert "cannot be" in refused(tmp_path / "file" / "data")


@pytest.mark.parametrize("command", ["migrate", "check-tallies"])
async def test_commands_work_on_postgresql(tmp_path: Path, postgres_url: str, command: str) -> None:
    assert start(tmp_path, command, database_url=postgres_url) == (0, "")


async def test_check_tallies_says_which_counter_is_wrong(tmp_path: Path, postgres_url: str) -> None:
    house = await open_house(postgres_url)
    await house.topic()
    await house.close()
    beside(postgres_url, "UPDATE tally SET plus = 7")
    assert start(tmp_path, "check-tallies", database_url=postgres_url)[0] == 1
