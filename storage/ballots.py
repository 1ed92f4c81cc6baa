"""The transaction of the ballot box: many votes entered at once, all or none.

Order: lock the tallies by ascending topic, read old ballots, refuse what is not allowed, count and seal, write.
Statements are set-wise; nothing is counted on a value that was read outside the lock.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace

import sqlalchemy as sa
from sqlalchemy.engine import Row

from realtime.delta import Delta
from realtime.disclosure import SeriesState
from realtime.ledger import Ledger
from realtime.refusals import Refusal
from realtime.tally import NOWHERE, Cell, Counts, Hall, PublicTally, Sign, Version
from storage.database import Database
from storage.installation import EPOCH
from storage.keys import Keys, voter_key
from storage.profiles import cell_of
from storage.statements import Insert, Upsert, among, lock_tallies
from storage.switches import paused_among
from storage.tables import BALLOT, MOMENT, OP, PROFILE, RELEASE, SERIES, TALLY, TOPIC, TOPIC_KEY
from storage.tables_moderation import CARRIED, TOPIC_MERGE
from storage.tables_switches import SWITCH
from storage.tallies import MOMENT_MS, gap
from storage.topics import rules_of
from storage.values import DAY_MS as DAY_MS
from storage.values import Carry, CastVote, Outcome, Receipt, TopicRules, TopicState

CHANGES_A_DAY = 3
"""How often a voter may change one topic's vote in a day; flipping at will would open and close blocks."""


@dataclass(frozen=True, slots=True)
class _Ballot:
    sign: Sign
    cell: Cell
    hall: Hall | None
    seq: int
    day: int
    changes: int


@dataclass(slots=True)
class _OpenTopic:
    """A topic locked for the batch: its rules, its key (None once destroyed), its counts, whether it is paused."""

    rules: TopicRules
    key: bytes | None
    ledger: Ledger
    is_paused: bool


@dataclass(frozen=True, slots=True)
class _Pending:
    """A vote of the batch with the name its voter has in its topic."""

    vote: CastVote
    name: bytes


