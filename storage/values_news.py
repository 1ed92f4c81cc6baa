"""What the Région tells, as it crosses storage's border."""

from dataclasses import dataclass

from storage.image_header import ImageFormat
from storage.values import NewTopic, Provenance, TopicRules, TopicState

LONGEST_ALT = 300


@dataclass(frozen=True, slots=True)
class NewPicture:
    """``alt`` says in words what is to be seen, at most 300 signs."""

    content: bytes
    alt: str


@dataclass(frozen=True, slots=True)
class NewNews:
    """A topic of the Région, with a picture or within a campaign or neither."""

    topic: NewTopic
    picture: NewPicture | None = None
    campaign: int | None = None


@dataclass(frozen=True, slots=True)
class Picture:
    """``image`` names its content; width and height in pixels."""

    image: str
    alt: str
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Image:
    """``is_public``: a published topic shows it."""

    format: ImageFormat
    content: bytes
    is_public: bool


@dataclass(frozen=True, slots=True)
class NewCampaign:
    """``picture`` is one that is kept already."""

    title: str
    body: str
    opens_at: int
    closes_at: int
    provenance: Provenance = Provenance.REAL
    topics: tuple[int, ...] = ()
    picture: Picture | None = None


@dataclass(frozen=True, slots=True)
class Campaign:
    """``topics`` are the newest first."""

    id: int
    title: str
    body: str
    opens_at: int
    closes_at: int
    provenance: Provenance
    topics: tuple[int, ...]
    picture: Picture | None = None

    @property
    def rules(self) -> TopicRules:
        """When it runs, as a topic says it."""
        return TopicRules(self.opens_at, self.closes_at)

    def state(self, now: int) -> TopicState:
        return self.rules.state(now)
