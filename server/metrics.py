"""What Prometheus reads: one collector over the plain numbers that the parts keep (docs/operations.md).

Nothing is counted here and nothing is global: an application has a registry of its own, and a number is only turned
into a metric when somebody asks. Label values come from enums, from the routes and from the settings.
"""

import asyncio
import platform
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from importlib.metadata import version

from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily as CounterFamily
from prometheus_client.core import GaugeMetricFamily as GaugeFamily
from prometheus_client.core import HistogramMetricFamily as HistogramFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from channels.corridor import Corridor
from channels.framing import Framing
from realtime.activity import Lost
from realtime.bus import Bus, GapReason
from realtime.disclosure import View
from realtime.fanout import Fanout
from realtime.histogram import Histogram
from server.doorkeeper import Cut, Doorkeeper
from server.requests import Requests
from storage.ballot_box import BallotBox

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


@dataclass(slots=True)
class Parts:
    """Whose numbers are told; ``doorkeepers`` come with the listeners."""

    node: str
    fanout: Fanout
    ballots: BallotBox
    bus: Bus
    corridor: Corridor
    requests: Requests
    is_draining: Callable[[], bool]
    apart: Callable[[], float]
    monotonic: Callable[[], float]
    doorkeepers: list[Doorkeeper] = field(default_factory=list)


class Metrics:
    """The metrics of one application."""

    def __init__(self, parts: Parts) -> None:
        self.parts = parts
        self._registry = CollectorRegistry()
        self._registry.register(_Numbers(parts))
        ProcessCollector(registry=self._registry)

    def text(self) -> bytes:
        """All of them, as Prometheus reads them."""
        return generate_latest(self._registry)


class _Numbers(Collector):
    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def describe(self) -> list[Metric]:
        return []  # there is one collector, so no two can have the same name

    def collect(self) -> Iterator[Metric]:
        yield from _node(self._parts)
        yield from _watchers(self._parts)
        yield from _fanout(self._parts)
        yield from _votes(self._parts.ballots)
        yield from _bus(self._parts.bus)
        yield from _doors(self._parts)


def _node(parts: Parts) -> Iterator[Metric]:
    labels = {"node": parts.node, "version": version("imaginest"), "python": platform.python_version()}
    family = GaugeFamily(
        "imaginest_build_info", "Always 1: which node and program this is.", labels=list(labels)
    )
    family.add_metric(list(labels.values()), 1)
    yield family
    yield GaugeFamily(
        "imaginest_draining", "1 from the moment in which the node asks to leave.", parts.is_draining()
    )
    yield GaugeFamily(
        "imaginest_clock_apart_seconds",
        "By how much the node's own clock is ahead of the database's.",
        parts.apart() / 1000,
    )
    yield GaugeFamily("imaginest_tasks", "Tasks of the event loop.", _tasks())


def _tasks() -> int:
    """Tasks that have not ended; none where no event loop runs, before and after the service."""
    try:
        return len(asyncio.all_tasks())
    except RuntimeError:
        return 0


def _watchers(parts: Parts) -> Iterator[Metric]:
    inside = sum(doorkeeper.inside for doorkeeper in parts.doorkeepers)
    yield GaugeFamily("imaginest_connections", "Open connections to the public port.", inside)
    doors = Counter(watcher.format for watcher in parts.fanout.watchers)
    live = {framing.name.lower(): doors[framing] for framing in Framing}
    yield _gauges("imaginest_live", "Who is live, by the door they came through.", "door", live)
    audience = parts.fanout.audience()
    views = {view.name.lower(): audience[view] for view in View}
    yield _gauges("imaginest_watchers", "Subscriptions to topics, by what they are shown.", "view", views)
    yield GaugeFamily("imaginest_topics", "Topics in memory.", sum(1 for _ in parts.fanout.standings))


