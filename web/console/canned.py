"""Canned answers at the console: kept, changed and taken away by who answers letters."""

from starlette.requests import Request
from starlette.responses import Response

from channels.names import is_op
from channels.parsing import MAX_INTEGER
from storage import canned
from storage.values_contact import ContactFault
from storage.values_inbox import LONGEST_TITLE, Canned, InboxFault
from web.citizen.visit import new_op
from web.console.answers import MOST_FIELD_BYTES
from web.console.desk import StaffVisit, go, read_form
from web.console.inbox import STATUS
from web.contact_forms import LONGEST_TEXT, read_text
from web.forms import trimmed, typed

PATH = "/console/courrier/modeles"


async def canned_page(request: Request, visitor: StaffVisit) -> Response:
    return await _page(request, visitor)


async def save(request: Request, visitor: StaffVisit) -> Response:
    """A new one; with an ``id`` the one of this number is changed, or retired (``retirer``)."""
    form = await read_form(request, MOST_FIELD_BYTES)
    number = trimmed(form, "id")
    changed = int(number) if number.isdecimal() and int(number) <= MAX_INTEGER else None
    database, by = visitor.services.database, visitor.staff.id
    if trimmed(form, "retirer") and changed is not None:
        fault = await canned.retire_canned(database, changed, by=by, now=visitor.now)
        return go(f"{PATH}?fait=1") if fault is None else await _page(request, visitor, fault)
    title, text, op = (
        " ".join(typed(form, "title").split()),
        read_text(typed(form, "text")),
        trimmed(form, "op"),
    )
    if isinstance(text, ContactFault):
        fault = InboxFault(str(text))
    elif not is_op(op):
        fault = InboxFault.BAD_OP
    else:
        fault = await canned.save_canned(database, changed, title, text, op=op, by=by, now=visitor.now)
    if fault is None:
        return go(f"{PATH}?fait=1")
    return await _page(
        request, visitor, fault, Canned(changed or 0, typed(form, "title"), typed(form, "text"))
    )


async def _page(
    request: Request, visitor: StaffVisit, fault: InboxFault | None = None, told: Canned | None = None
) -> Response:
    texts = await canned.canned_answers(visitor.services.database)
    wanted = request.query_params.get("id", "")
    chosen = next((one for one in texts if str(one.id) == wanted), Canned(0, "", ""))
    context = {
        "canned": texts,
        "typed": told or chosen,
        "fault": "" if fault is None else visitor.say("inbox-fault", fault),
        "is_done": "fait" in request.query_params and fault is None,
        "op": new_op(),
        "most": LONGEST_TEXT,
        "most_title": LONGEST_TITLE,
    }
    return visitor.page("canned.html", context, status=200 if fault is None else STATUS.get(fault, 400))
