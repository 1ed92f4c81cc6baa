"""When the Région asks, tells and sends what: published, scheduled, and only planned."""

from typing import Any

import sqlalchemy as sa

from storage.database import Database
from storage.drafts import list_drafts
from storage.tables import TOPIC
from storage.tables_drafts import DRAFT
from storage.tables_letter_sending import LETTER_EDITION
from storage.tables_news import CAMPAIGN
from storage.tables_questionnaires import QUESTIONNAIRE, QUESTIONNAIRE_STEP
from storage.values import TopicKind
from storage.values_drafts import Content, DraftContent, DraftSort, DraftState
from storage.values_letter import EditionState
from storage.values_planning import Planned, PlannedSort

MOST_PLANNED = 500

_SORTS = {DraftSort.QUESTIONNAIRE: PlannedSort.QUESTIONNAIRE, DraftSort.CAMPAIGN: PlannedSort.CAMPAIGN}


async def planned(database: Database, since: int, until: int) -> list[Planned]:
    """What opens, closes or is sent between two instants, in this order of time.

    Questions of the Région, questionnaires and campaigns, published or in the making, and letters that are
    scheduled or have gone.
    """
    span = {"since": since, "until": until}
    async with database.read() as connection:
        published = [
            Planned(sort, DraftState.PUBLISHED, row.title, row.opens_at, row.closes_at, row.draft, row.id)
            for sort, statement in _PUBLISHED.items()
            for row in await connection.execute(statement, span)
        ]
        letters = [_letter(row) for row in await connection.execute(_LETTERS, span)]
    found = published + letters
    for draft in await list_drafts(database, DraftState.WRITING, DraftState.SCHEDULED, most=MOST_PLANNED):
        sort, opens, closes = _sort(draft.content), draft.opens_at, draft.content.closes_at
        if sort is None or opens is None:
            continue
        if since <= opens < until or (closes is not None and since <= closes < until):
            found.append(Planned(sort, draft.state, draft.content.title, opens, closes, draft.id))
    return sorted(found, key=lambda one: one.opens_at)


def _sort(content: Content) -> PlannedSort | None:
    if isinstance(content, DraftContent):
        return PlannedSort.QUESTION if content.kind is TopicKind.QUESTION else None
    return _SORTS[content.sort]


def _letter(row: sa.Row[Any, Any, Any, Any]) -> Planned:
    state = DraftState.SCHEDULED if row.state == EditionState.SCHEDULED else DraftState.PUBLISHED
    return Planned(PlannedSort.LETTER, state, row.title, row.at, draft=row.number)


_SINCE, _UNTIL = (sa.bindparam(name, type_=sa.BigInteger) for name in ("since", "until"))


def _within(instant: sa.ColumnElement[int]) -> sa.ColumnElement[bool]:
    return sa.and_(instant >= _SINCE, instant < _UNTIL)


def _published(table: sa.Table, by: sa.ColumnElement[bool]) -> sa.Select[int, str, int, int | None, int]:
    columns = table.c
    return (
        sa.select(columns.id, columns.title, columns.opens_at, columns.closes_at, DRAFT.c.id.label("draft"))
        .outerjoin(DRAFT, by)
        .where(sa.or_(_within(columns.opens_at), _within(columns.closes_at)))
        .order_by(columns.opens_at)
        .limit(MOST_PLANNED)
    )


def _made(sort: DraftSort, table: sa.Table) -> sa.ColumnElement[bool]:
    return sa.and_(DRAFT.c.sort == str(sort), DRAFT.c.made_id == table.c.id)


_PUBLISHED = {
    PlannedSort.QUESTION: _published(TOPIC, DRAFT.c.topic_id == TOPIC.c.id).where(
        TOPIC.c.kind == str(TopicKind.QUESTION),
        TOPIC.c.withdrawn_at.is_(None),
        TOPIC.c.id.not_in(sa.select(QUESTIONNAIRE_STEP.c.topic_id)),
    ),
    PlannedSort.QUESTIONNAIRE: _published(QUESTIONNAIRE, _made(DraftSort.QUESTIONNAIRE, QUESTIONNAIRE)),
    PlannedSort.CAMPAIGN: _published(CAMPAIGN, _made(DraftSort.CAMPAIGN, CAMPAIGN)),
}
_SENT_AT = sa.func.coalesce(LETTER_EDITION.c.started_at, LETTER_EDITION.c.scheduled_at)
_LETTERS = (
    sa.select(LETTER_EDITION.c.number, LETTER_EDITION.c.title, LETTER_EDITION.c.state, _SENT_AT.label("at"))
    .where(
        LETTER_EDITION.c.state.not_in([str(EditionState.DRAFT), str(EditionState.CANCELLED)]),
        _within(_SENT_AT),
    )
    .limit(MOST_PLANNED)
)
