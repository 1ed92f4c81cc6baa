"""What is due to whom in one tick, and who is due the same (pure)."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Self

from realtime.standing import TopicStanding
from realtime.views import ViewState
from realtime.watcher import Watcher


@dataclass(frozen=True, slots=True)
class Due:
    """Bytes about a topic that are due to some who follow it, seen through one view, in this tick.

    ``departures`` are those that the view had counted when all of them did.
    """

    view: ViewState
    frame: bytes
    watchers: list[Watcher]
    departures: int

    @classmethod
    def of(cls, view: ViewState, frame: bytes, watchers: list[Watcher]) -> Self:
        return cls(view, frame, watchers, view.departures)

    @property
    def is_over(self) -> bool:
        """Whether some have left since."""
        return self.view.departures != self.departures

    def among(self, waiting: Iterable[Watcher]) -> Self:
        """The same, to those of these who still follow."""
        return self.of(self.view, self.frame, [watcher for watcher in waiting if watcher in self.view])


def joined(dues: list[Due]) -> Iterable[tuple[list[Due], list[Watcher]]]:
    """Each watcher once, with all that is due to it; those to whom the same is due are together."""
    if len(dues) == 1:
        return [(dues, dues[0].watchers)]
    which: dict[Watcher, int] = {}
    for number, due in enumerate(dues):
        for watcher in due.watchers:
            which[watcher] = which.get(watcher, 0) | 1 << number
    groups: defaultdict[int, list[Watcher]] = defaultdict(list)
    for watcher, parts in which.items():
        groups[parts].append(watcher)
    return [
        ([due for number, due in enumerate(dues) if parts >> number & 1], watchers)
        for parts, watchers in groups.items()
    ]


def dues_of_all(standing: TopicStanding, frame_of: Callable[[str], bytes]) -> Iterator[Due]:
    """What is due to everybody who follows a topic, whatever they see of its results."""
    for view in standing.views.values():
        for format, group in view.groups():
            yield Due.of(view, frame_of(format), group)
