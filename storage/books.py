"""Topics locked for one transaction: their rules, keys and counts, and the ballots that move in it.

Statements are set-wise; nothing is counted on a value that was read outside the lock.
"""

from collections import defaultdict
from dataclasses import dataclass
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Row

from realtime.delta import Delta
from realtime.disclosure import SeriesState
from realtime.ledger import Ledger
from realtime.tally import ONLINE, Cell, Counts, Hall, PublicTally, Sign, Version
from storage.installation import EPOCH
from storage.keys import Keys, Names
from storage.profiles import cell_of
from storage.statements import Insert, Upsert, among, lock_tallies
from storage.switches import paused_among
from storage.tables import BALLOT, MOMENT, RELEASE, SERIES, TALLY, TOPIC, TOPIC_KEY
from storage.tables_events import EVENT_HALL
from storage.tables_quarantine import BALLOT_MINUTE
from storage.tables_switches import SWITCH
from storage.tallies import MOMENT_MS, gap
from storage.topics import rules_of
from storage.values import TopicRules
from storage.values_watch import MINUTE_MS

Place = tuple[int, bytes]
"""A topic, and a voter's name in it."""


class Ballot(NamedTuple):
    """As the table ``ballot`` says; it counts while no quarantine holds it."""

    sign: Sign
    cell: Cell
    hall: Hall | None
    seq: int
    day: int
    changes: int
    aside: int = 0
    came: int | None = None

    @property
    def own(self) -> int:
        """The number of its voter's own last move."""
        return self.seq if self.came is None else self.came


@dataclass(slots=True)
class OpenTopic:
    """A topic locked for the batch: its rules, its voters' names, its counts, whether it is paused.

    ``names`` is None once the topic's key is destroyed. ``halls`` are those of the event in which it is asked.
    """

    rules: TopicRules
    names: Names | None
    ledger: Ledger
    is_paused: bool
    halls: frozenset[Hall] = frozenset()


