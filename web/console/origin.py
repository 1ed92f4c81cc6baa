"""Where somebody signs in from: their address as our proxies tell it, and what their browser calls itself."""

import re
from ipaddress import IPv6Address, IPv6Network

from starlette.requests import Request

from channels.origin import address_of
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


def network_of(request: Request) -> str:
    """The address, as our proxies tell it; of IPv6 the network of 64 bits, which one person has whole.

    Kept in memory only; where tries are counted, as a keyed name together with the account's.
    """
    services: Services = request.state.services
    peer = request.client.host if request.client else ""
    peer = address_of(peer, request.headers.get("x-forwarded-for", ""), services.proxies)
    try:
        address = IPv6Address(peer)
    except ValueError:
        return peer
    return str(address.ipv4_mapped or IPv6Network((address, 64), strict=False))
