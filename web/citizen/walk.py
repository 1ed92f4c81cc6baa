"""Where someone stands in a questionnaire, told from their own ballots and what they skipped (pure)."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from realtime.tally import Sign
from storage.values_questionnaires import Questionnaire, Stage, Step


@dataclass(frozen=True, slots=True)
class Walk:
    """``path`` holds the numbers of the steps behind, ``current`` that of the next one, None at the end."""

    path: tuple[int, ...]
    current: int | None
    at_most: int
    """How many steps the whole walk has where it goes the longest way on."""

    @property
    def visited(self) -> tuple[int, ...]:
        return self.path if self.current is None else (*self.path, self.current)

    def position(self, number: int) -> int:
        """The how-manieth step of the walk a visited one is, from 1."""
        return self.visited.index(number) + 1

    def before(self, number: int) -> int | None:
        """The visited step before this one."""
        position = self.visited.index(number)
        return self.visited[position - 1] if position else None


def walk(questionnaire: Questionnaire, own: Mapping[int, Sign], skipped: Collection[int]) -> Walk:
    """A ballot goes before a skip; a withdrawn one is no answer."""
    path: list[int] = []
    number: int | None = 1
    while number is not None:
        step = questionnaire.steps[number - 1]
        sign = own.get(step.topic, Sign.WITHDRAWN)
        if sign is Sign.WITHDRAWN and number not in skipped:
            break
        path.append(number)
        number = step.ways.after(sign)
    ahead = 0 if number is None else _longest(questionnaire.steps, number)
    return Walk(tuple(path), number, len(path) + ahead)


def _longest(steps: tuple[Step, ...], start: int) -> int:
    """Steps on the longest way from ``start`` on, it included; ways lead forward only."""
    lengths: dict[int, int] = {}
    for number in range(len(steps), start - 1, -1):
        lengths[number] = 1 + max((lengths[way] for way in steps[number - 1].ways.all), default=0)
    return lengths[start]


def stages(questionnaire: Questionnaire, walked: Walk, own: Mapping[int, Sign]) -> set[Stage]:
    """How far this person came."""
    reached = {Stage.ACTIVE}
    if walked.path:
        reached.add(Stage.STARTED)
    if any(own.get(topic) for topic in questionnaire.topics):
        reached |= {Stage.STARTED, Stage.VOTED}
    if walked.current is None:
        reached.add(Stage.FINISHED)
    return reached
