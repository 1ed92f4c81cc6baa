"""What editors write: the list, one draft with its revisions, its publication, and what may change afterwards."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from channels.names import is_op
from realtime.disclosure import HeadlinePolicy, ResultPolicy
from storage import drafts, publication
from storage.topics import list_themes
from storage.values_drafts import Draft, DraftContent, DraftFault, DraftState
from storage.values_news import Picture
from web.citizen.local_time import here
from web.console.desk import StaffVisit, go
from web.console.draft_desk import (
    PATH,
    PATHS,
    DraftDesk,
    Faults,
    done_of,
    here_or_none,
    id_of,
    number_of,
    place_of,
    read_form,
    read_with_picture,
    redrawn,
    shown_draft,
    status_of,
)
from web.console.draft_forms import KINDS, Typed, correct_words, read_content, read_typed, write_typed
from web.forms import trimmed
from web.pictures import Redrawn


async def drafts_page(request: Request, visitor: StaffVisit) -> Response:
    return await _list(visitor)


async def new_draft_page(request: Request, visitor: StaffVisit) -> Response:
    return await _form(visitor, None, Typed(), {})


async def draft_page(request: Request, visitor: StaffVisit) -> Response:
    return await _draft(request, visitor, {})


async def begin_draft(request: Request, visitor: StaffVisit) -> Response:
    """Keep a new draft, and go on to it."""
    posted = await read_with_picture(request)
    if isinstance(posted, DraftFault):
        return await _form(visitor, None, Typed(), {"picture": posted})
    form, file = posted
    told, op = read_typed(form), trimmed(form, "op")
    picture = await redrawn(visitor, file)
    read = _content(told, picture, None)
    if not isinstance(read, DraftContent):
        return await _form(visitor, None, told, read, op)
    if not is_op(op):
        return await _form(visitor, None, told, {"form": DraftFault.BAD_OP})
    image = picture.content if isinstance(picture, Redrawn) else None
    database, by = visitor.services.database, visitor.staff.id
    made = await drafts.begin_draft(database, read, op, by=by, now=visitor.now, image=image)
    if isinstance(made, DraftFault):
        return await _form(visitor, None, told, {"theme": made}, op)
    return go(f"{PATH}/{made}?fait=enregistre")


async def save_draft(request: Request, visitor: StaffVisit) -> Response:
    posted = await read_with_picture(request)
    if isinstance(posted, DraftFault):
        return await _draft(request, visitor, {"picture": posted})
    form, file = posted
    draft, told = await _asked(request, visitor), read_typed(form)
    if draft is None:
        return await _list(visitor, DraftFault.UNKNOWN)
    picture = await redrawn(visitor, file)
    read = _content(told, picture, None if told.remove else draft.content.picture)
    if not isinstance(read, DraftContent):
        return await _draft(request, visitor, read, told)
    image = picture.content if isinstance(picture, Redrawn) else None
    database, by = visitor.services.database, visitor.staff.id
    fault = await drafts.save_draft(
        database, draft.id, read, upon=number_of(form), by=by, now=visitor.now, image=image
    )
    if fault is not None:
        return await _draft(request, visitor, {place_of(fault): fault}, told)
    return go(f"{PATH}/{draft.id}?fait=enregistre")


async def correct(request: Request, visitor: StaffVisit) -> Response:
    """Correct the words of what is published."""
    form = await read_form(request)
    if isinstance(form, DraftFault):
        return await _draft(request, visitor, {"form": form})
    draft, told = await _asked(request, visitor), read_typed(form)
    if draft is None:
        return await _list(visitor, DraftFault.UNKNOWN)
    read = correct_words(draft.content, told)
    if not isinstance(read, DraftContent):
        return await _draft(request, visitor, read, told)
    fault = await publication.correct(
        visitor.services.database,
        draft.id,
        read,
        upon=number_of(form),
        by=visitor.staff.id,
        now=visitor.now,
    )
    if fault is not None:
        return await _draft(request, visitor, {place_of(fault): fault}, told)
    return go(f"{PATH}/{draft.id}?fait=corrige")


def _content(
    told: Typed, picture: Redrawn | DraftFault | None, kept: Picture | None
) -> DraftContent | Faults:
    shown = picture.picture(told.alt) if isinstance(picture, Redrawn) else kept
    read = read_content(told, shown)
    if not isinstance(picture, DraftFault):
        return read
    return {"picture": picture, **({} if isinstance(read, DraftContent) else read)}


# --- pages


async def _asked(request: Request, visitor: StaffVisit) -> Draft[DraftContent] | None:
    return await drafts.get_draft(visitor.services.database, id_of(request), DraftContent)


async def _list(visitor: StaffVisit, fault: DraftFault | None = None) -> Response:
    states = (DraftState.WRITING, DraftState.SCHEDULED, DraftState.PUBLISHED)
    found = await drafts.list_drafts(visitor.services.database, *states)
    shown = [
        (draft, PATHS[draft.content.sort], here(draft.changed_at), here_or_none(draft.opens_at))
        for draft in found
    ]
    context = {
        "groups": [(state, [one for one in shown if one[0].state is state]) for state in states],
        "fault": visitor.say("draft-fault", fault) if fault else "",
    }
    return visitor.page("drafts.html", context, status=status_of({"list": fault} if fault else {}))


async def unknown_draft(visitor: StaffVisit) -> Response:
    """The list, which says that there is no such draft."""
    return await _list(visitor, DraftFault.UNKNOWN)


async def _draft(
    request: Request, visitor: StaffVisit, faults: Faults, told: Typed | None = None, *, reason: str = ""
) -> Response:
    draft = await _asked(request, visitor)
    if draft is None:
        return await unknown_draft(visitor)
    done = done_of(request, visitor, faults)
    return await _form(visitor, draft, told or write_typed(draft.content), faults, reason=reason, done=done)


TOPICS = DraftDesk(DraftContent, _draft)


async def _form(
    visitor: StaffVisit,
    draft: Draft[DraftContent] | None,
    told: Typed,
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
        "kinds": KINDS,
        "results": list(ResultPolicy),
        "headlines": list(HeadlinePolicy),
        "themes": await list_themes(visitor.services.database),
    }
    return visitor.page("draft.html", context, status=status_of(faults))
