"""A real PgBouncer in transaction mode before a PostgreSQL of ours, on a free port."""

import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg

from tests.ports import free_port
from tests.running_postgres import ESCAPED, PASSWORD, STARTING_SECONDS, RunningPostgres


def pgbouncer() -> str | None:
    """The program; Debian keeps it where only root's PATH looks."""
    return shutil.which("pgbouncer") or shutil.which("pgbouncer", path="/usr/sbin:/usr/local/sbin")


@contextmanager
def running_pgbouncer(postgres: RunningPostgres, connections: int) -> Iterator[int]:
    """Its port, with so many connections to the server; ended with the block."""
    program = pgbouncer()
    assert program is not None
    port = free_port()
    folder = Path(tempfile.mkdtemp(prefix="imaginest-pgbouncer-"))
    users, settings = folder / "users", folder / "settings"
    users.write_text(f'"imaginest" "{PASSWORD}"\n')
    settings.write_text(
        f"[databases]\n* = host=127.0.0.1 port={postgres.port}\n"
        f"[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\nunix_socket_dir =\n"
        f"auth_type = plain\nauth_file = {users}\npool_mode = transaction\n"
        f"default_pool_size = {connections}\nmax_client_conn = 100\n"
    )
    unprivileged: dict[str, Any] = {}
    if os.geteuid() == 0:  # it refuses root, as PostgreSQL does
        nobody = pwd.getpwnam("nobody")
        unprivileged = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
        for place in (folder, users, settings):
            os.chown(place, nobody.pw_uid, nobody.pw_gid)
    log = (folder / "log").open("wb")
    process = subprocess.Popen(
        [program, str(settings)], cwd=folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log, **unprivileged
    )
    log.close()
    try:
        _wait(process, port, folder / "log")
        yield port
    finally:
        process.terminate()
        process.wait(STARTING_SECONDS)
        shutil.rmtree(folder)


def _wait(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    end = time.monotonic() + STARTING_SECONDS
    while True:
        try:
            psycopg.connect(f"postgresql://imaginest:{ESCAPED}@127.0.0.1:{port}/postgres").close()
            return
        except psycopg.OperationalError:
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < end, log.read_text()
            time.sleep(0.05)
