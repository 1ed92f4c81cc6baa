"""kill −9 in the middle of voting, again and again."""

import asyncio
import secrets
import signal
import sqlite3
from pathlib import Path

from websockets.exceptions import ConnectionClosed, InvalidHandshake

from server.identity import cookie_of
from server.settings import Settings
from storage.database import Database
from storage.tallies import discrepancies
from tests.running import Running, citizen, until

KILLS = 8
VOTERS = 12


async def test_every_acknowledged_vote_is_there_after_each_kill(tmp_path: Path) -> None:
    server = Running(tmp_path)
    server.start()
    topics = [server.topic(title=f"Question {n}") for n in range(3)]
    acknowledged: set[str] = set()
    for kill in range(KILLS):
        before = len(acknowledged)
        voting = [asyncio.create_task(_vote(server, topics, acknowledged)) for _ in range(VOTERS)]
        await until(lambda enough=before + 20 + 7 * kill: len(acknowledged) >= enough)
        server.end(signal.SIGKILL)
        await asyncio.gather(*voting)
        assert _ops(tmp_path) >= acknowledged
        server.start()
    server.end()
    database = Database(Settings(data=tmp_path).database)
    assert await discrepancies(database) == []
    await database.close()


async def _vote(server: Running, topics: list[int], acknowledged: set[str]) -> None:
    """A new voter on each topic after the other until the server dies."""
    try:
        while True:
            cookie = "imaginest=" + cookie_of(secrets.token_bytes(16), server.keys)
            async with citizen(server, cookie) as voter:
                for topic in topics:
                    answer = await voter.vote(topic, 1)
                    if answer["t"] == "ack":
                        acknowledged.add(answer["op"])
    except (OSError, EOFError, ConnectionClosed, InvalidHandshake):
        return


def _ops(folder: Path) -> set[str]:
    connection = sqlite3.connect(folder / "imaginest.db")
    found = {row[0] for row in connection.execute("SELECT op FROM op")}
    connection.close()
    return found
