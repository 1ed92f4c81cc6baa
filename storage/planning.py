"""When the Région asks what: published, scheduled, and only planned."""

import sqlalchemy as sa

from storage.database import Database
from storage.drafts import list_drafts
from storage.tables import TOPIC
from storage.tables_drafts import DRAFT
from storage.tables_questionnaires import QUESTIONNAIRE_STEP
from storage.values import TopicKind
from storage.values_drafts import DraftContent, DraftState, Planned

MOST_PLANNED = 500


async def planned_questions(database: Database, since: int, until: int) -> list[Planned]:
    """The Région's questions that open or close between two instants, in the order in which they open."""
    within = sa.or_(
        sa.and_(TOPIC.c.opens_at >= since, TOPIC.c.opens_at < until),
        sa.and_(TOPIC.c.closes_at >= since, TOPIC.c.closes_at < until),
    )
    published = (
        sa.select(TOPIC.c.id, TOPIC.c.title, TOPIC.c.opens_at, TOPIC.c.closes_at, DRAFT.c.id.label("draft"))
        .outerjoin(DRAFT, DRAFT.c.topic_id == TOPIC.c.id)
        .where(
            TOPIC.c.kind == str(TopicKind.QUESTION),
            TOPIC.c.withdrawn_at.is_(None),
            TOPIC.c.id.not_in(sa.select(QUESTIONNAIRE_STEP.c.topic_id)),
            within,
        )
        .order_by(TOPIC.c.opens_at)
        .limit(MOST_PLANNED)
    )
    async with database.read() as connection:
        rows = (await connection.execute(published)).all()
    found = [
        Planned(DraftState.PUBLISHED, row.title, row.opens_at, row.closes_at, row.draft, row.id)
        for row in rows
    ]
    for draft in await list_drafts(database, DraftState.WRITING, DraftState.SCHEDULED):
        content, opens, closes = draft.content, draft.opens_at, draft.content.closes_at
        is_question = isinstance(content, DraftContent) and content.kind is TopicKind.QUESTION
        if not is_question or opens is None:
            continue
        if since <= opens < until or (closes is not None and since <= closes < until):
            found.append(Planned(draft.state, draft.content.title, opens, closes, draft.id))
    return sorted(found, key=lambda one: one.opens_at)
