"""Gives orders to the server that runs on the data, or carries them out where none does; and looks at the data.

A running server is asked at its operator's door: one connection does all writing.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import TypeVar

from server.app import open_keys, try_database, wall_ms
from server.data import need_database, take_data
from server.operator import ORDERS
from server.orders import Answer, Desk, OrderRefused, Wanted, carry_out
from server.settings import Settings
from server.simulated import Door, DoorClosed
from storage.data_lock import DataInUse
from storage.database import Database, StorageUnavailable
from storage.keys import Keys
from web.rendering import load_pages

T = TypeVar("T")


def order(settings: Settings, name: str, wanted: Wanted) -> Answer:
    """Carry out one order, a name at the operator's door, on the data of these settings.

    Raises OrderRefused, and BadSetting where there is no database.
    """
    need_database(settings)
    try:
        lock = take_data(settings)
    except DataInUse as used:
        if not str(used):
            raise OrderRefused(f"{settings.data} is in use and tells no address; is it starting?") from used
        return _ask(Door(str(used)), open_keys(settings), name, wanted)
    try:
        return asyncio.run(_here(settings, name, wanted))
    finally:
        lock.release()


def _ask(door: Door, keys: Keys, name: str, wanted: Wanted) -> Answer:
    try:
        return door.order(name, keys.operator, wanted)
    except DoorClosed as error:
        raise OrderRefused(_reason(error)) from None
    except OSError as error:
        raise OrderRefused(f"the server at {door.url} does not answer ({error})") from None


def _reason(error: DoorClosed) -> str:
    """What the door said, else what happened."""
    try:
        return str(json.loads(error.content)["error"])
    except (ValueError, KeyError, TypeError):
        return str(error)


async def _here(settings: Settings, name: str, wanted: Wanted) -> Answer:
    await try_database(settings)
    database = Database(settings.database)
    await database.open()
    try:
        desk = Desk(database, open_keys(settings), settings.posting, load_pages, wall_ms())
        return await carry_out(ORDERS[name], desk, wanted)
    except StorageUnavailable as error:
        raise OrderRefused(f"the database does not take it now: {error}") from None
    finally:
        await database.close()


def look(settings: Settings, read: Callable[[Database, Keys], Awaitable[T]]) -> T:
    """What ``read`` finds in the data of these settings, also beside a running server.

    Raises OrderRefused, and BadSetting where there is no database.
    """
    need_database(settings)
    return asyncio.run(_looked(settings, read))


async def _looked(settings: Settings, read: Callable[[Database, Keys], Awaitable[T]]) -> T:
    database = Database(settings.database)
    try:
        return await read(database, open_keys(settings))
    except StorageUnavailable as error:
        raise OrderRefused(f"the database does not answer: {error}") from None
    finally:
        await database.close()
