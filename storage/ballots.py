"""The transaction of the ballot box: many votes entered at once, all or none.

Order: lock the tallies by ascending topic, read old ballots, refuse what is not allowed, count and seal, write.
Statements are set-wise; nothing is counted on a value that was read outside the lock.
"""

from collections.abc import Iterable
from typing import NamedTuple

import sqlalchemy as sa

from realtime.arrivals import Arrived
from realtime.delta import Delta
from realtime.refusals import Refusal
from realtime.tally import NOWHERE, ONLINE, Cell, Hall, Sign
from storage.books import Ballot, Books, OpenTopic, ballot_of
from storage.database import Database
from storage.keys import Keys, voter_key
from storage.profiles import cell_of
from storage.statements import Insert, Lookup, among
from storage.tables import BALLOT, OP, PROFILE, TOPIC_KEY
from storage.tables_moderation import CARRIED, TOPIC_MERGE
from storage.values import DAY_MS as DAY_MS
from storage.values import Carry, CastVote, Outcome, OwnBallot, Receipt, TopicState

CHANGES_A_DAY = 3
"""How often a voter may change one topic's vote in a day; flipping at will would open and close blocks."""


class _Pending(NamedTuple):
    """A vote of the batch with the name its voter has in its topic."""

    vote: CastVote
    name: bytes


class Batch:
    """Votes in the order in which they came; ``run``, which runs once, is the one transaction.

    ``arrived`` says afterwards which ballots their voters moved.
    """

    def __init__(self, keys: Keys, votes: list[CastVote], now: int) -> None:
        self.arrived: list[Arrived] = []
        self._keys = keys
        self._votes = votes
        self._now = now
        self._day = now // DAY_MS
        self._books = Books(keys, now)
        self._refused: dict[int, Refusal | None] = {}
        self._cells: dict[bytes, Cell] = {}
        self._ops: dict[tuple[bytes, str], Sign] = {}
        self._new_ops: list[dict[str, object]] = []
        self._merges: set[int] = set()
        self._given_back: dict[tuple[int, bytes], int] = {}
        self._carried: list[dict[str, object]] = []

    def run(self, connection: sa.Connection) -> tuple[list[Outcome], list[Delta]]:
        """The outcome of each vote, and the delta of each topic whose public tally moved."""
        self._books.lock(connection, sorted({vote.topic for vote in self._votes}))
        pending = [self._named(vote) for vote in self._votes]
        known = [item for item in pending if isinstance(item, _Pending)]
        if not known:
            return [item for item in pending if isinstance(item, Refusal)], []
        self._read(connection, known)
        self._refused = {id: _refused(topic, self._now) for id, topic in self._books.topics.items()}
        outcomes: list[Outcome] = [
            self._enter(item) if isinstance(item, _Pending) else item for item in pending
        ]
        _INSERT_OPS(connection, self._new_ops)
        _INSERT_CARRIED(connection, self._carried)
        return outcomes, self._books.write(connection)

    # --- reading

    def _named(self, vote: CastVote) -> _Pending | Refusal:
        topic = self._books.topics.get(vote.topic)
        if topic is None:
            return Refusal.UNKNOWN_TOPIC
        if topic.names is None:
            return Refusal.CLOSED
        return _Pending(vote, topic.names.of(vote.device))

    def _read(self, connection: sa.Connection, pending: list[_Pending]) -> None:
        if any(item.vote.carry is not None for item in pending):
            self._read_merges(connection, pending, list({item.name for item in pending}))
        ops = {(item.name, item.vote.op) for item in pending}
        for row in _OPS(connection, ops):
            self._ops[row.voter_key, row.op] = Sign(row.sign)
        places = {(item.vote.topic, item.name) for item in pending}
        for row in _BALLOTS(connection, places):
            self._books.ballots[row.topic_id, row.voter_key] = ballot_of(row)
        strangers = {
            self._keys.pseudonym(item.vote.device): item.vote.device
            for item in pending
            if (item.vote.topic, item.name) not in self._books.ballots
        }
        for row in _PROFILES(connection, [(pseudonym,) for pseudonym in strangers]):
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
        vote, topic = pending.vote, self._books.topics[pending.vote.topic]
        place = (vote.topic, pending.name)
        before = self._ops.get((pending.name, vote.op))
        if before is not None:
            return self._receipt(vote, place) if before is vote.sign else Refusal.OP_REUSED
        refusal = self._refused[vote.topic]
        if refusal is not None:
            return refusal
        old = self._books.ballots.get(place)
        new: Ballot | Refusal | None
        if vote.carry is not None:
            new = self._carry(vote, vote.carry, place, old)
        else:
            new = self._first(vote, topic) if old is None else self._changed(old, vote)
        if isinstance(new, Refusal):
            return new
        if new is not None:
            self._moves(pending, new)
        elif vote.carry is not None:
            return self._receipt(vote, place)  # nothing to remember: asked again, it is the same again
        self._ops[pending.name, vote.op] = vote.sign
        self._new_ops.append({"voter_key": pending.name, "op": vote.op, "sign": int(vote.sign)})
        return self._receipt(vote, place)

    def _moves(self, pending: _Pending, new: Ballot) -> None:
        vote, number = pending.vote, self._books.vote((pending.vote.topic, pending.name), new).own
        if vote.carry is not None:
            self._carried.append(
                {"merge_id": vote.carry.merge, "voter_key": pending.name, "seq": number, "taken_seq": None}
            )
        else:
            # All of a hall come from one network, with devices that are new here: that marks nobody out.
            marks = vote.marks if new.hall in {None, ONLINE} else ()
            self.arrived.append(Arrived(vote.topic, number, marks))

    def _receipt(self, vote: CastVote, place: tuple[int, bytes]) -> Receipt:
        return Receipt(vote.topic, vote.sign, vote.op, voted=place in self._books.ballots)

    def _first(self, vote: CastVote, topic: OpenTopic) -> Ballot | Refusal | None:
        if vote.sign is Sign.WITHDRAWN:
            return None
        cell = self._cells.get(vote.device, NOWHERE)
        if topic.rules.profile_required and None in (cell.departement, cell.sex, cell.age):
            return Refusal.PROFILE_NEEDED
        return Ballot(vote.sign, cell, _hall_of(vote.hall, topic.halls), 0, self._day, 0)

    def _carry(
        self, vote: CastVote, carry: Carry, place: tuple[int, bytes], old: Ballot | None
    ) -> Ballot | None:
        """The ballot that comes over; none where the merge was undone, or the voter has one here already."""
        if carry.merge not in self._merges or vote.sign is Sign.WITHDRAWN:
            return None
        if old is None:
            return Ballot(vote.sign, carry.cell, vote.hall, 0, self._day, 0)
        was_taken_back = old.sign is Sign.WITHDRAWN and self._given_back.get(place) == old.own
        return old._replace(sign=vote.sign) if was_taken_back else None

    def _changed(self, old: Ballot, vote: CastVote) -> Ballot | Refusal | None:
        if vote.sign is old.sign:
            return None
        changes = (old.changes if old.day == self._day else 0) + 1
        if changes > CHANGES_A_DAY:
            return Refusal.TOO_MANY_CHANGES
        return old._replace(sign=vote.sign, day=self._day, changes=changes)


