"""Where a request comes from: believed of our own proxies only, and no nearer than its network."""

import pytest

from channels.origin import address_of, network_of


@pytest.mark.parametrize(
    ("peer", "forwarded", "address"),
    [
        ("92.184.1.7", "", "92.184.1.7"),
        ("92.184.1.7", "8.8.8.8", "92.184.1.7"),
        ("10.0.0.1", "8.8.8.8, 92.184.1.7", "92.184.1.7"),
        ("10.0.0.1", "", ""),
    ],
)
def test_only_our_proxies_are_believed(peer: str, forwarded: str, address: str) -> None:
    assert address_of(peer, forwarded, {"10.0.0.1"}) == address


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("92.184.1.7", "92.184.1.0/24"),
        ("::ffff:92.184.1.7", "92.184.1.0/24"),
        ("2a01:e0a:12:3400::1", "2a01:e0a:12::/48"),
        ("127.0.0.1", ""),
        ("192.168.1.20", ""),
        ("fe80::1", ""),
        ("unix:", ""),
        ("", ""),
    ],
)
def test_a_network_is_a_24_or_a_48_of_the_public_internet(address: str, network: str) -> None:
    assert network_of(address) == network
