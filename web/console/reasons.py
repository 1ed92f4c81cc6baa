"""The list of reasons for which a post is refused, edited by moderators."""

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response

from channels.names import is_op
from storage.posts import LONGEST_REASON
from storage.reasons import refusal_reasons, retire_reason, save_reason
from web.citizen.visit import new_op
from web.console.desk import StaffVisit, go, read_form
from web.console.queue_item import offered_reason
from web.forms import trimmed

PATH = "/console/file/motifs"
LONGEST_LABEL = 60


async def reasons_page(request: Request, visitor: StaffVisit) -> Response:
    return await _list(visitor)


async def add_reason(request: Request, visitor: StaffVisit) -> Response:
    return await _save(request, visitor, None)


async def change_reason(request: Request, visitor: StaffVisit) -> Response:
    return await _save(request, visitor, request.path_params["id"])


async def switch_reason(request: Request, visitor: StaffVisit) -> Response:
    """Take it from the list, or put it back."""
    database = visitor.services.database
    found = await retire_reason(database, request.path_params["id"], staff=visitor.staff.id, now=visitor.now)
    return go(PATH) if found else await _list(visitor, fault="unknown", status=404)


async def _save(request: Request, visitor: StaffVisit, reason_id: int | None) -> Response:
    form = await read_form(request)
    label, sentence = (" ".join(trimmed(form, name).split()) for name in ("label", "sentence"))
    op = trimmed(form, "op")
    typed = {"id": reason_id, "label": label, "sentence": sentence}
    if not label or not sentence or not is_op(op):
        return await _list(visitor, typed, "empty", 400)
    if len(label) > LONGEST_LABEL or len(sentence) > LONGEST_REASON:
        return await _list(visitor, typed, "long", 400)
    saved = await save_reason(
        visitor.services.database,
        reason_id,
        label,
        sentence,
        staff=visitor.staff.id,
        op=op,
        now=visitor.now,
    )
    return go(PATH) if saved else await _list(visitor, typed, "unknown" if reason_id else "full", 409)


async def _list(
    visitor: StaffVisit, typed: Mapping[str, object] | None = None, fault: str = "", status: int = 200
) -> Response:
    found = await refusal_reasons(visitor.services.database, retired=True)
    context = {
        "reasons": [(one, *offered_reason(visitor, one)[1:]) for one in found],
        "typed": typed or {"id": 0, "label": "", "sentence": ""},
        "fault": visitor.say("reason-fault", fault) if fault else "",
        "op": new_op(),
        "longest": LONGEST_REASON,
        "longest_label": LONGEST_LABEL,
    }
    return visitor.page("reasons.html", context, status=status)
