"""Reports: taken once of each person and topic, listed by topic, settled."""

from collections import Counter
from collections.abc import Iterable

import sqlalchemy as sa

from storage.ballots import DAY_MS
from storage.claims import claims_on
from storage.database import Database
from storage.keys import Keys
from storage.marks import Mark, raise_mark
from storage.statements import hold
from storage.tables import TOPIC
from storage.tables_posts import POST
from storage.tables_reports import REPORT
from storage.values import TopicKind
from storage.values_moderation import Claim, Sort, Subject
from storage.values_reports import NewReport, Reported, ReportReason, ReportRefusal, ReportState

REPORTS_A_DAY = 20
"""Topics that one person may report in a day."""

URGENT_FROM = 5
"""People who reported a topic from which on it is listed before all others."""

TOPICS_A_PAGE = 50
TEXTS_SHOWN = 5


async def report(database: Database, new: NewReport, now: int) -> ReportRefusal | None:
    """Keep a report for a moderator; why not, where it is refused.

    Who reports a topic again corrects what they said, as long as nobody has settled it.
    """

    def keep(connection: sa.Connection) -> ReportRefusal | None:
        hold(connection, new.reporter)
        if not _is_reportable(connection, new.topic):
            return ReportRefusal.UNKNOWN_TOPIC
        own = REPORT.c.reporter == new.reporter
        said = {"reason": str(new.reason), "text": new.text}
        before = connection.execute(
            sa.select(REPORT.c.id).where(own, REPORT.c.topic_id == new.topic)
        ).scalar()
        if before is not None:
            corrected = sa.update(REPORT).where(
                REPORT.c.id == before, REPORT.c.state == str(ReportState.OPEN)
            )
            connection.execute(corrected.values(said))
            return None
        recent = sa.select(sa.func.count()).select_from(REPORT).where(own, REPORT.c.at > now - DAY_MS)
        if connection.execute(recent).scalar_one() >= REPORTS_A_DAY:
            return ReportRefusal.TOO_MANY_TODAY
        fresh = {"topic_id": new.topic, "reporter": new.reporter, "at": now, "state": str(ReportState.OPEN)}
        connection.execute(sa.insert(REPORT).values(fresh | said))
        raise_mark(connection, Mark.DESK)
        return None

    return await database.write(keep, idempotent=True)


async def may_report_again(database: Database, reporter: bytes) -> int | None:
    """The instant from which a report is taken again, after one was refused as one too many."""
    theirs = sa.select(REPORT.c.at).where(REPORT.c.reporter == reporter)
    nth = theirs.order_by(REPORT.c.at.desc()).offset(REPORTS_A_DAY - 1).limit(1)
    async with database.read() as connection:
        at = (await connection.execute(nth)).scalar()
    return None if at is None else at + DAY_MS


async def reported(database: Database, limit: int = TOPICS_A_PAGE) -> list[Reported]:
    """Topics with open reports: those of five people or more first, then by number, the longest waiting first."""
    return await _reported(database, limit, REPORT.c.state == str(ReportState.OPEN))


async def held_topics(database: Database, topics: Iterable[int], now: int) -> dict[int, Claim]:
    """Who of staff has which of these topics open."""
    async with database.read() as connection:
        claims = await claims_on(connection, [Subject(Sort.TOPIC, topic) for topic in topics], now)
    return {subject.id: claim for subject, claim in claims.items()}


async def reported_of(database: Database, topic_id: int) -> Reported | None:
    """What is open against one topic; None where nothing is."""
    of_topic = REPORT.c.topic_id == topic_id
    found = await _reported(database, 1, of_topic & (REPORT.c.state == str(ReportState.OPEN)))
    return found[0] if found else None


async def _reported(database: Database, limit: int, which: sa.ColumnElement[bool]) -> list[Reported]:
    people = sa.func.count()
    is_urgent = sa.case((people >= URGENT_FROM, 0), else_=1)
    grouped = (
        sa.select(REPORT.c.topic_id, TOPIC.c.title, POST.c.id.label("post"), people.label("people"))
        .join(TOPIC, TOPIC.c.id == REPORT.c.topic_id)
        .outerjoin(POST, POST.c.topic_id == REPORT.c.topic_id)
        .where(which)
        .group_by(REPORT.c.topic_id, TOPIC.c.title, POST.c.id)
        .order_by(is_urgent, people.desc(), sa.func.min(REPORT.c.id))
        .limit(limit)
    )
    async with database.read() as connection:
        rows = (await connection.execute(grouped)).all()
        reasons: dict[int, Counter[ReportReason]] = {row.topic_id: Counter() for row in rows}
        texts: dict[int, list[str]] = {row.topic_id: [] for row in rows}
        open_here = sa.and_(REPORT.c.topic_id.in_(list(reasons)), REPORT.c.state == str(ReportState.OPEN))
        counted = sa.select(REPORT.c.topic_id, REPORT.c.reason, people.label("people")).where(open_here)
        for row in await connection.execute(counted.group_by(REPORT.c.topic_id, REPORT.c.reason)):
            reasons[row.topic_id][ReportReason(row.reason)] = row.people
        place = sa.func.row_number().over(partition_by=REPORT.c.topic_id, order_by=REPORT.c.id.desc())
        said = (
            sa.select(REPORT.c.topic_id, REPORT.c.text, place.label("place"))
            .where(open_here, REPORT.c.text != "")
            .subquery()
        )
        newest = sa.select(said).where(said.c.place <= TEXTS_SHOWN).order_by(said.c.topic_id, said.c.place)
        for row in await connection.execute(newest):
            texts[row.topic_id].append(row.text)
    return [
        Reported(
            topic=row.topic_id,
            title=row.title,
            post=row.post,
            people=row.people,
            reasons=dict(reasons[row.topic_id].most_common()),
            texts=tuple(texts[row.topic_id]),
        )
        for row in rows
    ]


async def settle(database: Database, topic_id: int) -> int:
    """Say that somebody has looked at what is reported of a topic; how many reports that were."""
    looked_at = (
        sa.update(REPORT)
        .where(REPORT.c.topic_id == topic_id, REPORT.c.state == str(ReportState.OPEN))
        .values(state=str(ReportState.SETTLED))
    )

    def look(connection: sa.Connection) -> int:
        settled = connection.execute(looked_at).rowcount
        raise_mark(connection, Mark.DESK)
        return settled

    return await database.write(look)


def forget_reports(connection: sa.Connection, keys: Keys, device: bytes) -> None:
    """Leave a device's reports to nobody; what they added goes."""
    theirs = REPORT.c.reporter == keys.reporter(device)
    connection.execute(sa.update(REPORT).where(theirs).values(reporter=None, text=""))


def _is_reportable(connection: sa.Connection, topic_id: int) -> bool:
    """Whether the topic is a citizen's and in view; the Région answers for its own."""
    kind = connection.execute(
        sa.select(TOPIC.c.kind).where(TOPIC.c.id == topic_id, TOPIC.c.withdrawn_at.is_(None))
    ).scalar()
    return kind is not None and TopicKind(kind).by_citizens
