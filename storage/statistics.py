"""Sums over all topics, made of what is public already: headlines, sealed series, moments; never of ballots."""

from collections import defaultdict
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from realtime.disclosure import JUDGED_FROM, HeadlinePolicy, ResultPolicy, View, view_for
from realtime.tally import HEADLINE_SERIES, Counts, SeriesKind
from storage.database import Database
from storage.tables import MOMENT, SERIES, TALLY, THEME, TOPIC
from storage.tables_questionnaires import QUESTIONNAIRE, QUESTIONNAIRE_STEP
from storage.tallies import MOMENT_MS
from storage.values import Provenance, Theme, TopicKind
from storage.values_statistics import Figures, GroupFigures, Pool, Rise, ThemeFigures, TopicFigures

COUNTING_SECONDS = 20.0
"""How long one of these looks may take."""

PROFILE_KINDS = (SeriesKind.DEPARTEMENT, SeriesKind.SEX, SeriesKind.AGE)
"""The kinds of series that a profile counts in."""

MOST_SHOWN = 2000
"""Of how many topics, those with most voters, the lists are made."""

POOLED_FROM = 200
"""Voters that a topic publishes in a kind of series before it is compared with the residents: in a smaller one
small groups are missing because they are sealed, not because they stayed away."""


async def figures(database: Database, now: int, *, listed: int) -> Figures:
    """All sums from one snapshot of the database; ``listed`` topics in the list of those with most voters."""
    looks = _Looks(now)
    async with database.read(COUNTING_SECONDS) as connection:
        themes = await _themes(connection, looks)
        totals = (await connection.execute(looks.totals())).one()
        groups = [_group(row) for row in await connection.execute(looks.groups())]
        pools = await _pools(connection)
        most = [_topic(row) for row in await connection.execute(looks.most_voted(listed))]
        shown = [_topic(row) for row in await connection.execute(looks.shown_topics())]
        marked = (await connection.execute(sa.select(TOPIC.c.provenance).distinct())).scalars().all()
    return Figures(
        topics=int(totals.topics),
        open_topics=int(totals.open_topics),
        themes=tuple(themes),
        groups=tuple(groups),
        pools=pools,
        most_voted=tuple(most),
        shown=tuple(shown),
        provenances=frozenset(Provenance(mark) for mark in marked),
    )


async def voters_won(database: Database, since: int, until: int) -> int:
    """Voters that all topics together won from one instant to another (ms), to the ten seconds.

    Who withdraws is taken off on the day of the withdrawal.
    """
    won = _won(since, until).subquery()
    async with database.read(COUNTING_SECONDS) as connection:
        total = await connection.execute(sa.select(sa.func.coalesce(sa.func.sum(won.c.won), 0)))
        return int(total.scalar_one())


async def rising(database: Database, since: int, now: int, *, listed: int) -> list[Rise]:
    """The topics that won most voters since an instant, most first."""
    won = _won(since, now + MOMENT_MS).subquery()
    statement = (
        _Looks(now)
        .topics()
        .add_columns(won.c.won)
        .join(won, won.c.topic_id == TOPIC.c.id)
        .where(won.c.won > 0)
    )
    async with database.read(COUNTING_SECONDS) as connection:
        rows = await connection.execute(statement.order_by(won.c.won.desc(), TOPIC.c.id.desc()).limit(listed))
        return [Rise(_topic(row), int(row.won)) for row in rows]


