"""./dev on machines that are not as one would like them."""

import ast
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.project.checkout import dev, document
from tests.running import ROOT
from tests.terminal import on_a_terminal

SCRIPT = str(ROOT / "dev")


def start(*arguments: str, **environment: str) -> tuple[int, str, str]:
    """Status, output and complaints of ./dev."""
    done = subprocess.run(
        [sys.executable, SCRIPT, *arguments],
        env=os.environ | environment,
        capture_output=True,
        text=True,
        timeout=60,
    )
    return done.returncode, done.stdout, done.stderr


def test_a_taken_port_is_said_before_anything_is_set_up_or_deleted(tmp_path: Path) -> None:
    database = tmp_path / "imaginest.db"
    database.write_bytes(b"kept")
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        for given in ({"IMAGINEST_PORT": str(port)}, {}):
            option = [] if given else ["--port", str(port)]
            status, said, complaint = start("run", "--fresh", "--data", str(tmp_path), *option, **given)
            assert (status, said) == (1, "")
            assert complaint == f"./dev: port {port} on 127.0.0.1 cannot be used: Address already in use\n"
    assert database.read_bytes() == b"kept"


@pytest.mark.parametrize("port", ["65536", "-1"])
def test_a_port_that_there_is_not_is_said(port: str) -> None:
    status, _, complaint = start("run", f"--port={port}")
    assert status == 1 and "a number from 0 to 65535 is needed" in complaint


def test_what_is_not_understood_is_said_in_a_line() -> None:
    assert start("check", "--colour") == (1, "", "./dev: not understood: --colour\n")


def test_fresh_deletes_the_database_and_keeps_the_secret(tmp_path: Path) -> None:
    for name in ("imaginest.db", "imaginest.db-wal", "secret"):
        (tmp_path / name).touch()
    dev().forget(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {"secret", "server.lock"}


def test_it_can_be_read_by_a_python_that_is_too_old_for_it_and_says_so() -> None:
    ast.parse(document("dev"), feature_version=(3, 6))
    as_if_old = (
        "import sys; sys.version_info = (3, 10, 13); exec(compile(open(sys.argv[1]).read(), 'dev', 'exec'))"
    )
    done = subprocess.run(
        [sys.executable, "-c", as_if_old, SCRIPT, "run"], capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 1
    assert done.stderr.startswith("./dev: Python 3.11 or newer is needed") and done.stderr.count("\n") == 1


def test_without_a_terminal_a_slow_step_is_whole_lines(capsys: pytest.CaptureFixture[str]) -> None:
    dev().slow("set up: something", ["sh", "-c", "echo noise"])
    assert capsys.readouterr().out == "set up: something\n"


def test_a_slow_step_that_fails_shows_what_it_printed() -> None:
    with pytest.raises(dev().Failed) as failed:
        dev().slow("set up: something", ["sh", "-c", "echo the reason; exit 3"])
    assert str(failed.value) == "the reason\nset up: something: failed with status 3"


def test_on_a_terminal_a_slow_step_is_one_line_that_counts_seconds(tmp_path: Path) -> None:
    """The step ends when its own seconds were shown: it reads the terminal's line from a file beside."""
    code = """
import sys
from tests.project.checkout import dev
said = dev().say
def say(text, end="\\n"):
    said(text, end)
    if "… 1 s" in text:
        open(sys.argv[1], "w").close()
dev().say = say
dev().slow("set up: something", ["sh", "-c", 'until test -e "$0"; do sleep 0.05; done', sys.argv[1]])
"""
    command = [sys.executable, "-c", code, str(tmp_path / "shown")]
    session = on_a_terminal(command, columns=60, environment=os.environ)
    assert session.status == 0, session.written
    [line, rest] = session.screen
    assert line.startswith("set up: something … ") and line.endswith(" s") and rest == ""


def test_npm_has_a_cache_where_home_cannot_be_written(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert "npm_config_cache" not in dev().environment({})
    monkeypatch.setenv("HOME", str(tmp_path / "missing"))
    assert dev().environment({})["npm_config_cache"].startswith(str(ROOT / ".venv"))