class Batch:
    """Votes in the order in which they came; ``run``, which runs once, is the one transaction."""

    def __init__(self, keys: Keys, votes: list[CastVote], now: int) -> None:
        self._keys = keys
        self._votes = votes
        self._now = now
        self._day = now // DAY_MS
        self._topics: dict[int, _OpenTopic] = {}
        self._ballots: dict[tuple[int, bytes], _Ballot] = {}
        self._cells: dict[bytes, Cell] = {}
        self._ops: dict[tuple[bytes, str], Sign] = {}
        self._moved: set[tuple[int, bytes]] = set()
        self._new_ops: list[dict[str, object]] = []
        self._merges: set[int] = set()
        self._given_back: dict[tuple[int, bytes], int] = {}
        self._carried: list[dict[str, object]] = []

    def run(self, connection: sa.Connection) -> tuple[list[Outcome], list[Delta]]:
        """The outcome of each vote, and the delta of each topic whose public tally moved."""
        self._lock(connection, sorted({vote.topic for vote in self._votes}))
        pending = [self._named(vote) for vote in self._votes]
        known = [item for item in pending if isinstance(item, _Pending)]
        if not known:
            return [item for item in pending if isinstance(item, Refusal)], []
        self._read(connection, known)
        outcomes: list[Outcome] = [
            self._enter(item) if isinstance(item, _Pending) else item for item in pending
        ]
        deltas = self._write(connection)
        return outcomes, deltas

    def take_back(self, connection: sa.Connection, topic_id: int, merge: int) -> list[Delta]:
        """Withdraw the ballots that a merge has brought into a topic, those left out which their voters changed."""
        self._lock(connection, [topic_id])
        brought = sa.select(CARRIED.c.voter_key.label("name"), CARRIED.c.seq.label("came"), BALLOT).where(
            CARRIED.c.merge_id == merge,
            CARRIED.c.taken_seq.is_(None),
            BALLOT.c.topic_id == topic_id,
            BALLOT.c.voter_key == CARRIED.c.voter_key,
            BALLOT.c.seq == CARRIED.c.seq,
        )
        ledger = self._topics[topic_id].ledger
        for row in connection.execute(brought.order_by(CARRIED.c.seq)).all():
            ballot = _ballot_of(row)
            seq = ledger.count(ballot.cell, ballot.hall, ballot.sign, Sign.WITHDRAWN, old_seq=ballot.seq)
            self._ballots[topic_id, row.name] = replace(ballot, sign=Sign.WITHDRAWN, seq=seq)
            self._moved.add((topic_id, row.name))
            taken = sa.update(CARRIED).where(CARRIED.c.merge_id == merge, CARRIED.c.voter_key == row.name)
            connection.execute(taken.values(taken_seq=seq))
        return self._write(connection)

    # --- reading

    def _lock(self, connection: sa.Connection, ids: list[int]) -> None:
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
        for row in rows:
            rules = rules_of(row)
            self._topics[row.topic_id] = _OpenTopic(
                rules,
                None if row.wrapped is None else self._keys.unwrap(row.wrapped),
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
            )

    def _named(self, vote: CastVote) -> _Pending | Refusal:
        topic = self._topics.get(vote.topic)
        if topic is None:
            return Refusal.UNKNOWN_TOPIC
        if topic.key is None:
            return Refusal.CLOSED
        return _Pending(vote, voter_key(topic.key, vote.device))

    def _read(self, connection: sa.Connection, pending: list[_Pending]) -> None:
        names = list({item.name for item in pending})
        ops = list({item.vote.op for item in pending})
        if any(item.vote.carry is not None for item in pending):
            self._read_merges(connection, pending, names)
        accepted = sa.select(OP).where(
            among(connection, OP.c.voter_key, names), among(connection, OP.c.op, ops)
        )
        for row in connection.execute(accepted):
            self._ops[row.voter_key, row.op] = Sign(row.sign)
        ids = list(self._topics)
        cast = sa.select(BALLOT).where(
            among(connection, BALLOT.c.topic_id, ids), among(connection, BALLOT.c.voter_key, names)
        )
        for row in connection.execute(cast):
            self._ballots[row.topic_id, row.voter_key] = _ballot_of(row)
        strangers = {
            self._keys.pseudonym(item.vote.device): item.vote.device
            for item in pending
            if (item.vote.topic, item.name) not in self._ballots
        }
        if strangers:
            told = sa.select(PROFILE).where(among(connection, PROFILE.c.pseudonym, strangers))
            for row in connection.execute(told):
                self._cells[strangers[row.pseudonym]] = cell_of(row)

    def _read_merges(self, connection: sa.Connection, pending: list[_Pending], names: list[bytes]) -> None:
        """Behind the locks: which merges still hold, and which ballots were taken back when one was undone."""
        merges = {item.vote.carry.merge for item in pending if item.vote.carry is not None}
        holds = sa.select(TOPIC_MERGE.c.id).where(
            among(connection, TOPIC_MERGE.c.id, merges), TOPIC_MERGE.c.undone_at.is_(None)
        )
        self._merges = set(connection.execute(holds).scalars())
        taken = (
            sa.select(TOPIC_MERGE.c.into_id, CARRIED.c.voter_key, CARRIED.c.taken_seq)
            .join(TOPIC_MERGE, TOPIC_MERGE.c.id == CARRIED.c.merge_id)
            .where(among(connection, CARRIED.c.voter_key, names), CARRIED.c.taken_seq.is_not(None))
        )
        for into, name, seq in connection.execute(taken):
            self._given_back[into, name] = max(seq, self._given_back.get((into, name), 0))

    # --- counting

    def _enter(self, pending: _Pending) -> Outcome:
        vote, topic = pending.vote, self._topics[pending.vote.topic]
        place = (vote.topic, pending.name)
        before = self._ops.get((pending.name, vote.op))
        if before is not None:
            return self._receipt(vote, place) if before is vote.sign else Refusal.OP_REUSED
        refusal = _refused_by_time(topic.rules.state(self._now))
        if refusal is not None:
            return refusal
        if topic.is_paused:
            return Refusal.PAUSED
        old = self._ballots.get(place)
        new: _Ballot | Refusal | None
        if vote.carry is not None:
            new = self._carry(vote, vote.carry, place, old)
        else:
            new = self._first(vote, topic.rules) if old is None else self._changed(old, vote)
        if isinstance(new, Refusal):
            return new
        if new is not None:
            old_sign, old_seq = (Sign.WITHDRAWN, 0) if old is None else (old.sign, old.seq)
            seq = topic.ledger.count(new.cell, new.hall, old_sign, new.sign, old_seq=old_seq)
            self._ballots[place] = replace(new, seq=seq)
            self._moved.add(place)
            if vote.carry is not None:
                self._carried.append(
                    {"merge_id": vote.carry.merge, "voter_key": pending.name, "seq": seq, "taken_seq": None}
                )
        elif vote.carry is not None:
            return self._receipt(vote, place)  # nothing to remember: asked again, it is the same again
        self._ops[pending.name, vote.op] = vote.sign
        self._new_ops.append({"voter_key": pending.name, "op": vote.op, "sign": int(vote.sign)})
        return self._receipt(vote, place)

    def _receipt(self, vote: CastVote, place: tuple[int, bytes]) -> Receipt:
        return Receipt(vote.topic, vote.sign, vote.op, voted=place in self._ballots)

    def _first(self, vote: CastVote, rules: TopicRules) -> _Ballot | Refusal | None:
        if vote.sign is Sign.WITHDRAWN:
            return None
        cell = self._cells.get(vote.device, NOWHERE)
        if rules.profile_required and None in (cell.departement, cell.sex, cell.age):
            return Refusal.PROFILE_NEEDED
        return _Ballot(vote.sign, cell, vote.hall, 0, self._day, 0)

    def _carry(
        self, vote: CastVote, carry: Carry, place: tuple[int, bytes], old: _Ballot | None
    ) -> _Ballot | None:
        """The ballot that comes over; none where the merge was undone, or the voter has one here already."""
        if carry.merge not in self._merges or vote.sign is Sign.WITHDRAWN:
            return None
        if old is None:
            return _Ballot(vote.sign, carry.cell, vote.hall, 0, self._day, 0)
        was_taken_back = old.sign is Sign.WITHDRAWN and self._given_back.get(place) == old.seq
        return replace(old, sign=vote.sign) if was_taken_back else None

    def _changed(self, old: _Ballot, vote: CastVote) -> _Ballot | Refusal | None:
        if vote.sign is old.sign:
            return None
        changes = (old.changes if old.day == self._day else 0) + 1
        if changes > CHANGES_A_DAY:
            return Refusal.TOO_MANY_CHANGES
        return replace(old, sign=vote.sign, day=self._day, changes=changes)

    # --- writing

    def _write(self, connection: sa.Connection) -> list[Delta]:
        _INSERT_OPS(connection, self._new_ops)
        _INSERT_CARRIED(connection, self._carried)
        _UPSERT_BALLOTS(connection, [_ballot_row(p, self._ballots[p]) for p in self._moved])
        moved = {topic_id for topic_id, _ in self._moved}
        tallies, series, releases, moments, deltas = [], [], [], [], []
        for topic_id, topic in self._topics.items():
            ledger = topic.ledger
            if not ledger.touched and topic_id not in moved:
                continue
            delta = ledger.settle()
            public = ledger.public()
            tallies.append(_tally_row(ledger, public))
            series += [_series_row(topic_id, key, ledger.series[key]) for key in sorted(ledger.touched)]
            releases += self._release_rows(ledger)
            if delta is not None:
                deltas.append(delta)
                moments.append(self._moment_row(topic_id, public))
        _UPSERT_TALLIES(connection, tallies)
        _UPSERT_SERIES(connection, series)
        _INSERT_RELEASES(connection, releases)
        _UPSERT_MOMENTS(connection, moments)
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


