"""What the Région tells: pictures, campaigns, and what stands above the horizon beside its questions."""

from dataclasses import dataclass
from datetime import datetime

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from channels.parsing import MAX_INTEGER
from storage.drafts import amends_of_made
from storage.events import list_events
from storage.news import get_campaign, get_image, running_campaigns
from storage.questionnaires import running_questionnaires
from storage.stages import shown_to_all
from storage.topics import get_topics
from storage.values import DAY_MS, Caveat
from storage.values_drafts import DraftSort
from storage.values_events import Event
from storage.values_news import Campaign
from storage.values_questionnaires import Questionnaire
from storage.values_show import Mode
from web.citizen.amends import told as told_amends
from web.citizen.local_time import here
from web.citizen.time_left import TimeLeft, time_left
from web.citizen.visit import Visit, visit
from web.citizen.walk import walk
from web.films import is_ours

_FOR_GOOD = "public, max-age=31536000, immutable"
"""A picture's address is made of its content: another content has another address."""

_SOON_MS = 7 * DAY_MS
_LATELY_MS = 2 * DAY_MS
MOST_SHOWN = 5
"""Campaigns and questionnaires at once on the home page."""


@dataclass(frozen=True, slots=True)
class Invitation:
    """A running campaign or questionnaire, as a card invites to it; ``size`` counts topics or questions."""

    path: str
    title: str
    body: str
    size: int
    left: TimeLeft
    caveats: tuple[Caveat, ...]


@dataclass(frozen=True, slots=True)
class EventInvitation:
    """A launch event that is soon, on, or was lately; ``starts`` by the Région's clocks."""

    id: int
    name: str
    text: str
    phase: str
    starts: datetime
    caveats: tuple[Caveat, ...]


@dataclass(frozen=True, slots=True)
class Invitations:
    campaigns: list[Invitation]
    questionnaires: list[Invitation]
    events: list[EventInvitation]


async def invitations(visitor: Visit) -> Invitations:
    database, now = visitor.services.database, visitor.now
    campaigns = await running_campaigns(database, now)
    questionnaires = await running_questionnaires(database, now)
    return Invitations(
        [_campaign(one, now) for one in campaigns[:MOST_SHOWN]],
        [_questionnaire(one, now) for one in questionnaires[:MOST_SHOWN]],
        _events(await list_events(database), now),
    )


def _events(events: list[Event], now: int) -> list[EventInvitation]:
    """What is on, what comes within some days, and what was yesterday; the nearest first."""
    found = [(one, _phase(one, now)) for one in events]
    near = sorted(found, key=lambda each: abs(each[0].starts_at - now))
    return [
        EventInvitation(one.id, one.name, one.text, phase, here(one.starts_at), one.provenance.caveats)
        for one, phase in near
        if phase
    ][:MOST_SHOWN]


def _phase(event: Event, now: int) -> str:
    """Live, soon or over, as the catalogue's section ``event-phase`` says it; empty: not to be told of."""
    if event.mode is Mode.LIVE:
        return "live"
    if event.ended_at is not None:
        return "over" if now - event.ended_at < _LATELY_MS else ""
    return "soon" if -_LATELY_MS < event.starts_at - now < _SOON_MS else ""


def _campaign(one: Campaign, now: int) -> Invitation:
    left = time_left(one.rules, now)
    return Invitation(
        f"/campagnes/{one.id}", one.title, one.body, len(one.topics), left, one.provenance.caveats
    )


def _questionnaire(one: Questionnaire, now: int) -> Invitation:
    left = time_left(one.rules, now)
    most = walk(one, {}, ()).at_most
    return Invitation(f"/questionnaires/{one.id}", one.title, one.body, most, left, one.provenance.caveats)


async def campaign_page(request: Request) -> Response:
    visitor = await visit(request)
    campaign_id: int = request.path_params["id"]
    database = visitor.services.database
    campaign = await get_campaign(database, campaign_id) if campaign_id <= MAX_INTEGER else None
    if campaign is None:
        raise HTTPException(404)
    context = visitor.context(
        campaign=campaign,
        state=campaign.state(visitor.now),
        left=time_left(campaign.rules, visitor.now),
        cards=await visitor.cards(await get_topics(database, campaign.topics)),
        amends=told_amends(await amends_of_made(database, DraftSort.CAMPAIGN, campaign.id)),
    )
    return visitor.pages.page("campaign.html", context)


async def image(request: Request) -> Response:
    """A picture's content; who has it already need not fetch it again. That of a draft is staff's alone.

    A show's is for the halls' screens too, and everybody's once a launch has shown it.
    """
    services = request.state.services
    name: str = request.path_params["hash"]
    found = await get_image(services.database, name) if len(name) == 64 and name.isalnum() else None
    if found is None or not (found.is_public or await _may_see(request, name)):
        raise HTTPException(404)
    headers = {"cache-control": _FOR_GOOD if found.is_public else "private, no-cache", "etag": f'"{name}"'}
    if request.headers.get("if-none-match") == headers["etag"]:
        return Response(status_code=304, headers=headers)
    return Response(found.content, media_type=found.format.media_type, headers=headers)


async def _may_see(request: Request, name: str) -> bool:
    """Whether a picture that hangs nowhere yet is for whoever asks."""
    if await is_ours(request):
        return True
    services = request.state.services
    shown = await shown_to_all(services.database, services.now())
    return any(content.picture is not None and content.picture.image == name for content in shown)
