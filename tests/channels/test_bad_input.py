"""What is wrong is answered, what is hostile is closed, and neither leaves anything behind."""

import json
import secrets
from typing import Any

import msgpack
import pytest
from websockets.exceptions import ConnectionClosed

from realtime.disclosure import ResultPolicy
from server.identity import cookie_of
from storage.database import Database
from storage.tallies import discrepancies
from storage.values import TopicRules
from tests.running import Citizen, Running, citizen

OPEN = TopicRules(0, None, results=ResultPolicy.ALWAYS)

VOTE: dict[str, Any] = {"t": "vote", "topic": 1, "sign": 1, "op": "op-number-1"}

WRONG: dict[str, tuple[Any, str]] = {
    "unknown topic": (VOTE | {"topic": 999_999}, "unknown-topic"),
    "sign 2": (VOTE | {"sign": 2}, "bad-sign"),
    "a bool for a sign": (VOTE | {"sign": True}, "bad-sign"),
    "a string for a sign": (VOTE | {"sign": "1"}, "bad-sign"),
    "a bool for a topic": (VOTE | {"topic": True}, "bad-topic"),
    "a string for a topic": (VOTE | {"topic": "1"}, "bad-topic"),
    "no op": ({k: v for k, v in VOTE.items() if k != "op"}, "bad-op"),
    "a key that is not ours": (VOTE | {"extra": 1}, "bad-message"),
    "an unknown type": ({"t": "dance"}, "unknown-type"),
    "a list": ([1], "bad-message"),
    "an unknown channel": ({"t": "sub", "subs": [{"channel": "nowhere"}]}, "bad-channel"),
    "a topic's channel that does not exist": (
        {"t": "sub", "subs": [{"channel": "topic:999999"}]},
        "unknown-topic",
    ),
    "a version that is none": ({"t": "sub", "subs": [{"channel": "topic:1", "at": [1]}]}, "bad-version"),
}


@pytest.mark.parametrize(("message", "code"), WRONG.values(), ids=WRONG.keys())
@pytest.mark.parametrize("packs", [False, True], ids=["json", "msgpack"])
async def test_a_wrong_message_gets_its_code_and_the_connection_lives_on(
    server: Running, packs: bool, message: Any, code: str
) -> None:
    async with citizen(server, server.cookie(), packs=packs) as voter:
        await voter.say(message)
        assert (await voter.hear_a("no"))["code"] == code
        await still_answers(voter, server)


RAW_WRONG = {
    "a float": ('{"t":"vote","topic":1.0,"sign":1,"op":"op-number-1"}', "bad-topic"),
    "NaN": ('{"t":"vote","topic":NaN,"sign":1,"op":"op-number-1"}', "bad-encoding"),
    "duplicate keys": ('{"t":"pong","t":"pong"}', "duplicate-key"),
    "not JSON": ("hello", "bad-encoding"),
    "UTF-16 in a text": ("".join(f"{sign}\0" for sign in '{"t":"pong"}'), "bad-encoding"),
    "a byte order mark": ('\ufeff{"t":"pong"}', "bad-encoding"),
    "an endless integer": ('{"t":"vote","topic":1' + "0" * 3000 + "}", "bad-topic"),
}


@pytest.mark.parametrize(("raw", "code"), RAW_WRONG.values(), ids=RAW_WRONG.keys())
async def test_wrong_text_gets_its_code_and_the_connection_lives_on(
    server: Running, raw: str, code: str
) -> None:
    async with citizen(server, server.cookie()) as voter:
        await voter.socket.send(raw)
        assert (await voter.hear_a("no"))["code"] == code
        await still_answers(voter, server)


async def still_answers(voter: Citizen, server: Running) -> None:
    assert (await voter.vote(server.topic(), 1))["t"] == "ack"


HOSTILE: dict[str, tuple[bool, str | bytes, str, int]] = {
    "nested 4000 deep": (False, "[" * 4000, "too-deep", 4500),
    "nested in msgpack": (True, b"\x91" * 4000 + b"\xc0", "too-deep", 4500),
    "over 4 KiB": (False, json.dumps({"t": "x" * 5000}), "too-large", 4502),
    "binary where text is due": (False, b"{}", "wrong-frame", 4500),
    "text where binary is due": (True, "{}", "wrong-frame", 4500),
}


@pytest.mark.parametrize(("packs", "raw", "code", "close"), HOSTILE.values(), ids=HOSTILE.keys())
async def test_what_is_hostile_gets_its_code_and_is_closed(
    server: Running, packs: bool, raw: str | bytes, code: str, close: int
) -> None:
    async with citizen(server, server.cookie(), packs=packs) as voter:
        await voter.socket.send(raw)
        assert (await voter.hear_a("no"))["code"] == code
        with pytest.raises(ConnectionClosed) as closed:
            await voter.hear()
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == close


@pytest.mark.parametrize("packs", [False, True], ids=["json", "msgpack"])
async def test_a_message_nested_a_hundred_thousand_deep_is_refused_and_not_even_read(
    server: Running, packs: bool
) -> None:
    async with citizen(server, packs=packs) as voter:
        await voter.socket.send(b"\x91" * 100_000 if packs else "[" * 100_000)
        assert (await voter.hear_a("no"))["code"] == "too-large"
        with pytest.raises(ConnectionClosed) as closed:
            await voter.hear()
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 4502


