"""Starts servers in a fraction of the time: one process has imported everything and forks a server for each line.

A line of standard input is the JSON list of a command line's arguments; ``pid N`` is the answer, what the server
prints follows.
"""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.running import ROOT, Running


@dataclass
class Nursery:
    """The forking process, seen from a test."""

    process: subprocess.Popen[str]

    def start(self, data: Path, port: int) -> tuple[int, Running]:
        """A server that listens: its pid, and where it is."""
        assert self.process.stdin is not None and self.process.stdout is not None
        arguments = ["--data", str(data), "serve", "--port", str(port)]
        self.process.stdin.write(json.dumps(arguments) + "\n")
        self.process.stdin.flush()
        pid = 0
        for line in self.process.stdout:
            if line.startswith("pid "):
                pid = int(line[4:])
            if "listens on" in line:
                return pid, Running(data, int(line.rsplit(":", 1)[1]))
        raise AssertionError("the nursery has ended")


@contextmanager
def nursery() -> Iterator[Nursery]:
    command = [sys.executable, "-m", "tests.nursery"]
    process = subprocess.Popen(
        command, cwd=ROOT, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True
    )
    try:
        yield Nursery(process)
    finally:
        os.killpg(process.pid, signal.SIGKILL)  # a server that a test has left holds the pipe open
        process.communicate()


def main() -> None:
    from server import serving  # noqa: F401 - what the servers need is imported once, here
    from server.cli import main as command

    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    for line in sys.stdin:
        pid = os.fork()
        if pid == 0:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            os._exit(command(json.loads(line)))
        os.write(sys.stdout.fileno(), f"pid {pid}\n".encode())  # at once: the child writes to the same pipe


if __name__ == "__main__":
    main()
