"""Campaigns in the making (pure)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Self

from storage.values_drafts import DraftFault, DraftSort
from storage.values_news import NewCampaign, Picture

MOST_TOPICS = 100


@dataclass(frozen=True, slots=True)
class CampaignContent:
    """All that an editor says of a campaign to be; ``topics`` are the numbers of those that it groups."""

    sort: ClassVar[DraftSort] = DraftSort.CAMPAIGN
    themes: ClassVar[frozenset[str]] = frozenset()
    title: str
    body: str
    topics: tuple[int, ...] = ()
    opens_at: int | None = None
    closes_at: int | None = None
    picture: Picture | None = None

    @property
    def lacks(self) -> DraftFault | None:
        return DraftFault.NO_CLOSES if self.closes_at is None else None

    @classmethod
    def read(cls, plain: Mapping[str, Any]) -> Self:
        picture = plain["picture"]
        known = {
            "topics": tuple(plain["topics"]),
            "picture": None if picture is None else Picture(**picture),
        }
        return cls(**{**plain, **known})

    def campaign(self, opens_at: int) -> NewCampaign:
        """The campaign that it becomes; it lacks nothing."""
        assert self.closes_at is not None  # noqa: S101 - it would be lacking
        return NewCampaign(
            self.title, self.body, opens_at, self.closes_at, topics=self.topics, picture=self.picture
        )
