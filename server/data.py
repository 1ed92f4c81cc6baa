"""The data folder: made where it is missing, and held by one process at a time."""

import os

from server.settings import DATABASE_FILE, BadSetting, Settings
from storage.address import plain, server_address
from storage.data_lock import DataLock


def make_folder(settings: Settings) -> None:
    """Raises BadSetting where that cannot be."""
    try:
        settings.data.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _unusable(settings, error) from error


def need_database(settings: Settings) -> None:
    """Raises BadSetting where there is none: a command that looks for one never begins another beside it."""
    if not settings.is_shared and not (settings.data / DATABASE_FILE).exists():
        raise BadSetting(
            f"there is no database in {settings.data.resolve()}: name the folder that the server uses, as in "
            "“imaginest --data FOLDER …”, or begin a new one with “imaginest migrate”"
        )


def place_of(settings: Settings) -> str:
    """Which database these settings mean, without its password."""
    if settings.is_shared:
        return plain(server_address(settings.database_url))
    return str((settings.data / DATABASE_FILE).resolve())


def take_data(settings: Settings, *, alone: bool = False) -> DataLock:
    """The lock of the folder, shared by the nodes of a shared database unless ``alone``.

    Raises DataInUse while another process holds it, BadSetting where the folder or the database in it cannot
    be written: SQLite begins transactions on a file that it can only read, and fails at the first vote.
    """
    make_folder(settings)
    database = settings.data / DATABASE_FILE
    if not settings.is_shared and database.exists() and not os.access(database, os.W_OK):
        raise BadSetting(f"{database} cannot be written: make it and its folder writable")
    lock = DataLock(settings.data, shared=settings.is_shared and not alone)
    try:
        lock.take()
    except OSError as error:
        raise _unusable(settings, error) from error
    return lock


def _unusable(settings: Settings, error: OSError) -> BadSetting:
    return BadSetting(f"{settings.data} cannot be used ({error.strerror}): make it a writable folder")
