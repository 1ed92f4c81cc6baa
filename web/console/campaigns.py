"""Campaigns that editors write, illustrate, fill with topics, open and close."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from channels.names import is_op
from storage import drafts, publication
from storage.listing import region_topics
from storage.news import pictures_of, ungroupable
from storage.topics import get_topics
from storage.values import Provenance, Topic
from storage.values_campaign_drafts import CampaignContent
from storage.values_drafts import Draft, DraftFault, DraftSort
from storage.values_news import Campaign, Picture
from web.citizen.time_left import time_left
from web.console.answers import cards_of
from web.console.campaign_forms import TypedCampaign, read_campaign, read_typed, write_typed
from web.console.desk import StaffVisit, go
from web.console.draft_desk import (
    PATHS,
    DraftDesk,
    Faults,
    done_of,
    id_of,
    number_of,
    read_with_picture,
    redrawn,
    shown_draft,
    status_of,
)
from web.console.drafts import unknown_draft
from web.forms import trimmed
from web.frame import frame_of
from web.pictures import Redrawn
from web.services import Services

PATH = PATHS[DraftSort.CAMPAIGN]

Keep = Callable[..., Awaitable[DraftFault | None]]

MOST_OFFERED = 40
"""Of the Région's newest topics, to be ticked; any other can be named by its number."""


async def new_page(request: Request, visitor: StaffVisit) -> Response:
    return await _form(visitor, None, TypedCampaign(), {})


async def draft_page(request: Request, visitor: StaffVisit) -> Response:
    return await _draft(request, visitor, {})


async def begin(request: Request, visitor: StaffVisit) -> Response:
    """Keep a new campaign, and go on to it."""
    posted = await read_with_picture(request)
    if isinstance(posted, DraftFault):
        return await _form(visitor, None, TypedCampaign(), {"picture": posted})
    form, file = posted
    told, op = read_typed(form), trimmed(form, "op")
    picture = await redrawn(visitor, file)
    read = await _content(visitor, told, picture, None, None)
    if not isinstance(read, CampaignContent):
        return await _form(visitor, None, told, read, op)
    if not is_op(op):
        return await _form(visitor, None, told, {"form": DraftFault.BAD_OP})
    image = picture.content if isinstance(picture, Redrawn) else None
    database, by = visitor.services.database, visitor.staff.id
    made = await drafts.begin_draft(database, read, op, by=by, now=visitor.now, image=image)
    if isinstance(made, DraftFault):
        return await _form(visitor, None, told, {"form": made}, op)
    return go(f"{PATH}/{made}?fait=enregistre")


async def save(request: Request, visitor: StaffVisit) -> Response:
    return await _save(request, visitor, drafts.save_draft)


async def change(request: Request, visitor: StaffVisit) -> Response:
    """Change what is published: all but when it opens and closes."""
    return await _save(request, visitor, publication.correct)


async def _save(request: Request, visitor: StaffVisit, keep: Keep) -> Response:
    posted = await read_with_picture(request)
    if isinstance(posted, DraftFault):
        return await _draft(request, visitor, {"picture": posted})
    form, file = posted
    draft, told = await _asked(request, visitor), read_typed(form)
    if draft is None:
        return await unknown_draft(visitor)
    if draft.made is not None:
        before = write_typed(draft.content)
        told = replace(told, opens=before.opens, closes=before.closes)
    picture = await redrawn(visitor, file)
    kept = None if told.remove else draft.content.picture
    read = await _content(visitor, told, picture, kept, draft.made)
    if not isinstance(read, CampaignContent):
        return await _draft(request, visitor, read, told)
    image = picture.content if isinstance(picture, Redrawn) else None
    database, by = visitor.services.database, visitor.staff.id
    fault = await keep(database, draft.id, read, upon=number_of(form), by=by, now=visitor.now, image=image)
    if fault is not None:
        return await _draft(request, visitor, {"form": fault}, told)
    return go(f"{PATH}/{draft.id}?fait=enregistre")


