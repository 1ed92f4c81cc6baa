"""An attacker who knows everything but the votes, and the crowds that are attacked.

Known: every voter's profile, the order of all ballot changes and of which sort each is (first vote, change to
the other side, withdrawal), hence the exact number of voters of every series at every moment; every release
ever made, even those that a later one of the same batch replaced; the cross-tables after the close. What is
published of P votes for becomes a pair of bounds on P, and a vote is determined where no assignment of signs
within all bounds has the other sign. An exact solver decides that, so nothing cleverer can determine more.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from typing import TypeVar

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array

from realtime.disclosure import ROUNDING, HeadlinePolicy, Release, draw, rounded
from realtime.ledger import Ledger
from realtime.tally import (
    HEADLINE_SERIES,
    NOBODY,
    NOWHERE,
    AgeBand,
    Cell,
    Counts,
    Departement,
    Hall,
    Sex,
    Sign,
    Version,
    moved,
    series_of,
)
from storage.tallies import CROSS_TABLE_LEAST

T = TypeVar("T")
TOPIC = 1

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
HALLS = {None: 85, Hall.STRASBOURG: 5, Hall.METZ: 5, Hall.REIMS: 5}
PLANS = {  # what becomes of a vote; a 1 is the side of the first vote, whichever it is
    (1,): 88,
    (1, -1): 5,
    (1, -1, 1): 2,
    (1, 0): 3,
    (1, 0, 1): 1,
    (1, 0, -1): 1,
}
TOLD_NOTHING = 0.01
"""Share of voters who skip the profile; no split says anything of them."""


@dataclass(frozen=True)
class Voter:
    cell: Cell
    hall: Hall | None


@dataclass(frozen=True)
class Step:
    """One ballot change; the attacker knows all of it but which side the signs stand on."""

    voter: int
    old: Sign
    new: Sign


@dataclass(frozen=True)
class Crowd:
    voters: list[Voter]
    steps: list[Step]


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
        hall = _one(random, HALLS) if told else None
        voters.append(Voter(Cell(departement, sex, age) if told else NOWHERE, hall))
        first = 1 if random.random() < local[departement] else -1
        signs = [Sign(first * then) for then in _one(random, PLANS)]
        at = arrival[departement] + random.random() * (0.2 if seed % 2 else 1)
        for old, new in zip([Sign.WITHDRAWN, *signs], signs, strict=False):
            moments.append((at, Step(number, old, new)))
            at += random.random() / 2
    return Crowd(voters, [step for _, step in sorted(moments, key=lambda moment: moment[0])])


def _one(random: Random, weights: dict[T, int]) -> T:
    return random.choices(list(weights), list(weights.values()))[0]


def possible_plus(shown: Counts, voters: int) -> tuple[int, int]:
    """Least and most plus among exactly ``voters`` from which ``rounded`` may have made ``shown``.

    Rounded down, plus was up to 4 more; rounded up, which needs a remainder, up to 4 less. At the cap the
    published plus is all the published voters, and may have been up to the exact number of voters.
    """
    assert shown.voters == voters - voters % ROUNDING
    return max(0, shown.plus - ROUNDING + 1), min(voters, shown.plus + ROUNDING - 1)


@dataclass(frozen=True)
class Bound:
    """``least`` to ``most`` plus stand among these votes; those of ``against`` have changed sides."""

    among: frozenset[int]
    against: frozenset[int]
    least: int
    most: int


class Notebook:
    """What the attacker writes down. A *vote* is a ballot's sign from a first vote to a withdrawal.

    Its number stands for "the voter first voted for"; after a change the same vote counts the other way.
    """

    def __init__(self) -> None:
        self.truth: list[bool] = []
        self.bounds: list[Bound] = []
        self._standing: dict[int, tuple[int, bool]] = {}
        self._series: dict[str, set[int]] = defaultdict(set)

    def see(self, voter: int, series: list[str], step: Step) -> None:
        """Someone's ballot moved; of the signs only the sort of the change is used (and the truth kept)."""
        if step.old is Sign.WITHDRAWN:
            self._standing[voter] = (len(self.truth), True)
            self.truth.append(step.new is Sign.PLUS)
        elif step.new is Sign.WITHDRAWN:
            del self._standing[voter]
        else:
            vote, as_first = self._standing[voter]
            self._standing[voter] = (vote, not as_first)
        for key in [*series, HEADLINE_SERIES]:
            if step.new is Sign.WITHDRAWN:
                self._series[key].discard(voter)
            else:
                self._series[key].add(voter)

    def rounded(self, series: str, shown: Counts) -> None:
        """A rounded number of a series was published."""
        voters = self._series[series]
        self._bound(voters, *possible_plus(shown, len(voters)))

    def exact(self, series: str, plus: int) -> None:
        """The exact number of votes for in a series was published."""
        self._bound(self._series[series], plus, plus)

    def cross(self, cell: set[int], shown: Counts) -> None:
        """A cell of the cross-tables was published, over these of the voters that stand."""
        voters = cell & self._standing.keys()
        self._bound(voters, *possible_plus(shown, len(voters)))

    def _bound(self, voters: set[int], least: int, most: int) -> None:
        standing = [self._standing[voter] for voter in voters]
        among = frozenset(vote for vote, as_first in standing if as_first)
        against = frozenset(vote for vote, as_first in standing if not as_first)
        self.bounds.append(Bound(among, against, least, most))

    def determined(self) -> list[int]:
        """The votes that can have no other sign."""
        sought = set(range(len(self.truth)))
        while sought:
            other = self._other_world(sought)
            if other is None:
                return sorted(sought)
            sought = {vote for vote in sought if other[vote] == self.truth[vote]}
        return []

    def _other_world(self, sought: set[int]) -> list[bool] | None:
        """Signs within all bounds, many of the sought votes otherwise than in truth; None: none can be."""
        size = len(self.truth)
        differs = np.zeros(size)
        for vote in sought:
            differs[vote] = -1 if self.truth[vote] else 1
        really = sum(self.truth[vote] for vote in sought)  # differs · x + really: how many differ
        matrix, least, most = self._matrix(size)
        solved = milp(
            -differs,
            integrality=np.ones(size),
            bounds=Bounds(0, 1),
            constraints=[
                LinearConstraint(matrix, least, most),
                LinearConstraint(csr_array(differs.reshape(1, -1)), 1 - really, np.inf),
            ],
            options={"mip_rel_gap": 0.5},
        )
        if solved.status == _INFEASIBLE:
            return None
        assert solved.status == _SOLVED, solved.message
        world = [bool(value > 0.5) for value in solved.x]
        assert all(_holds(bound, world) for bound in self.bounds), "a world the solver only nearly found"
        return world

    def _matrix(self, size: int) -> tuple[csr_array, list[int], list[int]]:
        rows: list[int] = []
        columns: list[int] = []
        values: list[int] = []
        for row, bound in enumerate(self.bounds):
            for votes, value in ((bound.among, 1), (bound.against, -1)):
                rows += [row] * len(votes)
                columns += votes
                values += [value] * len(votes)
        matrix = csr_array((values, (rows, columns)), shape=(len(self.bounds), size))
        turned = [len(bound.against) for bound in self.bounds]
        least = [bound.least - more for bound, more in zip(self.bounds, turned, strict=True)]
        most = [bound.most - more for bound, more in zip(self.bounds, turned, strict=True)]
        return matrix, least, most


