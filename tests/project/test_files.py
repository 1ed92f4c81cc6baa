"""No file of the repository tells of the machine it was written on, or where packages come from."""

import json
import re
from pathlib import Path

import pytest

from tests.project.checkout import files, text_of
from tests.running import ROOT

# written so that none of them finds itself
MACHINE = re.compile(r"(?<![\w.:$}~-])/(?:work|root|home|Users|mnt|media)/[\w.-]")
REGISTRY = re.compile(
    r"(?:pypi|pythonhosted|npmjs|yarnpkg|jsdelivr|unpkg|cdnjs|anaconda|conda|crates|rubygems)\.(?:org|com|net|io|dev)\b"
)
DOWNLOAD = re.compile(r"https?://[^\s\"'<>)]+\.(?:whl|tgz|zip|tar(?:\.\w+)?|deb|rpm|exe|woff2?|js|css)\b")
ANY_ADDRESS = re.compile(r"(?:https?|git|ssh|file)://|\bgit@")
LOCKS = ("requirements.txt", "requirements-dev.txt")


@pytest.mark.parametrize("rule", [MACHINE, REGISTRY, DOWNLOAD], ids=["path", "registry", "download"])
def test_no_file_holds_such_a_thing(rule: re.Pattern[str]) -> None:
    found = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()[:80]}"
        for path in files()
        for number, line in enumerate(text_of(path).splitlines(), 1)
        if rule.search(line)
    ]
    assert found == []


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_holds_no_address_at_all(name: str) -> None:
    assert not ANY_ADDRESS.search((ROOT / name).read_text())


def test_the_front_ends_lock_holds_no_address_but_those_of_whom_to_thank() -> None:
    lock = json.loads((ROOT / "web/frontend/package-lock.json").read_text())
    for package in lock["packages"].values():
        package.pop("funding", None)
    assert not ANY_ADDRESS.search(json.dumps(lock))


def test_the_rules_find_what_they_are_for() -> None:
    dot = "."
    assert MACHINE.search("see " + "/".join(["", "home", "anna", "x"]))
    assert REGISTRY.search("https://files.pythonhosted" + dot + "org/x")
    assert DOWNLOAD.search("http" + "://a.example/b/c" + dot + "whl")
    assert not MACHINE.search("web/home/x.html")


def test_the_files_are_found() -> None:
    assert {ROOT / "dev", ROOT / "server" / "cli.py", Path(__file__)} <= set(files())
    assert not any(".venv" in path.parts or "node_modules" in path.parts for path in files())
