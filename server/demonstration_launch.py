"""A launch for a first look: an evening in three halls that runs by itself, with a simulated crowd in each of them.

It begins a minute and a half after the server; screens that are opened meanwhile are paired by themselves.
"""

import asyncio
import hashlib
import multiprocessing
import secrets
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from realtime.tally import ONLINE, Cell, Hall, Sign
from server.app import open_keys, wall_ms
from server.crowd import drawn_profile
from server.settings import Settings
from server.simulated import CONNECTING_AT_ONCE, Door, DoorClosed, SimulatedCitizen
from storage.data_lock import address_told
from storage.database import Database, bring_up_to_date
from storage.event_steps import add_step
from storage.events import save_event
from storage.films import begin_film, dress_film, finish_film, keep_part
from storage.screens import waiting_screens
from storage.stages import Stage, get_stage
from storage.values import Provenance
from storage.values_events import NewEvent, Palette, StepContent, StepKind
from storage.values_films import PART_BYTES, Film
from storage.values_show import Gesture, Mode

FILM = Path(__file__).parent / "demonstration_film.webm"
POSTER = Path(__file__).parent / "demonstration_film.webp"
CAPTIONS = Path(__file__).parent / "demonstration_film.vtt"

HALLS = (Hall("strasbourg"), Hall("metz"), Hall("reims"), ONLINE)
BEGINS_MS = 90_000
"""From the server's start to the launch: time to open the screens."""

COUNTDOWN_MS = 30_000
CROWD = 240
VOTES_A_SECOND = 8.0
_LOOK_SECONDS = 0.5
_LEANINGS = {HALLS[0]: 0.64, HALLS[1]: 0.5, HALLS[2]: 0.71, ONLINE: 0.58}
_AFTER_THE_TALK = 0.14
"""By so much more of each hall is for it when it is asked again."""

QUESTION = StepContent(
    StepKind.TOPIC,
    "Faut-il des trains de nuit entre Strasbourg, Metz, Reims et la mer ?",
    "Votez + ou − sur votre téléphone : visez le code.",
    theme="transports",
    duration=40_000,
)


def show_of(film: int, now: int) -> list[StepContent]:
    """The run of show but for what refers to its own steps; it lasts about four minutes and a half."""
    kinds = StepKind
    return [
        StepContent(kinds.WAITING, "Bienvenue", "La soirée commence dans un instant.", duration=15_000),
        StepContent(
            kinds.COUNTDOWN, "Strasbourg, Metz et Reims, ensemble", at=now + BEGINS_MS + COUNTDOWN_MS
        ),
        StepContent(kinds.FILM, film=film, duration=16_000),
        StepContent(kinds.REVEAL, "Imagin'Est", "Le vote en direct de la Région Grand Est.", duration=10_000),
        QUESTION,
        StepContent(kinds.HALLS, "Salle par salle", duration=12_000),
        StepContent(kinds.RESULTS, "Le résultat", duration=10_000),
        StepContent(
            kinds.WAITING,
            "L'échange",
            "Chaque salle dit ce qui l'a décidée. Ensuite, on vote à nouveau.",
            Palette.SKY,
            duration=12_000,
        ),
    ]


def end_of_show(asked: int) -> list[StepContent]:
    """The second round of what the step ``asked`` asks, and the end."""
    kinds = StepKind
    return [
        StepContent(kinds.TOPIC, again=asked, duration=35_000),
        StepContent(kinds.RESULTS, "Avant et après l'échange", duration=15_000),
        StepContent(kinds.IDEAS, "Vos idées", duration=12_000),
        StepContent(kinds.WORDS, "Vos mots", duration=12_000),
        StepContent(kinds.THANKS, "Merci", "Les résultats restent sur votre téléphone.", duration=12_000),
        StepContent(kinds.BLACK),
    ]


async def fill_launch(settings: Settings) -> int:
    """Put the event into the database; its id. Nobody may serve the data meanwhile."""
    settings.data.mkdir(parents=True, exist_ok=True)
    database, now = Database(settings.database), wall_ms()
    await asyncio.to_thread(bring_up_to_date, database.url)
    await database.open()
    try:
        film = await _film(database, now)
        new = NewEvent(
            "Le lancement d'Imagin'Est",
            "Une soirée dans trois salles à la fois, pour essayer.",
            now + BEGINS_MS,
            HALLS,
            Provenance.SIMULATED,  # from the beginning: no page or screen is laid out before it says so
        )
        event = await save_event(database, None, new, op=secrets.token_hex(8), by=None, now=now)
        assert isinstance(event, int)  # noqa: S101 - it is ours
        await _steps(database, event, film, now)
        return event
    finally:
        await database.close()


async def _steps(database: Database, event: int, film: int, now: int) -> None:
    asked = 0
    for content in show_of(film, now):
        step = await add_step(database, event, content, op=secrets.token_hex(8), by=None, now=now)
        assert isinstance(step, int), step  # noqa: S101 - it is ours
        asked = step if content.kind.asks else asked
    for content in end_of_show(asked):
        await add_step(database, event, content, op=secrets.token_hex(8), by=None, now=now)


async def _film(database: Database, now: int) -> int:
    """The demonstration's film, kept once."""
    content, poster = FILM.read_bytes(), POSTER.read_bytes()
    op = hashlib.sha256(content).hexdigest()[:40]
    film = await begin_film(database, "Le soleil se lève", len(content), op=op, by=None, now=now)
    assert isinstance(film, Film)  # noqa: S101 - it is ours
    if not film.is_whole:
        for number in range(film.parts):
            part = content[number * PART_BYTES : (number + 1) * PART_BYTES]
            await keep_part(database, film.id, number, part)
        await finish_film(database, film.id, by=None, now=now)
        name = hashlib.sha256(poster).hexdigest()
        captions = CAPTIONS.read_text(encoding="utf-8")
        await dress_film(database, film.id, captions=captions, poster=(name, poster), by=None, now=now)
    return film.id


