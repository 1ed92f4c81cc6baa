"""What editors write: the list, one draft with its revisions, its publication, and what may change afterwards."""

from collections.abc import Mapping
from typing import Any

from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request
from starlette.responses import Response

from channels.wire import MAX_INTEGER, is_op
from realtime.disclosure import HeadlinePolicy, ResultPolicy
from storage import drafts, publication
from storage.topics import list_themes
from storage.values import TopicState
from storage.values_drafts import Draft, DraftContent, DraftFault, DraftState
from storage.values_news import Picture
from web.citizen.local_time import here
from web.citizen.visit import new_op
from web.console.desk import StaffVisit, go
from web.console.draft_forms import (
    KINDS,
    Typed,
    read_body,
    read_content,
    read_reason,
    read_typed,
    title_fault,
    write_typed,
)
from web.forms import trimmed, typed
from web.pictures import MOST_BYTES, Redrawn
from web.post_text import clean

PATH = "/console/redaction"
Faults = Mapping[str, DraftFault]

_FORM_BYTES = 64 * 1024
"""What a form weighs beside its picture."""

_STATUS = {
    DraftFault.UNKNOWN: 404,
    DraftFault.CHANGED: 409,
    DraftFault.WRONG_STATE: 409,
    DraftFault.PICTURE_HEAVY: 413,
    DraftFault.PICTURE_BUSY: 503,
}


async def drafts_page(request: Request, visitor: StaffVisit) -> Response:
    return await _list(visitor)


async def new_draft_page(request: Request, visitor: StaffVisit) -> Response:
    return await _form(visitor, None, Typed(), {})


async def draft_page(request: Request, visitor: StaffVisit) -> Response:
    return await _draft(request, visitor, {})


async def begin_draft(request: Request, visitor: StaffVisit) -> Response:
    """Keep a new draft, and go on to it."""
    posted = await _read_with_picture(request)
    if isinstance(posted, DraftFault):
        return await _form(visitor, None, Typed(), {"picture": posted})
    form, file = posted
    told, op = read_typed(form), trimmed(form, "op")
    redrawn = await _redrawn(visitor, file)
    read = _content(told, redrawn, None)
    if not isinstance(read, DraftContent):
        return await _form(visitor, None, told, read, op)
    if not is_op(op):
        return await _form(visitor, None, told, {"form": DraftFault.BAD_OP})
    image = redrawn.content if isinstance(redrawn, Redrawn) else None
    database, by = visitor.services.database, visitor.staff.id
    made = await drafts.begin_draft(database, read, op, by=by, now=visitor.now, image=image)
    if isinstance(made, DraftFault):
        return await _form(visitor, None, told, {"theme": made}, op)
    return go(f"{PATH}/{made}?fait=enregistre")


async def save_draft(request: Request, visitor: StaffVisit) -> Response:
    posted = await _read_with_picture(request)
    if isinstance(posted, DraftFault):
        return await _draft(request, visitor, {"picture": posted})
    form, file = posted
    draft, told = await _asked(request, visitor), read_typed(form)
    if draft is None:
        return await _list(visitor, DraftFault.UNKNOWN)
    redrawn = await _redrawn(visitor, file)
    read = _content(told, redrawn, None if told.remove else draft.content.picture)
    if not isinstance(read, DraftContent):
        return await _draft(request, visitor, read, told)
    image = redrawn.content if isinstance(redrawn, Redrawn) else None
    database, by = visitor.services.database, visitor.staff.id
    fault = await drafts.save_draft(
        database, draft.id, read, upon=_number(form), by=by, now=visitor.now, image=image
    )
    if fault is not None:
        return await _draft(request, visitor, {_place(fault): fault}, told)
    return go(f"{PATH}/{draft.id}?fait=enregistre")


async def restore(request: Request, visitor: StaffVisit) -> Response:
    form = await _read(request)
    if isinstance(form, DraftFault):
        return await _draft(request, visitor, {"form": form})
    version = trimmed(form, "version")
    number = int(version) if version.isdecimal() and len(version) < 7 else 0
    fault = await drafts.restore_revision(
        visitor.services.database,
        _id(request),
        number,
        upon=_number(form),
        by=visitor.staff.id,
        now=visitor.now,
    )
    return await _after(request, visitor, fault, "repris")


