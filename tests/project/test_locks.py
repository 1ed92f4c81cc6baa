"""The locks: everything pinned with its hashes, one version of each, and from no named place."""

import json
import re
import tomllib

import pytest

from tests.project.checkout import document

RUNTIME, EVERYTHING = LOCKS = ("requirements.txt", "requirements-dev.txt")
PROJECT = tomllib.loads(document("pyproject.toml"))
NEVER = {"channels", "django", "realtime", "web", "server", "storage", "tests", "imaginest"}
"""Packages that go by the names of our own folders would be imported in their place."""


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def entries(lock: str) -> list[str]:
    """One string for each package: its pin, then its hashes."""
    text = document(lock).replace("\\\n", " ")
    return [line for line in text.splitlines() if line.strip()]


def pins(lock: str) -> dict[tuple[str, str], str]:
    """The version of each package under each marker."""
    found = {}
    for entry in entries(lock):
        pin, _, marker = entry.split(" --hash=")[0].partition(";")
        name, version = pin.strip().split("==")
        found[normal(name.split("[")[0]), marker.strip()] = version
    return found


def names(lock: str) -> set[str]:
    return {name for name, _ in pins(lock)}


@pytest.mark.parametrize("lock", LOCKS)
def test_every_line_is_a_pin_with_hashes(lock: str) -> None:
    whole = re.compile(
        r"[A-Za-z0-9._-]+(\[[a-z,]+\])?==[0-9][\w.+!]*( ; [^;@/]+?)?(\s+--hash=sha256:[0-9a-f]{64})+\s*"
    )
    assert [entry for entry in entries(lock) if not whole.fullmatch(entry)] == []
    assert len(pins(lock)) == len(entries(lock)) > 20


def test_the_second_lock_holds_all_of_the_first_in_the_same_versions() -> None:
    assert pins(RUNTIME).items() <= pins(EVERYTHING).items()


def test_a_package_has_the_same_hashes_in_both() -> None:
    assert set(entries(RUNTIME)) <= set(entries(EVERYTHING))


@pytest.mark.parametrize("lock", LOCKS)
def test_no_package_goes_by_the_name_of_a_folder_of_ours(lock: str) -> None:
    assert not names(lock) & NEVER


def required(listed: list[str]) -> set[str]:
    return {normal(re.split(r"[\[<>=!~ ;]", one)[0]) for one in listed}


def test_what_the_project_needs_is_in_the_lock() -> None:
    groups = PROJECT["dependency-groups"]
    assert required(PROJECT["project"]["dependencies"] + groups["build"]) <= names(RUNTIME)
    assert required(groups["dev"]) <= names(EVERYTHING)


def test_what_builds_the_package_is_what_the_lock_holds() -> None:
    assert PROJECT["build-system"]["requires"] == PROJECT["dependency-groups"]["build"]


def test_the_front_ends_lock_pins_everything_and_names_no_place() -> None:
    packages = json.loads(document("web/frontend/package-lock.json"))["packages"]
    del packages[""]
    assert len(packages) > 5
    for name, package in packages.items():
        assert package["integrity"].startswith("sha512-"), name
        assert "resolved" not in package, name


def test_the_front_ends_own_list_is_exact() -> None:
    package = json.loads(document("web/frontend/package.json"))
    for version in (package["dependencies"] | package["devDependencies"]).values():
        assert re.fullmatch(r"[0-9]+\.[0-9]+\.[0-9]+", version)
