"""The row of a hall that scans its code at once: what a page costs who comes first, comes back, or has voted."""

import asyncio
import statistics
import time
from collections.abc import Callable, Iterator

from storage.values_show import LEAD_MS
from tests.bench.crowd import Crowd
from tests.bench.figures import Row, vote
from tests.bench.halls import Evening, prepare
from tests.bench.servers import Ours, cpu_seconds, ours

PEOPLE = 500
ROUNDS = 3


def arrivals() -> Iterator[Row]:
    """The server's CPU for a page of an event in which a vote is open, 500 people at once, each on a connection."""
    with ours(prepare) as server:
        evening = server.prepared
        assert isinstance(evening, Evening)
        time.sleep(LEAD_MS / 1000)  # the vote opens at the agreed instant
        page = f"/evenements/{evening.event}"
        voters = _voters(server, evening.topic)
        comers: dict[str, Callable[[], float]] = {
            "a static file": lambda: _each(server, "/favicon.svg", [""] * PEOPLE),
            "first time": lambda: _each(server, page, [""] * PEOPLE),
            "back, not voted": lambda: _each(server, page, [server.cookie(0) for _ in range(PEOPLE)]),
            "back, has voted": lambda: _each(server, page, voters),
        }
        for measure in comers.values():
            measure()
        found = {
            name: statistics.median(measure() for _ in range(ROUNDS)) for name, measure in comers.items()
        }
    static = found["a static file"]
    for name, cpu in found.items():
        yield Row(f"500 at once, {name}", cpu * 1000, "ms CPU each", f"{cpu / static:.2f} × a static file")


def _voters(server: Ours, topic: int) -> list[str]:
    """The cookies of people who have voted."""
    cookies = [server.cookie(0) for _ in range(PEOPLE)]
    crowd = Crowd(server.port)
    answers: list[object] = []
    crowd.hear = lambda _, message: answers.extend([message] if message["t"] in {"ack", "no"} else [])
    for fd in crowd.connect(PEOPLE, cookie=lambda number: cookies[number], samples=PEOPLE):
        crowd.say(fd, vote(topic, 1))
    crowd.pump_until(lambda: len(answers) == PEOPLE)
    crowd.close()
    return cookies


def _each(server: Ours, path: str, cookies: list[str]) -> float:
    """CPU seconds for each of these people who ask for ``path`` in the same moment."""
    before = cpu_seconds(server.pid)
    asyncio.run(_ask(server.port, path, cookies))
    return (cpu_seconds(server.pid) - before) / len(cookies)


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
