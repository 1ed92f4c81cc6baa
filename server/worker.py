"""The work that no visitor waits for, in a process of its own beside any number of nodes.

Every node destroys expired keys and sends mails by itself as well, so that a worker that nobody started costs no
citizen their privacy or their answer; the recount of all ballots is the worker's alone, since it reads everything.
"""

import asyncio
import logging
import signal
import time
from functools import partial

from server.app import open_keys, wall_ms
from server.letter_sender import LOOK_SECONDS as LETTER_SECONDS
from server.letter_sender import LetterSender
from server.logs import configure
from server.mail import ROUND_SECONDS, Postman
from server.settings import BadSetting, Settings
from server.timers import Timers, forget_correspondence
from storage.data_lock import address_told
from storage.database import Database, bring_up_to_date
from storage.joining import join
from storage.retention import destroy_expired_keys
from storage.tallies import discrepancies
from web.catalogue import Language
from web.rendering import load_pages

log = logging.getLogger("imaginest.worker")

RETENTION_SECONDS = 3600.0
RECOUNT_SECONDS = 86_400.0
MOST_TOLD = 20
"""Differences that are named one by one; all of them are what `imaginest check-tallies` is for."""


async def work(settings: Settings) -> None:
    """Until SIGTERM or SIGINT. Raises BadSetting, and UnusableDatabase where the database cannot be used."""
    if not settings.is_shared:
        raise BadSetting("with SQLite the server does the worker's work: start only “imaginest serve”")
    keys = open_keys(settings)
    database = Database(settings.database)
    told = partial(address_told, settings.data)
    postman = Postman(settings, database, keys, wall_ms, time.monotonic, told)
    sender = LetterSender(
        settings, database, keys, lambda: load_pages()[Language.FRENCH], wall_ms, time.monotonic, told
    )
    timers, ended = Timers(), asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, ended.set)

    async def retain() -> None:
        await destroy_keys(database, settings.appeal_days)
        await forget_correspondence(database, wall_ms(), settings.contact_days)

    async def recount() -> None:
        await compare_with_ballots(database)

    try:
        await asyncio.to_thread(bring_up_to_date, settings.database)
        await database.open(lambda connection: join(connection, keys, wall_ms()))
        timers.now_and_every(RETENTION_SECONDS, retain, "retention")
        timers.now_and_every(RECOUNT_SECONDS, recount, "recount")
        timers.now_and_every(ROUND_SECONDS, postman.deliver, "mail")
        timers.now_and_every(LETTER_SECONDS, sender.deliver, "letter")
        print("Imagin'Est's worker works", flush=True)
        await ended.wait()
    finally:
        await timers.stop()
        await postman.stop()
        await sender.stop()
        await database.close()


async def destroy_keys(database: Database, appeal_days: int) -> None:
    topics = await destroy_expired_keys(database, wall_ms(), appeal_days)
    if topics:
        fields = {"topics": topics}
        log.info("keys whose time is over are destroyed", extra={"event": "keys-destroyed", "fields": fields})


async def compare_with_ballots(database: Database) -> None:
    """Whether every counter equals a recount of its ballots; no vote is named, only counters."""
    found = await discrepancies(database)
    for one in found[:MOST_TOLD]:
        fields = {"topic": one.topic, "series": str(one.series)}
        log.error("a counter differs from its ballots", extra={"event": "counter-differs", "fields": fields})
    fields = {"counters": len(found)}
    log.info("every topic is recounted", extra={"event": "recounted", "fields": fields})


def run(settings: Settings) -> None:
    configure(settings.log, settings.node)
    asyncio.run(work(settings))
