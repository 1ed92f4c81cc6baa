"""When the watch room raises an alarm: rules over what it sees, each with its threshold (pure).

docs/console.md lists them.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from storage.values_watch import Heartbeat, Watch

CLOCK_MS = 5_000
WRITE_MS = 1_000
COMPARED_MS = 10_000
VOTES_WAITING = 2_000
DISK_TIMES = 4
QUEUE_MS = 24 * 3_600_000
OUTBOX_MS = 15 * 60_000


class AlarmKind(StrEnum):
    """In the order in which they are shown: what costs votes first."""

    NO_NODE = "no-node"
    NODE_LOST = "node-lost"
    DATABASE_SLOW = "database-slow"
    VOTES_WAITING = "votes-waiting"
    DISK_LOW = "disk-low"
    COMPARISON_LATE = "comparison-late"
    BUS_AWAY = "bus-away"
    CLOCK_OFF = "clock-off"
    OUTBOX_STUCK = "outbox-stuck"
    OUTBOX_FAILING = "outbox-failing"
    QUEUE_OLD = "queue-old"


_ORDER = {kind: place for place, kind in enumerate(AlarmKind)}


@dataclass(frozen=True, slots=True)
class Alarm:
    """``wait`` is in ms, ``n`` a number; what a kind does not speak of is empty."""

    kind: AlarmKind
    node: str = ""
    wait: int = 0
    n: int = 0


def alarms(watch: Watch) -> list[Alarm]:
    """What is wrong, the worst first."""
    found = [*_of_the_house(watch)]
    for node in watch.nodes:
        if node.is_alive(watch.at):
            found += _of_a_node(node, watch.at)
        else:
            found.append(Alarm(AlarmKind.NODE_LOST, node.node, watch.at - node.at))
    return sorted(found, key=lambda alarm: _ORDER[alarm.kind])


def _of_the_house(watch: Watch) -> Iterator[Alarm]:
    if not watch.alive:
        yield Alarm(AlarmKind.NO_NODE)
    if watch.read_ms > WRITE_MS:
        yield Alarm(AlarmKind.DATABASE_SLOW, wait=watch.read_ms)
    if watch.oldest_post is not None and watch.at - watch.oldest_post > QUEUE_MS:
        yield Alarm(AlarmKind.QUEUE_OLD, wait=watch.at - watch.oldest_post)
    due = watch.mails.due_since
    if due is not None and watch.at - due > OUTBOX_MS:
        yield Alarm(AlarmKind.OUTBOX_STUCK, wait=watch.at - due)
    if watch.mails.failing:
        yield Alarm(AlarmKind.OUTBOX_FAILING, n=watch.mails.failing)


def _of_a_node(node: Heartbeat, now: int) -> Iterator[Alarm]:
    name = node.node
    if node.at - now > CLOCK_MS:
        yield Alarm(AlarmKind.CLOCK_OFF, name, node.at - now)
    if node.bus_away > 0:
        yield Alarm(AlarmKind.BUS_AWAY, name)
    if node.write_ms is not None and node.write_ms > WRITE_MS:
        yield Alarm(AlarmKind.DATABASE_SLOW, name, node.write_ms)
    if node.compared_ms is not None and node.compared_ms > COMPARED_MS:
        yield Alarm(AlarmKind.COMPARISON_LATE, name, node.compared_ms)
    if node.waiting > VOTES_WAITING:
        yield Alarm(AlarmKind.VOTES_WAITING, name, n=node.waiting)
    if node.disk_mib is not None and node.disk_mib < DISK_TIMES * (node.least_disk_mib or 0):
        yield Alarm(AlarmKind.DISK_LOW, name, n=node.disk_mib)
