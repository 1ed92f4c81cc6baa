"""A launch for a first look: its event and its film are there, and a screen that is opened is paired by itself."""

import asyncio
import json
from http.client import HTTPConnection
from pathlib import Path

from server.demonstration_launch import FILM, HALLS
from server.settings import Settings
from storage.database import Database
from storage.event_steps import event_steps
from storage.events import list_events
from storage.films import get_film
from storage.values import Provenance
from storage.values_events import StepKind
from storage.values_show import Mode
from tests.running import DEADLINE, Running, until_told


class Window:
    """A browser that shows a hall's screen; it keeps its cookie."""

    def __init__(self, server: Running, path: str) -> None:
        self._server = server
        self._path = path
        self._cookie = ""

    async def open(self) -> None:
        await asyncio.to_thread(self._ask, "")

    async def is_paired(self) -> bool:
        return bool(json.loads(await asyncio.to_thread(self._ask, "/etat"))["paired"])

    def _ask(self, part: str) -> bytes:
        connection = HTTPConnection("127.0.0.1", self._server.port, timeout=DEADLINE)
        try:
            connection.request("GET", self._path + part, headers={"Cookie": self._cookie})
            answer = connection.getresponse()
            content = answer.read()
        finally:
            connection.close()
        if answer.status == 429:  # whoever asks again and again is asked to wait
            return b'{"paired": false}'
        assert answer.status == 200, content
        self._cookie = (answer.headers["set-cookie"] or self._cookie).split(";")[0]
        return content


async def test_the_launch_is_there_whole_and_a_screen_is_paired_by_itself(tmp_path: Path) -> None:
    server = Running(tmp_path)
    server.start("--demo-launch")
    database = Database(Settings(data=tmp_path).database)
    try:
        (event,) = await list_events(database)
        assert (event.mode, event.halls) == (Mode.OFF, HALLS)
        assert event.provenance is Provenance.SIMULATED, "what it asks is of it, so are its pages and screens"
        steps = [step.content for step in await event_steps(database, event.id)]
        assert {StepKind.COUNTDOWN, StepKind.HALLS, StepKind.THANKS} < {step.kind for step in steps}
        assert [step.again is None for step in steps if step.kind.asks] == [True, False]
        (film_id,) = [step.film for step in steps if step.film is not None]
        film = await get_film(database, film_id)
        assert film is not None and film.is_whole and film.size == FILM.stat().st_size
        assert film.captions and "Grand Est" in film.captions
        screen = Window(server, "/ecran/metz")
        await screen.open()
        await until_told(screen.is_paired, True)
    finally:
        server.end()
        await database.close()
