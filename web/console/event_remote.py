"""The remote of an event: what is on, what comes, and the buttons that move it.

A press says upon which number of the show it was made. Two who press at the same moment move it once, and the other
reads who did.
"""

from dataclasses import dataclass
from typing import Any

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from channels.names import is_op
from channels.parsing import MAX_INTEGER
from storage.moves import last_move
from storage.shows import move
from storage.stages import Stage
from storage.values_events import EventFault
from storage.values_show import Gesture, Mode, ShowFault
from web.citizen.visit import new_op
from web.console.desk import StaffVisit, go, read_form
from web.console.event_board import clock_of, remote_of
from web.console.event_screens import screens_of
from web.console.events import events_list, frame, stage_in
from web.console.hall_picture import picture_of
from web.forms import trimmed
from web.scenes import scene_of


@dataclass(frozen=True, slots=True)
class Press:
    """``op`` names it: pressed again it moves nothing twice. ``anyway``: though screens are not ready."""

    gesture: Gesture
    upon: int
    op: str
    step: int | None = None
    anyway: bool = False


async def remote_page(request: Request, visitor: StaffVisit) -> Response:
    return await _page(request, visitor)


async def remote_state(request: Request, visitor: StaffVisit) -> Response:
    """Its parts alone; the page puts them where the old ones stand."""
    stage = await stage_in(request, visitor)
    if stage is None:
        return await events_list(visitor, EventFault.UNKNOWN)
    return visitor.page("parts/event_remote.html", await _context(visitor, stage))


async def press(request: Request, visitor: StaffVisit) -> Response:
    """A gesture, of the page's script (which asks for JSON) or of a form."""
    read = read_press(await read_form(request))
    stage = await stage_in(request, visitor)
    if stage is None:
        return await events_list(visitor, EventFault.UNKNOWN)
    if isinstance(read, ShowFault):
        return await _refused(request, visitor, stage, read)
    if read.gesture is Gesture.LAUNCH and not read.anyway:
        if (await screens_of(visitor, stage))["lacks"]:
            return await _refused(request, visitor, stage, ShowFault.NOT_READY)
    services = visitor.services
    done = await move(
        services.database,
        services.keys,
        stage.event.id,
        read.gesture,
        upon=read.upon,
        op=read.op,
        by=visitor.staff.id,
        now=visitor.services.now,
        step=read.step,
    )
    if isinstance(done, ShowFault):
        return await _refused(request, visitor, stage, done)
    await services.tell()
    if _wants_json(request):
        return JSONResponse({"told": visitor.say("remote-done", read.gesture), "number": done.number})
    return go(f"{request.url.path}?fait={read.gesture}")


def read_press(form: FormData) -> Press | ShowFault:
    """Each button of a page has an operation of its own, made of the page's."""
    gesture, page, upon = trimmed(form, "gesture"), trimmed(form, "op"), trimmed(form, "upon")
    step = trimmed(form, "step")
    if gesture.startswith("jump-"):
        gesture, _, step = gesture.partition("-")
    is_numbered = all(text.isdecimal() and text.isascii() and len(text) < 16 for text in (upon, step or "0"))
    if gesture not in set(Gesture) or not is_numbered:
        return ShowFault.BAD_OP
    op = f"{page}-{gesture}" + (f"-{step}" if step else "")
    if not is_op(page) or not is_op(op):
        return ShowFault.BAD_OP
    wanted = int(step) if step else None
    if wanted is not None and wanted > MAX_INTEGER:
        return ShowFault.UNKNOWN_STEP
    return Press(Gesture(gesture), int(upon), op, wanted, bool(trimmed(form, "anyway")))


async def _refused(request: Request, visitor: StaffVisit, stage: Stage, fault: ShowFault) -> Response:
    told = await _told(visitor, stage, fault)
    status = 404 if fault in {ShowFault.UNKNOWN, ShowFault.UNKNOWN_STEP} else 409
    if fault is ShowFault.BAD_OP:
        status = 400
    if _wants_json(request):
        return JSONResponse({"fault": told, "code": str(fault)}, status)
    return await _page(request, visitor, told, status=status, is_asked=fault is ShowFault.NOT_READY)


async def _told(visitor: StaffVisit, stage: Stage, fault: ShowFault) -> str:
    """Whoever was too late reads who was sooner, and with what."""
    if fault is not ShowFault.MOVED:
        return visitor.say("show-fault", fault)
    last = await last_move(visitor.services.database, stage.event.id)
    if last is None:
        return visitor.say("show-fault", fault)
    who = "clock" if last.by is None else "self" if last.by == visitor.staff.id else "other"
    button = visitor.say("gesture", last.gesture)
    return visitor.say("show-moved", who, name=last.name, button=button)


def _wants_json(request: Request) -> bool:
    return "application/json" in request.headers.get("accept", "")


async def _page(
    request: Request, visitor: StaffVisit, fault: str = "", *, status: int = 200, is_asked: bool = False
) -> Response:
    stage = await stage_in(request, visitor)
    if stage is None:
        return await events_list(visitor, EventFault.UNKNOWN)
    done = trimmed(request.query_params, "fait")[:20]
    is_done = not fault and request.method == "GET" and done in set(Gesture)
    context = {
        **await _context(visitor, stage),
        "fault": fault,
        "is_asked": is_asked,
        "told": visitor.say("remote-done", done) if is_done else "",
    }
    return visitor.page("event_remote.html", context, status=status)


async def _context(visitor: StaffVisit, stage: Stage) -> dict[str, Any]:
    show, now = stage.show, visitor.now
    remote, clock = remote_of(stage, now), clock_of(stage.show, stage.step(stage.show.step))
    steps = [step for step in stage.steps if not step.is_removed or step.id == show.step]
    scenes = {step.id: scene_of(stage, step) for step in stage.steps}
    return {
        **frame(visitor, stage),
        **await screens_of(visitor, stage),
        "remote": remote,
        "scenes": scenes,
        "clock": clock,
        "clock_text": "" if clock is None else clock.text(now),
        "steps": steps,
        "now": now,
        "op": new_op(),
        "version": f"{stage.program}.{show.number}",
        "is_live": show.mode is Mode.LIVE,
        "is_rehearsed": show.mode is Mode.REHEARSAL,
        "is_asked": False,
        "picture_of": picture_of,
    }
