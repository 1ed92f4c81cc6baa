"""Members of staff in front of the console's pages, who have a password, a telephone and a session."""

import re
from dataclasses import dataclass
from functools import cache

import httpx2
from argon2 import PasswordHasher

from storage import one_time, sign_in, staff
from storage.values_staff import NewAccount, Role, SignInFault, StaffFault, Wait
from tests.web.conftest import Site
from web.console.desk import COOKIE

PASSWORD = "une phrase assez longue"
BROWSER = "Firefox"


@cache
def _hashed() -> str:
    return PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1).hash(PASSWORD)


@dataclass
class Colleague:
    """Somebody with an account; ``secret`` is what their telephone knows."""

    site: Site
    id: int
    email: str
    browser: httpx2.AsyncClient
    secret: str = ""

    def code(self, drift: int = 0) -> str:
        """What the telephone shows, ``drift`` steps from now."""
        return one_time.code_at(self.secret, self.site.house.clock[0] // 30_000 + drift)

    async def password(self, password: str = PASSWORD) -> httpx2.Response:
        return await self.browser.post("/console/connexion", data={"email": self.email, "password": password})

    async def sign_in(self) -> None:
        """Half a minute later, with a code that was not used yet."""
        self.site.house.clock[0] += 30_000
        assert (await self.password()).status_code == 303
        answer = await self.browser.post("/console/code", data={"code": self.code()})
        assert answer.status_code == 303, answer.text


async def invite(site: Site, *roles: Role, email: str = "a@grandest.fr", themes: str = "") -> tuple[int, str]:
    """An account and the path of its invitation."""
    new = NewAccount(email, f"Agent {email}", frozenset(roles), frozenset(themes.split()))
    house = site.house
    done = await staff.add(house.database, house.keys, new, by=None, op=email, now=house.clock[0])
    assert not isinstance(done, StaffFault)
    return done[0], f"/console/inscription/{done[1]}"


async def colleague(site: Site, *roles: Role, email: str = "a@grandest.fr", themes: str = "") -> Colleague:
    """Somebody who was invited, chose a password, enrolled a telephone and is signed in, without the pages."""
    house, now = site.house, site.house.clock[0]
    staff_id, path = await invite(site, *roles, email=email, themes=themes)
    invitation = path.rpartition("/")[2]
    waits = await sign_in.accept_invitation(house.database, house.keys, invitation, _hashed(), BROWSER, now)
    assert waits is not None
    enrolled = await sign_in.enrolment(house.database, house.keys, waits, now)
    assert enrolled is not None
    someone = Colleague(site, staff_id, email, site.browser(), enrolled.secret)
    entered = await sign_in.try_code(house.database, house.keys, waits, someone.code(), BROWSER, now)
    assert not isinstance(entered, SignInFault | Wait)
    someone.browser.cookies.set(COOKIE, entered[0])
    return someone


async def secret_shown(browser: httpx2.AsyncClient) -> str:
    page = (await browser.get("/console/code")).text
    found = re.search(r'class="secret">([A-Z2-7 ]+)<', page)
    assert found, page
    return found[1].replace(" ", "")
