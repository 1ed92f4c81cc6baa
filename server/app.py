"""The composition root: ``create_app`` makes every long-lived object, and the lifespan owns them."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial
from typing import Any, TypedDict

from starlette.applications import Starlette

from channels.audience import Audience
from channels.console import Console
from channels.corridor import Corridor, Visitor
from channels.endpoint import Live
from channels.fallback import LIVE, Fallback
from channels.stage import Stages
from channels.topics import encode_for_watchers, load_topic, mark_topics
from realtime.bus import Bus, open_bus
from realtime.comparison import Comparison
from realtime.fanout import Fanout
from realtime.presence import Presence
from realtime.refusals import Refusal
from server.agreed_clock import AgreedClock, clock_check
from server.drain import Drain
from server.ending import UNWIND_SECONDS, Ending
from server.health import Check, Health, WriteCheck, bus_check, comparison_check, disk_check, drain_check
from server.heartbeat import Heart
from server.letter_sender import LetterSender
from server.mail import Postman
from server.marks import Marks
from server.metrics import Metrics, Parts
from server.operations import public_routes
from server.operator import operator_routes
from server.requests import Requests
from server.security import SAFE_METHODS, Gate, identify
from server.settings import BadSetting, Settings
from server.timers import Timers, schedule
from storage.ballot_box import BallotBox
from storage.data_lock import DataLock
from storage.database import Database, bring_up_to_date
from storage.installation import raise_epoch, touch
from storage.joining import join
from storage.keys import BadSecret, Keys, load_master, read_master
from storage.marks import Mark
from storage.reminders import remind
from storage.switches import current_notice
from web.catalogue import Language
from web.citizen.routes import exception_handlers, routes
from web.console.mails import reminder
from web.console.routes import console_routes
from web.services import Services

SECRET_FILE = "secret"  # noqa: S105 - its name, not what is in it


class State(TypedDict):
    """What every request finds in ``request.state``."""

    services: Services


def wall_ms() -> int:
    """Milliseconds since 1970 UTC."""
    return time.time_ns() // 1_000_000


class Application:
    """An ASGI application: the live doors, and the pages behind the gate.

    The doors stand before Starlette's stack of middlewares: those would be kept alive, a coroutine each,
    for as long as a watcher stays.
    """

    def __init__(
        self,
        live: Live,
        fallback: Fallback,
        pages: Any,
        drain: Drain,
        ending: Ending,
        health: Health,
        metrics: Metrics,
    ) -> None:
        self.live = live
        self.fallback = fallback
        self.drain = drain
        self.ending = ending
        self.health = health
        self.metrics = metrics
        self._pages = pages

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "websocket" and scope["path"] == LIVE:
            await self.live(scope, receive, send)
        elif (door := self.fallback.door(scope)) is not None:
            await door(scope, receive, send)
        else:
            await self._pages(scope, receive, send)


def open_keys(settings: Settings) -> Keys:
    """The keys of the master secret that the settings give, or that the data folder holds.

    Raises BadSetting: where nodes share a database, each folder would make another secret.
    """
    if settings.is_shared and not settings.secret:
        raise BadSetting(
            "IMAGINEST_SECRET is needed with PostgreSQL, the same on every node: "
            "make one with “openssl rand -hex 32” and keep it"
        )
    settings.data.mkdir(parents=True, exist_ok=True)
    try:
        given = settings.secret
        return Keys(read_master(given) if given else load_master(settings.data / SECRET_FILE))
    except BadSecret as error:
        raise BadSetting(str(error)) from None
    except OSError as error:
        raise BadSetting(f"{error.filename} cannot be used ({error.strerror})") from None


async def try_database(settings: Settings) -> None:
    """Migrate and meet the database once; raises UnusableDatabase, with a sentence, before anything listens."""
    keys = open_keys(settings)
    await asyncio.to_thread(bring_up_to_date, settings.database)
    database = Database(settings.database)
    try:
        await database.open(lambda connection: join(connection, keys, wall_ms()))
    finally:
        await database.close()


def make_bus(settings: Settings, keys: Keys) -> Bus:
    return open_bus(settings.bus_url, prefix=settings.bus_prefix, key=keys.bus)


async def check_bus(settings: Settings) -> None:
    """Raises BusRefused where the bus answers but not as it is set."""
    bus = make_bus(settings, open_keys(settings))
    await bus.check()


def create_app(
    settings: Settings,
    *,
    on_ready: Callable[[DataLock], None] = lambda _: None,
    wall: Callable[[], int] = wall_ms,
    monotonic: Callable[[], float] = time.monotonic,
) -> Application:
    """The application of these settings; nothing is shared between two of them.

    Starting raises ``DataInUse`` where another process serves the same data, ``BusRefused``
    where the bus answers but not as it is set.
    """
    keys = open_keys(settings)
    database = Database(settings.database)
    clock = AgreedClock(wall, monotonic)
    wall = clock.now  # whatever has an instant that another node may see
    bus = make_bus(settings, keys)
    ballots = BallotBox(database, keys, bus.publish, wall)
    presence = Presence(bus.node)
    fanout = Fanout(
        bus,
        lambda topic: load_topic(database, topic),
        encode_for_watchers,
        wall=wall,
        monotonic=monotonic,
        on_headcount=lambda headcount: presence.hear(headcount, monotonic()),
    )

    def is_joined() -> bool:
        return all(bus.connected.values())

    console = Console(database, keys, wall)
    stages = Stages(database, console, wall)
    audience = Audience(fanout, presence, bus.announce, is_joined, monotonic, stages)

    async def begin_epoch(above: int) -> None:
        await database.write(
            lambda connection: raise_epoch(connection, above=above, now=wall()), idempotent=True
        )

    comparison = Comparison(
        fanout, lambda topics: mark_topics(database, topics), begin_epoch, monotonic, is_joined
    )
    drain = Drain(fanout)
    lock = DataLock(settings.data, shared=settings.is_shared)
    postman = Postman(settings, database, keys, wall, monotonic, lambda: lock.told)

    def identify_visitor(scope: Any) -> Visitor:
        if drain.closed and scope.get("method") in {None, *SAFE_METHODS}:  # votes go on until the end
            return Visitor(None, Refusal.TRY_AGAIN)
        return identify(scope, keys, settings.origins, settings.proxies)

    corridor = Corridor(fanout, ballots, keys, identify_visitor, wall, monotonic, console, stages)

    async def notify() -> None:
        await fanout.notify(await current_notice(database, wall()))

    marks = Marks(database)
    marks.on(Mark.SESSIONS, console.recheck)
    marks.on(Mark.SWITCHES, notify)
    marks.on(Mark.SCHEDULE, notify)
    marks.on(Mark.DESK, console.tell)
    marks.on(Mark.SHOW, stages.look)
    writing = WriteCheck(lambda: database.write(touch, idempotent=True), monotonic)
    checks: dict[str, Check] = {
        "draining": drain_check(lambda: drain.begun),
        "database": writing,
        "comparison": comparison_check(lambda: fanout.activity.compared_at, monotonic),
        "bus": bus_check(lambda: bus.connected),
    }
    if settings.is_shared:
        checks["clock"] = clock_check(clock)
    else:
        checks["disk"] = disk_check(settings.data, settings.least_disk_mib)
    health = Health(checks)
    heart = Heart(settings, database, fanout, ballots, lambda: bus.connected, wall, monotonic)
    services = Services(
        database=database,
        keys=keys,
        ballots=ballots,
        now=wall,
        posting=settings.posting,
        site=settings.site,
        notice=fanout.notices.now,
        tell=marks.look,
        proxies=frozenset(settings.proxies),
    )

    async def remind_referents() -> None:
        await remind(database, keys, wall(), partial(reminder, services.pages[Language.FRENCH]))

    async def keep_clock() -> None:
        if settings.is_shared:  # with a file there is one node, and one clock
            await clock.look(database)

    async def keep_waiting_words() -> None:
        await services.waiting_words.keep(database, wall())

    sender = LetterSender(
        settings,
        database,
        keys,
        lambda: services.pages[Language.FRENCH],
        wall,
        monotonic,
        lambda: lock.told,
    )

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[State]:
        lock.take()
        timers = Timers()
        try:
            await asyncio.to_thread(bring_up_to_date, database.url)
            await database.open(lambda connection: join(connection, keys, wall()))
            await keep_clock()
            await bus.start()
            ballots.start()
            fanout.start()
            await marks.look()  # before anybody comes
            await heart.begin()
            comparison.start()
            schedule(
                timers,
                fanout,
                comparison,
                audience,
                marks,
                console,
                stages,
                database,
                keys,
                postman,
                sender,
                services.attendance,
                remind_referents,
                keep_waiting_words,
                keep_clock,
                heart,
                ballots,
                appeal_days=settings.appeal_days,
                contact_days=settings.contact_days,
                wall=wall,
                monotonic=monotonic,
            )
            on_ready(lock)
            yield State(services=services)
        finally:
            await ending.finished(UNWIND_SECONDS)
            await timers.stop()
            await heart.stop()
            await postman.stop()
            await sender.stop()
            await comparison.stop()
            await fanout.stop()
            await ballots.stop()
            await bus.stop()
            await writing.stop()
            await database.close()
            lock.release()

    pages = Starlette(
        routes=[
            *public_routes(health),
            *operator_routes(),
            *console_routes(),
            *routes(),
        ],
        exception_handlers=exception_handlers(),
        lifespan=lifespan,
    )
    ending = Ending(pages)
    requests = Requests(
        Gate(ending, keys, settings.origins, settings.embed_sites, wall, settings.stream_sites)
    )
    metrics = Metrics(
        Parts(
            node=settings.node,
            fanout=fanout,
            ballots=ballots,
            bus=bus,
            corridor=corridor,
            requests=requests,
            is_draining=lambda: drain.begun,
            apart=lambda: clock.apart,
            monotonic=monotonic,
        )
    )
    return Application(Live(corridor), Fallback(corridor), requests, drain, ending, health, metrics)
