"""Staff at the console of a real server, and what citizens send them."""

import secrets
from typing import Any

import httpx2
from playwright.sync_api import Browser, BrowserContext

from server.app import wall_ms
from server.settings import Settings
from storage.values_staff import Role
from tests.colleagues import signed_in_beside
from tests.running import DEADLINE, NO_TLS, Running
from web.console.desk import COOKIE

DESK: Any = {"width": 1280, "height": 800}


def sit_down(server: Running, browser: Browser, name: str, *roles: Role, **more: Any) -> BrowserContext:
    """A browser in which somebody of these roles is signed in."""
    url, email = Settings(data=server.data).database, f"{name}@grandest.fr"
    header = signed_in_beside(url, server.keys, email, wall_ms(), *roles, name=name)
    token = header.removeprefix(f"{COOKIE}=")
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
    with httpx2.Client(base_url=server.url, timeout=DEADLINE, verify=NO_TLS) as client:
        headers = {"origin": server.url, "cookie": server.cookie()}
        answer = client.post(path, data=form, headers=headers)
        assert answer.status_code == 303, (path, form)
