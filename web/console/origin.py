"""Where somebody signs in from: their address as our proxies tell it, and what their browser calls itself."""

import re

from starlette.requests import Request

from web.services import Services

_BROWSERS = (
    ("Edg", "Edge"),
    ("OPR", "Opera"),
    ("Firefox", "Firefox"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
_SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS", "macOS"),
    ("Linux", "Linux"),
)


def browser_of(user_agent: str) -> str:
    """« Firefox, Windows »; never the whole text, which tells more than anybody needs."""
    found = [
        next((name for sign, name in kinds if re.search(rf"\b{sign}", user_agent)), "")
        for kinds in (_BROWSERS, _SYSTEMS)
    ]
    return ", ".join(part for part in found if part)


def address_of(request: Request) -> str:
    """Kept in memory only."""
    services: Services = request.state.services
    peer = request.client.host if request.client else ""
    if peer not in services.proxies:
        return peer
    return request.headers.get("x-forwarded-for", "").rpartition(",")[2].strip()
