"""Servers to measure, each in a process pinned to the first core; the bench itself takes the second."""

import asyncio
import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from server.identity import cookie_of
from storage.keys import Keys
from tests.bench.crowd import Crowd
from tests.running import ROOT, Running

CORES = sorted(os.sched_getaffinity(0))


def cpu_seconds(pid: int) -> float:
    """CPU time of all threads of a process, from the scheduler's own count in ns."""
    total = 0
    for task in Path(f"/proc/{pid}/task").iterdir():
        with suppress(OSError):
            total += int((task / "schedstat").read_text().split()[0])
    return total / 1e9


def resident_kib(pid: int) -> int:
    return int(Path(f"/proc/{pid}/status").read_text().split("VmRSS:")[1].split()[0])


@dataclass
class Ours:
    """Our server on an empty database of its own."""

    running: Running
    pid: int
    port: int
    prepared: object = None
    """What was made of its database before it started."""

    @property
    def cookie(self) -> Callable[[int], str]:
        return cookie_for(self.running)


def cookie_for(running: Running) -> Callable[[int], str]:
    """Gives the cookie of somebody new, whatever it is asked for."""
    keys = running.keys
    return lambda _: "imaginest=" + cookie_of(secrets.token_bytes(16), keys)


Prepare = Callable[[Path, Keys], Coroutine[object, object, object]]


@contextmanager
def ours(prepare: Prepare | None = None) -> Iterator[Ours]:
    folder = Path(tempfile.mkdtemp(prefix="imaginest-bench-", dir=ROOT.parent))
    running = Running(folder, apart=True)
    prepared = None if prepare is None else asyncio.run(prepare(folder, running.keys))
    running.start(IMAGINEST_MOST_AN_ADDRESS="20000")
    assert running.process is not None
    _pin(running.process.pid, CORES[0])
    os.sched_setaffinity(0, {CORES[-1]})
    try:
        yield Ours(running, running.process.pid, running.port, prepared)
    finally:
        running.end()
        shutil.rmtree(folder)


@contextmanager
def reference(kind: str) -> Iterator[tuple[int, int]]:
    """A reference server: (pid, port)."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "tests.bench.references", kind, str(port)]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    process.stdout.readline()
    _pin(process.pid, CORES[0])
    while True:
        with suppress(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", port)).close()
            break
    try:
        yield process.pid, port
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def _pin(pid: int, core: int) -> None:
    for task in Path(f"/proc/{pid}/task").iterdir():
        os.sched_setaffinity(int(task.name), {core})


def handshakes(pid: int, crowd: Crowd, number: int) -> tuple[float, float]:
    """Connect ``number`` idle watchers; (KiB, CPU µs) for each."""
    memory, cpu = resident_kib(pid), cpu_seconds(pid)
    crowd.connect(number)
    crowd.settle()
    kib = (resident_kib(pid) - memory) / number
    return kib, (cpu_seconds(pid) - cpu) / number * 1e6
