"""Several nodes over one Redis and one PostgreSQL, all on free loopback ports.

Tests and rows of the bench use ``cluster``; ``./dev cluster`` is this module's ``main``.
"""

import argparse
import contextlib
import os
import secrets
import shlex
import signal
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from server.settings import Settings
from storage.keys import Keys, read_master
from tests.running import Running
from tests.running_postgres import RunningPostgres, running_postgres
from tests.running_redis import RunningRedis, running_redis


class Node(Running):
    """One server of a cluster; all of them share the settings of ``environment``."""

    def __init__(self, data: Path, environment: Mapping[str, str]) -> None:
        super().__init__(data)
        self.environment = dict(environment)

    @property
    def keys(self) -> Keys:
        return Keys(read_master(self.environment["IMAGINEST_SECRET"]))

    def start(self, *arguments: str, **environment: str) -> None:
        super().start(*arguments, **(self.environment | environment))


@dataclass
class Cluster:
    """``nodes`` run; each can be ended and started again, and so can what they share."""

    postgres: RunningPostgres
    redis: RunningRedis
    database: str
    folder: Path
    environment: Mapping[str, str]
    nodes: list[Node] = field(default_factory=list)
    apart: bool = False
    """Whether each node is an interpreter of its own, and not forked from one that has imported everything."""

    @property
    def settings(self) -> Settings:
        """As the nodes have them."""
        return Settings.of(self.environment, data=self.folder / "beside")

    def add_node(self, *arguments: str, **environment: str) -> Node:
        node = Node(self.folder / f"node-{len(self.nodes) + 1}", self.environment)
        node.data.mkdir(exist_ok=True)
        node.apart = self.apart
        node.start(*arguments, **environment)
        self.nodes.append(node)
        return node


@contextmanager
def cluster(
    folder: Path,
    nodes: int,
    postgres: RunningPostgres,
    *arguments: str,
    apart: bool = False,
    **environment: str,
) -> Iterator[Cluster]:
    """A database of its own on ``postgres``, a Redis and ``nodes`` servers; all ended with the block."""
    database = postgres.create_database()
    with running_redis(folder / "redis") as redis:
        shared = {
            "IMAGINEST_DATABASE_URL": postgres.url(database),
            "IMAGINEST_BUS_URL": redis.url,
            "IMAGINEST_SECRET": secrets.token_hex(32),
            **environment,
        }
        made = Cluster(postgres, redis, database, folder, shared, apart=apart)
        try:
            for number in range(nodes):
                made.add_node(*(arguments if number == 0 else ()))
            yield made
        finally:
            for node in made.nodes:
                if node.process is not None:
                    node.end(signal.SIGKILL)


def main(arguments: Sequence[str] | None = None) -> int:
    """Start a cluster, say where it is, and keep it until Ctrl-C."""
    parser = argparse.ArgumentParser(prog="./dev cluster")
    parser.add_argument("--nodes", type=int, default=3, metavar="N", help="servers to start (3)")
    parser.add_argument("--crowd", type=int, default=0, metavar="N", help="let N simulated citizens vote")
    options = parser.parse_args(arguments)
    if options.nodes < 1:
        parser.error(f"--nodes is {options.nodes}, at least 1 is needed")
    asked_to_end = contextlib.suppress(KeyboardInterrupt)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with asked_to_end, tempfile.TemporaryDirectory(prefix="imaginest-cluster-") as folder:
        print("cluster: PostgreSQL and Redis", flush=True)
        with running_postgres() as postgres:
            crowd = ("--crowd", str(options.crowd)) if options.crowd else ()
            with cluster(Path(folder), 0, postgres, apart=True) as made:
                for number in range(options.nodes):
                    print(f"cluster: node {number + 1} of {options.nodes}", flush=True)
                    made.add_node(*(("--demo", *crowd) if number == 0 else ()))
                _tell(made)
                signal.pause()
    return 0


def _tell(made: Cluster) -> None:
    for node in made.nodes:
        assert node.process is not None
        print(f"  {node.url}  (process {node.process.pid})")
    assert made.redis.process is not None and made.postgres.process is not None
    print(
        f"  Redis on port {made.redis.port} (process {made.redis.process.pid}); once ended, it comes back with"
    )
    print(f"    {shlex.join(made.redis.command)}")
    print(f"  PostgreSQL on port {made.postgres.port} (process {made.postgres.process.pid})")
    print(
        "Open two nodes in two browsers, vote in one, watch the other. End any process to see what happens;\n"
        "Ctrl-C ends all and deletes the data.",
        flush=True,
    )


if __name__ == "__main__":
    os.environ.setdefault("CI", "1")  # what is missing is an error here, not a skipped test
    sys.exit(main())
