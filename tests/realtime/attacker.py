"""An attacker who knows everything but the votes, and the crowds that are attacked.

Known: every voter's profile, the order of all ballot changes and of which sort each is (first vote, change to
the other side, withdrawal), hence the exact number of voters of every series at every moment; every release
ever made, even those that a later one of the same batch replaced; the cross-tables after the close. What is
published of P votes for becomes a pair of bounds on P, and a vote is determined where no assignment of signs
within all bounds has the other sign. An exact solver decides that, so nothing cleverer can determine more.
"""

from collections import defaultdict
from dataclasses import dataclass

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array

from realtime.disclosure import ROUNDING, HeadlinePolicy
from realtime.tally import HEADLINE_SERIES, NOBODY, AgeBand, Counts, Sex, Sign, moved, series_of
from tests.realtime.crowd import Crowd, Step
from tests.realtime.published import Published


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


def read_all(crowd: Crowd, published: Published, policy: HeadlinePolicy) -> Notebook:
    """What the attacker knows after a topic ran under the rule and closed.

    With the live headline, that is its time line and its exact end; not its steps while somebody watches, which
    show each vote of a quiet topic. Of a sealed one the time line repeats the releases.
    """
    notebook = Notebook()
    for number, step in enumerate(crowd.steps):
        voter = crowd.voters[step.voter]
        notebook.see(step.voter, list(series_of(voter.cell, voter.hall)), step)
        for series, shown in published.releases[number]:
            notebook.rounded(series, shown)
        if policy is HeadlinePolicy.LIVE and number in published.moments:
            notebook.rounded(HEADLINE_SERIES, published.moments[number])
    for (sex, age), shown in published.cross.items():
        notebook.cross(members_of(crowd, sex, age), shown)
    if policy is HeadlinePolicy.LIVE:
        notebook.exact(HEADLINE_SERIES, published.headline.plus)
    return notebook


def members_of(crowd: Crowd, sex: Sex, age: AgeBand) -> set[int]:
    """Who is of one cell of the cross-tables."""
    return {
        number for number, voter in enumerate(crowd.voters) if (voter.cell.sex, voter.cell.age) == (sex, age)
    }


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
