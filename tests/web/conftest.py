"""The pages over a real database, asked as a browser does."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import httpx2
import pytest
from starlette.applications import Starlette

from server.identity import COOKIE, cookie_of
from server.security import Gate
from storage.passwords import Passwords
from tests.storage.house import House, device, open_house
from web.citizen.routes import exception_handlers, routes
from web.console.routes import console_routes
from web.rendering import load_pages
from web.services import Services
from web.site import Site as Deployment

ORIGIN = "http://imaginest.test"


@dataclass
class Site:
    house: House
    app: Any
    services: list[Services]

    def deploy(self, deployment: Deployment) -> None:
        """From now on the pages are those of this deployment."""
        self.services[0] = replace(self.services[0], site=deployment)

    def browser(self, number: int | None = None) -> httpx2.AsyncClient:
        """A browser that brings the cookie of device ``number``, or none."""
        cookies = {} if number is None else {COOKIE: cookie_of(device(number), self.house.keys)}
        return httpx2.AsyncClient(
            transport=httpx2.ASGITransport(app=self.app, raise_app_exceptions=False),
            base_url=ORIGIN,
            headers={"origin": ORIGIN},
            cookies=cookies,
        )


@cache
def _routed() -> Starlette:
    """The same for every site: what is a site's own comes with each request."""
    return Starlette(routes=[*console_routes(), *routes()], exception_handlers=exception_handlers())


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    house = await open_house(tmp_path)
    quick = Passwords(memory=1024, time=1)
    services = [
        Services(house.database, house.keys, house.box, lambda: house.clock[0], load_pages(), passwords=quick)
    ]
    gate = Gate(_routed(), house.keys, (), (), lambda: house.clock[0])

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await gate({**scope, "state": {"services": services[0]}}, receive, send)

    yield Site(house, app, services)
    await house.close()
