"""What finding takes over very many ideas, on both engines, beside a plain LIKE in the same run."""

import asyncio
import random
import shutil
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from functools import partial
from pathlib import Path

import sqlalchemy as sa

from realtime.disclosure import ResultPolicy
from realtime.tally import Counts, Departement
from storage.keys import Keys
from storage.listing import Ideas, region_topics
from storage.search import find
from storage.search_index import index_topics
from storage.similarity import similar
from storage.tables import TALLY, THEME, TOPIC, TOPIC_KEY
from storage.tallies import gap
from storage.values import TopicState
from storage.values_search import Order, Query, Who
from tests.bench.figures import Row, quantile, spread
from tests.running import ROOT
from tests.running_postgres import running_postgres
from tests.storage.house import START, House, open_house

IDEAS = 100_000
AT_ONCE = 500
TIMES = 40
DAY_MS = 86_400_000

WHAT = (
    "une piste cyclable", "un verger partagé", "des trains de nuit", "un marché paysan", "une haie bocagère",
    "un pass culture", "des bornes de recharge", "un fablab", "une maison médicale", "des cours d'alsacien",
    "un service de covoiturage", "des panneaux solaires", "une ressourcerie", "un conseil des jeunes", "un refuge",
)  # fmt: skip
WHERE = (
    "chaque lycée", "chaque gare", "les villages", "le centre-ville", "la vallée", "les zones rurales", "le canal",
    "les collèges", "la forêt", "les friches industrielles",
)  # fmt: skip
WHY = (
    "pour les jeunes", "pour les aînés", "pour respirer mieux", "contre l'isolement", "pour l'emploi local",
    "pour accueillir les touristes", "à petit prix", "sans voiture", "toute l'année", "avec les habitants",
)  # fmt: skip


def search() -> Iterator[Row]:
    """Typical questions over 100,000 ideas, on SQLite and PostgreSQL."""
    folder = Path(tempfile.mkdtemp(prefix="imaginest-bench-", dir=ROOT.parent))
    yield from asyncio.run(_search("SQLite", f"sqlite:///{folder / 'imaginest.db'}"))
    shutil.rmtree(folder)
    with running_postgres() as server:
        yield from asyncio.run(_search("PostgreSQL", server.url(server.create_database())))


async def _search(engine: str, url: str) -> list[Row]:
    house = await open_house(url)
    chance, names = await fill(house)
    if engine != "SQLite":  # what its autovacuum does by itself within a minute
        await house.database.write(lambda connection: connection.exec_driver_sql("ANALYZE"))
    rows = []
    for name, question in _questions(house, chance, names):
        times = []
        for _ in range(TIMES):
            started = time.perf_counter()
            await question()
            times.append(time.perf_counter() - started)
        rows.append(Row(f"{engine}, {name}", quantile(times, 0.99), "ms p99", spread(times)))
    await house.close()
    return rows


async def fill(house: House) -> tuple[random.Random, list[str]]:
    """100,000 ideas; the chance by which they were drawn, and the places in them."""
    chance = random.Random(2027)
    names = _names(chance)
    for start in range(0, IDEAS, AT_ONCE):
        number = min(AT_ONCE, IDEAS - start)
        await house.database.write(
            partial(_store, keys=house.keys, now=house.clock[0], chance=chance, names=names, number=number)
        )
    return chance, names


def _questions(
    house: House, chance: random.Random, names: list[str]
) -> Iterator[tuple[str, Callable[[], Awaitable[object]]]]:
    database = house.database

    def asked(**query: object) -> Callable[[], Awaitable[object]]:
        return lambda: find(database, Query(**query), START)  # type: ignore[arg-type]

    async def like() -> None:
        words = [f"%{word}%" for word in ("cyclable", "lycée")]
        async with database.read(60) as connection:
            found = sa.select(TOPIC.c.id).where(*(TOPIC.c.title.like(word) for word in words))
            await connection.execute(found.order_by(TOPIC.c.id.desc()).limit(20))

    yield "two common words, plain LIKE for 20", like
    yield "two common words", asked(words="cyclable lycée")
    yield "one common word, popular", asked(words="lycées", order=Order.POPULAR)
    yield "a place's name", lambda: find(database, Query(words=chance.choice(names)), START)
    yield (
        "three words, one begun",
        lambda: find(database, Query(words=f"verger {chance.choice(names)} jeu"), START),
    )
    yield "no words, recent, page 50", asked(page=50)
    yield (
        "theme, département, popular",
        asked(theme="sport", departement=Departement.MEUSE, order=Order.POPULAR, who=Who.CITIZENS),
    )
    yield "open, closing soon", asked(state=TopicState.OPEN, order=Order.CLOSING)
    yield "divided", asked(order=Order.DIVIDED)
    yield "divided, a theme", asked(order=Order.DIVIDED, theme="sport")
    yield "words that no topic has", asked(words="zzyzx hippopotame")
    yield "similar ideas", lambda: similar(database, _title(chance, names), 5, START)
    ideas = Ideas(database)
    yield "home page, the Région", lambda: region_topics(database, START, 24)
    yield "home page's ideas", lambda: ideas.page(START, 1, 60)
    yield "home page's ideas, page 1,000", lambda: ideas.page(START, 1000, 60)


def _names(chance: random.Random) -> list[str]:
    """Places: as many words that are rare as French has in such texts."""
    parts = (
        "bar",
        "cour",
        "dom",
        "ville",
        "mont",
        "selle",
        "gray",
        "vau",
        "court",
        "lis",
        "heim",
        "bach",
        "ro",
        "is",
    )
    return sorted({"".join(chance.choices(parts, k=3)) for _ in range(4000)})


def _title(chance: random.Random, names: list[str]) -> str:
    return (
        f"Créer {chance.choice(WHAT)} dans {chance.choice(WHERE)} de {chance.choice(names).title()} "
        f"{chance.choice(WHY)}"
    )


def _store(
    connection: sa.Connection, keys: Keys, now: int, chance: random.Random, names: list[str], number: int
) -> None:
    themes = list(connection.scalars(sa.select(THEME.c.id)))
    first = (connection.scalar(sa.select(sa.func.max(TOPIC.c.id))) or 0) + 1
    topics, tallies = [], []
    for topic_id in range(first, first + number):
        opens = now - chance.randrange(720) * DAY_MS
        topics.append(
            {
                "id": topic_id, "kind": "idea", "title": _title(chance, names), "body": "",
                "theme_id": chance.choice(themes), "opens_at": opens, "closes_at": opens + 60 * DAY_MS,
                "results": str(chance.choice((ResultPolicy.ALWAYS, ResultPolicy.AFTER_VOTE))), "headline": "live",
                "profile_required": False, "provenance": "demonstration", "created_at": opens,
                "departement": chance.choice((None, *map(str, Departement))),
            }
        )  # fmt: skip
        counts = Counts(int(chance.expovariate(0.02)), int(chance.expovariate(0.03)))
        tallies.append(
            {
                "topic_id": topic_id, "number": 0, "seq": 0, "plus": counts.plus, "minus": counts.minus,
                "voters": counts.voters, "gap": gap(counts),
            }
        )  # fmt: skip
    connection.execute(sa.insert(TOPIC), topics)
    connection.execute(
        sa.insert(TOPIC_KEY), [{"topic_id": t["id"], "wrapped": keys.new_topic_key()} for t in topics]
    )
    connection.execute(sa.insert(TALLY), tallies)
    index_topics(connection, {int(str(topic["id"])): str(topic["title"]) for topic in topics})