async def test_wrong_messages_again_and_again_are_hostile(server: Running) -> None:
    async with citizen(server) as voter:
        with pytest.raises(ConnectionClosed):
            for _ in range(40):
                await voter.socket.send("hello")
                await voter.hear()


def good(topic: int, sign: int = -1) -> dict[str, Any]:
    """A vote that would count."""
    return {"t": "vote", "topic": topic, "sign": sign, "op": secrets.token_urlsafe(16)}


def aimed(topic: int) -> list[tuple[bool, bytes | str]]:
    """Everything that is wrong or hostile, as what would be a vote on this topic: whether packed, and the frame."""
    frames: list[tuple[bool, bytes | str]] = []
    for message, _ in WRONG.values():
        if isinstance(message, dict) and message.get("t") == "vote" and message.get("topic") is VOTE["topic"]:
            wrong = message | {"topic": topic}
            frames += [(False, json.dumps(wrong)), (True, msgpack.packb(wrong))]
    frames += [(False, raw.replace('"topic":1', f'"topic":{topic}')) for raw, _ in RAW_WRONG.values()]
    text, packed = json.dumps(good(topic)), msgpack.packb(good(topic))
    deep: list[Any] = []
    for _ in range(60):
        deep = [deep]
    frames += [
        (False, f'{text[:-1]}, "more": {"[" * 1900}{"]" * 1900}}}'),
        (True, msgpack.packb(good(topic) | {"more": deep})),
        (False, f'{text[:-1]}, "more": "{"x" * 5000}"}}'),
        (True, msgpack.packb(good(topic) | {"more": "x" * 5000})),
        (False, text.encode()),
        (True, packed.decode("latin-1")),
        (False, f"{text}{json.dumps(good(topic))}"),
        (True, packed + msgpack.packb(good(topic))),
        (False, f"[{text}]"),
        (False, text[:-1]),
        (True, packed[:-1]),
        (False, f'{text[:-1]}, "sign": 1}}'),
    ]
    return frames


async def test_between_good_votes_nothing_wrong_leaves_a_trace(server: Running) -> None:
    """Tally, version and recount are those of the good votes, whatever was aimed at the topic between them."""
    topic = server.topic(OPEN)
    async with citizen(server, stranger(server)) as good_voter:
        before = await good_voter.follow(topic)
    counted = {1: 0, -1: 0}
    for number, (packs, frame) in enumerate(aimed(topic)):
        async with citizen(server, stranger(server), packs=packs) as hostile:
            await hostile.socket.send(frame)
            assert (await hostile.hear_a("no"))["t"] == "no"
        async with citizen(server, stranger(server), packs=packs) as honest:
            sign = 1 if number % 3 else -1
            assert (await honest.vote(topic, sign))["t"] == "ack"
            counted[sign] += 1
    await broken_off(server, topic)
    async with citizen(server) as watcher:
        after = await watcher.follow(topic)
    assert after["tally"] == before["tally"] | {
        "plus": counted[1],
        "minus": counted[-1],
        "voters": counted[1] + counted[-1],
    }
    assert after["version"] == [before["version"][0], before["version"][1] + counted[1] + counted[-1]]
    assert await recounted(server) == []


async def test_a_refused_vote_takes_neither_its_op_nor_its_voters_turn(server: Running) -> None:
    topic, op = server.topic(OPEN), "op-that-was-refused"
    async with citizen(server, stranger(server)) as voter:
        for wrong in ({"sign": 2}, {"sign": True}, {"sign": "1"}, {"extra": 1}, {"topic": 999_999}):
            await voter.say({"t": "vote", "topic": topic, "sign": 1, "op": op} | wrong)
            assert (await voter.hear_a("no"))["t"] == "no"
        assert (await voter.vote(topic, 1, op))["t"] == "ack"
        assert (await voter.vote(topic, -1, op))["code"] == "op-reused"
        for sign in (-1, 1, -1):
            assert (await voter.vote(topic, sign))["t"] == "ack"
        assert (await voter.vote(topic, 1))["code"] == "too-many-changes"
    async with citizen(server) as watcher:
        snap = await watcher.follow(topic)
    assert snap["tally"] == {"plus": 0, "minus": 1, "voters": 1, "series": {}}
    assert snap["version"][1] == 4
    assert await recounted(server) == []


async def broken_off(server: Running, topic: int) -> None:
    """Send every beginning of a vote's frame, and be gone."""
    payload = json.dumps(good(topic)).encode()
    frame = bytes([0x81, 0x80 | len(payload)]) + bytes(4) + payload
    for length in range(1, len(frame), 9):
        async with citizen(server, stranger(server)) as voter:
            voter.socket.transport.write(frame[:length])
            voter.socket.transport.abort()


def stranger(server: Running) -> str:
    """The cookie of a new voter."""
    return "imaginest=" + cookie_of(secrets.token_bytes(16), server.keys)


async def recounted(server: Running) -> list[Any]:
    """What a recount of all ballots finds to differ."""
    database = Database(f"sqlite:///{server.data / 'imaginest.db'}")
    await database.open()
    try:
        return list(await discrepancies(database))
    finally:
        await database.close()
