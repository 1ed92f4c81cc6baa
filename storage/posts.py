"""What citizens post: taken, decided about, published as a topic, withdrawn, and forgotten with its author."""

import sqlalchemy as sa
from sqlalchemy.engine import Row

from realtime.disclosure import ResultPolicy
from realtime.tally import Departement, Sign
from storage.ballots import DAY_MS
from storage.database import Database
from storage.halls import is_launched_in
from storage.keys import Keys
from storage.marks import Mark, raise_mark
from storage.statements import hold
from storage.switches import is_posting_paused
from storage.tables import THEME, TOPIC
from storage.tables_posts import POST
from storage.topics import create_topic, offered_theme, rules_of, withdraw_topic
from storage.values import NewTopic, Theme, TopicRules, TopicState
from storage.values_posts import (
    LONGEST_POST,
    Moderation,
    NewPost,
    Post,
    PostingRules,
    PostKind,
    PostRefusal,
    PostStatus,
)

HOUR_MS = 3_600_000
POSTS_AN_HOUR = 3
POSTS_A_DAY = 10
"""How often one author may post; arguments count apart from ideas and debates. What was withdrawn counts too."""

LONGEST_REASON = 400
POSTS_A_PAGE = 50


class PostTooLong(Exception):
    """A text or a reason has more code points than its column."""


async def submit(
    database: Database, keys: Keys, post: NewPost, rules: PostingRules, now: int
) -> Post | PostRefusal:
    """Keep a post until a moderator decides, or publish it at once where moderation comes after.

    The same op of the same author again gives the post that it made. Raises PostTooLong.
    """
    if len(post.text) > LONGEST_POST:
        raise PostTooLong(post.text[:80])

    def keep(connection: sa.Connection) -> Post | PostRefusal:
        hold(connection, post.author)
        before = _made_by(connection, post)
        if before is not None:
            return before
        if is_posting_paused(connection):
            return PostRefusal.PAUSED
        refusal = _too_many(connection, post, now)
        if refusal is not None:
            return refusal
        place = _place(connection, post, now)
        if isinstance(place, PostRefusal):
            return place
        is_of_hall = post.hall is not None and is_launched_in(connection, post.hall)
        made = connection.execute(
            sa.insert(POST).values(
                hall=post.hall if is_of_hall else None,
                kind=str(post.kind),
                text=post.text,
                theme_id=place,
                parent_topic=post.parent,
                side=post.side,
                departement=post.departement,
                author=post.author,
                op=post.op,
                status=str(PostStatus.WAITING),
                reason="",
                created_at=now,
            )
        )
        (post_id,) = made.inserted_primary_key or (0,)
        if rules.moderation is Moderation.AFTER:
            return publish_post(connection, keys, post_of(locked_post(connection, post_id)), rules, now)
        raise_mark(connection, Mark.DESK)
        return post_of(locked_post(connection, post_id))

    return await database.write(keep, idempotent=True)


async def posts_of(
    database: Database, author: bytes, before: int | None = None, limit: int = POSTS_A_PAGE
) -> list[Post]:
    """An author's posts, the newest first, those older than the post ``before``."""
    statement = _POSTS.where(POST.c.author == author).order_by(POST.c.id.desc()).limit(limit)
    if before is not None:
        statement = statement.where(POST.c.id < before)
    async with database.read() as connection:
        return [post_of(row) for row in await connection.execute(statement)]


async def own_post(database: Database, post_id: int, author: bytes) -> Post | None:
    """One of an author's posts; None where it is nobody's or somebody else's."""
    statement = _POSTS.where(POST.c.id == post_id, POST.c.author == author)
    async with database.read() as connection:
        row = (await connection.execute(statement)).first()
        return None if row is None else post_of(row)


async def waiting(database: Database, after: int = 0, limit: int = POSTS_A_PAGE) -> list[Post]:
    """Posts that wait for a moderator, the oldest first, those behind the post ``after``."""
    statement = _POSTS.where(POST.c.status == str(PostStatus.WAITING), POST.c.id > after)
    async with database.read() as connection:
        return [post_of(row) for row in await connection.execute(statement.order_by(POST.c.id).limit(limit))]


