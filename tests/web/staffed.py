"""Members of staff in front of the console's pages, who come in as they do: password, telephone, session."""

import re
from dataclasses import dataclass

import httpx2

from storage import one_time, staff
from storage.values_staff import NewAccount, Role, StaffFault
from tests.web.conftest import Site

PASSWORD = "une phrase assez longue"


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
    """Somebody who was invited, chose a password, enrolled a telephone and is signed in."""
    staff_id, path = await invite(site, *roles, email=email, themes=themes)
    someone = Colleague(site, staff_id, email, site.browser())
    answer = await someone.browser.post(path, data={"password": PASSWORD, "again": PASSWORD})
    assert answer.headers["location"] == "/console/code", answer.text
    someone.secret = await secret_shown(someone.browser)
    answer = await someone.browser.post("/console/code", data={"code": someone.code()})
    assert "codes de secours" in answer.text
    return someone


async def secret_shown(browser: httpx2.AsyncClient) -> str:
    page = (await browser.get("/console/code")).text
    found = re.search(r'class="secret">([A-Z2-7 ]+)<', page)
    assert found, page
    return found[1].replace(" ", "")
