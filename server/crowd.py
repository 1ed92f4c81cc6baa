"""Simulated citizens that vote on the demonstration, which is then marked as such."""

import asyncio
import multiprocessing
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from random import SystemRandom
from typing import TypeVar

from realtime.tally import AgeBand, Cell, Departement, Sex, Sign
from server.app import open_keys, wall_ms
from server.demonstration_debate import all_arguments
from server.settings import Settings
from server.simulated import CONNECTING_AT_ONCE, Door, DoorClosed, SimulatedCitizen
from storage.data_lock import address_told
from storage.database import Database
from storage.topics import list_topics
from storage.values import Caveat, Provenance, TopicState

CITIZENS_A_VOTE = 8
"""With so many simulated citizens one vote a second is cast, …"""

MOST_VOTES_A_SECOND = 8.0
"""… and never more than this."""

LOOK_AGAIN_SECONDS = 2.0
"""Where no topic is open; one that opens is soon lively."""

_DEPARTEMENTS = {
    Departement.ARDENNES: 26,
    Departement.AUBE: 31,
    Departement.MARNE: 56,
    Departement.HAUTE_MARNE: 17,
    Departement.MEURTHE_ET_MOSELLE: 73,
    Departement.MEUSE: 18,
    Departement.MOSELLE: 105,
    Departement.BAS_RHIN: 116,
    Departement.HAUT_RHIN: 77,
    Departement.VOSGES: 36,
}
"""Residents, roughly, in tens of thousands."""

_AGES = {
    AgeBand.FROM_15: 6,
    AgeBand.FROM_20: 24,
    AgeBand.FROM_40: 26,
    AgeBand.FROM_60: 18,
    AgeBand.FROM_75: 10,
}
_SEXES = {Sex.WOMAN: 51, Sex.MAN: 48, Sex.OTHER: 1}

LEANINGS = (0.25, 0.85)
"""Least and largest part of a crowd that is for a topic."""

T = TypeVar("T")
_chance = SystemRandom()


@contextmanager
def crowd(settings: Settings, number: int) -> Iterator[None]:
    """While the block runs, ``number`` simulated citizens vote on the demonstration."""
    # a process of its own, so that the crowd takes no time from the server's loop
    process = multiprocessing.get_context("spawn").Process(
        target=_crowd, args=(settings, number), name="imaginest-crowd", daemon=True
    )
    process.start()
    try:
        yield
    finally:
        process.terminate()
        process.join()


def _crowd(settings: Settings, number: int) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the server's; it ends the crowd
    asyncio.run(_until_the_parent_ends(settings, number))


async def _until_the_parent_ends(settings: Settings, number: int) -> None:
    parent = multiprocessing.parent_process()
    ended = asyncio.Event()
    if parent is not None:
        asyncio.get_running_loop().add_reader(parent.sentinel, ended.set)
    voting = asyncio.create_task(_vote_at_random(settings, number))
    waiting = asyncio.create_task(ended.wait())
    await asyncio.wait({voting, waiting}, return_when=asyncio.FIRST_COMPLETED)
    voting.cancel()
    waiting.cancel()


async def _vote_at_random(settings: Settings, number: int) -> None:
    connecting = asyncio.Semaphore(CONNECTING_AT_ONCE)
    was_told = False
    while True:
        door, topics = await _wait_for_server(settings)  # topics end, others begin
        if topics:
            await _one_crowd(door, topics, number, connecting)
        else:
            if not was_told:
                print("the crowd finds no open topic of the demonstration, and waits for one", flush=True)
            await asyncio.sleep(LOOK_AGAIN_SECONDS)
        was_told = not topics


async def _one_crowd(door: Door, topics: list[int], number: int, connecting: asyncio.Semaphore) -> None:
    """Everybody votes once on everything, and goes: others come, of another mind, and the numbers move on."""
    leanings = {topic: _chance.uniform(*LEANINGS) for topic in topics}
    citizens = [SimulatedCitizen(door, drawn_profile(), connecting) for _ in range(number)]
    ballots = [(citizen, topic) for citizen in citizens for topic in topics]
    _chance.shuffle(ballots)
    rate = min(MOST_VOTES_A_SECOND, max(1.0, number / CITIZENS_A_VOTE))
    try:
        async with asyncio.TaskGroup() as group:
            for citizen, topic in ballots:
                await asyncio.sleep(_chance.expovariate(rate))
                sign = Sign.PLUS if _chance.random() < leanings[topic] else Sign.MINUS
                group.create_task(_vote(citizen, topic, sign))
    finally:
        await asyncio.gather(*(citizen.leave() for citizen in citizens))


async def _vote(citizen: SimulatedCitizen, topic: int, sign: Sign) -> None:
    try:
        await citizen.vote(topic, sign)
    except DoorClosed as error:
        print(f"a simulated citizen gave up: {error}", flush=True)


async def _wait_for_server(settings: Settings) -> tuple[Door, list[int]]:
    """The server of the data once it listens, and the demonstration's open topics, now marked simulated.

    Only reads the lock's file: taking the lock to look would keep the server from starting.
    """
    token = ""
    while True:
        await asyncio.sleep(0.2)
        url = await asyncio.to_thread(address_told, settings.data)
        if not url:
            continue
        token = token or open_keys(settings).operator
        door = Door(url)
        try:
            await asyncio.to_thread(door.enter)
            topics = await _open_topics(settings)
            if topics:
                await asyncio.to_thread(door.mark, topics, token, Provenance.SIMULATED)
        except (OSError, DoorClosed):
            continue
        return door, topics


async def _open_topics(settings: Settings) -> list[int]:
    database = Database(settings.database)
    try:
        topics = await list_topics(database)
        topics += await all_arguments(database, topics)
    finally:
        await database.close()
    now = wall_ms()
    return [
        topic.id
        for topic in topics
        if Caveat.DEMONSTRATION in topic.provenance.caveats and topic.rules.state(now) is TopicState.OPEN
    ]


def drawn_profile() -> Cell:
    """A profile as often as it is among the residents, roughly."""
    return Cell(_one_of(_DEPARTEMENTS), _one_of(_SEXES), _one_of(_AGES))


def _one_of(weights: dict[T, int]) -> T:
    return _chance.choices(list(weights), list(weights.values()))[0]
