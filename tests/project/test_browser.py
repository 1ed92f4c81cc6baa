"""Whether a browser that is missing is noticed."""

import os
from pathlib import Path
from tempfile import TemporaryFile

from tests.nursery import nursery
from tests.running import DEADLINE

ONE = "tests/journeys/test_accessibility.py::test_large_type_is_chosen_by_keyboard_and_without_a_program"
"""It asks for the browser before anything else."""


def journeys(folder: Path, **environment: str) -> tuple[int, str]:
    """One test of a page where no Chromium is on PATH, run by itself."""
    kept = {k: v for k, v in os.environ.items() if k not in {"CI", "IMAGINEST_CHROMIUM"}}
    alone = [word for name in ("cacheprovider", "xdist", "hypothesispytest") for word in ("-p", f"no:{name}")]
    with TemporaryFile() as errors:
        given = kept | {"PATH": str(folder)} | environment
        run = nursery().start(["-m", "pytest", *alone, "--assert=plain", "-rs", ONE], given, errors.fileno())
        with run.stdout as output:
            said = output.read()
        return run.wait(DEADLINE), said


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
