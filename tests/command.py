"""The command ``imaginest``, in a process of its own, until it ends."""

import os
from collections.abc import Mapping
from pathlib import Path
from subprocess import CompletedProcess
from tempfile import TemporaryFile

from tests.nursery import nursery
from tests.running import DEADLINE

MODULE = ("-m", "server.cli")


def imaginest(
    data: Path, *arguments: str, environment: Mapping[str, str] | None = None, says: str = ""
) -> CompletedProcess[str]:
    """What came of ``imaginest --data DATA ARGUMENTS``, which is told ``says``.

    ``environment`` stands instead of that of the tests. Raises subprocess.TimeoutExpired.
    """
    command = [*MODULE, "--data", str(data), *arguments]
    given = os.environ if environment is None else environment
    with TemporaryFile("w+") as source, TemporaryFile("w+") as errors:
        source.write(says)
        source.seek(0)
        process = nursery().start(command, given, errors.fileno(), source.fileno())
        with process.stdout as output:
            told = output.read()
        status = process.wait(DEADLINE)
        errors.seek(0)
        return CompletedProcess(command, status, told, errors.read())
