"""``imaginest posts``: what waits for a moderator, published or refused by command, also while a server runs.

Where a server holds the SQLite file, it is asked through the operator's door: one process does all writing.
"""

import asyncio
import json
import sys
from collections.abc import Mapping
from typing import Any

from server.app import open_keys, try_database, wall_ms
from server.data import take_data
from server.operator import plain_outcome
from server.settings import DATABASE_FILE, Settings
from server.simulated import Door, DoorClosed
from storage import posts
from storage.data_lock import DataInUse
from storage.database import Database, StorageUnavailable
from storage.values_posts import Post, PostRefusal

_TOLD: Mapping[PostRefusal, str] = {
    PostRefusal.UNKNOWN_POST: "there is no such post",
    PostRefusal.ALREADY_DECIDED: "it was refused or withdrawn before",
    PostRefusal.CLOSED: "the vote on the topic under which it stands has ended: refuse it",
}


class NotDone(Exception):
    """The sentence says why."""


def run(settings: Settings, action: str, post: int | None, reason: str) -> int:
    """List what waits, publish or refuse one; the exit status."""
    if (action == "list") is not (post is None) or (action == "refuse") is not bool(reason.strip()):
        return _fail("say “posts”, “posts publish ID” or “posts refuse ID --reason TEXT”")
    if len(reason) > posts.LONGEST_REASON:
        return _fail(f"a reason has at most {posts.LONGEST_REASON} signs")
    try:
        if post is None:
            _print_waiting(settings)
        else:
            _decide(settings, post, None if action == "publish" else reason.strip())
    except (NotDone, StorageUnavailable) as error:
        return _fail(str(error))
    return 0


def _print_waiting(settings: Settings) -> None:
    if not settings.is_shared and not (settings.data / DATABASE_FILE).exists():
        raise NotDone(f"there is no database in {settings.data}")
    found = asyncio.run(_waiting(settings))
    for post in found:
        place = f"under topic {post.parent}" if post.theme is None else post.theme.slug
        print(f"{post.id}  {post.kind}  {place}  {post.text}")
    if not found:
        print("no post waits")
    elif len(found) == posts.POSTS_A_PAGE:
        print(f"these {len(found)} are the oldest; more may wait")


async def _waiting(settings: Settings) -> list[Post]:
    database = Database(settings.database)
    try:
        return await posts.waiting(database)
    finally:
        await database.close()


def _decide(settings: Settings, post: int, reason: str | None) -> None:
    """Publish (``reason`` is None) or refuse, by the server that holds the database, else by this process."""
    answered = _answer(settings, post, reason)
    if "refusal" in answered:
        raise NotDone(_TOLD.get(PostRefusal(answered["refusal"]), answered["refusal"]))
    if reason is None:
        print(f"post {post} is published as topic {answered['topic']}")
    else:
        print(f"post {post} is refused; its author is told why")


def _answer(settings: Settings, post: int, reason: str | None) -> dict[str, Any]:
    try:
        lock = take_data(settings, alone=not settings.is_shared)
    except DataInUse as used:
        if not str(used):
            raise NotDone(f"{settings.data} is in use and tells no address; is it starting?") from used
        return _ask(Door(str(used)), open_keys(settings).operator, post, reason)
    try:
        asyncio.run(try_database(settings))
        return asyncio.run(_here(settings, post, reason))
    finally:
        lock.release()


def _ask(door: Door, token: str, post: int, reason: str | None) -> dict[str, Any]:
    """What the server answers."""
    action, more = ("publish", {}) if reason is None else ("refuse", {"reason": reason})
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    body = json.dumps({"id": post, **more}).encode()
    try:
        _, content = door.ask("POST", f"/operator/posts/{action}", body, **headers)
    except (OSError, DoorClosed) as error:
        raise NotDone(f"the server at {door.url} has not done it: {error}") from error
    answered: dict[str, Any] = json.loads(content)
    return answered


async def _here(settings: Settings, post: int, reason: str | None) -> dict[str, Any]:
    database = Database(settings.database)
    await database.open()
    try:
        if reason is not None:
            return plain_outcome(await posts.refuse(database, post, reason, wall_ms()))
        keys = open_keys(settings)
        return plain_outcome(await posts.publish(database, keys, post, settings.posting, wall_ms()))
    finally:
        await database.close()


def _fail(why: str) -> int:
    print(f"imaginest: {why}", file=sys.stderr)
    return 1
