"""Ballots that a merge has brought into a topic, taken back when it is undone."""

import sqlalchemy as sa

from realtime.delta import Delta
from realtime.tally import Sign
from storage.books import Books, ballot_of
from storage.keys import Keys
from storage.tables import BALLOT
from storage.tables_moderation import CARRIED


def take_back(connection: sa.Connection, keys: Keys, topic_id: int, merge: int, now: int) -> list[Delta]:
    """Withdraw the ballots that a merge has brought into a topic, those left out which their voters changed."""
    books = Books(keys, now)
    books.lock(connection, [topic_id])
    own = sa.func.coalesce(BALLOT.c.came, BALLOT.c.seq)
    brought = sa.select(CARRIED.c.voter_key.label("name"), BALLOT).where(
        CARRIED.c.merge_id == merge,
        CARRIED.c.taken_seq.is_(None),
        BALLOT.c.topic_id == topic_id,
        BALLOT.c.voter_key == CARRIED.c.voter_key,
        own == CARRIED.c.seq,
    )
    for row in connection.execute(brought.order_by(CARRIED.c.seq)).all():
        place = topic_id, row.name
        books.ballots[place] = ballot_of(row)
        taken = books.vote(place, books.ballots[place]._replace(sign=Sign.WITHDRAWN))
        which = sa.update(CARRIED).where(CARRIED.c.merge_id == merge, CARRIED.c.voter_key == row.name)
        connection.execute(which.values(taken_seq=taken.own))
    return books.write(connection)