async def _content(
    visitor: StaffVisit,
    told: TypedCampaign,
    picture: Redrawn | DraftFault | None,
    kept: Picture | None,
    campaign: int | None,
) -> CampaignContent | Faults:
    shown = picture.picture(told.alt) if isinstance(picture, Redrawn) else kept
    read: CampaignContent | Mapping[str, DraftFault] = read_campaign(told, shown)
    faults = {} if isinstance(read, CampaignContent) else dict(read)
    if isinstance(picture, DraftFault):
        faults["picture"] = picture
    if isinstance(read, CampaignContent):
        unable, elsewhere = await ungroupable(visitor.services.database, read.topics, campaign)
        if unable:
            faults["more"] = DraftFault.UNKNOWN_TOPIC
        elif elsewhere:
            faults["more"] = DraftFault.TOPIC_ELSEWHERE
    return faults or read


# --- pages


async def _asked(request: Request, visitor: StaffVisit) -> Draft[CampaignContent] | None:
    return await drafts.get_draft(visitor.services.database, id_of(request), CampaignContent)


async def _draft(
    request: Request,
    visitor: StaffVisit,
    faults: Faults,
    told: TypedCampaign | None = None,
    *,
    reason: str = "",
) -> Response:
    draft = await _asked(request, visitor)
    if draft is None:
        return await unknown_draft(visitor)
    done = done_of(request, visitor, faults)
    return await _form(visitor, draft, told or write_typed(draft.content), faults, reason=reason, done=done)


CAMPAIGNS = DraftDesk(CampaignContent, _draft)


async def _form(
    visitor: StaffVisit,
    draft: Draft[CampaignContent] | None,
    told: TypedCampaign,
    faults: Faults,
    op: str = "",
    *,
    reason: str = "",
    done: str = "",
) -> Response:
    context: dict[str, Any] = {
        **await shown_draft(visitor, draft, faults, op=op, reason=reason, done=done),
        "base": PATH,
        "told": told,
        "topics": await _offered(visitor, told),
    }
    return visitor.page("campaign.html", context, status=status_of(faults))


async def _offered(visitor: StaffVisit, told: TypedCampaign) -> list[Topic]:
    """What is ticked, then the Région's newest topics."""
    database = visitor.services.database
    ticked = [int(one) for one in told.topics if one.isdecimal() and one.isascii()]
    found = await get_topics(database, ticked)
    newest = await region_topics(database, visitor.now, MOST_OFFERED)
    return [*found, *(topic for topic in newest if topic.id not in ticked)]


# --- preview


async def preview_page(request: Request, visitor: StaffVisit) -> Response:
    draft = await _asked(request, visitor)
    if draft is None:
        return visitor.pages.error(404)
    return visitor.page("draft_preview.html", {"draft": draft, "base": PATH})


async def previewed_page(request: Request, visitor: StaffVisit) -> Response:
    draft = await _asked(request, visitor)
    if draft is None:
        return visitor.pages.error(404)
    services: Services = request.state.services
    pages = replace(visitor.pages, frame=frame_of(request, services.site, services.keys, services.notice()))
    content = draft.content
    opens = draft.opens_at if draft.opens_at is not None else visitor.now
    closes = content.closes_at if content.closes_at is not None else opens + 1
    campaign = Campaign(
        0, content.title, content.body, opens, closes, Provenance.REAL, content.topics, content.picture
    )
    topics = await get_topics(services.database, content.topics)
    cards = await cards_of(visitor, topics)
    pictures = await pictures_of(services.database, content.topics)
    context = {
        "profile": "none",
        "campaign": campaign,
        "is_real": True,
        "state": campaign.state(opens),
        "left": time_left(campaign.rules, opens),
        "cards": [replace(cards[topic.id], picture=pictures.get(topic.id)) for topic in topics],
        "amends": None,
    }
    return pages.page("campaign.html", context)
