"""The photographs of an evening: brought at the console, hung on the event's page."""

from starlette.requests import Request
from starlette.responses import Response

from channels.names import is_op
from storage.photos import drop_photo, keep_photo, photos_of
from storage.values_drafts import DraftFault
from storage.values_events import EventFault
from web.citizen.visit import new_op
from web.console.desk import StaffVisit, go, read_form
from web.console.draft_desk import read_with_picture, redrawn
from web.console.event_forms import Faults
from web.console.events import PATH, events_list, frame, id_in, said, stage_in, status_of
from web.forms import trimmed
from web.post_text import clean


async def photos_page(request: Request, visitor: StaffVisit, faults: Faults | None = None) -> Response:
    stage = await stage_in(request, visitor)
    if stage is None:
        return await events_list(visitor, EventFault.UNKNOWN)
    context = {
        **frame(visitor, stage),
        "photos": await photos_of(visitor.services.database, stage.event.id),
        "faults": said(visitor, faults or {}),
        "op": new_op(),
    }
    return visitor.page("event_photos.html", context, status=status_of(faults or {}))


async def hang(request: Request, visitor: StaffVisit) -> Response:
    posted = await read_with_picture(request)
    if isinstance(posted, DraftFault):
        return await photos_page(request, visitor, {"picture": posted})
    form, file = posted
    alt, op, event = clean(trimmed(form, "alt")), trimmed(form, "op"), id_in(request, "id")
    picture = await redrawn(visitor, file)
    if not is_op(op):
        return await photos_page(request, visitor, {"form": EventFault.BAD_OP})
    if picture is None or isinstance(picture, DraftFault):
        return await photos_page(request, visitor, {"picture": picture or DraftFault.PICTURE_UNKNOWN})
    if not alt:
        return await photos_page(request, visitor, {"alt": DraftFault.NO_ALT})
    kept = await keep_photo(
        visitor.services.database,
        event,
        picture.picture(alt),
        picture.content,
        op=op,
        by=visitor.staff.id,
        now=visitor.now,
    )
    if not kept:
        return await photos_page(request, visitor, {"alt": DraftFault.LONG_ALT})
    return go(f"{PATH}/{event}/photos")


async def take_down(request: Request, visitor: StaffVisit) -> Response:
    await read_form(request)
    event, photo = id_in(request, "id"), id_in(request, "photo")
    await drop_photo(visitor.services.database, event, photo, by=visitor.staff.id, now=visitor.now)
    return go(f"{PATH}/{event}/photos")
