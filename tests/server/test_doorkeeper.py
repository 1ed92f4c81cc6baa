"""Who may be connected, and how much a connection may send."""

import pytest

from server.doorkeeper import BYTES_A_SECOND, BYTES_AT_ONCE, Allowance, Cut, Doorkeeper, Leave, network_of


def entered(doorkeeper: Doorkeeper, address: str) -> Leave:
    leave = doorkeeper.enter(address)
    assert not isinstance(leave, Cut)
    return leave


def test_a_hall_behind_one_address_comes_in_and_one_too_many_does_not() -> None:
    doorkeeper = Doorkeeper(most=10, most_an_address=3)
    for _ in range(3):
        entered(doorkeeper, "192.0.2.7")
    assert doorkeeper.enter("192.0.2.7") is Cut.ADDRESS_FULL
    entered(doorkeeper, "192.0.2.8")
    assert doorkeeper.inside == 4
    assert doorkeeper.cuts == {Cut.ADDRESS_FULL: 1}


def test_there_is_room_again_once_somebody_has_left() -> None:
    doorkeeper = Doorkeeper(most=1, most_an_address=1)
    leave = entered(doorkeeper, "192.0.2.7")
    assert doorkeeper.enter("192.0.2.8") is Cut.FULL
    leave()
    entered(doorkeeper, "192.0.2.8")()
    entered(doorkeeper, "192.0.2.7")
    assert doorkeeper.inside == 1


def test_a_proxy_brings_as_many_people_as_it_likes_and_each_is_known_by_what_it_says() -> None:
    doorkeeper = Doorkeeper(most=10, most_an_address=1, proxies=["10.0.0.1"])
    for _ in range(3):
        entered(doorkeeper, "10.0.0.1")
    assert not isinstance(doorkeeper.share("192.0.2.7"), Cut)
    assert doorkeeper.share("192.0.2.7") is Cut.ADDRESS_FULL


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:aaaa::1", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:bbbb::9", "2001:db8:1:2::/64"),
        ("unix:", "unix:"),
    ],
)
def test_an_ipv6_client_counts_by_the_network_in_which_it_may_choose_its_address(
    address: str, network: str
) -> None:
    assert network_of(address) == network


def test_a_budget_takes_a_burst_and_refills_with_time() -> None:
    allowance = Allowance()
    assert allowance.take(BYTES_AT_ONCE, now=100.0)
    assert not allowance.take(1, now=100.0)
    assert allowance.take(BYTES_A_SECOND // 2, now=100.6)
    assert not allowance.take(BYTES_A_SECOND, now=100.7)


def test_a_budget_never_holds_more_than_one_burst() -> None:
    allowance = Allowance()
    assert allowance.take(10, now=100.0)
    assert not allowance.take(BYTES_AT_ONCE + 1, now=100_000.0)
