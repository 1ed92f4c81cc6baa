"""Arguments for a first look, under some of the demonstration's questions and ideas."""

from collections.abc import Iterable, Mapping

from realtime.tally import Sign
from storage.arguments import arguments_of
from storage.database import Database
from storage.keys import Keys
from storage.topics import create_topics, list_topics, topics_of
from storage.values import NewTopic, Provenance, Topic, TopicKind, TopicRules

DEBATES: Mapping[str, Mapping[Sign, tuple[str, ...]]] = {
    "La région doit-elle s'engager pour préserver les langues régionales ?": {
        Sign.PLUS: (
            "Une langue qu'on n'entend plus à l'école est perdue en deux générations.",
            "Parler alsacien ou francique aide à travailler de l'autre côté de la frontière.",
            "C'est notre patrimoine, au même titre que les cathédrales.",
        ),
        Sign.MINUS: (
            "L'argent serait plus utile pour l'anglais et l'allemand au lycée.",
            "C'est aux familles et aux associations de transmettre, pas à la Région.",
        ),
    },
    "Pensez-vous que les grands événements sportifs ont un impact positif pour notre territoire ?": {
        Sign.PLUS: (
            "Les hôtels et les restaurants vivent toute l'année de quelques grands week-ends.",
            "Après chaque championnat, les clubs voient arriver des enfants.",
        ),
        Sign.MINUS: (
            "Les stades coûtent cher et restent vides le reste du temps.",
            "Mieux vaut entretenir les gymnases des villages.",
        ),
    },
    "Et si les TER acceptaient les vélos sans réservation, même aux heures de pointe ?": {
        Sign.PLUS: ("Sans vélo, la gare est trop loin pour se passer de la voiture.",),
        Sign.MINUS: ("Le matin, on ne tient déjà plus debout dans les rames.",),
    },
}


async def fill_debates(database: Database, keys: Keys, now: int) -> None:
    """Put arguments under the topics that have these titles; marked, and under their rules."""
    new = [argument for topic in await list_topics(database) for argument in _arguments(topic, now)]
    await create_topics(database, keys, new, now)


def _arguments(topic: Topic, now: int) -> Iterable[NewTopic]:
    rules = TopicRules(now, topic.rules.closes_at, topic.rules.results, topic.rules.headline)
    for side, texts in DEBATES.get(topic.title, {}).items():
        for text in texts:
            yield NewTopic(
                TopicKind.ARGUMENT,
                text,
                topic.theme.slug,
                rules,
                provenance=Provenance.DEMONSTRATION,
                parent=topic.id,
                side=side,
            )


async def all_arguments(database: Database, topics: Iterable[Topic]) -> list[Topic]:
    """The arguments under these topics."""
    found = [await arguments_of(database, topic.id) for topic in topics]
    ids = [one.id for sides in found for side in sides.values() for one in side]
    return list((await topics_of(database, ids)).values())
