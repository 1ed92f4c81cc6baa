"""What staff switch on one of two real nodes holds and is told on both; who is signed out is closed on both."""

import asyncio
import re
import secrets
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from websockets.exceptions import ConnectionClosed

from realtime.disclosure import ResultPolicy
from server.identity import cookie_of
from storage.values import TopicRules
from storage.values_staff import Role
from tests.cluster import Cluster, cluster
from tests.colleagues import signed_in
from tests.other_doors import visitor
from tests.running import DEADLINE, NO_TLS, Citizen, Running, citizen
from tests.running_postgres import RunningPostgres
from web.console.local_instant import write_instant

OPEN = TopicRules(0, None, results=ResultPolicy.ALWAYS)
WHY = "Le vote est suspendu un moment."
OP = "op-of-a-form-"


class Hands:
    """An administrator at one node's console."""

    def __init__(self, node: Running, cookie: str) -> None:
        self.node = node
        self.headers = {"origin": node.url, "cookie": cookie}

    async def post(self, path: str, **form: str) -> httpx2.Response:
        async with httpx2.AsyncClient(
            base_url=self.node.url, headers=self.headers, timeout=DEADLINE, verify=NO_TLS
        ) as http:
            answer = await http.post(path, data=form)
            assert answer.status_code == 303, answer.text
            return answer

    async def on(self, kind: str, **form: str) -> None:
        more = {"kind": kind, "reason": "essai", "step": "confirm", "op": OP + secrets.token_hex(4)}
        await self.post("/console/commandes", **more, **form)

    async def get(self, path: str) -> str:
        async with httpx2.AsyncClient(base_url=self.node.url, headers=self.headers, verify=NO_TLS) as http:
            return (await http.get(path)).text

    async def off(self) -> None:
        """Whatever is on."""
        page = await self.get("/console/commandes")
        for part in page.split('href="/console/commandes/')[1:]:
            if (number := part.split("/arreter")[0]).isdigit():
                await self.post(f"/console/commandes/{number}/arreter", reason="fini")


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory, postgres: RunningPostgres) -> Any:
    folder: Path = tmp_path_factory.mktemp("switches")
    with cluster(folder, 2, postgres) as made:
        yield made


@pytest.fixture
async def hands(two: Cluster) -> AsyncIterator[Hands]:
    who = f"{secrets.token_hex(4)}@grandest.fr"
    _, cookie = await _signed_in(two, who, Role.ADMINISTRATOR)
    made = Hands(two.nodes[0], cookie)
    yield made
    await made.off()


async def _signed_in(two: Cluster, email: str, *roles: Role) -> tuple[int, str]:
    return await signed_in(str(two.settings.database), two.nodes[0].keys, email, _now(), *roles)


def _now() -> int:
    return time.time_ns() // 1_000_000


async def noticed(watcher: Citizen, wanted: dict[str, Any]) -> None:
    """Until a notice says this of everything that it names."""
    async with asyncio.timeout(DEADLINE):
        while True:
            notice = await watcher.hear_a("notice")
            if all(notice[name] == value for name, value in wanted.items()):
                return


async def test_a_banner_reaches_the_watchers_of_both_nodes_and_who_comes_later(
    two: Cluster, hands: Hands
) -> None:
    here, there = two.nodes
    async with citizen(here) as one, citizen(there, packs=True) as other:
        await hands.on("banner", text="Le direct reprend à 20 h.", severity="warning")
        banner = {"text": "Le direct reprend à 20 h.", "severity": "warning", "until": None}
        await asyncio.gather(*(noticed(each, {"banner": banner}) for each in (one, other)))
        async with citizen(there) as late:
            await noticed(late, {"banner": banner})
        async with httpx2.AsyncClient(
            base_url=there.url, headers={"origin": there.url}, timeout=DEADLINE, verify=NO_TLS
        ) as http:
            lines = (await http.get("/live/poll")).text.splitlines()
            assert '"banner":{"text":"Le direct' in lines[1]
            number = lines[1].split('"number":')[1].split(",")[0]
            waiting = asyncio.create_task(http.get(f"/live/poll?wait=25&notice={number}"))
            await hands.off()
            assert '"banner":null' in (await waiting).text
        await asyncio.gather(*(noticed(each, {"banner": None}) for each in (one, other)))


async def test_a_paused_topic_takes_no_vote_through_any_door_of_any_node_and_then_again(
    two: Cluster, hands: Hands
) -> None:
    here, there = two.nodes
    topic, cookie = here.topic(OPEN), there.cookie()
    form = {"sign": "1", "op": "op-by-a-form", "next": "/"}
    headers = {"origin": there.url, "cookie": cookie}
    async with (
        citizen(here, here.cookie()) as one,
        citizen(there, cookie) as other,
        httpx2.AsyncClient(base_url=there.url, headers=headers, timeout=DEADLINE, verify=NO_TLS) as http,
    ):
        await http.post("/profil", data={"skip": "1", "next": "/"})
        assert (await other.vote(topic, -1))["t"] == "ack"
        await hands.on("voting", topic=str(topic), text=WHY)
        for voter in (one, other):  # the commit holds, whether or not the node has heard of it
            answer = await voter.vote(topic, 1, "op-by-a-socket")
            assert (answer["code"], answer["retry"]) == ("paused", True)
        refused = await http.post(f"/sujets/{topic}/vote", data=form)
        assert refused.status_code == 503 and "suspendu" in refused.text and "op-by-a-form" in refused.text
        async with citizen(there) as late:
            await noticed(late, {"paused": {str(topic): WHY}})
        page = (await http.get(f"/sujets/{topic}")).text
        assert WHY in page and page.count(" disabled>") >= 2 and 'data-own="-1"' in page
        await hands.off()
        assert (await http.post(f"/sujets/{topic}/vote", data=form)).status_code == 303
        assert (await one.vote(topic, 1, "op-by-a-socket"))["t"] == "ack"


