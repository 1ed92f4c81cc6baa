"""Crowds that vote: who they are, on which side they stand, when they come and whether they change their minds."""

from dataclasses import dataclass
from random import Random
from typing import TypeVar

from realtime.tally import NOWHERE, ONLINE, AgeBand, Cell, Departement, Hall, Sex, Sign

T = TypeVar("T")

DEPARTEMENTS = {  # thousands of inhabitants, rounded
    Departement.ARDENNES: 270,
    Departement.AUBE: 310,
    Departement.MARNE: 560,
    Departement.HAUTE_MARNE: 170,
    Departement.MEURTHE_ET_MOSELLE: 730,
    Departement.MEUSE: 180,
    Departement.MOSELLE: 1050,
    Departement.BAS_RHIN: 1160,
    Departement.HAUT_RHIN: 770,
    Departement.VOSGES: 360,
}
SEXES = {Sex.WOMAN: 50, Sex.MAN: 48, Sex.OTHER: 2}
AGES = {
    AgeBand.FROM_15: 7,
    AgeBand.FROM_20: 28,
    AgeBand.FROM_40: 30,
    AgeBand.FROM_60: 22,
    AgeBand.FROM_75: 13,
}
HALLS = {ONLINE: 85, Hall("strasbourg"): 5, Hall("metz"): 5, Hall("reims"): 5}
PLANS = {  # what becomes of a vote; a 1 is the side of the first vote, whichever it is
    (1,): 88,
    (1, -1): 5,
    (1, -1, 1): 2,
    (1, 0): 3,
    (1, 0, 1): 1,
    (1, 0, -1): 1,
}
WITH_MODERATORS = 4
"""Crowds from this seed on see votes set aside, and come back."""

TOLD_NOTHING = 0.01
"""Share of voters who skip the profile; no split says anything of them."""


@dataclass(frozen=True)
class Voter:
    cell: Cell
    hall: Hall


@dataclass(frozen=True)
class Step:
    """One ballot change; the attacker knows all of it but which side the signs stand on."""

    voter: int
    old: Sign
    new: Sign


@dataclass(frozen=True)
class Span:
    """After the step ``after`` what was last moved in the steps from ``since`` to ``until`` is set aside.

    It comes back after the step ``back`` (None: never). Steps from the last on are after the close.
    """

    since: int
    until: int
    after: int
    back: int | None


@dataclass(frozen=True)
class Crowd:
    voters: list[Voter]
    steps: list[Step]
    spans: list[Span]


def crowd(seed: int, size: int = 300) -> Crowd:
    """A crowd that leans between 30 and 70 %, and each of its départements a little differently.

    Crowds of odd seeds come département by département, as after a rumour, the others mixed.
    """
    random = Random(seed)
    leaning = random.uniform(0.3, 0.7)
    local = {departement: leaning + random.uniform(-0.15, 0.15) for departement in Departement}
    arrival = {departement: random.random() * (seed % 2) for departement in Departement}
    voters: list[Voter] = []
    moments: list[tuple[float, Step]] = []
    for number in range(size):
        departement, sex, age = _one(random, DEPARTEMENTS), _one(random, SEXES), _one(random, AGES)
        told = random.random() >= TOLD_NOTHING
        hall = _one(random, HALLS) if told else ONLINE
        voters.append(Voter(Cell(departement, sex, age) if told else NOWHERE, hall))
        first = 1 if random.random() < local[departement] else -1
        signs = [Sign(first * then) for then in _one(random, PLANS)]
        at = arrival[departement] + random.random() * (0.2 if seed % 2 else 1)
        for old, new in zip([Sign.WITHDRAWN, *signs], signs, strict=False):
            moments.append((at, Step(number, old, new)))
            at += random.random() / 2
    steps = [step for _, step in sorted(moments, key=lambda moment: moment[0])]
    return Crowd(voters, steps, _spans(len(steps)) if seed >= WITH_MODERATORS else [])


def _spans(end: int) -> list[Span]:
    """One is undone while people vote; one that overlaps with it after the close, when a third is made."""
    return [Span(24, 120, 180, 215), Span(72, 168, 240, end + 1), Span(192, 240, end, None)]


def _one(random: Random, weights: dict[T, int]) -> T:
    return random.choices(list(weights), list(weights.values()))[0]