class Books:
    """``lock`` first, ``write`` last. ``ballots`` are those read and moved so far."""

    def __init__(self, keys: Keys, now: int) -> None:
        self.topics: dict[int, OpenTopic] = {}
        self.ballots: dict[Place, Ballot] = {}
        self._keys = keys
        self._now = now
        self._moved: set[Place] = set()

    def lock(self, connection: sa.Connection, ids: list[int]) -> None:
        """Hold these topics, in ascending order, until the transaction ends."""
        lock_tallies(connection, ids)
        rows = connection.execute(
            sa.select(TALLY, TOPIC, TOPIC_KEY.c.wrapped, EPOCH.label("epoch"))
            .join(TOPIC, TOPIC.c.id == TALLY.c.topic_id)
            .outerjoin(TOPIC_KEY, TOPIC_KEY.c.topic_id == TALLY.c.topic_id)
            .where(among(connection, TALLY.c.topic_id, ids))
        ).all()
        series: dict[int, dict[str, SeriesState]] = defaultdict(dict)
        for row in connection.execute(sa.select(SERIES).where(among(connection, SERIES.c.topic_id, ids))):
            series[row.topic_id][row.series] = _state_of(row)
        paused = set(connection.execute(paused_among(among(connection, SWITCH.c.topic_id, ids))).scalars())
        halls = _halls(connection, {row.event_id for row in rows if row.event_id is not None})
        for row in rows:
            rules = rules_of(row)
            self.topics[row.topic_id] = OpenTopic(
                rules,
                None if row.wrapped is None else Names(self._keys.unwrap(row.wrapped)),
                Ledger(
                    row.topic_id,
                    rules.headline,
                    version=Version(row.epoch, row.number),
                    seq=row.seq,
                    headline=Counts(row.plus, row.minus),
                    series=series[row.topic_id],
                    secret=self._keys.sealing,
                ),
                row.topic_id in paused,
                halls.get(row.event_id, frozenset()),
            )

    def vote(self, place: Place, new: Ballot) -> Ballot:
        """Enter a ballot as its voter wants it from now on, and count it unless it is set aside."""
        ledger, old = self.topics[place[0]].ledger, self.ballots.get(place)
        if new.aside:
            new = new._replace(came=ledger.pass_over())
        else:
            old_sign, old_seq = (Sign.WITHDRAWN, 0) if old is None else (old.sign, old.seq)
            seq = ledger.count(new.cell, new.hall, old_sign, new.sign, old_seq=old_seq)
            new = Ballot(new.sign, new.cell, new.hall, seq, new.day, new.changes)
        return self._keep(place, new)

    def set_aside(self, place: Place) -> None:
        """One quarantine more holds a ballot: it leaves the counts, if it was in them."""
        old = self.ballots[place]
        leaves = not old.aside and old.sign is not Sign.WITHDRAWN
        new = old._replace(aside=old.aside + 1)
        self._keep(place, self._recounted(place, new, old.sign, Sign.WITHDRAWN) if leaves else new)

    def bring_back(self, place: Place) -> None:
        """One quarantine fewer holds a ballot: it comes back into the counts, if it was the last."""
        old = self.ballots[place]
        comes = old.aside == 1 and old.sign is not Sign.WITHDRAWN
        new = old._replace(aside=old.aside - 1)
        self._keep(place, self._recounted(place, new, Sign.WITHDRAWN, new.sign) if comes else new)

    def _recounted(self, place: Place, ballot: Ballot, was: Sign, counts_as: Sign) -> Ballot:
        """A ballot that moves in the counts and not by its voter's hand."""
        ledger = self.topics[place[0]].ledger
        seq = ledger.count(ballot.cell, ballot.hall, was, counts_as, old_seq=ballot.seq)
        return ballot._replace(seq=seq, came=ballot.own)

    def _keep(self, place: Place, ballot: Ballot) -> Ballot:
        self.ballots[place] = ballot
        self._moved.add(place)
        return ballot

    def write(self, connection: sa.Connection) -> list[Delta]:
        """Write what moved; the delta of each topic whose public tally did."""
        _UPSERT_BALLOTS(
            connection, [_ballot_row(place, self.ballots[place]) for place in sorted(self._moved)]
        )
        moved = {topic_id for topic_id, _ in self._moved}
        tallies, series, releases, moments, minutes, deltas = [], [], [], [], [], []
        for topic_id, topic in self.topics.items():
            ledger = topic.ledger
            if not ledger.touched and topic_id not in moved:
                continue
            delta = ledger.settle()
            public = ledger.public()
            tallies.append(_tally_row(ledger, public))
            series += [_series_row(topic_id, key, ledger.series[key]) for key in sorted(ledger.touched)]
            releases += self._release_rows(ledger)
            minutes.append({"topic_id": topic_id, "minute": self._now // MINUTE_MS, "seq": ledger.seq})
            if delta is not None:
                deltas.append(delta)
                moments.append(self._moment_row(topic_id, public))
        _UPSERT_TALLIES(connection, tallies)
        _UPSERT_SERIES(connection, series)
        _INSERT_RELEASES(connection, releases)
        _UPSERT_MOMENTS(connection, moments)
        _UPSERT_MINUTES(connection, minutes)
        return deltas

    def _release_rows(self, ledger: Ledger) -> list[dict[str, object]]:
        return [
            {
                "topic_id": release.topic,
                "series": release.series,
                "number": release.number,
                "version": ledger.version.number,
                "at": self._now,
                "plus": release.counts and release.counts.plus,
                "minus": release.counts and release.counts.minus,
            }
            for release in ledger.releases
        ]

    def _moment_row(self, topic_id: int, tally: PublicTally) -> dict[str, object]:
        counts = tally.headline or Counts(0, 0)
        bucket = self._now // MOMENT_MS
        return {"topic_id": topic_id, "bucket": bucket, "plus": counts.plus, "minus": counts.minus}


def ballot_of(row: Row[tuple[object, ...]]) -> Ballot:
    """The ballot in a row that has the table's columns."""
    hall = None if row.hall is None else Hall(row.hall)
    return Ballot(Sign(row.sign), cell_of(row), hall, row.seq, row.day, row.changes, row.aside, row.came)


def _halls(connection: sa.Connection, events: set[int]) -> dict[int, frozenset[Hall]]:
    """The halls of each event; whoever is in none of them is online."""
    if not events:
        return {}
    found: dict[int, set[Hall]] = {event: {ONLINE} for event in events}
    for row in connection.execute(sa.select(EVENT_HALL).where(EVENT_HALL.c.event_id.in_(events))):
        found[row.event_id].add(Hall(row.hall))
    return {event: frozenset(halls) for event, halls in found.items()}


def _state_of(row: Row[tuple[object, ...]]) -> SeriesState:
    public = None if row.public_plus is None else Counts(row.public_plus, row.public_minus)
    return SeriesState(Counts(row.plus, row.minus), row.pending, row.sealed_seq, row.releases, public)


def _ballot_row(place: Place, ballot: Ballot) -> dict[str, object]:
    return {
        "topic_id": place[0],
        "voter_key": place[1],
        "sign": int(ballot.sign),
        "departement": ballot.cell.departement,
        "sex": ballot.cell.sex,
        "age": ballot.cell.age,
        "hall": ballot.hall,
        "seq": ballot.seq,
        "day": ballot.day,
        "changes": ballot.changes,
        "aside": ballot.aside,
        "came": ballot.came,
    }


def _tally_row(ledger: Ledger, public: PublicTally) -> dict[str, object]:
    return {
        "topic_id": ledger.topic,
        "number": ledger.version.number,
        "seq": ledger.seq,
        "plus": ledger.headline.plus,
        "minus": ledger.headline.minus,
        "voters": public.voters,
        "gap": gap(public.headline or Counts(0, 0)),
    }


def _series_row(topic_id: int, key: str, state: SeriesState) -> dict[str, object]:
    return {
        "topic_id": topic_id,
        "series": key,
        "plus": state.counts.plus,
        "minus": state.counts.minus,
        "pending": state.pending,
        "sealed_seq": state.sealed_seq,
        "releases": state.releases,
        "public_plus": state.public and state.public.plus,
        "public_minus": state.public and state.public.minus,
    }


_UPSERT_BALLOTS = Upsert(BALLOT, ("sign", "seq", "day", "changes", "aside", "came"))
_UPSERT_TALLIES = Upsert(TALLY, ("number", "seq", "plus", "minus", "voters", "gap"))
_UPSERT_SERIES = Upsert(
    SERIES, ("plus", "minus", "pending", "sealed_seq", "releases", "public_plus", "public_minus")
)
_INSERT_RELEASES = Insert(RELEASE)
_UPSERT_MOMENTS = Upsert(MOMENT, ("plus", "minus"))
_UPSERT_MINUTES = Upsert(BALLOT_MINUTE, ("seq",))
