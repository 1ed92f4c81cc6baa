"""What each decision of a moderator changes, within its transaction, and how exactly that is put back.

A change gives what stood before, and after, of every row that it touched: it is put back only where nobody has
touched them since.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import sqlalchemy as sa

from storage.keys import Keys
from storage.posts import LONGEST_REASON, decided, end_post, locked_post, post_of, publish_post
from storage.reasons import told_for
from storage.statements import lock_tallies
from storage.tables import TOPIC
from storage.tables_moderation import DECISION, TOPIC_MERGE
from storage.tables_posts import POST
from storage.tables_reports import REPORT
from storage.topics import offered_theme, rules_of, withdraw_topic
from storage.values import DAY_MS, TopicKind, TopicState
from storage.values_moderation import Choice, ModerationFault, NewDecision, Sort
from storage.values_posts import PostingRules, PostKind, PostReason, PostRefusal, PostStatus
from storage.values_reports import ReportState

Before = dict[str, list[dict[str, dict[str, Any]]]]
"""By table, the rows touched: {"was": columns, "is": columns}, the id among both."""

Done = tuple[Before, str]
"""What to put back, and the reason as it was kept."""

Change = Callable[[sa.Connection, Keys, NewDecision, PostingRules, int], Done | ModerationFault]

_WATCHED: Mapping[str, tuple[sa.Table, tuple[str, ...]]] = {
    "post": (
        POST,
        ("id", "status", "reason", "decided_at", "topic_id", "theme_id", "parent_topic", "merged_into"),
    ),
    "topic": (TOPIC, ("id", "theme_id", "opens_at", "closes_at", "parent_id", "withdrawn_at")),
    "report": (REPORT, ("id", "state")),
}

MOST_TOUCHED = 5000
"""Arguments, posts or reports of one topic that a decision touches."""


class Touched:
    """Looks at rows before a change and after it."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection
        self._was: dict[str, dict[int, dict[str, Any]]] = {}

    def watch(self, name: str, which: sa.ColumnElement[bool]) -> list[int]:
        """Rows of a table that may be changed; their ids."""
        rows = self._read(name, which)
        self._was.setdefault(name, {}).update(rows)
        return list(rows)

    def before(self) -> Before:
        """What changed since."""
        changed: Before = {}
        for name, was in self._was.items():
            table, _ = _WATCHED[name]
            now = self._read(name, table.c.id.in_(list(was)))
            changed[name] = [
                {"was": was[id], "is": now[id]} for id in was if now.get(id) != was[id] and id in now
            ]
        return changed

    def _read(self, name: str, which: sa.ColumnElement[bool]) -> dict[int, dict[str, Any]]:
        table, columns = _WATCHED[name]
        statement = sa.select(*(table.c[column] for column in columns)).where(which).order_by(table.c.id)
        rows = self._connection.execute(statement.limit(MOST_TOUCHED).with_for_update())
        return {row.id: dict(row._mapping) for row in rows}


def put_back(connection: sa.Connection, before: Before, *, partly: bool = False) -> bool:
    """Undo a change; False where something of it has changed again, and then nothing is touched.

    ``partly``: what has changed again stays as it is, all else is put back.
    """
    for name, rows in before.items():
        found = _found(connection, name, rows)
        for row in rows:
            # what was forgotten meanwhile stays so; a post that was withdrawn meanwhile is its author's
            there = found.get(row["is"]["id"], None if name == "post" else row["is"])
            if there != row["is"] and not partly:
                return False
    for name, rows in before.items():
        found = _found(connection, name, rows)
        for row in rows:
            there = found.get(row["is"]["id"], {})
            values = {
                column: was
                for column, was in row["was"].items()
                if was != row["is"][column] and there.get(column) == row["is"][column]
            }
            if name == "post" and values.get("topic_id", 0) is None:
                values.pop("topic_id")  # the topic was made for it, and is taken up again if it is approved
                withdraw_topic(connection, row["is"]["topic_id"], row["is"]["decided_at"])
            if values:
                table, _ = _WATCHED[name]
                connection.execute(sa.update(table).where(table.c.id == row["is"]["id"]).values(values))
    return True


