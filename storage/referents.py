"""What referents take care of: ideas of their themes, who has them, what is drafted, said and corrected."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from storage import audit
from storage.database import Database
from storage.follow_up import follow_ups, put_follow_up
from storage.marks import Mark, raise_mark
from storage.statements import hold
from storage.tables import TALLY, THEME, TOPIC
from storage.tables_follow_up import FOLLOW_UP, FOLLOW_UP_VERSION
from storage.tables_referents import IDEA_CARE
from storage.tables_staff import STAFF, STAFF_ROLE, STAFF_THEME
from storage.topics import topic_of, topics_with_themes
from storage.values import Provenance, Theme, TopicKind
from storage.values_audit import Action, SubjectKind
from storage.values_follow_up import (
    ANSWERS,
    DAYS_TO_ANSWER,
    OWED,
    FollowUp,
    FollowUpStep,
    Outcome,
    midnight,
)
from storage.values_referents import (
    CareFault,
    Draft,
    Idea,
    IdeaLine,
    IdeaOrder,
    IdeasAsked,
    IdeaState,
    Version,
)
from storage.values_staff import Role

KINDS = (*OWED, TopicKind.PROPOSAL)
MOST_VERSIONS = 50
MOST_COLLEAGUES = 200

_HANDED = FOLLOW_UP.alias("handed")
_DECIDED = FOLLOW_UP.alias("decided")
_THEIRS = STAFF_THEME.alias("theirs")

ANSWERED_AT = (
    sa.select(sa.func.min(FOLLOW_UP.c.at))
    .where(FOLLOW_UP.c.topic_id == TOPIC.c.id, FOLLOW_UP.c.step.in_([str(step) for step in ANSWERS]))
    .correlate(TOPIC)
    .scalar_subquery()
)
SINCE = sa.case(
    (TOPIC.c.provenance.in_([str(one) for one in Provenance if one.is_recorded]), sa.null()),
    (TOPIC.c.kind.in_([str(kind) for kind in OWED]), TOPIC.c.opens_at),
    else_=sa.select(_HANDED.c.at)
    .where(_HANDED.c.topic_id == TOPIC.c.id, _HANDED.c.step == str(FollowUpStep.HANDED))
    .correlate(TOPIC)
    .scalar_subquery(),
)
"""When the twelve days of a topic begin, as ``runs_from`` has it; null where none run."""

ASSIGNEE = (
    sa.select(IDEA_CARE.c.staff_id)
    .join(STAFF, STAFF.c.id == IDEA_CARE.c.staff_id)
    .join(_THEIRS, _THEIRS.c.staff_id == IDEA_CARE.c.staff_id)
    .where(
        IDEA_CARE.c.topic_id == TOPIC.c.id,
        STAFF.c.closed_at.is_(None),
        _THEIRS.c.theme_id == TOPIC.c.theme_id,
    )
    .correlate(TOPIC)
    .scalar_subquery()
)
"""Who has a topic; null where that is nobody, or nobody any more who answers for its theme."""


async def ideas(
    database: Database, asked: IdeasAsked, now: int, *, first: int, most: int
) -> tuple[list[IdeaLine], int]:
    """The ideas asked for, from the ``first`` (0) on, and how many there are."""
    if not asked.themes:
        return [], 0
    found = _lines().where(*_which(asked, now))
    late = [sa.nulls_last(SINCE.asc()), TOPIC.c.id.asc()]
    loved = [sa.nulls_last(TALLY.c.voters.desc()), TOPIC.c.id.desc()]
    page = found.order_by(*(loved if asked.order is IdeaOrder.POPULARITY else late)).offset(first).limit(most)
    async with database.read() as connection:
        rows = (await connection.execute(page)).all()
        counted = sa.select(sa.func.count()).select_from(
            sa.select(TOPIC.c.id)
            .join(THEME, THEME.c.id == TOPIC.c.theme_id)
            .where(*_which(asked, now))
            .subquery()
        )
        number = (await connection.execute(counted)).scalar_one()
    return [_line(row) for row in rows], int(number)


async def idea(database: Database, topic_id: int) -> Idea | None:
    """One idea, whatever its theme; None where there is no such."""
    async with database.read() as connection:
        row = (await connection.execute(_lines().where(TOPIC.c.id == topic_id, *_LISTED))).first()
        if row is None:
            return None
        changer = STAFF.alias("changer")
        of_it = sa.select(IDEA_CARE, changer.c.name).outerjoin(
            changer, changer.c.id == IDEA_CARE.c.changed_by
        )
        care = (await connection.execute(of_it.where(IDEA_CARE.c.topic_id == topic_id))).first()
        versions = (
            sa.select(FOLLOW_UP_VERSION, STAFF.c.name)
            .outerjoin(STAFF, STAFF.c.id == FOLLOW_UP_VERSION.c.staff_id)
            .where(FOLLOW_UP_VERSION.c.topic_id == topic_id)
            .order_by(FOLLOW_UP_VERSION.c.id.desc())
            .limit(MOST_VERSIONS)
        )
        before = tuple(_version(each) for each in await connection.execute(versions))
    return Idea(
        _line(row),
        tuple(await follow_ups(database, topic_id)),
        before,
        None if care is None else Draft.read(care.draft),
        0 if care is None else care.number,
        "" if care is None else care.name or "",
        None if care is None else care.changed_at,
    )


async def colleagues(database: Database, theme: str) -> Sequence[tuple[int, str]]:
    """Who answers for a theme, by name."""
    statement = (
        sa.select(STAFF.c.id, STAFF.c.name)
        .join(STAFF_THEME, STAFF_THEME.c.staff_id == STAFF.c.id)
        .join(THEME, THEME.c.id == STAFF_THEME.c.theme_id)
        .join(STAFF_ROLE, STAFF_ROLE.c.staff_id == STAFF.c.id)
        .where(THEME.c.slug == theme, STAFF.c.closed_at.is_(None), STAFF_ROLE.c.role == str(Role.REFERENT))
        .order_by(sa.func.lower(STAFF.c.name), STAFF.c.id)
        .limit(MOST_COLLEAGUES)
    )
    async with database.read() as connection:
        return [(row.id, row.name) for row in await connection.execute(statement)]


async def themes_of(database: Database, slugs: frozenset[str]) -> list[Theme]:
    """The themes of these slugs, by name."""
    statement = sa.select(THEME).where(THEME.c.slug.in_(sorted(slugs))).order_by(THEME.c.name)
    async with database.read() as connection:
        return [Theme(row.slug, row.name) for row in await connection.execute(statement)]


async def assign(
    database: Database, topic_id: int, assignee: int | None, *, by: int, themes: frozenset[str], now: int
) -> CareFault | None:
    """Give an idea to a colleague who answers for its theme, or to nobody."""

    def work(connection: sa.Connection) -> CareFault | None:
        topic = _own_topic(connection, topic_id, themes)
        if isinstance(topic, CareFault):
            return topic
        if assignee is not None and not _answers_for(connection, assignee, topic.theme_id):
            return CareFault.NOT_A_COLLEAGUE
        care = _care(connection, topic_id, now)
        if care.staff_id != assignee:
            _change(connection, care, {"staff_id": assignee}, by, now)
        detail = {"assignee": _name(connection, assignee)}
        audit.note(connection, by, Action.IDEA_ASSIGNED, SubjectKind.TOPIC, topic_id, detail, now)
        raise_mark(connection, Mark.DESK)
        return None

    return await database.write(work, idempotent=True)


async def save_draft(
    database: Database,
    topic_id: int,
    draft: Draft | None,
    *,
    number: int,
    op: str,
    by: int,
    themes: frozenset[str],
    now: int,
) -> CareFault | None:
    """Keep what is written for an idea, unpublished, or throw it away. ``number``: the idea's, as it was seen."""

    def work(connection: sa.Connection) -> CareFault | None:
        care = _writable(connection, topic_id, number, op, themes, now)
        if isinstance(care, CareFault) or care is None:
            return care
        _change(connection, care, {"draft": "" if draft is None else draft.plain(), "op": op}, by, now)
        detail = {} if draft is None else {"step": str(draft.step), "text": draft.text}
        audit.note(connection, by, Action.ANSWER_DRAFTED, SubjectKind.TOPIC, topic_id, detail, now)
        raise_mark(connection, Mark.DESK)
        return None

    return await database.write(work, idempotent=True)


