"""Whether a browser that is missing is noticed."""

import os
import subprocess
import sys
from pathlib import Path

from tests.running import ROOT


def journeys(folder: Path, **environment: str) -> tuple[int, str]:
    """One test of a page where no Chromium is on PATH."""
    kept = {k: v for k, v in os.environ.items() if k not in {"CI", "IMAGINEST_CHROMIUM"}}
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-p",
        "no:cacheprovider",
        "-rs",
        "--maxfail=1",
        "tests/journeys/test_vote.py",
    ]
    done = subprocess.run(
        command,
        cwd=ROOT,
        env=kept | {"PATH": str(folder)} | environment,
        capture_output=True,
        text=True,
        timeout=120,
    )
    return done.returncode, done.stdout


def test_in_continuous_integration_it_fails_the_run(tmp_path: Path) -> None:
    status, said = journeys(tmp_path, CI="1")
    assert status == 1
    assert "there is no Chromium" in said and "1 error" in said and "skipped" not in said


def test_one_that_is_named_but_not_there_fails_too(tmp_path: Path) -> None:
    status, said = journeys(tmp_path, IMAGINEST_CHROMIUM=str(tmp_path / "chromium"))
    assert status == 1 and "skipped" not in said


def test_elsewhere_the_tests_that_need_it_are_left_out_and_say_so(tmp_path: Path) -> None:
    status, said = journeys(tmp_path)
    assert status == 0
    assert "there is no Chromium; ./dev test installs one" in said