def _fanout(parts: Parts) -> Iterator[Metric]:
    activity = parts.fanout.activity
    yield _histogram("imaginest_tick_seconds", "Time that a tick took to write to everybody.", activity.ticks)
    delivered = activity.due - activity.skipped
    yield CounterFamily("imaginest_deliveries", "Writes to watchers in ticks.", delivered)
    yield CounterFamily("imaginest_skipped", "Writes that a slow watcher did not get.", activity.skipped)
    yield _counters(
        "imaginest_aborted",
        "Watchers cut off.",
        "reason",
        {str(lost): activity.aborted[lost] for lost in Lost},
    )
    warm = activity.subscriptions - activity.cold
    subscriptions = {"warm": max(warm, 0), "cold": activity.cold}
    yield _counters("imaginest_subscriptions", "Subscriptions; cold: read first.", "topic", subscriptions)
    yield CounterFamily("imaginest_behind", "Topics that a comparison found old.", activity.behind)
    yield GaugeFamily(
        "imaginest_versions_behind", "Versions that the last comparison found missing.", activity.lag
    )
    if activity.compared_at is not None:
        age = parts.monotonic() - activity.compared_at
        yield GaugeFamily("imaginest_compared_seconds", "Since the last comparison.", age)


def _votes(ballots: BallotBox) -> Iterator[Metric]:
    accepted = {"accepted": ballots.outcomes[None]}
    outcomes = accepted | {str(code): n for code, n in ballots.outcomes.items() if code is not None}
    yield _counters("imaginest_votes", "Votes by how they ended.", "outcome", outcomes)
    yield GaugeFamily("imaginest_votes_waiting", "Votes that wait for their commit.", ballots.waiting)
    yield _histogram("imaginest_batch_votes", "Votes in one commit.", ballots.batches)
    yield _histogram("imaginest_commit_seconds", "Time of one commit, its wait included.", ballots.commits)


def _bus(bus: Bus) -> Iterator[Metric]:
    shards = {name: int(there) for name, there in bus.connected.items()}
    yield _gauges("imaginest_bus_connected", "1 where a shard of the bus is heard.", "shard", shards)
    gaps = {str(reason): bus.counts[f"gap.{reason}"] for reason in GapReason}
    yield _counters("imaginest_bus_gaps", "When messages may have been missed.", "reason", gaps)
    fates = {fate: bus.counts[fate] for fate in ("sent", "received", "dropped", "failed", "joined")}
    yield _counters("imaginest_bus_messages", "Messages of the bus.", "fate", fates)
    strange = {
        name.removeprefix("unreadable."): n
        for name, n in bus.counts.items()
        if name.startswith("unreadable.")
    }
    yield _counters("imaginest_bus_unreadable", "What was no message of ours.", "reason", strange)


def _doors(parts: Parts) -> Iterator[Metric]:
    cuts = {str(cut): sum(doorkeeper.cuts[cut] for doorkeeper in parts.doorkeepers) for cut in Cut}
    yield _counters("imaginest_cuts", "Connections refused or cut off.", "reason", cuts)
    refusals = {str(code): n for code, n in parts.corridor.refusals.items()}
    yield _counters("imaginest_refusals", "What watchers were answered `no`.", "code", refusals)
    requests = CounterFamily("imaginest_requests", "Pages asked for.", labels=["method", "route", "status"])
    for kind, number in parts.requests.counts.items():
        requests.add_metric([kind.method, kind.route, str(kind.status)], number)
    yield requests
    seconds = HistogramFamily("imaginest_request_seconds", "Time of an answer.", labels=["route"])
    for route, histogram in parts.requests.seconds.items():
        seconds.add_metric([route], _buckets(histogram), histogram.total)
    yield seconds


def _gauges(name: str, told: str, label: str, values: Mapping[str, float]) -> Metric:
    family = GaugeFamily(name, told, labels=[label])
    for value, number in values.items():
        family.add_metric([str(value)], number)
    return family


def _counters(name: str, told: str, label: str, values: Mapping[str, float]) -> Metric:
    family = CounterFamily(name, told, labels=[label])
    for value, number in values.items():
        family.add_metric([str(value)], number)
    return family


def _histogram(name: str, told: str, histogram: Histogram) -> Metric:
    return HistogramFamily(name, told, buckets=_buckets(histogram), sum_value=histogram.total)


def _buckets(histogram: Histogram) -> list[tuple[str, float]]:
    """Cumulative, as Prometheus wants them."""
    buckets, number = [], 0
    for bound, count in zip([*map(str, histogram.bounds), "+Inf"], histogram.counts, strict=True):
        number += count
        buckets.append((bound, float(number)))
    return buckets
