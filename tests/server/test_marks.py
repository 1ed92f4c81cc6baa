"""What staff switch and whom they sign out takes effect with a node's next look, half a second after the last."""

import secrets
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from channels import wire
from channels.console import Console
from channels.topics import encode_for_watchers
from realtime.bus_memory import MemoryBus
from realtime.fanout import Fanout
from realtime.notice import Severity
from realtime.refusals import Refusal
from server.marks import LOOK_SECONDS, Marks
from storage import staff
from storage.marks import Mark
from storage.switches import current_notice, turn_on
from storage.values_staff import Role
from storage.values_switches import NewSwitch, SwitchKind
from tests.colleagues import signed_in
from tests.realtime.test_telling import join, load
from tests.storage.house import House, open_house


class Node:
    """A node's marks, its watchers and the console's sockets, over a real database."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.fanout = Fanout(
            MemoryBus(), load, encode_for_watchers, wall=lambda: house.clock[0], monotonic=lambda: 0.0
        )
        self.console = Console(house.database, house.keys, lambda: house.clock[0])
        self.marks = Marks(house.database)
        self.marks.on(Mark.SESSIONS, self.console.recheck)
        self.marks.on(Mark.SWITCHES, self._notify)

    async def _notify(self) -> None:
        await self.fanout.notify(await current_notice(self.house.database, self.house.clock[0]))


@pytest.fixture
async def node(tmp_path: Path) -> AsyncIterator[Node]:
    house = await open_house(tmp_path)
    yield Node(house)
    await house.close()


async def member(house: House, *roles: Role) -> tuple[int, str]:
    """Their number, and the token of their session."""
    email = f"{secrets.token_hex(4)}@grandest.fr"
    staff_id, cookie = await signed_in(house.url, house.keys, email, house.clock[0], *roles)
    return staff_id, cookie.partition("=")[2]


def test_a_look_that_begins_after_a_commit_ends_within_a_second_of_it() -> None:
    assert 2 * LOOK_SECONDS <= 1.0


async def test_the_next_look_tells_every_watcher_what_was_switched(node: Node) -> None:
    house = node.house
    staff_id, _ = await member(house, Role.MODERATOR)
    await node.marks.look()
    viewers = [join(node.fanout)[0] for _ in range(3)]
    before = [len(viewer.heard) for viewer in viewers]
    banner = NewSwitch(SwitchKind.BANNER, "Bonsoir", "essai", "op-of-a-banner", severity=Severity.INFO)
    assert isinstance(await turn_on(house.database, banner, staff_id, house.clock[0]), int)
    await node.marks.look()
    for viewer, number in zip(viewers, before, strict=True):
        [told] = viewer.heard[number:]
        assert (told["t"], told["banner"]["text"]) == ("notice", "Bonsoir")
    await node.marks.look()
    assert [len(viewer.heard) for viewer in viewers] == [number + 1 for number in before], "once"


async def test_the_next_look_closes_the_sockets_of_whose_role_is_taken_and_no_others(node: Node) -> None:
    house, closed = node.house, list[tuple[str, int, Refusal]]()
    chief, _ = await member(house, Role.ADMINISTRATOR)
    gone, token = await member(house, Role.MODERATOR)
    _, other_token = await member(house, Role.MODERATOR)
    await node.marks.look()

    async def follow(whose: str) -> None:
        async def close(code: int, why: Refusal) -> None:
            closed.append((whose, code, why))

        assert await node.console.follow(join(node.fanout)[1], whose, close) is None

    for whose in (token, other_token):
        await follow(whose)
    assert (
        await staff.change(
            house.database, gone, frozenset({Role.EDITOR}), frozenset(), by=chief, now=house.clock[0]
        )
        is None
    )
    await node.marks.look()
    assert closed == [(token, wire.CLOSE_SIGNED_OUT, Refusal.STAFF_ONLY)]
    assert len(node.console) == 1
