"""Which ballots a rule meets, and which rules may not be: behind the lock of the topic's tally."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

import sqlalchemy as sa

from realtime.arrivals import NETWORKS, NEW_DEVICE
from realtime.groups import tells_of_few
from realtime.tally import Sign
from storage.books import Books, ballot_of
from storage.statements import among
from storage.tables import BALLOT
from storage.tables_moderation import TOPIC_MERGE
from storage.tables_quarantine import ARRIVAL, BALLOT_MINUTE, QUARANTINE, SET_ASIDE
from storage.tables_staff import STAFF
from storage.values_quarantine import (
    LEAST_LEFT,
    LEAST_SET_ASIDE,
    MOST_OF_A_TOPIC,
    MOST_SET_ASIDE,
    NotSetAside,
    QuarantineFault,
    Rule,
)
from storage.values_watch import MINUTE_MS


@dataclass(frozen=True, slots=True)
class Met:
    """What a rule meets: the voters' names, and how many of their ballots count now."""

    names: frozenset[bytes]
    counted: int


@dataclass(frozen=True, slots=True)
class _Earlier:
    id: int
    rule: Rule
    by: str
    stands: bool


def weighed(connection: sa.Connection, books: Books, rule: Rule, now: int) -> Met | NotSetAside:
    """What a rule meets, or why it may not be."""
    fault = _rule_fault(connection, books, rule, now)
    if fault is not None:
        return NotSetAside(fault)
    past = _past(connection, rule.topic)
    if len(past) >= MOST_OF_A_TOPIC:
        return NotSetAside(QuarantineFault.TOO_OFTEN)
    members = _members(connection, rule.topic)
    names = _matching(connection, books, rule)
    for one in past:
        if rule.covers(one.rule):
            names |= members[one.id]
    read_ballots(connection, books, rule.topic, names)
    held = {name: books.ballots[rule.topic, name] for name in names}
    counted = sum(not ballot.aside and ballot.sign is not Sign.WITHDRAWN for ballot in held.values())
    if held and not counted and all(ballot.aside for ballot in held.values()):
        return NotSetAside(
            QuarantineFault.ALREADY_ASIDE, next((one.by for one in past[::-1] if one.stands), "")
        )
    if counted < LEAST_SET_ASIDE:
        return NotSetAside(QuarantineFault.TOO_FEW)
    if len(names) > MOST_SET_ASIDE:
        return NotSetAside(QuarantineFault.TOO_MANY)
    fault = _too_fine(connection, rule.topic, [*members.values(), names])
    return Met(frozenset(names), counted) if fault is None else NotSetAside(fault)


def _rule_fault(connection: sa.Connection, books: Books, rule: Rule, now: int) -> QuarantineFault | None:
    topic = books.topics.get(rule.topic)
    if topic is None:
        return QuarantineFault.UNKNOWN_TOPIC
    if not 0 < rule.since < rule.until:
        return QuarantineFault.BAD_SPAN
    if rule.until > now // MINUTE_MS:
        return QuarantineFault.NOT_OVER
    if rule.network is not None and not 1 <= rule.network <= NETWORKS:
        return QuarantineFault.BAD_NETWORK
    if topic.names is None:
        return QuarantineFault.TOO_LATE
    leads = sa.select(TOPIC_MERGE.c.id).where(
        TOPIC_MERGE.c.topic_id == rule.topic, TOPIC_MERGE.c.undone_at.is_(None)
    )
    if connection.execute(leads.limit(1)).first() is not None:
        return QuarantineFault.LEADS_ELSEWHERE
    return None


def _matching(connection: sa.Connection, books: Books, rule: Rule) -> set[bytes]:
    """The voters whose ballots, if they are not withdrawn, were last moved by themselves as the rule says."""
    own = sa.func.coalesce(BALLOT.c.came, BALLOT.c.seq)
    first, last = [_last_before(connection, rule.topic, minute) for minute in (rule.since, rule.until)]
    met = sa.select(BALLOT.c.voter_key).where(
        BALLOT.c.topic_id == rule.topic, BALLOT.c.sign != 0, own > first, own <= last
    )
    marks = [NEW_DEVICE] if rule.only_new else []
    for mark in [*marks, rule.network] if rule.network is not None else marks:
        bearing = sa.select(ARRIVAL.c.seq).where(ARRIVAL.c.topic_id == rule.topic, ARRIVAL.c.mark == mark)
        met = met.where(own.in_(bearing))
    return set(connection.execute(met.limit(MOST_SET_ASIDE + 1)).scalars())


def _last_before(connection: sa.Connection, topic: int, minute: int) -> int:
    """The number of the last move before a minute; by numbers, for clocks may jump."""
    earlier = (BALLOT_MINUTE.c.topic_id == topic) & (BALLOT_MINUTE.c.minute < minute)
    return int(connection.execute(sa.select(sa.func.max(BALLOT_MINUTE.c.seq)).where(earlier)).scalar() or 0)


def _members(connection: sa.Connection, topic: int) -> dict[int, set[bytes]]:
    """The names that each quarantine of a topic ever met."""
    found: dict[int, set[bytes]] = defaultdict(set)
    rows = sa.select(SET_ASIDE).join(QUARANTINE, QUARANTINE.c.id == SET_ASIDE.c.quarantine_id)
    for row in connection.execute(rows.where(QUARANTINE.c.topic_id == topic)):
        found[row.quarantine_id].add(row.voter_key)
    return found


def read_ballots(connection: sa.Connection, books: Books, topic: int, names: Iterable[bytes]) -> None:
    """Have the books hold the ballots of these voters."""
    wanted = list(names)
    for start in range(0, len(wanted), _AT_ONCE):
        some = among(connection, BALLOT.c.voter_key, wanted[start : start + _AT_ONCE])
        for row in connection.execute(sa.select(BALLOT).where(BALLOT.c.topic_id == topic, some)):
            books.ballots[topic, row.voter_key] = ballot_of(row)


def _too_fine(connection: sa.Connection, topic: int, groups: list[set[bytes]]) -> QuarantineFault | None:
    """Whether the numbers before and after these groups were set aside would tell of a few how they voted.

    All voters of the topic are a group as well: their number is known too.
    """
    everybody = 1 << len(groups)
    places: defaultdict[bytes, int] = defaultdict(lambda: everybody)
    for place, group in enumerate(groups):
        for name in group:
            places[name] |= 1 << place
    standing = sa.select(BALLOT.c.voter_key).where(BALLOT.c.topic_id == topic, BALLOT.c.sign != 0)
    others = sum(name not in places for name in connection.execute(standing).scalars())
    if 0 < others < LEAST_LEFT:
        return QuarantineFault.TOO_FEW_LEFT
    parts = Counter(places.values()) + Counter({everybody: others})
    tells = tells_of_few(parts, lambda key, number: key != everybody and number < LEAST_SET_ASIDE)
    return QuarantineFault.TOO_ALIKE if tells else None


def _past(connection: sa.Connection, topic: int) -> list[_Earlier]:
    rows = connection.execute(
        sa.select(QUARANTINE, STAFF.c.name)
        .join(STAFF, STAFF.c.id == QUARANTINE.c.staff_id)
        .where(QUARANTINE.c.topic_id == topic)
        .order_by(QUARANTINE.c.id)
    )
    return [_Earlier(row.id, rule_of(row), row.name, row.undone_at is None) for row in rows]


def rule_of(row: sa.Row[tuple[object, ...]]) -> Rule:
    """The rule in a row that has the quarantine's columns."""
    return Rule(row.topic_id, row.since, row.until, bool(row.only_new), row.network)


_AT_ONCE = 5_000
