"""A run that is killed leaves no server behind."""

import os
import subprocess
import sys
from pathlib import Path

from tests.running import DEADLINE, ROOT, until

RUN = """
import signal
from pathlib import Path
from tests.running_postgres import running_postgres
from tests.running_redis import running_redis
with running_postgres() as postgres, running_redis(Path({folder!r})) as redis:
    print(postgres.process.pid, redis.process.pid, postgres.folder, flush=True)
    signal.pause()
"""


def is_there(pid: int) -> bool:
    """Whether it runs; one that has ended may wait to be buried."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def killed_run(folder: Path) -> tuple[int, int, Path]:
    """PostgreSQL and Redis of a run that was killed, and PostgreSQL's folder."""
    command = [sys.executable, "-c", RUN.format(folder=str(folder))]
    with subprocess.Popen(command, cwd=ROOT, env=os.environ, stdout=subprocess.PIPE, text=True) as run:
        assert run.stdout is not None
        postgres, redis, place = run.stdout.readline().split()
        assert is_there(int(postgres)) and is_there(int(redis)) and Path(place).is_dir()
        run.kill()
        run.wait(DEADLINE)
    return int(postgres), int(redis), Path(place)


async def test_a_run_that_is_killed_leaves_no_postgresql_and_no_redis_behind(tmp_path: Path) -> None:
    postgres, redis, folder = killed_run(tmp_path / "redis")
    await until(lambda: not is_there(postgres) and not is_there(redis))
    await until(lambda: not folder.exists())