def _found(
    connection: sa.Connection, name: str, rows: list[dict[str, dict[str, Any]]]
) -> dict[int, dict[str, Any]]:
    table, columns = _WATCHED[name]
    statement = sa.select(*(table.c[column] for column in columns))
    which = table.c.id.in_([row["is"]["id"] for row in rows])
    found = connection.execute(statement.where(which).with_for_update())
    return {row.id: dict(row._mapping) for row in found}


def _approve(
    connection: sa.Connection, keys: Keys, new: NewDecision, rules: PostingRules, now: int
) -> Done | ModerationFault:
    touched, fault = _waiting_post(connection, new)
    if fault is not None:
        return fault
    row = locked_post(connection, new.subject.id)
    made = publish_post(connection, keys, post_of(row), rules, now)
    if isinstance(made, PostRefusal):
        return ModerationFault.CLOSED
    return touched.before(), ""


def _refuse(
    connection: sa.Connection, _: Keys, new: NewDecision, rules: PostingRules, now: int
) -> Done | ModerationFault:
    touched, fault = _waiting_post(connection, new)
    if fault is not None:
        return fault
    reason = told_for(connection, new.reason) or ""
    if not reason and " " in new.reason and len(new.reason) <= LONGEST_REASON:
        reason = new.reason  # a sentence of the moderator's own
    if not reason:
        return ModerationFault.NO_REASON
    end_post(connection, locked_post(connection, new.subject.id), PostStatus.REFUSED, reason, now)
    return touched.before(), reason


def _join(
    connection: sa.Connection, _: Keys, new: NewDecision, rules: PostingRules, now: int
) -> Done | ModerationFault:
    """Refuse a post because a topic says it already, and lead its author there."""
    touched, fault = _waiting_post(connection, new)
    if fault is not None:
        return fault
    post = post_of(locked_post(connection, new.subject.id))
    if post.kind is PostKind.ARGUMENT or not _is_survivor(connection, new.into, now):
        return ModerationFault.NOT_MERGEABLE
    reason = str(PostReason.DUPLICATE)
    decided(connection, post.id, PostStatus.REFUSED, reason, now, topic_id=post.topic)
    connection.execute(sa.update(POST).where(POST.c.id == post.id).values(merged_into=new.into))
    return touched.before(), reason


def _theme(
    connection: sa.Connection, _: Keys, new: NewDecision, rules: PostingRules, now: int
) -> Done | ModerationFault:
    theme = connection.execute(offered_theme(new.theme)).scalar()
    if theme is None:
        return ModerationFault.UNKNOWN_THEME
    touched = Touched(connection)
    if new.subject.sort is Sort.POST:
        touched, fault = _waiting_post(connection, new)
        if fault is not None:
            return fault
        mine = (POST.c.id == new.subject.id) & (POST.c.kind != str(PostKind.ARGUMENT))
        changed = connection.execute(sa.update(POST).where(mine).values(theme_id=theme)).rowcount
    else:
        of_topic = sa.or_(TOPIC.c.id == new.subject.id, TOPIC.c.parent_id == new.subject.id)
        touched.watch("topic", of_topic & TOPIC.c.kind.in_(_CITIZENS))
        mine = of_topic & TOPIC.c.kind.in_(_CITIZENS)
        changed = connection.execute(sa.update(TOPIC).where(mine).values(theme_id=theme)).rowcount
    return (touched.before(), "") if changed else ModerationFault.UNKNOWN