async def own_signs(
    database: Database, keys: Keys, device: bytes, topic_ids: Iterable[int]
) -> dict[int, Sign]:
    """This voter's sign on each of these topics where they have a ballot (0: withdrawn)."""
    own = await own_ballots(database, keys, device, topic_ids)
    return {topic: ballot.sign for topic, ballot in own.items()}


async def own_ballots(
    database: Database, keys: Keys, device: bytes, topic_ids: Iterable[int]
) -> dict[int, OwnBallot]:
    """This voter's ballot on each of these topics where they have one."""
    ids = list(topic_ids)
    async with database.read() as connection:
        wrapped = await connection.execute(sa.select(TOPIC_KEY).where(TOPIC_KEY.c.topic_id.in_(ids)))
        names = {voter_key(keys.unwrap(row.wrapped), device): row.topic_id for row in wrapped}
        ballots = sa.select(BALLOT.c.topic_id, BALLOT.c.voter_key, BALLOT.c.sign, BALLOT.c.aside)
        found = await connection.execute(
            ballots.where(BALLOT.c.topic_id.in_(ids), BALLOT.c.voter_key.in_(list(names)))
        )
        return {row.topic_id: OwnBallot(Sign(row.sign), row.aside > 0) for row in found}


def _hall_of(told: Hall | None, halls: frozenset[Hall]) -> Hall | None:
    """The hall that a ballot bears: none outside events, and online for whoever is in none of the event's."""
    if not halls:
        return None
    return told if told in halls else ONLINE


def _refused(topic: OpenTopic, now: int) -> Refusal | None:
    match topic.rules.state(now):
        case TopicState.OPEN:
            return Refusal.PAUSED if topic.is_paused else None
        case TopicState.PLANNED:
            return Refusal.NOT_OPEN_YET
        case TopicState.CLOSED:
            return Refusal.CLOSED


_OPS = Lookup(OP, "voter_key", "op")
_BALLOTS = Lookup(BALLOT, "topic_id", "voter_key")
_PROFILES = Lookup(PROFILE, "pseudonym")
_INSERT_OPS = Insert(OP)
_INSERT_CARRIED = Insert(CARRIED)
