"""What a whole run of the tests makes once: each of its processes would make it again."""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

FOLDER = "TESTS_ONCE"
"""The environment's name of the folder: a run's first process makes it, those that it starts find it."""


def begin() -> Path | None:
    """Make the folder; None where the run that started this one has done so."""
    if FOLDER in os.environ:
        return None
    folder = Path(tempfile.mkdtemp(prefix="imaginest-once-"))
    os.environ[FOLDER] = str(folder)
    return folder


def end(folder: Path) -> None:
    os.environ.pop(FOLDER, None)
    shutil.rmtree(folder, ignore_errors=True)


def folder() -> Path | None:
    """None outside a run."""
    return Path(os.environ[FOLDER]) if FOLDER in os.environ else None


@contextmanager
def alone(name: str) -> Iterator[None]:
    """Of processes that need the same, one makes it and the others wait for it."""
    place = folder()
    if place is None:
        yield
        return
    with (place / f"{name}.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def once(name: str, target: Path, make: Callable[[], object]) -> None:
    """Have the folder or file ``target`` be as ``make`` makes it; of a run's processes the first calls that."""
    place = folder()
    if place is None:
        make()
        return
    kept = place / name
    with alone(name):
        if not kept.exists():
            make()
            _copy(target, kept)
            return
    _copy(kept, target)


def _copy(source: Path, target: Path) -> None:
    if source.is_dir():
        shutil.copytree(source, target, symlinks=True, dirs_exist_ok=True)
    else:
        shutil.copy(source, target)
