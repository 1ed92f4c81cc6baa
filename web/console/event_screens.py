"""The big screens of an event's halls: paired by the code that they show, sent away, and what they say."""

from collections.abc import Mapping
from typing import Any

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from realtime.tally import Hall
from storage import screens
from storage.stages import Stage
from storage.values_events import EventFault
from storage.values_screens import ScreenFault
from web.console.desk import StaffVisit, go, read_form
from web.console.event_board import HallBoard, ScreenState, boards
from web.console.events import PATH, done_of, events_list, frame, host_of, id_in, names_of_halls, stage_in
from web.console.watch import waited
from web.forms import trimmed, typed
from web.halls import hall_in
from web.scenes import Scene, scene_of

_STATUS: Mapping[ScreenFault, int] = {
    ScreenFault.UNKNOWN: 404,
    ScreenFault.TOO_FAST: 429,
    ScreenFault.TOO_MANY: 409,
    ScreenFault.NONE_ABSENT: 409,
}


async def screens_page(request: Request, visitor: StaffVisit) -> Response:
    return await _page(request, visitor)


async def screens_state(request: Request, visitor: StaffVisit) -> Response:
    """The screens alone; the page puts them where the old ones stand."""
    stage = await stage_in(request, visitor)
    if stage is None:
        return await events_list(visitor, EventFault.UNKNOWN)
    context = {**frame(visitor, stage), **await screens_of(visitor, stage)}
    return visitor.page("parts/event_screens_state.html", context)


async def pair(request: Request, visitor: StaffVisit) -> Response:
    """Confirm that the code on a hall's screen is read there. Who guesses is slowed down."""
    form = await read_form(request)
    stage = await stage_in(request, visitor)
    if stage is None:
        return await events_list(visitor, EventFault.UNKNOWN)
    hall, code = hall_in(trimmed(form, "hall")), _code(form)
    if hall is None or hall not in stage.event.halls:
        return await _page(request, visitor, hall, ScreenFault.UNKNOWN, code)
    services, caller = visitor.services, str(visitor.staff.id)
    if not services.pairings.take(caller, visitor.now):
        return await _page(request, visitor, hall, ScreenFault.TOO_FAST, code)
    paired = await screens.pair(services.database, hall, code, by=visitor.staff.id, now=visitor.now)
    if isinstance(paired, ScreenFault):
        return await _page(request, visitor, hall, paired, typed(form, "code")[:20])
    await services.tell()
    return go(f"{PATH}/{stage.event.id}/ecrans?fait=relie")


async def unpair(request: Request, visitor: StaffVisit) -> Response:
    stage = await stage_in(request, visitor)
    if stage is None:
        return await events_list(visitor, EventFault.UNKNOWN)
    services, wanted = visitor.services, id_in(request, "screen")
    here = await screens.paired_screens(services.database, stage.event.halls)
    if all(screen.id != wanted for screen in here):
        return await _page(request, visitor, None, ScreenFault.UNKNOWN)
    fault = await screens.unpair(services.database, wanted, by=visitor.staff.id, now=visitor.now)
    if fault is not None:
        return await _page(request, visitor, None, fault)
    await services.tell()
    return go(f"{PATH}/{stage.event.id}/ecrans?fait=separe")


async def send_away_absent(request: Request, visitor: StaffVisit) -> Response:
    """All screens of a hall that were not seen for long; one that has just come back stays."""
    form = await read_form(request)
    stage = await stage_in(request, visitor)
    if stage is None:
        return await events_list(visitor, EventFault.UNKNOWN)
    hall = hall_in(trimmed(form, "hall"))
    if hall is None or hall not in stage.event.halls:
        return await _page(request, visitor, None, ScreenFault.UNKNOWN)
    services = visitor.services
    gone = await screens.unpair_absent(services.database, hall, by=visitor.staff.id, now=visitor.now)
    if not gone:
        return await _page(request, visitor, None, ScreenFault.NONE_ABSENT)
    await services.tell()
    return go(f"{PATH}/{stage.event.id}/ecrans?fait=retires")


async def screens_of(visitor: StaffVisit, stage: Stage) -> dict[str, Any]:
    """What the screens of an event's halls say, for the page of screens and for the remote."""
    found = await screens.paired_screens(visitor.services.database, stage.event.halls)
    names = await names_of_halls(visitor)
    halls = boards(stage, found, visitor.now)
    return {
        "boards": [
            (
                names.get(board.hall, str(board.hall)),
                board,
                [_shown(visitor, stage, one) for one in board.screens],
            )
            for board in halls
        ],
        "lacks": [
            sentence for board in halls for sentence in _lacks(visitor, names.get(board.hall, ""), board)
        ],
        "screens": sum(len(board.present) for board in halls),
        "absent": sum(len(board.absent) for board in halls),
        "ready": sum(state.is_ready for board in halls for state in board.screens),
    }


def _shown(visitor: StaffVisit, stage: Stage, state: ScreenState) -> tuple[ScreenState, Scene | None, str]:
    """A screen, what it shows and since when it is silent."""
    scene = None if state.shows is None else scene_of(stage, state.shows)
    return state, scene, waited(visitor, state.silent_ms) if state.silent_ms else ""


def _lacks(visitor: StaffVisit, hall: str, board: HallBoard) -> list[str]:
    told = []
    for lack, state in board.lacks:
        values = {"hall": hall}
        if state is not None:
            values |= {"place": str(state.place), "loaded": str(state.loaded), "wanted": str(state.wanted)}
            values["wait"] = waited(visitor, state.silent_ms)
        told.append(visitor.say("screen-lack", lack, None, **values))
    return told


def _code(form: FormData) -> str:
    """The digits of a code as people type it: « 123 456 »."""
    return "".join(typed(form, "code")[:20].split()).replace("-", "")


async def _page(
    request: Request,
    visitor: StaffVisit,
    hall: Hall | None = None,
    fault: ScreenFault | None = None,
    code: str = "",
) -> Response:
    stage = await stage_in(request, visitor)
    if stage is None:
        return await events_list(visitor, EventFault.UNKNOWN)
    wait = max(1000, visitor.services.pairings.again(str(visitor.staff.id)) - visitor.now + 999) // 1000
    told = "" if fault is None else visitor.say("screen-fault", fault, wait)
    context = {
        **frame(visitor, stage),
        **await screens_of(visitor, stage),
        "host": host_of(request, visitor),
        "form": {"hall": hall, "code": code, "fault": told},
        "done": done_of(request, visitor, fault),
    }
    return visitor.page("event_screens.html", context, status=_STATUS.get(fault, 400) if fault else 200)
