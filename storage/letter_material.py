"""What a month gives the letter: what the Région decided and answered, and the topics people voted on."""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from realtime.disclosure import RATIO_FROM, seen_through
from realtime.tally import PublicTally
from storage.database import Database
from storage.follow_up import follow_up_of
from storage.listing import LISTED
from storage.tables import TALLY, TOPIC
from storage.tables_follow_up import FOLLOW_UP
from storage.tallies import standings
from storage.topics import topic_of, topics_with_themes
from storage.values import Topic
from storage.values_follow_up import Answered, FollowUpStep

MOST_TOLD = 12
MOST_TOPICS = 200
"""Of a month's topics, those with most voters are looked at."""


@dataclass(frozen=True, slots=True)
class Popular:
    """A topic as somebody sees it who has not voted: ``plus`` in percent, None where the ratio is hidden or few."""

    topic: Topic
    voters: int
    plus: int | None


@dataclass(frozen=True, slots=True)
class Material:
    decided: Sequence[Answered]
    answered: Sequence[Answered]
    topics: Sequence[Popular]


async def material(database: Database, since: int, until: int, now: int) -> Material:
    """Of the month from ``since`` to ``until``; what may be seen of results is judged at ``now``."""
    decided = await _told(database, (FollowUpStep.DECIDED, FollowUpStep.DONE), since, until)
    answered = await _told(database, (FollowUpStep.ANSWERED,), since, until)
    return Material(decided, answered, await _topics(database, since, until, now))


async def _told(
    database: Database, steps: tuple[FollowUpStep, ...], since: int, until: int
) -> list[Answered]:
    statement = (
        topics_with_themes()
        .join(FOLLOW_UP, FOLLOW_UP.c.topic_id == TOPIC.c.id)
        .add_columns(FOLLOW_UP)
        .where(*LISTED, FOLLOW_UP.c.step.in_([str(step) for step in steps]))
        .where(FOLLOW_UP.c.at >= since, FOLLOW_UP.c.at < until)
        .order_by(FOLLOW_UP.c.at.desc(), FOLLOW_UP.c.topic_id.desc())
        .limit(MOST_TOLD)
    )
    async with database.read() as connection:
        return [Answered(topic_of(row), follow_up_of(row)) for row in await connection.execute(statement)]


async def _topics(database: Database, since: int, until: int, now: int) -> list[Popular]:
    """Those on which one could vote in the month."""
    ran = (TOPIC.c.opens_at < min(until, now)) & sa.or_(
        TOPIC.c.closes_at.is_(None), TOPIC.c.closes_at > since
    )
    statement = (
        topics_with_themes()
        .join(TALLY, TALLY.c.topic_id == TOPIC.c.id)
        .where(*LISTED, ran)
        .order_by(TALLY.c.voters.desc(), TOPIC.c.id)
        .limit(MOST_TOPICS)
    )
    async with database.read() as connection:
        topics = [topic_of(row) for row in await connection.execute(statement)]
    found = await standings(database, [topic.id for topic in topics])
    return [_popular(topic, found[topic.id].tally, now) for topic in topics if topic.id in found]


def _popular(topic: Topic, tally: PublicTally, now: int) -> Popular:
    seen = seen_through(tally, topic.rules.view(voted=False, now=now))
    headline = seen.headline
    plus = None
    if headline is not None and headline.voters >= RATIO_FROM:
        plus = round(100 * headline.plus / headline.voters)
    return Popular(topic, seen.voters, plus)
