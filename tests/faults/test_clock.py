"""The machine's clock jumps: order is by version, timers are monotonic, nobody is disconnected."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from realtime.disclosure import ResultPolicy
from storage.values import TopicRules
from tests.reliability import Tell
from tests.running import Running, citizen

OPEN = TopicRules(0, None, results=ResultPolicy.ALWAYS)
HOUR_MS = 3_600_000


class WrongClock(Running):
    """A server whose clock can be set wrong."""

    def start(self, *arguments: str, **environment: str) -> None:
        self.set(0)
        self.launch(
            ["-m", "tests.faults.wrong_clock", str(self.data), str(self._file), *arguments], environment
        )

    def set(self, off: int) -> None:
        """Be wrong by ``off`` ms."""
        self._file.write_text(str(off))

    @property
    def _file(self) -> Path:
        return self.data / "clock"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[WrongClock]:
    server = WrongClock(tmp_path)
    server.start()
    yield server
    server.end()


@pytest.mark.parametrize(
    ("jump", "said"), [(-HOUR_MS, "an hour back"), (24 * HOUR_MS, "a day forward")], ids=["back", "forward"]
)
async def test_votes_and_watchers_go_on_when_the_clock_jumps(
    server: WrongClock, jump: int, said: str, tell: Tell
) -> None:
    topic = server.topic(OPEN)
    first, second = server.cookie(), server.cookie()
    async with (
        citizen(server) as watcher,
        citizen(server, first) as early,
        citizen(server, second) as late,
    ):
        version = (await watcher.follow(topic))["version"]
        assert (await early.vote(topic, 1))["t"] == "ack"
        before = await watcher.hear_a("delta")
        assert before["base"] == version
        server.set(jump)
        assert (await late.vote(topic, -1))["t"] == "ack"
        after = await watcher.hear_a("delta")
        assert after["base"] == before["version"] < after["version"]
        assert after["changed"] == {"minus": 1, "voters": 2}
        assert (await early.vote(topic, -1))["t"] == "ack"
        assert (await watcher.hear_a("delta"))["changed"] == {"plus": 0, "minus": 2}
    tell(f"the clock jumps {said}", "nothing: order is by version", "not at all")
