"""Starts servers in a fraction of the time: one process has imported everything and forks for each.

What is forked is a process like any other: it has its own pid, environment, input and output, takes signals
and ends as the interpreter ends. The forking process is given, for each, its three streams and a socket on
which it tells the pid, and later how the process ended.
"""

import gc
import json
import os
import runpy
import select
import signal
import socket
import subprocess
import sys
import warnings
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import IO, NoReturn

ROOT = Path(__file__).parent.parent
LONGEST_ORDER = 256 * 1024
"""Bytes of a command line and its environment."""


class Forked:
    """A forked process, with what the tests use of ``subprocess.Popen``."""

    def __init__(self, life: socket.socket, stdout: IO[str]) -> None:
        self._life = life
        self.pid = int(life.recv(32))
        self.stdout = stdout
        self.returncode: int | None = None

    def send_signal(self, how: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, how)

    def poll(self) -> int | None:
        return self._ended(0)

    def wait(self, timeout: float | None = None) -> int:
        """The exit status, or minus the signal. Raises subprocess.TimeoutExpired."""
        ended = self._ended(timeout)
        if ended is None:
            raise subprocess.TimeoutExpired(str(self.pid), timeout or 0)
        return ended

    def _ended(self, timeout: float | None) -> int | None:
        if self.returncode is None:
            waiting = select.poll()  # select.select knows no descriptor above 1,023
            waiting.register(self._life, select.POLLIN)
            if waiting.poll(None if timeout is None else timeout * 1000):
                self.returncode = int(self._life.recv(32) or -signal.SIGKILL)
                self._life.close()
        return self.returncode


class Nursery:
    """The forking process, seen from a test."""

    def __init__(self) -> None:
        self._orders, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        for end in (self._orders, theirs):
            end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, LONGEST_ORDER)
        with theirs:
            command = [sys.executable, "-m", "tests.nursery", str(theirs.fileno())]
            self._process = subprocess.Popen(
                command, cwd=ROOT, pass_fds=[theirs.fileno()], start_new_session=True
            )

    def start(
        self, command: Sequence[str], environment: Mapping[str, str], errors: int, given: int | None = None
    ) -> Forked:
        """Run ``-m MODULE ARGUMENTS``; its standard error goes to ``errors``, its input comes from ``given``."""
        order = json.dumps([*command, dict(environment)]).encode()
        ours, theirs = socket.socketpair()
        reads, writes = os.pipe()
        with theirs, Path(os.devnull).open() as nothing:
            source = nothing.fileno() if given is None else given
            socket.send_fds(self._orders, [order], [source, writes, errors, theirs.fileno()])
        os.close(writes)
        return Forked(ours, os.fdopen(reads))


@cache
def nursery() -> Nursery:
    """One for the whole run; it and what it has forked end when the run's process does."""
    return Nursery()


def _prepare() -> None:
    """What every server does or will need is done once, here: imports, catalogues, French pages, routes."""
    from server import cli, serving  # noqa: F401
    from tests import compiled
    from tests.once import alone
    from web.catalogue import Language
    from web.citizen.routes import routes
    from web.console.routes import console_routes
    from web.rendering import load_pages

    compiled.share()
    pages = load_pages()[Language.FRENCH].environment
    with alone("templates"):
        for name in pages.list_templates(("html",)):
            pages.get_template(name)
    routes()
    console_routes()


def main(orders: socket.socket) -> None:
    _prepare()
    gc.freeze()
    lives: dict[int, socket.socket] = {}
    woken, wakes = os.pipe()
    os.set_blocking(wakes, False)
    signal.set_wakeup_fd(wakes)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    while True:
        for ready in select.select([orders.fileno(), woken], [], [])[0]:
            if ready == orders.fileno():
                order, given, *_ = socket.recv_fds(orders, LONGEST_ORDER, 4)
                if not order:
                    os.killpg(0, signal.SIGKILL)  # a server that a test has left ends too
                *streams, life = given
                pid = os.fork()
                if pid == 0:
                    for end in (orders, *lives.values()):
                        end.detach()
                    _become(order, streams)
                lives[pid] = socket.socket(fileno=life)
                lives[pid].send(str(pid).encode())
                for stream in streams:
                    os.close(stream)
            else:
                os.read(woken, 4096)
                _tell_ended(lives)


def _become(order: bytes, streams: Sequence[int]) -> NoReturn:
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
    os.closerange(3, 1024)
    sys.stdin = open(0, closefd=False)
    sys.stdout = open(1, "w", closefd=False)  # the old ones remember what stood behind 1 and 2
    sys.stderr = open(2, "w", buffering=1, closefd=False)
    _, module, *arguments, environment = json.loads(order)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = [module, *arguments]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # that the module is imported already is the idea
        runpy.run_module(module, run_name="__main__", alter_sys=True)
    sys.exit()


def _tell_ended(lives: dict[int, socket.socket]) -> None:
    while lives:
        pid, status = os.waitpid(-1, os.WNOHANG)
        if pid == 0:
            return
        with lives.pop(pid) as life:
            life.send(str(os.waitstatus_to_exitcode(status)).encode())


if __name__ == "__main__":
    with socket.socket(fileno=int(sys.argv[1])) as control:
        main(control)
