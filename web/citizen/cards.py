"""View models of topics: exactly what one person may see, ready to be written down (pure)."""

from dataclasses import dataclass

from realtime.disclosure import RATIO_FROM, View, seen_through
from realtime.tally import AgeBand, Counts, Departement, PublicTally, SeriesKind, Sex, Sign, Version
from storage.values import Caveat, OwnBallot, Standing, Topic, TopicState, caveats_of
from storage.values_events import HallPlace
from storage.values_news import Picture
from web.citizen.time_left import TimeLeft, time_left
from web.citizen.weather import Share, Weather, share, weather


@dataclass(frozen=True, slots=True)
class Note:
    """What a vote met; ``chosen`` and ``op`` keep the choice so that it can be sent again."""

    text: str
    chosen: Sign | None = None
    op: str | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """What there is to know of a topic, results that are not for everybody too: no template is given it."""

    topic: Topic
    standing: Standing
    picture: Picture | None
    answered: bool
    paused: str
    halls: tuple[HallPlace, ...]


@dataclass(frozen=True, slots=True)
class Column:
    """One series of a split; ``share`` is None where nothing may be shown."""

    key: str
    code: str
    share: Share | None


@dataclass(frozen=True, slots=True)
class Card:
    """One topic for one person. ``tally`` is already seen through ``view``."""

    topic: Topic
    version: Version
    tally: PublicTally
    view: View
    state: TopicState
    left: TimeLeft
    own: Sign | None
    seen: str
    op: str
    note: Note | None = None
    picture: Picture | None = None
    answered: bool = False
    """Whether the Région has answered."""
    paused: str = ""
    """Why it takes no votes just now, where staff have paused them."""
    is_aside: bool = False
    """Whether this person's ballot is kept and does not count now."""
    halls: tuple[HallPlace, ...] = ()
    """Those of the event in which it is asked."""

    @property
    def is_open(self) -> bool:
        return self.state is TopicState.OPEN

    @property
    def is_hidden(self) -> bool:
        return self.view is View.HIDDEN

    @property
    def caveats(self) -> tuple[Caveat, ...]:
        return self.topic.provenance.caveats

    @property
    def by_region(self) -> bool:
        return not self.topic.kind.by_citizens

    @property
    def share(self) -> Share:
        return share(self.tally.headline or Counts(0, 0))

    @property
    def weather(self) -> Weather:
        return weather(self.tally.headline or Counts(0, 0))

    @property
    def in_fog(self) -> bool:
        """Whether there are too few voters for a ratio."""
        return self.tally.voters < RATIO_FROM

    @property
    def departements(self) -> list[Column]:
        return [self._column(SeriesKind.DEPARTEMENT, code) for code in Departement]

    @property
    def sexes(self) -> list[Column]:
        return [self._column(SeriesKind.SEX, code) for code in Sex]

    @property
    def ages(self) -> list[Column]:
        """From the oldest down, as a pyramid stands."""
        return [self._column(SeriesKind.AGE, code) for code in reversed(AgeBand)]

    @property
    def by_hall(self) -> list[tuple[str, Column]]:
        """Each hall's name and what it publishes."""
        return [(one.name, self._column(SeriesKind.HALL, one.hall)) for one in self.halls]

    def _column(self, kind: SeriesKind, code: str) -> Column:
        key = f"{kind}:{code}"
        counts = self.tally.series.get(key)
        return Column(key, str(code), share(counts) if counts is not None and counts.voters else None)


def card(
    topic: Topic,
    standing: Standing,
    *,
    now: int,
    own: OwnBallot | None,
    voted: bool,
    seen: str,
    op: str,
    note: Note | None = None,
    picture: Picture | None = None,
    answered: bool = False,
    paused: str = "",
    halls: tuple[HallPlace, ...] = (),
) -> Card:
    """``own`` is None where this person has no ballot on the topic.

    ``voted`` says whether they have one on the topic's gate, ``seen`` is their token for that.
    """
    view = topic.rules.view(voted=voted, now=now)
    return Card(
        topic=topic,
        version=standing.version,
        tally=seen_through(standing.tally, view),
        view=view,
        state=topic.rules.state(now),
        left=time_left(topic.rules, now, in_halls=topic.event is not None),
        own=None if own is None else own.sign,
        is_aside=own is not None and own.is_aside,
        seen=seen if voted else "",
        op=op,
        note=note,
        picture=picture,
        answered=answered,
        paused=paused,
        halls=halls,
    )


@dataclass(frozen=True, slots=True)
class Halves:
    """The home page: what the Région asks and says, and the citizens' ideas."""

    region: list[Card]
    ideas: list[Card]
    page: int
    pages: int
    """Which part of the ideas is shown, of how many."""

    @property
    def caveats(self) -> tuple[Caveat, ...]:
        return caveats_of(card.topic.provenance for card in (*self.region, *self.ideas))


REGION_AT_MOST = 24
IDEAS_A_PAGE = 60
