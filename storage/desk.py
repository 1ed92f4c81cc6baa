"""What waits for staff, in numbers: posts, reports, messages to the Région."""

import sqlalchemy as sa

from storage.database import Database
from storage.marks import Mark, read_marks
from storage.tables import THEME
from storage.tables_contact import CONTACT_THREAD
from storage.tables_posts import POST
from storage.tables_referents import CONTACT_CARE
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
    written = (
        sa.select(THEME.c.slug, CONTACT_CARE.c.staff_id, sa.func.count().label("threads"))
        .select_from(CONTACT_THREAD)
        .outerjoin(CONTACT_CARE, CONTACT_CARE.c.thread_id == CONTACT_THREAD.c.id)
        .outerjoin(THEME, THEME.c.id == CONTACT_CARE.c.theme_id)
        .where(CONTACT_THREAD.c.state == str(ContactState.WAITING))
        .group_by(THEME.c.slug, CONTACT_CARE.c.staff_id)
    )
    async with database.read() as connection:
        mark = (await read_marks(connection))[Mark.DESK]
        rows = (await connection.execute(waiting)).all()
        filed = {
            (row.slug or "", row.staff_id or 0): row.threads for row in await connection.execute(written)
        }
        return DeskLoad(
            mark=mark,
            waiting=sum(row.posts for row in rows),
            oldest=min((row.oldest for row in rows), default=None),
            themes={row.slug or ARGUMENTS: row.posts for row in rows},
            reports=(await connection.execute(reported)).scalar_one(),
            contact=sum(filed.values()),
            filed=filed,
        )
