"""No other site's page sends a form in somebody's name: every POST of the application, from its route table."""

import re
from pathlib import Path
from typing import Any

import httpx2
import pytest
from starlette.applications import Starlette

from realtime.refusals import Refusal
from server.app import create_app
from server.identity import COOKIE, cookie_of
from server.settings import Settings
from storage.tables import METADATA
from storage.values_staff import Role
from tests.storage.house import beside, device
from tests.web.conftest import ORIGIN, Site
from tests.web.staffed import colleague
from tests.web.test_console_doors import FORMS

FROM_ANYWHERE = {"/lettre/desabonnement/{token}"}
"""A mail program's button has no origin: the token in the address stands for the consent (RFC 8058)."""

BESIDE_THE_PAGES = {"/live/vote"}
"""Doors of fan-out that stand before the pages' table of routes."""

PROOFS = [
    {"origin": "https://ailleurs.exemple"},
    {"origin": "null", "sec-fetch-site": "cross-site"},
    {"sec-fetch-site": "cross-site"},
    {"sec-fetch-site": "same-site"},
    {"referer": "https://ailleurs.exemple/page"},
    {},
]
REFUSED = {Refusal.FOREIGN_ORIGIN, Refusal.MISSING_ORIGIN}


class Whole:
    """The application as it is served, on the data of a house; ``posts`` are the addresses that take a form."""

    def __init__(self, site: Site, folder: Path) -> None:
        self._site = site
        self._app: Any = create_app(Settings(data=folder))
        inner = self._app._pages
        while not isinstance(inner, Starlette):  # what stands around them
            inner = inner._app
        routes: list[Any] = list(inner.routes)
        known = {each.path for each in routes if "POST" in (getattr(each, "methods", None) or ())}
        self.posts = sorted(known | BESIDE_THE_PAGES)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await self._app({**scope, "state": {"services": self._site.services[0]}}, receive, send)

    async def post(self, route: str, headers: dict[str, str]) -> httpx2.Response:
        transport = httpx2.ASGITransport(app=self)
        async with httpx2.AsyncClient(transport=transport, base_url=ORIGIN, headers=headers) as http:
            path = re.sub(r"{\w+(:int)?}", "1", route)
            if route in BESIDE_THE_PAGES or route.startswith("/operator/"):
                return await http.post(path, json={"topic": 1, "sign": 1, "op": "a" * 16})
            return await http.post(path, data=FORMS.get(route, {"op": "a" * 16, "sign": "1", "next": "/"}))


@pytest.fixture
async def whole(site: Site, tmp_path: Path) -> Whole:
    return Whole(site, tmp_path / "whole")


@pytest.fixture
async def somebody(site: Site) -> dict[str, str]:
    """What a browser brings of a citizen who has every role at the console, and holds the operator's token."""
    someone = await colleague(site, *Role, themes="sport")
    await site.house.topic()
    cookies = "; ".join(f"{name}={value}" for name, value in someone.browser.cookies.items())
    own = f"{COOKIE}={cookie_of(device(1), site.house.keys)}"
    return {"cookie": f"{own}; {cookies}", "authorization": f"Bearer {site.house.keys.operator}"}


def everything(site: Site) -> dict[str, list[str]]:
    return {
        name: sorted(map(repr, beside(site.house.url, f'SELECT * FROM "{name}"'))) for name in METADATA.tables
    }


async def test_no_other_site_sends_any_form_and_nothing_changes(
    site: Site, whole: Whole, somebody: dict[str, str]
) -> None:
    assert set(whole.posts) > FROM_ANYWHERE | BESIDE_THE_PAGES | set(FORMS) and len(whole.posts) > 100
    before = everything(site)
    for proof in PROOFS:
        for route in whole.posts:
            if route in FROM_ANYWHERE:
                continue
            answer = await whole.post(route, somebody | proof)
            assert answer.status_code == 403 and answer.json()["code"] in REFUSED, (route, proof)
    assert everything(site) == before


async def test_our_own_pages_pass_and_one_click_unsubscribing_needs_no_origin(
    site: Site, whole: Whole, somebody: dict[str, str]
) -> None:
    for route in whole.posts:
        answer = await whole.post(route, {"cookie": somebody["cookie"], "origin": ORIGIN})
        assert not REFUSED & set(re.findall(r'"code": ?"([a-z-]+)"', answer.text)), route
    for route in FROM_ANYWHERE:
        for proof in PROOFS:
            assert (await whole.post(route, proof)).status_code != 403, (route, proof)
