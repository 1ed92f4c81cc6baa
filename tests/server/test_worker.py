"""The worker destroys keys whose time is over and finds a counter that is not its ballots' sum."""

import json
import secrets
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from storage.values import TopicRules
from tests.running import DEADLINE, ROOT, until
from tests.server.test_start import refused
from tests.storage.house import beside, open_house

LONG_AGO = 1_000_000
SECRET = secrets.token_hex(32)


@contextmanager
def worker(folder: Path, url: str) -> Iterator["subprocess.Popen[bytes]"]:
    """A worker on the database, its log in ``folder``; killed with the block."""
    settings = {"IMAGINEST_DATABASE_URL": url, "IMAGINEST_SECRET": SECRET}
    command = [sys.executable, "-m", "server.cli", "--data", str(folder / "data"), "worker"]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=log, env=settings | {"PATH": ""})
    try:
        yield process
    finally:
        process.kill()
        process.wait(DEADLINE)


def events(folder: Path) -> list[dict[str, Any]]:
    lines = (folder / "log").read_text().splitlines()
    return [json.loads(line) for line in lines if line.startswith("{")]


async def test_a_worker_does_its_work_at_once_and_ends_when_it_is_asked_to(
    tmp_path: Path, postgres_url: str
) -> None:
    house = await open_house(postgres_url, master=bytes.fromhex(SECRET))
    over = await house.topic(TopicRules(0, LONG_AGO))
    wrong = await house.topic()
    await house.close()
    beside(postgres_url, "UPDATE tally SET plus = 7 WHERE topic_id = :topic", topic=wrong)
    with worker(tmp_path, postgres_url) as process:
        await until(lambda: {"recounted", "keys-destroyed"} <= {line["event"] for line in events(tmp_path)})
        assert beside(postgres_url, "SELECT topic_id FROM topic_key") == [(wrong,)]
        found = {line["event"]: line for line in events(tmp_path)}
        assert found["keys-destroyed"]["topics"] == [over]
        assert found["counter-differs"]["topic"] == wrong
        assert found["recounted"]["counters"] == 1
        process.send_signal(signal.SIGTERM)
        assert process.wait(DEADLINE) == 0


def test_with_sqlite_there_is_no_worker(tmp_path: Path) -> None:
    assert "start only “imaginest serve”" in refused(tmp_path, "worker", secret=SECRET)