async def schedule(request: Request, visitor: StaffVisit) -> Response:
    form = await _read(request)
    if isinstance(form, DraftFault):
        return await _draft(request, visitor, {"form": form})
    fault = await publication.schedule_draft(
        visitor.services.database, _id(request), upon=_number(form), by=visitor.staff.id, now=visitor.now
    )
    return await _after(request, visitor, fault, "programme")


async def unschedule(request: Request, visitor: StaffVisit) -> Response:
    fault = await publication.unschedule_draft(
        visitor.services.database, _id(request), by=visitor.staff.id, now=visitor.now
    )
    return await _after(request, visitor, fault, "retenu")


async def publish(request: Request, visitor: StaffVisit) -> Response:
    form = await _read(request)
    if isinstance(form, DraftFault):
        return await _draft(request, visitor, {"form": form})
    services = visitor.services
    done = await publication.publish_draft(
        services.database,
        services.keys,
        _id(request),
        upon=_number(form),
        by=visitor.staff.id,
        now=visitor.now,
    )
    return await _after(request, visitor, done if isinstance(done, DraftFault) else None, "publie")


async def discard(request: Request, visitor: StaffVisit) -> Response:
    fault = await drafts.discard_draft(
        visitor.services.database, _id(request), by=visitor.staff.id, now=visitor.now
    )
    return await _list(visitor, fault) if fault else go(PATH)


async def correct(request: Request, visitor: StaffVisit) -> Response:
    """Correct the words of what is published."""
    form = await _read(request)
    if isinstance(form, DraftFault):
        return await _draft(request, visitor, {"form": form})
    title, body = clean(typed(form, "title")), read_body(typed(form, "body"))
    fault = title_fault(title) or (body if isinstance(body, DraftFault) else None)
    if fault is None and not isinstance(body, DraftFault):
        fault = await publication.correct_topic(
            visitor.services.database,
            _id(request),
            title,
            body,
            upon=_number(form),
            by=visitor.staff.id,
            now=visitor.now,
        )
    if fault is None:
        return await _after(request, visitor, None, "corrige")
    place = "body" if fault is body else "title" if fault is title_fault(title) else _place(fault)
    told = Typed(title=typed(form, "title"), body=typed(form, "body"))
    return await _draft(request, visitor, {place: fault}, told)


async def end(request: Request, visitor: StaffVisit) -> Response:
    """End a vote before its time; citizens read why."""
    form = await _read(request)
    if isinstance(form, DraftFault):
        return await _draft(request, visitor, {"form": form})
    reason = read_reason(typed(form, "reason"))
    if isinstance(reason, DraftFault):
        return await _draft(request, visitor, {"reason": reason}, reason=typed(form, "reason"))
    fault = await publication.end_topic(
        visitor.services.database, _id(request), reason, by=visitor.staff.id, now=visitor.now
    )
    return await _after(request, visitor, fault, "arrete")


# --- what a form brings


async def _read(request: Request) -> FormData | DraftFault:
    """The posted fields. How much comes is known before anything is read."""
    if _weight(request) > MOST_BYTES + _FORM_BYTES:
        return DraftFault.PICTURE_HEAVY
    return await request.form(max_files=0, max_fields=40, max_part_size=_FORM_BYTES)


async def _read_with_picture(request: Request) -> tuple[FormData, bytes] | DraftFault:
    """The same with the file that came along, empty where none did."""
    if _weight(request) > MOST_BYTES + _FORM_BYTES:
        return DraftFault.PICTURE_HEAVY
    form = await request.form(max_files=1, max_fields=40, max_part_size=_FORM_BYTES)
    file = form.get("picture")
    content = await file.read() if isinstance(file, UploadFile) and file.filename else b""
    await form.close()
    return form, content


def _weight(request: Request) -> int:
    """In bytes; what does not say how much it is, is too much."""
    length = request.headers.get("content-length", "")
    return int(length) if length.isdecimal() and len(length) < 10 else 10**9


async def _redrawn(visitor: StaffVisit, file: bytes) -> Redrawn | DraftFault | None:
    """The picture that came along, made anew."""
    return await visitor.services.darkroom.redraw(file) if file else None


