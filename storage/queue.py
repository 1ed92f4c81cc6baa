"""The queue of moderators: posts that wait, a window at a time, with who has which open."""

import sqlalchemy as sa

from storage.claims import claims_on
from storage.database import Database
from storage.posts import post_of, posts_with_themes
from storage.tables import THEME
from storage.tables_posts import POST
from storage.values_moderation import PostSort, Queued, QueueFilter, Sort, Subject
from storage.values_posts import Post, PostStatus

QUEUE_SHOWN = 30


async def queued(
    database: Database, asked: QueueFilter, now: int, after: int = 0, limit: int = QUEUE_SHOWN
) -> list[Queued]:
    """Waiting posts, the oldest first, those behind the post ``after``."""
    async with database.read() as connection:
        rows = await connection.execute(window(asked, after, limit))
        posts = [post_of(row) for row in rows]
        subjects = [Subject(Sort.POST, post.id) for post in posts]
        claims = await claims_on(connection, subjects, now)
    return [Queued(post, claims.get(subject)) for post, subject in zip(posts, subjects, strict=True)]


def window(asked: QueueFilter, after: int, limit: int) -> sa.Select[tuple[object, ...]]:
    """So many rows from where an index leads to, however many wait."""
    where = [POST.c.status == str(PostStatus.WAITING), POST.c.id > after]
    if asked.sort is PostSort.ARGUMENTS:
        where.append(POST.c.theme_id.is_(None))
    elif asked.sort is PostSort.IDEAS:
        where.append(POST.c.theme_id.is_not(None))
    if asked.theme:
        theme = sa.select(THEME.c.id).where(THEME.c.slug == asked.theme).scalar_subquery()
        where.append(POST.c.theme_id == theme)
    if asked.before is not None:
        where.append(POST.c.created_at < asked.before)
    return posts_with_themes().where(*where).order_by(POST.c.id).limit(limit)


async def get_post(database: Database, post_id: int) -> Post | None:
    """For staff: anybody's, in whatever state."""
    async with database.read() as connection:
        row = (await connection.execute(posts_with_themes().where(POST.c.id == post_id))).first()
        return None if row is None else post_of(row)
