"""Where a request comes from, as our proxies tell it, and no nearer than its network (pure)."""

from collections.abc import Container
from ipaddress import IPv6Address, ip_address, ip_network

_PREFIX = {4: 24, 6: 48}
"""Bits: 256 addresses of IPv4; of IPv6 what a provider gives to a house or a firm, and its neighbours'."""


def address_of(peer: str, forwarded: str, proxies: Container[str]) -> str:
    """The address at the other end; ``forwarded`` is X-Forwarded-For, which only our own proxies are believed."""
    return forwarded.rpartition(",")[2].strip() if peer in proxies else peer


def network_of(address: str) -> str:
    """The /24 or /48 of an address; empty where it is none of the public internet's."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return ""
    if isinstance(parsed, IPv6Address):
        parsed = parsed.ipv4_mapped or parsed
    if not parsed.is_global:
        return ""
    return str(ip_network((parsed, _PREFIX[parsed.version]), strict=False))
