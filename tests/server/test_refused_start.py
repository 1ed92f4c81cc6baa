"""A port that is taken, and files that may not be read or written: one sentence, and nothing is lost."""

import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.running import ROOT, running
from tests.server.test_replay import COMMENTS, VOTES
from tests.server.test_start import refused, start

NOBODY = 65534
AS_NOBODY = """
import os, sys
from server import cli, demonstration, replay, serving
if os.geteuid() == 0:
    os.setgroups([])
    os.setgid({nobody})
    os.setuid({nobody})
sys.exit(cli.main(sys.argv[1:]))
"""


@pytest.fixture
def taken() -> Iterator[int]:
    """A port where another program listens."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        yield other.getsockname()[1]


@pytest.fixture
def recording(tmp_path: Path) -> list[str]:
    (tmp_path / "v.csv").write_text(VOTES)
    (tmp_path / "c.csv").write_text(COMMENTS)
    return ["--votes", str(tmp_path / "v.csv"), "--comments", str(tmp_path / "c.csv")]


def test_a_port_that_is_taken(tmp_path: Path, taken: int) -> None:
    said = refused(tmp_path, "serve", "--port", str(taken))
    assert f"port {taken} on 127.0.0.1 cannot be used" in said
    assert start(tmp_path, "check-tallies") == (0, "")


def test_a_replay_that_would_serve_on_a_port_that_is_taken(
    tmp_path: Path, taken: int, recording: list[str]
) -> None:
    said = refused(tmp_path, "replay", "--port", str(taken), *recording)
    assert f"port {taken} on 127.0.0.1 cannot be used" in said


def test_a_replay_into_a_file_that_is_no_database(tmp_path: Path, recording: list[str]) -> None:
    (tmp_path / "imaginest.db").write_bytes(b"no database" * 100)
    assert "is no SQLite database" in refused(tmp_path, "replay", "--port", "0", *recording)
    assert (tmp_path / "imaginest.db").read_bytes() == b"no database" * 100


def test_a_recount_of_a_file_that_is_no_database(tmp_path: Path) -> None:
    (tmp_path / "imaginest.db").write_bytes(b"no database" * 100)
    assert "cannot be read" in refused(tmp_path, "check-tallies")


def test_a_migration_under_a_running_server(tmp_path: Path) -> None:
    with running(tmp_path) as server:
        said = refused(tmp_path, "migrate")
        assert f"is served at {server.url}: stop the server first" in said
        server.topic()  # it goes on
    assert start(tmp_path, "migrate") == (0, "")


def test_a_port_that_there_is_not(tmp_path: Path) -> None:
    assert "the port is -1" in refused(tmp_path, "serve", "--port=-1")
    assert "the port is 65536" in refused(tmp_path, "serve", port="65536")


@pytest.mark.parametrize("command", [["serve"], ["migrate"], ["restore", "x.backup"]])
def test_a_folder_that_is_a_file(tmp_path: Path, command: list[str]) -> None:
    (tmp_path / "file").touch()
    assert "make it a writable folder" in refused(tmp_path / "file", *command)


def unwritable_folder(folder: Path) -> None:
    (folder / "imaginest.db").chmod(0o666)
    folder.chmod(0o555)


def unwritable_database(folder: Path) -> None:
    folder.chmod(0o777)
    (folder / "imaginest.db").chmod(0o444)


def unreadable_secret(folder: Path) -> None:
    for path in (folder, *folder.iterdir()):
        path.chmod(0o777)
    (folder / "secret").chmod(0)


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (unwritable_folder, "cannot be used (Permission denied)"),
        (unwritable_database, "imaginest.db cannot be written"),
        (unreadable_secret, "secret cannot be used (Permission denied)"),
    ],
)
def test_files_that_may_not_be_used(tmp_path: Path, spoil: Callable[[Path], None], said: str) -> None:
    """Where the tests run as root, the program gives that up first: nothing is forbidden to root."""
    assert start(tmp_path, "migrate") == (0, "")
    (tmp_path / "secret").write_text("0123456789abcdef" * 4)
    spoil(tmp_path)
    done = subprocess.run(
        [sys.executable, "-c", AS_NOBODY.format(nobody=NOBODY), "--data", ".", "serve", "--port", "0"],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=60,
    )
    tmp_path.chmod(0o755)
    assert done.returncode == 1
    assert done.stderr.startswith("imaginest: ") and done.stderr.count("\n") == 1, done.stderr
    assert said in done.stderr