async def own_signs(
    database: Database, keys: Keys, device: bytes, topic_ids: Iterable[int]
) -> dict[int, Sign]:
    """This voter's sign on each of these topics where they have a ballot (0: withdrawn)."""
    ids = list(topic_ids)
    async with database.read() as connection:
        wrapped = await connection.execute(sa.select(TOPIC_KEY).where(TOPIC_KEY.c.topic_id.in_(ids)))
        names = {voter_key(keys.unwrap(row.wrapped), device): row.topic_id for row in wrapped}
        ballots = sa.select(BALLOT.c.topic_id, BALLOT.c.voter_key, BALLOT.c.sign)
        found = await connection.execute(
            ballots.where(BALLOT.c.topic_id.in_(ids), BALLOT.c.voter_key.in_(list(names)))
        )
        return {row.topic_id: Sign(row.sign) for row in found}


def _refused_by_time(state: TopicState) -> Refusal | None:
    match state:
        case TopicState.OPEN:
            return None
        case TopicState.PLANNED:
            return Refusal.NOT_OPEN_YET
        case TopicState.CLOSED:
            return Refusal.CLOSED


def _state_of(row: Row[tuple[object, ...]]) -> SeriesState:
    public = None if row.public_plus is None else Counts(row.public_plus, row.public_minus)
    return SeriesState(Counts(row.plus, row.minus), row.pending, row.sealed_seq, row.releases, public)


def _ballot_of(row: Row[tuple[object, ...]]) -> _Ballot:
    hall = None if row.hall is None else Hall(row.hall)
    return _Ballot(Sign(row.sign), cell_of(row), hall, row.seq, row.day, row.changes)


def _ballot_row(place: tuple[int, bytes], ballot: _Ballot) -> dict[str, object]:
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


_INSERT_OPS = Insert(OP)
_INSERT_CARRIED = Insert(CARRIED)
_UPSERT_BALLOTS = Upsert(BALLOT, ("sign", "seq", "day", "changes"))
_UPSERT_TALLIES = Upsert(TALLY, ("number", "seq", "plus", "minus", "voters", "gap"))
_UPSERT_SERIES = Upsert(
    SERIES, ("plus", "minus", "pending", "sealed_seq", "releases", "public_plus", "public_minus")
)
_INSERT_RELEASES = Insert(RELEASE)
_UPSERT_MOMENTS = Upsert(MOMENT, ("plus", "minus"))
