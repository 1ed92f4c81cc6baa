"""A draft as a citizen will see it: on a telephone, counted by nobody, seen by nobody else."""

from dataclasses import replace

from starlette.requests import Request
from starlette.responses import Response

from realtime.tally import Counts, PublicTally, Version
from storage import drafts
from storage.topics import list_themes
from storage.values import Provenance, Standing, Topic
from storage.values_drafts import Draft, DraftContent
from storage.values_moderation import MergedHere
from storage.values_news import Picture
from web.citizen.cards import Card, card
from web.citizen.follow_up import course
from web.citizen.preview import told as preview_of
from web.citizen.timeline import timeline
from web.citizen.visit import new_op
from web.console.desk import StaffVisit
from web.console.draft_desk import PATH, id_of
from web.frame import frame_of
from web.services import Services

NOBODY_YET = Standing(Version(0, 0), PublicTally(0, Counts(0, 0), {}))


async def preview_page(request: Request, visitor: StaffVisit) -> Response:
    """The frame around it, as wide as a telephone."""
    draft = await _asked(request, visitor)
    if draft is None:
        return visitor.pages.error(404)
    return visitor.page("draft_preview.html", {"draft": draft, "base": PATH})


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
        "pyramid": None,
        "next": "/",
        "course": course(shown.topic, [], visitor.now),
        "campaign": None,
        "above": None,
        "debate": None,
        "amends": None,
        "merged": MergedHere(0, 0),
        "preview": preview_of(shown, pages.catalogue),
    }
    return pages.page("topic.html", context)


async def _card(draft: Draft[DraftContent], visitor: StaffVisit) -> Card:
    themes = {theme.slug: theme for theme in await list_themes(visitor.services.database, retired=True)}
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
    return unseen_card(topic, content.picture)


def unseen_card(topic: Topic, picture: Picture | None = None) -> Card:
    """A topic as it stands in the moment it opens."""
    return card(
        topic,
        NOBODY_YET,
        now=topic.rules.opens_at,
        own=None,
        voted=False,
        seen="",
        op=new_op(),
        picture=picture,
    )


async def _asked(request: Request, visitor: StaffVisit) -> Draft[DraftContent] | None:
    return await drafts.get_draft(visitor.services.database, id_of(request), DraftContent)
