"""The address from which somebody asks, as our own proxies tell it."""

from ipaddress import IPv6Address, IPv6Network

from starlette.requests import Request

from web.services import Services


def network_of(request: Request) -> str:
    """The address; of IPv6 the network of 64 bits, which one person has whole. It is kept in memory only."""
    services: Services = request.state.services
    peer = request.client.host if request.client else ""
    if peer in services.proxies:
        peer = request.headers.get("x-forwarded-for", "").rpartition(",")[2].strip()
    try:
        address = IPv6Address(peer)
    except ValueError:
        return peer
    return str(address.ipv4_mapped or IPv6Network((address, 64), strict=False))
