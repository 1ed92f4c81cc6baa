"""The row of an evening in several halls, in real browser windows: whether they act in the same moment."""

import itertools
import statistics
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass

from playwright.sync_api import Page

from storage.values_events import StepContent, StepKind
from storage.values_show import Gesture
from tests.bench.clusters import nodes
from tests.bench.figures import Row
from tests.bench.windows import NOTES_TURNS, browser, open_screen, open_window
from tests.journeys.booth import Booth, now
from tests.journeys.waiting import until
from tests.shows import METZ, QUESTION, REIMS, STRASBOURG, WAITING, Launch
from tests.tcp_proxy import TcpProxy, tcp_proxy

PAIRS = 5
"""Reveals, each with the opening of a vote behind it."""

SLOW = (0.2, 0.4)
"""Seconds that a bad network takes each way: 300 ms ± 100."""

AWAY = 12
"""Seconds that a hall was without its network when somebody presses: it has tried to come back often."""

TELEPHONE = "telephone"
REVEAL = StepContent(StepKind.REVEAL, "Imagin'Est", "Le vote en direct de la Région Grand Est.")
OPENING = QUESTION


@dataclass(frozen=True)
class Turn:
    """One gesture: when it was to take effect, and when each window had drawn it, in ms."""

    agreed: int
    drawn: Mapping[str, int]

    @property
    def spread(self) -> int:
        """From the first screen of a hall to the last."""
        halls = [at for window, at in self.drawn.items() if window != TELEPHONE]
        return max(halls) - min(halls)

    @property
    def late(self) -> list[int]:
        return [at - self.agreed for at in self.drawn.values()]


@dataclass
class Windows:
    """The windows of an evening, and how far it is."""

    booth: Booth
    show: Launch
    pages: Mapping[str, Page]
    step: int = 0

    def launch(self) -> None:
        self.booth.go(self.show, Gesture.LAUNCH)
        self._wait(self.show.steps[0])

    def go_on(self, meanwhile: Callable[[int], None] = lambda agreed: None) -> Turn:
        """One gesture; ``meanwhile`` is told the agreed instant."""
        agreed = self.booth.go(self.show, Gesture.NEXT).at
        meanwhile(agreed)
        self.sleep_until(agreed + 300)  # whoever asks a page keeps it from its work
        self.step += 1
        return Turn(agreed, self._wait(self.show.steps[self.step]))

    def sleep_until(self, instant: int) -> None:
        page = next(iter(self.pages.values()))
        page.wait_for_timeout(max(0, instant - now()))

    def reload(self, window: str) -> None:
        """As somebody does who opens it anew: what it knew of the clock is forgotten."""
        self.pages[window].reload()
        until(self.pages[window], DRAWN, self.show.steps[self.step])

    def _wait(self, step: int) -> dict[str, int]:
        for page in self.pages.values():
            until(page, DRAWN, step)
        return {
            window: page.evaluate("step => turns[step].drawn", step) for window, page in self.pages.items()
        }


DRAWN = "step => Boolean(globalThis.turns?.[step]?.drawn)"


def in_step() -> Iterator[Row]:
    """Screens of three halls and a telephone on two nodes: how far apart they turn at one gesture."""
    with nodes(2) as made, browser() as opened, closing(Booth(made)) as booth:
        here, there = made.nodes
        with tcp_proxy(here.port) as slow, tcp_proxy(there.port) as cut:
            show = booth.event(WAITING, *([REVEAL, OPENING] * (4 * PAIRS)))
            halls = {STRASBOURG: here.port, METZ: slow.port, REIMS: cut.port}
            pages = {
                str(hall): open_screen(opened, f"http://127.0.0.1:{port}", hall, booth, show.by, NOTES_TURNS)
                for hall, port in halls.items()
            }
            address = f"{there.url}/evenements/{show.event}"
            pages[TELEPHONE] = open_window(opened, address, NOTES_TURNS, (360, 780))
            windows = Windows(booth, show, pages)
            windows.launch()
            yield from _told("a good network", [windows.go_on() for _ in range(2 * PAIRS)])
            slow.delay = SLOW
            windows.reload(METZ)
            yield from _told("one of 300 ± 100 ms each way", [windows.go_on() for _ in range(2 * PAIRS)])
            slow.delay = (0.0, 0.0)
            windows.reload(METZ)
            yield from _rejoins(windows, cut)


def _told(network: str, turns: list[Turn]) -> Iterator[Row]:
    for name, some in (("reveal", turns[::2]), ("opening", turns[1::2])):
        spreads = [turn.spread for turn in some]
        late = sorted(itertools.chain.from_iterable(turn.late for turn in some))
        telephone = [turn.drawn[TELEPHONE] - turn.agreed for turn in some]
        yield Row(
            f"in step, {network}: {name}",
            max(spreads),
            "ms worst spread",
            f"median {statistics.median(spreads):.0f}; {late[0]} to {late[-1]} ms after the agreed instant, "
            f"telephone {min(telephone)} to {max(telephone)}",
        )


def _rejoins(windows: Windows, proxy: TcpProxy) -> Iterator[Row]:
    """The network of one hall goes before a gesture, and comes back after its instant or a second before it."""
    for told, offset in (("a second after", 1000), ("a second before", -1000)):
        waits: list[int] = []
        others: list[Turn] = []
        following: list[Turn] = []
        for _ in range(PAIRS):
            back = 0

            def returns(agreed: int, offset: int = offset) -> None:
                nonlocal back
                windows.sleep_until(agreed + offset)
                proxy.cut(everything=False)
                back = now()

            proxy.cut(everything=True)
            windows.sleep_until(now() + AWAY * 1000)
            turn = windows.go_on(returns)
            waits.append(turn.drawn[REIMS] - max(back, turn.agreed))
            others.append(Turn(turn.agreed, {k: v for k, v in turn.drawn.items() if k != REIMS}))
            following.append(windows.go_on())
        yield Row(
            f"in step, back {told} the instant",
            max(waits),
            "ms worst until right",
            f"median {statistics.median(waits):.0f}; the others {max(turn.spread for turn in others)} ms apart",
        )
        spreads = [turn.spread for turn in following]
        yield Row(
            "in step, at the gesture after that",
            max(spreads),
            "ms worst spread",
            f"median {statistics.median(spreads):.0f}",
        )
