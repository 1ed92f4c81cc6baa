"""The frozen values that cross storage's border; rows stay inside.

Instants are integers, milliseconds since 1970 UTC, named ``…_at`` or ``now``.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from realtime.disclosure import HeadlinePolicy, ResultPolicy, View, view_for
from realtime.refusals import Refusal
from realtime.tally import AgeBand, Cell, Counts, Departement, Hall, PublicTally, Sex, Sign, Version

DAY_MS = 86_400_000


class TopicKind(StrEnum):
    """Who says it: the Région asks, proposes or tells; a citizen has an idea, opens a debate, argues."""

    QUESTION = "question"
    PROPOSAL = "proposal"
    NEWS = "news"
    IDEA = "idea"
    DEBATE = "debate"
    ARGUMENT = "argument"

    @property
    def by_citizens(self) -> bool:
        return self in {TopicKind.IDEA, TopicKind.DEBATE, TopicKind.ARGUMENT}


class Caveat(StrEnum):
    """What is not real about a topic, said on every page that shows it."""

    DEMONSTRATION = "demonstration"
    """The text asks nobody anything: it is there to try the service."""

    SIMULATED = "simulated"
    """Votes and profiles are drawn by chance."""

    RECORDED = "recorded"
    """Text and votes are those of real people in another debate."""

    DRAWN = "drawn"
    """The profiles beside such votes are drawn by chance."""


class Provenance(StrEnum):
    """Where a topic's text and votes come from; other pairs of the two do not happen."""

    REAL = "real"
    DEMONSTRATION = "demonstration"
    SIMULATED = "simulated"
    """A demonstration on which a simulated crowd votes."""

    RECORDED = "recorded"
    """Another debate, with drawn profiles."""

    RECORDED_VOTES = "recorded-votes"
    """Another debate, of whose voters nothing is said."""

    @property
    def is_recorded(self) -> bool:
        return Caveat.RECORDED in self.caveats

    @property
    def caveats(self) -> tuple[Caveat, ...]:
        match self:
            case Provenance.REAL:
                return ()
            case Provenance.DEMONSTRATION:
                return (Caveat.DEMONSTRATION,)
            case Provenance.SIMULATED:
                return (Caveat.DEMONSTRATION, Caveat.SIMULATED)
            case Provenance.RECORDED:
                return (Caveat.RECORDED, Caveat.DRAWN)
            case Provenance.RECORDED_VOTES:
                return (Caveat.RECORDED,)


def caveats_of(provenances: Iterable[Provenance]) -> tuple[Caveat, ...]:
    """All that is not real about topics of these provenances, each once and always in the same order."""
    found = {caveat for provenance in provenances for caveat in provenance.caveats}
    return tuple(caveat for caveat in Caveat if caveat in found)


class TopicState(StrEnum):
    PLANNED = "planned"
    OPEN = "open"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Theme:
    slug: str
    name: str


@dataclass(frozen=True, slots=True)
class TopicRules:
    """What decides who may vote and what may be seen; ``closes_at`` is None for a topic without an end.

    ``gate`` is the topic by whose ballot results open, where that is another: an argument's figures open with those
    of the topic under which it stands.
    """

    opens_at: int
    closes_at: int | None
    results: ResultPolicy = ResultPolicy.AFTER_VOTE
    headline: HeadlinePolicy = HeadlinePolicy.LIVE
    profile_required: bool = False
    gate: int | None = None

    def state(self, now: int) -> TopicState:
        if now < self.opens_at:
            return TopicState.PLANNED
        if self.closes_at is not None and now >= self.closes_at:
            return TopicState.CLOSED
        return TopicState.OPEN

    def view(self, *, voted: bool, now: int) -> View:
        """What someone sees at ``now``."""
        return view_for(self.results, voted=voted, closed=self.state(now) is TopicState.CLOSED)

    def depends_on_vote(self, now: int) -> bool:
        """Whether someone who has voted sees more of it than someone who has not."""
        return self.view(voted=True, now=now) is not self.view(voted=False, now=now)