def _hide(
    connection: sa.Connection, _: Keys, new: NewDecision, rules: PostingRules, now: int
) -> Done | ModerationFault:
    """Take a topic out of view, end its vote, and settle what is reported of it; its author reads why."""
    touched, fault = _topic(connection, new)
    if fault is not None:
        return fault
    reason = told_for(connection, new.reason) or (new.reason if " " in new.reason else "")
    if not reason or len(reason) > LONGEST_REASON:
        return ModerationFault.NO_REASON
    row = _topic_row(connection, new.subject.id)
    if row.withdrawn_at is not None:
        return ModerationFault.ALREADY_DECIDED
    lock_tallies(connection, [new.subject.id])
    withdraw_topic(connection, new.subject.id, now)
    _settle(connection, touched, new.subject.id)
    post = connection.execute(
        sa.select(POST.c.id).where(
            POST.c.topic_id == new.subject.id, POST.c.status == str(PostStatus.PUBLISHED)
        )
    ).scalar()
    if post is not None:
        touched.watch("post", POST.c.id == post)
        decided(connection, post, PostStatus.REFUSED, reason, now, topic_id=new.subject.id)
    return touched.before(), reason


def _restore(
    connection: sa.Connection, _: Keys, new: NewDecision, rules: PostingRules, now: int
) -> Done | ModerationFault:
    """Bring a hidden topic back into view, its vote ending when it should have, or running on as it did."""
    touched, fault = _topic(connection, new)
    if fault is not None:
        return fault
    row = _topic_row(connection, new.subject.id)
    post = connection.execute(sa.select(POST).where(POST.c.topic_id == row.id)).first()
    if row.withdrawn_at is None:
        return ModerationFault.ALREADY_DECIDED
    if _is_merged(connection, row.id) or (post is not None and post.status != PostStatus.REFUSED):
        return ModerationFault.MOVED_ON  # merged, or taken back by its author
    hidden = sa.select(DECISION.c.before).where(
        DECISION.c.subject == str(new.subject),
        DECISION.c.choice == str(Choice.HIDE),
        DECISION.c.undone_at.is_(None),
    )
    before = connection.execute(hidden.order_by(DECISION.c.id.desc()).limit(1)).scalar()
    if before is None:  # hidden from the command line: nobody wrote down what stood
        closes_at = row.opens_at + rules.idea_days * DAY_MS
        connection.execute(sa.update(TOPIC).where(TOPIC.c.id == row.id).values(closes_at=closes_at))
    else:
        put_back(connection, {"topic": json.loads(before).get("topic", [])}, partly=True)
    connection.execute(sa.update(TOPIC).where(TOPIC.c.id == row.id).values(withdrawn_at=None))
    if post is not None:
        touched.watch("post", POST.c.id == post.id)
        decided(connection, post.id, PostStatus.PUBLISHED, "", now, topic_id=row.id)
    return touched.before(), ""


def _merge(
    connection: sa.Connection, _: Keys, new: NewDecision, rules: PostingRules, now: int
) -> Done | ModerationFault:
    """End a topic's vote and have it lead to another, arguments and all; ballots come over as their voters do."""
    gone, into = new.subject.id, new.into
    touched, fault = _topic(connection, new)
    if fault is not None:
        return fault
    lock_tallies(connection, sorted({gone, into}))
    row = _topic_row(connection, gone)
    if row.withdrawn_at is not None:
        return ModerationFault.ALREADY_DECIDED
    if gone == into or row.parent_id is not None or not _is_survivor(connection, into, now):
        return ModerationFault.NOT_MERGEABLE
    has_merged = sa.select(TOPIC_MERGE.c.id).where(
        TOPIC_MERGE.c.into_id == gone, TOPIC_MERGE.c.undone_at.is_(None)
    )
    if connection.execute(has_merged.limit(1)).first() is not None:
        return ModerationFault.HAS_MERGED
    children = touched.watch("topic", TOPIC.c.parent_id == gone)
    touched.watch("post", (POST.c.parent_topic == gone) & (POST.c.status == str(PostStatus.WAITING)))
    survivor = _topic_row(connection, into)
    ids = TOPIC.c.id.in_(children)
    moved = sa.update(TOPIC).where(ids).values(parent_id=into, theme_id=survivor.theme_id)
    connection.execute(moved)
    open_ones = ids & TOPIC.c.withdrawn_at.is_(None)
    connection.execute(sa.update(TOPIC).where(open_ones).values(closes_at=survivor.closes_at))
    waiting = (POST.c.parent_topic == gone) & (POST.c.status == str(PostStatus.WAITING))
    connection.execute(sa.update(POST).where(waiting).values(parent_topic=into))
    withdraw_topic(connection, gone, now)
    _settle(connection, touched, gone)
    connection.execute(sa.insert(TOPIC_MERGE).values(topic_id=gone, into_id=into, at=now))
    return touched.before(), ""


