"""What drafts of every sort have in common at the console: what their forms bring, and the steps to publication."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request
from starlette.responses import Response

from channels.names import is_op
from channels.parsing import MAX_INTEGER
from storage import drafts, publication
from storage.values import TopicRules, TopicState
from storage.values_drafts import Content, Draft, DraftFault, DraftSort
from web.citizen.local_time import here
from web.citizen.visit import new_op
from web.console.desk import StaffVisit, go
from web.console.draft_forms import read_reason
from web.forms import trimmed, typed
from web.pictures import MOST_BYTES, Redrawn

PATH = "/console/redaction"
PATHS: Mapping[DraftSort, str] = {
    DraftSort.TOPIC: PATH,
    DraftSort.QUESTIONNAIRE: f"{PATH}/questionnaires",
    DraftSort.CAMPAIGN: f"{PATH}/campagnes",
}
"""Below each its drafts stand by number."""

Faults = Mapping[str, DraftFault]

_FORM_BYTES = 64 * 1024
"""What a form weighs beside its picture."""

_MOST_FIELDS = 200

_STATUS = {
    DraftFault.UNKNOWN: 404,
    DraftFault.CHANGED: 409,
    DraftFault.WRONG_STATE: 409,
    DraftFault.PICTURE_HEAVY: 413,
    DraftFault.PICTURE_BUSY: 503,
}


class Show(Protocol):
    """The page of the draft that the address names, with what is wrong, or the one that says that there is none."""

    def __call__(
        self, request: Request, visitor: StaffVisit, faults: Faults, /, *, reason: str = ""
    ) -> Awaitable[Response]: ...


@dataclass(frozen=True, slots=True)
class DraftDesk:
    """The steps of the drafts of one sort."""

    content: type[Content]
    show: Show

    @property
    def path(self) -> str:
        return PATHS[self.content.sort]

    async def restore(self, request: Request, visitor: StaffVisit) -> Response:
        async def work(form: FormData) -> DraftFault | None:
            version = trimmed(form, "version")
            return await drafts.restore_revision(
                visitor.services.database,
                id_of(request),
                int(version) if version.isdecimal() and len(version) < 7 else 0,
                upon=number_of(form),
                by=visitor.staff.id,
                now=visitor.now,
            )

        return await self._step(request, visitor, work, "repris")

    async def schedule(self, request: Request, visitor: StaffVisit) -> Response:
        async def work(form: FormData) -> DraftFault | None:
            return await publication.schedule_draft(
                visitor.services.database,
                id_of(request),
                upon=number_of(form),
                by=visitor.staff.id,
                now=visitor.now,
            )

        return await self._step(request, visitor, work, "programme")

    async def unschedule(self, request: Request, visitor: StaffVisit) -> Response:
        async def work(_: FormData) -> DraftFault | None:
            return await publication.unschedule_draft(
                visitor.services.database, id_of(request), by=visitor.staff.id, now=visitor.now
            )

        return await self._step(request, visitor, work, "retenu")

    async def publish(self, request: Request, visitor: StaffVisit) -> Response:
        async def work(form: FormData) -> DraftFault | None:
            services = visitor.services
            done = await publication.publish_draft(
                services.database,
                services.keys,
                id_of(request),
                upon=number_of(form),
                by=visitor.staff.id,
                now=visitor.now,
            )
            return done if isinstance(done, DraftFault) else None

        return await self._step(request, visitor, work, "publie")

    async def discard(self, request: Request, visitor: StaffVisit) -> Response:
        async def work(_: FormData) -> DraftFault | None:
            return await drafts.discard_draft(
                visitor.services.database, id_of(request), by=visitor.staff.id, now=visitor.now
            )

        return await self._step(request, visitor, work, "")

    async def end(self, request: Request, visitor: StaffVisit) -> Response:
        """End the votes before their time; citizens read why."""
        form = await read_form(request)
        if isinstance(form, DraftFault):
            return await self.show(request, visitor, {"form": form})
        told = typed(form, "reason")
        reason = read_reason(told)
        if isinstance(reason, DraftFault):
            return await self.show(request, visitor, {"reason": reason}, reason=told)

        async def work(_: FormData) -> DraftFault | None:
            return await publication.end_early(
                visitor.services.database, id_of(request), reason, by=visitor.staff.id, now=visitor.now
            )

        return await self._step(request, visitor, work, "arrete")

    async def _step(
        self,
        request: Request,
        visitor: StaffVisit,
        work: Callable[[FormData], Awaitable[DraftFault | None]],
        done: str,
    ) -> Response:
        """On to the draft's page, or to the list where nothing of it is ``done`` any more."""
        form = await read_form(request)
        if isinstance(form, DraftFault):
            return await self.show(request, visitor, {"form": form})
        if await drafts.get_draft(visitor.services.database, id_of(request), self.content) is None:
            return await self.show(request, visitor, {})
        if (fault := await work(form)) is not None:
            return await self.show(request, visitor, {"publication": fault})
        return go(f"{self.path}/{id_of(request)}?fait={done}" if done else PATH)


