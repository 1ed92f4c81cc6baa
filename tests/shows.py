"""Events with a run of show, as editors would have written them, for the tests of whatever shows them."""

from dataclasses import dataclass
from zlib import crc32

from realtime.tally import ONLINE, Hall
from storage import staff
from storage.database import Database
from storage.event_steps import add_step
from storage.events import save_event
from storage.keys import Keys
from storage.shows import move
from storage.values import Provenance
from storage.values_events import EventFault, NewEvent, StepContent, StepKind
from storage.values_show import Gesture, Show, ShowFault
from storage.values_staff import NewAccount, Role, StaffFault

METZ, REIMS, STRASBOURG = Hall("metz"), Hall("reims"), Hall("strasbourg")
HALLS = (STRASBOURG, METZ, REIMS, ONLINE)

QUESTION = StepContent(StepKind.TOPIC, "Faut-il des trains la nuit ?", theme="transports")
WAITING = StepContent(StepKind.WAITING, "Bienvenue")
THANKS = StepContent(StepKind.THANKS, "Merci")


@dataclass
class Launch:
    """An event, the ids of its steps in order, and whoever moves it."""

    database: Database
    keys: Keys
    event: int
    steps: list[int]
    by: int
    moves: int = 0

    async def gesture(
        self, gesture: Gesture, now: int, *, upon: int, step: int | None = None
    ) -> Show | ShowFault:
        self.moves += 1
        op = f"gesture-{self.moves:04}"
        return await move(
            self.database,
            self.keys,
            self.event,
            gesture,
            upon=upon,
            op=op,
            by=self.by,
            now=lambda: now,
            step=step,
        )

    async def goes(self, gesture: Gesture, now: int, *, upon: int, step: int | None = None) -> Show:
        """The same, where nothing is in its way."""
        show = await self.gesture(gesture, now, upon=upon, step=step)
        assert isinstance(show, Show), show
        return show


async def colleague(database: Database, keys: Keys, now: int, email: str = "regie@grandest.fr") -> int:
    new = NewAccount(email, "Ada", frozenset({Role.EDITOR}))
    made = await staff.add(database, keys, new, by=None, op=email, now=now)
    assert not isinstance(made, StaffFault)
    return made[0]


async def launch(
    database: Database,
    keys: Keys,
    now: int,
    *contents: StepContent,
    halls: tuple[Hall, ...] = HALLS,
    name: str = "Le lancement",
    provenance: Provenance = Provenance.REAL,
) -> Launch:
    """An event of these steps, an hour from now."""
    mark = f"{crc32(name.encode()):x}"
    by = await colleague(database, keys, now, f"regie-{mark}@grandest.fr")
    new = NewEvent(name, "Tout commence ici.", now + 3_600_000, halls, provenance)
    event = await save_event(database, None, new, op=f"event {mark}", by=by, now=now)
    assert isinstance(event, int), event
    steps = []
    for number, content in enumerate(contents or (WAITING, QUESTION, THANKS)):
        step = await add_step(database, event, content, op=f"{mark} {number}", by=by, now=now)
        assert not isinstance(step, EventFault), step
        steps.append(step)
    return Launch(database, keys, event, steps, by)
