"""The live endpoint of a real server, through real sockets."""

import asyncio
import json
import time
from typing import Any

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.typing import Subprotocol

from channels.session import MOST_SUBSCRIPTIONS
from realtime.disclosure import ResultPolicy
from storage.values import TopicRules
from tests.running import DEADLINE, Running, citizen

OPEN = TopicRules(0, None, results=ResultPolicy.ALWAYS)


@pytest.mark.parametrize("packs", [False, True])
async def test_a_vote_is_acknowledged_and_everybody_who_watches_sees_it(server: Running, packs: bool) -> None:
    topic = server.topic(OPEN)
    async with citizen(server, server.cookie(), packs=packs) as voter, citizen(server) as watcher:
        await watcher.follow(topic)
        ack = await voter.vote(topic, 1, "op-number-1")
        assert (ack["t"], ack["op"], ack["topic"], ack["sign"]) == ("ack", "op-number-1", topic, 1)
        delta = await watcher.hear_a("delta")
        assert delta["changed"] == {"plus": 1, "voters": 1}
        assert delta["version"][1] == delta["base"][1] + 1


async def test_results_are_hidden_until_the_vote_and_shown_after_it(server: Running) -> None:
    topic = server.topic()
    async with citizen(server, server.cookie()) as voter, citizen(server) as watcher:
        assert (await watcher.follow(topic))["tally"] == {"voters": 0}
        assert (await voter.follow(topic))["tally"] == {"voters": 0}
        await voter.vote(topic, -1)
        assert (await voter.hear_a("snap"))["tally"] == {"plus": 0, "minus": 1, "voters": 1, "series": {}}
        assert (await watcher.hear_a("delta"))["changed"] == {"voters": 1}


async def test_a_seen_token_shows_results_to_its_voter_only(server: Running) -> None:
    topic, cookie = server.topic(), server.cookie()
    async with citizen(server, cookie) as voter:
        seen = (await voter.vote(topic, 1))["seen"]
    async with citizen(server, cookie) as again, citizen(server, server.cookie()) as other:
        assert "plus" in (await again.follow(topic, seen=seen))["tally"]
        assert "plus" not in (await other.follow(topic, seen=seen))["tally"]


async def test_who_was_hidden_sees_the_results_when_the_topic_closes(server: Running) -> None:
    async with citizen(server, server.cookie()) as voter:
        closes_at = time.time_ns() // 1_000_000 + 2000
        topic = server.topic(TopicRules(0, closes_at, results=ResultPolicy.AT_CLOSE))
        await voter.follow(topic)
        assert (await voter.vote(topic, 1))["t"] == "ack"
        assert "plus" in (await voter.hear_a("snap"))["tally"]
        assert time.time_ns() // 1_000_000 >= closes_at
        assert (await voter.vote(topic, -1))["code"] == "closed"


async def test_subscribing_with_the_same_version_needs_no_answer_and_an_older_one_gets_the_delta(
    server: Running,
) -> None:
    topic = server.topic(OPEN)
    async with citizen(server, server.cookie()) as voter, citizen(server) as watcher:
        before = (await watcher.follow(topic))["version"]
        await voter.vote(topic, 1)
        after = (await watcher.hear_a("delta"))["version"]
        await watcher.say({"t": "sub", "subs": [{"channel": f"topic:{topic}", "at": after}]})
        await watcher.say({"t": "sub", "subs": [{"channel": f"topic:{topic}", "at": before}]})
        assert (await watcher.hear())["t"] == "delta"
        await watcher.say({"t": "sub", "subs": [{"channel": f"topic:{topic}", "at": [1, 1]}]})
        assert (await watcher.hear())["t"] == "snap"


async def test_a_client_ahead_of_the_node_is_never_sent_older_state(server: Running) -> None:
    topic = server.topic(OPEN)
    async with citizen(server, server.cookie()) as voter, citizen(server) as watcher:
        epoch, number = (await voter.follow(topic))["version"]
        ahead = {"channel": f"topic:{topic}", "at": [epoch, number + 2]}
        await watcher.say({"t": "sub", "subs": [ahead]})
        for other in range(3):
            async with citizen(server, server.cookie()) as one:
                await one.vote(topic, 1 if other % 2 else -1)
        assert (await watcher.hear())["version"][1] >= number + 2


async def test_a_resync_sends_the_state_at_most_once_a_second(server: Running) -> None:
    topic = server.topic(OPEN)
    async with citizen(server) as watcher:
        await watcher.follow(topic)
        for _ in range(2):  # at once: how long an answer takes must not matter
            await watcher.say({"t": "resync", "channel": f"topic:{topic}"})
        assert (await watcher.hear())["t"] == "snap"
        assert await watcher.hear() == {"t": "no", "code": "resync-too-soon", "retry": True}


async def test_the_same_op_with_another_sign_is_refused(server: Running) -> None:
    topic = server.topic()
    async with citizen(server, server.cookie()) as voter:
        first = await voter.vote(topic, 1, "op-number-1")
        assert await voter.vote(topic, 1, "op-number-1") == first
        no = await voter.vote(topic, -1, "op-number-1")
        assert no == {"t": "no", "code": "op-reused", "retry": False, "op": "op-number-1"}


async def test_a_vote_before_the_profile_where_one_is_required_is_refused(server: Running) -> None:
    topic = server.topic(TopicRules(0, None, profile_required=True))
    async with citizen(server, server.cookie()) as voter:
        assert (await voter.vote(topic, 1))["code"] == "profile-needed"


