"""Launch events at the console: the list, and one event with its run of show."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response

from channels.names import is_op
from channels.parsing import MAX_INTEGER
from realtime.tally import Hall
from storage import events
from storage.halls import list_halls
from storage.stages import Stage, get_stage
from storage.values_drafts import DraftFault
from storage.values_events import LONGEST_NAME, LONGEST_TEXT, MOST_STEPS, Event, EventFault, NewEvent
from storage.values_show import Mode
from web.citizen.local_time import here
from web.citizen.visit import new_op
from web.console.desk import StaffVisit, go, read_form
from web.console.event_forms import (
    Faults,
    TypedEvent,
    placed,
    read_event,
    read_typed_event,
    write_typed_event,
)
from web.forms import trimmed
from web.scenes import Scene, scene_of

PATH = "/console/evenements"

_STATUS: Mapping[EventFault | DraftFault, int] = {
    EventFault.UNKNOWN: 404,
    EventFault.UNKNOWN_STEP: 404,
    EventFault.IS_ON: 409,
    EventFault.IS_OVER: 409,
    EventFault.ASKED_ALREADY: 409,
    DraftFault.PICTURE_HEAVY: 413,
    DraftFault.PICTURE_BUSY: 503,
}


async def events_page(request: Request, visitor: StaffVisit) -> Response:
    return await events_list(visitor)


async def new_event_page(request: Request, visitor: StaffVisit) -> Response:
    return await _new(visitor, TypedEvent(), {})


async def begin(request: Request, visitor: StaffVisit) -> Response:
    """Keep a new event, and go on to it."""
    form = await read_form(request)
    told, op = read_typed_event(form), trimmed(form, "op")
    read = read_event(told, visitor.now)
    if not isinstance(read, NewEvent):
        return await _new(visitor, told, read, op)
    if not is_op(op):
        return await _new(visitor, told, {"form": EventFault.BAD_OP})
    database, by = visitor.services.database, visitor.staff.id
    made = await events.save_event(database, None, read, op=op, by=by, now=visitor.now)
    if isinstance(made, EventFault):
        return await _new(visitor, told, placed(made, event=True), op)
    return go(f"{PATH}/{made}?fait=enregistre")


async def event_page(request: Request, visitor: StaffVisit) -> Response:
    return await show(request, visitor)


async def save(request: Request, visitor: StaffVisit) -> Response:
    form = await read_form(request)
    told = read_typed_event(form)
    event, by = id_in(request, "id"), visitor.staff.id
    kept = await events.get_event(visitor.services.database, event)
    read = read_event(told, visitor.now, kept)
    if not isinstance(read, NewEvent):
        return await show(request, visitor, read, told)
    fault = await events.save_event(visitor.services.database, event, read, op="", by=by, now=visitor.now)
    if isinstance(fault, EventFault):
        return await show(request, visitor, placed(fault, event=True), told)
    await visitor.services.tell()
    return go(f"{PATH}/{event}?fait=enregistre")


# --- what an address names


def id_in(request: Request, name: str) -> int:
    """The number in the address; 0, which nothing has, where it is too large to be one."""
    asked: int = request.path_params[name]
    return asked if asked <= MAX_INTEGER else 0


async def stage_in(request: Request, visitor: StaffVisit) -> Stage | None:
    return await get_stage(visitor.services.database, id_in(request, "id"), urgent=True)


# --- pages


async def events_list(visitor: StaffVisit, fault: EventFault | None = None) -> Response:
    """The list, which says what is wrong with what was asked for."""
    found = await events.list_events(visitor.services.database)
    names = await names_of_halls(visitor)
    on = [event for event in found if event.mode.is_on]
    over = [event for event in found if event.mode is Mode.OVER]
    coming = [event for event in found if event.mode is Mode.OFF][::-1]
    groups = {"on": on, "coming": coming, "over": over}
    context = {
        "groups": [(name, [_row(event, names) for event in group]) for name, group in groups.items()],
        "fault": visitor.say("event-fault", fault) if fault else "",
    }
    return visitor.page("events.html", context, status=status_of({"form": fault} if fault else {}))


def _row(event: Event, names: Mapping[Hall, str]) -> tuple[Event, Any, list[str]]:
    return event, here(event.starts_at), [names.get(hall, str(hall)) for hall in event.halls]


async def names_of_halls(visitor: StaffVisit) -> dict[Hall, str]:
    found = await list_halls(visitor.services.database, retired=True)
    return {place.hall: place.name for place in found}


async def show(
    request: Request, visitor: StaffVisit, faults: Faults | None = None, told: TypedEvent | None = None
) -> Response:
    """The page of the event that the address names, with what is wrong; the list where there is none."""
    stage, faults = await stage_in(request, visitor), faults or {}
    if stage is None:
        return await events_list(visitor, EventFault.UNKNOWN)
    steps = [step for step in stage.steps if not step.is_removed]
    moved = trimmed(request.query_params, "rang")
    context = {
        **frame(visitor, stage),
        **await _form(visitor, stage.event, told or write_typed_event(stage.event), faults),
        "rows": [(step, scene_of(stage, step), moment_of(scene_of(stage, step))) for step in steps],
        "is_full": len(steps) >= MOST_STEPS,
        "moved": int(moved) if moved.isdecimal() and len(moved) < 10 else 0,
        "done": done_of(request, visitor, faults),
    }
    return visitor.page("event.html", context, status=status_of(faults))


def frame(visitor: StaffVisit, stage: Stage) -> dict[str, Any]:
    """What every page of one event has at its head."""
    event = stage.event
    return {
        "base": f"{PATH}/{event.id}",
        "event": event,
        "show": stage.show,
        "starts": here(event.starts_at),
        "is_over": event.mode is Mode.OVER,
    }


def host_of(request: Request, visitor: StaffVisit) -> str:
    """What stands before « /ecran/… » where an address is to be typed; empty where that is not known."""
    told = request.headers.get("host", "")
    return urlsplit(visitor.services.site.address(request.url.scheme, told)).netloc


def moment_of(scene: Scene) -> str:
    """When a countdown ends, by the Région's clocks."""
    return "" if scene.at is None else here(scene.at).strftime("%H:%M:%S").removesuffix(":00")


