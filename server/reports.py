"""``imaginest reports``: what citizens report, the topics of many people first; and that somebody has looked at it.

Where a server holds the SQLite file, it is asked through the operator's door: one process does all writing.
"""

import asyncio
import json
import sys

from server.app import open_keys, try_database
from server.data import take_data
from server.settings import DATABASE_FILE, Settings
from server.simulated import Door, DoorClosed
from storage.data_lock import DataInUse
from storage.database import Database, StorageUnavailable
from storage.reports import TOPICS_A_PAGE, URGENT_FROM, reported, settle
from storage.values_reports import Reported


class NotDone(Exception):
    """The sentence says why."""


def run(settings: Settings, action: str, topic: int | None) -> int:
    """List what is reported, or settle what is reported of one topic; the exit status."""
    if (action == "list") is not (topic is None):
        return _fail("say “reports” or “reports settle TOPIC”")
    try:
        if topic is None:
            _print_reported(settings)
        else:
            settled = _settle(settings, topic)
            print(f"{settled} reports of topic {topic} are settled")
    except (NotDone, StorageUnavailable) as error:
        return _fail(str(error))
    return 0


def _print_reported(settings: Settings) -> None:
    if not settings.is_shared and not (settings.data / DATABASE_FILE).exists():
        raise NotDone(f"there is no database in {settings.data}")
    found = asyncio.run(_reported(settings))
    for one in found:
        reasons = ", ".join(f"{people} {reason}" for reason, people in one.reasons.items())
        urgent = "!" if one.people >= URGENT_FROM else " "
        post = "" if one.post is None else f"  post {one.post}"
        print(f"{urgent} topic {one.topic}{post}  {one.people} people ({reasons})  {one.title}")
        for text in one.texts:
            print(f"    “{text}”")
    if not found:
        print("nothing is reported")
    elif len(found) == TOPICS_A_PAGE:
        print(f"these {len(found)} come first; there may be more")


async def _reported(settings: Settings) -> list[Reported]:
    database = Database(settings.database)
    try:
        return await reported(database)
    finally:
        await database.close()


def _settle(settings: Settings, topic: int) -> int:
    """By the server that holds the database, else by this process."""
    try:
        lock = take_data(settings, alone=not settings.is_shared)
    except DataInUse as used:
        if not str(used):
            raise NotDone(f"{settings.data} is in use and tells no address; is it starting?") from used
        return _ask(Door(str(used)), open_keys(settings).operator, topic)
    try:
        asyncio.run(try_database(settings))
        return asyncio.run(_here(settings, topic))
    finally:
        lock.release()


def _ask(door: Door, token: str, topic: int) -> int:
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    body = json.dumps({"topic": topic}).encode()
    try:
        _, content = door.ask("POST", "/operator/reports/settle", body, **headers)
    except (OSError, DoorClosed) as error:
        raise NotDone(f"the server at {door.url} has not done it: {error}") from error
    return int(json.loads(content)["settled"])


async def _here(settings: Settings, topic: int) -> int:
    database = Database(settings.database)
    await database.open()
    try:
        return await settle(database, topic)
    finally:
        await database.close()


def _fail(why: str) -> int:
    print(f"imaginest: {why}", file=sys.stderr)
    return 1
