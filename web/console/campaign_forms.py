"""Reads what editors write of a campaign (pure): its content, or what is wrong field by field."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from starlette.datastructures import FormData

from channels.parsing import MAX_INTEGER
from storage.values_campaign_drafts import MOST_TOPICS, CampaignContent
from storage.values_drafts import DraftFault
from storage.values_news import Picture
from web.console.draft_forms import picture_faults, read_body, time_faults, title_fault
from web.console.local_instant import read_instant, write_instant
from web.forms import typed
from web.post_text import clean

_APART = re.compile(r"[\s,;]+")


@dataclass(frozen=True, slots=True)
class TypedCampaign:
    """The form as it was filled in; ``topics`` were ticked, ``more`` are numbers that were typed."""

    title: str = ""
    body: str = ""
    opens: str = ""
    closes: str = ""
    alt: str = ""
    remove: str = ""
    topics: tuple[str, ...] = ()
    more: str = ""


def read_typed(form: FormData) -> TypedCampaign:
    words = {
        name: typed(form, name) for name in ("title", "body", "opens", "closes", "alt", "remove", "more")
    }
    ticked = tuple(str(one)[:20] for one in form.getlist("topic") if isinstance(one, str))
    return TypedCampaign(**words, topics=ticked)


def write_typed(content: CampaignContent) -> TypedCampaign:
    """A draft as its form shows it."""
    return TypedCampaign(
        content.title,
        content.body,
        write_instant(content.opens_at),
        write_instant(content.closes_at),
        content.picture.alt if content.picture else "",
        topics=tuple(map(str, content.topics)),
    )


def read_campaign(told: TypedCampaign, picture: Picture | None) -> CampaignContent | Mapping[str, DraftFault]:
    """``picture`` is the one that it has, or gets; its words are those of the form."""
    faults: dict[str, DraftFault] = {}
    title, body, alt = clean(told.title), read_body(told.body), clean(told.alt)
    opens, closes = read_instant(told.opens.strip()), read_instant(told.closes.strip())
    topics = read_topics(told)
    if fault := title_fault(title):
        faults["title"] = fault
    for name, value in (("body", body), ("more", topics)):
        if isinstance(value, DraftFault):
            faults[name] = value
    faults |= time_faults(opens, closes) | picture_faults(picture, alt)
    if faults or isinstance(body, DraftFault) or isinstance(topics, DraftFault):
        return faults
    assert not isinstance(opens, DraftFault)  # noqa: S101 - it would be among the faults
    assert not isinstance(closes, DraftFault)  # noqa: S101
    shown = None if picture is None else replace(picture, alt=alt)
    return CampaignContent(title, body, topics, opens, closes, shown)


def read_topics(told: TypedCampaign) -> tuple[int, ...] | DraftFault:
    """The numbers of all topics, those that were ticked first, each once."""
    said = [*told.topics, *(one for one in _APART.split(told.more) if one)]
    if not all(one.isdecimal() and one.isascii() and 0 < int(one) <= MAX_INTEGER for one in said):
        return DraftFault.UNKNOWN_TOPIC
    numbers = tuple(dict.fromkeys(int(one) for one in said))
    return numbers if len(numbers) <= MOST_TOPICS else DraftFault.TOO_MANY_TOPICS
