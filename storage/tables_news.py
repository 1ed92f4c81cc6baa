"""The tables of the Région's news: pictures and campaigns. Nothing outside storage sees them."""

from sqlalchemy import BigInteger, Column, LargeBinary
from sqlmodel import Field, SQLModel


class ImageRow(SQLModel, table=True):
    """A file's content under its SHA-256 in hexadecimal digits."""

    __tablename__ = "image"
    hash: str = Field(primary_key=True, max_length=64)
    format: str = Field(max_length=10)
    content: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class PictureRow(SQLModel, table=True):
    """The picture of a topic; ``alt`` says it in words."""

    __tablename__ = "picture"
    id: int | None = Field(default=None, primary_key=True)
    topic_id: int = Field(foreign_key="topic.id", unique=True)
    image: str = Field(foreign_key="image.hash", max_length=64)
    alt: str = Field(max_length=300)
    width: int
    height: int


class CampaignRow(SQLModel, table=True):
    """``image`` to ``height`` are null where it has no picture."""

    __tablename__ = "campaign"
    id: int | None = Field(default=None, primary_key=True)
    title: str = Field(max_length=400)
    body: str
    opens_at: int = Field(sa_type=BigInteger)
    closes_at: int = Field(sa_type=BigInteger)
    provenance: str = Field(max_length=20)
    created_at: int = Field(sa_type=BigInteger)
    image: str | None = Field(default=None, max_length=64)
    alt: str | None = Field(default=None, max_length=300)
    width: int | None = None
    height: int | None = None


class CampaignTopicRow(SQLModel, table=True):
    """A topic belongs to one campaign at most."""

    __tablename__ = "campaign_topic"
    topic_id: int = Field(primary_key=True, foreign_key="topic.id")
    campaign_id: int = Field(foreign_key="campaign.id", index=True)


IMAGE = SQLModel.metadata.tables["image"]
PICTURE = SQLModel.metadata.tables["picture"]
CAMPAIGN = SQLModel.metadata.tables["campaign"]
CAMPAIGN_TOPIC = SQLModel.metadata.tables["campaign_topic"]
