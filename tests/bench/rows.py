"""The rows of ``./dev bench``: each measures us and what we are held against, in turns, in one run."""

import asyncio
import os
import secrets
import shutil
import socket
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from realtime.disclosure import ResultPolicy
from realtime.tally import Sign
from storage.values import TopicRules
from tests.bench.arrivals import arrivals, home
from tests.bench.clusters import cluster_glass, dead_redis, hot_topic
from tests.bench.crowd import Crowd
from tests.bench.evenings import in_step
from tests.bench.figures import Row, quantile, spread, vote
from tests.bench.halls import halls
from tests.bench.queues import queue
from tests.bench.screens import long_show
from tests.bench.searches import search
from tests.bench.servers import CORES, cpu_seconds, handshakes, ours, reference
from tests.running import ROOT
from tests.running_postgres import running_postgres
from tests.storage.house import open_house

WATCHERS = 5000
TICKS = 15
SAMPLES = 20
OPEN = TopicRules(0, None, results=ResultPolicy.ALWAYS)


def fan_out() -> Iterator[Row]:
    """CPU of the server for each delivery of a small delta to 5,000 watchers."""
    floors, loops, mine = [], [], []
    for _ in range(3):
        with reference("floor") as (pid, port):
            floors.append(_broadcasts(pid, port))
        with reference("starlette") as (pid, port):
            loops.append(_broadcasts(pid, port))
        mine.append(_our_deliveries())
    floor, loop, our = map(statistics.median, (floors, loops, mine))
    yield Row("fan-out, bare socket.send loop", floor, "µs CPU/delivery", "the floor")
    yield Row(
        "fan-out, Starlette send_bytes loop", loop, "µs CPU/delivery", f"{loop / floor:.2f} × the floor"
    )
    yield Row(
        "fan-out, ours",
        our,
        "µs CPU/delivery",
        f"{our / floor:.2f} × the floor, {our / loop:.2f} × Starlette",
    )


def _broadcasts(pid: int, port: int) -> float:
    crowd = Crowd(port)
    crowd.connect(WATCHERS)
    crowd.settle()
    control = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    before = cpu_seconds(pid)
    for _ in range(TICKS):
        crowd.forget()
        control.sendto(b"x", ("127.0.0.1", port + 1))
        crowd.hear_all()
    cpu = cpu_seconds(pid) - before
    control.close()
    crowd.close()
    return cpu / (WATCHERS * TICKS) * 1e6


def _our_deliveries() -> float:
    with ours() as server:
        topic = server.running.topic(OPEN)
        crowd = Crowd(server.port)
        watchers = crowd.connect(WATCHERS)
        for fd in watchers:
            crowd.say(fd, f'{{"t":"sub","subs":[{{"channel":"topic:{topic}"}}]}}')
        voters = crowd.connect(TICKS, cookie=server.cookie)
        crowd.settle()
        before = cpu_seconds(server.pid)
        for fd in voters:
            crowd.forget()
            crowd.say(fd, vote(topic, 1))
            crowd.hear_all(watchers)
        cpu = cpu_seconds(server.pid) - before
        crowd.close()
    return cpu / (WATCHERS * TICKS) * 1e6


def ballot_box() -> Iterator[Row]:
    """Durable votes through the box on SQLite, ``synchronous=FULL``."""
    folder = Path(tempfile.mkdtemp(prefix="imaginest-bench-", dir=ROOT.parent))
    yield from asyncio.run(_ballot_box("ballot box", f"sqlite:///{folder / 'imaginest.db'}"))
    shutil.rmtree(folder)


def ballot_box_postgres() -> Iterator[Row]:
    """Durable votes through the box on a PostgreSQL on this machine, ``fsync`` on."""
    with running_postgres(durable=True) as server:
        url = server.url(server.create_database())
        yield from asyncio.run(_ballot_box("ballot box on PostgreSQL", url))


async def _ballot_box(name: str, url: str) -> list[Row]:
    house = await open_house(url)
    topic = await house.topic(OPEN)

    async def cast(votes: int, times: list[float]) -> None:
        for _ in range(votes):
            started = time.perf_counter()
            await house.vote(topic, secrets.token_bytes(16), Sign.PLUS)
            times.append(time.perf_counter() - started)

    rows = []
    for voters, each in ((1, 500), (1000, 60)):
        times: list[float] = []
        started = time.perf_counter()
        await asyncio.gather(*(cast(each, times) for _ in range(voters)))
        rate = voters * each / (time.perf_counter() - started)
        rows.append(Row(f"{name}, {voters} voters at once", rate, "votes/s", spread(times)))
    times = []
    tasks = []
    started = time.perf_counter()
    for tick in range(500):
        tasks += [asyncio.create_task(cast(1, times)) for _ in range(20)]
        await asyncio.sleep(max(0.0, started + (tick + 1) * 0.01 - time.perf_counter()))
    await asyncio.gather(*tasks)
    rows.append(Row(f"{name}, 2,000 votes/s offered", quantile(times, 0.99), "ms p99", spread(times)))
    await house.close()
    return rows


