"""Staff at the console of a real server, and what citizens send them."""

import re
import secrets
from typing import Any

import httpx2
from playwright.sync_api import Browser, BrowserContext

from server.app import wall_ms
from storage import one_time
from storage.values_staff import Role
from tests.running import DEADLINE, Running
from web.console.desk import COOKIE

PASSWORD = "une phrase assez longue"
DESK: Any = {"width": 1280, "height": 800}


def sit_down(server: Running, browser: Browser, name: str, *roles: Role, **more: Any) -> BrowserContext:
    """A browser in which somebody has accepted their invitation and is signed in."""
    made = server.operate(
        "staff/add",
        {
            "email": f"{name}@grandest.fr",
            "name": name,
            "roles": [str(role) for role in roles],
            "themes": [],
            "op": secrets.token_urlsafe(12),
        },
    )
    form = {"password": PASSWORD, "again": PASSWORD}
    with httpx2.Client(base_url=server.url, headers={"origin": server.url}, timeout=DEADLINE) as client:
        client.post(made["path"], data=form)
        page = client.get("/console/code").text
        found = re.search(r'class="secret">([A-Z2-7 ]+)<', page)
        assert found, page
        code = one_time.code_at(found[1].replace(" ", ""), wall_ms() // 30_000)
        answer = client.post("/console/code", data={"code": code})
        assert "codes de secours" in answer.text, answer.text
        token = client.cookies[COOKIE]
    context = browser.new_context(**{"viewport": DESK, "locale": "fr-FR", **more})
    cookie: Any = {"name": COOKIE, "value": token, "url": server.url, "httpOnly": True, "sameSite": "Strict"}
    context.add_cookies([cookie])
    return context


def propose(server: Running, *texts: str, theme: str = "sport") -> None:
    """Ideas of as many new citizens, which wait for a moderator."""
    for text in texts:
        form = {
            "kind": "idea",
            "text": text,
            "theme": theme,
            "op": secrets.token_urlsafe(12),
            "step": "publish",
        }
        send(server, "/proposer", form)


def send(server: Running, path: str, form: dict[str, str]) -> None:
    """A form as a new citizen sends it."""
    with httpx2.Client(base_url=server.url, timeout=DEADLINE) as client:
        headers = {"origin": server.url, "cookie": server.cookie()}
        answer = client.post(path, data=form, headers=headers)
        assert answer.status_code == 303, (path, form)
