"""``imaginest contact``: read what citizens wrote, answer it, end a conversation.

On SQLite only the running server may write: it is asked at the operator's door. On PostgreSQL, and while no
server runs, the command writes by itself.
"""

import asyncio
import secrets
import sys
from datetime import UTC, datetime
from typing import Any

from server.app import open_keys, wall_ms
from server.data import take_data
from server.operator_contact import BadWish, fulfil
from server.settings import DATABASE_FILE, Settings
from server.simulated import Door, DoorClosed
from storage import contact
from storage.data_lock import DataInUse
from storage.database import Database, StorageUnavailable, bring_up_to_date
from storage.keys import Keys
from storage.values_contact import ContactThread
from web.rendering import load_pages


class CannotDo(Exception):
    """The message says why, and what to do."""


def run(settings: Settings, action: str, thread_id: int | None, text: str | None) -> int:
    """List, show, answer or close; 0 where it was done, else 1 and a sentence."""
    try:
        if action != "list" and thread_id is None:
            raise CannotDo(f"{action} needs the number of a conversation: “imaginest contact” lists them")
        if action == "answer" and text is None:
            raise CannotDo("answer needs --text")
        if not settings.is_shared and not (settings.data / DATABASE_FILE).exists():
            raise CannotDo(f"there is no database in {settings.data}")
        if action in ("list", "show"):
            asyncio.run(_read(settings, thread_id if action == "show" else None))
        else:
            wish = {"action": action, "id": thread_id, "text": text or "", "op": secrets.token_hex(8)}
            _write(settings, wish)
            print("the answer is kept" if action == "answer" else "the conversation is closed")
        return 0
    except (BadWish, CannotDo, DoorClosed, OSError) as error:
        print(f"imaginest: {error}", file=sys.stderr)
    except StorageUnavailable as error:
        print(f"imaginest: the database does not answer: {error}", file=sys.stderr)
    return 1


async def _read(settings: Settings, thread_id: int | None) -> None:
    database, keys = Database(settings.database), open_keys(settings)
    try:
        if thread_id is None:
            threads = await contact.open_threads(database, keys)
            print("\n".join(map(_line, threads)) or "nobody waits for an answer")
        else:
            await _show(database, keys, thread_id)
    finally:
        await database.close()


async def _show(database: Database, keys: Keys, thread_id: int) -> None:
    found = await contact.any_thread(database, keys, thread_id)
    if found is None:
        raise CannotDo(f"there is no conversation {thread_id}")
    thread, messages = found
    print(_line(thread))
    for message in messages:
        who = "the Région" if message.by_region else "the citizen"
        print(f"\n{_when(message.at)}, {who}:\n{_readable(message.text)}")


def _line(thread: ContactThread) -> str:
    told = " (will be told by e-mail)" if thread.email else ""
    return f"{thread.id}  {_when(thread.moved_at)}  {thread.state}  {thread.subject}{told}"


def _when(at: int) -> str:
    return f"{datetime.fromtimestamp(at / 1000, UTC):%Y-%m-%d %H:%M} UTC"


def _readable(text: str) -> str:
    """Nothing that a terminal would obey, or that would turn the reading order around."""
    return "".join(
        sign if sign.isprintable() or sign in "\n\t" else "\N{REPLACEMENT CHARACTER}" for sign in text
    )


def _write(settings: Settings, wish: dict[str, Any]) -> None:
    if settings.is_shared:
        asyncio.run(_write_here(settings, wish))
        return
    try:
        lock = take_data(settings, alone=True)
    except DataInUse as used:
        if not str(used):
            raise CannotDo(f"{settings.data} is in use: try again in a moment") from None
        Door(str(used)).operate("contact", open_keys(settings).operator, wish)
        return
    try:
        asyncio.run(_write_here(settings, wish))
    finally:
        lock.release()


async def _write_here(settings: Settings, wish: dict[str, Any]) -> None:
    database = Database(settings.database)
    await asyncio.to_thread(bring_up_to_date, database.url)
    try:
        await database.open()
        await fulfil(database, open_keys(settings), load_pages(), wish, wall_ms())
    finally:
        await database.close()
