"""The rows of many who come at once: what a page costs who comes for the first time, comes back, or has voted."""

import asyncio
import statistics
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from storage.keys import Keys
from storage.listing import Ideas
from storage.values_show import LEAD_MS
from tests.bench.crowd import Crowd
from tests.bench.figures import Row, vote
from tests.bench.halls import Evening, prepare
from tests.bench.searches import fill
from tests.bench.servers import Ours, cpu_seconds, ours
from tests.storage.house import open_house
from web.citizen.cards import IDEAS_A_PAGE

PEOPLE = 500
SOME = 15
"""People who come one by one."""

ROUNDS = 3
VOTED = 8


def arrivals() -> Iterator[Row]:
    """A hall that scans its code: the page of an event in which a vote is open."""
    with ours(prepare) as server:
        evening = server.prepared
        assert isinstance(evening, Evening)
        time.sleep(LEAD_MS / 1000)  # the vote opens at the agreed instant
        page = f"/evenements/{evening.event}"
        yield from _comers(server, page, _voters(server, [evening.topic]))


def home() -> Iterator[Row]:
    """The home page over 100,000 ideas, for people who have voted on eight of those that it shows."""
    with ours(_with_ideas) as server:
        shown = server.prepared
        assert isinstance(shown, list)
        yield from _comers(server, "/", _voters(server, shown[::7][:VOTED]))


async def _with_ideas(folder: Path, keys: Keys) -> list[int]:
    """Before the server starts; the ideas that the home page shows."""
    house = await open_house(f"sqlite:///{folder / 'imaginest.db'}", [time.time_ns() // 1_000_000], keys=keys)
    try:
        await fill(house)
        page = await Ideas(house.database).page(house.clock[0], 1, IDEAS_A_PAGE)
        return [topic.id for topic in page.topics]
    finally:
        await house.close()


def _comers(server: Ours, page: str, voters: list[str]) -> Iterator[Row]:
    """The server's CPU for each of 500 people at once, each on a connection, and for people one after the other."""
    comers: dict[str, Callable[[], float]] = {
        "500 at once, a static file": lambda: _each(server, "/favicon.svg", [""] * PEOPLE),
        "500 at once, first time": lambda: _each(server, page, [""] * PEOPLE),
        "500 at once, back, not voted": lambda: _each(server, page, _returning(server, PEOPLE)),
        "500 at once, back, has voted": lambda: _each(server, page, voters),
        "one by one, first time": lambda: _one_by_one(server, page, [""] * SOME),
        "one by one, back, not voted": lambda: _one_by_one(server, page, _returning(server, SOME)),
        "one by one, back, has voted": lambda: _one_by_one(server, page, voters[:SOME]),
    }
    for measure in comers.values():
        measure()
    found = {name: statistics.median(measure() for _ in range(ROUNDS)) for name, measure in comers.items()}
    static = next(iter(found.values()))
    for name, cpu in found.items():
        yield Row(name, cpu * 1000, "ms CPU each", f"{cpu / static:.2f} × a static file")


def _returning(server: Ours, number: int) -> list[str]:
    return [server.cookie(0) for _ in range(number)]


def _voters(server: Ours, topics: list[int]) -> list[str]:
    """The cookies of people who have voted on these topics."""
    cookies = _returning(server, PEOPLE)
    crowd = Crowd(server.port)
    answers: list[object] = []
    crowd.hear = lambda _, message: answers.extend([message] if message["t"] in {"ack", "no"} else [])
    for fd in crowd.connect(PEOPLE, cookie=lambda number: cookies[number], samples=PEOPLE):
        for topic in topics:
            crowd.say(fd, vote(topic, 1))
    crowd.pump_until(lambda: len(answers) == PEOPLE * len(topics))
    crowd.close()
    return cookies


def _each(server: Ours, path: str, cookies: list[str]) -> float:
    """CPU seconds for each of these people who ask for ``path`` in the same moment."""
    before = cpu_seconds(server.pid)
    asyncio.run(_ask(server.port, path, cookies))
    return (cpu_seconds(server.pid) - before) / len(cookies)


def _one_by_one(server: Ours, path: str, cookies: list[str]) -> float:
    """The same for people of whom each comes when the one before has gone."""
    return statistics.median(_each(server, path, [cookie]) for cookie in cookies)


async def _ask(port: int, path: str, cookies: list[str]) -> None:
    async def one(cookie: str) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        told = f"cookie: {cookie}\r\n" if cookie else ""
        head = f"GET {path} HTTP/1.1\r\nhost: imaginest.test\r\nconnection: close\r\n{told}\r\n"
        writer.write(head.encode())
        answer = await reader.read(-1)
        assert answer.startswith(b"HTTP/1.1 200"), answer[:200]
        writer.close()

    await asyncio.gather(*map(one, cookies))