FORGED = ["imaginest=1.AAAA", "imaginest=1." + "A" * 43, "imaginest=x", "imaginest="]


@pytest.mark.parametrize(
    ("cookie", "code"), [(None, "unknown-voter"), *((each, "forged-cookie") for each in FORGED)]
)
async def test_without_a_genuine_cookie_one_may_watch_but_not_vote(
    server: Running, cookie: str | None, code: str
) -> None:
    topic = server.topic(OPEN)
    async with citizen(server, cookie) as voter:
        await voter.follow(topic)
        no = await voter.vote(topic, 1, "op-number-1")
        assert no == {"t": "no", "code": code, "retry": False, "op": "op-number-1"}


async def test_a_truncated_cookie_is_told_from_none(server: Running) -> None:
    async with citizen(server, server.cookie()[:-3], packs=True) as voter:
        assert (await voter.vote(server.topic(), 1))["code"] == "forged-cookie"


async def test_of_five_hundred_subscriptions_those_beyond_the_limit_are_refused(server: Running) -> None:
    topics = server.topics([OPEN] * 500)
    async with citizen(server, server.cookie()) as voter:
        answers: list[dict[str, Any]] = []
        for start in range(0, 500, 50):
            channels = [{"channel": f"topic:{topic}"} for topic in topics[start : start + 50]]
            await voter.say({"t": "sub", "subs": channels})
            whole = start + 50 <= MOST_SUBSCRIPTIONS
            answers += [await voter.hear() for _ in range(50 if whole else 1)]
        assert [answer["channel"] for answer in answers if answer["t"] == "snap"] == [
            f"topic:{topic}" for topic in topics[:100]
        ]
        assert {answer["code"] for answer in answers[100:]} == {"too-many-subscriptions"}
        await voter.vote(topics[100], 1)
        await voter.vote(topics[0], 1)
        assert (await voter.hear_a("delta"))["channel"] == f"topic:{topics[0]}"


async def test_what_one_follows_already_is_no_further_subscription(server: Running) -> None:
    topics = server.topics([OPEN] * MOST_SUBSCRIPTIONS)
    async with citizen(server, server.cookie(), packs=True) as voter:
        for start in (0, MOST_SUBSCRIPTIONS // 2, 0):
            asked = topics[start : start + MOST_SUBSCRIPTIONS // 2]
            await voter.say({"t": "sub", "subs": [{"channel": f"topic:{topic}"} for topic in asked]})
            answers = [await voter.hear() for _ in asked]
            assert {answer["t"] for answer in answers} == {"snap"}


async def test_votes_come_at_most_ten_a_second_after_sixty(server: Running) -> None:
    topic = server.topic()
    async with citizen(server, server.cookie()) as voter:
        for number in range(90):  # all at once: how long the answers take must not matter
            await voter.say({"t": "vote", "topic": topic, "sign": 1, "op": f"op-number-{number}"})
        answers = [await voter.hear() for _ in range(90)]
        refused = [answer["code"] for answer in answers if answer["t"] == "no"]
        assert 60 <= len(answers) - len(refused) < 90
        assert set(refused) == {"too-fast"}


@pytest.mark.parametrize(
    ("origin", "code"),
    [
        (None, "missing-origin"),
        ("https://example.org", "foreign-origin"),
        ("null", "foreign-origin"),
        ("http://[", "foreign-origin"),
    ],
)
async def test_a_foreign_or_missing_origin_is_refused_at_the_door(
    server: Running, origin: str | None, code: str
) -> None:
    with pytest.raises(InvalidStatus) as refused:
        async with citizen(server, server.cookie(), origin=origin):
            pass
    assert refused.value.response.status_code == 403
    assert json.loads(refused.value.response.body)["code"] == code


async def test_without_a_subprotocol_of_ours_the_connection_is_closed_for_good(server: Running) -> None:
    url = server.url.replace("http", "ws") + "/live"
    offered = [Subprotocol("imaginest.v9.json")]
    async with connect(url, subprotocols=offered, origin=server.url) as socket:  # type: ignore[arg-type]
        with pytest.raises(ConnectionClosed) as closed:
            await asyncio.wait_for(socket.recv(), DEADLINE)
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 4501


async def test_both_formats_carry_the_same_messages(server: Running) -> None:
    topic = server.topic(OPEN)
    async with citizen(server) as json_watcher, citizen(server, packs=True) as packing_watcher:
        assert await json_watcher.follow(topic) == await packing_watcher.follow(topic)


@pytest.mark.parametrize("packs", [False, True])
async def test_withdrawing_what_was_never_cast_shows_no_results(server: Running, packs: bool) -> None:
    topic = server.topic(TopicRules(0, None))
    async with (
        citizen(server, server.cookie(), packs=packs) as curious,
        citizen(server, server.cookie()) as other,
    ):
        assert "plus" not in (await curious.follow(topic))["tally"]
        for _ in range(2):  # the same op again is answered alike
            answer = await curious.vote(topic, 0, "nothing-to-withdraw")
            assert (answer["t"], answer["seen"]) == ("ack", "")
        assert "plus" not in (await curious.follow(topic))["tally"]
        assert (await other.vote(topic, 1))["seen"]
        assert (await curious.hear_a("delta"))["changed"] == {"voters": 1}
