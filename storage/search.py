"""Finding topics: by words, theme, state, author, département, and whether the Région has answered.

A look is two steps, so that no question makes the database sort everything. First the topics that match are taken
until ``MOST_COUNTED`` are known: that is the number that is shown. Where they are fewer, exactly these are put in
order; where there are more, matches are dense enough for walking along the order's own index.
"""

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from realtime.disclosure import JUDGED_FROM, SHARED_UNDER, ResultPolicy
from storage.database import Database
from storage.listing import CITIZENS, LISTED, REGION, in_state
from storage.tables import TALLY, THEME, TOPIC
from storage.tables_follow_up import FOLLOW_UP
from storage.tables_search import TOPIC_WORD, WORD_FORM
from storage.topics import topics_in_order
from storage.values import TopicState
from storage.values_follow_up import FollowUpStep
from storage.values_search import A_PAGE, MOST_COUNTED, Order, Page, Query, Who
from storage.words import forms, stem

MOST_WORDS = 12
LONGEST_TEXT = 400
"""What somebody looks for is cut there."""

LEAST_BEGINNING = 3
MOST_FORMS = 300
"""The last word may be the beginning of one, from so many signs on, and of so many words."""

_BY = {Who.REGION: REGION, Who.CITIZENS: CITIZENS}

_Condition = sa.ColumnElement[bool]

_ANSWERED = sa.select(FOLLOW_UP.c.topic_id).where(FOLLOW_UP.c.step == str(FollowUpStep.ANSWERED))


async def find(database: Database, query: Query, now: int) -> Page:
    """The topics that match at ``now``; a page behind the last is the last."""
    typed = forms(query.words[:LONGEST_TEXT])[:MOST_WORDS]
    understood = bool(typed) or not query.words.strip()
    order = _ORDERS[query.order]
    async with database.read() as connection:
        groups = await _rarest_first(connection, await _stems(connection, typed))
        if groups is None:
            return Page([], 0, False, 1, understood)
        matching = sa.select(TOPIC.c.id, order.key.label("key")).where(*_conditions(query, now))
        if order.by_tally:
            matching = matching.join(TALLY, TALLY.c.topic_id == TOPIC.c.id)
        first = matching.where(*_with_words(groups)).limit(MOST_COUNTED + 1)
        found = [(row.key, row.id) for row in await connection.execute(first)]
        count = min(len(found), MOST_COUNTED)
        page = min(query.page, max(1, -(-count // A_PAGE)))
        start = (page - 1) * A_PAGE
        if len(found) <= MOST_COUNTED:
            ids = [topic_id for _, topic_id in sorted(found, reverse=order.falls)[start : start + A_PAGE]]
        else:
            walk = matching.where(*(_has(group) for group in groups)).order_by(*order.columns)
            ids = list((await connection.scalars(walk.limit(A_PAGE).offset(start))).all())
        topics = await topics_in_order(connection, ids)
        return Page(topics, count, len(found) > MOST_COUNTED, page, understood)


def _conditions(query: Query, now: int) -> list[_Condition]:
    """What stands in the topic itself, and what the order asks for."""
    conditions: list[_Condition] = [*LISTED]
    if query.who is not None:
        conditions.append(TOPIC.c.kind.in_(_BY[query.who]))
    if query.theme is not None:
        theme = sa.select(THEME.c.id).where(THEME.c.slug == query.theme).scalar_subquery()
        conditions.append(TOPIC.c.theme_id == theme)
    if query.departement is not None:
        conditions.append(TOPIC.c.departement == str(query.departement))
    if query.answer is not None:
        conditions.append(TOPIC.c.id.in_(_ANSWERED))
    if query.order is Order.CLOSING:  # said so that the index of closing times begins at now
        conditions += [TOPIC.c.opens_at <= now, TOPIC.c.closes_at > now]
    if query.state is not None and (query.state, query.order) != (TopicState.OPEN, Order.CLOSING):
        conditions.append(in_state(query.state, now))
    if query.order is Order.DIVIDED:  # an order by what is hidden would tell it
        everybody = sa.or_(TOPIC.c.results == str(ResultPolicy.ALWAYS), in_state(TopicState.CLOSED, now))
        conditions += [TALLY.c.gap < SHARED_UNDER, TALLY.c.voters >= JUDGED_FROM, everybody]
    return conditions


@dataclass(frozen=True, slots=True)
class _Order:
    """By a key and then by id; both fall or both rise."""

    key: sa.ColumnElement[int]
    id: sa.ColumnElement[int]
    falls: bool

    @property
    def by_tally(self) -> bool:
        return self.id is TALLY.c.topic_id

    @property
    def columns(self) -> list[sa.ColumnElement[int]]:
        return [column.desc() if self.falls else column for column in dict.fromkeys((self.key, self.id))]


_ORDERS = {
    Order.RECENT: _Order(TOPIC.c.id, TOPIC.c.id, falls=True),
    Order.CLOSING: _Order(TOPIC.c.closes_at, TOPIC.c.id, falls=False),
    Order.POPULAR: _Order(TALLY.c.voters, TALLY.c.topic_id, falls=True),
    Order.DIVIDED: _Order(TALLY.c.gap, TALLY.c.topic_id, falls=False),
}


async def _stems(connection: AsyncConnection, typed: list[str]) -> list[frozenset[str]]:
    """For each word the stems of which a topic must have one; the last one may be a beginning."""
    groups = [frozenset({stem(form)}) for form in typed]
    if typed and len(typed[-1]) >= LEAST_BEGINNING:
        begun = WORD_FORM.c.form.between(typed[-1], typed[-1] + "\U0010ffff")
        rows = await connection.scalars(sa.select(WORD_FORM.c.stem).where(begun).limit(MOST_FORMS))
        groups[-1] |= frozenset(rows.all())
    return groups


async def _rarest_first(
    connection: AsyncConnection, groups: list[frozenset[str]]
) -> list[frozenset[str]] | None:
    """The groups of stems, those that few topics have first; None where no topic has any of one.

    Each is counted to ``MOST_COUNTED`` at most.
    """
    counts = []
    for group in groups:
        some = sa.select(sa.literal(1)).where(TOPIC_WORD.c.stem.in_(sorted(group))).limit(MOST_COUNTED)
        counts.append(await connection.scalar(sa.select(sa.func.count()).select_from(some.subquery())) or 0)
    if 0 in counts:
        return None
    return [group for _, group in sorted(zip(counts, groups, strict=True), key=lambda pair: pair[0])]


def _with_words(groups: list[frozenset[str]]) -> list[_Condition]:
    """The first group gives the topics, the others are looked up for each of them."""
    if not groups:
        return []
    rarest = sa.select(TOPIC_WORD.c.topic_id).where(TOPIC_WORD.c.stem.in_(sorted(groups[0])))
    return [TOPIC.c.id.in_(rarest), *(_has(group) for group in groups[1:])]


def _has(group: frozenset[str]) -> _Condition:
    """Whether the topic at hand has one of these stems."""
    having = sa.select(sa.literal(1)).where(
        TOPIC_WORD.c.stem.in_(sorted(group)), TOPIC_WORD.c.topic_id == TOPIC.c.id
    )
    return having.correlate(TOPIC).exists()
