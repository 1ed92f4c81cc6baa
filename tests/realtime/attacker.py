"""An attacker who knows everything but the votes, and the crowds that are attacked.

Known: every voter's profile, the order of all ballot changes and of which sort each is (first vote, change to
the other side, withdrawal), whose ballots were set aside and came back and when, hence the exact number of voters
of every series at every moment; every release ever made, even those that a later one of the same batch replaced;
the cross-tables after the close. What is published of P votes for becomes a pair of bounds on P, and a vote is
determined where no assignment of signs within all bounds has the other sign. An exact solver decides that, so
nothing cleverer can determine more.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array

from realtime.disclosure import ROUNDING, HeadlinePolicy
from realtime.tally import HEADLINE_SERIES, NOBODY, AgeBand, Counts, Sex, Sign, moved, series_of
from tests.realtime.crowd import Crowd, Step
from tests.realtime.published import Event, Published


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
        self._aside: set[int] = set()
        self.unseen: set[int] = set()
        """Votes that began, turned or ended while their ballots were set aside."""

    def see(self, voter: int, series: list[str], step: Step) -> None:
        """Someone's ballot moved; of the signs only the sort of the change is used (and the truth kept)."""
        if voter in self._aside:
            self.unseen.add(self._standing[voter][0] if voter in self._standing else len(self.truth))
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

    def leaves(self, voter: int) -> None:
        """Someone's ballot was set aside."""
        self._aside.add(voter)

    def returns(self, voter: int) -> None:
        self._aside.discard(voter)

    def rounded(self, series: str, shown: Counts) -> None:
        """A rounded number of a series was published."""
        voters = self._series[series] - self._aside
        self._bound(voters, *possible_plus(shown, len(voters)))

    def exact(self, series: str, plus: int) -> None:
        """The exact number of votes for in a series was published."""
        self._bound(self._series[series] - self._aside, plus, plus)

    def share(self, voters: Iterable[int], shown: Counts) -> None:
        """The time line showed by how much it steps where these left or came back."""
        self._bound(set(voters), *possible_plus(shown, len(set(voters))))

    def group(self, voters: Iterable[int], plus: int) -> None:
        """So many of these were for: what a live headline shows while they leave it, or come back."""
        self._bound(set(voters), plus, plus)

    def cross(self, cell: set[int], shown: Counts) -> None:
        """A cell of the cross-tables was published, over these of the voters that stand."""
        voters = (cell & self._standing.keys()) - self._aside
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


@dataclass(frozen=True)
class Move:
    """A ballot moved in the counts, or by its voter's hand; ``released`` came of it.

    ``step`` is None where it was set aside (``counts`` false) or came back; ``event`` is told by its last move.
    """

    voter: int
    step: Step | None
    counts: bool
    released: list[tuple[str, Counts | None]]
    event: Event | None = None


def story(crowd: Crowd, published: Published, policy: HeadlinePolicy) -> Iterator[Move | int]:
    """All moves in their order; a number ends what belongs to the step of this number.

    The releases of an event are given to its moves as blocks of ten fill: no other may have been made.
    """
    blocks = Blocks(crowd, policy)
    for number in range(len(crowd.steps) + 2):
        if number < len(crowd.steps):
            step = crowd.steps[number]
            blocks.moves(step.voter)
            yield Move(step.voter, step, True, published.releases[number])
        for event in published.events:
            if event.after == number:
                yield from blocks.during(event)
        yield number


class Blocks:
    """Who has moved in each series since its last release."""

    def __init__(self, crowd: Crowd, policy: HeadlinePolicy) -> None:
        self.aside: set[int] = set()
        self._crowd = crowd
        self._policy = policy
        self._moved: dict[str, set[int]] = defaultdict(set)

    def moves(self, voter: int) -> list[str]:
        """The series that are released now."""
        if voter in self.aside:
            return []
        who = self._crowd.voters[voter]
        sealed = [HEADLINE_SERIES] if self._policy is HeadlinePolicy.SEALED else []
        full = []
        for series in [*series_of(who.cell, who.hall), *sealed]:
            self._moved[series].add(voter)
            if len(self._moved[series]) == 10:
                self._moved[series].clear()
                full.append(series)
        return full

    def during(self, event: Event) -> Iterator[Move]:
        (self.aside.difference_update if event.is_return else self.aside.update)(event.others)
        left = {series: list(told) for series, told in event.releases.items()}
        for voter in event.voters:
            self.aside.discard(voter)
            told = [(series, left[series].pop(0)) for series in self.moves(voter)]
            if not event.is_return:
                self.aside.add(voter)
            is_last = voter == event.voters[-1]
            yield Move(voter, None, event.is_return, told, event if is_last else None)
        assert not any(left.values()), "something was released that is no block of ten"


def read_all(
    crowd: Crowd, published: Published, policy: HeadlinePolicy, *, watches: bool = False
) -> Notebook:
    """What the attacker knows after a topic ran under the rule and closed.

    With the live headline, that is its time line and its exact end, before and after it was corrected; not its
    steps while somebody watches, which show each vote of a quiet topic. Who ``watches`` when votes are set aside
    and come back reads exactly how each of these groups voted. Of a sealed one the time line repeats the releases.
    """
    notebook, is_live = Notebook(), policy is HeadlinePolicy.LIVE
    for move in story(crowd, published, policy):
        if isinstance(move, Move):
            _note(notebook, crowd, move, published.shares if is_live else {}, watches=watches)
            continue
        if is_live and move in published.moments:
            notebook.rounded(HEADLINE_SERIES, published.moments[move])
        if move == len(crowd.steps) - 1:
            _note_end(notebook, crowd, *published.at_close, is_live)
    _note_end(notebook, crowd, published.headline, published.cross, is_live)
    return notebook


def _note(
    notebook: Notebook, crowd: Crowd, move: Move, shares: Mapping[int, Counts], *, watches: bool
) -> None:
    voter = crowd.voters[move.voter]
    if move.step is not None:
        notebook.see(move.voter, list(series_of(voter.cell, voter.hall)), move.step)
    elif move.counts:
        notebook.returns(move.voter)
    else:
        notebook.leaves(move.voter)
    for series, shown in move.released:
        if shown is not None:
            notebook.rounded(series, shown)
    if move.event is not None:
        for other in move.event.others:
            (notebook.returns if move.event.is_return else notebook.leaves)(other)
    if move.event is not None and move.event.after in shares:
        notebook.share(move.event.voters, shares[move.event.after])
    if move.event is not None and watches:
        notebook.group(move.event.voters, move.event.plus)


def _note_end(
    notebook: Notebook,
    crowd: Crowd,
    headline: Counts,
    cross: Mapping[tuple[Sex, AgeBand], Counts],
    is_live: bool,
) -> None:
    for (sex, age), shown in cross.items():
        notebook.cross(members_of(crowd, sex, age), shown)
    if is_live:
        notebook.exact(HEADLINE_SERIES, headline.plus)


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
