"""The watch room: one page that shows what happens now, and says what is wrong."""

from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from storage.values_watch import NO_BUS, Heartbeat, Watch
from web.citizen.local_time import here
from web.console import pace
from web.console.alarms import Alarm, AlarmKind, alarms
from web.console.desk import StaffVisit
from web.console.unusual import flagged


@dataclass(frozen=True, slots=True)
class Server:
    """A node with what is said of it in words; ``bus`` is an entry of the catalogue's ``watch-bus``."""

    node: Heartbeat
    is_alive: bool
    silent: str
    up: str
    compared: str | None
    bus: str


_UNITS = (("days", 86_400), ("hours", 3600), ("minutes", 60))


async def watch_page(request: Request, visitor: StaffVisit) -> Response:
    """Without a program it is loaded again by its reader."""
    return visitor.page("watch.html", await _context(visitor))


async def watch_state(request: Request, visitor: StaffVisit) -> Response:
    """The figures alone; the page puts them where the old ones stand."""
    return visitor.page("parts/watch_state.html", await _context(visitor))


async def _context(visitor: StaffVisit) -> dict[str, Any]:
    watch = await visitor.services.watch.watch()
    line = pace.steps(watch.pace, watch.at)
    most = max((step.rate for step in line), default=0.0)
    return {
        "watch": watch,
        "at": here(watch.at),
        "rate": _tenths(visitor, pace.rate_now(watch.pace, watch.at)),
        "most": _tenths(visitor, most),
        "points": pace.points(line),
        "minutes": [(here(one.until), _tenths(visitor, one.rate)) for one in pace.minutes(line)],
        "watchers": sum(node.watchers for node in watch.alive),
        "told": [(alarm.kind, _told(visitor, alarm)) for alarm in alarms(watch)],
        "limits": list(AlarmKind),
        "flagged": await flagged(visitor),
        "oldest": None if watch.oldest_post is None else waited(visitor, watch.at - watch.oldest_post),
        "servers": sorted(
            (_server(visitor, node, watch) for node in watch.nodes), key=lambda one: not one.is_alive
        ),
    }


def _server(visitor: StaffVisit, node: Heartbeat, watch: Watch) -> Server:
    return Server(
        node,
        node.is_alive(watch.at),
        silent=waited(visitor, max(0, watch.at - node.at)),
        up=waited(visitor, max(0, watch.at - node.since)),
        compared=None if node.compared_ms is None else waited(visitor, node.compared_ms),
        bus=bus_between(node, len(watch.alive)),
    )


def bus_between(node: Heartbeat, alive: int) -> str:
    """What the catalogue's ``watch-bus`` calls what carries votes from this node to the ``alive`` others."""
    if node.bus_away == NO_BUS:
        return "alone" if alive == 1 else "none"
    return "away" if node.bus_away else "there"


def _told(visitor: StaffVisit, alarm: Alarm) -> str:
    values = {"node": alarm.node, "wait": waited(visitor, alarm.wait)}
    return visitor.say("watch-alarm", alarm.kind, alarm.n, **values)


def waited(visitor: StaffVisit, ms: int) -> str:
    """« 12 s », « 5 min », « 3 h », « 2 jours »: whole ones, from two of a kind on."""
    seconds = ms // 1000
    for unit, length in _UNITS:
        if seconds >= 2 * length:
            return visitor.say("watch-wait", unit, seconds // length)
    return visitor.say("watch-wait", "seconds", seconds)


def _tenths(visitor: StaffVisit, rate: float) -> str:
    """Under ten a digit behind the comma, from ten on none."""
    if rate >= 10:
        return visitor.pages.catalogue.number(round(rate))
    return f"{rate:.1f}".replace(".", ",").removesuffix(",0")
