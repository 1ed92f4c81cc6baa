"""``imaginest replay``: a recorded conversation, voted again through the public door and counted again."""

import asyncio
import contextlib
import resource
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from realtime.disclosure import ResultPolicy
from realtime.tally import Cell, Counts
from server import serving
from server.app import open_keys, try_database, wall_ms
from server.data import take_data
from server.operator import plain_topic
from server.progress import Progress, counted, duration
from server.recording import BadRecording, Event, Recording, read_population, read_recording
from server.report import print_report
from server.settings import Settings
from server.simulated import CONNECTING_AT_ONCE, Door, DoorClosed, SimulatedCitizen
from storage.data_lock import DataInUse
from storage.database import Database
from storage.tallies import standings
from storage.values import NewTopic, Provenance, TopicKind, TopicRules

LONGEST_SILENCE = 2.0
"""Seconds of wall time; what was longer in the recording is cut."""

TOPICS_AT_ONCE = 100
START_SECONDS = 20.0
THEME = "vie-citoyenne"
SEED = 2017


class CannotServe(Exception):
    """No server runs on the data, and none could be started."""


def run(
    settings: Settings,
    votes: Path,
    comments: Path,
    profiles: Path | None,
    speed: float | None,
    *,
    stay: bool = False,
) -> int:
    """Play a recording; 0 where every topic's tally equals the recount of the recording, else 1.

    With ``stay`` a server of its own goes on until Ctrl-C.
    """
    try:
        if speed is not None and not 0 < speed < float("inf"):
            raise BadRecording(f"--speed is {speed}, a number above 0 is needed")
        recording = read_recording(votes, comments)
        cells: dict[int, Cell] = {}
        if profiles is not None:
            voters = recording.voters
            cells = dict(zip(voters, read_population(profiles).draw(len(voters), SEED), strict=True))
        _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))  # two descriptors for each voter
        with _door(settings) as door:
            kind = Provenance.RECORDED if cells else Provenance.RECORDED_VOTES
            topics = _create(door, open_keys(settings).operator, recording, kind)
            refusals = asyncio.run(_play(door, recording, topics, cells, speed))
            tallies = asyncio.run(_tallies(settings, list(topics.values())))
            is_equal = print_report(recording, topics, tallies, refusals)
            if stay and door.is_own:
                print(f"the pages stay at {door.url} until Ctrl-C", flush=True)
                with contextlib.suppress(KeyboardInterrupt):
                    threading.Event().wait()
            return 0 if is_equal else 1
    except (BadRecording, CannotServe, DoorClosed, OSError) as error:
        print(f"imaginest: {error}", file=sys.stderr)
        return 1


@contextlib.contextmanager
def _door(settings: Settings) -> Iterator[Door]:
    """The server that runs on this data, else one of our own until the block ends."""
    try:
        lock = take_data(settings, alone=True)
    except DataInUse as used:
        if not str(used):
            raise CannotServe(f"{settings.data} is in use and tells no address; is it starting?") from used
        yield Door(str(used))
        return
    try:
        asyncio.run(try_database(settings))
    finally:
        lock.release()
    listener = serving.listen(settings)
    server = serving.make_server(settings, listener)

    def serve() -> None:
        with asyncio.Runner(loop_factory=server.config.get_loop_factory()) as runner:
            runner.run(server.serve(sockets=[listener]))

    thread = threading.Thread(target=serve, name="imaginest-server", daemon=True)
    thread.start()
    try:
        end = time.monotonic() + START_SECONDS
        while not server.started:
            if not thread.is_alive() or time.monotonic() > end:
                raise CannotServe("the server did not start")
            time.sleep(0.02)
        yield Door(serving.url_of(listener), is_own=True)
    finally:
        server.should_exit = True
        thread.join(START_SECONDS)
        listener.close()


