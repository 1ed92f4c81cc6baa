"""The doors for where no websocket passes, of a real server: the same versions, the same rules, the same codes."""

import asyncio
import json
from pathlib import Path
from typing import Any

import httpx2
import pytest

from channels.session import VOTES_AT_ONCE, Buckets
from realtime.disclosure import ResultPolicy
from storage.values import TopicRules
from tests.faults.test_watchers import connections
from tests.other_doors import Visitor, address, known, visitor
from tests.running import DEADLINE, Running, citizen, running, until

OPEN = TopicRules(0, None, results=ResultPolicy.ALWAYS)


def channel(topic: int) -> str:
    return f"topic:{topic}"


# --- events


async def test_a_vote_at_any_door_moves_whoever_reads_events(server: Running) -> None:
    topic = server.topic(OPEN)
    async with (
        visitor(server) as reader,
        visitor(server, server.cookie()) as poster,
        citizen(server, server.cookie()) as voter,
        reader.reads(channel(topic)) as stream,
    ):
        snap = await stream.hear_a("snap")
        assert snap["tally"] == {"plus": 0, "minus": 0, "voters": 0, "series": {}}
        await voter.vote(topic, 1)
        first = await stream.hear_a("delta")
        assert (first["base"], first["changed"]) == (snap["version"], {"plus": 1, "voters": 1})
        assert (await poster.votes(topic, -1))["t"] == "ack"
        second = await stream.hear_a("delta")
        assert (second["base"], second["changed"]) == (first["version"], {"minus": 1, "voters": 2})


async def test_events_and_a_websocket_carry_the_same_messages(server: Running) -> None:
    topic = server.topic(OPEN)
    async with (
        visitor(server) as reader,
        citizen(server) as watcher,
        citizen(server, server.cookie()) as voter,
    ):
        async with reader.reads(channel(topic)) as stream:
            assert await stream.hear_a("snap") == await watcher.follow(topic)
            await voter.vote(topic, 1)
            assert await stream.hear_a("delta") == await watcher.hear_a("delta")


async def test_a_stream_goes_on_from_what_the_reader_has(server: Running) -> None:
    topic = server.topic(OPEN)
    async with visitor(server) as reader, visitor(server, server.cookie()) as voter:
        async with reader.reads(channel(topic)) as stream:
            snap = await stream.hear_a("snap")
            await voter.votes(topic, 1)
            await stream.hear_a("delta")
            now = stream.last_id
        await next_message(reader, voter, topic, now, "delta")
        async with reader.reads(known(snap)) as stream:
            assert (await stream.hear())["t"] == "snap"
        async with reader.reads(channel(topic) + "@1.1") as stream:
            assert (await stream.hear())["t"] == "snap"


async def next_message(reader: Visitor, voter: Visitor, topic: int, now: str, kind: str) -> None:
    """Nothing is sent to whoever is up to date until something changes; one behind gets the change."""
    async with reader.reads(now) as stream:
        await voter.votes(topic, -1)
        first = await stream.hear()
        assert first["t"] == kind
        async with reader.reads(now) as late:
            assert await late.hear() == first


async def test_the_last_event_id_goes_before_what_the_query_says(server: Running) -> None:
    topic = server.topic(OPEN)
    async with visitor(server) as reader, visitor(server, server.cookie()) as voter:
        async with reader.reads(channel(topic)) as stream:
            old = known(await stream.hear_a("snap"))
            for sign in (1, -1):
                await voter.votes(topic, sign)
                await stream.hear_a("delta")
            now = stream.last_id
        async with reader.reads(old, last_id=now) as stream:
            await voter.votes(topic, 1)
            assert (await stream.hear())["t"] == "delta"
        async with reader.reads(old, last_id="topic:x@junk") as stream:
            assert (await stream.hear())["t"] == "snap"


