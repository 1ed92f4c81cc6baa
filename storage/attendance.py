"""Who is on the site, for questionnaires that run and profiles that end: noted in memory, written in batches."""

from storage.database import Database
from storage.keys import Keys
from storage.profiles import note_used
from storage.questionnaires import engagement, note_active, running_questionnaires
from storage.values import DAY_MS, Profile
from storage.values_questionnaires import Engagement, Questionnaire

FLUSH_SECONDS = 10.0
MOST_REMEMBERED = 200_000
"""People that need not be written again; with more, all are forgotten, and the database drops the doubles."""

FRESH_MS = 5_000


class Attendance:
    """Costs a visit one HMAC for each running questionnaire; what a crash takes away is ten seconds of notes."""

    def __init__(self, keys: Keys) -> None:
        self._keys = keys
        self._running: list[Questionnaire] = []
        self._waiting: set[tuple[int, bytes]] = set()
        self._written: set[tuple[int, bytes]] = set()
        self._used: set[bytes] = set()
        self._counted: dict[int, tuple[int, Engagement]] = {}

    def note(self, device: bytes, now: int) -> None:
        """Someone known has opened a page."""
        for running in self._running:
            if not running.opens_at <= now < running.closes_at or len(self._waiting) >= MOST_REMEMBERED:
                continue
            visitor = running.id, self._keys.questionnaire_pseudonym(running.id, device)
            if visitor not in self._written:
                self._waiting.add(visitor)

    def note_profile(self, device: bytes, profile: Profile, now: int) -> None:
        """Its voter has opened a page: written once a day."""
        if profile.used < now // DAY_MS and len(self._used) < MOST_REMEMBERED:
            self._used.add(self._keys.pseudonym(device))

    def forget(self, device: bytes) -> None:
        """Someone was erased: what is noted of them is not written any more."""
        self._used.discard(self._keys.pseudonym(device))
        for running in self._running:
            self._waiting.discard((running.id, self._keys.questionnaire_pseudonym(running.id, device)))

    async def flush(self, database: Database, now: int) -> None:
        """Learn what runs now, and write who came. Raises StorageUnavailable; nothing is forgotten then."""
        self._running = await running_questionnaires(database, now)
        if self._used:
            used = set(self._used)
            await note_used(database, used, now)
            self._used -= used
        if not self._waiting:
            return
        waiting = set(self._waiting)
        await note_active(database, waiting)
        self._waiting -= waiting
        if len(self._written) + len(waiting) > MOST_REMEMBERED:
            self._written.clear()
        self._written |= waiting

    async def engagement(self, database: Database, questionnaire: int, now: int) -> Engagement:
        """As ``questionnaires.engagement``, counted at most every five seconds however many watch."""
        at, counted = self._counted.get(questionnaire, (0, None))
        if counted is None or not at <= now < at + FRESH_MS:
            counted = await engagement(database, questionnaire)
            self._counted[questionnaire] = now, counted
        return counted