def _won(since: int, until: int) -> sa.Select[tuple[int, int]]:
    """By topic that moved in the span, its voters at the end of it less those before it."""
    first, end = -(-since // MOMENT_MS), until // MOMENT_MS
    last = (
        sa.select(MOMENT.c.topic_id, sa.func.max(MOMENT.c.bucket).label("bucket"))
        .join(TOPIC, TOPIC.c.id == MOMENT.c.topic_id)
        .where(_SUBJECTS, MOMENT.c.bucket >= first, MOMENT.c.bucket < end)
        .group_by(MOMENT.c.topic_id)
        .subquery()
    )
    earlier = MOMENT.alias("earlier")
    before = (
        sa.select(earlier.c.plus + earlier.c.minus)
        .where(earlier.c.topic_id == MOMENT.c.topic_id, earlier.c.bucket < first)
        .order_by(earlier.c.bucket.desc())
        .limit(1)
        .scalar_subquery()
    )
    won = MOMENT.c.plus + MOMENT.c.minus - sa.func.coalesce(before, 0)
    same = sa.and_(last.c.topic_id == MOMENT.c.topic_id, last.c.bucket == MOMENT.c.bucket)
    return sa.select(MOMENT.c.topic_id, won.label("won")).join(last, same)


_QUESTIONNAIRE = (
    sa.select(QUESTIONNAIRE.c.title)
    .join(QUESTIONNAIRE_STEP, QUESTIONNAIRE_STEP.c.questionnaire_id == QUESTIONNAIRE.c.id)
    .where(QUESTIONNAIRE_STEP.c.topic_id == TOPIC.c.id)
    .scalar_subquery()
)


@dataclass(frozen=True, slots=True)
class _Looks:
    """The questions as of ``now``."""

    now: int

    @property
    def is_closed(self) -> sa.ColumnElement[bool]:
        return sa.and_(TOPIC.c.closes_at.is_not(None), TOPIC.c.closes_at <= self.now)

    @property
    def is_shown(self) -> sa.ColumnElement[bool]:
        """Whether everybody may see a topic's results: the rule is ``view_for``'s, here written out."""
        when = {True: self.is_closed, False: sa.not_(self.is_closed)}
        return sa.or_(
            *(
                sa.and_(TOPIC.c.results == str(policy), when[closed])
                for policy in ResultPolicy
                for closed in when
                if view_for(policy, voted=False, closed=closed) is View.RESULTS
            )
        )

    def _if_shown(self, number: sa.ColumnElement[int]) -> sa.ColumnElement[int]:
        return _sum(sa.case((self.is_shown, number), else_=0))

    def totals(self) -> sa.Select[int, int]:
        is_open = sa.and_(TOPIC.c.opens_at <= self.now, sa.not_(self.is_closed))
        return (
            sa.select(
                sa.func.count().label("topics"), _sum(sa.case((is_open, 1), else_=0)).label("open_topics")
            )
            .select_from(TOPIC)
            .where(_SUBJECTS)
        )

    def themes(self) -> sa.Select[tuple[object, ...]]:
        return (
            sa.select(
                THEME.c.slug,
                THEME.c.name,
                sa.func.count(TOPIC.c.id).label("topics"),
                _sum(_PLUS + _MINUS).label("voters"),
                self._if_shown(sa.literal(1)).label("shown_topics"),
                self._if_shown(_PLUS).label("plus"),
                self._if_shown(_MINUS).label("minus"),
            )
            .select_from(_PUBLIC)
            .join(THEME, THEME.c.id == TOPIC.c.theme_id)
            .where(_SUBJECTS)
            .group_by(THEME.c.slug, THEME.c.name)
        )

    def groups(self) -> sa.Select[tuple[object, ...]]:
        return (
            sa.select(
                THEME.c.slug,
                SERIES.c.series,
                _sum(_VOTERS).label("voters"),
                self._if_shown(SERIES.c.public_plus).label("plus"),
                self._if_shown(SERIES.c.public_minus).label("minus"),
            )
            .join(TOPIC, TOPIC.c.id == SERIES.c.topic_id)
            .join(THEME, THEME.c.id == TOPIC.c.theme_id)
            .where(_SUBJECTS, SERIES.c.public_plus.is_not(None), _KIND.in_(_KINDS))
            .group_by(THEME.c.slug, SERIES.c.series)
            .order_by(THEME.c.slug, SERIES.c.series)
        )

    def topics(self) -> sa.Select[tuple[object, ...]]:
        return (
            sa.select(
                *(TOPIC.c[name] for name in ("id", "title", "kind", "provenance")),
                _PLUS.label("plus"),
                _MINUS.label("minus"),
                sa.case((self.is_shown, 1), else_=0).label("shown"),
                _QUESTIONNAIRE.label("questionnaire"),
            )
            .select_from(_PUBLIC)
            .where(_SUBJECTS)
        )

    def most_voted(self, most: int) -> sa.Select[tuple[object, ...]]:
        voters = _PLUS + _MINUS
        return self.topics().where(voters > 0).order_by(voters.desc(), TOPIC.c.id.desc()).limit(most)

    def shown_topics(self) -> sa.Select[tuple[object, ...]]:
        """Ordered by the sum, which tells nothing of the ratio."""
        return self.most_voted(MOST_SHOWN).where(self.is_shown, _PLUS + _MINUS >= JUDGED_FROM)


async def _themes(connection: AsyncConnection, looks: _Looks) -> list[ThemeFigures]:
    """Every theme, those without topics too, as the Région orders them."""
    found = {row.slug: row for row in await connection.execute(looks.themes())}
    every = await connection.execute(sa.select(THEME.c.slug, THEME.c.name).order_by(THEME.c.id))
    return [_theme(Theme(slug, name), found.get(slug)) for slug, name in every]


def _theme(theme: Theme, row: Row[tuple[object, ...]] | None) -> ThemeFigures:
    if row is None:
        return ThemeFigures(theme, 0, 0, 0, Counts(0, 0))
    counts = Counts(int(row.plus), int(row.minus))
    return ThemeFigures(theme, int(row.topics), int(row.voters), int(row.shown_topics), counts)


async def _pools(connection: AsyncConnection) -> dict[SeriesKind, Pool]:
    sizes: dict[str, dict[int, int]] = defaultdict(dict)
    voters: dict[str, dict[str, int]] = defaultdict(dict)
    large = (
        sa.select(SERIES.c.topic_id, _KIND.label("kind"), _sum(_VOTERS).label("size"))
        .join(TOPIC, TOPIC.c.id == SERIES.c.topic_id)
        .where(_SUBJECTS, SERIES.c.public_plus.is_not(None), _KIND.in_(_KINDS))
        .group_by(SERIES.c.topic_id, _KIND)
        .having(_sum(_VOTERS) >= POOLED_FROM)
        .subquery()
    )
    many = sa.select(large.c.kind, large.c.size, sa.func.count().label("topics"))
    for row in await connection.execute(many.group_by(large.c.kind, large.c.size)):
        sizes[row.kind][int(row.size)] = int(row.topics)
    of_large = sa.and_(large.c.topic_id == SERIES.c.topic_id, large.c.kind == _KIND)
    summed = (
        sa.select(SERIES.c.series, _sum(_VOTERS).label("voters"))
        .join(large, of_large)
        .where(SERIES.c.public_plus.is_not(None))
        .group_by(SERIES.c.series)
    )
    for row in await connection.execute(summed):
        voters[row.series.partition(":")[0]][row.series] = int(row.voters)
    return {kind: Pool(kind, dict(sizes[kind]), dict(voters[kind])) for kind in PROFILE_KINDS}


def _group(row: Row[tuple[object, ...]]) -> GroupFigures:
    return GroupFigures(row.slug, row.series, int(row.voters), Counts(int(row.plus), int(row.minus)))


def _topic(row: Row[tuple[object, ...]]) -> TopicFigures:
    counts = Counts(int(row.plus), int(row.minus))
    return TopicFigures(
        row.id,
        row.title,
        TopicKind(row.kind),
        Provenance(row.provenance),
        counts.voters,
        counts if row.shown else None,
        row.questionnaire or "",
    )


def _sum(number: sa.ColumnElement[int]) -> sa.ColumnElement[int]:
    return sa.func.coalesce(sa.func.sum(number), 0)


_KINDS = tuple(str(kind) for kind in PROFILE_KINDS)
_KIND: sa.ColumnElement[str] = sa.func.substr(SERIES.c.series, sa.literal_column("1"), sa.literal_column("3"))
_VOTERS = SERIES.c.public_plus + SERIES.c.public_minus
_HEADLINE = SERIES.alias("headline")
_SUBJECTS = sa.and_(TOPIC.c.parent_id.is_(None), TOPIC.c.withdrawn_at.is_(None))
"""What stands for itself and is in view: no argument, and nothing that was withdrawn."""

_PUBLIC = TOPIC.join(TALLY, TALLY.c.topic_id == TOPIC.c.id).outerjoin(
    _HEADLINE, sa.and_(_HEADLINE.c.topic_id == TOPIC.c.id, _HEADLINE.c.series == HEADLINE_SERIES)
)


def _public(name: str) -> sa.ColumnElement[int]:
    """One side of the public headline: exact where it is live, sealed where it is sealed."""
    is_live = TOPIC.c.headline == str(HeadlinePolicy.LIVE)
    return sa.case((is_live, TALLY.c[name]), else_=sa.func.coalesce(_HEADLINE.c[f"public_{name}"], 0))


_PLUS, _MINUS = _public("plus"), _public("minus")
