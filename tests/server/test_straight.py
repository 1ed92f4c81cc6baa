import asyncio
import socket
from collections.abc import Callable
from typing import Any

import pytest
import uvloop

from server.straight import StraightTransport
from tests.running import until

FRAMES = [b"%07d." % number for number in range(200_000)]


class Speaker(asyncio.Protocol):
    """Writes as the websocket class does; ``pauses`` counts how often the kernel was full."""

    def __init__(self) -> None:
        self.pauses = 0
        self.is_lost = False

    def connection_made(self, transport: Any) -> None:
        self.straight = StraightTransport(transport)

    def pause_writing(self) -> None:
        self.pauses += 1
        self.straight.is_full = True

    def resume_writing(self) -> None:
        self.straight.is_full = self.straight.is_closing()

    def connection_lost(self, exc: Exception | None) -> None:
        self.straight.let_go()
        self.is_lost = True


@pytest.fixture(params=[uvloop.new_event_loop, asyncio.new_event_loop])
def runner(request: pytest.FixtureRequest) -> Any:
    with asyncio.Runner(loop_factory=request.param) as runner:
        yield runner


async def speaking() -> tuple[Speaker, socket.socket]:
    ours, theirs = socket.socketpair()
    theirs.setblocking(False)
    _, speaker = await asyncio.get_running_loop().create_connection(Speaker, sock=ours)
    return speaker, theirs


async def read(theirs: socket.socket, enough: Callable[[bytes], bool]) -> bytes:
    heard = b""
    while not enough(heard):
        more = await asyncio.get_running_loop().sock_recv(theirs, 65536)
        if not more:
            break
        heard += more
    return heard


def test_what_is_written_leaves_at_once(runner: asyncio.Runner) -> None:
    async def story() -> None:
        speaker, theirs = await speaking()
        speaker.straight.write(b"now")
        assert theirs.recv(10) == b"now"
        theirs.close()
        await until(lambda: speaker.is_lost)

    runner.run(story())


def test_everything_arrives_in_order_through_a_kernel_that_is_full_again_and_again(
    runner: asyncio.Runner,
) -> None:
    async def story() -> None:
        speaker, theirs = await speaking()
        whole = sum(map(len, FRAMES))
        reading = asyncio.create_task(read(theirs, lambda heard: len(heard) == whole))
        for number, frame in enumerate(FRAMES):
            speaker.straight.write(frame)
            if number % 20_000 == 0:
                await asyncio.sleep(0)
        assert await asyncio.wait_for(reading, 30) == b"".join(FRAMES)
        assert speaker.pauses
        theirs.close()
        await until(lambda: speaker.is_lost)

    runner.run(story())


def test_what_is_left_is_sent_before_it_closes_and_nothing_after(runner: asyncio.Runner) -> None:
    async def story() -> None:
        speaker, theirs = await speaking()
        speaker.straight.write(b"x" * 5_000_000)
        speaker.straight.close()
        speaker.straight.write(b"y")
        assert await read(theirs, lambda _: False) == b"x" * 5_000_000
        await until(lambda: speaker.is_lost)
        theirs.close()

    runner.run(story())


def test_a_descriptor_that_is_another_connection_s_by_now_is_left_alone(runner: asyncio.Runner) -> None:
    async def story() -> None:
        speaker, theirs = await speaking()
        descriptor = speaker.straight.get_extra_info("socket").fileno()
        theirs.close()
        await until(lambda: speaker.is_lost)
        pairs = [socket.socketpair() for _ in range(3)]
        assert descriptor in {end.fileno() for pair in pairs for end in pair}
        speaker.straight.write(b"for somebody who has gone")
        ends = [end for pair in pairs for end in pair]
        for end in ends:
            end.setblocking(False)
            with pytest.raises(BlockingIOError):
                end.recv(100)
        for end in ends:
            end.close()

    runner.run(story())