async def publish(
    database: Database, keys: Keys, post_id: int, rules: PostingRules, now: int
) -> Post | PostRefusal:
    """Make a topic of a post that waits; of one that is published already, that one."""

    def decide(connection: sa.Connection) -> Post | PostRefusal:
        row = locked_post(connection, post_id)
        if row is None:
            return PostRefusal.UNKNOWN_POST
        post = post_of(row)
        if post.status is PostStatus.PUBLISHED:
            return post
        if post.status is not PostStatus.WAITING:
            return PostRefusal.ALREADY_DECIDED
        return publish_post(connection, keys, post, rules, now)

    return await database.write(decide, idempotent=True)


async def refuse(database: Database, post_id: int, reason: str, now: int) -> Post | PostRefusal:
    """Refuse a post that waits, or take back one that is published; ``reason`` is told to its author.

    Raises PostTooLong.
    """
    if len(reason) > LONGEST_REASON:
        raise PostTooLong(reason[:80])
    return await database.write(
        lambda connection: end_post(
            connection, locked_post(connection, post_id), PostStatus.REFUSED, reason, now
        ),
        idempotent=True,
    )


async def withdraw(database: Database, post_id: int, author: bytes, now: int) -> Post | PostRefusal:
    """Take a post back for its author; where it is published, its vote ends and no list names it any more."""

    def take_back(connection: sa.Connection) -> Post | PostRefusal:
        row = locked_post(connection, post_id)
        if row is None or row.author != author:
            return PostRefusal.UNKNOWN_POST
        return end_post(connection, row, PostStatus.WITHDRAWN, "", now)

    return await database.write(take_back, idempotent=True)


def forget_posts(connection: sa.Connection, keys: Keys, device: bytes) -> None:
    """Delete a device's posts that nobody else has seen; what was published stays, and is nobody's."""
    author = keys.author(device)
    hold(connection, author)
    own = POST.c.author == author
    connection.execute(sa.delete(POST).where(own, POST.c.topic_id.is_(None)))
    connection.execute(sa.update(POST).where(own).values(author=None, hall=None))


def _made_by(connection: sa.Connection, post: NewPost) -> Post | PostRefusal | None:
    """What this op of this author has made before."""
    row = connection.execute(_POSTS.where(POST.c.author == post.author, POST.c.op == post.op)).first()
    if row is None:
        return None
    made = post_of(row)
    slug = None if made.theme is None else made.theme.slug
    wanted = (post.kind, post.text, post.theme, post.parent, post.side, post.departement)
    is_same = wanted == (made.kind, made.text, slug, made.parent, made.side, made.departement)
    return made if is_same else PostRefusal.OP_REUSED


async def may_post_again(database: Database, post: NewPost, refusal: PostRefusal) -> int | None:
    """The instant from which a post like this is taken again, after it was refused as one too many."""
    most, period = _BOUNDS[refusal]
    alike = sa.select(POST.c.created_at).where(POST.c.author == post.author, _alike(post.kind))
    nth = alike.order_by(POST.c.created_at.desc()).offset(most - 1).limit(1)
    async with database.read() as connection:
        at = (await connection.execute(nth)).scalar()
    return None if at is None else at + period


def _alike(kind: PostKind) -> sa.ColumnElement[bool]:
    is_argument = POST.c.kind == str(PostKind.ARGUMENT)
    return is_argument if kind is PostKind.ARGUMENT else sa.not_(is_argument)


def _too_many(connection: sa.Connection, post: NewPost, now: int) -> PostRefusal | None:
    recent = sa.select(POST.c.created_at).where(
        POST.c.author == post.author, _alike(post.kind), POST.c.created_at > now - DAY_MS
    )
    times = list(connection.execute(recent).scalars())
    if len(times) >= POSTS_A_DAY:
        return PostRefusal.TOO_MANY_TODAY
    if sum(at > now - HOUR_MS for at in times) >= POSTS_AN_HOUR:
        return PostRefusal.TOO_MANY_THIS_HOUR
    return None


def _place(connection: sa.Connection, post: NewPost, now: int) -> int | PostRefusal | None:
    """The id of an idea's theme, None for an argument, whose topic must be there and open."""
    if post.kind is not PostKind.ARGUMENT:
        theme = connection.execute(offered_theme(post.theme or "")).scalar()
        return PostRefusal.UNKNOWN_THEME if theme is None else int(theme)
    if post.side not in {Sign.PLUS, Sign.MINUS}:
        raise ValueError("an argument speaks for or against")
    row = _parent(connection, post.parent)
    if row is None or row.parent_id is not None:
        return PostRefusal.UNKNOWN_TOPIC
    return None if rules_of(row).state(now) is TopicState.OPEN else PostRefusal.CLOSED


