"""kill −9 in the middle of voting, again and again."""

import asyncio
import secrets
import signal
import sqlite3
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed, InvalidHandshake

from server.identity import cookie_of
from server.settings import Settings
from storage.database import Database
from storage.keys import DEVICE_BYTES, voter_key
from storage.tallies import discrepancies
from tests.reliability import Tell
from tests.running import Running, citizen, until

KILLS, KILLS_DEEP = 40, 200
"""Each fortieth comes after as many votes."""

VOTERS = 12


@pytest.mark.timeout(900)  # two hundred starts, on a machine that is busy with something else too
async def test_every_acknowledged_vote_is_there_after_each_kill(
    tmp_path: Path, tell: Tell, deep: bool
) -> None:
    kills = KILLS_DEEP if deep else KILLS
    acknowledged: dict[str, int] = {}
    signs: dict[bytes, dict[int, set[int]]] = {}
    topics: list[int] = []
    server, slowest = Running(tmp_path), 0.0
    for kill in range(kills):
        started = time.monotonic()
        server.start()
        slowest = max(slowest, time.monotonic() - started)
        topics = topics or [server.topic(title=f"Question {n}") for n in range(3)]
        before = len(acknowledged)
        voting = [asyncio.create_task(_vote(server, topics, acknowledged, signs)) for _ in range(VOTERS)]
        await until(lambda enough=before + 5 + kill % 40: len(acknowledged) >= enough)
        server.end(signal.SIGKILL)
        await asyncio.gather(*voting)
        assert _ops(tmp_path).items() >= acknowledged.items()
    database = Database(Settings(data=tmp_path).database)
    assert await discrepancies(database) == []
    standing, topic_keys = _signs(tmp_path), _topic_keys(server)
    for device, expected in signs.items():
        for topic, either in expected.items():
            assert standing.get((topic, voter_key(topic_keys[topic], device))) in either
    tell(
        f"a node is killed (−9), {kills} times while {VOTERS} citizens vote",
        f"none of {len(acknowledged):,} acknowledged votes, changes, withdrawals; every tally equals its ballots",
        f"until it is started again (longest {slowest:.1f} s here)",
    )
    await database.close()


async def _vote(
    server: Running,
    topics: list[int],
    acknowledged: dict[str, int],
    signs: dict[bytes, dict[int, set[int]]],
) -> None:
    """A new voter on each topic after the other until the server dies; all change their minds, and then again.

    ``signs`` is what may stand of each: what was acknowledged last, and what was on its way when the server died.
    """
    try:
        while True:
            device = secrets.token_bytes(DEVICE_BYTES)
            cookie = "imaginest=" + cookie_of(device, server.keys)
            async with citizen(server, cookie) as voter:
                for topic in topics:
                    for sign in (1, -1, 0):
                        if sign != 1:  # before the first there may be none
                            signs[device][topic].add(sign)
                        answer = await voter.vote(topic, sign)
                        if answer["t"] != "ack":
                            break
                        acknowledged[answer["op"]] = sign
                        signs.setdefault(device, {})[topic] = {sign}
    except (OSError, EOFError, ConnectionClosed, InvalidHandshake):
        return


def _ops(folder: Path) -> dict[str, int]:
    """The accepted operations: each is committed with its ballot, or not at all."""
    return dict(_found(folder, "SELECT op, sign FROM op"))


def _signs(folder: Path) -> dict[tuple[int, bytes], int]:
    """What stands, by topic and by the voter's name within it."""
    ballots = _found(folder, "SELECT topic_id, voter_key, sign FROM ballot")
    return {(topic, voter): sign for topic, voter, sign in ballots}


def _topic_keys(server: Running) -> dict[int, bytes]:
    wrapped = _found(server.data, "SELECT topic_id, wrapped FROM topic_key")
    return {topic: server.keys.unwrap(key) for topic, key in wrapped}


def _found(folder: Path, statement: str) -> list[Any]:
    with closing(sqlite3.connect(folder / "imaginest.db")) as connection:
        return connection.execute(statement).fetchall()