def _content(
    told: Typed, redrawn: Redrawn | DraftFault | None, kept: Picture | None
) -> DraftContent | Faults:
    picture = redrawn.picture(told.alt) if isinstance(redrawn, Redrawn) else kept
    read = read_content(told, picture)
    if not isinstance(redrawn, DraftFault):
        return read
    return {"picture": redrawn, **({} if isinstance(read, DraftContent) else read)}


def _number(form: FormData) -> int:
    """The revision that the page showed."""
    text = trimmed(form, "number")
    return int(text) if text.isdecimal() and len(text) < 7 else 0


def _id(request: Request) -> int:
    asked: int = request.path_params["id"]
    return asked if asked <= MAX_INTEGER else 0


def _place(fault: DraftFault) -> str:
    return "theme" if fault is DraftFault.NO_THEME else "form"


# --- pages


async def _asked(request: Request, visitor: StaffVisit) -> Draft | None:
    return await drafts.get_draft(visitor.services.database, _id(request))


async def _after(request: Request, visitor: StaffVisit, fault: DraftFault | None, done: str) -> Response:
    if fault is not None:
        return await _draft(request, visitor, {"publication": fault})
    return go(f"{PATH}/{_id(request)}?fait={done}")


async def _list(visitor: StaffVisit, fault: DraftFault | None = None) -> Response:
    found = await drafts.list_drafts(
        visitor.services.database, DraftState.WRITING, DraftState.SCHEDULED, DraftState.PUBLISHED
    )
    shown = [(draft, here(draft.changed_at), _here(draft.opens_at)) for draft in found]
    context = {
        "groups": [
            (state, [one for one in shown if one[0].state is state])
            for state in (DraftState.WRITING, DraftState.SCHEDULED, DraftState.PUBLISHED)
        ],
        "fault": visitor.say("draft-fault", fault) if fault else "",
    }
    return visitor.page("drafts.html", context, status=_status(fault))


async def _draft(
    request: Request, visitor: StaffVisit, faults: Faults, told: Typed | None = None, *, reason: str = ""
) -> Response:
    draft = await _asked(request, visitor)
    if draft is None:
        return await _list(visitor, DraftFault.UNKNOWN)
    return await _form(
        visitor, draft, told or write_typed(draft.content), faults, reason=reason, done=_done(request, faults)
    )


def _done(request: Request, faults: Faults) -> str:
    return "" if faults or request.method == "POST" else trimmed(request.query_params, "fait")[:20]


async def _form(
    visitor: StaffVisit,
    draft: Draft | None,
    told: Typed,
    faults: Faults,
    op: str = "",
    *,
    reason: str = "",
    done: str = "",
) -> Response:
    database, say = visitor.services.database, visitor.say
    revisions = [] if draft is None else await drafts.revisions_of(database, draft.id)
    context: dict[str, Any] = {
        "draft": draft,
        "told": told,
        "faults": {place: say("draft-fault", fault) for place, fault in faults.items()},
        "op": op if is_op(op) else new_op(),
        "done": done if done in visitor.pages.catalogue.sections["draft-done"] else "",
        "reason": reason,
        "kinds": KINDS,
        "results": list(ResultPolicy),
        "headlines": list(HeadlinePolicy),
        "themes": await list_themes(database),
        "revisions": [(revision, here(revision.at)) for revision in revisions],
        "opens": _here(draft.opens_at if draft else None),
        "changed": _here(draft.changed_at if draft else None),
        "ended": _here(draft.ended_at if draft else None),
        "corrected": _here(draft.corrected_at if draft else None),
        "is_running": _is_running(draft, visitor.now),
    }
    status = max((_status(fault) for fault in faults.values()), default=200)
    return visitor.page("draft.html", context, status=status)


def _is_running(draft: Draft | None, now: int) -> bool:
    if draft is None or draft.due_at is None or draft.ended_at is not None:
        return False
    return draft.content.topic(draft.due_at).rules.state(now) is TopicState.OPEN


def _here(at: int | None) -> Any:
    return None if at is None else here(at)


def _status(fault: DraftFault | None) -> int:
    return 200 if fault is None else _STATUS.get(fault, 400)
