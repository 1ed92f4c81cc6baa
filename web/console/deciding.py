"""The forms of the queue: a decision, and taking it back. A program is answered in JSON, a person with a page."""

from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from channels.names import is_op
from storage.moderation import decide, undo
from storage.values_moderation import (
    Choice,
    Decision,
    ModerationFault,
    NewDecision,
    Refused,
    Sort,
    Subject,
)
from web.console.desk import StaffVisit, go, read_form
from web.console.queue import read_asked, show, subject_of, told_of
from web.console.queue_rows import PATH, Asked, address, rows_of
from web.forms import trimmed

_STATUS = {
    ModerationFault.UNKNOWN: 404,
    ModerationFault.ALREADY_DECIDED: 409,
    ModerationFault.CLAIMED: 409,
    ModerationFault.MOVED_ON: 409,
    ModerationFault.TOO_LATE: 409,
    ModerationFault.OWN_POST: 403,
}
LONGEST_NUMBER = 9


async def decide_post(request: Request, visitor: StaffVisit) -> Response:
    return await _decide(request, visitor, subject_of(request, Sort.POST))


async def decide_topic(request: Request, visitor: StaffVisit) -> Response:
    return await _decide(request, visitor, subject_of(request, Sort.TOPIC))


async def undo_decision(request: Request, visitor: StaffVisit) -> Response:
    services = visitor.services
    done = await undo(
        services.database, services.keys, request.path_params["id"], visitor.staff.id, visitor.now
    )
    asked = read_asked(request.query_params)
    if isinstance(done, Refused):
        return await _fault(request, visitor, asked, None, done, {})
    await services.ballots.tell(done.deltas)
    if _wants_json(request):
        return JSONResponse({"told": visitor.say("queue", "undone"), "subject": str(done.subject)})
    mark = "&" if asked.query else "?"
    return go(address(done.subject, asked) + f"{mark}defait=1")


async def _decide(request: Request, visitor: StaffVisit, subject: Subject) -> Response:
    services, asked = visitor.services, read_asked(request.query_params)
    form = await read_form(request)
    typed = {name: trimmed(form, name)[:400] for name in ("choice", "reason", "own", "theme", "into", "op")}
    new = _read(request, visitor, subject, typed)
    if isinstance(new, ModerationFault):
        return await _fault(request, visitor, asked, subject, Refused(new), typed)
    done = await decide(services.database, services.keys, new, services.posting, visitor.now)
    if isinstance(done, Refused):
        return await _fault(request, visitor, asked, subject, done, typed)
    if _wants_json(request):
        return JSONResponse({"told": told_of(visitor, done), "decision": done.id, "stays": _stays(done)})
    if _stays(done):
        mark = "&" if asked.query else "?"
        return go(address(subject, asked) + f"{mark}fait={done.id}")
    kept = {"depuis": subject.id, "fait": done.id}
    return go(f"{PATH}?{asked.query}{'&' if asked.query else ''}{urlencode(kept)}")


def _read(
    request: Request, visitor: StaffVisit, subject: Subject, typed: dict[str, str]
) -> NewDecision | ModerationFault:
    if not is_op(typed["op"]) or typed["choice"] not in set(Choice):
        return ModerationFault.BAD_OP
    into = typed["into"].lstrip("#")
    is_number = into.isascii() and into.isdigit() and len(into) <= LONGEST_NUMBER
    own = " ".join(typed["own"].split())
    return NewDecision(
        subject=subject,
        choice=Choice(typed["choice"]),
        staff=visitor.staff.id,
        op=typed["op"],
        device=request.state.device if request.state.has_cookie else None,
        reason=own or typed["reason"],
        theme=typed["theme"],
        into=int(into) if is_number else 0,
    )


def _stays(decision: Decision) -> bool:
    """Whether one goes on with the same thing: it was only sorted elsewhere."""
    return decision.choice is Choice.THEME


async def _fault(
    request: Request,
    visitor: StaffVisit,
    asked: Asked,
    subject: Subject | None,
    refused: Refused,
    typed: dict[str, str],
) -> Response:
    told = visitor.say("moderation-fault", refused.fault)
    if refused.fault is ModerationFault.CLAIMED:
        told = visitor.say("queue", "claimed", name=refused.by)
    elif refused.choice is not None:
        told = visitor.say("decided-elsewhere", refused.choice, name=refused.by)
    status = _STATUS.get(refused.fault, 400)
    if _wants_json(request):
        return JSONResponse({"fault": told, "code": str(refused.fault)}, status)
    rows = await rows_of(visitor, asked)
    return await show(request, visitor, asked, rows, subject, status=status, fault=told, typed=typed)


def _wants_json(request: Request) -> bool:
    return "application/json" in request.headers.get("accept", "")