def _keep(
    connection: sa.Connection, _: Keys, new: NewDecision, rules: PostingRules, now: int
) -> Done | ModerationFault:
    """Look at what is reported of a topic, and leave it as it is."""
    touched, fault = _topic(connection, new)
    if fault is not None:
        return fault
    return (
        (touched.before(), "")
        if _settle(connection, touched, new.subject.id)
        else ModerationFault.ALREADY_DECIDED
    )


CHANGES: Mapping[Choice, Change] = {
    Choice.APPROVE: _approve,
    Choice.REFUSE: _refuse,
    Choice.JOIN: _join,
    Choice.THEME: _theme,
    Choice.HIDE: _hide,
    Choice.RESTORE: _restore,
    Choice.MERGE: _merge,
    Choice.KEEP: _keep,
}

_CITIZENS = [str(kind) for kind in TopicKind if kind.by_citizens]


def _waiting_post(connection: sa.Connection, new: NewDecision) -> tuple[Touched, ModerationFault | None]:
    touched = Touched(connection)
    if new.subject.sort is not Sort.POST or not touched.watch("post", POST.c.id == new.subject.id):
        return touched, ModerationFault.UNKNOWN
    status = connection.execute(sa.select(POST.c.status).where(POST.c.id == new.subject.id)).scalar()
    return touched, None if status == PostStatus.WAITING else ModerationFault.ALREADY_DECIDED


def _topic(connection: sa.Connection, new: NewDecision) -> tuple[Touched, ModerationFault | None]:
    """A citizen's topic and its arguments; the Région's are not for moderators."""
    touched = Touched(connection)
    is_citizens = TOPIC.c.kind.in_(_CITIZENS)
    if new.subject.sort is not Sort.TOPIC or not touched.watch(
        "topic", (TOPIC.c.id == new.subject.id) & is_citizens
    ):
        return touched, ModerationFault.UNKNOWN
    touched.watch("topic", TOPIC.c.parent_id == new.subject.id)
    return touched, None


def _topic_row(connection: sa.Connection, topic_id: int) -> sa.Row[tuple[Any, ...]]:
    return connection.execute(sa.select(TOPIC).where(TOPIC.c.id == topic_id)).one()


def _is_survivor(connection: sa.Connection, topic_id: int, now: int) -> bool:
    """Whether others may be merged into it: a citizen's, in view, its vote open, and no argument."""
    row = connection.execute(sa.select(TOPIC).where(TOPIC.c.id == topic_id)).first()
    return (
        row is not None
        and row.kind in _CITIZENS
        and row.parent_id is None
        and row.withdrawn_at is None
        and rules_of(row).state(now) is TopicState.OPEN
    )


def _is_merged(connection: sa.Connection, topic_id: int) -> bool:
    holds = sa.select(TOPIC_MERGE.c.id).where(
        TOPIC_MERGE.c.topic_id == topic_id, TOPIC_MERGE.c.undone_at.is_(None)
    )
    return connection.execute(holds.limit(1)).first() is not None


def _settle(connection: sa.Connection, touched: Touched, topic_id: int) -> int:
    ids: Iterable[int] = touched.watch(
        "report", (REPORT.c.topic_id == topic_id) & (REPORT.c.state == str(ReportState.OPEN))
    )
    looked_at = sa.update(REPORT).where(REPORT.c.id.in_(list(ids)))
    return connection.execute(looked_at.values(state=str(ReportState.SETTLED))).rowcount