def socket_votes() -> Iterator[Row]:
    """Votes through real websockets on one node, 500 voters who wait for each answer."""
    with ours() as server:
        topics = [server.running.topic(OPEN) for _ in range(40)]
        crowd = Crowd(server.port)
        voters = crowd.connect(500, cookie=server.cookie, samples=500)
        crowd.settle()
        answers = {"ack": 0, "no": 0}
        turn = dict.fromkeys(voters, 0)

        def hear(fd: int, message: dict[str, object]) -> None:
            kind = str(message["t"])
            if kind in answers:
                answers[kind] += 1
                _vote_on(fd)

        def _vote_on(fd: int) -> None:
            if turn[fd] < len(topics):
                crowd.say(fd, vote(topics[turn[fd]], 1))
                turn[fd] += 1

        crowd.hear = hear
        started = time.perf_counter()
        for fd in voters:
            _vote_on(fd)
        crowd.pump_until(lambda: sum(answers.values()) == len(voters) * len(topics))
        rate = answers["ack"] / (time.perf_counter() - started)
        crowd.close()
    yield Row("votes through websockets, one node", rate, "votes/s", f"{answers['no']} refused")


def vote_to_glass() -> Iterator[Row]:
    """From a vote's leaving to a watcher's seeing it counted: 5,000 watchers, 200 votes/s."""
    votes, rate = 1600, 200
    with ours() as server:
        topic = server.running.topic(OPEN)
        crowd = Crowd(server.port)
        watchers = crowd.connect(WATCHERS, samples=SAMPLES)
        for fd in watchers:
            crowd.say(fd, f'{{"t":"sub","subs":[{{"channel":"topic:{topic}"}}]}}')
        voters = crowd.connect(votes, cookie=server.cookie)
        crowd.settle()
        sent: list[float] = []
        seen = dict.fromkeys(crowd.sampled, 0)
        times: list[float] = []

        def hear(fd: int, message: dict[str, object]) -> None:
            changed = message.get("changed")
            if isinstance(changed, dict) and "voters" in changed:
                now = time.perf_counter()
                times.extend(now - sent[n] for n in range(seen[fd], int(changed["voters"])))
                seen[fd] = int(changed["voters"])

        crowd.hear = hear
        started = time.perf_counter()
        for number, fd in enumerate(voters):
            while (left := started + number / rate - time.perf_counter()) > 0:
                crowd.pump(left)
            sent.append(time.perf_counter())
            crowd.say(fd, vote(topic, 1))
        crowd.pump_until(lambda: min(seen.values()) >= votes)
        crowd.close()
    yield Row("vote to glass, 5,000 watchers", quantile(times, 0.5), "ms p50", spread(times))


def idle_watchers() -> Iterator[Row]:
    """Memory of an idle watcher and CPU of its handshake, with a browser's headers and deflate offer."""
    with reference("starlette") as (pid, port):
        crowd = Crowd(port)
        their_kib, their_cpu = handshakes(pid, crowd, WATCHERS)
        crowd.close()
    with ours() as server:
        crowd = Crowd(server.port)
        our_kib, our_cpu = handshakes(server.pid, crowd, WATCHERS)
        crowd.close()
    yield Row("idle watcher, Starlette", their_kib, "KiB")
    yield Row("idle watcher, ours", our_kib, "KiB", f"{our_kib / their_kib:.2f} × Starlette")
    yield Row("handshake, Starlette", their_cpu, "µs CPU")
    yield Row("handshake, ours", our_cpu, "µs CPU", f"{our_cpu / their_cpu:.2f} × Starlette")


def reconnect() -> Iterator[Row]:
    """5,000 watchers come back to one node at the same moment."""
    seconds, cpu = [], []
    with ours() as server:
        topic = server.running.topic(OPEN)
        for _ in range(3):
            crowd = Crowd(server.port)
            before = cpu_seconds(server.pid)
            wanted = f'{{"t":"sub","subs":[{{"channel":"topic:{topic}"}}]}}'
            seconds.append(crowd.storm(WATCHERS, wanted, b'"snap"'))
            cpu.append((cpu_seconds(server.pid) - before) / WATCHERS * 1e6)
            crowd.close()
    yield Row(f"{WATCHERS:,} watchers come back at once", statistics.median(seconds), "s until all are live")
    yield Row("of that, for each", statistics.median(cpu), "µs CPU", "handshake, subscription and snapshot")


def second_start() -> Iterator[Row]:
    """From ``./dev run`` on a checkout that is set up, with a database that is there, to “listens on”."""
    os.sched_setaffinity(0, CORES)
    with tempfile.TemporaryDirectory(prefix="imaginest-bench-", dir=ROOT.parent) as folder:
        _start(folder)
        times = [_start(folder) for _ in range(5)]
    yield Row("second start of ./dev run", quantile(times, 0.5), "ms", f"slowest {max(times) * 1000:.0f} ms")


def _start(folder: str) -> float:
    command = [str(ROOT / "dev"), "run", "--port", "0", "--data", folder]
    started = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        listens = any("listens on" in line for line in process.stdout)
        seconds = time.perf_counter() - started
        process.terminate()
    assert listens, "it ended instead"
    return seconds


ROWS: dict[str, Callable[[], Iterator[Row]]] = {
    "fan-out": fan_out,
    "ballot-box": ballot_box,
    "ballot-box-postgres": ballot_box_postgres,
    "socket-votes": socket_votes,
    "vote-to-glass": vote_to_glass,
    "idle-watchers": idle_watchers,
    "reconnect": reconnect,
    "arrivals": arrivals,
    "home": home,
    "halls": halls,
    "in-step": in_step,
    "long-show": long_show,
    "cluster-glass": cluster_glass,
    "hot-topic": hot_topic,
    "dead-redis": dead_redis,
    "second-start": second_start,
    "search": search,
    "queue": queue,
}
