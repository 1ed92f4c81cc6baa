"""What the Région opened a short while ago: topics, questionnaires and campaigns of editors, events' questions."""

import sqlalchemy as sa

from realtime.notice import FRESH_MS, MOST_FRESH, Fresh, FreshSort
from storage.database import Database
from storage.tables import TOPIC
from storage.tables_drafts import DRAFT
from storage.tables_news import CAMPAIGN
from storage.tables_questionnaires import QUESTIONNAIRE
from storage.values_drafts import DraftSort
from storage.values_show import LEAD_MS


async def opened_lately(database: Database, now: int) -> tuple[Fresh, ...]:
    """The newest first; what has closed again or was taken out of view is left out."""
    async with database.read() as connection:
        when = {"now": now, "since": now - FRESH_MS, "soon": now + LEAD_MS}
        rows = (await connection.execute(_LATELY, when)).all()
    return tuple(Fresh(FreshSort(row.sort), row.id, row.title, row.opens_at) for row in rows)


def _opened(sort: FreshSort, table: sa.Table, by: sa.ColumnElement[bool]) -> sa.Select[str, int, str, int]:
    """Those of one table which a draft became."""
    columns = table.c
    is_lately = columns.opens_at.between(sa.bindparam("since", type_=sa.BigInteger), _NOW)
    return (
        sa.select(sa.literal(str(sort)).label("sort"), columns.id, columns.title, columns.opens_at)
        .join(DRAFT, by)
        .where(is_lately, sa.or_(columns.closes_at.is_(None), columns.closes_at > _NOW))
    )


def _made(sort: DraftSort, table: sa.Table) -> sa.ColumnElement[bool]:
    return sa.and_(DRAFT.c.sort == str(sort), DRAFT.c.made_id == table.c.id)


_NOW = sa.bindparam("now", type_=sa.BigInteger)
_SOON = sa.bindparam("soon", type_=sa.BigInteger)
_ASKED_LIVE = sa.select(sa.literal(str(FreshSort.TOPIC)), TOPIC.c.id, TOPIC.c.title, TOPIC.c.opens_at).where(
    TOPIC.c.event_id.is_not(None),
    TOPIC.c.withdrawn_at.is_(None),
    TOPIC.c.opens_at.between(sa.bindparam("since", type_=sa.BigInteger), _SOON),
    sa.or_(TOPIC.c.closes_at.is_(None), TOPIC.c.closes_at > _NOW),
)
"""Told with the gesture that opens it: nobody looks again at the agreed instant."""

_EACH = sa.union_all(
    _opened(FreshSort.TOPIC, TOPIC, DRAFT.c.topic_id == TOPIC.c.id).where(TOPIC.c.withdrawn_at.is_(None)),
    _ASKED_LIVE,
    _opened(FreshSort.QUESTIONNAIRE, QUESTIONNAIRE, _made(DraftSort.QUESTIONNAIRE, QUESTIONNAIRE)),
    _opened(FreshSort.CAMPAIGN, CAMPAIGN, _made(DraftSort.CAMPAIGN, CAMPAIGN)),
).subquery()
_LATELY = (
    sa.select(_EACH).order_by(_EACH.c.opens_at.desc(), _EACH.c.sort, _EACH.c.id.desc()).limit(MOST_FRESH)
)
