"""What the Région tells: topics with a picture, and campaigns that group them."""

import hashlib
from collections.abc import Iterable

import sqlalchemy as sa

from storage.database import Database
from storage.image_header import ImageFault, ImageFormat, ImageHeader, read_header
from storage.keys import Keys
from storage.listing import LISTED
from storage.statements import Upsert
from storage.tables import TOPIC
from storage.tables_events import EVENT_PHOTO
from storage.tables_news import CAMPAIGN, CAMPAIGN_TOPIC, IMAGE, PICTURE
from storage.tables_questionnaires import QUESTIONNAIRE_STEP
from storage.topics import create_topic, refuse_long_title
from storage.values import Provenance
from storage.values_news import LONGEST_ALT, Campaign, Image, NewCampaign, NewNews, NewPicture, Picture


class BadPicture(Exception):
    """The picture cannot be taken; the message says why and what to do."""


class UnknownCampaign(Exception):
    """No campaign has this number."""


class NotTheRegions(Exception):
    """What the Région tells is a question, a proposal or news, never a citizen's idea."""


async def create_news(database: Database, keys: Keys, news: NewNews, now: int) -> int:
    """Store a topic of the Région with its picture, all or nothing; the topic's id.

    Raises BadPicture, UnknownCampaign, NotTheRegions, TitleTooLong, UnknownTheme and StorageUnavailable.
    """
    refuse_long_title(news.topic.title)
    if news.topic.kind.by_citizens:
        raise NotTheRegions(news.topic.title)
    picture = None if news.picture is None else (news.picture, _header(news.picture))

    def create(connection: sa.Connection) -> int:
        topic = create_topic(connection, keys, news.topic, now)
        if picture is not None:
            _hang(connection, topic, *picture)
        if news.campaign is not None:
            known = sa.select(CAMPAIGN.c.id).where(CAMPAIGN.c.id == news.campaign)
            if connection.execute(known).scalar() is None:
                raise UnknownCampaign(news.campaign)
            connection.execute(sa.insert(CAMPAIGN_TOPIC).values(topic_id=topic, campaign_id=news.campaign))
        return topic

    return await database.write(create)


def _header(picture: NewPicture) -> ImageHeader:
    if not picture.alt.strip():
        raise BadPicture("the picture needs words for those who cannot see it (alt)")
    if len(picture.alt) > LONGEST_ALT:
        raise BadPicture(f"the words for the picture (alt) have more than {LONGEST_ALT} signs")
    header = read_header(picture.content)
    if isinstance(header, ImageFault):
        raise BadPicture(str(header))
    return header


def _hang(connection: sa.Connection, topic: int, picture: NewPicture, header: ImageHeader) -> None:
    name = hashlib.sha256(picture.content).hexdigest()
    _KEEP_IMAGE(connection, [{"hash": name, "format": str(header.format), "content": picture.content}])
    connection.execute(
        sa.insert(PICTURE).values(
            topic_id=topic, image=name, alt=picture.alt, width=header.width, height=header.height
        )
    )


def keep_image(connection: sa.Connection, name: str, content: bytes) -> None:
    """A picture that was made anew (``name``: its hash), within a transaction; the same twice is kept once."""
    _KEEP_IMAGE(connection, [{"hash": name, "format": str(ImageFormat.WEBP), "content": content}])


def knows_image(connection: sa.Connection, name: str) -> bool:
    return connection.execute(sa.select(IMAGE.c.hash).where(IMAGE.c.hash == name)).first() is not None


async def get_image(database: Database, name: str) -> Image | None:
    hung = sa.or_(
        sa.exists().where(PICTURE.c.image == IMAGE.c.hash),
        sa.exists().where(EVENT_PHOTO.c.image == IMAGE.c.hash),
    )
    statement = sa.select(IMAGE.c.format, IMAGE.c.content, hung.label("hung")).where(IMAGE.c.hash == name)
    async with database.read() as connection:
        row = (await connection.execute(statement)).first()
        return None if row is None else Image(ImageFormat(row.format), bytes(row.content), bool(row.hung))


async def pictures_of(database: Database, topic_ids: Iterable[int]) -> dict[int, Picture]:
    """The picture of each of these topics that has one."""
    statement = sa.select(PICTURE).where(PICTURE.c.topic_id.in_(list(topic_ids)))
    async with database.read() as connection:
        rows = await connection.execute(statement)
        return {row.topic_id: Picture(row.image, row.alt, row.width, row.height) for row in rows}


# --- campaigns


async def create_campaign(database: Database, new: NewCampaign, now: int) -> int:
    """Store a campaign; its id. Raises TitleTooLong and StorageUnavailable."""
    refuse_long_title(new.title)
    return await database.write(lambda connection: create_campaign_within(connection, new, now))


