"""A draft as a citizen will see it: on a telephone, counted by nobody, seen by nobody else."""

from dataclasses import replace

from starlette.requests import Request
from starlette.responses import Response

from channels.wire import MAX_INTEGER
from realtime.tally import Counts, PublicTally, Version
from storage import drafts
from storage.topics import list_themes
from storage.values import Provenance, Standing, Topic
from storage.values_drafts import Draft
from storage.values_moderation import MergedHere
from web.citizen.cards import Card, card
from web.citizen.follow_up import entries
from web.citizen.preview import told as preview_of
from web.citizen.timeline import timeline
from web.citizen.visit import new_op
from web.console.desk import StaffVisit
from web.frame import frame_of
from web.services import Services

NOBODY_YET = Standing(Version(0, 0), PublicTally(0, Counts(0, 0), {}))


async def preview_page(request: Request, visitor: StaffVisit) -> Response:
    """The frame around it, as wide as a telephone."""
    draft = await _asked(request, visitor)
    if draft is None:
        return visitor.pages.error(404)
    return visitor.page("draft_preview.html", {"draft": draft})


async def previewed_page(request: Request, visitor: StaffVisit) -> Response:
    draft = await _asked(request, visitor)
    if draft is None:
        return visitor.pages.error(404)
    services: Services = request.state.services
    shown = await _card(draft, visitor)
    pages = replace(visitor.pages, frame=frame_of(request, services.site, services.keys, services.notice()))
    context = {
        "profile": "none",
        "card": shown,
        "timeline": timeline([]),
        "set_aside": [],
        "pyramid": None,
        "next": "/",
        "follow_up": entries(shown.topic, []),
        "deadline": None,
        "campaign": None,
        "above": None,
        "debate": None,
        "amends": None,
        "merged": MergedHere(0, 0),
        "preview": preview_of(shown, pages.catalogue),
    }
    return pages.page("topic.html", context)


async def _card(draft: Draft, visitor: StaffVisit) -> Card:
    """As it stands in the moment it opens."""
    themes = {theme.slug: theme for theme in await list_themes(visitor.services.database)}
    content = draft.content
    opens = draft.opens_at if draft.opens_at is not None else visitor.now
    topic = Topic(
        id=draft.topic or 0,
        kind=content.kind,
        title=content.title,
        body=content.body,
        theme=themes[content.theme],
        rules=content.topic(opens).rules,
        provenance=Provenance.REAL,
        created_at=opens,
        departement=content.departement,
    )
    return card(
        topic,
        NOBODY_YET,
        now=opens,
        own=None,
        voted=False,
        seen="",
        op=new_op(),
        picture=content.picture,
    )


async def _asked(request: Request, visitor: StaffVisit) -> Draft | None:
    asked: int = request.path_params["id"]
    return await drafts.get_draft(visitor.services.database, asked) if asked <= MAX_INTEGER else None