async def test_votes_set_aside_on_one_node_leave_the_numbers_of_the_other_and_come_back(
    two: Cluster, hands: Hands
) -> None:
    here, there = two.nodes
    topic = here.topic(OPEN)
    async with citizen(there) as watcher:
        await watcher.follow(topic)
        for number in range(40):
            cookie = f"imaginest={cookie_of(secrets.token_bytes(16), here.keys)}"
            async with visitor(here, cookie) as voter:
                assert (await voter.votes(topic, 1 if number < 10 else -1))["t"] == "ack"
            if number == 9:
                past(two, topic, 9)
        past(two, topic, 3)
        ago = _now() // 60_000 - 5
        form = {"since": write_instant(ago * 60_000), "until": write_instant((ago + 5) * 60_000)}
        form |= {"reason": "Votes automatiques", "op": OP + secrets.token_hex(4), "step": "confirm"}
        before = await standing(watcher, 40)
        await hands.post(f"/console/mises-de-cote/sujets/{topic}", **form)
        after = await standing(watcher, 10)
        assert after[0] == before[0] and after[1] > before[1], "it goes on in the same epoch"
        page = await hands.get(f"/console/mises-de-cote/sujets/{topic}")
        (again,) = re.findall(r'href="(/console/mises-de-cote/[0-9]+/remettre)"', page)
        await hands.post(again, reason="Une classe votait.")
        await standing(watcher, 40)


def past(two: Cluster, topic: int, minutes: int) -> None:
    """Have the votes of this minute be of an earlier one: a rule takes what is over."""
    statement = "UPDATE ballot_minute SET minute = minute - %s WHERE topic_id = %s AND minute > %s"
    with two.postgres.connect(two.database) as connection:
        connection.execute(statement, [minutes, topic, _now() // 60_000 - 3])


async def standing(watcher: Citizen, voters: int) -> list[int]:
    """The version at which so many voters are told."""
    async with asyncio.timeout(DEADLINE):
        while True:
            delta = await watcher.hear_a("delta")
            if delta["changed"].get("voters") == voters:
                version: list[int] = delta["version"]
                return version


async def test_while_posting_is_paused_a_text_is_kept_in_its_form(two: Cluster, hands: Hands) -> None:
    there = two.nodes[1]
    await hands.on("posting", text="Revenez demain.")
    headers = {"origin": there.url, "cookie": there.cookie()}
    form = {"kind": "idea", "text": "Plus de pistes", "theme": "sport", "op": "op-of-an-idea"}
    async with httpx2.AsyncClient(
        base_url=there.url, headers=headers, timeout=DEADLINE, verify=NO_TLS
    ) as http:
        answer = await http.post("/proposer", data=form | {"step": "publish"})
        assert answer.status_code == 503
        assert "Plus de pistes" in answer.text and "op-of-an-idea" in answer.text
        await hands.off()
        assert (await http.post("/proposer", data=form | {"step": "publish"})).status_code == 303


async def test_staff_are_told_what_waits_and_closed_when_their_role_is_taken_on_the_other_node(
    two: Cluster, hands: Hands
) -> None:
    there = two.nodes[1]
    staff_id, cookie = await _signed_in(two, f"{secrets.token_hex(4)}@grandest.fr", Role.MODERATOR)
    async with citizen(there, f"{there.cookie()}; {cookie}") as console:
        await console.say({"t": "sub", "subs": [{"channel": "console"}]})
        before = await console.hear_a("desk")
        headers = {"origin": there.url, "cookie": there.cookie()}
        form = {
            "kind": "idea",
            "text": "Une idée",
            "theme": "culture",
            "op": "op-of-a-post",
            "step": "publish",
        }
        async with httpx2.AsyncClient(
            base_url=two.nodes[0].url, headers=headers, timeout=DEADLINE, verify=NO_TLS
        ) as http:
            answer = await http.post("/proposer", data=form, headers={"origin": two.nodes[0].url})
            assert answer.status_code == 303
        after = await console.hear_a("desk")
        while "culture" not in after["themes"]:  # what was posted before may be told first
            after = await console.hear_a("desk")
        assert after["waiting"] > before["waiting"] and after["mark"] > before["mark"]
        _, editors = await _signed_in(two, f"{secrets.token_hex(4)}@grandest.fr", Role.EDITOR)
        async with citizen(there, f"{there.cookie()}; {editors}") as editor:
            await editor.say({"t": "sub", "subs": [{"channel": "console"}]})
            seen = await editor.hear_a("desk")
            assert (seen["waiting"], seen["oldest"], seen["themes"]) == (0, None, {})
        await hands.post(f"/console/comptes/{staff_id}", role="editor")
        with pytest.raises(ConnectionClosed) as closed:
            await console.hear_a("bye")
        assert closed.value.rcvd is not None and closed.value.rcvd.code == 4401


@pytest.mark.parametrize("cookie", ["", "imaginest-console=made-up", "imaginest-console="])
async def test_without_a_session_the_console_is_closed_to_everybody(two: Cluster, cookie: str) -> None:
    async with citizen(two.nodes[0], cookie or None) as stranger:
        await stranger.say({"t": "sub", "subs": [{"channel": "console"}]})
        assert (await stranger.hear_a("no"))["code"] == "staff-only"