# --- what a form brings


async def read_form(request: Request) -> FormData | DraftFault:
    """The posted fields. How much comes is known before anything is read."""
    if _weight(request) > MOST_BYTES + _FORM_BYTES:
        return DraftFault.PICTURE_HEAVY
    return await request.form(max_files=0, max_fields=_MOST_FIELDS, max_part_size=_FORM_BYTES)


async def read_with_picture(request: Request) -> tuple[FormData, bytes] | DraftFault:
    """The same with the file that came along, empty where none did."""
    if _weight(request) > MOST_BYTES + _FORM_BYTES:
        return DraftFault.PICTURE_HEAVY
    form = await request.form(max_files=1, max_fields=_MOST_FIELDS, max_part_size=_FORM_BYTES)
    file = form.get("picture")
    content = await file.read() if isinstance(file, UploadFile) and file.filename else b""
    await form.close()
    return form, content


def _weight(request: Request) -> int:
    """In bytes; what does not say how much it is, is too much."""
    length = request.headers.get("content-length", "")
    return int(length) if length.isdecimal() and len(length) < 10 else 10**9


async def redrawn(visitor: StaffVisit, file: bytes) -> Redrawn | DraftFault | None:
    """The picture that came along, made anew."""
    return await visitor.services.darkroom.redraw(file) if file else None


def number_of(form: FormData) -> int:
    """The revision that the page showed."""
    text = trimmed(form, "number")
    return int(text) if text.isdecimal() and len(text) < 7 else 0


def id_of(request: Request) -> int:
    asked: int = request.path_params["id"]
    return asked if asked <= MAX_INTEGER else 0


def place_of(fault: DraftFault) -> str:
    """The field beside which a fault of storage is said."""
    return "theme" if fault is DraftFault.NO_THEME else "form"


# --- what a page shows


async def shown_draft(
    visitor: StaffVisit, draft: Draft[Content] | None, faults: Faults, *, op: str, reason: str, done: str
) -> dict[str, Any]:
    """What the form of every sort needs: where the draft stands, what is wrong, and the name of what is sent."""
    found = [] if draft is None else await drafts.revisions_of(visitor.services.database, draft.id)
    return {
        "draft": draft,
        "faults": said(visitor, faults),
        "op": op if is_op(op) else new_op(),
        "done": done,
        "reason": reason,
        "revisions": [(revision, here(revision.at)) for revision in found],
        "opens": here_or_none(draft.opens_at if draft else None),
        "changed": here_or_none(draft.changed_at if draft else None),
        "ended": here_or_none(draft.ended_at if draft else None),
        "corrected": here_or_none(draft.corrected_at if draft else None),
        "is_running": _is_running(draft, visitor.now),
    }


def done_of(request: Request, visitor: StaffVisit, faults: Faults) -> str:
    """What the page before has done, by its name in the catalogue's ``draft-done``."""
    if faults or request.method == "POST":
        return ""
    done = trimmed(request.query_params, "fait")[:20]
    return done if done in visitor.pages.catalogue.sections["draft-done"] else ""


def said(visitor: StaffVisit, faults: Faults) -> dict[str, str]:
    """The sentences of what is wrong, by place."""
    return {place: visitor.say("draft-fault", fault) for place, fault in faults.items()}


def status_of(faults: Faults) -> int:
    return max((_STATUS.get(fault, 400) for fault in faults.values()), default=200)


def here_or_none(at: int | None) -> Any:
    return None if at is None else here(at)


def _is_running(draft: Draft[Content] | None, now: int) -> bool:
    if draft is None or draft.due_at is None or draft.ended_at is not None:
        return False
    return TopicRules(draft.due_at, draft.content.closes_at).state(now) is TopicState.OPEN