async def publish_answer(
    database: Database,
    topic_id: int,
    draft: Draft,
    *,
    number: int,
    op: str,
    by: int,
    themes: frozenset[str],
    now: int,
) -> CareFault | None:
    """Say a step on the topic's time line, or correct what it says; the draft is done with."""
    told = FollowUp(topic_id, draft.step, now, draft.text, draft.direction, draft.outcome)

    def work(connection: sa.Connection) -> CareFault | None:
        care = _writable(connection, topic_id, number, op, themes, now)
        if isinstance(care, CareFault) or care is None:
            return care
        corrected = put_follow_up(connection, told, by)
        _change(connection, care, {"draft": "", "op": op}, by, now)
        detail = {"step": str(draft.step), "text": draft.text, "direction": draft.direction}
        if draft.outcome is not None:
            detail["outcome"] = str(draft.outcome)
        action = Action.ANSWER_CORRECTED if corrected else Action.ANSWER_PUBLISHED
        audit.note(connection, by, action, SubjectKind.TOPIC, topic_id, detail, now)
        raise_mark(connection, Mark.DESK)
        return None

    return await database.write(work, idempotent=True)


async def note_refused(
    database: Database, staff_id: int, kind: SubjectKind, subject_id: int, what: str, now: int
) -> None:
    """Write down that somebody asked for what is not theirs."""

    def work(connection: sa.Connection) -> None:
        audit.note(connection, staff_id, Action.ACCESS_REFUSED, kind, subject_id, {"path": what}, now)

    await database.write(work)


# --- within a transaction