def _create(door: Door, token: str, recording: Recording, kind: Provenance) -> dict[int, int]:
    """A topic for each statement; the topic's id by the statement's."""
    rules = TopicRules(opens_at=wall_ms(), closes_at=None, results=ResultPolicy.ALWAYS)
    plain = [
        plain_topic(NewTopic(TopicKind.IDEA, one.text, THEME, rules, provenance=kind))
        for one in recording.statements
    ]
    ids: list[int] = []
    for first in range(0, len(plain), TOPICS_AT_ONCE):
        ids += door.operate("topics", token, {"topics": plain[first : first + TOPICS_AT_ONCE]})
    return {one.id: topic for one, topic in zip(recording.statements, ids, strict=True)}


async def _play(
    door: Door, recording: Recording, topics: dict[int, int], cells: dict[int, Cell], speed: float | None
) -> int:
    """Let every voter vote, each in the recorded order; how many votes were refused for good."""
    connecting = asyncio.Semaphore(CONNECTING_AT_ONCE)
    citizens = {one: SimulatedCitizen(door, cells.get(one), connecting) for one in recording.voters}
    due = _due(recording.events, speed)
    own: dict[int, list[tuple[float, Event]]] = defaultdict(list)
    for moment, event in zip(due, recording.events, strict=True):
        own[event.voter].append((moment, event))
    print(f"{counted(len(topics), 'topic')}, {counted(len(citizens), 'voter')} connect to {door.url}")
    try:
        with Progress(len(citizens), "voter") as progress:
            await _enter(list(citizens.values()), progress)
        with Progress(len(recording.events), "vote") as progress:
            return await _vote(citizens, own, topics, progress)
    except* (DoorClosed, OSError) as errors:
        first: BaseException = errors
        while isinstance(first, BaseExceptionGroup):
            first = first.exceptions[0]
        raise DoorClosed(str(first)) from first
    finally:
        await asyncio.gather(*(citizen.leave() for citizen in citizens.values()))


async def _enter(citizens: list[SimulatedCitizen], progress: Progress) -> None:
    async def enter(citizen: SimulatedCitizen) -> None:
        await citizen.enter()
        progress.step()

    async with asyncio.TaskGroup() as group:
        for citizen in citizens:
            group.create_task(enter(citizen))


async def _vote(
    citizens: dict[int, SimulatedCitizen],
    own: dict[int, list[tuple[float, Event]]],
    topics: dict[int, int],
    progress: Progress,
) -> int:
    """Every voter's own events, each at its moment after the start; how many were refused."""
    refusals = 0
    start = time.monotonic()

    async def vote(voter: int) -> None:
        nonlocal refusals
        for moment, event in own[voter]:
            await asyncio.sleep(max(0.0, start + moment - time.monotonic()))
            refusals += await citizens[voter].vote(topics[event.statement], event.sign) is not None
            progress.step()

    async with asyncio.TaskGroup() as group:
        for voter in citizens:
            group.create_task(vote(voter))
    return refusals


def _due(events: tuple[Event, ...], speed: float | None) -> list[float]:
    """When each event is due, in seconds from the start; all at once without a speed."""
    if speed is None:
        print(
            "as fast as it goes: the time lines tell this haste, not the debate's own days (--speed keeps these)"
        )
        return [0.0] * len(events)
    due, cut = [], 0
    now, before = 0.0, events[0].at if events else 0
    for event in events:
        silence = (event.at - before) / 1000 / speed
        cut += silence > LONGEST_SILENCE
        now += min(silence, LONGEST_SILENCE)
        before = event.at
        due.append(now)
    if cut:
        longer = f"longer than {LONGEST_SILENCE:g} s cut to {LONGEST_SILENCE:g} s"
        print(f"{counted(cut, 'silence')} {longer}")
    print(f"the replay takes {duration(now)}", flush=True)
    return due


async def _tallies(settings: Settings, topics: list[int]) -> dict[int, Counts | None]:
    database = Database(settings.database)
    try:
        return {topic: one.tally.headline for topic, one in (await standings(database, topics)).items()}
    finally:
        await database.close()
