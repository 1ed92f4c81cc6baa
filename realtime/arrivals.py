"""Where votes come from, kept in memory until a crowd comes from one place (pure).

A mark says that a device is new, or stands for the network of an address: four thousand networks share each, and it
is another for each topic and each day. What fewer than a crowd bear is written nowhere.
"""

from array import array
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from realtime.disclosure import BLOCK

NEW_DEVICE = 0
"""The mark of a vote from a new device; networks have the numbers from 1 on."""

NETWORKS = 4096

SLOT_MS = 600_000
"""Votes are looked at by ten minutes."""

NEW_FOR_SLOTS = 1
"""A device is new in the ten minutes of its first visit and so many after them."""

LEAST_OF_A_CROWD = BLOCK
LEAST_SHARE_NEW = 0.5
LEAST_SHARE_NETWORK = 0.1
"""What part of a topic's votes in ten minutes must bear a mark before it is written down."""

MOST_REMEMBERED = 200_000
"""Marks in memory; what comes beyond is counted where others of its kind are, and not remembered."""


class Arrived(NamedTuple):
    """A ballot that its voter moved: its number in the topic, and the marks that it bears."""

    topic: int
    number: int
    marks: tuple[int, ...]


class Crowd(NamedTuple):
    """Ballots of one topic and ten minutes that bear the same mark."""

    topic: int
    slot: int
    mark: int
    numbers: tuple[int, ...]


class Turnout(NamedTuple):
    """Votes of ten minutes, at least ``LEAST_OF_A_CROWD``, and those of them from new devices."""

    topic: int
    slot: int
    votes: int
    fresh: int


def is_new(born: int | None, now: int) -> bool:
    """Whether a device is new at ``now`` (ms) whose first visit was in the ten minutes ``born``; None: long ago."""
    return born is not None and 0 <= now // SLOT_MS - born <= NEW_FOR_SLOTS


@dataclass(slots=True)
class _Group:
    votes: int = 0
    numbers: "array[int]" = field(default_factory=lambda: array("q"))
    """Those that are not written yet."""


@dataclass(slots=True)
class _Slot:
    votes: int = 0
    groups: dict[int, _Group] = field(default_factory=dict)

    def stands_out(self, mark: int) -> bool:
        share = LEAST_SHARE_NEW if mark == NEW_DEVICE else LEAST_SHARE_NETWORK
        least = max(LEAST_OF_A_CROWD, share * self.votes)
        return self.groups[mark].votes >= least


class Arrivals:
    """The ten minutes that run, of all topics voted on in them, as this node sees them."""

    def __init__(self) -> None:
        self._slots: dict[tuple[int, int], _Slot] = {}
        self.remembered = 0

    def note(self, arrived: Iterable[Arrived], now: int) -> None:
        """Votes were committed at ``now`` (ms)."""
        at = now // SLOT_MS
        for topic, number, marks in arrived:
            slot = self._slots.get((topic, at)) or self._slots.setdefault((topic, at), _Slot())
            slot.votes += 1
            for mark in marks:
                self._note(slot, mark, number)

    def _note(self, slot: _Slot, mark: int, number: int) -> None:
        is_full = self.remembered >= MOST_REMEMBERED
        if is_full and mark not in slot.groups:
            return
        group = slot.groups.setdefault(mark, _Group())
        group.votes += 1
        if not is_full:
            group.numbers.append(number)
            self.remembered += 1

    def due(self, now: int) -> tuple[list[Crowd], list[Turnout]]:
        """What is to be written down now; what is over and was no crowd is forgotten."""
        crowds: list[Crowd] = []
        turnouts: list[Turnout] = []
        for (topic, at), slot in list(self._slots.items()):
            crowds += self._taken(topic, at, slot)
            if at < now // SLOT_MS:
                turnouts += self._ended(topic, at)
        return crowds, turnouts

    def _taken(self, topic: int, at: int, slot: _Slot) -> Iterable[Crowd]:
        for mark, group in slot.groups.items():
            if group.numbers and slot.stands_out(mark):
                self.remembered -= len(group.numbers)
                yield Crowd(topic, at, mark, tuple(group.numbers))
                group.numbers = array("q")

    def _ended(self, topic: int, at: int) -> Iterable[Turnout]:
        slot = self._slots.pop((topic, at))
        self.remembered -= sum(len(group.numbers) for group in slot.groups.values())
        if slot.votes >= LEAST_OF_A_CROWD:
            fresh = slot.groups.get(NEW_DEVICE, _Group()).votes
            yield Turnout(topic, at, slot.votes, fresh)