# --- while the server runs, in a process of its own


@contextmanager
def launch(settings: Settings, event: int, crowd: int) -> Iterator[None]:
    """While the block runs, the show of this event is directed, and ``crowd`` citizens vote in it."""
    process = multiprocessing.get_context("spawn").Process(
        target=_direct, args=(settings, event, crowd), name="imaginest-launch", daemon=True
    )
    process.start()
    try:
        yield
    finally:
        process.terminate()
        process.join()


def _direct(settings: Settings, event: int, crowd: int) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the server's; it ends the launch
    asyncio.run(_until_the_parent_ends(settings, event, crowd))


async def _until_the_parent_ends(settings: Settings, event: int, crowd: int) -> None:
    parent, ended = multiprocessing.parent_process(), asyncio.Event()
    if parent is not None:
        asyncio.get_running_loop().add_reader(parent.sentinel, ended.set)
    directing = asyncio.create_task(Director(settings, event, crowd).run())
    waiting = asyncio.create_task(ended.wait())
    await asyncio.wait({directing, waiting}, return_when=asyncio.FIRST_COMPLETED)
    directing.cancel()
    waiting.cancel()


class Director:
    """Pairs the screens that wait, launches at the hour, has the halls vote, ends the show after its last step."""

    def __init__(self, settings: Settings, event: int, crowd: int) -> None:
        self._settings = settings
        self._event = event
        self._crowd = crowd
        self._token = ""
        self._voting: dict[int, asyncio.Task[None]] = {}

    async def run(self) -> None:
        door = await self._server()
        self._token = open_keys(self._settings).operator
        print(_invitation(door.url), flush=True)
        database = Database(self._settings.database)
        try:
            while True:
                stage = await get_stage(database, self._event)
                if stage is None or stage.show.mode is Mode.OVER:
                    break
                await self._pair(database, door)
                await self._go_on(stage, door)
                await asyncio.sleep(_LOOK_SECONDS)
        finally:
            await database.close()
        await asyncio.gather(*self._voting.values(), return_exceptions=True)
        print(f"the launch is over: {door.url}/evenements/{self._event}", flush=True)

    async def _server(self) -> Door:
        while True:
            url = await asyncio.to_thread(address_told, self._settings.data)
            if url:
                return Door(url)
            await asyncio.sleep(_LOOK_SECONDS)

    async def _pair(self, database: Database, door: Door) -> None:
        for screen in await waiting_screens(database, HALLS):
            await self._order(door, "pair-screen", {"hall": screen.hall, "code": screen.code})

    async def _go_on(self, stage: Stage, door: Door) -> None:
        now, show = wall_ms(), stage.show
        if show.mode is Mode.OFF and now >= stage.event.starts_at:
            await self._move(door, Gesture.LAUNCH, show.number)
        elif show.mode is Mode.LIVE:
            step = stage.step(show.shown(now))
            if step is not None and step.content.kind is StepKind.BLACK and now > show.at:
                await self._move(door, Gesture.STOP, show.number)
            elif step is not None and step.topic is not None and step.topic not in self._voting:
                is_again = step.content.again is not None
                voting = self._vote(door, step.topic, _AFTER_THE_TALK if is_again else 0.0)
                self._voting[step.topic] = asyncio.create_task(voting)

    async def _move(self, door: Door, gesture: Gesture, upon: int) -> None:
        op = f"demonstration-{self._event}-{upon}"
        wanted = {"event": self._event, "gesture": str(gesture), "upon": upon, "op": op}
        await self._order(door, "move-show", wanted)

    async def _order(self, door: Door, name: str, wanted: dict[str, object]) -> None:
        try:
            await asyncio.to_thread(door.order, name, self._token, wanted)
        except (OSError, DoorClosed) as error:
            print(f"the launch's {name} was not carried out: {error}", flush=True)

    async def _vote(self, door: Door, topic: int, more: float) -> None:
        """Each of the crowd votes once, in the hall where they sit."""
        connecting = asyncio.Semaphore(CONNECTING_AT_ONCE)
        try:
            async with asyncio.TaskGroup() as group:
                for number in range(self._crowd):
                    await asyncio.sleep(secrets.randbelow(2000) / 1000 / VOTES_A_SECOND)
                    hall = HALLS[number % len(HALLS)]
                    is_for = secrets.randbelow(1000) / 1000 < _LEANINGS[hall] + more
                    sign = Sign.PLUS if is_for else Sign.MINUS
                    group.create_task(_cast(door, drawn_profile(), hall, topic, sign, connecting))
        except (OSError, DoorClosed, ExceptionGroup) as error:
            print(f"the launch's crowd gave up: {error}", flush=True)


async def _cast(
    door: Door, cell: Cell, hall: Hall, topic: int, sign: Sign, connecting: asyncio.Semaphore
) -> None:
    citizen = SimulatedCitizen(door, cell, connecting, hall=None if hall == ONLINE else hall)
    try:
        await citizen.vote(topic, sign)
    finally:
        await citizen.leave()


def _invitation(url: str) -> str:
    halls = "\n".join(f"  {url}/ecran/{hall}" for hall in HALLS[:3])
    return (
        f"a launch begins in {BEGINS_MS // 1000} s and lasts five minutes. Open the screens, one window each:\n"
        f"{halls}\nand vote as somebody in Metz would: {url}/salle/metz"
    )
