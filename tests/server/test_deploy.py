"""What is said to whoever deploys it: the units, the image and the Procfile start commands that exist."""

import json
import re
import shlex
import shutil
import subprocess
from collections import defaultdict
from pathlib import Path

import pytest

from server.cli import _parser
from server.drain import SPREAD_SECONDS
from server.ending import FINISH_SECONDS, UNWIND_SECONDS
from server.serving import GRACE_SECONDS
from server.settings import Settings
from tests.running import ROOT

DEPLOY = ROOT / "docs" / "deploy"
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))
HARDENING = {
    "NoNewPrivileges": "yes",
    "ProtectSystem": "strict",
    "ProtectHome": "yes",
    "PrivateTmp": "yes",
    "CapabilityBoundingSet": "",
    "User": "imaginest",
}
BINARY = "/opt/imaginest/bin/imaginest"


def unit(path: Path) -> dict[str, list[str]]:
    """The values of each key, in whatever section."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for line in path.read_text().splitlines():
        if line and not line.startswith(("#", "[")):
            key, equals, value = line.partition("=")
            assert equals and re.fullmatch("[A-Za-z]+", key), line
            found[key].append(value)
    return found


def understood(command: str) -> bool:
    """Whether ``imaginest`` takes these arguments; it would end the process where not."""
    arguments = shlex.split(command)
    _parser().parse_args(arguments[1:])
    return arguments[0].endswith("imaginest")


def commands(path: Path) -> list[str]:
    """What a unit starts of ours, as the shell or systemd would see it."""
    found = []
    for command in unit(path)["ExecStart"]:
        inside = re.search(rf"{BINARY} [^']+", command)
        assert inside is not None, command
        found.append(inside[0].replace("%i", "8000").replace("$$(", "(").replace("%S", "/var/lib"))
    return found


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.name)
def test_a_unit_is_hardened_and_starts_a_command_that_exists(path: Path) -> None:
    keys = unit(path)
    assert {key: keys[key][-1] for key in HARDENING} == HARDENING
    assert all(understood(command) for command in commands(path))
    assert keys["EnvironmentFile"] == ["/etc/imaginest/imaginest.env"]


def test_a_node_has_time_to_drain_and_is_started_again() -> None:
    keys = unit(DEPLOY / "systemd" / "imaginest@.service")
    longest = SPREAD_SECONDS + FINISH_SECONDS + GRACE_SECONDS + UNWIND_SECONDS
    assert longest < 5 < int(keys["TimeoutStopSec"][0]) <= 10
    assert keys["Restart"] == ["always"]
    given = dict(line.split("=", 1) for line in keys["Environment"])
    named = {name: text.replace("%i", "8000").replace("%H", "web-1") for name, text in given.items()}
    settings = Settings.of(named)
    assert settings.node == "web-1-8000"
    assert settings.metrics == ("127.0.0.1", 18000)
    assert int(keys["LimitNOFILE"][0]) > settings.most_connections + 200


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not here")
def test_systemd_itself_finds_nothing_wrong(tmp_path: Path) -> None:
    for path in (DEPLOY / "systemd").iterdir():
        text = path.read_text().replace(BINARY, "/bin/true")  # the program is not installed there
        (tmp_path / path.name).write_text(text)
    units = [str(tmp_path / name) for name in ("imaginest@8000.service", "imaginest-backup.timer")]
    units += [str(tmp_path / path.name) for path in UNITS if "@" not in path.name]
    done = subprocess.run(
        ["systemd-analyze", "verify", *units],
        capture_output=True,
        text=True,
        timeout=60,
        env={"SYSTEMD_UNIT_PATH": f"{tmp_path}:", "PATH": "/usr/bin:/bin"},
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_every_setting_of_the_environment_file_exists() -> None:
    names = re.findall("^#?(IMAGINEST_[A-Z_]+)=", (DEPLOY / "systemd" / "imaginest.env").read_text(), re.M)
    known = {f"IMAGINEST_{name.upper()}" for name in Settings.__slots__}
    assert names and set(names) <= known


def test_the_procfile_starts_commands_that_exist() -> None:
    lines = dict(line.split(": ", 1) for line in (ROOT / "Procfile").read_text().splitlines())
    assert lines.keys() == {"release", "web", "worker"}
    assert all(understood(command.replace("$PORT", "8000")) for command in lines.values())


def instructions() -> list[tuple[str, str]]:
    text = (DEPLOY / "Containerfile").read_text().replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return [(line.partition(" ")[0], line.partition(" ")[2].strip()) for line in lines]


def test_the_image_copies_what_exists_and_starts_a_command_that_exists() -> None:
    steps = instructions()
    for name, text in steps:
        if name == "COPY" and not text.startswith("--from=build"):
            assert all((ROOT / source).exists() for source in text.split()[:-1]), text
        if name == "FROM":
            assert re.fullmatch(r"python:3\.11-slim( AS build)?", text)  # no registry's name
    last = dict(steps)
    assert understood(" ".join(json.loads(last["ENTRYPOINT"]) + json.loads(last["CMD"])))
    assert last["USER"] != "root" and "/livez" in last["HEALTHCHECK"]
    copied = {text.split()[0] for name, text in steps if name == "COPY"}
    assert {"server", "channels", "realtime", "web", "storage", "requirements.txt"} <= copied
