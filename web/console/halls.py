"""The halls that launch events may choose from: added by name, and retired."""

from starlette.requests import Request
from starlette.responses import Response

from storage import halls
from storage.values_events import HallFault
from web.console.desk import StaffVisit, go, read_form
from web.console.events import host_of
from web.forms import trimmed
from web.halls import hall_in

PATH = "/console/evenements/salles"


async def halls_page(
    request: Request, visitor: StaffVisit, fault: HallFault | None = None, name: str = ""
) -> Response:
    """Those that are offered, and the form that adds one."""
    told = "" if fault is None else visitor.say("hall-fault", fault)
    offered = await halls.list_halls(visitor.services.database)
    context = {"halls": offered, "fault": told, "name": name, "host": host_of(request, visitor)}
    return visitor.page("halls.html", context, status=200 if fault is None else 409)


async def add(request: Request, visitor: StaffVisit) -> Response:
    name = trimmed(await read_form(request), "name")
    database = visitor.services.database
    added = await halls.add_hall(database, name, by=visitor.staff.id, now=visitor.now)
    return await halls_page(request, visitor, added, name) if isinstance(added, HallFault) else go(PATH)


async def retire(request: Request, visitor: StaffVisit) -> Response:
    hall, database = hall_in(request.path_params["hall"]), visitor.services.database
    if hall is None:
        return await halls_page(request, visitor, HallFault.UNKNOWN)
    fault = await halls.retire_hall(database, hall, by=visitor.staff.id, now=visitor.now)
    return go(PATH) if fault is None else await halls_page(request, visitor, fault)