def publish_post(
    connection: sa.Connection, keys: Keys, post: Post, rules: PostingRules, now: int
) -> Post | PostRefusal:
    if post.kind is PostKind.ARGUMENT:
        row = _parent(connection, post.parent)
        if row is None or rules_of(row).state(now) is not TopicState.OPEN:
            return PostRefusal.CLOSED
        of_topic = rules_of(row)
        theme, topic_rules = row.slug, TopicRules(now, row.closes_at, of_topic.results, of_topic.headline)
    else:
        theme = "" if post.theme is None else post.theme.slug
        topic_rules = TopicRules(now, now + rules.idea_days * DAY_MS, ResultPolicy.AFTER_VOTE)
    topic = NewTopic(
        post.kind.topic_kind,
        post.text,
        theme,
        topic_rules,
        parent=post.parent,
        side=post.side,
        departement=post.departement,
    )
    if post.topic is None:
        topic_id = create_topic(connection, keys, topic, now)
    else:  # it was published, and that undone
        topic_id = post.topic
        again = {"opens_at": now, "closes_at": topic_rules.closes_at, "withdrawn_at": None}
        connection.execute(sa.update(TOPIC).where(TOPIC.c.id == topic_id).values(again))
    return decided(connection, post.id, PostStatus.PUBLISHED, "", now, topic_id=topic_id)


def end_post(
    connection: sa.Connection,
    row: Row[tuple[object, ...]] | None,
    status: PostStatus,
    reason: str,
    now: int,
) -> Post | PostRefusal:
    """Withdraw or refuse; where that has been done already, nothing changes."""
    if row is None:
        return PostRefusal.UNKNOWN_POST
    post = post_of(row)
    if post.status is status:
        return post
    if post.status not in {PostStatus.WAITING, PostStatus.PUBLISHED}:
        return PostRefusal.ALREADY_DECIDED
    if post.topic is not None:
        withdraw_topic(connection, post.topic, now)
    return decided(connection, post.id, status, reason, now, topic_id=post.topic)


def decided(
    connection: sa.Connection, post_id: int, status: PostStatus, reason: str, now: int, topic_id: int | None
) -> Post:
    connection.execute(
        sa.update(POST)
        .where(POST.c.id == post_id)
        .values(status=str(status), reason=reason, decided_at=now, topic_id=topic_id)
    )
    raise_mark(connection, Mark.DESK)
    return post_of(locked_post(connection, post_id))


def locked_post(connection: sa.Connection, post_id: int) -> Row[tuple[object, ...]] | None:
    """A post that no other transaction decides about until this one ends."""
    statement = _POSTS.where(POST.c.id == post_id).with_for_update(of=POST)
    return connection.execute(statement).first()


def _parent(connection: sa.Connection, topic_id: int | None) -> Row[tuple[object, ...]] | None:
    """The topic of an argument, whose end nobody moves until this transaction ends."""
    statement = sa.select(TOPIC, THEME.c.slug).join(THEME, THEME.c.id == TOPIC.c.theme_id)
    found = statement.where(TOPIC.c.id == topic_id, TOPIC.c.withdrawn_at.is_(None))
    return connection.execute(found.with_for_update(read=True, of=TOPIC)).first()


_POSTS = sa.select(POST, THEME.c.slug, THEME.c.name).outerjoin(THEME, THEME.c.id == POST.c.theme_id)


def posts_with_themes() -> sa.Select[tuple[object, ...]]:
    """All that ``post_of`` reads, to be narrowed down."""
    return _POSTS


def post_of(row: Row[tuple[object, ...]] | None) -> Post:
    assert row is not None  # noqa: S101 - within its own transaction it is there
    return Post(
        id=row.id,
        kind=PostKind(row.kind),
        text=row.text,
        theme=None if row.slug is None else Theme(row.slug, row.name),
        parent=row.parent_topic,
        side=None if row.side is None else Sign(row.side),
        status=PostStatus(row.status),
        reason=row.reason,
        created_at=row.created_at,
        decided_at=row.decided_at,
        topic=row.topic_id,
        departement=None if row.departement is None else Departement(row.departement),
        merged_into=row.merged_into,
    )


_BOUNDS = {
    PostRefusal.TOO_MANY_THIS_HOUR: (POSTS_AN_HOUR, HOUR_MS),
    PostRefusal.TOO_MANY_TODAY: (POSTS_A_DAY, DAY_MS),
}
TOO_MANY_POSTS = frozenset(_BOUNDS)
"""Refusals of one post too many: ``may_post_again`` says until when."""
