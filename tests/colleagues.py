"""Members of staff who are signed in at real servers, without the way through the door."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

from storage import sessions, staff
from storage.database import Database
from storage.keys import Keys
from storage.values_staff import NewAccount, Role, SessionStage, StaffFault
from web.console.desk import COOKIE


async def signed_in(
    url: str, keys: Keys, email: str, now: int, *roles: Role, name: str = ""
) -> tuple[int, str]:
    """Somebody of these roles: their number, and the Cookie header of their session."""
    database = Database(url)
    await database.open()
    try:
        new = NewAccount(email, name or f"Agent {email}", frozenset(roles))
        made = await staff.add(database, keys, new, by=None, op=email, now=now)
        assert not isinstance(made, StaffFault)
        token, staff_id = sessions.new_token(), made[0]
        await database.write(
            lambda connection: sessions.begin(connection, token, staff_id, SessionStage.OPEN, "essai", now)
        )
    finally:
        await database.close()
    return staff_id, f"{COOKIE}={token}"


def signed_in_beside(url: str, keys: Keys, email: str, now: int, *roles: Role, name: str = "") -> str:
    """The Cookie header, for a test that has no event loop of its own, or one that a browser runs in."""
    made = signed_in(url, keys, email, now, *roles, name=name)
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, made).result()[1]