async def _new(visitor: StaffVisit, told: TypedEvent, faults: Faults, op: str = "") -> Response:
    context = {**await _form(visitor, None, told, faults), "op": op if is_op(op) else new_op()}
    return visitor.page("event_new.html", context, status=status_of(faults))


async def _form(visitor: StaffVisit, event: Event | None, told: TypedEvent, faults: Faults) -> dict[str, Any]:
    """The halls that are offered, and those that the event keeps though they are retired."""
    had = () if event is None else event.halls
    halls = await list_halls(visitor.services.database, retired=True)
    return {
        "told": told,
        "faults": said(visitor, faults),
        "halls": [place for place in halls if place.retired_at is None or place.hall in had],
        "longest_name": LONGEST_NAME,
        "longest_text": LONGEST_TEXT,
    }


def said(visitor: StaffVisit, faults: Faults) -> dict[str, str]:
    """The sentences of what is wrong, by place."""
    return {
        place: visitor.say("event-fault" if isinstance(fault, EventFault) else "draft-fault", fault)
        for place, fault in faults.items()
    }


def done_of(request: Request, visitor: StaffVisit, faults: object = None) -> str:
    """What the page before has done, by its name in the catalogue's ``event-done``."""
    done = trimmed(request.query_params, "fait")[:20]
    known = visitor.pages.catalogue.sections["event-done"]
    return "" if faults or request.method == "POST" or done not in known else done


def status_of(faults: Faults) -> int:
    return max((_STATUS.get(fault, 400) for fault in faults.values()), default=200)