async def test_results_stay_hidden_from_whoever_reads_without_the_token(server: Running) -> None:
    topic, cookie = server.topic(), server.cookie()
    async with visitor(server, cookie) as voter, visitor(server, server.cookie()) as other:
        seen = (await voter.votes(topic, 1))["seen"]
        for reader, shown in ((voter, True), (other, False)):
            async with reader.reads(f"{channel(topic)}~{seen}") as stream:
                assert ("plus" in (await stream.hear_a("snap"))["tally"]) is shown
            (snap,) = (await reader.polls(f"{channel(topic)}~{seen}"))[1:]
            assert ("plus" in snap["tally"]) is shown


async def test_whoever_has_the_state_without_results_is_given_them_after_the_vote(server: Running) -> None:
    topic, cookie = server.topic(), server.cookie()
    async with visitor(server, cookie) as voter:
        (hidden,) = (await voter.polls(channel(topic)))[1:]
        seen = (await voter.votes(topic, 1))["seen"]
        (now,) = (await voter.polls(channel(topic)))[1:]
        assert now["tally"] == {"voters": 1}
        shown = await voter.polls(f"{known(now)}~{seen}", wait=20)
        assert [message["t"] for message in shown] == ["snap"]
        assert shown[0]["tally"]["plus"] == 1
        assert shown[0]["version"] == now["version"] > hidden["version"]


async def test_the_id_of_an_event_never_claims_results_that_were_hidden(server: Running) -> None:
    topic = server.topic()
    async with visitor(server) as reader, visitor(server, server.cookie()) as voter:
        async with reader.reads(channel(topic)) as stream:
            snap = await stream.hear_a("snap")
            assert stream.last_id == known(snap) and stream.last_id.endswith("h")
            await voter.votes(topic, 1)
            assert (await stream.hear_a("delta"))["changed"] == {"voters": 1}
            assert stream.last_id == known(snap)


async def test_a_refused_channel_is_told_and_the_others_are_followed(server: Running) -> None:
    topic = server.topic(OPEN)
    async with visitor(server) as reader, reader.reads("nowhere", "topic:999999", channel(topic)) as stream:
        codes = [(await stream.hear())["code"] for _ in range(2)]
        assert codes == ["bad-channel", "unknown-topic"]
        assert (await stream.hear())["t"] == "snap"


async def test_a_reader_who_goes_away_is_forgotten(tmp_path: Path) -> None:
    with running(tmp_path) as alone:  # nobody else's connections come and go there
        quiet = connections(alone)
        async with visitor(alone) as reader:
            async with reader.reads("topic:1"):
                assert connections(alone) > quiet
        await until(lambda: connections(alone) <= quiet)


async def test_what_a_proxy_needs_to_know_is_in_the_headers(server: Running) -> None:
    topic = server.topic(OPEN)
    async with visitor(server) as reader:
        async with reader.http.stream("GET", address("events", [channel(topic)])) as answer:
            assert answer.headers["content-type"] == "text/event-stream"
            assert answer.headers["cache-control"] == "no-store"
            assert answer.headers["x-accel-buffering"] == "no"
        polled = await reader.http.get(address("poll", [channel(topic)]))
        assert polled.headers["cache-control"] == "no-store"


# --- polls


async def test_the_first_poll_says_hello_and_what_there_is(server: Running) -> None:
    topic = server.topic(OPEN)
    async with visitor(server) as poller:
        hello, snap = await poller.polls(channel(topic))
        assert (hello["t"], hello["protocol"], snap["t"]) == ("hello", 1, "snap")
        again = await poller.polls(known(snap))
        assert [message["t"] for message in again] == ["hello"]


async def test_a_poll_waits_for_what_is_newer(server: Running) -> None:
    topic = server.topic(OPEN)
    async with visitor(server) as poller, visitor(server, server.cookie()) as voter:
        _, snap = await poller.polls(channel(topic))
        waiting = asyncio.create_task(poller.polls(known(snap), wait=20))
        await voter.votes(topic, 1)
        (delta,) = await waiting
        assert (delta["base"], delta["changed"]) == (snap["version"], {"plus": 1, "voters": 1})
        late = await poller.polls(known(snap), wait=20)
        assert late == [delta]