def _writable(
    connection: sa.Connection, topic_id: int, number: int, op: str, themes: frozenset[str], now: int
) -> Any:
    """The row to be changed; a fault; or None where this ``op`` has changed it already."""
    topic = _own_topic(connection, topic_id, themes)
    if isinstance(topic, CareFault):
        return topic
    care = _care(connection, topic_id, now)
    if care.op == op:
        return None
    return care if care.number == number else CareFault.CHANGED


def _own_topic(connection: sa.Connection, topic_id: int, themes: frozenset[str]) -> Any:
    found = sa.select(TOPIC.c.theme_id, THEME.c.slug).join(THEME, THEME.c.id == TOPIC.c.theme_id)
    row = connection.execute(found.where(TOPIC.c.id == topic_id, *_LISTED)).first()
    if row is None:
        return CareFault.UNKNOWN
    return row if row.slug in themes else CareFault.OUTSIDE


def _care(connection: sa.Connection, topic_id: int, now: int) -> Any:
    """The topic's row, locked; made where there was none."""
    hold(connection, b"care" + topic_id.to_bytes(4))
    mine = sa.select(IDEA_CARE).where(IDEA_CARE.c.topic_id == topic_id)
    row = connection.execute(mine.with_for_update()).first()
    if row is None:
        new = {"topic_id": topic_id, "draft": "", "number": 0, "op": "", "changed_at": now}
        connection.execute(sa.insert(IDEA_CARE).values(new))
        row = connection.execute(mine).first()
    return row


def _change(connection: sa.Connection, care: Any, values: dict[str, object], by: int, now: int) -> None:
    changed = {"number": care.number + 1, "changed_by": by, "changed_at": now}
    statement = sa.update(IDEA_CARE).where(IDEA_CARE.c.topic_id == care.topic_id)
    connection.execute(statement.values(values | changed))


def _answers_for(connection: sa.Connection, staff_id: int, theme_id: int) -> bool:
    able = (
        sa.select(STAFF.c.id)
        .join(STAFF_THEME, STAFF_THEME.c.staff_id == STAFF.c.id)
        .where(STAFF.c.id == staff_id, STAFF.c.closed_at.is_(None), STAFF_THEME.c.theme_id == theme_id)
    )
    return connection.execute(able).first() is not None


def _name(connection: sa.Connection, staff_id: int | None) -> str:
    if staff_id is None:
        return ""
    return str(connection.execute(sa.select(STAFF.c.name).where(STAFF.c.id == staff_id)).scalar() or "")


# --- reading


_LISTED = (TOPIC.c.kind.in_([str(kind) for kind in KINDS]), TOPIC.c.withdrawn_at.is_(None))


def _lines() -> sa.Select[tuple[object, ...]]:
    assignee = ASSIGNEE.label("assignee")
    decided = (_DECIDED.c.topic_id == TOPIC.c.id) & (_DECIDED.c.step == str(FollowUpStep.DECIDED))
    return (
        topics_with_themes()
        .outerjoin(TALLY, TALLY.c.topic_id == TOPIC.c.id)
        .outerjoin(IDEA_CARE, IDEA_CARE.c.topic_id == TOPIC.c.id)
        .outerjoin(_DECIDED, decided)
        .add_columns(
            SINCE.label("since"),
            ANSWERED_AT.label("answered_at"),
            assignee,
            IDEA_CARE.c.draft,
            _DECIDED.c.outcome.label("outcome"),
            sa.select(STAFF.c.name).where(STAFF.c.id == ASSIGNEE).scalar_subquery().label("assignee_name"),
        )
    )


def _which(asked: IdeasAsked, now: int) -> list[sa.ColumnElement[bool]]:
    themes = asked.themes & {asked.theme} if asked.theme else asked.themes
    which = [*_LISTED, THEME.c.slug.in_(sorted(themes)), TOPIC.c.opens_at <= now]
    if asked.assignee is not None:
        which.append(ASSIGNEE.is_(None) if asked.assignee == 0 else ASSIGNEE == asked.assignee)
    match asked.state:
        case IdeaState.WAITING:
            which += [ANSWERED_AT.is_(None), SINCE.is_not(None)]
        case IdeaState.LATE:
            which += [ANSWERED_AT.is_(None), SINCE < midnight(now, -DAYS_TO_ANSWER)]
        case IdeaState.ANSWERED:
            which += [ANSWERED_AT.is_not(None)]
        case IdeaState.DECIDED:
            decided = sa.select(_HANDED.c.topic_id).where(_HANDED.c.step == str(FollowUpStep.DECIDED))
            which += [TOPIC.c.id.in_(decided)]
    return which


def _line(row: Any) -> IdeaLine:
    return IdeaLine(
        topic_of(row),
        row.since,
        row.answered_at,
        row.assignee or 0,
        row.assignee_name or "",
        bool(row.draft),
        None if row.outcome is None else Outcome(row.outcome),
    )


def _version(row: Any) -> Version:
    outcome = None if row.outcome is None else Outcome(row.outcome)
    return Version(FollowUpStep(row.step), row.text, row.direction, outcome, row.name or "", row.replaced_at)
