"""Rows of ``./dev bench`` about several nodes over PostgreSQL and Redis; everything shares the machine's cores."""

import os
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from realtime.disclosure import ResultPolicy
from storage.values import TopicRules
from tests.bench.crowd import Crowd
from tests.bench.figures import Row, quantile, spread, vote
from tests.bench.servers import CORES, cookie_for
from tests.cluster import Cluster, cluster
from tests.running_postgres import running_postgres

OPEN = TopicRules(0, None, results=ResultPolicy.ALWAYS)
WATCHERS = 5000
SAMPLES = 30
AT_ONCE = 3000
OFFERED = 300


@contextmanager
def nodes(number: int) -> Iterator[Cluster]:
    """So many servers, each an interpreter of its own, over a durable PostgreSQL and a Redis."""
    os.sched_setaffinity(0, CORES)  # another row may have pinned this process, and with it what it starts
    with (
        tempfile.TemporaryDirectory(prefix="imaginest-bench-") as folder,
        running_postgres(durable=True) as postgres,
        cluster(Path(folder), number, postgres, apart=True, IMAGINEST_MOST_AN_ADDRESS="20000") as made,
    ):
        yield made


def cluster_glass() -> Iterator[Row]:
    """From a vote's acknowledgement by one node to its being seen on the two others: 1,000 votes/s on one topic."""
    rate, seconds = 1000, 4
    with nodes(3) as made:
        first, *others = made.nodes
        topic = first.topic(OPEN)
        crowd = Crowd(first.port)
        for node in others:
            crowd.connect(WATCHERS // 2, port=node.port, samples=SAMPLES // 2)
        glass = set(crowd.sampled)
        for fd in list(crowd.sockets):
            crowd.say(fd, f'{{"t":"sub","subs":[{{"channel":"topic:{topic}"}}]}}')
        voters = crowd.connect(rate * seconds, cookie=cookie_for(first), samples=rate * seconds)
        crowd.settle()
        acknowledged: list[float] = []
        seen = dict.fromkeys(glass, 0)
        times: list[float] = []

        def hear(fd: int, message: dict[str, object]) -> None:
            now = time.perf_counter()
            changed = message.get("changed")
            if message["t"] == "ack":
                acknowledged.append(now)
            elif fd in glass and isinstance(changed, dict) and "voters" in changed:
                known = min(
                    int(changed["voters"]), len(acknowledged)
                )  # others are seen before they are answered
                times.extend(now - acknowledged[n] for n in range(seen[fd], known))
                seen[fd] = known

        crowd.hear = hear
        started = time.perf_counter()
        for number, fd in enumerate(voters):
            while (left := started + number / rate - time.perf_counter()) > 0:
                crowd.pump(left)
            crowd.say(fd, vote(topic, 1))
        crowd.pump_until(lambda: len(acknowledged) == len(voters))
        took = time.perf_counter() - started
        crowd.settle()
        crowd.close()
    yield Row(
        "three nodes, acknowledgement to another's glass", quantile(times, 0.99), "ms p99", spread(times)
    )
    yield Row("three nodes, votes taken meanwhile", len(voters) / took, "votes/s", f"{rate} offered")


def hot_topic() -> Iterator[Row]:
    """Votes a second on one topic, from one, two and three nodes on PostgreSQL."""
    rates: dict[int, list[float]] = {1: [], 2: [], 3: []}
    with nodes(3) as made:
        for _ in range(3):
            for number, measured in rates.items():
                measured.append(_all_at_once(made, number))
    alone = statistics.median(rates[1])
    for number, measured in rates.items():
        rate = statistics.median(measured)
        yield Row(
            f"one hot topic, {number} of three nodes", rate, "votes/s", f"{rate / alone:.2f} × one node"
        )


def _all_at_once(made: Cluster, taking: int) -> float:
    """Votes a second while ``AT_ONCE`` voters vote at the same moment on one topic, spread over so many nodes."""
    topic = made.nodes[0].topic(OPEN)
    crowd = Crowd(made.nodes[0].port)
    for node in made.nodes[:taking]:
        crowd.connect(AT_ONCE // taking, port=node.port, cookie=cookie_for(node), samples=AT_ONCE // taking)
    crowd.settle()
    answers: list[str] = []
    crowd.hear = lambda fd, message: answers.append(str(message["t"]))
    started = time.perf_counter()
    for fd in list(crowd.sockets):
        crowd.say(fd, vote(topic, 1))
    crowd.pump_until(lambda: answers.count("ack") == len(crowd.sockets))
    took = time.perf_counter() - started
    crowd.close()
    return len(answers) / took


def dead_redis() -> Iterator[Row]:
    """How long a vote's acknowledgement takes with Redis alive and dead, in turns that begin with either.

    One commit that waits holds up a hundredth of a turn's votes, so p99 says more of the machine than of the bus.
    """
    times: dict[bool, list[list[float]]] = {True: [], False: []}
    with nodes(2) as made:
        _acknowledgements(made)  # the first turn finds everything cold
        for alive in (False, True, True, False, False, True):
            if (made.redis.process is not None) is not alive:
                (made.redis.start if alive else made.redis.kill)()
            times[alive].append(_acknowledgements(made))
    for share, unit in ((0.5, "ms p50"), (0.99, "ms p99")):
        before, after = (
            statistics.median(quantile(turn, share) for turn in times[alive]) for alive in (True, False)
        )
        yield Row("acknowledgement, Redis alive", before, unit, f"{OFFERED} votes/s offered")
        yield Row("acknowledgement, Redis dead", after, unit, f"{after / before:.2f} × alive")


def _acknowledgements(made: Cluster) -> list[float]:
    """Seconds from vote to acknowledgement, at a steady rate, with some who watch on the other node."""
    first, second = made.nodes
    topic = first.topic(OPEN)
    crowd = Crowd(first.port)
    for fd in crowd.connect(100, port=second.port):
        crowd.say(fd, f'{{"t":"sub","subs":[{{"channel":"topic:{topic}"}}]}}')
    number = OFFERED * 4
    voters = crowd.connect(number, cookie=cookie_for(first), samples=number)
    crowd.settle()
    sent: dict[int, float] = {}
    times: list[float] = []

    def hear(fd: int, message: dict[str, object]) -> None:
        if message["t"] == "ack":
            times.append(time.perf_counter() - sent[fd])

    crowd.hear = hear
    started = time.perf_counter()
    for index, fd in enumerate(voters):
        while (left := started + index / OFFERED - time.perf_counter()) > 0:
            crowd.pump(left)
        sent[fd] = time.perf_counter()
        crowd.say(fd, vote(topic, 1))
    crowd.pump_until(lambda: len(times) == number)
    crowd.close()
    return times