async def test_a_poll_of_a_hidden_topic_waits_as_well(server: Running) -> None:
    topic = server.topic()
    async with visitor(server) as poller, visitor(server, server.cookie()) as voter:
        _, snap = await poller.polls(channel(topic))
        assert known(snap).endswith("h")
        waiting = asyncio.create_task(poller.polls(known(snap), wait=20))
        await voter.votes(topic, 1)
        assert (await waiting)[-1]["version"] > snap["version"]


async def test_a_poll_without_news_is_answered_when_its_time_is_up(server: Running) -> None:
    topic = server.topic(OPEN)
    async with visitor(server) as poller:
        _, snap = await poller.polls(channel(topic))
        assert await poller.polls(known(snap), wait=1) in ([{"t": "ping"}], [])


async def test_whoever_believes_its_numbers_to_be_old_is_told_at_once_that_they_are_not(
    server: Running,
) -> None:
    topic = server.topic(OPEN)
    async with visitor(server) as poller:
        _, snap = await poller.polls(channel(topic))
        assert await poller.polls(known(snap), wait=20, stale=1) == [{"t": "fresh"}]


async def test_a_poller_who_goes_away_is_forgotten(server: Running) -> None:
    topic = server.topic(OPEN)
    quiet = connections(server)
    async with visitor(server) as poller:
        _, snap = await poller.polls(channel(topic))
        with pytest.raises(httpx2.ReadTimeout):
            await poller.http.get(address("poll", [known(snap)], wait=20), timeout=0.2)
    await until(lambda: connections(server) <= quiet)


async def test_a_hundred_pollers_of_a_topic_are_all_answered_by_one_vote(server: Running) -> None:
    topic = server.topic(OPEN)
    async with visitor(server) as poller, visitor(server, server.cookie()) as voter:
        _, snap = await poller.polls(channel(topic))
        waiting = [asyncio.create_task(poller.polls(known(snap), wait=20)) for _ in range(100)]
        await voter.votes(topic, 1)
        answers = await asyncio.gather(*waiting)
        assert all(answer == answers[0] for answer in answers)
        assert answers[0][0]["t"] == "delta"


# --- votes


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
        answers = await asyncio.gather(*(poster.votes(topic, 1) for _ in range(int(VOTES_AT_ONCE) + 30)))
        assert {answer.get("code") for answer in answers} == {None, "too-fast"}
        assert (await other.votes(topic, 1))["t"] == "ack"


def test_of_too_many_devices_the_one_that_was_away_longest_is_forgotten() -> None:
    buckets = Buckets(1.0, 1.0, most=2)
    assert [buckets.take(device, 0.0) for device in (b"a", b"b", b"a", b"c")] == [True, True, False, True]
    assert len(buckets) == 2
    assert not buckets.take(b"a", 0.0)
    assert buckets.take(b"b", 0.0)


async def test_without_a_genuine_cookie_one_may_watch_but_not_vote(server: Running) -> None:
    topic = server.topic(OPEN)
    for cookie in (None, "imaginest=1.AAAA", server.cookie()[:-3]):
        async with visitor(server, cookie) as stranger:
            assert len(await stranger.polls(channel(topic))) == 2
            assert (await stranger.votes(topic, 1))["code"] == "unknown-voter"


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


# --- what is refused at the door


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


async def test_a_node_that_leaves_says_goodbye_at_every_door(tmp_path: Path) -> None:
    with running(tmp_path) as node:
        topic = node.topic(OPEN)
        async with visitor(node) as reader, reader.reads(channel(topic)) as stream, visitor(node) as poller:
            _, snap = await poller.polls(channel(topic))
            waiting = asyncio.create_task(poller.polls(known(snap), wait=20))
            await stream.hear_a("snap")
            ended = asyncio.create_task(asyncio.to_thread(node.end))
            assert (await stream.hear_a("bye"))["within"] > 0
            assert [message["t"] for message in await waiting] == ["bye"]
            refused = await poller.http.get(address("poll", [known(snap)]))
            assert (refused.status_code, refused.json()["code"]) == (503, "try-again")
            with pytest.raises(StopAsyncIteration):  # whoever stays sees the answer end, whole
                await stream.hear_a("nothing more")
        await asyncio.wait_for(ended, DEADLINE)
