import hmac
from typing import Any

import msgpack
import pytest
from hypothesis import given
from hypothesis import strategies as st

from realtime.bus import Headcount
from realtime.bus_message import MOST_BYTES, Message, Probe, Unreadable, decode, encode, largest
from realtime.delta import Changes, Delta
from realtime.tally import Counts, Version

KEY = bytes(range(32))
CHANNEL = "here:topic:7"
SOME = Message("a1", 5, Delta(7, Version(3, 8), Version(3, 9), Changes(1, 2, 3, {"dep:57": Counts(5, 5)})))

numbers = st.integers(0, 2**63 - 1)
maybe = st.none() | numbers
names = st.text(min_size=1, max_size=64)
series = st.dictionaries(names, st.none() | st.builds(Counts, numbers, numbers), max_size=30)
versions = st.builds(Version, numbers, numbers)
deltas = (
    st.tuples(numbers, versions, versions, st.builds(Changes, maybe, maybe, maybe, series))
    .filter(lambda parts: parts[1] < parts[2])
    .map(lambda parts: Delta(*parts))
)


def sealed(body: bytes, *, head: bytes = b"IE\x01", channel: str = CHANNEL, key: bytes = KEY) -> bytes:
    """A message as a node would send it that says nonsense."""
    return head + hmac.digest(key, channel.encode() + b"\0" + body, "sha256")[:16] + body


@given(names, numbers, deltas)
def test_a_delta_arrives_as_it_was_sent(node: str, number: int, delta: Delta) -> None:
    message = Message(node, number, delta)
    assert decode(encode(message, CHANNEL, KEY), CHANNEL, KEY) == message


@given(names, numbers, st.dictionaries(names, numbers, max_size=50))
def test_a_headcount_arrives_as_it_was_sent(node: str, number: int, counts: dict[str, int]) -> None:
    message = Message(node, number, Headcount(node, counts))
    assert decode(encode(message, CHANNEL, KEY), CHANNEL, KEY) == message


def test_a_probe_arrives() -> None:
    assert decode(encode(Message("a", 1, Probe()), CHANNEL, KEY), CHANNEL, KEY) == Message("a", 1, Probe())


@given(st.binary(max_size=200))
def test_bytes_that_nobody_sealed_are_no_message(data: bytes) -> None:
    assert isinstance(decode(data, CHANNEL, KEY), Unreadable)


@given(st.integers(0, len(encode(SOME, CHANNEL, KEY)) - 1), st.integers(1, 255))
def test_a_message_with_one_byte_changed_is_refused(place: int, change: int) -> None:
    data = bytearray(encode(SOME, CHANNEL, KEY))
    data[place] ^= change
    assert isinstance(decode(bytes(data), CHANNEL, KEY), Unreadable)


@given(st.integers(0, len(encode(SOME, CHANNEL, KEY)) - 1))
def test_a_message_cut_short_is_refused(length: int) -> None:
    assert isinstance(decode(encode(SOME, CHANNEL, KEY)[:length], CHANNEL, KEY), Unreadable)


def test_forged_text_a_foreign_key_and_another_channel_are_forgeries() -> None:
    data = encode(SOME, CHANNEL, KEY)
    assert decode(b"IE\x01" + b"+1 for everybody, please", CHANNEL, KEY) is Unreadable.FORGED
    assert decode(data, CHANNEL, bytes(32)) is Unreadable.FORGED
    assert decode(data, "there:topic:7", KEY) is Unreadable.FORGED


def test_another_format_is_told_apart_from_what_is_no_message() -> None:
    body = msgpack.packb([3, "a", 1])
    assert decode(sealed(body, head=b"IE\x02"), CHANNEL, KEY) is Unreadable.OTHER_FORMAT
    assert decode("une phrase en français".encode(), CHANNEL, KEY) is Unreadable.NO_MESSAGE
    assert decode(b"", CHANNEL, KEY) is Unreadable.NO_MESSAGE


def test_a_long_message_is_refused_before_it_is_read() -> None:
    assert decode(sealed(msgpack.packb([3, "a", 1]) + bytes(MOST_BYTES)), CHANNEL, KEY) is Unreadable.TOO_LONG


GOOD: list[Any] = [1, "a", 1, 7, 1, 8, 1, 9, 5, 3, 2, [["dep:57", 5, 5]]]


def test_the_example_that_the_wrong_ones_are_made_of_is_right() -> None:
    assert isinstance(decode(sealed(msgpack.packb(GOOD)), CHANNEL, KEY), Message)


@pytest.mark.parametrize(
    "wrong",
    [
        *(
            [*GOOD[:place], value, *GOOD[place + 1 :]]
            for place in (0, 2, 3, 8)
            for value in (True, 1.0, "1", -1)
        ),
        [*GOOD[:8], float("nan"), *GOOD[9:]],
        [*GOOD[:8], 2**64 - 1, *GOOD[9:]],
        [*GOOD[:1], "", *GOOD[2:]],
        [*GOOD[:1], "a" * 65, *GOOD[2:]],
        [*GOOD[:7], 8, *GOOD[8:]],
        [*GOOD[:6], 0, *GOOD[7:]],
        [*GOOD, 1],
        GOOD[:-1],
        [*GOOD[:-1], [["dep:57", 5]]],
        [*GOOD[:-1], [["dep:57", 5, None]]],
        [*GOOD[:-1], {"dep:57": [5, 5]}],
        [*GOOD[:-1], [[f"dep:{n}", 5, 5] for n in range(201)]],
        [4, "a", 1],
        [2, "a", 1, [["topic:7", -1]]],
        [2, "a", 1, [[7, 1]]],
        [],
        {},
        None,
        "delta",
    ],
)
def test_a_sealed_message_of_the_wrong_shape_is_malformed(wrong: Any) -> None:
    assert decode(sealed(msgpack.packb(wrong)), CHANNEL, KEY) is Unreadable.MALFORMED


@pytest.mark.parametrize(
    "body",
    [
        b"\x91" * 60_000,  # lists in lists
        b"\x81\x91\x01\x01",  # a list as a key
        b"\xc1",
        b"\xdd\xff\xff\xff\xff",  # four thousand million elements
        b"\xc6\xff\xff\xff\xff",
        b"\xa4\xff\xff\xff\xff",  # no UTF-8
        msgpack.packb(GOOD) + b"\x00",
        msgpack.packb(msgpack.Timestamp(0, 0)),
        b"\xc7\x0c\xff" + b"\xff" * 12,
    ],
)
def test_sealed_bytes_that_are_no_msgpack_of_ours_are_malformed(body: bytes) -> None:
    assert decode(sealed(body), CHANNEL, KEY) is Unreadable.MALFORMED


def test_a_headcount_too_long_for_one_message_names_the_channels_with_most_watchers() -> None:
    counts = {f"topic:{n}": n for n in range(10_000)}
    kept = largest(counts)
    assert len(encode(Message("a" * 16, 1, Headcount("a" * 16, kept)), CHANNEL, KEY)) <= MOST_BYTES
    assert min(kept.values()) == 10_000 - len(kept) > 5000
    assert largest({"topic:1": 0, "topic:2": 4}) == {"topic:2": 4}
