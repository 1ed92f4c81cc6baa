"""How many ideas were answered within the twelve days that the Région gives itself."""

from collections import Counter

import sqlalchemy as sa

from storage.database import Database
from storage.referents import ANSWERED_AT, SINCE
from storage.tables import THEME, TOPIC
from storage.values import DAY_MS, Provenance, Theme, TopicKind, caveats_of
from storage.values_follow_up import DAYS_TO_ANSWER, is_in_time, midnight
from storage.values_referents import AnswerRate, Rate

_SURELY_MS = DAYS_TO_ANSWER * DAY_MS - DAY_MS // 24
_SURELY_LATE_MS = (DAYS_TO_ANSWER + 1) * DAY_MS + DAY_MS // 24
"""Days are those of the Région, of which one has 23 hours and one 25: between these two the calendar is asked."""


async def answer_rate(database: Database, now: int) -> AnswerRate:
    """Of all ideas whose twelve days are over; one that was answered by then is kept, whatever was said later."""
    over = (
        TOPIC.c.kind == str(TopicKind.IDEA),
        TOPIC.c.withdrawn_at.is_(None),
        SINCE < midnight(now, -DAYS_TO_ANSWER),
    )
    took = ANSWERED_AT - SINCE
    counts = (
        sa.select(
            THEME.c.slug,
            THEME.c.name,
            TOPIC.c.provenance,
            sa.func.count().label("due"),
            sa.func.sum(sa.case((took <= _SURELY_MS, 1), else_=0)).label("kept"),
        )
        .join(THEME, THEME.c.id == TOPIC.c.theme_id)
        .where(*over)
        .group_by(THEME.c.slug, THEME.c.name, TOPIC.c.provenance)
        .order_by(THEME.c.name)
    )
    doubtful = (
        sa.select(THEME.c.slug, SINCE.label("since"), ANSWERED_AT.label("answered_at"))
        .join(THEME, THEME.c.id == TOPIC.c.theme_id)
        .where(*over, took > _SURELY_MS, took <= _SURELY_LATE_MS)
    )
    due: Counter[Theme] = Counter()
    kept: Counter[Theme] = Counter()
    provenances = set()
    async with database.read() as connection:
        for row in await connection.execute(counts):
            theme = Theme(row.slug, row.name)
            due[theme] += int(row.due)
            kept[theme] += int(row.kept)
            provenances.add(Provenance(row.provenance))
        by_slug = {theme.slug: theme for theme in due}
        for row in await connection.execute(doubtful):
            kept[by_slug[row.slug]] += is_in_time(row.since, row.answered_at)
    themes = tuple((theme, Rate(due[theme], kept[theme])) for theme in due)
    return AnswerRate(Rate(due.total(), kept.total()), themes, caveats_of(provenances))