def create_campaign_within(connection: sa.Connection, new: NewCampaign, now: int) -> int:
    """The same within a transaction; whoever calls has looked at the title's length."""
    words = {"title": new.title, "body": new.body, **_shown(new.picture)}
    times = {"opens_at": new.opens_at, "closes_at": new.closes_at, "created_at": now}
    statement = sa.insert(CAMPAIGN).values(provenance=str(new.provenance), **words, **times)
    (campaign,) = connection.execute(statement).inserted_primary_key or (0,)
    _group(connection, int(campaign), new.topics)
    return int(campaign)


def change_campaign(
    connection: sa.Connection,
    campaign: int,
    title: str,
    body: str,
    topics: tuple[int, ...],
    picture: Picture | None,
) -> None:
    """Say a campaign otherwise and group other topics, within a transaction."""
    words = {"title": title, "body": body, **_shown(picture)}
    connection.execute(sa.update(CAMPAIGN).where(CAMPAIGN.c.id == campaign).values(words))
    connection.execute(
        sa.delete(CAMPAIGN_TOPIC).where(
            CAMPAIGN_TOPIC.c.campaign_id == campaign, CAMPAIGN_TOPIC.c.topic_id.not_in(topics)
        )
    )
    _group(connection, campaign, topics)


def end_campaign(connection: sa.Connection, campaign: int, at: int) -> None:
    """Let a campaign end at the instant ``at``, within a transaction; the votes on its topics go on."""
    connection.execute(sa.update(CAMPAIGN).where(CAMPAIGN.c.id == campaign).values(closes_at=at))


def _group(connection: sa.Connection, campaign: int, topics: Iterable[int]) -> None:
    """A topic that another campaign has by now stays there."""
    _KEEP_GROUPED(connection, [{"topic_id": topic, "campaign_id": campaign} for topic in topics])


def _shown(picture: Picture | None) -> dict[str, object]:
    if picture is None:
        return dict.fromkeys(("image", "alt", "width", "height"))
    return {
        "image": picture.image,
        "alt": picture.alt,
        "width": picture.width,
        "height": picture.height,
    }


async def ungroupable(
    database: Database, topics: Iterable[int], campaign: int | None
) -> tuple[list[int], list[int]]:
    """Of these topics, those that no campaign can have, and those that another one than ``campaign`` has."""
    wanted = list(topics)
    able = sa.select(TOPIC.c.id).where(
        TOPIC.c.id.in_(wanted),
        *LISTED,
        TOPIC.c.id.not_in(sa.select(QUESTIONNAIRE_STEP.c.topic_id)),
    )
    taken = sa.select(CAMPAIGN_TOPIC.c.topic_id).where(
        CAMPAIGN_TOPIC.c.topic_id.in_(wanted), CAMPAIGN_TOPIC.c.campaign_id != (campaign or 0)
    )
    async with database.read() as connection:
        known = set(await connection.scalars(able))
        elsewhere = set(await connection.scalars(taken))
    return [one for one in wanted if one not in known], [one for one in wanted if one in elsewhere]


async def get_campaign(database: Database, campaign_id: int) -> Campaign | None:
    found = await _campaigns(database, CAMPAIGN.c.id == campaign_id)
    return found[0] if found else None


async def campaign_of(database: Database, topic_id: int) -> Campaign | None:
    """The campaign that a topic belongs to."""
    its = sa.select(CAMPAIGN_TOPIC.c.campaign_id).where(CAMPAIGN_TOPIC.c.topic_id == topic_id)
    found = await _campaigns(database, CAMPAIGN.c.id.in_(its))
    return found[0] if found else None


async def running_campaigns(database: Database, now: int) -> list[Campaign]:
    """Those that run now, the newest first."""
    return await _campaigns(database, sa.and_(CAMPAIGN.c.opens_at <= now, CAMPAIGN.c.closes_at > now))


async def _campaigns(database: Database, which: sa.ColumnElement[bool]) -> list[Campaign]:
    statement = sa.select(CAMPAIGN).where(which).order_by(CAMPAIGN.c.id.desc())
    topics = (
        sa.select(CAMPAIGN_TOPIC)
        .join(TOPIC, TOPIC.c.id == CAMPAIGN_TOPIC.c.topic_id)
        .order_by(TOPIC.c.opens_at.desc(), TOPIC.c.id.desc())
    )
    async with database.read() as connection:
        rows = (await connection.execute(statement)).all()
        ids = [row.id for row in rows]
        theirs = topics.where(CAMPAIGN_TOPIC.c.campaign_id.in_(ids))
        of_those = (await connection.execute(theirs)).all() if ids else []
    return [
        Campaign(
            id=row.id,
            title=row.title,
            body=row.body,
            opens_at=row.opens_at,
            closes_at=row.closes_at,
            provenance=Provenance(row.provenance),
            topics=tuple(each.topic_id for each in of_those if each.campaign_id == row.id),
            picture=Picture(row.image, row.alt, row.width, row.height) if row.image else None,
        )
        for row in rows
    ]


_KEEP_IMAGE = Upsert(IMAGE, ())
_KEEP_GROUPED = Upsert(CAMPAIGN_TOPIC, ())
