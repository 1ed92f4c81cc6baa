"""Gives editors' orders to the server that runs on the data, or carries them out where none does.

A running server is asked at its operator's door: one connection does all writing.
"""

import asyncio
import json

from server.app import open_keys, try_database, wall_ms
from server.data import take_data
from server.orders import Order, OrderRefused, carry_out
from server.settings import Settings
from server.simulated import Door, DoorClosed
from storage.data_lock import DataInUse
from storage.database import Database, StorageUnavailable
from storage.keys import Keys


def order(settings: Settings, name: str, wanted: Order) -> int:
    """Carry out one order on the data of these settings; the number of what it made or told of.

    Raises OrderRefused.
    """
    try:
        lock = take_data(settings)
    except DataInUse as used:
        if not str(used):
            raise OrderRefused(f"{settings.data} is in use and tells no address; is it starting?") from used
        return _ask(Door(str(used)), open_keys(settings), name, wanted)
    try:
        return asyncio.run(_alone(settings, name, wanted))
    finally:
        lock.release()


def _ask(door: Door, keys: Keys, name: str, wanted: Order) -> int:
    try:
        (made,) = door.operate(name, keys.operator, dict(wanted))
    except DoorClosed as error:
        raise OrderRefused(_reason(error)) from None
    except OSError as error:
        raise OrderRefused(f"the server at {door.url} does not answer ({error})") from None
    return made


def _reason(error: DoorClosed) -> str:
    """What the door said, else what happened."""
    try:
        return str(json.loads(error.content)["error"])
    except (ValueError, KeyError, TypeError):
        return str(error)


async def _alone(settings: Settings, name: str, wanted: Order) -> int:
    await try_database(settings)
    database = Database(settings.database)
    await database.open()
    try:
        return await carry_out(database, open_keys(settings), name, wanted, wall_ms())
    except StorageUnavailable as error:
        raise OrderRefused(f"the database does not take it now: {error}") from None
    finally:
        await database.close()
