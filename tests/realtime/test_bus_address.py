from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from realtime.bus_address import read_addresses, shard_of

NAMES = [f"redis://node-{n}:6379" for n in range(4)]


@given(st.integers(0, 10**9), st.permutations(NAMES))
def test_a_topic_has_the_same_shard_in_whatever_order_they_are_written(topic: int, names: list[str]) -> None:
    assert names[shard_of(topic, names)] == NAMES[shard_of(topic, NAMES)]


@given(st.integers(0, 10**9))
def test_one_shard_less_moves_only_its_own_topics(topic: int) -> None:
    before = NAMES[shard_of(topic, NAMES)]
    if before != NAMES[-1]:
        assert NAMES[shard_of(topic, NAMES[:-1])] == before


def test_topics_spread_over_the_shards() -> None:
    spread = Counter(shard_of(topic, NAMES) for topic in range(4000))
    assert all(800 < spread[shard] < 1200 for shard in range(4))


def test_a_topic_keeps_its_shard_from_release_to_release() -> None:
    assert [shard_of(topic, NAMES) for topic in range(8)] == [2, 1, 1, 1, 0, 2, 0, 3]


def test_a_list_may_hold_every_kind_of_redis() -> None:
    found = read_addresses(
        "redis://:secret@one,rediss://me:p%40ss%2C@[::1]:7000?ssl_check_hostname=no,"
        "redis+sentinel://user:word@a,b:7/votes?sentinel_password=other"
    )
    assert [one.name for one in found] == [
        "redis://one:6379",
        "rediss://::1:7000",
        "redis+sentinel://votes",
    ]
    assert found[0].login == {"password": "secret"}
    assert found[1].login == {"username": "me", "password": "p@ss,"}
    assert found[1].tls == {"ssl_check_hostname": False}
    assert found[2].hosts == (("a", 26379), ("b", 7))
    assert found[2].sentinel_login == {"password": "other"}


def test_an_address_does_not_show_its_password() -> None:
    assert "secret" not in repr(read_addresses("redis://:secret@one"))
