"""What waits for staff, in numbers: posts, reports, messages to the Région."""

import sqlalchemy as sa

from storage.database import Database
from storage.marks import Mark, read_marks
from storage.tables import THEME
from storage.tables_contact import CONTACT_THREAD
from storage.tables_posts import POST
from storage.tables_reports import REPORT
from storage.values_contact import ContactState
from storage.values_desk import ARGUMENTS, DeskLoad
from storage.values_posts import PostStatus
from storage.values_reports import ReportState


async def desk_load(database: Database) -> DeskLoad:
    """All of it in one look, under the number of the mark that rises with each change."""
    waiting = (
        sa.select(
            THEME.c.slug, sa.func.count().label("posts"), sa.func.min(POST.c.created_at).label("oldest")
        )
        .select_from(POST.outerjoin(THEME, THEME.c.id == POST.c.theme_id))
        .where(POST.c.status == str(PostStatus.WAITING))
        .group_by(THEME.c.slug)
        .order_by(THEME.c.slug)
    )
    reported = sa.select(sa.func.count(REPORT.c.topic_id.distinct())).where(
        REPORT.c.state == str(ReportState.OPEN)
    )
    written = sa.select(sa.func.count()).where(CONTACT_THREAD.c.state == str(ContactState.WAITING))
    async with database.read() as connection:
        mark = (await read_marks(connection))[Mark.DESK]
        rows = (await connection.execute(waiting)).all()
        return DeskLoad(
            mark=mark,
            waiting=sum(row.posts for row in rows),
            oldest=min((row.oldest for row in rows), default=None),
            themes={row.slug or ARGUMENTS: row.posts for row in rows},
            reports=(await connection.execute(reported)).scalar_one(),
            contact=(await connection.execute(written)).scalar_one(),
        )
