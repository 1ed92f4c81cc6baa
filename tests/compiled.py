"""Templates compiled once for a whole run: each of its processes would compile them all again."""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from jinja2 import FileSystemBytecodeCache

from web import rendering
from web.assets import Assets
from web.catalogue import Catalogue

FOLDER = "TESTS_COMPILED"
"""The environment's name of the folder: a run's first process makes it, those that it starts read there."""


def begin() -> Path | None:
    """Make the folder; None where the run that started this one has done so."""
    if FOLDER in os.environ:
        return None
    folder = Path(tempfile.mkdtemp(prefix="imaginest-compiled-"))
    os.environ[FOLDER] = str(folder)
    return folder


def end(folder: Path) -> None:
    os.environ.pop(FOLDER, None)
    shutil.rmtree(folder, ignore_errors=True)


def share() -> None:
    """Have this process's pages kept there, each language by itself: its words may be computed in them."""
    make = rendering._pages

    def pages(assets: Assets, catalogue: Catalogue) -> rendering.Pages:
        made = make(assets, catalogue)
        if FOLDER in os.environ:
            made.environment.bytecode_cache = FileSystemBytecodeCache(
                os.environ[FOLDER], f"%s.{catalogue.language}"
            )
        return made

    rendering._pages = pages


@contextmanager
def alone() -> Iterator[None]:
    """Of processes that need the same templates one compiles, the others wait for them."""
    if FOLDER not in os.environ:
        yield
        return
    with Path(os.environ[FOLDER], "lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