_SOLVED, _INFEASIBLE = 0, 2


def _holds(bound: Bound, world: list[bool]) -> bool:
    plus = sum(world[vote] for vote in bound.among) + sum(not world[vote] for vote in bound.against)
    return bound.least <= plus <= bound.most


def watch_releases(crowd: Crowd, policy: HeadlinePolicy) -> Notebook:
    """What the attacker knows after a topic ran under the rule and closed.

    With the live headline, that is its exact end and not its steps, which show each vote of a quiet topic.
    """
    notebook, secret, seqs = Notebook(), b"the attacker never learns this!!", defaultdict[int, int](int)
    ledger = Ledger(TOPIC, policy, version=Version(1, 0), seq=0, headline=NOBODY, series={}, secret=secret)
    for step in crowd.steps:
        voter = crowd.voters[step.voter]
        known = len(ledger.releases)
        seqs[step.voter] = ledger.count(voter.cell, voter.hall, step.old, step.new, old_seq=seqs[step.voter])
        notebook.see(step.voter, list(series_of(voter.cell, voter.hall)), step)
        for release in ledger.releases[known:]:
            _note(notebook, release)
    for members, shown in _cross_table(crowd, secret):
        notebook.cross(members, shown)
    if policy is HeadlinePolicy.LIVE:
        notebook.exact(HEADLINE_SERIES, ledger.headline.plus)
    return notebook


def _note(notebook: Notebook, release: Release) -> None:
    if release.counts is not None:
        notebook.rounded(release.series, release.counts)


def _cross_table(crowd: Crowd, secret: bytes) -> Iterator[tuple[set[int], Counts]]:
    """The cells that ``storage.tallies.cross_table`` publishes after the close, and who is in them."""
    last = {step.voter: step.new for step in crowd.steps}
    for sex in Sex:
        for age in AgeBand:
            members = {n for n, v in enumerate(crowd.voters) if (v.cell.sex, v.cell.age) == (sex, age)}
            counts = NOBODY
            for number in members:
                counts = moved(counts, Sign.WITHDRAWN, last[number])
            if counts.voters >= CROSS_TABLE_LEAST:
                yield members, rounded(counts, draw(secret, TOPIC, f"cross:{sex}:{age}", 1))


def watch_every_vote(crowd: Crowd) -> Notebook:
    """What the attacker knows where each vote at once pushes the exact splits in which it counts."""
    notebook = Notebook()
    exact: dict[str, Counts] = defaultdict(lambda: NOBODY)
    for step in crowd.steps:
        voter = crowd.voters[step.voter]
        series = list(series_of(voter.cell, voter.hall))
        notebook.see(step.voter, series, step)
        for key in series:
            exact[key] = moved(exact[key], step.old, step.new)
            notebook.exact(key, exact[key].plus)
    return notebook
