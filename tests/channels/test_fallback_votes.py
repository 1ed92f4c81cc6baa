"""Votes and questions that come without a websocket: counted once, and refused with the same codes."""

import asyncio
import json
from typing import Any

import pytest

from channels.session import VOTES_AT_ONCE, Buckets
from realtime.disclosure import ResultPolicy
from storage.values import TopicRules
from tests.other_doors import address, channel, visitor
from tests.running import DEADLINE, Running, citizen

OPEN = TopicRules(0, None, results=ResultPolicy.ALWAYS)


async def test_the_same_op_counts_once_whichever_door_it_came_through(server: Running) -> None:
    topic, cookie = server.topic(OPEN), server.cookie()
    async with visitor(server, cookie) as poster, citizen(server, cookie) as voter:
        ack = await voter.vote(topic, 1, "op-number-1")
        assert await poster.votes(topic, 1, "op-number-1") == ack
        assert await poster.votes(topic, -1, "op-number-1") == {
            "t": "no",
            "code": "op-reused",
            "retry": False,
            "op": "op-number-1",
        }
        assert (await voter.follow(topic))["tally"]["voters"] == 1


async def test_votes_of_a_device_come_no_faster_than_on_a_websocket(server: Running) -> None:
    topic = server.topic()
    async with visitor(server, server.cookie()) as poster, visitor(server, server.cookie()) as other:
        codes: set[str | None] = set()
        async with asyncio.timeout(DEADLINE):  # a slow machine regains votes meanwhile
            while "too-fast" not in codes:
                answers = await asyncio.gather(*(poster.votes(topic, 1) for _ in range(int(VOTES_AT_ONCE))))
                codes |= {answer.get("code") for answer in answers}
        assert codes == {None, "too-fast"}
        assert (await other.votes(topic, 1))["t"] == "ack"


def test_of_too_many_devices_the_one_that_was_away_longest_is_forgotten() -> None:
    buckets = Buckets(1.0, 1.0, most=2)
    assert [buckets.take(device, 0.0) for device in (b"a", b"b", b"a", b"c")] == [True, True, False, True]
    assert len(buckets) == 2
    assert not buckets.take(b"a", 0.0)
    assert buckets.take(b"b", 0.0)


async def test_without_a_genuine_cookie_one_may_watch_but_not_vote(server: Running) -> None:
    topic = server.topic(OPEN)
    forged = ("imaginest=1.AAAA", server.cookie()[:-3])
    for cookie, code in ((None, "unknown-voter"), *((one, "forged-cookie") for one in forged)):
        async with visitor(server, cookie) as stranger:
            assert len(await stranger.polls(channel(topic))) == 2
            assert (await stranger.votes(topic, 1))["code"] == code


VOTE: dict[str, Any] = {"t": "vote", "topic": 1, "sign": 1, "op": "op-number-1"}


WRONG: dict[str, tuple[str, int, str]] = {
    "not JSON": ("hello", 400, "bad-encoding"),
    "nothing": ("", 400, "bad-encoding"),
    "sign 2": (json.dumps(VOTE | {"sign": 2}), 400, "bad-sign"),
    "no vote": ('{"t":"pong"}', 400, "unknown-type"),
    "an extra key": (json.dumps(VOTE | {"extra": 1}), 400, "bad-message"),
    "over 4 KiB": (json.dumps({"t": "x" * 5000}), 413, "too-large"),
    "nested deep": ("[" * 4000, 400, "too-deep"),
    "an unknown topic": (json.dumps(VOTE | {"topic": 999_999}), 404, "unknown-topic"),
}


@pytest.mark.parametrize(("body", "status", "code"), WRONG.values(), ids=WRONG.keys())
async def test_a_wrong_vote_gets_its_code(server: Running, body: str, status: int, code: str) -> None:
    async with visitor(server, server.cookie()) as poster:
        answer = await poster.http.post("/live/vote", content=body)
        assert (answer.status_code, answer.json()["code"]) == (status, code)


async def test_a_wrong_vote_that_names_its_op_is_answered_with_it(server: Running) -> None:
    async with visitor(server, server.cookie()) as poster:
        answer = await poster.http.post("/live/vote", json=VOTE | {"sign": 2})
        assert answer.json() == {"t": "no", "code": "bad-sign", "retry": False, "op": "op-number-1"}


QUERIES = {
    "notice=x": (400, "bad-message"),
    "wait=5s": (400, "bad-message"),
    "sub=Nowhere!": (400, "bad-channel"),
    "sub=topic:1@1": (400, "bad-version"),
    "sub=topic:1@1.9999999999999999": (400, "bad-version"),
    "sub=topic:1~": (400, "bad-message"),
    "sub=topic:1~a.b": (400, "bad-message"),
    "sub=topic:1&extra=1": (400, "bad-message"),
    "sub=topic:1&wait=-1": (400, "bad-message"),
    "sub=topic:1&wait=1&wait=2": (400, "duplicate-key"),
    "&".join(["sub=topic:1"] * 129): (400, "too-many-subscriptions"),
    "sub=" + "a" * 8000: (413, "too-large"),
}


@pytest.mark.parametrize("door", ["events", "poll"])
@pytest.mark.parametrize(("query", "refused"), QUERIES.items(), ids=range(len(QUERIES)))
async def test_a_wrong_query_gets_its_code(
    server: Running, door: str, query: str, refused: tuple[int, str]
) -> None:
    async with visitor(server) as reader:
        answer = await reader.http.get(f"/live/{door}?{query}")
        assert (answer.status_code, answer.json()["code"]) == refused


ORIGINS: list[tuple[dict[str, str], str]] = [
    ({"Origin": "https://example.org"}, "foreign-origin"),
    ({"Origin": "null"}, "missing-origin"),
    ({"Origin": "", "Sec-Fetch-Site": "cross-site"}, "foreign-origin"),
    ({"Origin": "", "Referer": "https://example.org/page"}, "foreign-origin"),
    ({"Origin": ""}, "missing-origin"),
]


@pytest.mark.parametrize(("headers", "code"), ORIGINS)
async def test_another_site_neither_watches_nor_votes(
    server: Running, headers: dict[str, str], code: str
) -> None:
    topic = server.topic(OPEN)
    async with visitor(server, server.cookie(), **headers) as stranger:
        for door in ("events", "poll"):
            answer = await stranger.http.get(address(door, [channel(topic)]))
            assert (answer.status_code, answer.json()["code"]) == (403, code)
        voted = await stranger.http.post("/live/vote", json=VOTE | {"topic": topic})
        assert voted.status_code == 403
        assert voted.json()["op"] == VOTE["op"]
    async with citizen(server) as watcher:
        assert (await watcher.follow(topic))["tally"]["voters"] == 0


async def test_a_page_of_ours_may_read_without_an_origin_as_browsers_do_but_not_vote(server: Running) -> None:
    topic = server.topic(OPEN)
    for headers in ({"Sec-Fetch-Site": "same-origin"}, {"Referer": server.url + "/"}):
        async with visitor(server, server.cookie(), Origin="", **headers) as reader:
            assert len(await reader.polls(channel(topic))) == 2
            assert (await reader.votes(topic, 1))["code"] == "missing-origin"


@pytest.mark.parametrize(("method", "door"), [("POST", "events"), ("POST", "poll"), ("GET", "vote")])
async def test_each_door_knows_one_method(server: Running, method: str, door: str) -> None:
    async with visitor(server) as stranger:
        answer = await stranger.http.request(method, f"/live/{door}")
        assert answer.status_code == 405
        assert answer.headers["allow"] != method
