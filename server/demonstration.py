"""Content for a first look: five questions of 2017, ideas, and a crowd that votes; all marked as such."""

import asyncio
import multiprocessing
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from random import SystemRandom
from typing import TypeVar

from realtime.disclosure import ResultPolicy
from realtime.tally import AgeBand, Cell, Departement, Sex, Sign
from server.app import open_keys, wall_ms
from server.demonstration_debate import all_arguments, fill_debates
from server.demonstration_letter import add_letter
from server.demonstration_region import fill_region
from server.settings import Settings
from server.simulated import CONNECTING_AT_ONCE, Door, DoorClosed, SimulatedCitizen
from storage.database import Database, bring_up_to_date
from storage.topics import create_topics, list_topics
from storage.values import Caveat, NewTopic, Provenance, TopicKind, TopicRules, TopicState

DAY_MS = 86_400_000
HOUR_MS = 3_600_000

CITIZENS_A_VOTE = 8
"""With so many simulated citizens one vote a second is cast, …"""

MOST_VOTES_A_SECOND = 8.0
"""… and never more than this."""


@dataclass(frozen=True, slots=True)
class _Content:
    kind: TopicKind
    title: str
    theme: str
    days: int | None
    body: str = ""
    results: ResultPolicy = ResultPolicy.AFTER_VOTE


_QUESTION, _IDEA = TopicKind.QUESTION, TopicKind.IDEA

CONTENT = (
    _Content(
        _IDEA,
        "Et si les TER acceptaient les vélos sans réservation, même aux heures de pointe ?",
        "transports",
        None,
    ),
    _Content(
        _IDEA,
        "Un marché de producteurs locaux une fois par mois dans la cour de chaque lycée",
        "lycees",
        None,
    ),
    _Content(
        _IDEA, "Planter une haie ou un verger partagé à l'entrée de chaque village", "environnement", None
    ),
    _Content(
        _IDEA,
        "Un pass musées à petit prix, de Reims à Colmar, pour les moins de 26 ans",
        "culture",
        None,
    ),
    _Content(
        _IDEA,
        "Des ateliers « mon téléphone et moi » pour les aînés, animés par des lycéens",
        "numerique",
        None,
    ),
    _Content(
        _IDEA,
        "Relier les véloroutes de la Meuse, de la Moselle et du Rhin en une grande boucle",
        "tourisme",
        None,
    ),
    _Content(
        _QUESTION,
        "Est-ce que la région doit encourager les étudiants en médecine à faire des stages dans les déserts "
        "médicaux ?",
        "sante",
        12,
    ),
    _Content(
        _QUESTION,
        "La Région Grand Est doit-elle proposer une aide à l'amélioration énergétique des logements sur "
        "l'ensemble du territoire ?",
        "environnement",
        9,
    ),
    _Content(
        _QUESTION, "La région doit-elle s'engager pour préserver les langues régionales ?", "culture", 7
    ),
    _Content(
        _QUESTION,
        "Pensez-vous que les grands événements sportifs ont un impact positif pour notre territoire ?",
        "sport",
        5,
        results=ResultPolicy.ALWAYS,
    ),
    _Content(
        _QUESTION,
        "La Région Grand Est mise-t-elle suffisamment sur les énergies renouvelables ?",
        "environnement",
        3,
    ),
)

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

T = TypeVar("T")
_chance = SystemRandom()


async def fill(settings: Settings) -> None:
    """Migrate, and put the content into a database that has no topic; nobody may serve the data meanwhile."""
    settings.data.mkdir(parents=True, exist_ok=True)
    database = Database(settings.database)
    await asyncio.to_thread(bring_up_to_date, database.url)
    await database.open()
    try:
        if not await list_topics(database):
            now = wall_ms()
            keys = open_keys(settings)
            await fill_region(database, keys, now)
            topics = [_new_topic(content, now) for content in CONTENT]
            await create_topics(database, keys, topics, now)
            await add_letter(database, now)
            await fill_debates(database, keys, now)
    finally:
        await database.close()


def _new_topic(content: _Content, now: int) -> NewTopic:
    closes_at = None if content.days is None else now + content.days * DAY_MS + content.days * HOUR_MS
    return NewTopic(
        content.kind,
        content.title,
        content.theme,
        TopicRules(now, closes_at, content.results),
        content.body,
        Provenance.DEMONSTRATION,
    )


@contextmanager
def crowd(settings: Settings, number: int) -> Iterator[None]:
    """While the block runs, ``number`` simulated citizens vote on the demonstration; none where it is 0."""
    if number <= 0:
        yield
        return
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
    door, topics = await _wait_for_server(settings)
    if not topics:
        print("the crowd finds no topic of the demonstration, and votes on nothing", flush=True)
        return
    leanings = {topic: _chance.betavariate(3, 2) for topic in topics}
    connecting = asyncio.Semaphore(CONNECTING_AT_ONCE)
    citizens = [SimulatedCitizen(door, _profile(), connecting) for _ in range(number)]
    ballots = [(citizen, topic) for citizen in citizens for topic in topics]
    _chance.shuffle(ballots)
    rate = min(MOST_VOTES_A_SECOND, max(1.0, number / CITIZENS_A_VOTE))
    async with asyncio.TaskGroup() as group:
        for citizen, topic in ballots:
            await asyncio.sleep(_chance.expovariate(rate))
            sign = Sign.PLUS if _chance.random() < leanings[topic] else Sign.MINUS
            group.create_task(_vote(citizen, topic, sign))


async def _vote(citizen: SimulatedCitizen, topic: int, sign: Sign) -> None:
    try:
        await citizen.vote(topic, sign)
    except DoorClosed as error:
        print(f"a simulated citizen gave up: {error}", flush=True)


async def _wait_for_server(settings: Settings) -> tuple[Door, list[int]]:
    """The server of the data once it listens, and the demonstration's open topics, now marked simulated.

    Only reads the lock's file: taking the lock to look would keep the server from starting.
    """
    path = settings.data / "server.lock"
    token = ""
    while True:
        await asyncio.sleep(0.2)
        url = await asyncio.to_thread(lambda: path.read_text().strip() if path.exists() else "")
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


def _profile() -> Cell:
    return Cell(_one_of(_DEPARTEMENTS), _one_of(_SEXES), _one_of(_AGES))


def _one_of(weights: dict[T, int]) -> T:
    return _chance.choices(list(weights), list(weights.values()))[0]