@dataclass(frozen=True, slots=True)
class NewTopic:
    """A topic to be created; ``title`` has at most 140 signs, ``body`` may be empty.

    ``parent`` and ``side`` are those of an argument.
    ``departement`` is the one it is about, None for all.
    """

    kind: TopicKind
    title: str
    theme: str
    rules: TopicRules
    body: str = ""
    provenance: Provenance = Provenance.REAL
    parent: int | None = None
    side: Sign | None = None
    departement: Departement | None = None


@dataclass(frozen=True, slots=True)
class Topic:
    """``parent`` is the topic under which an argument stands, ``side`` whether it speaks for or against.

    ``event`` is the launch event in which it is asked.
    """

    id: int
    kind: TopicKind
    title: str
    body: str
    theme: Theme
    rules: TopicRules
    provenance: Provenance
    created_at: int
    departement: Departement | None = None
    parent: int | None = None
    side: Sign | None = None
    withdrawn_at: int | None = None
    event: int | None = None

    @property
    def gate(self) -> int:
        """The topic whose ballot opens this one's results."""
        return self.id if self.rules.gate is None else self.rules.gate

    @property
    def ballots(self) -> frozenset[int]:
        """The topics on which someone's ballot changes what they see of this one."""
        return frozenset({self.id, self.gate})


@dataclass(frozen=True, slots=True)
class Standing:
    """A topic's whole public tally at a version; what a visitor sees of it is ``seen_through`` a view."""

    version: Version
    tally: PublicTally


@dataclass(frozen=True, slots=True)
class Moment:
    """The public headline as it stood at the end of a time bucket; ``again``: as it was told before, at a step."""

    at: int
    counts: Counts
    again: bool = False


@dataclass(frozen=True, slots=True)
class Profile:
    """What a voter told; every part may be None. Having a profile at all means having been asked.

    ``used`` is the day (since 1970, UTC) on which the voter was last here.
    """

    cell: Cell
    used: int = field(default=0, compare=False)

    @property
    def is_complete(self) -> bool:
        return None not in (self.cell.departement, self.cell.sex, self.cell.age)


@dataclass(frozen=True, slots=True)
class Carry:
    """What a vote brings along that was cast on a topic which was merged: the merge, and the ballot's cell."""

    merge: int
    cell: Cell


class CastVote(NamedTuple):
    """A vote as it enters the ballot box, from whichever door. ``device`` is the voter's secret (16 bytes).

    ``carry`` is set where it was cast on another topic, which has been merged into this one. ``marks`` say where it
    came from, as far as is told of crowds (``realtime.arrivals``).
    """

    topic: int
    device: bytes
    sign: Sign
    op: str
    hall: Hall | None = None
    carry: Carry | None = None
    marks: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Origin:
    """Where somebody comes from, in memory while they are here and no longer.

    ``network`` is the /24 or /48 of an address, empty where none is known; ``born`` the ten minutes (since 1970) in
    which the device's cookie was made, None where it does not say.
    """

    network: str = ""
    born: int | None = None


FROM_SOMEWHERE = Origin()
"""Nothing is known of where they come from."""


@dataclass(frozen=True, slots=True)
class OwnBallot:
    """How a voter's vote stands; ``is_aside``: it is kept and does not count now."""

    sign: Sign
    is_aside: bool


class Receipt(NamedTuple):
    """A vote was committed (or had been, under the same op).

    ``voted`` is false where the voter has no ballot on the topic: who withdraws what they never cast has not voted.
    """

    topic: int
    sign: Sign
    op: str
    voted: bool = True


Outcome = Receipt | Refusal


@dataclass(frozen=True, slots=True)
class Discrepancy:
    """One counter that differs from a recount of the ballots (``series`` "all" is the headline)."""

    topic: int
    series: str
    stored: Counts
    recounted: Counts


@dataclass(frozen=True, slots=True)
class CrossTable:
    """Women and men by age over all départements, after the close; a cell under 20 voters is absent."""

    cells: Mapping[tuple[Sex, AgeBand], Counts]
