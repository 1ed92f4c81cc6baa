"""The package: built offline from a copy of the checkout, installed elsewhere, and run as the Procfile says."""

import os
import re
import shutil
import signal
import subprocess
import sys
import sysconfig
import urllib.request
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from server.cli import _parser
from tests.ports import free_port
from tests.project.checkout import commands_of, document, files
from tests.running import DEADLINE, ROOT

PACKAGES = ("server", "web", "channels", "storage", "realtime")
SLOW = 120.0
"""Seconds that a build or an installation may take on a busy machine."""


def run(*command: str | Path, folder: Path, environment: Mapping[str, str] = os.environ) -> str:
    """What the program said; fails where it did."""
    done = subprocess.run(
        list(map(str, command)), cwd=folder, env=environment, capture_output=True, text=True, timeout=SLOW
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built from a copy, so that no server or browser of another test sees web/dist change."""
    copy = tmp_path_factory.mktemp("checkout")
    for file in files():
        place = copy / file.relative_to(ROOT)
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(file, place)
    modules = ROOT / "web" / "frontend" / "node_modules"
    (copy / "web" / "frontend" / "node_modules").symlink_to(modules)
    os.utime(copy / "web" / "frontend" / "package-lock.json", (0, 0))  # ./dev has compared them by content
    run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", copy / "out", folder=copy)
    [built] = (copy / "out").glob("*.whl")
    return built


@dataclass(frozen=True)
class Installed:
    """A fresh environment with our package; the packages of others come from the one that runs the tests."""

    folder: Path

    @property
    def program(self) -> Path:
        return self.folder / "bin" / "imaginest"

    def environment(self, **more: str) -> dict[str, str]:
        kept = {
            k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "IMAGINEST_", "VIRTUAL_ENV"))
        }
        return kept | {"PATH": f"{self.program.parent}{os.pathsep}{os.defpath}", **more}


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Installed:
    folder = tmp_path_factory.mktemp("elsewhere")
    run(sys.executable, "-m", "venv", "--without-pip", folder, folder=folder)
    fresh = folder / "bin" / "python"
    [packages] = (folder / "lib").glob("python*/site-packages")
    # a folder named in a .pth file is searched last, and its own .pth files (our checkout is in one) are not read
    (packages / "others.pth").write_text(sysconfig.get_path("purelib") + "\n")
    pip = (sys.executable, "-m", "pip", "--python", fresh, "--disable-pip-version-check", "--quiet")
    run(*pip, "install", "--no-deps", "--no-index", wheel, folder=folder)
    return Installed(folder)


def test_the_wheel_holds_all_that_the_program_reads(wheel: Path) -> None:
    held = set(zipfile.ZipFile(wheel).namelist())
    wanted = {
        str(file.relative_to(ROOT))
        for file in files()
        if file.relative_to(ROOT).parts[0] in PACKAGES and not file.is_relative_to(ROOT / "web" / "frontend")
    }
    assert wanted <= held
    kinds = {".py", ".html", ".json", ".svg", ".mako"}
    assert kinds <= {Path(name).suffix for name in wanted}
    assert {"web/dist/manifest.json", "web/dist/map.json", "web/dist/assets/LICENCES.txt"} <= held
    assert any(re.fullmatch(r"web/dist/assets/main-\w+\.css", name) for name in held)
    assert any(name.endswith(".woff2") for name in held)


def test_the_wheel_holds_nothing_else(wheel: Path) -> None:
    tops = {name.split("/")[0] for name in zipfile.ZipFile(wheel).namelist()}
    assert {top for top in tops if not top.endswith(".dist-info")} == set(PACKAGES)
    assert not [name for name in zipfile.ZipFile(wheel).namelist() if name.startswith("web/frontend/")]


def test_the_program_that_runs_is_the_installed_one(installed: Installed, tmp_path: Path) -> None:
    code = f"import {', '.join(PACKAGES)}; print(*(m.__file__ for m in ({', '.join(PACKAGES)})))"
    said = run(
        installed.folder / "bin" / "python", "-c", code, folder=tmp_path, environment=installed.environment()
    )
    assert [Path(one).is_relative_to(installed.folder) for one in said.split()] == [True] * len(PACKAGES)


def test_help_names_every_command(installed: Installed, tmp_path: Path) -> None:
    said = run(installed.program, "--help", folder=tmp_path, environment=installed.environment())
    assert [
        name for name in commands_of(_parser()) if not re.search(rf"^ +{name}\s", said, re.MULTILINE)
    ] == []


def procfile() -> dict[str, str]:
    return dict(re.findall(r"^([a-z]+): (.+)$", document("Procfile"), re.MULTILINE))


def test_the_procfile_has_a_line_for_release_web_and_worker() -> None:
    assert list(procfile()) == ["release", "web", "worker"]
    assert len(procfile()) == len(document("Procfile").splitlines())


@contextmanager
def web_process(installed: Installed, folder: Path, environment: Mapping[str, str]) -> Iterator[str]:
    """The Procfile's web line in a shell, as a platform starts it; the address it tells."""
    process = subprocess.Popen(
        ["sh", "-c", procfile()["web"]],
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        assert process.stdout is not None
        yield next((line.split()[-1] for line in process.stdout if "listens on" in line), "")
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        process.communicate(timeout=DEADLINE)


def fetch(url: str) -> tuple[int, str, str]:
    with urllib.request.urlopen(url, timeout=DEADLINE) as answer:
        return answer.status, answer.headers["content-type"], answer.read().decode()


def test_the_procfile_migrates_and_serves_a_page_with_its_style_and_its_script(
    installed: Installed, tmp_path: Path
) -> None:
    port = free_port()
    environment = installed.environment(PORT=str(port), IMAGINEST_DATA=str(tmp_path / "data"))
    assert "up to date" in run("sh", "-c", procfile()["release"], folder=tmp_path, environment=environment)
    assert (tmp_path / "data" / "imaginest.db").exists()
    with web_process(installed, tmp_path, environment) as url:
        assert url == f"http://127.0.0.1:{port}"
        status, kind, page = fetch(url + "/")
        assert (status, kind) == (200, "text/html; charset=utf-8")
        [style] = re.findall(r'<link rel="stylesheet" href="([^"]+)"', page)
        [script] = re.findall(r'<script[^>]* src="([^"]+)"', page)
        for address, wanted in ((style, "text/css"), (script, "text/javascript")):
            status, kind, content = fetch(url + address)
            assert status == 200 and kind.startswith(wanted) and len(content) > 1000
        assert fetch(url + "/favicon.svg")[0] == 200
