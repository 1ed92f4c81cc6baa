"""Content for a first look: five questions of 2017 and ideas; all marked as such."""

import asyncio
from dataclasses import dataclass

from realtime.disclosure import ResultPolicy
from server.app import open_keys, wall_ms
from server.demonstration_debate import fill_debates
from server.demonstration_letter import add_letter
from server.demonstration_region import fill_region
from server.settings import Settings
from storage.database import Database, bring_up_to_date
from storage.topics import create_topics, list_topics
from storage.values import NewTopic, Provenance, TopicKind, TopicRules

DAY_MS = 86_400_000
HOUR_MS = 3_600_000


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
